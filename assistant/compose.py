"""Ranked hits → Answer: which sentences answer, what is said around them, and when nothing answers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.about import part_at, term_answer, trimmed
from assistant.answer import Answer, label
from assistant.asking import telegraphic
from assistant.contrasts import conflicts
from assistant.coverage import content_words, headed_part, names_of
from assistant.drawn import answered
from assistant.evidence import asked, asks_how_to_apply, demanded, stated, tabled
from assistant.extent import extended
from assistant.matters import unmet, unnamed
from assistant.phrases import say
from assistant.premise import Correction, claims, figure_correction, normal, takes_adoption_for_granted, unit_correction, whole_text
from assistant.question import Question
from assistant.rank import Ranked, limit
from assistant.replies import not_found
from assistant.validity import document_term
from index.records import Document, Hit, Quote
from index.text import one_line
from index.words import asked as terms_of
from index.words import money_terms, subjects

CORRECTABLE = 0.25  # least chance of the first sentence where it corrects a figure of the question
KEEP = 0.18  # share of the best chance that a further sentence of the same region needs
KEEP_REGION = 0.02  # share of the best chance that the best sentence of another region needs
NEAR_REGION = 0.85  # or as near to the question as this share of the nearest sentence
LEAST = 0.015  # chance that a further sentence needs in any case
MOST = 4  # quotes shown
KEYWORDS_NAMED = 0.4  # chance of the first sentence from which a query of keywords is answered by the clause that names them
KEYWORDS_UNNAMED = 0.7  # the same where none of them is a term of the trade
RELATED = 3
ONE_MATTER = 200  # letters up to which all that a clause says is taken to be of one matter

# The question asks where a figure is written, or to confirm it.
_ASCRIBES = re.compile(r"规定|哪一?条|写的|写了|对吗|对吧|是吗|是吧|[%元万亿天日月年家][吗吧么]|right\?|correct\?", re.I)
_IN_DOCUMENT = re.compile(r"号文|文件(?:里|中)|》(?:里|中|对)|通知(?:里|中)")
_CONTACT = re.compile(r"\d{7,}|\d{3,4}[-－—]\d{7,8}|1\d{10}|@|\b12\d{3}\b")


def answer(question: Question, ranked: Ranked, outside: Ranked | None, as_of: datetime.date) -> Answer:
    """Compose the answer to a question that was searched in its scope; ``outside`` is the ranking of all documents."""
    if not ranked.hits or max(h.score for h in ranked.hits) < limit("near"):
        return not_found(question, (), as_of)
    elsewhere = _elsewhere(question, ranked, outside)
    if elsewhere is not None:
        return _from_elsewhere(question, elsewhere, as_of)
    chosen = _choose(question, ranked)
    drafts = takes_adoption_for_granted(question.text) and term_answer(question, _drafts(chosen), as_of)
    if drafts:
        return replace(drafts, quotes=(*drafts.quotes, *chosen)[:MOST])
    corrected = _correction(question, chosen)
    missing = _missing(question, ranked, chosen)
    named = _has_units(question, ranked)
    least = limit("stated_following" if question.previous or question.addition or named else "stated")
    if (question.previous and named) or ((question.previous or question.addition) and question.asks == "validity"):
        least = 0.0  # the clause is known, and so are its units and what it states of its term
    if "contact" in demanded(question.text) and _CONTACT.search(chosen[0].text) and max(ranked.chances) >= CORRECTABLE:
        least = 0.0
    if telegraphic(question.text) and ranked.stated < least and _names_all(question, ranked):
        least, ranked = 0.0, replace(ranked, confidence=max(ranked.confidence, ranked.chances[0]))
    ascribed = corrected or _confirmed(question, chosen)
    if (ranked.stated < least or missing or _of_another(question, ranked)) and not (ascribed and ranked.chances[0] >= CORRECTABLE):
        near = [h for h in ranked.hits[:RELATED] if h.score >= limit("near")]
        return not_found(question, near, as_of, fact=missing)
    if question.asks == "who":
        return _who(question, chosen, ranked, as_of)
    lead = corrected[0] if corrected else say("lead", question.language)
    notices = (lead,) if corrected else ()
    if asks_how_to_apply(question.text) and not any("procedure" in stated(one_line(q.text)) for q in chosen):
        lead = "\n".join([say("unstated_procedure", question.language), lead])
    if question.asks == "validity":
        chosen = [*chosen[:1], *_terms(chosen[:1]), *chosen[1:]][:MOST]
    return answered(question, chosen, as_of, lead, ranked.confidence, notices=notices)


def by_figure(question: Question, quotes: Sequence[Quote], as_of: datetime.date) -> Answer:
    """The sentences that hold the figure of a question which names nothing else, each place's first."""
    chosen = sorted(quotes, key=lambda q: [p.document.region for p in quotes[: quotes.index(q)]].count(q.document.region))
    return answered(question, [extended(q, question.text) for q in chosen[:MOST]], as_of, say("lead", question.language), 0.5)


def whole_clause(question: Question, quotes: Sequence[Quote], as_of: datetime.date) -> Answer:
    """The whole clauses that quotes stand in, from their heading on."""
    whole = []
    for quote in quotes:
        start, end = trimmed(quote.document, quote.part)
        number, heading = quote.part.number or "", quote.part.heading
        at = quote.document.text.find(heading or number, start, end)
        if at >= 0:
            behind = re.compile(r"[。：:\s]*").match(quote.document.text, at + (0 if heading else len(number)))
            start = behind.end() if behind and behind.end() < end else start
        whole.append(Quote(quote.document, quote.part, start, end, quote.score))
    return answered(question, whole, as_of, say("lead_whole", question.language), 0.9)


