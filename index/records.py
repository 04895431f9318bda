"""The records that flow through the house: file → Document → Part → Hit → Quote → Answer.

A text is never copied once it is read: parts, sentences and quotes are spans of ``Document.text``, so
what is shown as a quote is verbatim by construction. Offsets count Unicode code points, ``start``
inclusive, ``end`` exclusive.

Errors, all of them meant for a person to read, each in Chinese and in English::

    TradeAssistantError
    ├── InputError            what the user gave cannot be used; says what to do (exit code 2)
    │   └── DocumentError     a file cannot be read as a document
    └── IndexProblem          a saved index does not fit; names the command that rebuilds it
        ├── IndexMissing      there is none
        ├── IndexStale        built from other documents or with another encoder or format
        └── IndexDamaged      a file of it is missing or not the one that was written
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

PartKind = Literal[
    "title",
    "number",
    "addressees",
    "preamble",
    "section",
    "clause",
    "closing",
    "signature",
    "contact",
    "note",
]
DocumentStatus = Literal["draft", "abridged"]


class TradeAssistantError(Exception):
    """Root of every error that is raised on purpose, in Chinese and English: the surface that tells it chooses."""

    def __init__(self, zh: str, en: str | None = None) -> None:
        super().__init__(zh, en or zh)
        self.zh, self.en = zh, en or zh

    def __str__(self) -> str:
        return self.zh if self.zh == self.en else f"{self.zh} / {self.en}"

    def said(self, language: str) -> str:
        """The text in English where ``language`` is "en", else in Chinese."""
        return self.en if language == "en" else self.zh


class InputError(TradeAssistantError):
    """What the user gave cannot be used."""


class DocumentError(InputError):
    """A file cannot be read as a document."""


class IndexProblem(TradeAssistantError):
    """A saved index cannot serve."""


class IndexMissing(IndexProblem):
    """There is no index at the given place."""


class IndexStale(IndexProblem):
    """The index was built from other documents, with another encoder or by another version."""


class IndexDamaged(IndexProblem):
    """A file of the index is missing or differs from what was written."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece ``[start, end)`` of a text, in code points."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]

    def trimmed(self, text: str) -> Span:
        """Without the white space at its ends."""
        piece = self.of(text)
        start = self.start + len(piece) - len(piece.lstrip())
        return Span(start, max(start, self.start + len(piece.rstrip())))


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a document; the parts of a document tile its text without gap or overlap.

    ``number`` is as printed ("（六）", "10.", "第三条"); ``heading`` is the part's own heading without
    number and closing mark; ``section`` is the line of the section that it stands in. ``responsible``
    are the single units in charge (责任单位), None where the text names none or leaves it open; then
    ``responsible_candidates`` keeps the lines that may belong to it. ``responsible_spans`` are the brackets
    or lines that name the units, in the document's text.
    """

    id: str
    kind: PartKind
    start: int
    end: int
    number: str | None = None
    heading: str | None = None
    section: str | None = None
    responsible: tuple[str, ...] | None = None
    responsible_candidates: tuple[str, ...] | None = None
    responsible_spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A policy notice as read. What the text does not state is None; nothing is filled in.

    ``source`` is the path that is shown to the user, ``text`` the decoded text of the file, line ends
    untouched. ``number`` is the 文号, ``issued`` an ISO date, ``status`` what the text says of itself. ``version`` is the
    one that the text is of, from 1, where the document is kept in a library.
    """

    id: str
    source: str
    text: str = field(repr=False)
    title: str | None = None
    number: str | None = None
    issuer: str | None = None
    region: str | None = None
    issued: str | None = None
    status: DocumentStatus | None = None
    status_span: Span | None = None
    addressees: str | None = None
    contact: str | None = None
    attachment_title: str | None = None
    version: int | None = None
    parts: tuple[Part, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of a document inside one of its parts: never a copy, so always verbatim."""

    document: Document
    part: Part
    start: int
    end: int
    score: float = 0.0

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Hit:
    """A sentence that the search found, and why.

    The ranks count from 0, None where an engine did not find it. ``dense``, ``late`` and ``lexical`` are the
    scores that ``score`` is mixed from; ``late_part`` is late interaction with the whole part, ``lexicon`` the
    score of the lexicon's terms; ``gap`` and ``gap_part`` tell how much of the question its worst-met word
    leaves open in the sentence and in the part.
    """

    quote: Quote
    score: float
    dense_rank: int | None = None
    lexical_rank: int | None = None
    dense: float = 0.0
    late: float = 0.0
    lexical: float = 0.0
    late_part: float = 0.0
    gap: float = 0.0
    gap_part: float = 0.0
    lexicon: float = 0.0
