"""PUT and DELETE under /api/documents: the library changed over HTTP, where the page may change it too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool

from assistant.api.refusal import Bearer, PoliteRoute, RefusedError, check_key
from assistant.collection import Library
from assistant.collection.display import added_dict
from assistant.editing import body_of, may_change, own_page
from assistant.settings import Settings
from index.readers.file import MAX_BYTES
from index.records import InputError

_FILE = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}


def editing_routes(library: Library, settings: Settings, key: str | None, follow: Callable[[], None]) -> APIRouter:
    """The routes that change ``library``; ``follow`` is called after each change, so that answers follow it."""

    def allowed(request: Request, authorization: Bearer = None) -> None:
        check_key(authorization, key)
        if not may_change(settings, request.url.hostname) or not own_page(request):
            raise RefusedError(
                403,
                "read_only",
                "这里不允许更改资料库；要允许，请设置 ASSISTANT_EDIT=true",
                "the library may not be changed here; to allow it, set ASSISTANT_EDIT=true",
            )

    routes = APIRouter(prefix="/api/documents", route_class=PoliteRoute, dependencies=[Depends(allowed)], tags=["library"])

    def found(document: str) -> str:
        try:
            return library.find(document)
        except InputError as problem:
            raise RefusedError(404, "no_such_document", problem.zh, problem.en) from problem

    @routes.put("/{name}", summary="加入一份文件 / keep a document", openapi_extra=_FILE)
    async def keep(
        request: Request,
        name: Annotated[str, Path(description="what the file is called", examples=["notice.txt"])],
        replaces: Annotated[str | None, Query(description="the document that it is a new version of")] = None,
        separate: Annotated[bool, Query(description="it is a document of its own, whatever it is called")] = False,
        preview: Annotated[bool, Query(description="tell what would be done, keep nothing")] = False,
    ) -> dict[str, Any]:
        """Keeps the file in the body (TXT, Markdown, HTML, PDF, DOCX) and tells what was understood of it; answers follow within moments.

        "outcome" is "new", "version" (of a document that is kept), "duplicate" (nothing was changed) or "restored".
        """
        data = await body_of(request, MAX_BYTES)
        act = library.preview if preview else library.add
        added = await run_in_threadpool(lambda: act(data, name, replaces=replaces, separate=separate))
        if not preview:
            follow()
        return added_dict(added)

    @routes.delete("/{document}", summary="移除一份文件 / remove a document")
    def remove(document: Annotated[str, Path(description="id, title or 文号", examples=["notice"])]) -> dict[str, Any]:
        """Takes a document out of the answers; its versions are kept, and "restore" brings it back."""
        name = library.remove(found(document))
        follow()
        return {"id": name, "removed": True}

    @routes.post("/{document}/restore", summary="恢复一份文件 / bring a document back")
    def restore(
        document: Annotated[str, Path(description="id, title or 文号", examples=["notice"])],
        version: Annotated[int | None, Query(description="answer from this version again", ge=1)] = None,
    ) -> dict[str, Any]:
        """Brings a removed document back, or an older version of one."""
        name = library.restore(found(document), version)
        follow()
        return {"id": name, "removed": False, "version": library.version(name).number}

    return routes
