"""The documents of an index on disk: one JSON line each, read when asked for, so opening costs the same for any number."""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, overload

import numpy as np

from index.fuse import Ints
from index.lexical import fingerprint
from index.ragged import mapped, places_in
from index.records import Document, Part, Span
from index.text import plain

LINES, STARTS, NAMES, HEADS = "documents.jsonl", "documents.starts.npy", "documents.names.npy", "documents.heads.jsonl"
KEPT = 1024  # documents that are kept once they were read


QUOTED = re.compile(r"[“\"「]([一-龥]{3,8})[”\"」]")


@dataclass(frozen=True, slots=True)
class Head:
    """What a document is called, so that its text need not be read for that.

    ``title`` and ``number`` are written as questions are read (``plain``), empty where there is none; ``quoted`` are the
    names that the text puts in quotation marks.
    """

    id: str
    title: str
    number: str
    region: str | None
    quoted: tuple[str, ...]

    @classmethod
    def of(cls, document: Document) -> Head:
        quoted = tuple(dict.fromkeys(QUOTED.findall(document.text)))
        return cls(document.id, plain(document.title or ""), plain(document.number or ""), document.region, quoted)


class Shelf(Sequence[Document]):
    """The documents in order, each read from its line when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._starts = mapped(folder / STARTS)
        self._names = mapped(folder / NAMES)  # fingerprints of the ids, sorted, beside the places of their documents
        with (folder / LINES).open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if self._starts[-1] else b""
        self._heads = folder / HEADS
        self._read = lru_cache(maxsize=KEPT)(self._read_one)

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, place: int) -> Document: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Document]: ...

    def __getitem__(self, place: int | slice) -> Document | Sequence[Document]:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self._read(place % len(self))

    def __iter__(self) -> Iterator[Document]:
        return (self[n] for n in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def heads(self) -> list[Head]:
        """What each document is called: some microseconds a document, where reading it takes a millisecond."""
        lines = self._heads.read_bytes().splitlines()
        held = json.loads(b"[" + b",".join(lines) + b"]")
        return [Head(name, title, number, region, tuple(quoted)) for name, title, number, region, quoted in held]

    def places(self, ids: Iterable[str]) -> Ints:
        """Where the documents with these ids stand; ids that are not there are left out."""
        wanted = np.unique(np.array([fingerprint(name) for name in ids], np.uint64))
        names, order = self._names
        at = places_in(names, wanted)
        return np.sort(order[at[at >= 0]].astype(np.int64))

    def _read_one(self, place: int) -> Document:
        return load_document(self._lines[int(self._starts[place]) : int(self._starts[place + 1])])


class ShelfWriter:
    """Writes the files that a Shelf reads, document after document."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = (folder / LINES).open("wb")
        self._heads = (folder / HEADS).open("wb")
        self._starts = [0]
        self._names: list[int] = []

    def add(self, document: Document, line: bytes) -> None:
        """``line``: what ``dump_document`` made of the document."""
        self._file.write(line)
        self._heads.write(json.dumps(astuple(Head.of(document))).encode() + b"\n")
        self._starts.append(self._starts[-1] + len(line))
        self._names.append(fingerprint(document.id))

    def __len__(self) -> int:
        return len(self._names)

    def close(self) -> None:
        self._file.close()
        self._heads.close()
        names = np.array(self._names, np.uint64)
        order = np.argsort(names, kind="stable")
        np.save(self._folder / STARTS, np.array(self._starts, np.int64))
        np.save(self._folder / NAMES, np.stack([names[order], order.astype(np.uint64)]))


def heads(documents: Sequence[Document]) -> list[Head]:
    """What each document is called; the texts of a shelf are not read for that."""
    return documents.heads() if isinstance(documents, Shelf) else [Head.of(document) for document in documents]


def dump_document(document: Document) -> bytes:
    """One line of JSON."""
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"), default=_fields).encode() + b"\n"


def _fields(record: Document | Part | Span) -> dict[str, Any]:
    """What ``asdict`` gives, but for copies of all that is in it."""
    return {name: getattr(record, name) for name in record.__slots__}


def load_document(line: bytes) -> Document:
    """The document that ``dump_document`` wrote."""
    entry: dict[str, Any] = json.loads(line)
    parts = tuple(map(_part, entry.pop("parts")))
    status = entry.pop("status_span")
    return Document(**entry, status_span=Span(**status) if status else None, parts=parts)


def _part(entry: dict[str, Any]) -> Part:
    spans = tuple(Span(**span) for span in entry.pop("responsible_spans"))
    names = {key: tuple(entry[key]) if entry[key] is not None else None for key in ("responsible", "responsible_candidates")}
    return Part(**{**entry, **names}, responsible_spans=spans)
