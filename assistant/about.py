"""Answers about a document as a whole: its 文号, issuer, date and contact, and its term."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence

from assistant.answer import Answer
from assistant.asking import Asks
from assistant.drawn import answer_of, answered
from assistant.evidence import asked
from assistant.phrases import say
from assistant.premise import takes_adoption_for_granted
from assistant.question import Question
from assistant.validity import document_term
from index.records import Document, Part, Quote, Span
from index.text import one_line

MOST = 4  # quotes shown
RELATED = 3

Field = Callable[[Document], str | None]
_FIELDS: dict[Asks, tuple[Field, tuple[str, ...]]] = {
    "number": (lambda d: d.number, ("number", "title")),
    "issuer": (lambda d: d.issuer, ("signature", "title", "note")),
    "issued": (lambda d: d.issued, ("signature", "note")),
    "contact": (lambda d: d.contact, ("contact", "clause")),
}

# A sentence or line that names a way to be reached: 咨询电话：0990-8204417
_TELEPHONE = re.compile(
    r"[^\n。；;]*(?:电话|热线|咨询|联系|邮箱|传真)[^\n。；;]*?(?:\d{3,4}[-－—]?\d{7,8}|1\d{10}|[\w.]+@[\w.]+|\b12\d{3}\b)[^\n。；;]*"
)


def field_answer(question: Question, documents: Sequence[Document], as_of: datetime.date) -> Answer | None:
    """Answer a question for a fact of the document itself (文号, issuer, date, contact); None if it is no such question."""
    if question.asks not in _FIELDS or not documents:
        return None
    read, kinds = _FIELDS[question.asks]
    quotes, missing = [], []
    for document in documents:
        part = _holding(document, read(document), kinds, question.asks)
        line = _with_telephone(document) if question.asks == "contact" and not part else None
        if part:
            quotes.append(Quote(document, part, *trimmed(document, part), 1.0))
        elif line:
            quotes.append(line)
        else:
            missing.append(document)
    fact = say(question.asks, question.language)
    unstated = [say("not_stated_field", question.language, title=_title(d), fact=fact) for d in missing]
    if not quotes:
        titles = tuple(Quote(d, p, *trimmed(d, p), 0.0) for d in missing for p in d.parts if p.kind == "title")
        return answer_of(question, as_of, "not_found", "\n".join(unstated), related=titles[:RELATED])
    return answered(question, quotes, as_of, say("lead", question.language), 0.95, notices=tuple(unstated))


def term_answer(question: Question, documents: Sequence[Document], as_of: datetime.date) -> Answer | None:
    """Answer whether a document as a whole is in force: from its term, its being a draft, else its date."""
    quotes = []
    leads = []
    for document in documents:
        _, _, basis = document_term(document)
        when = "date" in asked(question.text)
        taken = document.status == "draft" and takes_adoption_for_granted(question.text) and not (when and basis)
        span = document.status_span if taken else basis or document.status_span
        if document.status != "draft" and basis is None:
            span = None
        part = part_at(document, span.start) if span else next((p for p in document.parts if p.kind == "signature"), None)
        part = part or next((p for p in document.parts if p.kind == "title"), document.parts[0])
        start, end = (span.start, span.end) if span else trimmed(document, part)
        quotes.append(Quote(document, part, start, end, 0.9))
        refs = f"[{len(quotes)}]"
        if document.status == "draft":
            leads.append(say("lead_draft", question.language, refs=refs))
        else:
            key = "stated_term" if basis else "unstated_term"
            leads.append(say(key, question.language, title=f"《{_title(document)}》"))
    return answered(question, quotes[:MOST], as_of, "\n".join(leads), 0.85) if quotes else None


def _with_telephone(document: Document) -> Quote | None:
    """The line that gives a telephone or address of mail, where the document has no part for it."""
    for line in _TELEPHONE.finditer(document.text):
        span = Span(line.start(), line.end()).trimmed(document.text)
        part = part_at(document, span.start)
        if part and span.end <= part.end:
            return Quote(document, part, span.start, span.end, 0.9)
    return None


def part_at(document: Document, offset: int) -> Part | None:
    """The part that an offset of the text stands in."""
    return next((p for p in document.parts if p.start <= offset < p.end), None)


def _holding(document: Document, value: str | None, kinds: Sequence[str], kind: Asks) -> Part | None:
    """The part in which the document states ``value``."""
    if not value:
        return None
    pieces = [value[:4]] if kind == "issued" else [value, re.split("[、\n]", value)[0]]
    years = [value[:4].translate(str.maketrans("0123456789", "〇一二三四五六七八九"))] if kind == "issued" else []
    for wanted in kinds:
        for part in document.parts:
            inside = re.sub(r"\s+", "", document.text[part.start : part.end]) if kind == "number" else document.text[part.start : part.end]
            if part.kind == wanted and any(piece in inside for piece in pieces + years):
                return part
    return None


def trimmed(document: Document, part: Part) -> tuple[int, int]:
    """Start and end of a part without the white space at its ends."""
    span = Span(part.start, part.end).trimmed(document.text)
    return span.start, span.end


def _title(document: Document) -> str:
    return one_line(document.title or document.source).strip("《》")
