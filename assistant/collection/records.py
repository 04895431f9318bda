"""What the library says of what it keeps."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from index.records import Document

FIELDS = ("title", "number", "issuer", "region", "issued")
"""The facts of a document that a person may correct; ``issued`` is an ISO date."""

Outcome = Literal["new", "version", "duplicate", "restored"]
"""new: a document that was not there; version: a further version of one; duplicate: kept already, nothing changed; restored: it was
kept and taken out of the answers, and is back."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document in the list of the library, with its facts as they stand after correction.

    ``version`` is the version that answers are given from, ``versions`` how many there are. ``corrected`` names what
    a person corrected in that version ("title", …, "parts"). ``shipped`` is True for what came with the product.
    """

    id: str
    source: str
    version: int
    versions: int
    added: str
    removed: bool
    shipped: bool
    corrected: tuple[str, ...]
    title: str | None
    number: str | None
    issuer: str | None
    region: str | None
    issued: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document; ``number`` counts from 1, ``current`` is the one that answers are given from.

    ``digest`` is the SHA-256 of the original, ``added`` a time in UTC, ``name`` what the file was called. ``pages`` are the
    offsets in the text at which the pages of the original begin, empty where the format has none.
    """

    document: str
    number: int
    name: str
    source: str
    media_type: str
    digest: str
    added: str
    current: bool
    pages: tuple[int, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The page of the original, from 1, on which ``text[offset]`` stands; None where it has no pages."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of a part: where it begins, what is corrected (``kind``, ``number``, ``heading``, ``responsible``), and to what.

    ``value`` None stands for nothing (as kind: no part begins here), ``read`` is what was read. ``words`` is the paragraph that
    stands there. ``holds`` is False where the text no longer bears it out; then it changes nothing.
    """

    start: int
    name: str
    value: str | None
    read: str | None
    words: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Added:
    """What adding a file does or would do, and ``document`` as it was understood, corrected.

    ``blank_pages`` are pages of the original without text (a scan?). ``carried`` names the corrections of the version
    before that hold for this one too, ``dropped`` those that do not, since this version reads otherwise; ``lost`` are the corrections of clauses among these. ``corrections`` are those of
    clauses that hold. ``similar`` are the ids of kept documents with the same title or 文号 of which a new document is no version as far
    as can be told; a person may know better.
    """

    outcome: Outcome
    document: Document
    version: int
    blank_pages: tuple[int, ...] = ()
    carried: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    similar: tuple[str, ...] = ()
    lost: tuple[Correction, ...] = ()
    corrections: tuple[Correction, ...] = ()
