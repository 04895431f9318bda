"""Answer: the one form that every surface returns (see README, "What an answer contains")."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.asking import Language
from assistant.validity import validity
from index.figures import figures
from index.records import Document, Part, Quote
from index.text import one_line

Status = Literal["answered", "not_found", "clarify", "chat"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a comparison: ``quote`` is the place of its quote in the answer, None where nothing is stated."""

    text: str
    quote: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A table with a row for each region."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]

    def to_dict(self) -> dict[str, Any]:
        rows = [{"region": region, "cells": [{"text": c.text, "quote": c.quote} for c in cells]} for region, cells in self.rows]
        return {"columns": list(self.columns), "rows": rows}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to one question, on the day ``as_of``. Every fact in it is a quote or a fixed phrase."""

    question: str
    standalone_question: str
    language: Language
    status: Status
    text: str
    as_of: datetime.date
    confidence: float = 0.0
    quotes: tuple[Quote, ...] = ()
    related: tuple[Quote, ...] = ()
    notices: tuple[str, ...] = ()
    comparison: Comparison | None = None
    follow_ups: tuple[str, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The public JSON form."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question,
            "language": self.language,
            "status": self.status,
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "quotes": [quote_dict(q, self.as_of) for q in self.quotes],
            "related": [quote_dict(q, self.as_of) for q in self.related],
            "notices": list(self.notices),
            "comparison": self.comparison.to_dict() if self.comparison else None,
            "follow_ups": list(self.follow_ups),
            "as_of": self.as_of.isoformat(),
            "timings_ms": self.timings_ms,
        }


def quote_dict(quote: Quote, as_of: datetime.date) -> dict[str, Any]:
    """The public form of a quote; ``text`` is cut out of the source here and nowhere copied."""
    document, part = quote.document, quote.part
    holds = validity(document, part, quote.start, quote.end, as_of)
    return {
        "text": quote.text,
        "source": document.source,
        "start": quote.start,
        "end": quote.end,
        "document": document_dict(document),
        "clause": clause_dict(part),
        "validity": {
            "status": holds.status,
            "from": holds.starts.isoformat() if holds.starts else None,
            "until": holds.until.isoformat() if holds.until else None,
            "basis": holds.basis.of(document.text) if holds.basis else None,
        },
        "figures": [{"text": f.of(document.text), "start": f.start, "end": f.end} for f in figures(document.text, quote.start, quote.end)],
        "score": round(quote.score, 4),
    }


def document_dict(document: Document) -> dict[str, Any]:
    """The public form of what a document says of itself, and which version of it this is (None outside a library)."""
    fields = ("id", "title", "number", "issuer", "region", "issued", "status", "version")
    return {name: getattr(document, name) for name in fields}


def clause_dict(part: Part) -> dict[str, Any]:
    """The public form of the clause that a quote stands in."""
    return {
        "id": part.id,
        "number": part.number,
        "heading": part.heading,
        "section": part.section,
        "start": part.start,
        "end": part.end,
        "responsible": list(part.responsible) if part.responsible else None,
    }


def structure_dict(document: Document) -> dict[str, Any]:
    """The documents form: what was understood of a file."""
    return {
        "document": {**document_dict(document), "attachment_title": document.attachment_title},
        "source": document.source,
        "addressees": document.addressees,
        "contact": document.contact,
        "parts": [
            {
                "kind": part.kind,
                **{k: v for k, v in clause_dict(part).items() if k != "id"},
                "responsible_candidates": list(part.responsible_candidates) if part.responsible_candidates else None,
            }
            for part in document.parts
        ],
    }


def label(quote: Quote) -> str:
    """Where a quote stands, for a person: 《title》（六）."""
    title = quote.document.title or quote.document.source
    return f"《{one_line(title).strip('《》')}》{quote.part.number or ''}"
