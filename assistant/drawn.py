"""What is said around quotes: the lines of an answer, what must be said first, and what to ask next."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import Any

from assistant.answer import Answer
from assistant.evidence import VALUE_KINDS, asked
from assistant.phrases import say
from assistant.places import english_name
from assistant.question import Question
from assistant.validity import validity
from index.figures import figures
from index.records import Quote, Span
from index.text import one_line

UNDERSTOOD = 8  # letters beside the figures that a piece of a sentence needs
_PAGE_NUMBER = re.compile(r"\s*\n\s*[-—–]+\s*\d{1,3}\s*[-—–]+\s*(?=\n|$)")
_NEW_LINE = re.compile(r"[ \t]*[\r\n]+[ \t]*(?=[-*•·]\s|[^\s，。；：:、]{2,12}[：:])")


def answered(
    question: Question, quotes: Sequence[Quote], as_of: datetime.date, lead: str, confidence: float, notices: tuple[str, ...] = ()
) -> Answer:
    """An answer from quotes: what must be said first, the lead, and a line for each quote."""
    lines = [*validity_lines(question, quotes, as_of), lead, *items(question, quotes)]
    return answer_of(
        question,
        as_of,
        "answered",
        "\n".join(lines),
        quotes=tuple(quotes),
        notices=(*notices, *abridged(question, quotes)),
        confidence=confidence,
        follow_ups=_follow_ups(question, quotes),
    )


def answer_of(question: Question, as_of: datetime.date, status: str, text: str, **rest: Any) -> Answer:
    """An Answer to the question with the given fields."""
    return Answer(
        question=question.asked,
        standalone_question=question.standalone,
        language=question.language,
        status=status,  # type: ignore[arg-type]
        text=text,
        as_of=as_of,
        **rest,
    )


def region_name(region: str | None, question: Question) -> str:
    """A region in the language of the answer; empty where the document states none."""
    return english_name(region) if region and question.language == "en" else region or ""


def items(question: Question, quotes: Sequence[Quote]) -> list[str]:
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


def _told(question: Question, quote: Quote) -> str:
    """The piece of the quote that holds the asked figures, these in bold; the whole quote where none is asked."""
    text = quote.document.text
    found = list(figures(text, quote.start, quote.end)) if asked(question.text) & VALUE_KINDS else []
    start, end = (_segments(text, quote, found)) if found else (quote.start, quote.end)
    pieces, at = [], start
    for span in (s for s in found if s.start >= start and s.end <= end):
        pieces += [_markdown(text[at : span.start]), f"**{_markdown(one_line(span.of(text)))}**"]
        at = span.end
    return _flowing("".join([*pieces, _markdown(text[at:end])]))


def _segments(text: str, quote: Quote, found: Sequence[Span]) -> tuple[int, int]:
    """From the comma before the first figure to the comma behind the last; short quotes stay whole."""
    if quote.end - quote.start <= 45:
        return quote.start, quote.end
    before = max(text.rfind(mark, quote.start, found[0].start) for mark in "，；：")
    start, end = (before + 1 if before >= 0 else quote.start), _next(text, found[-1].end, quote.end)
    return start, (quote.end if _bare(text, start, end, found) < UNDERSTOOD else end)


def _next(text: str, start: int, end: int) -> int:
    """The next mark that ends a piece of a sentence."""
    return min((at for mark in "，；。" if (at := text.find(mark, start, end)) >= 0), default=end)


def _bare(text: str, start: int, end: int, found: Sequence[Span]) -> int:
    """How many letters the piece has beside its figures."""
    return end - start - sum(s.end - s.start for s in found if start <= s.start and s.end <= end)


def _flowing(text: str) -> str:
    """On one line, without page numbers; a line that begins an item or bears a label stays apart from the one before."""
    text = _PAGE_NUMBER.sub("\n", text)
    return one_line(_NEW_LINE.sub(" ", text))


def _markdown(text: str) -> str:
    """Signs that Markdown would take for its own are written so that they show as they are; the document's own bold is dropped."""
    text = text.replace("**", "")
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", text)


def validity_lines(question: Question, quotes: Sequence[Quote], as_of: datetime.date) -> list[str]:
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


def abridged(question: Question, quotes: Sequence[Quote]) -> list[str]:
    """The line that says which quotes are from documents with parts left out; none where none is."""
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
