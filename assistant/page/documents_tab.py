"""The tab 文件: the documents that are kept, changed from the page. What it fetches and sends; ``documents`` draws it.

Nothing is held here between two calls: the browser keeps a file until it is kept in the library, and sends it again.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.background import BackgroundTask

from assistant.collection import FIELDS, Added, Entry, Library
from assistant.collection.originals import safe_name
from assistant.editing import body_of, may_change, own_page
from assistant.page.documents import (
    LISTED,
    Neighbour,
    draw_difference,
    draw_document,
    draw_kept,
    draw_list,
    draw_preview,
    draw_refused,
    draw_shell,
    fact_names,
)
from assistant.page.documents_tree import draw_editor
from assistant.page.documents_words import told
from assistant.page.fragments import PageRoute
from assistant.page.words import Language, language_of, say, sentence
from assistant.settings import Settings
from assistant.surfaces import AssistantLike, library_of
from index.readers.file import MAX_BYTES
from index.records import Document, InputError, TradeAssistantError

IMPORTED = 4_000_000_000  # bytes of a library that is imported


class Change(BaseModel):
    """What is to be done to a kept document."""

    id: str = Field(max_length=500)
    facts: dict[str, str | None] = {}
    version: int | None = None


class FileWanted(BaseModel):
    """A file that is sent: its name, what it was said to be, and the corrections of its facts and of its clauses, as JSON."""

    name: str
    facts: str = ""
    kept_as: str = ""
    parts: str = ""


FileQuery = Annotated[FileWanted, Depends()]
_FACTS = TypeAdapter(dict[str, str | None])
_PARTS = TypeAdapter(dict[int, dict[str, str | None] | None])


class ClauseChange(BaseModel):
    """What is to be corrected where a part of a kept document begins; None takes back what was."""

    id: str = Field(max_length=500)
    at: int = Field(ge=0)
    changes: dict[str, str | None] | None


class ForbiddenError(InputError):
    """A change that this page may not make."""


class LibraryRoute(PageRoute):
    """Errors in the reader's language. A file or fact that cannot be used is an answer like another: the browser reports no failure."""

    unforeseen = "broken"

    def status_of(self, problem: TradeAssistantError) -> int:
        """403 where the page may not change the library, else 200 with the header x-refused."""
        return 403 if isinstance(problem, ForbiddenError) else 200


