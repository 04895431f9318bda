"""Token ids in one flat array, and batches of rows drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.training.corpus import Source

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Packed:
    """Texts as token ids: text ``i`` is ``ids[starts[i]:starts[i + 1]]``; equal texts share a key."""

    ids: npt.NDArray[np.int32]
    starts: Ints
    keys: Ints

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: Ints, rng: np.random.Generator, drop: float) -> tuple[Ints, Ints]:
        """The ids of the rows one after another, and where each row begins: what EmbeddingBag takes.

        Each token but the first of its row is left out with chance ``drop``.
        """
        first = self.starts[rows]
        lengths = self.starts[rows + 1] - first
        begins = np.concatenate([[0], np.cumsum(lengths)])
        places = np.arange(begins[-1]) + np.repeat(first - begins[:-1], lengths)
        kept = rng.random(len(places)) >= drop
        kept[begins[:-1]] = True
        before = np.concatenate([[0], np.cumsum(kept)])
        return self.ids[places[kept]].astype(np.int64), before[begins[:-1]].astype(np.int64)

    def padded(self, rows: Ints, longest: int) -> Ints:
        """The ids of the rows as int64 (rows, width), width at most ``longest``, padded with -1."""
        lengths = np.minimum(self.starts[rows + 1] - self.starts[rows], longest)
        columns = np.arange(int(lengths.max()))
        places = np.minimum(self.starts[rows, None] + columns, len(self.ids) - 1)
        return np.where(columns < lengths[:, None], self.ids[places].astype(np.int64), -1)


class Packer:
    """Tokenises; a text keeps its first ``longest`` tokens, an empty one gets the unknown token."""

    def __init__(self, tokenizer: Tokenizer, longest: int) -> None:
        self._tokenizer = tokenizer
        self._longest = longest
        self._known: dict[str, npt.NDArray[np.int32]] = {}  # sources share many texts

    def texts(self, texts: Sequence[str]) -> list[npt.NDArray[np.int32]]:
        """The token ids of each text."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        for start in range(0, len(fresh), 4096):
            part = fresh[start : start + 4096]
            shortened = [text[: 8 * self._longest] for text in part]
            for text, encoding in zip(part, self._tokenizer.encode_batch_fast(shortened, add_special_tokens=False), strict=True):
                self._known[text] = np.asarray(encoding.ids[: self._longest] or [0], dtype=np.int32)
        return [self._known[text] for text in texts]

    def pack(self, texts: Sequence[str]) -> Packed:
        """The texts in their order."""
        seen: dict[str, int] = {}
        keys = np.asarray([seen.setdefault(text, len(seen)) for text in texts], dtype=np.int64)
        chunks = self.texts(texts)
        lengths = np.asarray([0] + [len(chunk) for chunk in chunks], dtype=np.int64)
        return Packed(np.concatenate(chunks) if chunks else np.zeros(0, dtype=np.int32), np.cumsum(lengths), keys)


class Rounds:
    """Endless batches of one source: every pair once, then again in another order; blocks stay together."""

    def __init__(self, source: Source, packer: Packer, size: int, seed: tuple[int, ...]) -> None:
        self.name = source.name
        self.weight = source.weight * len(source) ** 0.6
        self.queries = packer.pack(source.queries)
        self.positives = packer.pack(source.positives)
        self.negatives = packer.pack(source.negatives) if source.negatives else None
        self.blocks = np.asarray(source.blocks, dtype=np.int64)
        self._size = size
        self._seed = seed
        self._round = -1
        self._order = np.zeros(0, dtype=np.int64)

    def batch(self, number: int) -> Ints:
        """Row numbers of one batch, at most ``size`` of them; the same at every call."""
        turn, place = divmod(number, -(-len(self.queries) // self._size))
        if turn != self._round:
            rng = np.random.default_rng((*self._seed, turn))
            shuffled = rng.permutation(int(self.blocks.max()) + 1)
            self._order, self._round = np.argsort(shuffled[self.blocks], kind="stable"), turn
        return self._order[place * self._size : (place + 1) * self._size]
