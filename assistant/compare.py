"""A comparison: a row for each place or document, every cell a quote or what is not stated."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from assistant.answer import Answer, Cell, Comparison
from assistant.columns import COLUMNS, SUMS, compared, filled, of_support
from assistant.contrasts import conflicts
from assistant.coverage import headed, headed_part, names_of
from assistant.drawn import abridged, answer_of, items, validity_lines
from assistant.evidence import VALUE_KINDS, Kind, asked, stated
from assistant.phrases import say
from assistant.question import Question
from assistant.rank import Ranked, limit
from index.records import Hit, Quote
from index.text import one_line
from index.words import asked as terms_of

LEAST_COMPARED = 0.05  # chance that a row of a comparison needs
ALIKE = 0.73  # share of the nearest row's fused score that a row needs: clauses on one matter are about equally near
ALIKE_NAMED = 0.6  # the same of a row that names the same terms
ALIKE_UNNAMED = 0.85  # and of one that names none of them
LIKELY = 0.3  # and of the best row's chance, where the row alone would not count as stated
BESIDE = 0.65  # share of the best fused score that one of the same clause needs
SHARE_OF_LIMIT = 0.4  # of the least chance that anything is stated, what a row needs: the other rows show what is compared
NEARLY = 0.15  # share of the best chance that a sentence with the asked figure needs to go before the best one
SUPPORTED = 0.5  # the same where no figure is asked for, but support is compared
FURTHER = 0.12  # share of the best chance that further measures of a row need
MOST = 8  # quotes shown
_LEADING = frozenset({"preamble", "closing"})  # they name the subject of a notice and state nothing of it


def comparable(question: Question, hits: Sequence[Hit]) -> list[Hit]:
    """The hits that can be a row: they do not lead the notice in and do not speak of another matter."""
    return [hit for hit in hits if hit.quote.part.kind not in _LEADING and not _of_another(question.topic, hit.quote)]


def compare(question: Question, groups: Sequence[tuple[str, Ranked]], as_of: datetime.date, named: bool = True) -> Answer | None:
    """A table with a row for each place or document; None where fewer than two of them state anything.

    Places that state nothing are told so where they were ``named``, or are few; else they get no row.
    """
    rows = [ranked for _, ranked in groups]
    stating = _stating(question, rows)
    if len(stating) < (1 if len(question.regions) > 1 else 2):
        return None
    wanted = compared(question.text)
    best = {place: _comparable(rows[place], wanted, of_support(question.text)) for place in stating}
    columns = _columns(question, wanted, [hit.quote for hit in best.values()])
    quotes: list[Quote] = []
    drawn: list[tuple[str, tuple[Cell, ...]]] = []
    for place, (name, _) in enumerate(groups):
        if place in best:
            drawn.append((name, _cells(question, best[place].quote, columns, quotes)))
        elif named:
            drawn.append((name, tuple(Cell(say("unstated", question.language), None) for _ in columns)))
    further = [quote for place in stating for quote in _further(rows[place], best[place], bool(wanted))]
    quotes += further[: max(0, MOST - len(quotes))]
    table = Comparison(tuple(say(c, question.language) for c in columns), tuple(drawn))
    text = "\n".join([*validity_lines(question, quotes, as_of), say("lead_compare", question.language), *items(question, quotes)])
    notices = tuple(abridged(question, quotes))
    confidence = sum(rows[place].confidence for place in stating) / len(stating)
    return answer_of(question, as_of, "answered", text, quotes=tuple(quotes), notices=notices, comparison=table, confidence=confidence)


def _of_another(topic: str, quote: Quote) -> bool:
    """The sentence, or the sentence under its heading, speaks of the other side of a contrast: 进口预付款保险 where 信保 is compared."""
    return bool(conflicts(topic, one_line(quote.text)) or conflicts(topic, headed(quote)))


def _stating(question: Question, rows: Sequence[Ranked]) -> list[int]:
    """The places of the rows that state something: one has to by itself, others may be known by being as near to the question as it is.

    A clause that names the terms of the question as the nearest one does may be less near; one that names none of them has to
    be nearly as near.
    """
    nearest = max((row for row in rows if row.hits), key=lambda row: row.hits[0].score, default=None)
    if nearest is None:
        return []
    best = max(row.chances[0] for row in rows if row.hits)
    terms = _terms(question, nearest.hits[0])
    near = {}
    for n, row in enumerate(rows):
        if row.hits and row.chances[0] >= LEAST_COMPARED:
            held = terms & _terms(question, row.hits[0])
            share = ALIKE if held or not terms else ALIKE_UNNAMED
            if row.hits[0].score >= max(limit("near"), (ALIKE_NAMED if terms and held == terms else share) * nearest.hits[0].score):
                near[n] = row
    alone = {n for n, row in near.items() if row.stated >= SHARE_OF_LIMIT * limit("stated")}
    return [n for n, row in near.items() if n in alone or row.chances[0] >= LIKELY * best] if alone else []


def _terms(question: Question, hit: Hit) -> frozenset[str]:
    """The terms of the trade that the question means and the clause of the hit names."""
    return frozenset(terms_of(question.topic)) & names_of(headed_part(hit.quote))


def _comparable(row: Ranked, wanted: frozenset[Kind], support: bool) -> Hit:
    """The sentence of one row: the best one, or one that states a figure of the kind compared.

    It has to be nearly as good; where a kind is asked for, to stand beside the best one and be nearly as near is enough.
    Where none is, it has to stand in the same clause: what differs is the sums where support is compared, else any figure.
    """
    best = row.hits[0]
    kinds = wanted or (SUMS if support else VALUE_KINDS)

    def close(hit: Hit, chance: float) -> bool:
        beside = hit.quote.part == best.quote.part
        if not wanted:
            return beside and chance >= SUPPORTED * row.chances[0]
        return (beside and hit.score >= BESIDE * best.score) or chance >= NEARLY * row.chances[0]

    near = [h for h, chance in zip(row.hits[:6], row.chances, strict=False) if h is best or close(h, chance)]
    return next((h for h in near if kinds & stated(one_line(h.quote.text))), best)


def _further(row: Ranked, best: Hit, figured: bool) -> list[Quote]:
    """What else a row rests on: of a figure hardly anything, of measures in general the best few."""
    least = max(0.3, 0.6 * row.chances[0]) if figured else max(LEAST_COMPARED, FURTHER * row.chances[0])
    chosen = [h.quote for h, chance in zip(row.hits[:3], row.chances, strict=False) if chance >= least]
    return [quote for quote in chosen if quote != best.quote]


def _columns(question: Question, wanted: frozenset[Kind], quotes: Sequence[Quote]) -> list[str]:
    """The text, a column for each kind of figure that is asked for, the units.

    Of sums only those that some row states; where no figure is asked for those of support, else the kinds that all rows state.
    """
    support = of_support(question.text)
    kinds = wanted or (SUMS if support else VALUE_KINDS)
    figured = [(name, of_kind) for name, of_kind in COLUMNS if of_kind & kinds]
    enough = any if wanted or support else all
    held = [name for name, of_kind in figured if enough(filled(quote, of_kind) for quote in quotes)]
    shown = [name for name, of_kind in figured if name in held or (wanted and not of_kind & SUMS)]
    if wanted and not shown:
        shown = [name for name, _ in figured]
    units = "units" in asked(question.text) or question.asks == "who"
    return ["column_text", *shown, *(["column_units"] if units else [])]


def _cells(question: Question, quote: Quote, columns: Sequence[str], quotes: list[Quote]) -> tuple[Cell, ...]:
    """The cells of one row; their quotes are appended to ``quotes``."""
    quotes.append(quote)
    place = len(quotes) - 1
    kinds = dict(COLUMNS)
    cells = []
    for column in columns:
        if column == "column_text":
            cells.append(Cell(one_line(quote.text), place))
        elif column in kinds:
            text = filled(quote, kinds[column])
            cells.append(Cell(text or say("unstated", question.language), place if text else None))
        elif quote.part.responsible_spans:
            span = quote.part.responsible_spans[0]
            quotes.append(Quote(quote.document, quote.part, span.start, span.end, quote.score))
            cells.append(Cell("、".join(quote.part.responsible or ()), len(quotes) - 1))
        else:
            cells.append(Cell(say("unstated", question.language), None))
    return tuple(cells)
