"""BM25 over jieba tokens and pairs of characters: terms in, (row, score) out."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from index.fuse import Bools, Ints, Scores, best
from index.ragged import Array, Ragged, mapped, places_in, write_joined

K1, B = 1.2, 0.75
FOLDER = "lexical"
_WORD = re.compile(r"\w")
_HAN = re.compile(r"[\u3400-\u9fff]+")


def tokens(text: str) -> list[str]:
    """The words of a text, jieba search mode without its guessing model, lower case, no punctuation."""
    import jieba

    jieba.setLogLevel("ERROR")
    return [word.lower() for word in jieba.cut_for_search(text, HMM=False) if _WORD.search(word)]


@lru_cache(maxsize=64)
def query_tokens(text: str) -> tuple[str, ...]:
    """``tokens`` of a question, kept: it is looked at several times."""
    return tuple(tokens(text))


def terms(text: str) -> list[str]:
    """What a text is searched by: its words, and each two neighbouring Chinese characters for those that jieba cuts otherwise."""
    pairs = (run[n : n + 2] for run in _HAN.findall(text) for n in range(len(run) - 1))
    return [*tokens(text), *pairs]


def word_counts() -> tuple[dict[str, int], int]:
    """How often jieba's dictionary counts each word, and the sum."""
    import jieba

    jieba.setLogLevel("ERROR")
    jieba.initialize()
    return jieba.dt.FREQ, jieba.dt.total


