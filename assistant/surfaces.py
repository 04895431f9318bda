"""What page, HTTP and MCP need of the core. Each of them draws the same Answers and decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from assistant.places import regions
from index.records import Document, Hit, InputError


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


def region_of(documents: Sequence[Document], name: str | None) -> str | None:
    """The region that is asked for, None for none. Raises InputError that names what there is."""
    if name and name not in (known := regions(documents)):
        raise InputError(f"没有这个地区：{name}；可选：{'、'.join(known)}", f"no such region: {name}; choose from: {', '.join(known)}")
    return name or None


def _plain(title: str) -> str:
    return "".join(title.split()).strip("《》")
