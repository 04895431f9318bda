"""The files as they were given, beside the database: written whole inside the transaction that names them, never changed."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from assistant.collection.database import UNFINISHED

_LONGEST = 120  # bytes of a name, well below what file systems take


def digest_of(data: bytes) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(data).hexdigest()


def place_of(digest: str, name: str, further: int = 0) -> str:
    """Where an original lies, from the data folder; ``further`` tells several documents of the same bytes apart."""
    return f"library/originals/{digest[:16]}{f'-{further}' if further else ''}/{name}"


def safe_name(name: str) -> str:
    """The last piece of a file's name without characters that a file system refuses, and not too long."""
    last = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]', "_", last).strip(" .") or "document"
    stem, dot, suffix = kept.rpartition(".")
    if not dot or len(suffix.encode()) > 10:
        stem, suffix = kept, ""
    while len(stem.encode()) > _LONGEST:
        stem = stem[:-1]
    return f"{stem}.{suffix}" if suffix else stem


def write(file: Path, data: bytes) -> None:
    """Write an original (see ``place_of``) and flush it beside the database, then rename: the file is whole or not there.

    What a process leaves that is killed meanwhile goes when the library is next changed.
    """
    if file.is_file() and file.stat().st_size == len(data) and file.read_bytes() == data:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.parents[2] / f"{os.getpid()}-{os.urandom(4).hex()}{UNFINISHED}"
    try:
        with beside.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    for folder in (file.parent, file.parent.parent):
        _flush(folder)


def _flush(folder: Path) -> None:
    """So that the name of a new file outlives a power cut too, where the system can do that."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