def bits_of(text: str) -> int:
    """64 bits that stand for a text: two of a million texts share them with a chance of 3 in 10^8."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


fingerprint = lru_cache(maxsize=1 << 20)(bits_of)
"""``bits_of`` a word, kept: words come again."""


def fingerprints(rows: Sequence[Sequence[str]]) -> Ragged:
    """The words of each row by their fingerprints."""
    return Ragged.of([list(map(fingerprint, row)) for row in rows], np.uint64)


class Lexical:
    """BM25 (Robertson; Lucene's idf) scaled to [0, 1]: the share of what the query could score at most.

    Scores are kept for each word and row that holds it, as bm25s does (Lù 2024, "BM25S"), in arrays that are mapped
    when loaded: a search reads the lists of its words alone.
    """

    def __init__(self, words: Array, rows: Ragged, postings: Ragged, weights: Array) -> None:
        """``words``: sorted fingerprints; ``rows``: the places in ``words`` of each row's words.

        ``postings``: for each word the rows that hold it, in order; ``weights`` float32, one for each of them.
        """
        self._words = words
        self._rows = rows
        self._postings = postings
        self._weights = weights

    @classmethod
    def build(cls, rows: Sequence[Sequence[str]]) -> Lexical:
        """``rows``: the words of each passage."""
        with tempfile.TemporaryDirectory() as home:
            cut = fingerprints(rows)
            cls.assemble(lambda: [cut], Path(home))
            made = cls.load(Path(home))
            return cls(*(_in_memory(part) for part in (made._words, made._rows, made._postings, made._weights)))

    @staticmethod
    def assemble(blocks: Callable[[], Iterable[Ragged]], folder: Path, name: str = FOLDER) -> None:
        """Write what ``load`` reads into ``folder / name``, from the fingerprints of all rows in blocks.

        The blocks are asked for four times and held one at a time.
        """
        home = folder / name
        home.mkdir()
        words = np.zeros(0, np.uint64)
        for block in blocks():
            words = np.union1d(words, block.flat)
        np.save(home / "words.npy", words)
        write_joined(home, "rows", (Ragged(np.searchsorted(words, block.flat), block.starts) for block in blocks()))
        rows = Ragged.load(home, "rows")
        counts = np.zeros(len(words), np.int64)  # rows that hold each word
        for _, held, _ in _counted(rows):
            counts += np.bincount(held, minlength=len(words))
        starts = np.cumsum([0, *counts], dtype=np.int64)
        idf = np.log(1 + (len(rows) - counts + 0.5) / (counts + 0.5))
        lengths = np.diff(rows.starts)
        norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if len(rows) else 0.0, 1e-9))
        np.save(home / "postings.starts.npy", starts)
        flat = np.lib.format.open_memmap(home / "postings.flat.npy", "w+", np.uint32, (int(starts[-1]),))
        weights = np.lib.format.open_memmap(home / "weights.npy", "w+", np.float32, (int(starts[-1]),))
        free = starts[:-1].copy()
        for row, held, times in _counted(rows):
            edges = np.flatnonzero(np.diff(held, prepend=-1))
            size = np.diff(edges, append=len(held))
            places = np.repeat(free[held[edges]] - edges, size) + np.arange(len(held))
            flat[places] = row
            weights[places] = idf[held] * times / (times + norm[row])
            free[held[edges]] += size
        flat.flush()
        weights.flush()

    def __len__(self) -> int:
        return len(self._rows)

    def search(self, query: Sequence[str], k: int, allowed: Bools | None = None) -> tuple[Ints, Scores]:
        """The ``k`` best rows that share a word with the query, best first, ties to the lower row."""
        scores = self.scores(query)
        if allowed is not None:
            scores *= allowed
        rows = np.flatnonzero(scores)
        if 0 < k < len(rows):
            least = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
            rows = rows[scores[rows] >= least]
        return best(rows, scores[rows], max(k, 0))

    def scores(self, query: Sequence[str], rows: Ints | None = None) -> Scores:
        """The score of every row, or of the given ones, float32: BM25 over the most that the query's words could give."""
        found = np.zeros(len(self) if rows is None else len(rows), np.float32)
        if not query:
            return found
        places = self.places(query)
        most = sum(self.idf_at(places))
        for place in places[places >= 0]:
            piece = slice(int(self._postings.starts[place]), int(self._postings.starts[place + 1]))
            holding, weights = self._postings.flat[piece], self._weights[piece]
            if rows is None:
                found[holding] += weights
            else:
                at = np.minimum(np.searchsorted(holding, rows.astype(np.uint32)), len(holding) - 1)
                found += np.where(holding[at] == rows, weights[at], np.float32(0))
        return np.minimum(found / np.float32(most), np.float32(1)) if most > 0 else found

    def idf(self, query: Sequence[str]) -> list[float]:
        """How rare each word of the query is: ln(1 + (rows − holding + ½) / (holding + ½))."""
        return self.idf_at(self.places(query))

    def idf_at(self, places: Ints) -> list[float]:
        """``idf`` of the words at ``places``; -1 is a word that no row holds."""
        holding = np.where(places >= 0, self._postings.starts[places + 1] - self._postings.starts[places], 0)
        return np.log(1 + (len(self) - holding + 0.5) / (holding + 0.5)).tolist()  # type: ignore[no-any-return]

    def weights_of(self, rows: Ints) -> list[dict[int, float]]:
        """For each of the given rows: place of a word → its BM25 weight there, as a search adds them up."""
        found: list[dict[int, float]] = []
        for row in rows.tolist():
            held = np.unique(self._rows.flat[self._rows.starts[row] : self._rows.starts[row + 1]])
            begins, ends = self._postings.starts[held], self._postings.starts[held + np.int64(1)]
            at = [b + np.searchsorted(self._postings.flat[b:e], np.uint32(row)) for b, e in zip(begins, ends, strict=True)]
            found.append(dict(zip(held.tolist(), self._weights[at].tolist(), strict=True)))
        return found

    def cuts(self, rows: Ints) -> Ragged:
        """The fingerprints of the words of given rows, as ``assemble`` took them."""
        part = self._rows.at(rows)
        return Ragged(self._words[part.flat], part.starts)

    def places(self, query: Sequence[str]) -> Ints:
        """Where each word stands in ``words``, -1 where it does not."""
        return places_in(self._words, np.array(list(map(fingerprint, query)), np.uint64))

    @classmethod
    def load(cls, folder: Path, name: str = FOLDER) -> Lexical:
        """Mapped, not read."""
        home = folder / name
        return cls(mapped(home / "words.npy"), Ragged.load(home, "rows"), Ragged.load(home, "postings"), mapped(home / "weights.npy"))


def _counted(rows: Ragged, step: int = 4096) -> Iterator[tuple[Ints, Ints, Ints]]:
    """(row, word, times) of each word of each row, ordered by word and row, for some rows at a time."""
    for first in range(0, len(rows), step):
        starts = np.asarray(rows.starts[first : first + step + 1])
        held = rows.flat[starts[0] : starts[-1]].astype(np.int64)
        row = np.repeat(np.arange(first, first + len(starts) - 1), np.diff(starts))
        keys, times = np.unique(held * len(rows) + row, return_counts=True)
        yield keys % len(rows), keys // len(rows), times


def _in_memory(part: Any) -> Any:
    return Ragged(np.array(part.flat), np.array(part.starts)) if isinstance(part, Ragged) else np.array(part)
