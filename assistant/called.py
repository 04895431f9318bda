"""Many names at once: which of them stand in a text, and which of them hold a text. Neither walks through all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

import numpy as np

from index.fuse import Ints
from index.ragged import Array, places_in

HEAD = 2  # characters of a name that are looked up first


class Called:
    """Names that stand in texts; an empty one never does."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(filter(None, names))
        lengths: dict[str, set[int]] = {}
        for name in self._names:
            lengths.setdefault(name[:HEAD], set()).add(len(name))
        self._lengths = {head: tuple(sorted(found)) for head, found in lengths.items()}

    def within(self, text: str) -> set[str]:
        """The names that stand in the text, also those inside of others."""
        return set(self._found(text))

    def _found(self, text: str) -> Iterator[str]:
        for at in range(len(text)):
            for size in range(1, HEAD + 1):
                for length in self._lengths.get(text[at : at + size], ()):
                    name = text[at : at + length]
                    if name in self._names:
                        yield name


class Holding:
    """Names that hold a piece of text, found by where each two neighbouring characters of all names stand."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def places(self, piece: str) -> set[int]:
        """Where the names that hold ``piece`` (two characters at least) stand in the sequence."""
        text, starts, pairs, at, order = self._table
        wanted = _pairs(_codes(piece))
        found = places_in(pairs, wanted)
        if len(found) == 0 or (found < 0).any():
            return set()
        rarest = int(np.argmin(at[found + 1] - at[found]))
        begins = order[at[found[rarest]] : at[found[rarest] + 1]].astype(np.int64) - rarest
        held = [begin for begin in begins.tolist() if begin >= 0 and text.startswith(piece, begin)]
        places = np.searchsorted(starts, held, side="right") - 1
        ends = np.append(starts[1:], len(text) + 1) - 1
        return set(places[np.array(held, np.int64) + len(piece) <= ends[places]].tolist())

    @cached_property
    def _table(self) -> tuple[str, Ints, Array, Ints, Array]:
        """All names in one text, where each begins, the distinct pairs, where their places begin in the last array."""
        text = "\n".join(self._names)
        starts = np.cumsum([0, *(len(name) + 1 for name in self._names[:-1])], dtype=np.int64)
        pairs = _pairs(_codes(text))
        order = np.argsort(pairs, kind="stable").astype(np.uint32)
        distinct, first = np.unique(pairs[order], return_index=True)
        return text, starts, distinct, np.append(first, len(pairs)).astype(np.int64), order


def _codes(text: str) -> Array:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)


def _pairs(codes: Array) -> Array:
    return np.asarray((codes[:-1] << np.uint64(32)) | codes[1:], np.uint64)
