"""What a query scores on rows: read once as the engines take it, each row scored once, in however many scopes it is searched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.embed import Encoder, Floats
from index.fuse import Bools, Ints, Scores
from index.late import Late
from index.lexical import Lexical, terms
from index.ragged import places_in
from index.tokenquery import TokenQueries
from index.words import asked

KEPT = 8  # queries whose scores are kept: those of a question and of the conversation around it

Table = npt.NDArray[np.float32]


class Score(IntEnum):
    """The rows of a table of scores."""

    DENSE = 0
    LEXICAL = 1
    LEXICON = 2
    LATE = 3
    GAP = 4
    LATE_PART = 5
    GAP_PART = 6


class DenseEngine(Protocol):
    """Vectors: a query vector in, rows and cosines out."""

    def search(self, query: Floats, k: int, allowed: Bools | None = None) -> tuple[Ints, Scores]: ...
    def scores(self, query: Floats, rows: Ints) -> Scores: ...


class LexicalEngine(Protocol):
    """Words: those of a query in, rows and scores out."""

    def search(self, query: Sequence[str], k: int, allowed: Bools | None = None) -> tuple[Ints, Scores]: ...
    def scores(self, query: Sequence[str], rows: Ints) -> Scores: ...


class Asked:
    """A query as the engines take it, and the scores of the rows that it was held against."""

    def __init__(self, vector: Floats, words: Sequence[str], measure: Callable[[Ints], Table]) -> None:
        self.vector = vector
        self.words = words
        self._measure = measure
        self._held: tuple[Ints, Table] = (np.zeros(0, np.int64), np.zeros((len(Score), 0), np.float32))

    def scores(self, rows: Ints) -> Table:
        """The scores of ``rows`` (sorted, distinct), float32 (len(Score), len(rows))."""
        held, table = self._held
        at = places_in(held, rows)
        missing = rows[at < 0]
        if len(missing):
            held = np.concatenate([held, missing])
            order = np.argsort(held, kind="stable")
            held, table = held[order], np.concatenate([table, self._measure(missing)], axis=1)[:, order]
            self._held = (held, table)  # in one step: searches of other threads see the old pair or the new one
            at = places_in(held, rows)
        return table[:, at]


class Scorer:
    """Scores rows against queries with all engines."""

    def __init__(
        self,
        encoder: Encoder,
        dense: DenseEngine,
        lexical: LexicalEngine,
        lexicon: Lexical,
        late: tuple[TokenQueries, Late, Late] | None,
        part_of: Ints,
    ) -> None:
        """``late``: of the sentences and of the parts, None without token vectors; ``part_of``: the part of each row."""
        self._encoder = encoder
        self._dense, self._lexical, self._lexicon, self._late = dense, lexical, lexicon, late
        self._part_of = part_of
        self.asked = lru_cache(maxsize=KEPT)(self._asked)

    def _asked(self, text: str) -> Asked:
        words, meant = terms(text), asked(text)
        query = self._late[0].query(text) if self._late else None
        vector: Floats = self._late[0].vector(query) if self._late and query else self._encoder.encode([text], query=True)[0]

        def measure(rows: Ints) -> Table:
            table = np.zeros((len(Score), len(rows)), np.float32)
            table[Score.DENSE] = self._dense.scores(vector, rows)
            table[Score.LEXICAL] = self._lexical.scores(words, rows)
            table[Score.LEXICON] = self._lexicon.scores(meant, rows)
            if self._late and query:
                parts, back = np.unique(self._part_of[rows], return_inverse=True)
                table[Score.LATE], table[Score.GAP] = self._late[1].scores(query, rows)
                of_part, gap_of_part = self._late[2].scores(query, parts)
                table[Score.LATE_PART], table[Score.GAP_PART] = of_part[back], gap_of_part[back]
            return table

        return Asked(vector, words, measure)
