"""Sentence vectors in FAISS: a query vector in, (row, cosine) out. The only file that imports faiss.

The engine follows from the number of vectors: up to EXACT they are compared one by one in float32, above that they
are kept in 8 bits a number and searched through inverted lists (IVF), of which PROBES are read. A search in few
rows reads just these, so a filter never loses a row to the lists.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.embed import Floats
from index.fuse import Bools, Ints, Scores, best

FILE = "dense.faiss"
EXACT = 50_000  # vectors; at 50,000 of 256 numbers an exact search takes about 3 ms
FEW = 20_000  # allowed rows that are compared one by one
PROBES = 64  # lists that a search reads
PER_LIST = 40  # vectors that a list is learnt from


class Dense:
    """Search over unit vectors; rows are numbered as they were given."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._lists = int(getattr(engine, "nlist", 0))

    @classmethod
    def build(cls, vectors: Floats, exact: int = EXACT) -> Dense:
        """``vectors`` float32 (n, dim), unit rows."""
        return cls.assemble(lambda: [vectors], len(vectors), vectors.shape[1], exact)

    @classmethod
    def assemble(cls, blocks: Callable[[], Iterable[Floats]], count: int, dimension: int, exact: int = EXACT) -> Dense:
        """Of ``count`` vectors that come in blocks, which may be asked for twice; holds one block at a time."""
        if count <= exact:
            engine: Any = faiss.IndexFlatIP(dimension)
        else:
            lists = 2 ** round(np.log2(2 * np.sqrt(count)))
            share = min(1.0, lists * PER_LIST / count)
            chance = np.random.default_rng(0)
            sample = np.concatenate([block[chance.random(len(block)) < share] for block in blocks()])
            eight, product = faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
            coarse = faiss.IndexFlatIP(dimension)
            engine = faiss.IndexIVFScalarQuantizer(coarse, dimension, min(lists, len(sample)), eight, product, True)
            engine.cp.niter = 8
            engine.cp.min_points_per_centroid = 1
            faiss.omp_set_num_threads(os.cpu_count() or 1)
            engine.train(sample)
            engine.set_direct_map_type(faiss.DirectMap.Array)  # type: ignore[attr-defined]
        for block in blocks():
            engine.add(np.ascontiguousarray(block))
        return cls(engine)

    def __len__(self) -> int:
        return int(self._engine.ntotal)

    def search(self, query: Floats, k: int, allowed: Bools | None = None) -> tuple[Ints, Scores]:
        """The ``k`` best rows, best first, and their cosines; of equal ones the lower row comes first.

        ``query`` float32 (dim,); ``allowed`` bool (n,) keeps the search to some rows.
        """
        within = len(self) if allowed is None else int(allowed.sum())
        count = min(k, within)
        if count <= 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        if allowed is not None and within <= FEW:
            rows = np.flatnonzero(allowed)
            return best(rows, self.scores(query, rows), count)
        selector: Any = None
        parameters: Any = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
        if self._lists:
            # lists read: the more, the fewer of their rows are allowed and the more are wanted
            share = len(self) / within * max(1.0, count / 1000)
            probes = min(self._lists, int(np.ceil(PROBES * share)))
            parameters = faiss.SearchParametersIVF(nprobe=probes, sel=selector)  # type: ignore[call-arg]
        elif selector is not None:
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, found = self._engine.search(query[None, :], count, params=parameters)
        there = found[0] >= 0
        return best(found[0][there], scores[0][there], count)

    def scores(self, query: Floats, rows: Ints) -> Scores:
        """The cosines of given rows, float32 (len(rows),)."""
        if len(rows) == 0:
            return np.zeros(0, np.float32)
        return np.asarray(self.vectors(rows) @ query, np.float32)

    def vectors(self, rows: Ints) -> Floats:
        """The vectors of given rows, float32 (len(rows), dim)."""
        return np.asarray(self._engine.reconstruct_batch(np.asarray(rows, np.int64)), np.float32)

    def save(self, folder: Path) -> None:
        faiss.write_index(self._engine, str(folder / FILE))

    @classmethod
    def load(cls, folder: Path) -> Dense:
        """Mapped, not read: nothing may be added to it."""
        faiss.omp_set_num_threads(1)  # requests run side by side; threads that wait for each other slow all of them
        return cls(faiss.read_index(str(folder / FILE), faiss.IO_FLAG_MMAP_IFC))
