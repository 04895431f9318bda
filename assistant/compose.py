"""Hits → Answer: which sentences answer, what is said around them, and when nothing answers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence

from assistant.answer import Answer, Cell, Comparison
from assistant.phrases import join, say
from assistant.question import Asks, Question
from assistant.validity import validity
from index.figures import figures
from index.records import Document, Hit, Part, Quote
from index.text import one_line

NEAR = 0.19  # fused score below which a sentence is not about the question
KEEP = 0.86  # share of the best score that a further sentence of the same region needs
KEEP_REGION = 0.72  # share of the best score that the best sentence of another region needs
MOST = 4  # quotes shown
RELATED = 3

Field = Callable[[Document], str | None]
_FIELDS: dict[Asks, tuple[Field, tuple[str, ...]]] = {
    "number": (lambda d: d.number, ("number",)),
    "issuer": (lambda d: d.issuer, ("signature", "title", "note")),
    "issued": (lambda d: d.issued, ("signature", "note")),
    "contact": (lambda d: d.contact, ("contact", "clause")),
}
_CONTACT = re.compile(r"\d{7,}|\d{3,4}[-－]\d{7,8}|1\d{10}|@|\b12\d{3}\b")


def field_answer(question: Question, documents: Sequence[Document], as_of: datetime.date) -> Answer | None:
    """Answer a question for a fact of the document itself (文号, issuer, date, contact); None if it is no such question."""
    if question.asks not in _FIELDS or not documents:
        return None
    read, kinds = _FIELDS[question.asks]
    quotes, missing = [], []
    for document in documents:
        part = _holding(document, read(document), kinds, question.asks)
        if part:
            start, end = _trimmed(document, part)
            quotes.append(Quote(document, part, start, end, 1.0))
        else:
            missing.append(document)
    fact = say(question.asks, question.language)
    unstated = [say("not_stated_field", question.language, title=one_line(d.title or d.source).strip("《》"), fact=fact) for d in missing]
    if not quotes:
        titles = tuple(Quote(d, p, *_trimmed(d, p), 0.0) for d in missing for p in d.parts[:1])
        return _answer(question, as_of, "not_found", "\n".join(unstated), related=titles)
    return _answered(question, quotes, as_of, say("lead", question.language), tuple(unstated))


def _holding(document: Document, value: str | None, kinds: Sequence[str], kind: Asks) -> Part | None:
    """The part in which the document states ``value``."""
    if not value:
        return None
    pieces = [value[:4]] if kind == "issued" else [value, re.split("[、\n]", value)[0]]
    for wanted in kinds:
        for part in document.parts:
            inside = document.text[part.start : part.end]
            if part.kind == wanted and any(piece in inside for piece in pieces):
                return part
    return None


def _trimmed(document: Document, part: Part) -> tuple[int, int]:
    inside = document.text[part.start : part.end]
    lead = len(inside) - len(inside.lstrip())
    return part.start + lead, part.start + len(inside.rstrip())


def answer(question: Question, hits: Sequence[Hit], as_of: datetime.date) -> Answer:
    """Compose the answer to a question that was searched; ``hits`` best first, inside the question's scope."""
    if not hits or hits[0].score < NEAR:
        return not_found(question, [h for h in hits[:RELATED] if h.score >= NEAR * 0.8], as_of)
    chosen = _choose(question, hits)
    if question.asks == "who":
        return _who(question, chosen, hits, as_of)
    if question.asks == "contact" and not any(_CONTACT.search(q.text) for q in chosen):
        return not_found(question, hits[:RELATED], as_of, fact="contact")
    if question.asks == "amount" and not any(figures(q.document.text, q.start, q.end) for q in chosen):
        return not_found(question, hits[:RELATED], as_of, fact="amount")
    return _answered(question, chosen, as_of, say("lead", question.language))


def not_found(question: Question, hits: Sequence[Hit], as_of: datetime.date, fact: str | None = None, text: str | None = None) -> Answer:
    """Say what is not stated; the nearest clauses are only ``related``."""
    related = tuple(hit.quote for hit in hits)
    if text is None:
        text = say("not_found_fact", question.language, fact=say(fact, question.language)) if fact else say("not_found", question.language)
    if related:
        text += "\n\n" + say("related", question.language)
    return _answer(question, as_of, "not_found", text, related=related)


def not_covered(question: Question, hits: Sequence[Hit], regions: Sequence[str], as_of: datetime.date) -> Answer:
    """The question names a place that no document is for."""
    places = join(list(question.foreign), question.language)
    text = say("not_covered", question.language, places=places, regions=join(list(regions), question.language))
    return not_found(question, hits, as_of, text=text)


def reply(question: Question, key: str, examples: Sequence[str], as_of: datetime.date, **values: object) -> Answer:
    """A short reply that needs no clause: a greeting, or one question back with examples to choose from."""
    status = "chat" if key in ("greeting", "thanks", "identity") else "clarify"
    return _answer(question, as_of, status, say(key, question.language, **values), follow_ups=tuple(examples))