def _choose(question: Question, ranked: Ranked) -> list[Quote]:
    """The best sentence, others as near to it, and the best of every other region that states something."""
    top, nearest = max(ranked.chances), max(hit.score for hit in ranked.hits)
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
        part = part_at(quote.document, span.start) if span else None
        if span and part and not quote.start <= span.start < quote.end:
            found.append(Quote(quote.document, part, span.start, span.end, quote.score))
    return found


def _inside(quote: Quote, other: Quote) -> bool:
    return quote.document.id == other.document.id and other.start <= quote.start and quote.end <= other.end


def _has_units(question: Question, ranked: Ranked) -> bool:
    """Who is in charge of a clause that was surely found is stated where it names units."""
    sure = question.previous is not None or ranked.chances[0] >= 0.5
    return question.asks == "who" and sure and bool(ranked.hits[0].quote.part.responsible_spans)


def _names_all(question: Question, ranked: Ranked) -> bool:
    """A query of keywords is answered by the clause that names all that it names, beside words for money and figures."""
    terms, quote = subjects(question.topic), ranked.hits[0].quote
    clause, region = headed_part(quote), quote.document.region or ""
    around = names_of(clause)
    words = (w for w in content_words(question.topic) if w not in clause and w not in region and not around & set(terms_of(w)))
    if any(not set(terms_of(word)) & money_terms() for word in words):
        return False  # a word of which the clause knows nothing: 火星的退税政策
    return terms <= around and ranked.chances[0] >= (KEYWORDS_NAMED if terms else KEYWORDS_UNNAMED)


def _missing(question: Question, ranked: Ranked, chosen: Sequence[Quote]) -> str | None:
    """A kind of fact that is asked for outright and stated in none of the best sentences."""
    if question.asks == "contact" and not any(_CONTACT.search(h.quote.text) for h in ranked.hits[:3]):
        return "contact"
    added = question.addition or (question.asked if question.previous else "")
    wanted = demanded(added if asked(added) else question.text)
    best = ranked.hits[0].quote
    near = [q for q in [h.quote for h in ranked.hits[:3]] + list(chosen) if q.score >= 0.3 * best.score]
    told = frozenset().union(*(stated(one_line(q.text)) | tabled(q.text) for q in near))
    if unnamed(question.text, [q.text for q in near]):
        return "names"
    named = (best.part.heading, best.part.section, best.document.title)
    if unmet(question.text, " ".join([*filter(None, named), best.document.text[best.part.start : best.part.end], *(q.text for q in near)])):
        return "amount"
    if wanted and not wanted & told:
        return next(iter(sorted(wanted)))
    return None


def _of_another(question: Question, ranked: Ranked) -> bool:
    """The best sentence, or its clause where that is short, speaks of the other side of a contrast alone: 近洋 where 远洋 is asked for."""
    quote = ranked.hits[0].quote
    around = f"{quote.part.heading or ''} {quote.part.section or ''}"
    texts = [quote.text]
    if quote.part.end - quote.part.start <= ONE_MATTER:
        texts.append(quote.document.text[quote.part.start : quote.part.end])
    return any(conflicts(question.topic, f"{around} {one_line(text)}") for text in texts)


def _correction(question: Question, chosen: Sequence[Quote]) -> tuple[str, Correction] | None:
    """The line that says what the clause states instead of what the question takes for granted."""
    for n, quote in enumerate(chosen[:2], 1):
        around = whole_text([q for q in chosen if q.document.id == quote.document.id])
        found = figure_correction(question.text, quote, around)
        if found:
            return say("lead_corrected", question.language, claimed=found.claimed, stated=one_line(found.stated), refs=f"[{n}]"), found
    return None


def _confirmed(question: Question, chosen: Sequence[Quote]) -> bool:
    """The question asks whether a figure is right, and the first sentence holds it."""
    said = claims(question.text)
    there = normal(chosen[0].text)
    return bool(said) and bool(_ASCRIBES.search(normal(question.text))) and all(_figure(number).search(there) for number, _ in said)


def _figure(number: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.]){re.escape(number)}(?![\d.])")


def _elsewhere(question: Question, ranked: Ranked, outside: Ranked | None) -> Hit | None:
    """The clause of another document that holds a figure which the question ascribes to the one it names."""
    said = claims(question.text)
    if outside is None or not outside.hits or not said or not (_ASCRIBES.search(question.text) or _IN_DOCUMENT.search(question.text)):
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
    return answered(question, [hit.quote], as_of, line, 0.6, notices=(line,))


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
    stated_in_text = [q for q in chosen if re.search(r"(?:由|牵头|负责|会同|受理|审核|主管)", q.text) or _CONTACT.search(q.text)]
    if lines:
        found = unit_correction(question.text, lines[0].part)
        lead = say("lead_who", question.language)
        if found:
            lead = say("lead_units", question.language, claimed=found.claimed, stated=found.stated, refs="[1]")
        notices = (lead,) if found else ()
        return answered(question, [*lines[:3], *measures][:MOST], as_of, lead, ranked.confidence, notices=notices)
    if stated_in_text:
        return answered(question, stated_in_text[:2], as_of, say("lead", question.language), ranked.confidence)
    if chosen[0].part.responsible_candidates:
        return not_found(question, ranked.hits[:RELATED], as_of, text=say("candidates", question.language))
    return not_found(question, ranked.hits[:RELATED], as_of, fact="who")
