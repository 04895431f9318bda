"""A comparison: a row for each place or document, every cell a quote or what is not stated."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from assistant.answer import Answer, Cell, Comparison
from assistant.drawn import abridged, answer_of, items, validity_lines
from assistant.evidence import VALUE_KINDS, Kind, asked, stated
from assistant.phrases import say
from assistant.question import Question
from assistant.rank import Ranked, limit
from index.figures import figures
from index.records import Hit, Quote
from index.text import one_line

LEAST_COMPARED = 0.05  # chance that a row of a comparison needs
BESIDE = 0.65  # share of the best fused score that one of the same clause needs
SHARE_OF_LIMIT = 0.4  # of the least chance that anything is stated, what a row needs: the other rows show what is compared
NEARLY = 0.15  # share of the best chance that a sentence with the figure needs to go before the best one
FURTHER = 0.12  # share of the best chance that further measures of a row need
MOST = 8  # quotes shown
_SUMS: frozenset[Kind] = frozenset({"percent", "money"})  # "补多少" is answered by either


def compare(question: Question, groups: Sequence[tuple[str, Ranked]], as_of: datetime.date) -> Answer | None:
    """A table with a row for each place or document; None where fewer than two of them state anything."""
    quotes: list[Quote] = []
    rows: list[tuple[str, tuple[Cell, ...]]] = []
    kinds = asked(question.text)
    figured = bool(kinds & VALUE_KINDS)
    units = "units" in kinds or question.asks == "who"
    columns = ["column_text", *(["column_figures"] if figured else []), *(["column_units"] if units else [])]
    further: list[Quote] = []
    sure: list[float] = []
    for name, ranked in groups:
        if not _states_something(ranked):
            rows.append((name, tuple(Cell(say("unstated", question.language), None) for _ in columns)))
            continue
        sure.append(ranked.confidence)
        best = _comparable(ranked, kinds & VALUE_KINDS)
        rows.append((name, _cells(question, best.quote, columns, quotes)))
        further += _further(ranked, best, figured)
    if len(sure) < (1 if len(question.regions) > 1 else 2):
        return None
    quotes += further[: max(0, MOST - len(quotes))]
    table = Comparison(tuple(say(c, question.language) for c in columns), tuple(rows))
    text = "\n".join([*validity_lines(question, quotes, as_of), say("lead_compare", question.language), *items(question, quotes)])
    notices = tuple(abridged(question, quotes))
    confidence = sum(sure) / len(sure)
    return answer_of(question, as_of, "answered", text, quotes=tuple(quotes), notices=notices, comparison=table, confidence=confidence)


def _states_something(ranked: Ranked) -> bool:
    """False where a row is not stated: its best sentence is beside the subject, or speaks of it without the asked fact."""
    near = bool(ranked.hits) and ranked.chances[0] >= LEAST_COMPARED and ranked.hits[0].score >= limit("near")
    return near and ranked.stated >= SHARE_OF_LIMIT * limit("stated")


def _comparable(ranked: Ranked, wanted: frozenset[Kind]) -> Hit:
    """The sentence of one row: the best one, or one that states a figure of the kind compared, any kind where none is named.

    It has to be nearly as good; where a kind is named, to stand beside the best one and be nearly as near is enough.
    """
    best = ranked.hits[0]
    kinds = wanted | _SUMS if wanted & _SUMS else wanted or VALUE_KINDS

    def close(hit: Hit, chance: float) -> bool:
        beside = bool(wanted) and hit.quote.part == best.quote.part and hit.score >= BESIDE * best.score
        return beside or chance >= NEARLY * ranked.chances[0]

    near = [h for h, chance in zip(ranked.hits[:6], ranked.chances, strict=False) if close(h, chance)]
    return next((h for h in near if kinds & stated(one_line(h.quote.text))), best)


def _further(ranked: Ranked, best: Hit, figured: bool) -> list[Quote]:
    """What else a row rests on: of a figure hardly anything, of measures in general the best few."""
    least = max(0.3, 0.6 * ranked.chances[0]) if figured else max(LEAST_COMPARED, FURTHER * ranked.chances[0])
    chosen = [h.quote for h, chance in zip(ranked.hits[:3], ranked.chances, strict=False) if chance >= least]
    return [quote for quote in chosen if quote != best.quote]


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
