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


def pack(tokenizer: Tokenizer, texts: Sequence[str], longest: int) -> Packed:
    """Tokenise; a text keeps its first ``longest`` tokens, an empty one gets the unknown token."""
    chunks: list[npt.NDArray[np.int32]] = []
    for start in range(0, len(texts), 4096):
        shortened = [text[: 8 * longest] for text in texts[start : start + 4096]]
        for encoding in tokenizer.encode_batch(shortened, add_special_tokens=False):
            chunks.append(np.asarray(encoding.ids[:longest] or [0], dtype=np.int32))
    seen: dict[str, int] = {}
    keys = np.asarray([seen.setdefault(text, len(seen)) for text in texts], dtype=np.int64)
    lengths = np.asarray([0] + [len(chunk) for chunk in chunks], dtype=np.int64)
    ids = np.concatenate(chunks) if chunks else np.zeros(0, dtype=np.int32)
    return Packed(ids, np.cumsum(lengths), keys)


class Rounds:
    """Endless batches of one source: every pair once, then again in another order; blocks stay together."""

    def __init__(self, source: Source, tokenizer: Tokenizer, size: int, longest: int, rng: np.random.Generator) -> None:
        self.name = source.name
        self.weight = source.weight * len(source) ** 0.6
        self.queries = pack(tokenizer, source.queries, longest)
        self.positives = pack(tokenizer, source.positives, longest)
        self.negatives = pack(tokenizer, source.negatives, longest) if source.negatives else None
        self.blocks = np.asarray(source.blocks, dtype=np.int64)
        self._size = size
        self._rng = rng
        self._order = np.zeros(0, dtype=np.int64)

    def next(self) -> Ints:
        """Row numbers of the next batch, at most ``size`` of them."""
        if not len(self._order):
            shuffled = self._rng.permutation(int(self.blocks.max()) + 1)
            self._order = np.argsort(shuffled[self.blocks], kind="stable")
        batch, self._order = self._order[: self._size], self._order[self._size :]
        return batch
