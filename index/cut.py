"""Documents → what the engines need of them, in blocks of some thousand sentences that are kept on disk while an index is built."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from index.embed import Encoder, Floats, TokenEncoder, unit_rows
from index.fuse import Ints
from index.lexical import bits_of, fingerprints, terms
from index.ragged import Array, Ragged, joined
from index.records import Document, Part
from index.sentences import sentences
from index.shelf import dump_document
from index.text import one_line, plain
from index.words import named

CONTEXT_WEIGHT, PART_WEIGHT = 0.6, 0.5  # of region and heading, and of the whole part, beside the sentence's own vector
BLOCK = 4096  # characters of a block's documents, in hundreds: about as many sentences
_RAGGED = ("words", "lexicon", "tokens", "whole")
_BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class Cut:
    """The sentences of some documents, ready for the engines; rows and parts count from 0 in each block.

    ``documents`` is their number. ``rows`` int32 (n, 4): document in the block, place of the part in it, start, end. ``part`` int32 (n,): which of
    the parts that have sentences. ``keys`` uint64 (n,) stand for part and sentence. ``vectors`` float32
    (n, dim). ``words`` and ``lexicon`` are fingerprints; ``tokens`` and ``whole`` the tokens of each sentence and of
    each part, without rows for an encoder without token vectors.
    """

    documents: int
    rows: Array
    part: Array
    keys: Array
    vectors: Floats
    words: Ragged
    lexicon: Ragged
    tokens: Ragged
    whole: Ragged


class Known(Protocol):
    """What an index built before can give."""

    def rows_of(self, keys: Array) -> Ints:
        """A row that was made of the same text for each key, -1 where there is none."""
        ...

    def cut_of(self, rows: Ints) -> tuple[Floats, Ragged, Ragged, Ragged]:
        """Vectors, words, lexicon terms and tokens of given rows."""
        ...

    def places_of(self, documents: Sequence[Document], lines: Sequence[bytes]) -> Ints:
        """Where each document stands that it holds exactly so (``lines``: each as ``dump_document`` wrote it), else -1."""
        ...

    def cut_at(self, places: Ints) -> Cut:
        """What cutting the documents at these places gave."""
        ...


def blocks(documents: Iterable[Document]) -> Iterator[tuple[list[Document], list[bytes]]]:
    """The documents in blocks, with the JSON line of each."""
    held: list[Document] = []
    lines: list[bytes] = []
    size = 0
    for document in documents:
        held.append(document)
        lines.append(dump_document(document))
        size += len(document.text)
        if size >= 100 * BLOCK or len(held) >= BLOCK:
            yield held, lines
            held, lines, size = [], [], 0
    if held:
        yield held, lines


def cut_block(documents: Sequence[Document], lines: Sequence[bytes], encoder: Encoder, known: Known | None) -> Cut:
    """Cut the documents of a block; those that ``known`` holds as they are come from there, without a look at their texts."""
    if known is None:
        return cut(documents, encoder)
    places = known.places_of(documents, lines)
    pieces: list[Cut] = []
    for taken, run in groupby(range(len(documents)), lambda n: places[n] >= 0):
        there = list(run)
        pieces.append(known.cut_at(places[there]) if taken else cut([documents[n] for n in there], encoder, known))
    return together(pieces)


def together(pieces: Sequence[Cut]) -> Cut:
    """The documents of all pieces (at least one), in order."""
    documents = np.cumsum([0, *(piece.documents for piece in pieces)])
    parts = np.cumsum([0, *(len(piece.whole) for piece in pieces)])
    return Cut(
        documents=int(documents[-1]),
        rows=np.concatenate([p.rows + np.array([n, 0, 0, 0], np.int32) for p, n in zip(pieces, documents, strict=False)], dtype=np.int32),
        part=np.concatenate([p.part + n for p, n in zip(pieces, parts, strict=False)], dtype=np.int32),
        keys=np.concatenate([piece.keys for piece in pieces]),
        vectors=np.concatenate([piece.vectors for piece in pieces]),
        **{name: joined([getattr(piece, name) for piece in pieces]) for name in _RAGGED},
    )


def cut(documents: Sequence[Document], encoder: Encoder, known: Known | None = None) -> Cut:
    """Cut ``documents``; what ``known`` has of the same sentences is taken over."""
    found = [(n, part, span) for n, document in enumerate(documents) for part, span in sentences(document)]
    own = [plain(one_line(span.of(documents[n].text))) for n, _, span in found]
    contexts: dict[tuple[int, int], str] = {}
    for n, part, _ in found:
        if (n, part.start) not in contexts:
            contexts[n, part.start] = context_of(documents[n], part)
    distinct_parts = dict.fromkeys((n, part) for n, part, _ in found)
    places = {(n, part.start): at for at, (n, part) in enumerate(distinct_parts)}
    whole = [f"{contexts[n, part.start]} {plain(one_line(documents[n].text[part.start : part.end]))}" for n, part in distinct_parts]
    held = np.array([places[n, part.start] for n, part, _ in found], np.int32)
    context = [contexts[n, part.start] for n, part, _ in found]
    known_by = [bits_of(text) for text in whole]  # holds the context as well
    keys = np.array([bits_of(f"{known_by[p]}\0{o}") for p, o in zip(held, own, strict=True)], np.uint64)
    had = known.rows_of(keys) if known else np.full(len(keys), -1, np.int64)
    new = np.flatnonzero(had < 0)
    full = [f"{context[n]} {own[n]}" for n in new]
    vectors = np.zeros((len(found), encoder.dimension), np.float32)
    if len(new):
        vectors[new] = sentence_vectors(encoder, [own[n] for n in new], [context[n] for n in new], [whole[held[n]] for n in new])
    fresh = (
        fingerprints([terms(text) for text in full]),
        fingerprints([named(text) for text in full]),
        _tokens(full, encoder),
    )
    if known and len(new) < len(found):
        old = np.flatnonzero(had >= 0)
        vectors[old], *taken = known.cut_of(had[old])
        order = np.argsort(np.concatenate([new, old]))
        fresh = tuple(joined([a, b]).at(order) for a, b in zip(fresh, taken, strict=True))  # type: ignore[assignment]
    of_part = [{part.id: at for at, part in reversed(list(enumerate(document.parts)))} for document in documents]
    return Cut(
        documents=len(documents),
        rows=np.array([(n, of_part[n][part.id], s.start, s.end) for n, part, s in found], np.int32).reshape(-1, 4),
        part=held,
        keys=keys,
        vectors=vectors,
        words=fresh[0],
        lexicon=fresh[1],
        tokens=fresh[2],
        whole=_tokens(whole, encoder),
    )


def sentence_vectors(encoder: Encoder, own: Sequence[str], context: Sequence[str], whole: Sequence[str]) -> Floats:
    """float32 (n, dimension), unit rows: what a sentence says, where it stands and what its whole part says.

    A sentence of a real notice often leaves its subject to its neighbours; the part lends it. Equal texts are encoded once.
    """

    place = {text: at for at, text in enumerate(dict.fromkeys([*own, *context, *whole]))}
    vectors = encoder.encode(list(place))
    said, stands, around = (vectors[[place[text] for text in texts]] for texts in (own, context, whole))
    return unit_rows(said + np.float32(CONTEXT_WEIGHT) * stands + np.float32(PART_WEIGHT) * around)


def _tokens(texts: Sequence[str], encoder: Encoder) -> Ragged:
    """The tokens of each text; none for an encoder without token vectors."""
    return Ragged.of(encoder.token_ids(texts) if isinstance(encoder, TokenEncoder) else [[] for _ in texts])


def save_cut(made: Cut, file: Path, key: str) -> None:
    """Written beside and renamed: the file is whole or not there. ``key`` names what it was made of."""
    plain_arrays = {name: getattr(made, name) for name in ("documents", "rows", "part", "keys", "vectors")}
    ragged = {f"{name}.{half}": getattr(getattr(made, name), half) for name in _RAGGED for half in ("flat", "starts")}
    beside = file.with_suffix(".part")
    with beside.open("wb") as out:
        np.savez(out, key=np.array(key), **plain_arrays, **ragged)
    beside.replace(file)


def load_cut(file: Path, key: str | None = None) -> Cut | None:
    """What ``save_cut`` wrote; None where it is not there, broken, or (with ``key``) made of something else."""
    try:
        with np.load(file) as saved:
            if key is not None and str(saved["key"]) != key:
                return None
            return Cut(**{field.name: _field(saved, field.name) for field in fields(Cut)})
    except _BROKEN:
        return None


def load_field(file: Path, name: str) -> Any:
    """One field of what ``save_cut`` wrote, the others unread; None where it is not there or broken."""
    try:
        with np.load(file) as saved:
            return _field(saved, name)
    except _BROKEN:
        return None


def _field(saved: Any, name: str) -> Any:
    if name in _RAGGED:
        return Ragged(saved[f"{name}.flat"], saved[f"{name}.starts"])
    return int(saved[name]) if name == "documents" else saved[name]


def block_key(lines: Sequence[bytes], made_by: str) -> str:
    """Stands for the documents of a block and for what cut them (encoder and program)."""
    digest = hashlib.sha256(made_by.encode())
    for line in lines:
        digest.update(line)
    return digest.hexdigest()


def context_of(document: Document, part: Part) -> str:
    """What a sentence needs to be understood alone: region and heading (the section's where it has none)."""
    heading = part.heading or re.sub(r"^[（(第]?[一二三四五六七八九十\d]+[)）章节、.．]+\s*", "", part.section or "")
    return plain(f"{document.region or ''} {heading}")
