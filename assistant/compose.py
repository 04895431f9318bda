"""Ranked hits → Answer: which sentences answer, what is said around them, and when nothing answers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from assistant.answer import Answer, Cell, Comparison, label
from assistant.evidence import asked, demanded, stated
from assistant.extent import extended
from assistant.phrases import join, say
from assistant.places import english_name
from assistant.premise import Correction, claims, figure_correction, normal, takes_adoption_for_granted, unit_correction, whole_text
from assistant.question import Asks, Question
from assistant.rank import Ranked, limit
from assistant.validity import document_term, validity
from index.figures import figures
from index.records import Document, Hit, Part, Quote, Span
from index.text import one_line

NEAR = 0.19  # fused score of the best sentence below which a question is beside the subject
CORRECTABLE = 0.25  # least chance of the first sentence where it corrects a figure of the question
KEEP = 0.12  # share of the best chance that a further sentence of the same region needs
KEEP_REGION = 0.02  # share of the best chance that the best sentence of another region needs
NEAR_REGION = 0.85  # or as near to the question as this share of the nearest sentence
LEAST_COMPARED = 0.05  # chance that a row of a comparison needs
LEAST = 0.015  # chance that a further sentence needs in any case
MOST = 4  # quotes shown
RELATED = 3
VALUE_KINDS = frozenset({"percent", "money", "duration", "date", "count"})

Field = Callable[[Document], str | None]
_FIELDS: dict[Asks, tuple[Field, tuple[str, ...]]] = {
    "number": (lambda d: d.number, ("number", "title")),
    "issuer": (lambda d: d.issuer, ("signature", "title", "note")),
    "issued": (lambda d: d.issued, ("signature", "note")),
    "contact": (lambda d: d.contact, ("contact", "clause")),
}
# The question asks where a figure is written, or to confirm it.
_ASCRIBES = re.compile(r"规定|哪一?条|写的|写了|对吗|对吧|是吗|是吧|right\?|correct\?", re.I)
_CONTACT = re.compile(r"\d{7,}|\d{3,4}[-－—]\d{7,8}|1\d{10}|@|\b12\d{3}\b")


# answers about a document as a whole


def field_answer(question: Question, documents: Sequence[Document], as_of: datetime.date) -> Answer | None:
    """Answer a question for a fact of the document itself (文号, issuer, date, contact); None if it is no such question."""
    if question.asks not in _FIELDS or not documents:
        return None
    read, kinds = _FIELDS[question.asks]
    quotes, missing = [], []
    for document in documents:
        part = _holding(document, read(document), kinds, question.asks)
        if part:
            quotes.append(Quote(document, part, *_trimmed(document, part), 1.0))
        else:
            missing.append(document)
    fact = say(question.asks, question.language)
    unstated = [say("not_stated_field", question.language, title=_title(d), fact=fact) for d in missing]
    if not quotes:
        titles = tuple(Quote(d, p, *_trimmed(d, p), 0.0) for d in missing for p in d.parts if p.kind == "title")
        return _answer(question, as_of, "not_found", "\n".join(unstated), related=titles[:RELATED])
    return _answered(question, quotes, as_of, say("lead", question.language), 0.95, notices=tuple(unstated))


def term_answer(question: Question, documents: Sequence[Document], as_of: datetime.date) -> Answer | None:
    """Answer whether a document as a whole is in force: from its term, its being a draft, else its date."""
    quotes = []
    leads = []
    for document in documents:
        _, _, basis = document_term(document)
        span = (
            document.status_span
            if document.status == "draft" and takes_adoption_for_granted(question.text)
            else basis or document.status_span
        )
        if document.status != "draft" and basis is None:
            span = None
        part = _part_at(document, span.start) if span else next((p for p in document.parts if p.kind == "signature"), None)
        part = part or next((p for p in document.parts if p.kind == "title"), document.parts[0])
        start, end = (span.start, span.end) if span else _trimmed(document, part)
        quotes.append(Quote(document, part, start, end, 0.9))
        refs = f"[{len(quotes)}]"
        if document.status == "draft":
            leads.append(say("lead_draft", question.language, refs=refs))
        else:
            key = "stated_term" if basis else "unstated_term"
            leads.append(say(key, question.language, title=f"《{_title(document)}》"))
    return _answered(question, quotes[:MOST], as_of, "\n".join(leads), 0.85) if quotes else None


def _part_at(document: Document, offset: int) -> Part | None:
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


def _trimmed(document: Document, part: Part) -> tuple[int, int]:
    span = Span(part.start, part.end).trimmed(document.text)
    return span.start, span.end


def _title(document: Document) -> str:
    return one_line(document.title or document.source).strip("《》")


# answers from searched sentences


def answer(question: Question, ranked: Ranked, outside: Ranked | None, as_of: datetime.date) -> Answer:
    """Compose the answer to a question that was searched in its scope; ``outside`` is the ranking of all documents."""
    if not ranked.hits or max(h.score for h in ranked.hits) < NEAR:
        return not_found(question, (), as_of)
    elsewhere = _elsewhere(question, ranked, outside)
    if elsewhere is not None:
        return _from_elsewhere(question, elsewhere, as_of)
    chosen = _choose(question, ranked)
    drafts = takes_adoption_for_granted(question.text) and term_answer(question, _drafts(chosen), as_of)
    if drafts:
        return replace(drafts, quotes=(*drafts.quotes, *chosen)[:MOST])
    corrected = _correction(question, chosen)
    missing = _missing(question, ranked)
    named = _has_units(question, ranked)
    least = limit("stated_following" if question.previous or question.addition or named else "stated")
    if named and question.previous:
        least = 0.0  # the clause is known, and its units are
    ascribed = corrected or _confirmed(question, chosen)
    if (ranked.stated < least or missing) and not (ascribed and ranked.chances[0] >= CORRECTABLE):
        near = [h for h in ranked.hits[:RELATED] if h.score >= NEAR]
        return not_found(question, near, as_of, fact=missing)
    if question.asks == "who":
        return _who(question, chosen, ranked, as_of)
    lead = corrected[0] if corrected else say("lead", question.language)
    notices = (lead,) if corrected else ()
    if question.asks == "validity":
        chosen = [*chosen[:1], *_terms(chosen[:1]), *chosen[1:]][:MOST]
    return _answered(question, chosen, as_of, lead, ranked.confidence, notices=notices)


def compare(question: Question, groups: Sequence[tuple[str, Ranked]], as_of: datetime.date) -> Answer | None:
    """A table with a row for each place or document; None where fewer than two of them state anything."""
    quotes: list[Quote] = []
    rows: list[tuple[str, tuple[Cell, ...]]] = []
    kinds = asked(question.text)
    figured = bool(kinds & VALUE_KINDS)
    units = "units" in kinds or question.asks == "who"
    columns = ["column_text", *(["column_figures"] if figured else []), *(["column_units"] if units else [])]
    sure: list[float] = []
    for name, ranked in groups:
        best = _comparable(question, ranked)
        if best is None:
            rows.append((name, tuple(Cell(say("unstated", question.language), None) for _ in columns)))
            continue
        sure.append(ranked.confidence)
        rows.append((name, _cells(question, best.quote, columns, quotes)))
        for n in range(1, min(3, len(ranked.hits))):
            if ranked.chances[n] >= max(0.3, 0.6 * ranked.chances[0]) and len(quotes) < 2 * MOST:
                quotes.append(ranked.hits[n].quote)
    if len(sure) < 2:
        return None
    table = Comparison(tuple(say(c, question.language) for c in columns), tuple(rows))
    text = "\n".join([*_validity_lines(question, quotes, as_of), say("lead_compare", question.language), *_items(question, quotes)])
    notices = tuple(_abridged(question, quotes))
    confidence = sum(sure) / len(sure)
    return _answer(question, as_of, "answered", text, quotes=tuple(quotes), notices=notices, comparison=table, confidence=confidence)


def _comparable(question: Question, ranked: Ranked) -> Hit | None:
    """The sentence of one row: the best one, or one nearly as good that states the kind of fact compared."""
    if not ranked.hits or ranked.chances[0] < LEAST_COMPARED or ranked.hits[0].score < NEAR:
        return None
    wanted = asked(question.text) & VALUE_KINDS
    near = [h for h, chance in zip(ranked.hits[:4], ranked.chances, strict=False) if chance >= 0.15 * ranked.chances[0]]
    return next((h for h in near if wanted & stated(one_line(h.quote.text))), ranked.hits[0])


def _cells(question: Question, quote: Quote, columns: Sequence[str], quotes: list[Quote]) -> tuple[Cell, ...]:
    """The cells of one row; their quotes are appended to ``quotes``."""
    quotes.append(quote)
    place = len(quotes) - 1
    cells = []
    for column in columns:
        if column == "column_text":
            cells.append(Cell(one_line(quote.text), place))
        elif column == "column_figures":
            found = figures(quote.document.text, quote.start, quote.end)
            text = "；".join(one_line(span.of(quote.document.text)) for span in found)
            cells.append(Cell(text or say("unstated", question.language), place if found else None))
        elif quote.part.responsible_spans:
            span = quote.part.responsible_spans[0]
            quotes.append(Quote(quote.document, quote.part, span.start, span.end, quote.score))
            cells.append(Cell("、".join(quote.part.responsible or ()), len(quotes) - 1))
        else:
            cells.append(Cell(say("unstated", question.language), None))
    return tuple(cells)


def whole_clause(question: Question, quotes: Sequence[Quote], as_of: datetime.date) -> Answer:
    """The whole clauses that quotes stand in, behind their number and heading."""
    whole = []
    for quote in quotes:
        start, end = _trimmed(quote.document, quote.part)
        name = quote.part.heading or quote.part.number or ""
        body = re.compile(r"[。：:\s]*").match(quote.document.text, quote.document.text.find(name, start) + len(name))
        if name and body and body.end() < end:
            start = body.end()
        whole.append(Quote(quote.document, quote.part, start, end, quote.score))
    return _answered(question, whole, as_of, say("lead_whole", question.language), 0.9)


def with_uncovered(question: Question, composed: Answer, regions: Sequence[str]) -> Answer:
    """The answer with a notice of the places that no document is for."""
    places = join([region_name(p, question) for p in question.foreign], question.language)
    held = join([region_name(r, question) for r in regions], question.language)
    line = say("also_not_covered", question.language, places=places, regions=held)
    return replace(composed, text=f"{line}\n{composed.text}", notices=(line, *composed.notices))


def elsewhere_in_library(question: Question, composed: Answer) -> Answer:
    """An answer from other places than the conversation was about, with a notice that says so."""
    places = join([region_name(r, question) for r in question.regions], question.language)
    line = say("lead_wider", question.language, places=places)
    return replace(composed, text=f"{line}\n{composed.text}", notices=(line, *composed.notices))


def not_found(question: Question, hits: Sequence[Hit], as_of: datetime.date, fact: str | None = None, text: str | None = None) -> Answer:
    """Say what is not stated; the nearest clauses are only ``related``."""
    related = tuple(hit.quote for hit in hits)
    if text is None:
        known = fact and related
        text = (
            say("not_found_fact", question.language, fact=say(fact or "", question.language))
            if known
            else say("not_found", question.language)
        )
    if related:
        text += "\n\n" + say("related", question.language)
    return _answer(question, as_of, "not_found", text, related=related)


def not_covered(question: Question, hits: Sequence[Hit], regions: Sequence[str], as_of: datetime.date) -> Answer:
    """The question names a place that no document is for."""
    places = join([region_name(p, question) for p in question.foreign], question.language)
    held = join([region_name(r, question) for r in regions], question.language)
    text = say("not_covered", question.language, places=places, regions=held)
    return not_found(question, hits, as_of, text=text)


def reply(question: Question, key: str, examples: Sequence[str], as_of: datetime.date, **values: object) -> Answer:
    """A short reply that needs no clause: a greeting, or one question back with examples to choose from."""
    status = {"greeting": "chat", "thanks": "chat", "identity": "chat", "alter": "not_found"}.get(key, "clarify")
    return _answer(question, as_of, status, say(key, question.language, **values), follow_ups=tuple(examples))


def _choose(question: Question, ranked: Ranked) -> list[Quote]:
    """The best sentence, others as near to it, and the best of every other region that states something."""
    top, nearest = ranked.chances[0], max(hit.score for hit in ranked.hits)
    chosen: list[Quote] = []
    seen: set[str | None] = set()
    wide = not question.regions or len(question.regions) > 1
    for hit, chance in zip(ranked.hits, ranked.chances, strict=True):
        region = hit.quote.document.region
        other = wide and region not in seen
        share = KEEP_REGION if other else KEEP
        as_near = other and hit.score >= NEAR_REGION * nearest
        if not chosen or as_near or chance >= max(LEAST, share * top):
            seen.add(region)
            if not any(_inside(hit.quote, other) for other in chosen):
                chosen.append(extended(hit.quote, question.text))
        if len(chosen) >= MOST:
            break
    return chosen


def _drafts(chosen: Sequence[Quote]) -> list[Document]:
    """The draft that the best quote is from."""
    return [q.document for q in chosen[:1] if q.document.status == "draft"]


def _terms(quotes: Sequence[Quote]) -> list[Quote]:
    """The words in which the documents of the quotes state their own term."""
    found = []
    for quote in quotes:
        span = document_term(quote.document)[2]
        part = _part_at(quote.document, span.start) if span else None
        if span and part and not quote.start <= span.start < quote.end:
            found.append(Quote(quote.document, part, span.start, span.end, quote.score))
    return found


def _inside(quote: Quote, other: Quote) -> bool:
    return quote.document.id == other.document.id and other.start <= quote.start and quote.end <= other.end


def _has_units(question: Question, ranked: Ranked) -> bool:
    """Who is in charge of a clause that was surely found is stated where it names units."""
    sure = question.previous is not None or ranked.chances[0] >= 0.5
    return question.asks == "who" and sure and bool(ranked.hits[0].quote.part.responsible_spans)


def _missing(question: Question, ranked: Ranked) -> str | None:
    """A kind of fact that is asked for outright and stated in none of the best sentences."""
    if question.asks == "contact" and not any(_CONTACT.search(h.quote.text) for h in ranked.hits[:3]):
        return "contact"
    added = question.addition or (question.asked if question.previous else "")
    wanted = demanded(added if asked(added) else question.text)
    told = frozenset().union(
        *(
            stated(one_line(h.quote.text))
            for h, c in list(zip(ranked.hits, ranked.chances, strict=True))[:3]
            if c >= 0.3 * ranked.chances[0]
        )
    )
    if wanted and not wanted & told:
        return next(iter(sorted(wanted)))
    return None


def _correction(question: Question, chosen: Sequence[Quote]) -> tuple[str, Correction] | None:
    """The line that says what the clause states instead of what the question takes for granted."""
    around = whole_text(chosen)
    for n, quote in enumerate(chosen[:2], 1):
        found = figure_correction(question.text, quote, around)
        if found:
            return say("lead_corrected", question.language, claimed=found.claimed, stated=one_line(found.stated), refs=f"[{n}]"), found
    return None


def _confirmed(question: Question, chosen: Sequence[Quote]) -> bool:
    """The question asks whether a figure is right, and the first sentence holds it."""
    said = claims(question.text)
    there = normal(chosen[0].text)
    return bool(said) and bool(_ASCRIBES.search(question.text)) and all(_figure(number).search(there) for number, _ in said)


def _figure(number: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.]){re.escape(number)}(?![\d.])")


def _elsewhere(question: Question, ranked: Ranked, outside: Ranked | None) -> Hit | None:
    """The clause of another document that holds a figure which the question ascribes to the one it names."""
    said = claims(question.text)
    if outside is None or not outside.hits or not said or not _ASCRIBES.search(question.text):
        return None
    best = outside.hits[0]
    if best.quote.document.id in (question.documents or ()):
        return None
    here = normal(whole_text([h.quote for h in ranked.hits[:3]]))
    there = normal(best.quote.text)
    held = [f for f in said if _figure(f[0]).search(there)]
    missing = [f for f in held if not _figure(f[0]).search(here)]
    return best if missing and outside.chances[0] >= max(0.3, ranked.chances[0] * 0.8) else None


def _from_elsewhere(question: Question, hit: Hit, as_of: datetime.date) -> Answer:
    place = f"{hit.quote.document.region or ''}{label(hit.quote)}"
    line = say("lead_elsewhere", question.language, place=place, refs="[1]")
    return _answered(question, [hit.quote], as_of, line, 0.6, notices=(line,))


def _who(question: Question, chosen: Sequence[Quote], ranked: Ranked, as_of: datetime.date) -> Answer:
    """The units in charge of the clauses found, quoted from their bracket or line; with the measure itself."""
    lines: list[Quote] = []
    measures: list[Quote] = []
    parts: set[str] = set()
    for quote in chosen:
        if quote.part.id in parts:
            continue
        parts.add(quote.part.id)
        spans = quote.part.responsible_spans
        lines += [Quote(quote.document, quote.part, s.start, s.end, quote.score) for s in spans]
        if spans and not any(s.start <= quote.start < s.end for s in spans):
            measures.append(quote)
        if len(question.regions) == 1 and lines:
            break
    stated_in_text = [q for q in chosen if re.search(r"(?:由|牵头|负责|会同|受理|审核|主管)", q.text)]
    if lines:
        found = unit_correction(question.text, lines[0].part)
        lead = say("lead_who", question.language)
        if found:
            lead = say("lead_units", question.language, claimed=found.claimed, stated=found.stated, refs="[1]")
        notices = (lead,) if found else ()
        return _answered(question, [*lines[:3], *measures][:MOST], as_of, lead, ranked.confidence, notices=notices)
    if stated_in_text:
        return _answered(question, stated_in_text[:2], as_of, say("lead", question.language), ranked.confidence)
    if chosen[0].part.responsible_candidates:
        return not_found(question, ranked.hits[:RELATED], as_of, text=say("candidates", question.language))
    return not_found(question, ranked.hits[:RELATED], as_of, fact="who")


# what is said around the quotes


def _answered(
    question: Question, quotes: Sequence[Quote], as_of: datetime.date, lead: str, confidence: float, notices: tuple[str, ...] = ()
) -> Answer:
    lines = [*_validity_lines(question, quotes, as_of), lead, *_items(question, quotes)]
    return _answer(
        question,
        as_of,
        "answered",
        "\n".join(lines),
        quotes=tuple(quotes),
        notices=(*notices, *_abridged(question, quotes)),
        confidence=confidence,
        follow_ups=_follow_ups(question, quotes),
    )


def _items(question: Question, quotes: Sequence[Quote]) -> list[str]:
    """A line for each quote: where it is from and the words of it that state what was asked."""
    lines = []
    for n, quote in enumerate(quotes, 1):
        values = {"text": _told(question, quote), "refs": f"[{n}]"}
        region = region_name(quote.document.region, question)
        if region:
            place = f" {quote.part.number.rstrip('、.．')}" if quote.part.number else ""
            lines.append(say("item", question.language, region=region, label=place, **values))
        else:
            lines.append(say("item_bare", question.language, **values))
    return lines


def region_name(region: str | None, question: Question) -> str:
    """A region in the language of the answer; empty where the document states none."""
    return english_name(region) if region and question.language == "en" else region or ""


def _told(question: Question, quote: Quote) -> str:
    """The piece of the quote that holds the asked figures, these in bold; the whole quote where none is asked."""
    text = quote.document.text
    found = list(figures(text, quote.start, quote.end)) if asked(question.text) & VALUE_KINDS else []
    start, end = (_segments(text, quote, found)) if found else (quote.start, quote.end)
    pieces, at = [], start
    for span in (s for s in found if s.start >= start and s.end <= end):
        pieces += [_markdown(text[at : span.start]), f"**{_markdown(one_line(span.of(text)))}**"]
        at = span.end
    return one_line("".join([*pieces, _markdown(text[at:end])]))


def _segments(text: str, quote: Quote, found: Sequence[Span]) -> tuple[int, int]:
    """From the comma before the first figure to the comma behind the last; short quotes stay whole."""
    if quote.end - quote.start <= 45:
        return quote.start, quote.end
    before = max(text.rfind(mark, quote.start, found[0].start) for mark in "，；：")
    behind = [at for mark in "，；。" if (at := text.find(mark, found[-1].end, quote.end)) >= 0]
    return (before + 1 if before >= 0 else quote.start), (min(behind) if behind else quote.end)


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
        if key == "expired" and quote.document.status == "draft":
            groups.setdefault(("draft", ""), []).append(f"[{n}]")
    return [say(key, question.language, refs="".join(refs), as_of=as_of.isoformat(), basis=basis) for (key, basis), refs in groups.items()]


def _abridged(question: Question, quotes: Sequence[Quote]) -> list[str]:
    refs = "".join(f"[{n}]" for n, q in enumerate(quotes, 1) if q.document.status == "abridged")
    return [say("abridged", question.language, refs=refs)] if refs else []


def _follow_ups(question: Question, quotes: Sequence[Quote]) -> tuple[str, ...]:
    """Questions about the first clause that the documents do answer."""
    best = quotes[0]
    region, heading = region_name(best.document.region, question), best.part.heading
    if not region or not heading:
        return ()
    offered = []
    if best.part.responsible and question.asks != "who":
        offered.append(say("ask_who", question.language, region=region, heading=heading))
    if question.asks != "validity":
        offered.append(say("ask_valid", question.language, region=region, heading=heading))
    return tuple(offered)


def _answer(question: Question, as_of: datetime.date, status: str, text: str, **rest: Any) -> Answer:
    return Answer(
        question=question.asked,
        standalone_question=question.standalone,
        language=question.language,
        status=status,  # type: ignore[arg-type]
        text=text,
        as_of=as_of,
        **rest,
    )
