"""Questions with what the search has for them: the scores of every hit, and which of the hits answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
import numpy.typing as npt

from index.embed import Encoder
from index.fuse import Bools, Weights, fitted, language
from index.records import Hit, Quote
from index.store import CANDIDATES, ClauseIndex
from index.text import plain
from index.training.questions import Gold, Library, Question
from index.words import asked, named

SIGNALS = tuple(field.name for field in fields(Weights))
RIVALS = 10  # wrong hits that an entry must not help

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Searched:
    """A question with the scores of its hits, (hits, SIGNALS), which of the hits answer, and what the lexicon does.

    ``clause`` is true for the hits that stand in a clause that answers. ``pulls`` has for each term that the question means the share of the right hits that name it, less that of
    the best wrong ones.
    """

    question: Question
    scores: Numbers
    right: Bools
    clause: Bools
    pulls: dict[str, float]

    @property
    def language(self) -> str:
        return language(plain(self.question.text))

    def column(self, signal: str) -> Numbers:
        """One of the SIGNALS of each hit."""
        found: Numbers = self.scores[:, SIGNALS.index(signal)]
        return found


Ranking = Callable[[Searched], Numbers]
_SIGNALS = {"BM25": "lexical", "lexicon": "lexicon", "dense": "dense", "late interaction": "late"}
SINGLE: dict[str, Ranking] = {name: partial(Searched.column, signal=signal) for name, signal in _SIGNALS.items()}
"""Rankings by one score alone."""


def searched(library: Library, encoder: Encoder) -> Iterator[Searched]:
    """Every question of a library with all that the search has for it."""
    documents, questions = library
    index = ClauseIndex.build(documents, encoder)
    for question in questions:
        ranked = index.search(question.text, CANDIDATES)
        pulls = _pulls(question.text, ranked, _right(ranked, question.gold))
        hits = sorted(ranked, key=lambda hit: (hit.quote.document.id, hit.quote.start))  # so that ties tell nothing
        scores = np.array([[getattr(hit, name) for name in SIGNALS] for hit in hits], np.float64).reshape(-1, len(SIGNALS))
        yield Searched(question, scores, _right(hits, question.gold), _in_clause(hits, question.gold), pulls)


def mixed(example: Searched, weights: Weights) -> Numbers:
    """The weighted sum of the scores of each hit."""
    total: Numbers = example.scores @ np.array([getattr(weights, name) for name in SIGNALS])
    return total


def as_shipped(example: Searched) -> Numbers:
    """The weighted sum by the weights that the search uses."""
    return mixed(example, fitted().get(example.language, Weights()))


def _pulls(text: str, hits: Sequence[Hit], right: Bools) -> dict[str, float]:
    def shares(places: Sequence[int]) -> Counter[str]:
        return Counter(term for n in places for term in named(_passage(hits[n])))

    good, wrong = np.flatnonzero(right).tolist(), np.flatnonzero(~right)[:RIVALS].tolist()
    if not good or not wrong:
        return {}
    mine, theirs = shares(good), shares(wrong)
    return {term: mine[term] / len(good) - theirs[term] / len(wrong) for term in asked(plain(text))}


def _passage(hit: Hit) -> str:
    quote = hit.quote
    return plain(f"{quote.document.region or ''} {quote.part.heading or quote.part.section or ''} {quote.text}")


def _right(hits: Sequence[Hit], gold: Sequence[Gold]) -> Bools:
    """True for a hit that holds half of a gold quote."""

    def holds(quote: Quote) -> bool:
        shared = [(min(end, quote.end) - max(start, quote.start), end - start) for name, start, end in gold if name == quote.document.id]
        return any(2 * common >= length for common, length in shared)

    return np.array([holds(hit.quote) for hit in hits], bool)


def _in_clause(hits: Sequence[Hit], gold: Sequence[Gold]) -> Bools:
    """True for a hit whose clause a gold quote begins in."""

    def holds(quote: Quote) -> bool:
        return any(name == quote.document.id and quote.part.start <= start < quote.part.end for name, start, _ in gold)

    return np.array([holds(hit.quote) for hit in hits], bool)


def report(examples: Sequence[Searched], rankings: Mapping[str, Ranking]) -> list[str]:
    """A Markdown table by source and language of the questions, with a line that says what it counts."""
    said = "Right sentence first / in the first 3 / in the first 20 / right clause first"
    lines = [said, "", "| questions | n | " + " | ".join(rankings) + " |", "|---|---|" + "---|" * len(rankings)]
    parts: dict[str, list[Searched]] = defaultdict(list)
    for example in examples:
        parts[f"{example.question.source} {example.language}"].append(example)
        parts[f"all {example.language}"].append(example)
        parts["all"].append(example)
    for name, members in sorted(parts.items()):
        cells = [_counted(members, rank) for rank in rankings.values()]
        lines.append(f"| {name} | {len(members)} | {' | '.join(cells)} |")
    return lines


def _counted(examples: Sequence[Searched], rank: Ranking) -> str:
    orders = [np.argsort(-rank(e), kind="stable") for e in examples]
    counts = [np.mean([e.right[order[:k]].any() for e, order in zip(examples, orders, strict=True)]) for k in (1, 3, 20)]
    counts.append(np.mean([e.clause[order[:1]].any() for e, order in zip(examples, orders, strict=True)]))
    return " / ".join(f"{count:.3f}" for count in counts)