def _choose(question: Question, hits: Sequence[Hit]) -> list[Quote]:
    """The best sentence, others as near to it, and the best of every other region that states something."""
    top = hits[0].score
    chosen: list[Quote] = []
    seen: set[str | None] = set()
    wide = not question.regions or len(question.regions) > 1
    for hit in hits:
        quote = hit.quote
        region = quote.document.region
        first = region not in seen
        share = (KEEP_REGION if first and wide else KEEP) if chosen else 0.0
        if hit.score >= max(NEAR, share * top) or (question.asks == "compare" and first and region in question.regions):
            if quote.part.kind in ("clause", "preamble", "closing", "contact", "note", "signature", "number", "title") or not chosen:
                chosen.append(quote)
                seen.add(region)
        if len(chosen) >= MOST:
            break
    return chosen


def _who(question: Question, chosen: Sequence[Quote], hits: Sequence[Hit], as_of: datetime.date) -> Answer:
    """The units in charge of the clauses found, quoted from their bracket or line; with the measure itself."""
    lines: list[Quote] = []
    measures: list[Quote] = []
    parts: set[str] = set()
    for quote in chosen:
        if quote.part.id in parts or len(parts) >= 2 + len(question.regions):
            continue
        parts.add(quote.part.id)
        lines += [Quote(quote.document, quote.part, s.start, s.end, quote.score) for s in quote.part.responsible_spans]
        if quote.part.responsible_spans and not any(s.start <= quote.start < s.end for s in quote.part.responsible_spans):
            measures.append(quote)
        if len(question.regions) == 1 and lines:
            break
    if lines:
        return _answered(question, [*lines, *measures][:MOST], as_of, say("lead_who", question.language))
    best = chosen[0]
    if best.part.responsible_candidates:
        return not_found(question, hits[:RELATED], as_of, text=say("candidates", question.language))
    return not_found(question, hits[:RELATED], as_of, fact="who")


def _answered(question: Question, quotes: Sequence[Quote], as_of: datetime.date, lead: str, notices: tuple[str, ...] = ()) -> Answer:
    lines = [*_validity_lines(question, quotes, as_of), lead]
    for n, quote in enumerate(quotes, 1):
        place = f" {quote.part.number}" if quote.part.number else ""
        region = quote.document.region or say("unstated", question.language)
        lines.append(say("item", question.language, region=region, label=place, text=_markdown(one_line(quote.text)), refs=f"[{n}]"))
    comparison = _comparison(question, quotes) if question.asks == "compare" else None
    return _answer(
        question,
        as_of,
        "answered",
        "\n".join(lines),
        quotes=tuple(quotes),
        notices=(*notices, *_abridged(question, quotes)),
        comparison=comparison,
        confidence=min(1.0, quotes[0].score),
        follow_ups=_follow_ups(question, quotes),
    )


def _markdown(text: str) -> str:
    """Signs that Markdown would take for its own are written so that they show as they are."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", text)


def _validity_lines(question: Question, quotes: Sequence[Quote], as_of: datetime.date) -> list[str]:
    """What must be said first: expired, draft, not yet in force; and the state of it where that is asked."""
    groups: dict[tuple[str, str], list[str]] = {}
    for n, quote in enumerate(quotes, 1):
        holds = validity(quote.document, quote.part, quote.start, quote.end, as_of)
        key = holds.status
        if key in ("not_stated", "in_force") and question.asks != "validity":
            continue
        basis = one_line(holds.basis.of(quote.document.text)) if holds.basis else ""
        groups.setdefault(("not_stated_term" if key == "not_stated" else key, basis), []).append(f"[{n}]")
    return [say(key, question.language, refs="".join(refs), as_of=as_of.isoformat(), basis=basis) for (key, basis), refs in groups.items()]


def _abridged(question: Question, quotes: Sequence[Quote]) -> list[str]:
    refs = "".join(f"[{n}]" for n, q in enumerate(quotes, 1) if q.document.status == "abridged")
    return [say("abridged", question.language, refs=refs)] if refs else []


def _comparison(question: Question, quotes: Sequence[Quote]) -> Comparison | None:
    regions = list(question.regions) or list(dict.fromkeys(q.document.region or "" for q in quotes))
    if len(regions) < 2:
        return None
    rows = []
    for region in regions:
        found = next((n for n, q in enumerate(quotes) if q.document.region == region), None)
        text = one_line(quotes[found].text) if found is not None else say("unstated", question.language)
        rows.append((region, (Cell(text, found),)))
    return Comparison((say("column", question.language),), tuple(rows))


def _follow_ups(question: Question, quotes: Sequence[Quote]) -> tuple[str, ...]:
    """Questions about the first clause that the documents do answer."""
    best = quotes[0]
    region, heading = best.document.region, best.part.heading
    if not region or not heading:
        return ()
    offered = []
    if best.part.responsible and question.asks != "who":
        offered.append(say("ask_who", question.language, region=region, heading=heading))
    if question.asks != "validity":
        offered.append(say("ask_valid", question.language, region=region, heading=heading))
    return tuple(offered)


def _answer(question: Question, as_of: datetime.date, status: str, text: str, **rest: object) -> Answer:
    return Answer(
        question=question.asked,
        standalone_question=question.standalone,
        language=question.language,
        status=status,  # type: ignore[arg-type]
        text=text,
        as_of=as_of,
        **rest,  # type: ignore[arg-type]
    )
