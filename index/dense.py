"""Sentence vectors in FAISS: a query vector in, (row, cosine) out. The only file that imports faiss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.embed import Floats
from index.fuse import Bools, Ints, Scores, best

FILE = "dense.faiss"


class Dense:
    """Exact search over unit vectors; rows are numbered as they were given."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    @classmethod
    def build(cls, vectors: Floats) -> Dense:
        """``vectors`` float32 (n, dim), unit rows."""
        engine = faiss.IndexFlatIP(vectors.shape[1])
        engine.add(np.ascontiguousarray(vectors))
        return cls(engine)

    def __len__(self) -> int:
        return int(self._engine.ntotal)

    def search(self, query: Floats, k: int, allowed: Bools | None = None) -> tuple[Ints, Scores]:
        """The ``k`` best rows, best first, and their cosines; of equal ones the lower row comes first.

        ``query`` float32 (dim,); ``allowed`` bool (n,) keeps the search to some rows.
        """
        count = min(k, len(self) if allowed is None else int(allowed.sum()))
        if count <= 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        parameters = None
        if allowed is not None:
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(np.flatnonzero(allowed)))  # type: ignore[call-arg]
        scores, rows = self._engine.search(query[None, :], count, params=parameters)
        return best(rows[0], scores[0], count)

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
        return cls(faiss.read_index(str(folder / FILE)))
