"""A comparison: a row for each place or document, every cell a quote or what is not stated."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from assistant.answer import Answer, Cell, Comparison
from assistant.drawn import VALUE_KINDS, abridged, answer_of, items, validity_lines
from assistant.evidence import asked, stated
from assistant.phrases import say
from assistant.question import Question
from assistant.rank import NEAR, Ranked
from index.figures import figures
from index.records import Hit, Quote
from index.text import one_line

LEAST_COMPARED = 0.05  # chance that a row of a comparison needs
MOST = 8  # quotes shown


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
    text = "\n".join([*validity_lines(question, quotes, as_of), say("lead_compare", question.language), *items(question, quotes)])
    notices = tuple(abridged(question, quotes))
    confidence = sum(sure) / len(sure)
    return answer_of(question, as_of, "answered", text, quotes=tuple(quotes), notices=notices, comparison=table, confidence=confidence)


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
