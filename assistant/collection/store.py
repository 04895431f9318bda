"""Library: add, correct, remove and restore documents, and read any version of them."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from assistant.collection import rows
from assistant.collection.adding import Adding
from assistant.collection.archive import Archive, Imported, export
from assistant.collection.corrections import (
    OF_DOCUMENT,
    Corrections,
    PartChanges,
    checked_facts,
    told,
    with_parts,
    without_halves,
)
from assistant.collection.database import Database, get_meta
from assistant.collection.originals import digest_of, place_of
from assistant.collection.records import Added, Correction, Entry, Version
from assistant.collection.shipped import bring_up, is_stale
from assistant.settings import ROOT
from index.readers.file import read_bytes, read_file
from index.records import Document, InputError


class Library:
    """The kept documents in the folder ``data``; opening costs nothing, and each call is one transaction.

    Safe to use from several threads and processes at once. Every method raises InputError where the folder cannot be used,
    and where a document or version is named that is not there.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._database = Database(
            data / "library" / "library.sqlite", lambda db, lasting: bring_up(db, data if lasting else None), is_stale
        )

    @property
    def file(self) -> Path:
        """The database; not there before something is kept. It is written to whenever the library changes."""
        return self._database.file

    @property
    def generation(self) -> int:
        """Grows with every change, by whatever process."""
        with self._database.reading() as db:
            return int(get_meta(db, "generation") or 0)

    # ---- reading

    def entries(self, *, removed: bool = False) -> list[Entry]:
        """The list of the library in the order in which documents came, with ``removed`` also those taken out of the answers."""
        with self._database.reading() as db:
            return [entry for entry in rows.entries(db) if removed or not entry.removed]

    def documents(self, made: Callable[[str, str], Document | None] = lambda source, state: None) -> list[Document]:
        """What is answered from: the current version of each document that is not removed, with its corrections.

        ``made`` may give the document of a source and state (see ``states``) that was read before, so that it is not read again.
        """
        with self._database.reading() as db:
            found = [made(source, state) or rows.held(db, name, version) for name, version, source, state in rows.serving(db)]
        return [one.document() if isinstance(one, rows.Held) else one for one in found]

    def states(self) -> dict[str, str]:
        """source → digest of each document as it is answered from (``index.manifest.states``), without reading the documents."""
        with self._database.reading() as db:
            return {source: state for _, _, source, state in rows.serving(db)}

    def find(self, name: str) -> str:
        """The id of the document with this id, source, 文号 or title, removed or not. Raises InputError where it is none or several."""
        with self._database.reading() as db:
            return rows.find(db, name)

    def document(self, document: str, version: int | None = None) -> Document:
        """A document with its corrections; ``version`` None stands for the current one."""
        with self._database.reading() as db:
            name = rows.find(db, document)
            found = rows.held(db, name, rows.version_of(db, name, version))
        return found.document()

    def by_source(self, source: str) -> Document:
        """The version with this source, current or not, with its corrections: where an earlier answer was quoted from."""
        with self._database.reading() as db:
            row = db.execute("SELECT document, version FROM version WHERE source = ? ORDER BY version DESC", (source,)).fetchone()
            if row is None:
                raise InputError(f"资料库里没有这个原文：{source}", f"no such source in the library: {source}")
            found = rows.held(db, *row)
        return found.document()

    def as_read(self, document: str, version: int | None = None) -> Document:
        """A document without the corrections."""
        with self._database.reading() as db:
            name = rows.find(db, document)
            found = rows.held(db, name, rows.version_of(db, name, version))
        return found.as_read()

    def corrections(self, document: str, version: int | None = None) -> Corrections:
        """What a person corrected in a version."""
        with self._database.reading() as db:
            name = rows.find(db, document)
            return rows.corrections(db, name, rows.version_of(db, name, version))

    def corrected_parts(self, document: str, version: int | None = None) -> list[Correction]:
        """What a person corrected of the clauses of a version, in order, and whether each still holds."""
        with self._database.reading() as db:
            name = rows.find(db, document)
            found = rows.held(db, name, rows.version_of(db, name, version))
        return told(found.as_read(), found.corrections)

    def versions(self, document: str) -> list[Version]:
        """All versions of a document, the oldest first."""
        with self._database.reading() as db:
            return rows.versions(db, rows.find(db, document))

    def version(self, document: str, version: int | None = None) -> Version:
        """One version; None stands for the current one."""
        with self._database.reading() as db:
            name = rows.find(db, document)
            number = rows.version_of(db, name, version)
            return next(one for one in rows.versions(db, name) if one.number == number)

    def original(self, document: str, version: int | None = None) -> Path:
        """The file that was added, whole and unchanged. Raises InputError where it is gone or was changed since."""
        one = self.version(document, version)
        for file in (self._data / one.source, self._data / place_of(one.digest, one.name), ROOT / one.source):
            if file.is_file() and digest_of(file.read_bytes()) == one.digest:
                return file
        raise InputError(
            f"原文件不见了或被改动过：{one.source}；文字仍在资料库里",
            f"the original is gone or was changed: {one.source}; its text is still in the library",
        )

    # ---- changing

    def preview(
        self,
        file: Path | bytes,
        name: str | None = None,
        *,
        replaces: str | None = None,
        separate: bool = False,
        facts: Mapping[str, str | None] | None = None,
        parts: PartChanges | None = None,
    ) -> Added:
        """What ``add`` with the same arguments would do; keeps nothing."""
        adding = self._read(file, name, facts, parts)
        with self._database.reading() as db:
            return adding.plan(db, replaces, separate).added

    def add(
        self,
        file: Path | bytes,
        name: str | None = None,
        *,
        replaces: str | None = None,
        separate: bool = False,
        facts: Mapping[str, str | None] | None = None,
        parts: PartChanges | None = None,
    ) -> Added:
        """Keep a file, given as its path or as its bytes with the ``name`` of the file; answers are given from it.

        Bytes or a text that are kept already are recognised. A file with the 文号 of a kept document, or with its title and
        issuer, becomes its new version; ``replaces`` names the document itself, ``separate`` says that it is another one.
        ``facts`` and ``parts`` (see ``correct_part``) are corrections to keep with it. Raises DocumentError for a file that cannot be read.
        """
        adding = self._read(file, name, facts, parts)
        with self._database.changing() as db:
            return adding.keep(db, adding.plan(db, replaces, separate), self._data)

    def correct(self, document: str, facts: Mapping[str, str | None]) -> Document:
        """Set facts of the current version that were misread, by name (``FIELDS``); None says that the text states none.

        Raises InputError for another name or a date that is none.
        """
        made = {(OF_DOCUMENT, fact): value for fact, value in checked_facts(facts).items()}
        return self._recorrect(document, lambda held: {**held.corrections, **made})

    def correct_part(self, document: str, part: str | int, changes: Mapping[str, str | None] | None) -> Document:
        """Correct one part of the current version, by name: its kind, number, heading or responsible (units parted by 、).

        ``part`` is its id, with or without the document's, the number of the one clause that bears it, the first words of a paragraph,
        or where it begins in the text. A kind begins a part there, None as kind joins it with the part before. ``changes`` None
        takes back what was corrected there. Raises InputError for what the text does not bear out.
        """

        def made(held: rows.Held) -> Corrections:
            start = part if isinstance(part, int) else rows.find_place(held.document(), part)
            return with_parts(held.as_read(), held.corrections, {start: changes})

        return self._recorrect(document, made)

    def reset(self, document: str) -> Document:
        """Take back all corrections of the current version."""
        return self._recorrect(document, lambda held: {})

    def _recorrect(self, document: str, made: Callable[[rows.Held], Corrections]) -> Document:
        """Let the corrections of the current version be what ``made`` makes of it."""
        with self._database.changing() as db:
            name = rows.find(db, document)
            version = rows.version_of(db, name)
            rows.set_corrections(db, name, version, made(rows.held(db, name, version)))
            return rows.refresh(db, name, version)

    def remove(self, document: str) -> str:
        """Take a document out of the answers; its versions stay and ``restore`` brings it back. Gives its id."""
        return self._set(document, removed=True)

    def restore(self, document: str, version: int | None = None) -> str:
        """Bring a removed document back; with ``version`` answers are given from that version again. Gives the id."""
        return self._set(document, removed=False, version=version)

    # ---- the whole library as one file

    def export(self, file: Path) -> int:
        """Write the whole library, removed documents too, into ``file``, a zip; gives how many originals are gone here.

        Raises InputError where there is such a file already or it cannot be written; then there is none.
        """
        with tempfile.TemporaryDirectory() as home, contextlib.closing(sqlite3.connect(Path(home) / "library.sqlite")) as copy:
            with self._database.reading() as db:  # no longer than the copy takes, so that nobody who writes waits for the file
                db.backup(copy)
            return export(copy, self._data, ROOT, file)

    def import_(self, file: Path) -> Imported:
        """Add what ``export`` wrote to what is here; nothing that is here is lost.

        Raises InputError for a file that is broken or no library; then nothing was changed.
        """
        archive = Archive(file)
        with self._database.changing() as db:
            return archive.merge(db, self._data)

    def _set(self, document: str, removed: bool, version: int | None = None) -> str:
        with self._database.changing() as db:
            name = rows.find(db, document)
            rows.serve(db, name, rows.version_of(db, name, version), removed)
            return name

    def _read(self, file: Path | bytes, name: str | None, facts: Mapping[str, str | None] | None, parts: PartChanges | None) -> Adding:
        wanted = checked_facts(facts or {})
        shown = name or (str(file) if isinstance(file, Path) else "?")
        data = read_bytes(file, shown) if isinstance(file, Path) else file
        read = read_file(data, shown)
        read = replace(read, text=without_halves(read.text))  # SQLite holds no half of a surrogate pair; a PDF may
        return Adding(read, data, name or (file.name if isinstance(file, Path) else "document"), wanted, parts)
