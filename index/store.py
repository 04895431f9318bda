"""ClauseIndex: documents → a searchable index, kept on disk and mapped. Engines speak rows, this speaks clauses.

Nothing here grows with the index when it is opened: the engines' files are mapped, documents are read when they are quoted.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import weakref
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Self

import numpy as np
from filelock import FileLock

from index.build import FACETS, FIRST, KEYS, LEXICON, PARTS, RARITY, ROWS, TOKENS, WHOLE, Progress, write_index
from index.cut import Cut
from index.dense import Dense
from index.embed import Encoder, Floats, TokenEncoder
from index.fuse import Bools, Ints, Scores, best, fitted, fuse, language, ranks
from index.late import LENGTH_OF_PART, Late
from index.lexical import Lexical, fingerprint
from index.manifest import current, damaged, made_by, parser_fingerprint, publish, read_manifest, read_sources, verify
from index.ragged import Array, Ragged, mapped, places_in
from index.records import Document, Hit, Quote
from index.scoring import DenseEngine, LexicalEngine, Score, Scorer
from index.shelf import Shelf
from index.text import plain
from index.tokenquery import TokenQueries

CANDIDATES = 300  # rows that each engine hands to the fusion
MOST = 20_000  # hits that one search can give


class ClauseIndex:
    """The sentences of some documents, searchable by meaning and by word."""

    def __init__(self, version: Path, encoder: Encoder) -> None:
        """Opens the files of one version, without checking them."""
        self.version = version
        self.encoder = encoder
        self.weights = fitted()
        self._shelf = Shelf(version)
        self._rows = mapped(version / ROWS)  # document, place of the part in it, start, end
        self._part = mapped(version / PARTS)  # which of the parts that have sentences
        self.first = mapped(version / FIRST)  # the row that each document begins with
        self._facets = mapped(version / FACETS)  # fingerprint of the region, year of issue
        self.dense = Dense.load(version)
        self.lexical = Lexical.load(version)
        self._lexicon = Lexical.load(version, LEXICON)
        self._late: tuple[TokenQueries, Late, Late] | None = None
        if isinstance(encoder, TokenEncoder):
            queries = TokenQueries(encoder, np.asarray(mapped(version / RARITY)))
            self._late = (queries, Late.load(version, TOKENS), Late.load(version, WHOLE, LENGTH_OF_PART))
        self.search_with(self.dense, self.lexical)
        self._states: dict[str, tuple[int, str]] | None = None  # source → place and state, read when asked for
        self._damage: list[Path] = []  # files that were found changed while the index served

    @property
    def documents(self) -> Sequence[Document]:
        """All documents, in order of the library."""
        return self._shelf

    def document_in(self, source: str, state: str) -> Document | None:
        """The document with this source, if it is in this state (``index.manifest.states``)."""
        if self._states is None:
            self._states = {s: (n, digest) for n, (s, digest) in enumerate(read_sources(self.version).items())}
        place, digest = self._states.get(source, (-1, ""))
        return self._shelf[place] if digest == state else None

    @property
    def owners(self) -> Ints:
        """Which document each row stands in."""
        return np.asarray(self._rows[:, 0])

    def search_with(self, dense: DenseEngine, lexical: LexicalEngine) -> None:
        """Search with other engines that hold the same rows."""
        self._dense, self._lexical = dense, lexical
        self._scorer = Scorer(self.encoder, dense, lexical, self._lexicon, self._late, self._part)

    def __len__(self) -> int:
        """The number of sentences."""
        return len(self._rows)

    @classmethod
    def build(
        cls,
        documents: Sequence[Document],
        encoder: Encoder,
        progress: Progress | None = None,
        *,
        previous: ClauseIndex | None = None,
        folder: Path | None = None,
    ) -> Self:
        """Index every sentence of ``documents``; ``progress`` is told how far it is.

        What ``previous`` computed for sentences that have not changed is taken over, if the encoder is the same.
        The index becomes the current version of ``folder``, where a build that was broken off goes on; without a
        folder it lasts as long as the object.
        """
        parser = parser_fingerprint()
        known = _Former(previous, parser) if previous and previous.encoder.fingerprint == encoder.fingerprint else None
        if folder is None:
            home = Path(tempfile.mkdtemp(prefix="clause-index-"))
            try:
                made = cls(write_index(documents, encoder, home, parser, progress, known), encoder)
            except BaseException:
                shutil.rmtree(home, ignore_errors=True)
                raise
            weakref.finalize(made, shutil.rmtree, home, True)
            return made
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            version = write_index(documents, encoder, folder / ".building", parser, progress, known)
            return cls(publish(version, folder), encoder)

    def save(self, folder: Path) -> None:
        """Write a copy into ``folder`` and make it the current version there."""
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            copy = folder / ".saving"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(self.version, copy)
            publish(copy, folder)

    @classmethod
    def load(cls, folder: Path, encoder: Encoder, documents: dict[str, str] | None = None) -> Self:
        """Open the current version.

        ``documents`` (source → digest, see ``index.manifest.states``) are those that it must hold. Raises IndexMissing,
        IndexStale (says what differs) or IndexDamaged; each names the command that rebuilds it. Damage in a large
        index may be found only while it serves; then ``search`` raises IndexDamaged.
        """
        version = current(folder)
        manifest = read_manifest(version, parser_fingerprint(), encoder, documents)
        broken: list[Path] = []
        verify(version, manifest, broken.append)
        index = cls(version, encoder)
        index._damage = broken
        return index

    def search(
        self,
        query: str,
        k: int = 10,
        *,
        documents: Collection[str] | None = None,
        regions: Collection[str] | None = None,
        years: Collection[int] | None = None,
    ) -> list[Hit]:
        """The ``k`` best sentences for ``query``, best first; equal scores in order of the library.

        ``documents`` (ids), ``regions`` and ``years`` of issue keep the search to documents that meet all that is
        given; no other one is ever found. An empty query or library gives no hits.
        """
        text = plain(query)
        allowed = self._allowed(documents, regions, years)
        if self._damage:
            raise damaged(self._damage[0])
        if not text or k <= 0 or len(self) == 0 or (allowed is not None and not allowed.any()):
            return []
        asked = self._scorer.asked(text)
        wanted = min(max(CANDIDATES, k), MOST)
        by_meaning, _ = self._dense.search(asked.vector, wanted, allowed)
        by_word, _ = self._lexical.search(asked.words, wanted, allowed)
        rows: Ints = np.union1d(by_meaning, by_word).astype(np.int64)
        table = asked.scores(rows)
        late, late_part = (table[Score.LATE], table[Score.LATE_PART]) if self._late else (None, None)
        mixed = fuse(table[Score.DENSE], late, late_part, table[Score.LEXICAL], self.weights[language(text)], table[Score.LEXICON])
        places = best(np.arange(len(rows)), mixed, k)[0]
        dense_ranks, lexical_ranks = ranks(by_meaning), ranks(by_word)
        quotes = self._quotes(rows[places], mixed[places])
        return [
            _hit(quote, scores, dense_ranks.get(row), lexical_ranks.get(row))
            for quote, row, scores in zip(quotes, rows[places].tolist(), table[:, places].T.tolist(), strict=True)
        ]

    def _allowed(self, documents: Collection[str] | None, regions: Collection[str] | None, years: Collection[int] | None) -> Bools | None:
        if documents is None and regions is None and years is None:
            return None
        places = np.arange(len(self._shelf)) if documents is None else self._shelf.places(documents)
        named = None if regions is None else [fingerprint(region) for region in regions]
        for column, wanted in enumerate((named, years)):
            if wanted is not None:
                places = places[np.isin(self._facets[places, column], np.array(list(wanted), np.uint64))]
        inside = np.zeros(len(self._shelf), bool)
        inside[places] = True
        return np.repeat(inside, np.diff(self.first))

    def _quotes(self, rows: Ints, scores: Scores) -> Iterator[Quote]:
        for (owner, place, start, end), score in zip(self._rows[rows].tolist(), scores.tolist(), strict=True):
            document = self._shelf[owner]
            yield Quote(document, document.parts[place], start, end, score)


def _hit(quote: Quote, scores: Sequence[float], dense_rank: int | None, lexical_rank: int | None) -> Hit:
    """``scores`` in order of ``Score``."""
    dense, lexical, lexicon, late, gap, late_part, gap_part = scores
    return Hit(quote, quote.score, dense_rank, lexical_rank, dense, late, lexical, late_part, gap, gap_part, lexicon)


class _Former:
    """What a new build may take over from an index; whole documents only if the same program cut them."""

    def __init__(self, index: ClauseIndex, parser: str) -> None:
        self._index = index
        keys = mapped(index.version / KEYS)
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        held = read_sources(index.version) if made_by(index.version) == parser else {}
        self._places = {source_and_state: place for place, source_and_state in enumerate(held.items())}

    def places_of(self, documents: Sequence[Document], lines: Sequence[bytes]) -> Ints:
        states = (hashlib.sha256(line).hexdigest() for line in lines)
        found = [self._places.get((document.source, state), -1) for document, state in zip(documents, states, strict=True)]
        return np.array(found, np.int64)

    def cut_at(self, places: Ints) -> Cut:
        index, late = self._index, self._index._late
        sizes = index.first[places + 1] - index.first[places]
        rows = np.concatenate([np.arange(index.first[place], index.first[place + 1]) for place in places])
        parts, first, of_row = np.unique(index._part[rows], return_index=True, return_inverse=True)
        order = np.argsort(first)  # parts are counted as they come
        vectors, words, lexicon, tokens = self.cut_of(rows)
        return Cut(
            documents=len(places),
            rows=np.column_stack([np.repeat(np.arange(len(places)), sizes), index._rows[rows, 1:]]).astype(np.int32),
            part=np.argsort(order)[of_row].astype(np.int32),
            keys=mapped(index.version / KEYS)[rows],
            vectors=vectors,
            words=words,
            lexicon=lexicon,
            tokens=tokens,
            whole=late[2].ids.at(parts[order]) if late else Ragged.of([[] for _ in parts]),
        )

    def rows_of(self, keys: Array) -> Ints:
        at = places_in(self._keys, keys)
        return np.where(at >= 0, self._order[at], -1).astype(np.int64) if len(self._keys) else at

    def cut_of(self, rows: Ints) -> tuple[Floats, Ragged, Ragged, Ragged]:
        late = self._index._late
        tokens = late[1].ids.at(rows) if late else Ragged.of([[] for _ in rows])
        words, lexicon = self._index.lexical.cuts(rows), self._index._lexicon.cuts(rows)
        return self._index.dense.vectors(rows), words, lexicon, tokens
