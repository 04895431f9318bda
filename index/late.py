"""Late interaction over static token vectors: how well each word of the query is met in a passage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.embed import TokenEncoder
from index.fuse import Ints, Scores
from index.ragged import Ragged
from index.tokenquery import TokenQuery

NAME = "tokens"

LENGTH, LENGTH_OF_PART, TYPICAL = 0.05, 0.1, 32
"""A sentence and a part e times as long meet a word that they say nothing of by so much better; the tokens of one that is taken as it is."""


class Late:
    """The tokens of every row; scores rows against a query's tokens.

    score = Σ_i w_i · max_j cos(q_i, d_j) / Σ_i w_i (MaxSim of ColBERT, Khattab & Zaharia 2020, with a weight for
    each token), less length · ln(tokens / TYPICAL).
    """

    def __init__(self, ids: Ragged, length: float = LENGTH) -> None:
        self.ids = ids
        self._length = length

    @classmethod
    def build(cls, texts: Sequence[str], encoder: TokenEncoder) -> Late:
        return cls(Ragged.of(encoder.token_ids(texts)))

    def scores(self, query: TokenQuery, rows: Ints) -> tuple[Scores, Scores]:
        """Score and gap of the given rows, float32 (len(rows),) each; 0 for a row or a query without tokens.

        The gap is the share of the query's weight that its worst-met token leaves open: high where one
        weighty word of the question has no counterpart in the passage. Words that only ask are left out.
        """
        result = np.zeros(len(rows), np.float32)
        gaps = np.zeros(len(rows), np.float32)
        pieces, sizes = self.ids.take(rows)
        filled = np.flatnonzero(sizes > 0)
        weights, named = query.weights, query.named
        if len(weights) == 0 or len(filled) == 0 or weights.sum() <= 0:
            return result, gaps
        edges = np.concatenate([[0], np.cumsum(sizes[filled])[:-1]])
        met = np.maximum.reduceat(query.likeness(pieces), edges, axis=0).T
        result[filled] = (weights @ met) / weights.sum() - self._length * np.log(sizes[filled] / TYPICAL)
        if named.any():
            gaps[filled] = (weights[named, None] * (1 - met[named])).max(axis=0) / weights.sum()
        return result, gaps

    def save(self, folder: Path, name: str = NAME) -> None:
        self.ids.save(folder, name)

    @classmethod
    def load(cls, folder: Path, name: str = NAME, length: float = LENGTH) -> Late:
        """Mapped, not read."""
        return cls(Ragged.load(folder, name), length)
