"""A query for token vectors: which of its tokens count how much, among the texts of one index.

A token's weight is the length of its vector, which the encoder learnt, times how rare the token is among the
sentences of the index (the inverse document frequency of BM25, Robertson and Zaragoza 2009). In a library on one
subject the words that every clause holds tell nothing apart, however weighty they are elsewhere. The query's one
vector takes the square root of it: with the whole it leans on a few words (measured on the notices' questions).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from index.embed import Floats, TokenEncoder, unit_rows
from index.fuse import Ints
from index.ragged import Array, Ragged

# Words that only ask: no passage has to meet them, so they leave no gap.
ASKING = (
    "多少 几 几天 几成 几个 几家 什么 啥 怎么 怎样 怎么办 如何 哪 哪些 哪个 哪几 哪里 哪家 谁 吗 呢 吧 嘛 啊 么 是否 能不能 有没有 是不是 可以 能 多久 何时 时候 啥时候 什么时候 多长 "
    "归 管 哪个部门 部门 单位 负责 那个 这个 那 这 咋 咋办 能否 可否 有无 说说 告诉 呀 哦 是多少 是什么 "
    "请问 想问 一下 现在 我们 我 你们 要 给 有 的 了 是 在 对 和 还 what which who whom when where why how much many long does do did can could is are was "
    "will would should the a an of for to in on at by and or we our i my us it there any get be with from about"
)

OTHER = 300


class TokenQuery:
    """The tokens of a query, and their likeness to the tokens of passages: each computed when it is first met.

    ``ids`` int64 (n,): the tokens; ``weights`` float32 (n,): how much each counts; ``named`` bool (n,): which do more than ask.
    """

    def __init__(self, ids: Ints, weights: Floats, named: npt.NDArray[np.bool_], units: Floats) -> None:
        self.ids, self.weights, self.named = ids, weights, named
        self._units = units
        self._asked = units[ids].T
        self._met = (np.full(len(units), -1, np.int32), np.zeros((0, len(ids)), np.float32))

    def likeness(self, tokens: Array) -> Floats:
        """The cosines of the given tokens to those of the query, float32 (len(tokens), n)."""
        places, table = self._met
        there = np.zeros(len(places), bool)
        there[tokens] = True
        new = np.flatnonzero(there & (places < 0))
        if len(new):
            places = places.copy()
            places[new] = np.arange(len(table), len(table) + len(new))
            table = np.concatenate([table, self._units[new] @ self._asked])
            self._met = (places, table)  # in one step: searches of other threads see the old pair or the new one
        return table[places[tokens]]


class TokenQueries:
    """Makes the queries to one index; ``rarity`` float32 (pieces,) as ``rarity`` counted it."""

    def __init__(self, encoder: TokenEncoder, rarity: npt.NDArray[np.float32]) -> None:
        self._encoder = encoder
        self._rarity = rarity
        self._lengths = np.linalg.norm(encoder.table, axis=1)
        self._asking = np.unique([token for row in encoder.token_ids(ASKING.split()) for token in row]).astype(np.int64)

    def query(self, text: str) -> TokenQuery:
        """The tokens of ``text`` and their weights."""
        ids = np.asarray(self._encoder.token_ids([text])[0], np.int64)
        return TokenQuery(ids, self._lengths[ids] * self._rarity[ids], ~np.isin(ids, self._asking), self._encoder.units)

    def vector(self, query: TokenQuery) -> Floats:
        """float32 (dimension,): the sum of the vectors of the tokens, each times √rarity, at length 1; zeros without tokens."""
        table: Floats = self._encoder.table[query.ids]
        summed: Floats = np.sqrt(self._rarity[query.ids]) @ table
        return np.asarray(unit_rows(summed[None, :])[0], np.float32)


def rarity(rows: Iterable[Ragged], usual: Floats) -> npt.NDArray[np.float32]:
    """float32 (pieces,): ln(1 + (n − held + ½) / (held + ½)) of each token, of n rows that come in blocks.

    OTHER ordinary sentences are counted with the rows; ``usual`` float32 (pieces,) is the share of those that holds
    each token. So a word of everyday speech, which notices avoid, is not taken for a rare one, and a short notice
    makes no word common.
    """
    held = np.zeros(len(usual), np.int64)
    count = 0
    for block in rows:
        starts: Ints = np.asarray(block.starts, np.int64)
        row = np.repeat(np.arange(len(block)), starts[1:] - starts[:-1])
        tokens = np.unique(row * len(usual) + np.asarray(block.flat, np.int64)) % len(usual)
        held += np.bincount(tokens, minlength=len(usual))
        count += len(block)
    all_held = held + OTHER * usual
    return np.asarray(np.log(1 + (count + OTHER - all_held + 0.5) / (all_held + 0.5)), np.float32)
