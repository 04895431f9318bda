"""BM25 over jieba tokens: words in, (row, score) out."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.fuse import Bools, Ints, Scores, best

K1, B = 1.2, 0.75
FOLDER = "lexical"
_WORD = re.compile(r"\w")


def tokens(text: str) -> list[str]:
    """The words of a text, jieba search mode without its guessing model, lower case, no punctuation."""
    import jieba

    jieba.setLogLevel("ERROR")
    return [word.lower() for word in jieba.cut_for_search(text, HMM=False) if _WORD.search(word)]


def word_counts() -> tuple[dict[str, int], int]:
    """How often jieba's dictionary counts each word, and the sum."""
    import jieba

    jieba.setLogLevel("ERROR")
    jieba.initialize()
    return jieba.dt.FREQ, jieba.dt.total


class Lexical:
    """BM25 (Robertson; Lucene's idf) scaled to [0, 1]: the share of what the query could score at most."""

    def __init__(self, engine: Any, counts: dict[str, int], size: int) -> None:
        self._engine = engine
        self._counts = counts  # word → number of rows that hold it
        self._size = size

    @classmethod
    def build(cls, rows: Sequence[Sequence[str]]) -> Lexical:
        """``rows``: the tokens of each passage."""
        import bm25s

        counts: dict[str, int] = {}
        for row in rows:
            for word in set(row):
                counts[word] = counts.get(word, 0) + 1
        engine = None
        if counts:
            engine = bm25s.BM25(k1=K1, b=B, method="lucene")
            engine.index([list(row) for row in rows], show_progress=False)
        return cls(engine, counts, len(rows))

    def __len__(self) -> int:
        return self._size

    def search(self, query: Sequence[str], k: int, allowed: Bools | None = None) -> tuple[Ints, Scores]:
        """The ``k`` best rows that share a word with the query, best first, ties to the lower row."""
        scores = self.scores(query)
        if allowed is not None:
            scores = np.where(allowed, scores, np.float32(0))
        rows = np.flatnonzero(scores > 0)
        return best(rows, scores[rows], max(k, 0))

    def scores(self, query: Sequence[str]) -> Scores:
        """The score of every row, float32 (n,): BM25 over the most that the query's words could give."""
        known = [word for word in query if word in self._counts]
        if self._engine is None or not known:
            return np.zeros(self._size, np.float32)
        most = sum(self._idf(word) for word in query) * (K1 + 1) / 1.0
        found = self._engine.get_scores(known) * (K1 + 1)
        return np.asarray(np.minimum(found / most, 1.0), np.float32)

    def _idf(self, word: str) -> float:
        count = self._counts.get(word, 0)
        return float(np.log(1 + (self._size - count + 0.5) / (count + 0.5)))

    def save(self, folder: Path, name: str = FOLDER) -> None:
        """Write into ``folder / name``."""
        home = folder / name
        home.mkdir()
        if self._engine is not None:
            self._engine.save(str(home), show_progress=False)
        (home / "counts.json").write_text(json.dumps([self._size, self._counts], ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, name: str = FOLDER) -> Lexical:
        """Read what ``save`` wrote there."""
        import bm25s

        home = folder / name
        size, counts = json.loads((home / "counts.json").read_text(encoding="utf-8"))
        engine = bm25s.BM25.load(str(home), mmap=True) if counts else None
        return cls(engine, counts, size)
