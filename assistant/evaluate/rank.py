"""Rank figures at clause and sentence level, computed with ir-measures.

The things that are ranked are a library's sentences, or its clauses in order of their best sentence. What is
relevant is a *unit*: the sentences (or clauses) that meet one need. Required units have relevance 2, those that
are merely acceptable 1. One hit serves one unit; further hits on a unit that is already served take up a rank
and earn nothing. A question without hits scores 0 in every figure.

A sentence meets a need where it holds half of the gold's characters; where no sentence does (a gold of several
sentences), each that lies half inside it. A clause likewise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.evaluate.judge import covers
from assistant.evaluate.places import Located, Need, Place
from index.records import Document, InputError
from index.sentences import sentences

Level = Literal["clause", "sentence"]
LEVELS: tuple[Level, ...] = ("clause", "sentence")
MEASURES = {"hit@1": "Success@1", "hit@3": "Success@3", "hit@5": "Success@5", "hit@10": "Success@10", "recall@5": "R(rel=2)@5"}
MEASURES |= {"recall@10": "R(rel=2)@10", "mrr": "RR", "ndcg@10": "nDCG@10"}
"""Name of the figure → the ir-measures expression that it is."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved sentence: document id, clause id, offsets, score."""

    document: str
    clause: str
    start: int
    end: int
    score: float = 0.0

    def item(self, level: Level) -> str:
        """The id of the clause or sentence."""
        return self.clause if level == "clause" else f"{self.document}:{self.start}-{self.end}"


class Ranker:
    """Knows the sentences and clauses of the documents, and which of them meet a need."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._items: dict[Level, dict[str, list[tuple[str, int, int]]]] = {"clause": {}, "sentence": {}}
        for document in documents:
            found = sentences(document)
            self._items["sentence"][document.id] = [(f"{document.id}:{s.start}-{s.end}", s.start, s.end) for _, s in found]
            self._items["clause"][document.id] = [(part.id, part.start, part.end) for part in dict.fromkeys(part for part, _ in found)]

    def items(self, need: Need, level: Level) -> frozenset[str]:
        """The ids of the sentences or clauses that meet the need."""
        return frozenset(item for place in need for item in self._of(place, level))

    def _of(self, place: Place, level: Level) -> list[str]:
        among = self._items[level].get(place.document, [])
        covering = [item for item, start, end in among if covers(place, place.document, start, end)]
        if covering or place.grain == "passage":
            return covering
        parts = [(item, min(place.end, end) - max(place.start, start), end - start) for item, start, end in among]
        within = [item for item, common, size in parts if common > 0 and 2 * common >= size]
        best = max(parts, key=lambda part: part[1], default=None)
        return within or ([best[0]] if best and best[1] > 0 else [])

    def units(self, located: Located, level: Level) -> dict[str, tuple[frozenset[str], int]]:
        """Unit → its items and relevance; needs that the same items meet are one unit."""
        units: dict[frozenset[str], int] = {}
        for need in located.needs:
            units[self.items(need, level)] = 2
        for place in located.also:
            units.setdefault(self.items((place,), level), 1)
        return {f"unit-{n}": (items, relevance) for n, (items, relevance) in enumerate(units.items())}


def ranked(hits: Sequence[Hit], units: dict[str, tuple[frozenset[str], int]], level: Level) -> list[str]:
    """The hits' items in order, each that serves an unserved unit (required ones first) under the unit's name."""
    served: set[str] = set()
    order: list[str] = []
    for item in dict.fromkeys(hit.item(level) for hit in hits):
        open_units = sorted((-relevance, name) for name, (items, relevance) in units.items() if item in items and name not in served)
        name = open_units[0][1] if open_units else item
        served.add(name)
        order.append(name)
    return order


def rank_figures(questions: Sequence[tuple[Located, Sequence[Hit]]], ranker: Ranker) -> list[dict[str, float]]:
    """The rank figures of each question, by name (``clause.mrr``); {} for one without evidence."""
    try:
        import ir_measures
    except ImportError:
        raise InputError(
            "评测需要：pip install 'trade-policy-assistant[evaluate]'", "evaluating needs: pip install 'trade-policy-assistant[evaluate]'"
        ) from None
    measures = {name: ir_measures.parse_measure(text) for name, text in MEASURES.items()}
    figures: list[dict[str, float]] = [{} for _ in questions]
    for level in LEVELS:
        qrels: dict[str, dict[str, int]] = {}
        run: dict[str, dict[str, float]] = {}
        for n, (located, hits) in enumerate(questions):
            if not located.needs:
                continue
            units = ranker.units(located, level)
            qrels[str(n)] = {name: relevance for name, (_, relevance) in units.items()}
            order = ranked(hits, units, level)
            run[str(n)] = {item: float(len(order) - rank) for rank, item in enumerate(order)}
            figures[n] |= {f"{level}.{name}": 0.0 for name in MEASURES}
        names = {measure: name for name, measure in measures.items()}
        for result in ir_measures.iter_calc(list(measures.values()), qrels, run) if qrels else ():
            figures[int(result.query_id)][f"{level}.{names[result.measure]}"] = float(result.value)
    return figures
