"""The whole library as one file: a zip of a manifest, the originals and the texts, each under the digest of what it holds.

A file that is broken or none of ours is refused before anything is changed; importing adds to what is there and takes
nothing away.
"""

from __future__ import annotations

import datetime
import json
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.collection import rows
from assistant.collection.archive_form import FORMAT, KIND, MANIFEST, DocumentForm, ManifestForm, VersionForm, is_sound
from assistant.collection.originals import digest_of, place_of, safe_name, write
from index.manifest import text_digest
from index.readers.file import MAX_BYTES
from index.readers.reading import Read, Stated
from index.records import InputError

_LONGEST_TEXT = 10 * MAX_BYTES
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing did: ids of documents that are new here, of those with new versions or corrections, of those that were here alike."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]


def export(db: sqlite3.Connection, data: Path, root: Path, file: Path) -> int:
    """Write everything into ``file``, which must not be there; gives how many originals are missing here.

    Originals lie under ``data``, those of shipped documents also under ``root``. Raises InputError where the file cannot be written.
    """
    if file.exists():
        raise InputError(f"已经有这个文件，请换一个名字：{file}", f"there is such a file already, choose another name: {file}")
    beside = file.with_name(f"{file.name}.part")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            missing = _write(db, data, root, archive)
        beside.replace(file)
    except OSError as error:
        raise InputError(f"无法写入 {file}：{error.strerror}", f"cannot write {file}: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)
    return missing


def _write(db: sqlite3.Connection, data: Path, root: Path, archive: zipfile.ZipFile) -> int:
    documents: list[dict[str, Any]] = []
    held: set[str] = set()
    missing = 0
    for name, current, removed in db.execute("SELECT id, current, removed FROM document ORDER BY place").fetchall():
        versions = []
        for one in rows.versions(db, name):
            text = rows.text(db, name, one.number)
            (stated,) = db.execute("SELECT stated FROM version WHERE document = ? AND version = ?", (name, one.number)).fetchone()
            original = next((o for o in _originals(data, root, one.source, one.digest, one.name)), None)
            missing += original is None
            for member, content in (
                (f"texts/{text_digest(text)}", text.encode()),
                (f"originals/{one.digest}", original),
            ):
                if content is not None and member not in held:
                    archive.writestr(member, content)
                    held.add(member)
            corrections = rows.corrections(db, name, one.number)
            versions.append(
                {
                    "version": one.number, "name": one.name, "media_type": one.media_type, "digest": one.digest, "text": text_digest(text),
                    "original": original is not None, "pages": one.pages, "stated": json.loads(stated), "added": one.added,
                    "corrections": [{"start": start, "name": what, "value": value} for (start, what), value in sorted(corrections.items())],
                }
            )  # fmt: skip
        documents.append({"id": name, "current": current, "removed": bool(removed), "versions": versions})
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    manifest = {"kind": KIND, "format": FORMAT, "created": created, "documents": documents}
    archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return missing


def _originals(data: Path, root: Path, source: str, digest: str, name: str) -> Iterator[bytes]:
    for file in (data / source, data / place_of(digest, name), root / source):
        if file.is_file() and digest_of(content := file.read_bytes()) == digest:
            yield content


class Archive:
    """A file that ``export`` wrote, checked as a whole before anything is taken from it."""

    def __init__(self, file: Path) -> None:
        """Raises InputError where the file is broken or no library."""
        self._file = file
        with self._opened() as archive:
            self._manifest = self._check(archive)

    def merge(self, db: sqlite3.Connection, data: Path) -> Imported:
        """Add what is not here. What a person corrected here stays; a document that goes on in the file goes on here."""
        told: dict[str, list[str]] = {"new": [], "changed": [], "same": []}
        with self._opened() as archive:
            for document in self._manifest.documents:
                name, outcome = self._merge_one(db, data, archive, document)
                told[outcome].append(name)
        return Imported(tuple(told["new"]), tuple(told["changed"]), tuple(told["same"]))

    def _merge_one(self, db: sqlite3.Connection, data: Path, archive: zipfile.ZipFile, document: DocumentForm) -> tuple[str, str]:
        name = _here(db, document)
        fresh = name is None
        if name is None:
            name = rows.free_id(db, document.id)
            rows.insert_document(db, name, shipped=False)
            untouched, served, removed = True, 0, False
        else:
            served, removed, untouched = _condition(db, name)
        numbers: dict[int, int] = {}  # of the versions there → here
        inserted: set[int] = set()
        changed = False
        had = {digest: number for number, digest in db.execute("SELECT version, digest FROM version WHERE document = ?", (name,))}
        for one in sorted(document.versions, key=lambda v: v.version):
            if one.digest not in had:
                number = max(had.values(), default=0) + 1
                self._insert(db, data, archive, name, number, one)
                had[one.digest] = number
                inserted.add(number)
            numbers[one.version] = had[one.digest]
            mine = rows.corrections(db, name, had[one.digest])
            theirs = {(c.start, c.name): c.value for c in one.corrections}
            if theirs.keys() - mine.keys():
                rows.set_corrections(db, name, had[one.digest], theirs | mine)
                changed = True
        current = numbers[document.current]
        goes_on = current in inserted and served in numbers.values()
        if untouched or goes_on:
            changed = changed or (served, removed) != (current, document.removed)
            served, removed = current, document.removed if untouched else removed
        for number in set(numbers.values()) - {served}:
            rows.refresh(db, name, number)
        rows.serve(db, name, served, removed)
        return name, "new" if fresh else "changed" if changed or inserted else "same"

    def _insert(self, db: sqlite3.Connection, data: Path, archive: zipfile.ZipFile, name: str, number: int, one: VersionForm) -> None:
        file = safe_name(one.name)
        source = rows.free_place(db, name, one.digest, file)
        if one.original:
            write(data / source, archive.read(f"originals/{one.digest}"))
        text = archive.read(f"texts/{one.text}").decode()
        read = Read(text, one.media_type, tuple(one.pages), stated=Stated(**one.stated.model_dump()))
        rows.insert_version(db, name, number, read, file, source, one.digest, one.added)

    @contextmanager
    def _opened(self) -> Iterator[zipfile.ZipFile]:
        try:
            with zipfile.ZipFile(self._file) as archive:
                yield archive
        except _BROKEN as error:
            raise self._broken(str(error)) from error
        except OSError as error:
            raise InputError(f"无法读取 {self._file}：{error.strerror}", f"cannot read {self._file}: {error.strerror}") from error

    def _check(self, archive: zipfile.ZipFile) -> ManifestForm:
        """Every member is there and is what its name says, and the manifest is one of ours."""
        if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in archive.infolist()):
            raise self._broken("another compression")
        if MANIFEST not in archive.namelist():
            raise InputError(f"不是 export 导出的资料库：{self._file}", f"not a library that export wrote: {self._file}")
        try:
            content = json.loads(archive.read(MANIFEST))
            kind, version = content.get("kind"), content.get("format")
        except (ValueError, AttributeError) as error:
            raise self._broken(str(error)) from error
        if kind != KIND:
            raise InputError(f"不是 export 导出的资料库：{self._file}", f"not a library that export wrote: {self._file}")
        if version != FORMAT:
            raise InputError(
                f"资料库文件由更新的版本写成，请升级程序：{self._file}",
                f"the file was written by a newer release, update the program: {self._file}",
            )
        try:
            manifest = ManifestForm.model_validate(content)
        except ValidationError as error:
            raise self._broken(str(error.errors()[0]["msg"])) from error
        if len({d.id for d in manifest.documents}) != len(manifest.documents):
            raise self._broken("an id stands twice")
        for document in manifest.documents:
            self._check_document(archive, document)
        return manifest

    def _check_document(self, archive: zipfile.ZipFile, document: DocumentForm) -> None:
        numbers = [v.version for v in document.versions]
        if len(set(numbers)) != len(numbers) or document.current not in numbers:
            raise self._broken(f"versions of {document.id}")
        for one in document.versions:
            text = self._member(archive, f"texts/{one.text}", one.text, _LONGEST_TEXT)
            if one.original:
                self._member(archive, f"originals/{one.digest}", one.digest, MAX_BYTES)
            if one.pages and (one.pages[0] != 0 or one.pages != sorted(one.pages) or one.pages[-1] > len(text)):
                raise self._broken(f"pages of {document.id}")
            for c in one.corrections:
                if not is_sound(c):
                    raise self._broken(f"corrections of {document.id}")

    def _member(self, archive: zipfile.ZipFile, name: str, digest: str, longest: int) -> bytes:
        if archive.getinfo(name).file_size > longest:
            raise self._broken(f"{name} is too large")
        content = archive.read(name)
        if digest_of(content) != digest:
            raise self._broken(f"{name} is not what it was")
        return content

    def _broken(self, why: str) -> InputError:
        return InputError(
            f"资料库文件已损坏，未作改动：{self._file}（{why}）", f"the library file is broken, nothing was changed: {self._file} ({why})"
        )


def _here(db: sqlite3.Connection, document: DocumentForm) -> str | None:
    """The document here that holds one of the versions; the one of the same id if several do."""
    marks = ", ".join("?" * len(document.versions))
    query = f"SELECT DISTINCT document FROM version WHERE digest IN ({marks}) ORDER BY document != ?, document"
    row = db.execute(query, (*(v.digest for v in document.versions), document.id)).fetchone()
    return str(row[0]) if row else None


def _condition(db: sqlite3.Connection, name: str) -> tuple[int, bool, bool]:
    """(version served, removed, untouched): whether nobody changed anything about a shipped document."""
    query = """
      SELECT current, removed, shipped AND NOT removed AND (SELECT count(*) FROM version WHERE document = id) = 1
        AND NOT EXISTS (SELECT 1 FROM correction WHERE document = id)
      FROM document WHERE id = ?
    """
    current, removed, untouched = db.execute(query, (name,)).fetchone()
    return int(current), bool(removed), bool(untouched)
