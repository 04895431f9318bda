"""What a file is to the library: a new document, a new version, or one that is kept already; and how it is kept."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from assistant.collection import rows
from assistant.collection.corrections import OF_DOCUMENT, Corrections, PartChanges, carried, corrected, names_of, told, with_parts
from assistant.collection.matching import keys, same
from assistant.collection.originals import digest_of, place_of, safe_name, write
from assistant.collection.records import Added, Correction
from index.manifest import text_digest
from index.read import parse
from index.readers.reading import Read
from index.records import Document, InputError


@dataclass(frozen=True, slots=True)
class Plan:
    """What adding will do, as it is told, and the corrections that the version will begin with."""

    added: Added
    corrections: Corrections


class Adding:
    """A file that was read once: ``read`` and the digest are of the same bytes."""

    def __init__(
        self,
        read: Read,
        data: bytes,
        name: str,
        facts: Mapping[str, str | None] | None = None,
        parts: PartChanges | None = None,
        source: str | None = None,
    ) -> None:
        """``facts`` and ``parts`` are corrections that come with the file; ``source`` is where it stands, if not among the originals."""
        self.digest = digest_of(data)
        self._read, self._data, self._name = read, data, safe_name(name)
        self._facts = {(OF_DOCUMENT, field): value for field, value in (facts or {}).items()}
        self._parts, self._source = parts or {}, source

    def plan(self, db: sqlite3.Connection, replaces: str | None = None, separate: bool = False) -> Plan:
        """What ``keep`` will do. Raises InputError for ``replaces`` that is not there, and where the file is kept as another document."""
        if replaces is not None and separate:
            raise InputError("不能既作为新版本、又作为另一份文件", "a file is either a new version or another document, not both")
        replaces = None if replaces is None else rows.find(db, replaces)
        known = self._known(db, replaces, separate)
        if known:
            name, version, removed = known
            held = rows.held(db, name, version)
            if not removed:
                return Plan(Added("duplicate", held.document(), version, self._read.blank_pages), {})
            read = held.as_read()
            kept = with_parts(read, {**held.corrections, **self._facts}, self._parts)
            back = Added("restored", corrected(read, kept), version, self._read.blank_pages, corrections=tuple(told(read, kept)))
            return Plan(back, kept)
        stem = PurePath(self._name).stem
        read = self._parse(db, stem)
        similar: tuple[str, ...] = ()
        if replaces is None and not separate:
            replaces, similar = self._match(db, read)
        name = replaces or rows.free_id(db, stem)
        version = 1
        if replaces:
            (version,) = db.execute("SELECT max(version) + 1 FROM version WHERE document = ?", (name,)).fetchone()
        read = replace(read if name == stem else self._parse(db, name), version=version)
        before: Corrections = {}
        dropped: set[str] = set()
        lost: list[Correction] = []
        if replaces:
            current = rows.version_of(db, name)
            before, dropped, lost = carried(rows.corrections(db, name, current), rows.held(db, name, current).as_read(), read)
        kept = with_parts(read, {**before, **self._facts}, self._parts)
        added = Added(
            "version" if replaces else "new",
            corrected(read, kept),
            version,
            self._read.blank_pages,
            carried=names_of(before),
            dropped=tuple(sorted(dropped - {field for _, field in self._facts})),
            similar=similar,
            lost=tuple(lost),
            corrections=tuple(told(read, kept)),
        )
        return Plan(added, kept)

    def keep(self, db: sqlite3.Connection, plan: Plan, data: Path | None, shipped: bool = False) -> Added:
        """Do what ``plan`` says; the original goes under the folder ``data``, if any."""
        added = plan.added
        name, version = added.document.id, added.version
        if added.outcome == "duplicate":
            return added
        if added.outcome != "restored":
            if data is not None:
                write(data / (added.document.source if self._source is None else place_of(self.digest, self._name)), self._data)
            if added.outcome == "new":
                rows.insert_document(db, name, shipped)
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            rows.insert_version(db, name, version, self._read, self._name, added.document.source, self.digest, now)
        rows.set_corrections(db, name, version, plan.corrections)
        return replace(added, document=rows.serve(db, name, version, removed=False))

    def _known(self, db: sqlite3.Connection, replaces: str | None, separate: bool) -> tuple[str, int, bool] | None:
        """(id, version, removed) where these bytes or this text are kept already, and that is what was meant."""
        query = """
          SELECT v.document, v.version, d.removed, v.version = d.current FROM version v JOIN document d ON d.id = v.document
          WHERE v.digest = ? OR v.text_digest = ? ORDER BY d.removed, v.version = d.current DESC, v.version DESC
        """
        found = db.execute(query, (self.digest, text_digest(self._read.text))).fetchall()
        for name, version, removed, current in found:
            if name == replaces or (replaces is None and not (separate and (removed or not current))):
                return name, version, bool(removed)
            if replaces is not None and not removed and current:
                raise InputError(
                    f"这份文件已在资料库里，编号 {name}；若它是 {replaces} 的新版本，请先 remove {name}",
                    f"this file is kept as {name}; if it is a version of {replaces}, remove {name} first",
                )
        return None

    def _match(self, db: sqlite3.Connection, read: Document) -> tuple[str | None, tuple[str, ...]]:
        """The kept document that this is a version of, or those that are called alike; facts as read and as corrected count."""
        new = [rows.facts_of(read, self._name), rows.facts_of(corrected(read, self._facts), self._name)]
        found = rows.known_by(db, keys(new[0]) | keys(new[1]))
        match = next((name for name, kept in sorted(found.items()) if same(kept, new)), None)
        return match, () if match else tuple(sorted(found))

    def _parse(self, db: sqlite3.Connection, name: str) -> Document:
        source = self._source or rows.free_place(db, name, self.digest, self._name)
        return parse(self._read.text, source, name, self._read.stated)
