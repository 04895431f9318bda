"""The library's SQLite file: its tables and its transactions.

Every change is one transaction, so a process that dies at any moment leaves the old state or the new one. ``generation`` grows
with each: who holds something that was made of the library sees by it that the library has changed.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from index.records import InputError, TradeAssistantError

FORMAT = 1
UNFINISHED = ".part"
"""Ending of a file beside the database that is being written, inside a transaction, and not yet in its place."""
_PATIENCE = 30  # seconds to wait for another process that is writing
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE document (
  id TEXT PRIMARY KEY, place INTEGER NOT NULL, current INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT 0, shipped INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE version (
  document TEXT NOT NULL REFERENCES document, version INTEGER NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL, media_type TEXT NOT NULL,
  digest TEXT NOT NULL, text TEXT NOT NULL, text_digest TEXT NOT NULL, pages TEXT NOT NULL, stated TEXT NOT NULL, added TEXT NOT NULL,
  title TEXT, number TEXT, issuer TEXT, region TEXT, issued TEXT, state TEXT NOT NULL,
  PRIMARY KEY (document, version)
);
CREATE INDEX version_digest ON version (digest);
CREATE INDEX version_text ON version (text_digest);
CREATE TABLE correction (
  document TEXT NOT NULL, version INTEGER NOT NULL, start INTEGER NOT NULL, name TEXT NOT NULL, value TEXT,
  PRIMARY KEY (document, version, start, name), FOREIGN KEY (document, version) REFERENCES version
);
CREATE TABLE known_as (document TEXT NOT NULL REFERENCES document, key TEXT NOT NULL, PRIMARY KEY (key, document));
CREATE INDEX known_document ON known_as (document);
"""


class Database:
    """One SQLite file. Where it is new or ``stale``, ``begin`` brings it up to date inside a transaction; it is told whether it lasts."""

    def __init__(self, file: Path, begin: Callable[[sqlite3.Connection, bool], None], stale: Callable[[sqlite3.Connection], bool]) -> None:
        self.file = file
        self._begin, self._stale = begin, stale

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view. A library that nothing was kept in yet has no file and is not given one by reading."""
        if not self.file.exists():
            with self._told(), contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
                self._bring_up(db, lasting=False)
                yield db
            return
        with self._told():
            db = self._connect()
            with contextlib.closing(db):
                db.execute("BEGIN")
                if _format_of(db, self.file) == 0 or self._stale(db):
                    db.execute("COMMIT")
                    with _transaction(db):
                        self._bring_up(db)
                        _next_generation(db)
                    db.execute("BEGIN")
                yield db

    @contextlib.contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that nobody else writes in; undone on an error."""
        with self._told():
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(self._connect()) as db, _transaction(db):
                if _format_of(db, self.file) == 0 or self._stale(db):
                    self._bring_up(db)
                for left in self.file.parent.glob(f"*{UNFINISHED}"):  # by who was killed: nobody else is writing now
                    left.unlink(missing_ok=True)
                before = db.total_changes
                yield db
                if db.total_changes != before:
                    _next_generation(db)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.file, timeout=_PATIENCE, isolation_level=None)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = FULL")
        return db

    def _bring_up(self, db: sqlite3.Connection, lasting: bool = True) -> None:
        if _format_of(db, self.file) == 0:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {FORMAT}")
        self._begin(db, lasting)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong with the file, as an error that a person can read."""
        try:
            yield
        except TradeAssistantError:
            raise
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise InputError(
                    "资料库正被另一个程序写入，请稍后再试", "another program is writing the library, try again in a moment"
                ) from error
            raise self._unusable(error) from error
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> InputError:
        return InputError(f"资料库无法使用：{self.file}：{error}", f"cannot use the library: {self.file}: {error}")


def get_meta(db: sqlite3.Connection, name: str) -> str | None:
    """A remark that the library keeps on itself."""
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else None


def set_meta(db: sqlite3.Connection, name: str, value: str) -> None:
    """Keep a remark."""
    db.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value))


def _next_generation(db: sqlite3.Connection) -> None:
    set_meta(db, "generation", str(int(get_meta(db, "generation") or 0) + 1))


def _format_of(db: sqlite3.Connection, file: Path) -> int:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > FORMAT:
        raise InputError(
            f"资料库由更新的版本写成，请升级程序：{file}", f"the library was written by a newer release, update the program: {file}"
        )
    return version


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
