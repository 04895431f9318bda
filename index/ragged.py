"""Lists of unequal length, one a row, in two flat arrays; on disk they are mapped, not read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.fuse import Ints

Array = npt.NDArray[Any]


class Ragged:
    """Row r holds ``flat[starts[r]:starts[r + 1]]``."""

    def __init__(self, flat: Array, starts: Ints) -> None:
        """``starts`` int64 (rows + 1,)."""
        self.flat = flat
        self.starts = starts

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]], kind: npt.DTypeLike = np.uint32) -> Ragged:
        """The given rows as one."""
        starts = np.cumsum([0, *map(len, rows)], dtype=np.int64)
        return cls(np.fromiter((value for row in rows for value in row), kind, count=int(starts[-1])), starts)

    def take(self, rows: Ints) -> tuple[Array, Ints]:
        """The values of given rows, one row behind the other, and how many each row has."""
        sizes = np.asarray(self.starts[rows + 1] - self.starts[rows], np.int64)
        behind = np.cumsum(sizes)
        total = int(behind[-1]) if len(behind) else 0
        return self.flat[np.repeat(self.starts[rows] - behind + sizes, sizes) + np.arange(total)], sizes

    def at(self, rows: Ints) -> Ragged:
        """The given rows alone."""
        flat, sizes = self.take(rows)
        return Ragged(flat, np.cumsum([0, *sizes], dtype=np.int64))

    def save(self, folder: Path, name: str) -> None:
        np.save(folder / f"{name}.flat.npy", self.flat)
        np.save(folder / f"{name}.starts.npy", self.starts)

    @classmethod
    def load(cls, folder: Path, name: str) -> Ragged:
        return cls(mapped(folder / f"{name}.flat.npy"), mapped(folder / f"{name}.starts.npy"))


def places_in(held: Array, wanted: Array) -> Ints:
    """Where each wanted value stands in ``held`` (sorted, distinct or the first of equals), -1 where it does not."""
    if len(held) == 0:
        return np.full(len(wanted), -1, np.int64)
    at = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
    return np.where(held[at] == wanted, at, -1).astype(np.int64)


def joined(pieces: Sequence[Ragged]) -> Ragged:
    """The rows of all pieces (at least one), in order."""
    sizes = np.concatenate([[0], *(np.diff(piece.starts) for piece in pieces)])
    return Ragged(np.concatenate([piece.flat for piece in pieces]), np.cumsum(sizes, dtype=np.int64))


def write_joined(folder: Path, name: str, pieces: Iterable[Ragged], kind: npt.DTypeLike = np.uint32) -> None:
    """Like ``joined(pieces).save(…)``, holding one piece at a time."""
    sizes = [np.zeros(1, np.int64)]

    def flat() -> Iterable[Array]:
        for piece in pieces:
            sizes.append(np.diff(piece.starts))
            yield piece.flat

    write_array(folder / f"{name}.flat.npy", flat(), kind)
    np.save(folder / f"{name}.starts.npy", np.cumsum(np.concatenate(sizes), dtype=np.int64))


def write_array(file: Path, pieces: Iterable[Array], kind: npt.DTypeLike, width: int | None = None) -> int:
    """Write the pieces as one .npy array, one at a time; gives its length. ``width``: columns of a table."""
    count = 0

    def head() -> dict[str, Any]:
        shape = (count,) if width is None else (count, width)
        return {"descr": np.lib.format.dtype_to_descr(np.dtype(kind)), "fortran_order": False, "shape": shape}

    with file.open("wb") as out:
        np.lib.format.write_array_header_1_0(out, head())  # the header leaves room for a length that grows
        room = out.tell()
        for piece in pieces:
            out.write(np.ascontiguousarray(piece, kind).tobytes())
            count += len(piece)
        out.seek(0)
        np.lib.format.write_array_header_1_0(out, head())
        if out.tell() != room:
            raise ValueError(f"header of {file} has grown")
    return count


def mapped(file: Path) -> Array:
    """A saved array, mapped read-only."""
    array: Array = np.load(file, mmap_mode="r")
    return array.view(np.ndarray)  # a memmap itself takes microseconds for each slice
