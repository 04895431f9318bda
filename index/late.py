"""Late interaction over static token vectors: how well each word of the query is met in a passage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.embed import Floats, TokenEncoder
from index.fuse import Ints, Scores
from index.ragged import Array, Ragged

NAME = "tokens"

# Words that only ask: no passage has to meet them, so they leave no gap.
ASKING = (
    "多少 几 几天 几成 几个 几家 什么 啥 怎么 怎样 怎么办 如何 哪 哪些 哪个 哪几 哪里 哪家 谁 吗 呢 吧 嘛 啊 么 是否 能不能 有没有 是不是 可以 能 多久 何时 时候 啥时候 什么时候 多长 "
    "请问 想问 一下 现在 我们 我 你们 要 给 有 的 了 是 在 对 和 还 what which who whom when where why how much many long does do did can could is are was "
    "will would should the a an of for to in on at by and or we our i my us it there any get be with from"
)


class Query:
    """The tokens of a query, and their likeness to the tokens of passages: each computed when it is first met."""

    def __init__(self, text: str, encoder: TokenEncoder) -> None:
        self.tokens = np.asarray(encoder.token_ids([text])[0], np.int64)
        self.weights: Floats = np.linalg.norm(encoder.table[self.tokens], axis=1)
        self._units = encoder.units
        self._asked = self._units[self.tokens].T
        self._met = (np.full(len(self._units), -1, np.int32), np.zeros((0, len(self.tokens)), np.float32))

    def likeness(self, tokens: Array) -> Floats:
        """The cosines of the given tokens to those of the query, float32 (len(tokens), len(self.tokens))."""
        places, table = self._met
        there = np.zeros(len(places), bool)
        there[tokens] = True
        new = np.flatnonzero(there & (places < 0))
        if len(new):
            places = places.copy()
            places[new] = np.arange(len(table), len(table) + len(new))
            table = np.concatenate([table, self._units[new] @ self._asked])
            self._met = (places, table)
        return table[places[tokens]]


class Late:
    """The tokens of every row; scores rows against a query's tokens.

    score = Σ_i |q_i| · max_j cos(q_i, d_j) / Σ_i |q_i| (MaxSim of ColBERT, Khattab & Zaharia 2020, with the
    length of a static vector as the weight of its token), in [-1, 1].
    """

    def __init__(self, ids: Ragged, encoder: TokenEncoder) -> None:
        self.ids = ids
        self._asking = frozenset(token for row in encoder.token_ids(ASKING.split()) for token in row)

    @classmethod
    def build(cls, texts: Sequence[str], encoder: TokenEncoder) -> Late:
        return cls(Ragged.of(encoder.token_ids(texts)), encoder)

    def scores(self, query: Query, rows: Ints) -> tuple[Scores, Scores]:
        """Score and gap of the given rows, float32 (len(rows),) each; 0 for a row or a query without tokens.

        The gap is the share of the query's weight that its worst-met token leaves open: high where one
        weighty word of the question has no counterpart in the passage. Words that only ask are left out.
        """
        result = np.zeros(len(rows), np.float32)
        gaps = np.zeros(len(rows), np.float32)
        pieces, sizes = self.ids.take(rows)
        filled = np.flatnonzero(sizes > 0)
        weights = query.weights
        if len(weights) == 0 or len(filled) == 0 or weights.sum() <= 0:
            return result, gaps
        edges = np.concatenate([[0], np.cumsum(sizes[filled])[:-1]])
        met = np.maximum.reduceat(query.likeness(pieces), edges, axis=0).T
        result[filled] = (weights @ met) / weights.sum()
        named = np.array([token not in self._asking for token in query.tokens.tolist()])
        if named.any():
            gaps[filled] = (weights[named, None] * (1 - met[named])).max(axis=0) / weights.sum()
        return result, gaps

    def save(self, folder: Path, name: str = NAME) -> None:
        self.ids.save(folder, name)

    @classmethod
    def load(cls, folder: Path, encoder: TokenEncoder, name: str = NAME) -> Late:
        """Mapped, not read."""
        return cls(Ragged.load(folder, name), encoder)