def documents_routes(assistant: AssistantLike, settings: Settings) -> APIRouter:
    """The routes under /page/library. Whatever changes the library is refused where ``may_change`` says no."""
    library = library_of(assistant)
    assert library is not None
    follow: Callable[[], None] = getattr(assistant, "changed", lambda: None)

    def guarded(request: Request, lang: str = "zh") -> Language:
        if not may_change(settings, request.url.hostname):
            raise ForbiddenError(told("read_only", "zh"), told("read_only", "en"))
        if not own_page(request):
            raise ForbiddenError(told("foreign", "zh"), told("foreign", "en"))
        return language_of(lang)

    changing: Language = Depends(guarded)
    routes = APIRouter(prefix="/page/library", route_class=LibraryRoute, include_in_schema=False)

    @routes.get("/tab", response_class=HTMLResponse)
    def tab(request: Request, lang: str = "zh") -> str:
        return draw_shell(language_of(lang), may_change(settings, request.url.hostname))

    @routes.get("/list", response_class=HTMLResponse)
    def listed(request: Request, q: str = "", removed: bool = False, lang: str = "zh") -> str:
        removed = removed and may_change(settings, request.url.hostname)
        entries = filtered(library.entries(removed=removed), q)
        return draw_list(entries, statuses(library, assistant, entries[:LISTED]), language_of(lang))

    @routes.get("/state")
    def state(lang: str = "zh") -> dict[str, Any]:
        problem: TradeAssistantError | None = getattr(assistant, "problem", None)
        said = sentence(problem.said(language_of(lang)), language_of(lang)) if problem else None
        return {"current": bool(getattr(assistant, "current", True)), "problem": said}

    @routes.get("/document", response_class=HTMLResponse)
    def document(request: Request, id: str, lang: str = "zh") -> str:
        return _drawn(library, id, language_of(lang), may_change(settings, request.url.hostname))

    @routes.get("/difference", response_class=HTMLResponse)
    def compared(id: str, older: int, newer: int, lang: str = "zh") -> str:
        language = language_of(lang)
        heading = told("difference_of", language, old=older, new=newer)
        return f"<h4>{heading}</h4>{draw_difference(library.document(id, older), library.document(id, newer), language)}"

    @routes.post("/preview", response_class=HTMLResponse)
    async def preview(wanted: FileQuery, request: Request, language: Language = changing) -> Response:
        data = await body_of(request, MAX_BYTES)
        return await run_in_threadpool(_previewed, library, data, wanted, language)

    @routes.post("/part", response_class=HTMLResponse)
    async def part_of_file(wanted: FileQuery, at: int, request: Request, language: Language = changing) -> Response:
        data = await body_of(request, MAX_BYTES)

        def drawn() -> Response:
            return HTMLResponse(draw_editor(library.preview(data, wanted.name, **_given(wanted)).document, at, language))

        return await run_in_threadpool(drawn)

    @routes.get("/part", response_class=HTMLResponse)
    def part(id: str, at: int, language: Language = changing) -> str:
        return draw_editor(library.document(id), at, language)

    @routes.post("/clause", response_class=HTMLResponse)
    def clause(change: ClauseChange, language: Language = changing) -> str:
        library.correct_part(change.id, change.at, change.changes)
        follow()
        return _drawn(library, change.id, language, True, told("clause_saved" if change.changes else "clause_back", language))

    @routes.post("/keep", response_class=HTMLResponse)
    async def keep(wanted: FileQuery, request: Request, language: Language = changing) -> Response:
        data = await body_of(request, MAX_BYTES)

        def kept() -> Response:
            try:
                added = library.add(data, wanted.name, **_given(wanted))
            except TradeAssistantError as problem:
                return _refused(wanted.name, problem, language, "not_kept")
            follow()
            return HTMLResponse(draw_kept(wanted.name, added, language))

        return await run_in_threadpool(kept)

    @routes.post("/correct", response_class=HTMLResponse)
    def correct(change: Change, language: Language = changing) -> str:
        name = library.find(change.id)
        if not change.facts:
            return _drawn(library, name, language, True, told("unchanged", language))
        library.correct(name, change.facts)
        follow()
        names = fact_names([field for field in FIELDS if field in change.facts], language)
        return _drawn(library, name, language, True, told("saved", language, names=names))

    @routes.post("/reset", response_class=HTMLResponse)
    def reset(change: Change, language: Language = changing) -> str:
        library.reset(change.id)
        follow()
        return _drawn(library, change.id, language, True, told("was_reset", language))

    @routes.post("/remove", response_class=HTMLResponse)
    def remove(change: Change, language: Language = changing) -> str:
        library.remove(change.id)
        follow()
        return _drawn(library, change.id, language, True, told("was_removed_now", language))

    @routes.post("/restore", response_class=HTMLResponse)
    def restore(change: Change, language: Language = changing) -> str:
        library.restore(change.id, change.version)
        follow()
        word = told("was_restored", language) if change.version is None else told("used", language, n=change.version)
        return _drawn(library, change.id, language, True, word)

    @routes.get("/export")
    def export(language: Language = changing) -> Response:
        folder = Path(tempfile.mkdtemp())
        try:
            library.export(folder / "library.zip")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        tidy = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
        return FileResponse(folder / "library.zip", media_type="application/zip", filename="library.zip", background=tidy)

    @routes.post("/import", response_class=HTMLResponse)
    async def import_(request: Request, name: str, language: Language = changing) -> str:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / safe_name(name)
            size = 0
            with file.open("wb") as out:
                async for piece in request.stream():  # to its end, see fragments.batch
                    size += len(piece)
                    if size <= IMPORTED:
                        out.write(piece)
            if size > IMPORTED:
                raise _both("too_large", n=IMPORTED // 1_000_000, name=name)
            try:
                found = await run_in_threadpool(library.import_, file)
            except InputError as problem:  # tells the name that the user knows
                raise InputError(problem.zh.replace(str(file), name), problem.en.replace(str(file), name)) from problem
        follow()
        counts = {key: len(getattr(found, key)) for key in ("new", "changed", "same")}
        return told("imported", language, **counts)

    return routes


# ---- what the routes do


def filtered(entries: list[Entry], words: str) -> list[Entry]:
    """The entries of which each word stands in a fact or in the id."""
    wanted = words.casefold().split()
    if not wanted:
        return entries

    def fits(entry: Entry) -> bool:
        facts = " ".join(value for value in (entry.id, *(getattr(entry, name) for name in FIELDS)) if value).casefold()
        return all(word in facts for word in wanted)

    return [entry for entry in entries if fits(entry)]


def statuses(library: Library, assistant: AssistantLike, entries: list[Entry]) -> dict[str, str | None]:
    """Draft or abridged, by id; those that are not answered from now are read."""
    known = {document.source: document.status for document in assistant.documents}
    return {e.id: known[e.source] if e.source in known else library.document(e.id).status for e in entries}


def _previewed(library: Library, data: bytes, wanted: FileWanted, language: Language) -> Response:
    try:
        given = _given(wanted)
        added = library.preview(data, wanted.name, **given)
        read = library.preview(data, wanted.name, **given | {"facts": {}}).document if given["facts"] else added.document
    except TradeAssistantError as problem:
        return _refused(wanted.name, problem, language)
    before = library.document(added.document.id) if added.outcome == "version" else None
    current = library.version(added.document.id).number if added.outcome in ("duplicate", "restored") else added.version
    neighbours = _neighbours(library, added, wanted.kept_as)
    return HTMLResponse(draw_preview(wanted.name, added, read, before, neighbours, wanted.kept_as, current, language))


def _neighbours(library: Library, added: Added, kept_as: str) -> list[Neighbour]:
    """The documents that the file may be a version of, the one that was chosen among them."""
    if added.outcome not in ("new", "version"):
        return []
    names = [added.document.id] if added.outcome == "version" else list(added.similar)
    if kept_as.startswith("of:"):
        names = [kept_as.removeprefix("of:"), *names]
    return [Neighbour(name, library.document(name).title) for name in dict.fromkeys(names)]


def _given(wanted: FileWanted) -> dict[str, Any]:
    """Arguments of ``Library.add`` and ``preview`` for what was sent. Raises InputError where the corrections are none."""
    try:
        facts = _FACTS.validate_json(wanted.facts or "{}")
        parts = _PARTS.validate_json(wanted.parts or "{}")
    except ValidationError as problem:
        raise InputError("改正的内容格式有误", "the corrections are malformed") from problem
    return {"facts": facts, "parts": parts, **_kept_as(wanted.kept_as)}


def _kept_as(chosen: str) -> dict[str, Any]:
    """Arguments of ``Library.add`` for what was chosen."""
    if chosen == "separate":
        return {"separate": True}
    return {"replaces": chosen.removeprefix("of:")} if chosen else {}


def _drawn(library: Library, name: str, language: Language, changing: bool, said: str = "") -> str:
    name = library.find(name)
    entry = next((e for e in library.entries(removed=True) if e.id == name and (changing or not e.removed)), None)
    if entry is None:
        raise InputError(say("no_document", "zh"), say("no_document", "en"))
    document: Document = library.document(name)
    return draw_document(entry, document, library.versions(name), library.corrected_parts(name), language, changing, said)


def _refused(name: str, problem: TradeAssistantError, language: Language, key: str = "failed") -> Response:
    return HTMLResponse(draw_refused(name, sentence(problem.said(language), language), language, key), headers={"x-refused": "yes"})


def _both(key: str, **values: object) -> InputError:
    return InputError(told(key, "zh", **values), told(key, "en", **values))
