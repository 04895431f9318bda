"""What page, HTTP and MCP need of the core. Each of them draws the same Answers and decides nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from assistant.places import regions
from index.records import Document, Hit, InputError

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.collection import Library, Version


class AnswerLike(Protocol):
    """What a surface needs of an Answer."""

    def to_dict(self) -> dict[str, Any]:
        """The public JSON form."""


class AssistantLike(Protocol):
    """What a surface needs of the core; its methods may be called from several threads at once."""

    @property
    def documents(self) -> Sequence[Document]:
        """All documents; their texts are the ones that quotes point into."""

    def ask(
        self,
        question: str,
        earlier: Sequence[str] = (),
        *,
        region: str | None = None,
        as_of: date | None = None,
    ) -> AnswerLike:
        """The answer to ``question``, asked after the questions ``earlier``."""

    def search(self, query: str, k: int = 10, *, region: str | None = None) -> list[Hit]:
        """The ``k`` best sentences for ``query``."""


def document_of(documents: Sequence[Document], name: str) -> Document:
    """The document with this id, source or title. Raises InputError that names what there is."""
    wanted = _plain(name)
    for document in documents:
        if wanted and wanted in (_plain(document.id), _plain(document.source), _plain(document.title or "")):
            return document
    known = [f"{d.id}《{_plain(d.title or d.source)}》" for d in documents[:20]]
    raise InputError(f"没有这份文件：{name}。已收录：{'；'.join(known)}", f"no such document: {name!r}. Held here: {'; '.join(known)}")


def library_of(assistant: AssistantLike) -> Library | None:
    """The library that is answered from; None where the assistant was opened over given files."""
    found: Library | None = getattr(assistant, "collection", None)
    return found


def kept_document(assistant: AssistantLike, name: str, version: int | None = None) -> Document:
    """A document that is answered from, by id, source or title; or one that a library keeps: by ``version``, or by the source of an older one.

    Raises InputError where there is none.
    """
    library = library_of(assistant)
    if version is not None:
        found = document_of(assistant.documents, name)
        if found.version == version:
            return found
        if library is None:
            raise InputError(f"没有第 {version} 版：{name}", f"there is no version {version} of {name}")
        return library.document(found.id, version)
    try:
        return document_of(assistant.documents, name)
    except InputError:
        if library is not None:
            with contextlib.suppress(InputError):
                return library.by_source(name)
        raise


def versions_of(assistant: AssistantLike, document: Document) -> list[dict[str, Any]]:
    """The versions that are kept of a document, the oldest first; none outside a library.

    ``pages`` are the offsets in the text of a version at which the pages of its original begin.
    """
    library = library_of(assistant)
    if library is None or document.version is None:
        return []
    told = ("number", "name", "source", "media_type", "digest", "added", "current", "pages")
    return [{name: getattr(version, name) for name in told} for version in library.versions(document.id)]


def original_of(assistant: AssistantLike, document: Document) -> tuple[Version, Path] | None:
    """The version of a kept document and the file that it was read from; None where there is none, or no longer."""
    library = library_of(assistant)
    if library is None or document.version is None:
        return None
    try:
        return library.version(document.id, document.version), library.original(document.id, document.version)
    except InputError:
        return None


def region_of(documents: Sequence[Document], name: str | None) -> str | None:
    """The region that is asked for, None for none. Raises InputError that names what there is."""
    if name and name not in (known := regions(documents)):
        raise InputError(f"没有这个地区：{name}；可选：{'、'.join(known)}", f"no such region: {name}; choose from: {', '.join(known)}")
    return name or None


def _plain(title: str) -> str:
    return "".join(title.split()).strip("《》")
