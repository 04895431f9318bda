"""The documents that come with the product are documents of the library too; and what is kept of a reading follows the program."""

from __future__ import annotations

import hashlib
import sqlite3
from functools import cache
from pathlib import Path

from assistant.collection import rows
from assistant.collection.adding import Adding
from assistant.collection.database import get_meta, set_meta
from assistant.settings import ROOT, SEEDS
from index.manifest import parser_fingerprint
from index.readers.file import SUFFIXES, read_bytes, read_file


def is_stale(db: sqlite3.Connection) -> bool:
    """Whether the program reads documents differently from the one that wrote this, or comes with other documents."""
    return get_meta(db, "program") != _program()


def bring_up(db: sqlite3.Connection, data: Path | None) -> None:
    """Take in what is shipped and not here yet, and read every version anew; corrections stay on top.

    Originals go under ``data``; None for a library that is not kept.
    """
    for file in _seeds():
        held = read_bytes(file, str(file))
        source = file.relative_to(ROOT).as_posix()
        adding = Adding(read_file(held, str(file)), held, file.name, source=source)
        if not db.execute("SELECT 1 FROM version WHERE digest = ?", (adding.digest,)).fetchone():
            query = """
              SELECT d.id, d.current, d.removed, v.source FROM document d JOIN version v ON v.document = d.id AND v.version = d.current
              WHERE d.id = ? AND d.shipped
            """
            before = db.execute(query, (file.stem,)).fetchone()
            adding.keep(db, adding.plan(db, before and before[0]), data, shipped=True)
            if before and (before[2] or before[3] != source):  # taken out, or replaced by the user: stays so
                rows.serve(db, before[0], before[1], removed=bool(before[2]))
    if get_meta(db, "program") is not None:
        for name, version in db.execute("SELECT document, version FROM version").fetchall():
            rows.refresh(db, name, version)
    set_meta(db, "program", _program())


@cache
def _program() -> str:
    digest = hashlib.sha256(parser_fingerprint().encode())
    for file in _seeds():
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _seeds() -> list[Path]:
    return sorted(file for file in SEEDS.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
