"""Rows of the database ↔ records. Each function works inside a transaction that its caller holds."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, replace
from pathlib import PurePath
from typing import Any

from assistant.collection.clauses import places
from assistant.collection.corrections import OF_DOCUMENT, Corrections, corrected, names_of, without_halves
from assistant.collection.matching import Facts, keys
from assistant.collection.originals import place_of
from assistant.collection.records import FIELDS, Entry, Version
from index.manifest import document_state, text_digest
from index.read import parse
from index.readers.reading import Read, Stated
from index.records import Document, InputError

# ---- finding


def find(db: sqlite3.Connection, name: str) -> str:
    """The id of the document with this id or the beginning of it, this source, 文号 or title. Raises InputError where there is none, or several."""
    name = without_halves(name)
    if db.execute("SELECT 1 FROM document WHERE id = ?", (name,)).fetchone():
        return name
    wanted = _plain(name)
    listed = entries(db)
    found = [e for e in listed if wanted and wanted in {_plain(value) for value in (e.id, e.source, e.number or "", e.title or "")}]
    found = found or [e for e in listed if wanted and e.id.startswith(wanted)]
    if len(found) == 1:
        return found[0].id
    zh, en = ("不止一份文件", "several documents") if found else ("资料库里没有这份文件", "no such document in the library")
    shown = [f"{e.id}《{_plain(e.title or '—')}》" for e in (found or listed)[:20]]
    raise InputError(f"{zh}：{name}。请用编号：{'；'.join(shown)}", f"{en}: {name}. Give an id: {'; '.join(shown)}")


def find_place(document: Document, name: str) -> int:
    """Where the part with this id (with or without the document's) begins, the one clause with this number, or the one paragraph that
    begins with these words. Raises InputError where there is none, or several.
    """
    found = [p.start for p in document.parts if name in (p.id, p.id.removeprefix(f"{document.id}/"))]
    found = found or [p.start for p in document.parts if p.number and _plain(p.number) == _plain(name)]
    wanted = _plain(name)
    found = found or [start for start, words in places(document.text).items() if wanted and _plain(words).startswith(wanted)]
    if len(found) == 1:
        return found[0]
    shown = "；".join(p.id.removeprefix(f"{document.id}/") for p in document.parts[:40])
    zh, en = ("不止一条", "several parts") if found else ("没有这一条", "no such part")
    raise InputError(
        f"{zh}：{name}。这份文件里有：{shown}；也可以写一段开头的几个字",
        f"{en}: {name}. The document holds: {shown}; or give the first words of a paragraph",
    )


def version_of(db: sqlite3.Connection, name: str, version: int | None = None) -> int:
    """``version`` where the document has it, its current one for None. Raises InputError where it does not."""
    (current,) = db.execute("SELECT current FROM document WHERE id = ?", (name,)).fetchone()
    if version is None:
        return int(current)
    there = [n for (n,) in db.execute("SELECT version FROM version WHERE document = ? ORDER BY version", (name,))]
    if version not in there:
        shown = "、".join(map(str, there))
        raise InputError(f"{name} 没有第 {version} 版，有：{shown}", f"{name} has no version {version}, only: {shown}")
    return version


def _plain(text: str) -> str:
    return "".join(text.split()).strip("《》")


# ---- reading


def entries(db: sqlite3.Connection) -> list[Entry]:
    """All documents, removed ones too."""
    corrected_facts = _corrected_facts(db)
    columns = ", ".join(f"v.{name}" for name in FIELDS)
    query = f"""
      SELECT d.id, v.source, d.current, (SELECT count(*) FROM version WHERE document = d.id), v.added, d.removed, d.shipped, {columns}
      FROM document d JOIN version v ON v.document = d.id AND v.version = d.current ORDER BY d.place
    """
    found = []
    for name, source, current, count, added, removed, shipped, *facts in db.execute(query):
        mine = corrected_facts.get((name, current), {})
        stands = dict(zip(FIELDS, facts, strict=True)) | {n: value for (start, n), value in mine.items() if start == OF_DOCUMENT}
        found.append(Entry(name, source, current, count, added, bool(removed), bool(shipped), names_of(mine), **stands))
    return found


def _corrected_facts(db: sqlite3.Connection) -> dict[tuple[str, int], dict[tuple[int, str], str | None]]:
    found: dict[tuple[str, int], dict[tuple[int, str], str | None]] = {}
    for name, version, start, field, value in db.execute("SELECT document, version, start, name, value FROM correction"):
        found.setdefault((name, version), {})[start, field] = value
    return found


def versions(db: sqlite3.Connection, name: str) -> list[Version]:
    """All versions of a document, the oldest first."""
    current = version_of(db, name)
    query = "SELECT version, name, source, media_type, digest, added, pages FROM version WHERE document = ? ORDER BY version"
    return [
        Version(name, number, file, source, media_type, digest, added, number == current, tuple(json.loads(pages)))
        for number, file, source, media_type, digest, added, pages in db.execute(query, (name,))
    ]


def serving(db: sqlite3.Connection) -> list[tuple[str, int, str, str]]:
    """(id, version, source, state) of what answers are given from, in order."""
    query = """
      SELECT d.id, d.current, v.source, v.state FROM document d JOIN version v ON v.document = d.id AND v.version = d.current
      WHERE NOT d.removed ORDER BY d.place
    """
    return db.execute(query).fetchall()


def text(db: sqlite3.Connection, name: str, version: int) -> str:
    """The stored text of a version."""
    return str(db.execute("SELECT text FROM version WHERE document = ? AND version = ?", (name, version)).fetchone()[0])


def corrections(db: sqlite3.Connection, name: str, version: int) -> dict[tuple[int, str], str | None]:
    """What a person corrected in a version."""
    query = "SELECT start, name, value FROM correction WHERE document = ? AND version = ?"
    return {(start, field): value for start, field, value in db.execute(query, (name, version))}


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept of a version, to be read after the transaction."""

    name: str
    version: int
    text: str
    source: str
    stated: str
    corrections: Corrections

    def as_read(self) -> Document:
        """The version as it is read today."""
        read = parse(self.text, self.source, self.name, Stated(**json.loads(self.stated)))
        return replace(read, version=self.version)

    def document(self) -> Document:
        """The version as it is read today, corrected."""
        return corrected(self.as_read(), self.corrections)


def held(db: sqlite3.Connection, name: str, version: int) -> Held:
    """What is kept of a version."""
    query = "SELECT text, source, stated FROM version WHERE document = ? AND version = ?"
    body, source, stated = db.execute(query, (name, version)).fetchone()
    return Held(name, version, body, source, stated, corrections(db, name, version))


def known_by(db: sqlite3.Connection, wanted: set[str]) -> dict[str, list[Facts]]:
    """The documents that share one of the keys, each with its facts as read and as corrected."""
    marks = ", ".join("?" * len(wanted))
    found: dict[str, list[Facts]] = {}
    names = [name for (name,) in db.execute(f"SELECT DISTINCT document FROM known_as WHERE key IN ({marks})", sorted(wanted))]
    for name in names:
        version = version_of(db, name)
        query = "SELECT name, title, number, issuer, region FROM version WHERE document = ? AND version = ?"
        file, *facts = db.execute(query, (name, version)).fetchone()
        read = dict(zip(FIELDS, facts, strict=False))
        fixed = {field: value for (start, field), value in corrections(db, name, version).items() if start == OF_DOCUMENT and field in read}
        found[name] = [Facts(PurePath(file).stem, **read), Facts(PurePath(file).stem, **(read | fixed))]
    return found


# ---- writing


def insert_version(db: sqlite3.Connection, name: str, version: int, read: Read, file: str, source: str, digest: str, added: str) -> None:
    """Keep one version; ``refresh`` has to follow."""
    row: dict[str, Any] = {
        "document": name, "version": version, "name": file, "source": source, "media_type": read.media_type, "digest": digest,
        "text": read.text, "text_digest": text_digest(read.text), "pages": json.dumps(read.pages),
        "stated": json.dumps(asdict(read.stated), ensure_ascii=False), "added": added, "state": "",
    }  # fmt: skip
    db.execute(f"INSERT INTO version ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))


def insert_document(db: sqlite3.Connection, name: str, shipped: bool) -> None:
    """Keep a document behind all others; its first version has to follow."""
    row = "INSERT INTO document (id, place, current, shipped) SELECT ?, coalesce(max(place), 0) + 1, 1, ? FROM document"
    db.execute(row, (name, int(shipped)))


def free_id(db: sqlite3.Connection, wanted: str) -> str:
    """``wanted``, or with a number behind it where a document has that id."""
    name, n = wanted, 1
    while db.execute("SELECT 1 FROM document WHERE id = ?", (name,)).fetchone():
        n += 1
        name = f"{wanted}-{n}"
    return name


def free_place(db: sqlite3.Connection, name: str, digest: str, file: str) -> str:
    """Where an original of the document ``name`` lies: no two documents share a source."""
    further = 0
    while True:
        place = place_of(digest, file, further)
        if not db.execute("SELECT 1 FROM version WHERE source = ? AND document != ?", (place, name)).fetchone():
            return place
        further += 1


def set_corrections(db: sqlite3.Connection, name: str, version: int, corrections: Corrections) -> None:
    """Make these the corrections of a version; ``refresh`` has to follow."""
    db.execute("DELETE FROM correction WHERE document = ? AND version = ?", (name, version))
    kept = [(name, version, start, field, value) for (start, field), value in sorted(corrections.items())]
    db.executemany("INSERT INTO correction VALUES (?, ?, ?, ?, ?)", kept)


def refresh(db: sqlite3.Connection, name: str, version: int) -> Document:
    """Bring what is kept of a version's reading up to date: its facts, its state, what the document is known by. Gives it corrected."""
    kept = held(db, name, version)
    read = kept.as_read()
    stands = corrected(read, kept.corrections)
    facts = [getattr(read, field) for field in FIELDS]
    columns = ", ".join(f"{field} = ?" for field in (*FIELDS, "state"))
    db.execute(f"UPDATE version SET {columns} WHERE document = ? AND version = ?", (*facts, document_state(stands), name, version))
    if version == version_of(db, name):
        db.execute("DELETE FROM known_as WHERE document = ?", (name,))
        (file,) = db.execute("SELECT name FROM version WHERE document = ? AND version = ?", (name, version)).fetchone()
        known = keys(facts_of(read, file)) | keys(facts_of(stands, file))
        db.executemany("INSERT INTO known_as VALUES (?, ?)", [(name, key) for key in sorted(known)])
    return stands


def serve(db: sqlite3.Connection, name: str, version: int, removed: bool) -> Document:
    """Give answers from ``version``, or from none where ``removed``."""
    if db.execute("SELECT current, removed FROM document WHERE id = ?", (name,)).fetchone() != (version, int(removed)):
        db.execute("UPDATE document SET current = ?, removed = ? WHERE id = ?", (version, int(removed), name))
    return refresh(db, name, version)


def facts_of(document: Document, file: str) -> Facts:
    """What a document is known by."""
    return Facts(PurePath(file).stem, document.title, document.number, document.issuer, document.region)
