"""What a saved index says of itself, and whether it can be believed: versions, digests, the file CURRENT.

An index is a folder with one version folder (v-…) and a file CURRENT that names it. A version is written under
another name, renamed when it is whole, and CURRENT is replaced last: a reader sees the old index or the new one,
never a half. The manifest holds the SHA-256 of every file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Thread
from typing import Any

from index.embed import Encoder
from index.records import Document, IndexDamaged, IndexMissing, IndexStale
from index.shelf import dump_document
from index.words import LEXICON, UNSEARCHED

FORMAT = 4
COMMAND = "python -m assistant build"
MANIFEST, SOURCES = "manifest.json", "sources.json"
AT_ONCE = 64 << 20  # bytes; files of a larger index are checked while it already serves


def digests(documents: Iterable[Document]) -> dict[str, str]:
    """source → digest of the text of each document."""
    return {document.source: text_digest(document.text) for document in documents}


def text_digest(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def states(documents: Iterable[Document]) -> dict[str, str]:
    """source → digest of each document as it was read and corrected: what an index of them is made of."""
    return {document.source: document_state(document) for document in documents}


def document_state(document: Document) -> str:
    """SHA-256 of everything that is known of a document: its text, facts, version and parts."""
    return hashlib.sha256(dump_document(document)).hexdigest()


def parser_fingerprint() -> str:
    """Changes whenever the code that cuts, reads or indexes documents changes, or the lexicon."""
    digest = hashlib.sha256()
    for file in parser_files():
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def parser_files() -> list[Path]:
    """The files that ``parser_fingerprint`` stands for."""
    here = Path(__file__).parent
    return [*sorted(here.glob("*.py")), *sorted((here / "readers").glob("*.py")), LEXICON, UNSEARCHED]


def encoder_facts(encoder: Encoder) -> dict[str, Any]:
    """What tells whether two encoders give the same vectors."""
    return {"name": Path(encoder.name).name, "fingerprint": encoder.fingerprint, "dimension": encoder.dimension}


def write_manifest(version: Path, parser: str, encoder: Encoder, sources: dict[str, str], sentences: int) -> None:
    """Describe the files of a version that is complete."""
    (version / SOURCES).write_text(json.dumps(sources, ensure_ascii=False), encoding="utf-8")
    files = sorted(f for f in version.rglob("*") if f.is_file())
    manifest = {
        "format": FORMAT,
        "parser": parser,
        "encoder": encoder_facts(encoder),
        "documents": _together(sources),
        "sentences": sentences,
        "files": {f.relative_to(version).as_posix(): [f.stat().st_size, file_digest(f)] for f in files},
    }
    (version / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def read_manifest(version: Path, parser: str, encoder: Encoder, documents: dict[str, str] | None) -> dict[str, Any]:
    """The manifest, where it fits; raises IndexStale that says what differs, or IndexDamaged."""
    file = version / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise damaged(file) from error
    if manifest.get("format") != FORMAT:
        raise IndexStale(
            f"索引格式不同（{manifest.get('format')}，应为 {FORMAT}）。请重建：{COMMAND}",
            f"the index has another format ({manifest.get('format')}, not {FORMAT}). Rebuild it with: {COMMAND}",
        )
    differs: list[tuple[str, str]] = []
    if manifest["parser"] != parser:
        differs.append(("解析程序有更新", "the parser has changed"))
    mine, saved = encoder_facts(encoder), manifest["encoder"]
    if (saved["fingerprint"], saved["dimension"]) != (mine["fingerprint"], mine["dimension"]):
        both = f"{saved['name']} ({saved['fingerprint']}) ≠ {mine['name']} ({mine['fingerprint']})"
        differs.append((f"编码模型不同：{both}", f"another encoder: {both}"))
    if documents is not None and _together(documents) != manifest["documents"]:
        differs += _differing(version, documents)
    if differs:
        zh, en = "；".join(zh for zh, _ in differs), "; ".join(en for _, en in differs)
        raise IndexStale(f"索引已过时：{zh}。请重建：{COMMAND}", f"the index is stale: {en}. Rebuild it with: {COMMAND}")
    return manifest


def made_by(version: Path) -> str:
    """The fingerprint of the program that cut the documents of a version. Raises IndexDamaged."""
    try:
        return str(json.loads((version / MANIFEST).read_text(encoding="utf-8"))["parser"])
    except (OSError, ValueError, KeyError) as error:
        raise damaged(version / MANIFEST) from error


def read_sources(version: Path) -> dict[str, str]:
    """source → state of the documents of a version, in their order. Raises IndexDamaged."""
    try:
        had: dict[str, str] = json.loads((version / SOURCES).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise damaged(version / SOURCES) from error
    return had


def verify(version: Path, manifest: dict[str, Any], late: Callable[[Path], None]) -> Thread | None:
    """Raise IndexDamaged where a file is missing or differs from what was written.

    The files of a large index are only looked up by size; their digests are taken in the thread that is given back,
    which calls ``late`` with a file that differs.
    """
    files: dict[str, list[Any]] = manifest["files"]
    for name, (size, _) in files.items():
        file = version / name
        if not file.is_file() or file.stat().st_size != size:
            raise damaged(file)

    def differing() -> Path | None:
        for name, (_, digest) in files.items():
            with contextlib.suppress(OSError):  # a version that was replaced meanwhile is gone, not damaged
                if file_digest(version / name) != digest:
                    return version / name
        return None

    if sum(size for size, _ in files.values()) <= AT_ONCE:
        if (changed := differing()) is not None:
            raise damaged(changed)
        return None

    def check() -> None:
        if (changed := differing()) is not None:
            late(changed)

    thread = Thread(target=check, name="index-check", daemon=True)
    thread.start()
    return thread


def damaged(file: Path) -> IndexDamaged:
    """The error for a file that is missing or not the one that was written."""
    return IndexDamaged(
        f"索引损坏，文件缺失或被改动：{file}。请重建：{COMMAND}",
        f"the index is damaged, a file is missing or changed: {file}. Rebuild it with: {COMMAND}",
    )


def current(folder: Path) -> Path:
    """The version that serves; raises IndexMissing or IndexDamaged."""
    with contextlib.suppress(OSError):
        name = (folder / "CURRENT").read_text(encoding="utf-8").strip()
        if re.fullmatch(r"v-[0-9a-f]+", name):
            return folder / name
        raise damaged(folder / "CURRENT")
    raise IndexMissing(f"没有索引：{folder}。请重建：{COMMAND}", f"there is no index: {folder}. Rebuild it with: {COMMAND}")


def publish(made: Path, folder: Path) -> Path:
    """Give the finished folder ``made`` (inside ``folder``) its place as the current version; older ones go."""
    for file in made.rglob("*"):
        if file.is_file():
            with file.open("rb") as opened:
                os.fsync(opened.fileno())
    version = folder / f"v-{secrets.token_hex(6)}"
    made.rename(version)
    beside = folder / f"CURRENT.{os.getpid()}"
    with beside.open("w", encoding="utf-8") as out:
        out.write(version.name)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(folder / "CURRENT")
    for old in folder.glob("v-*"):
        if old != version:
            shutil.rmtree(old, ignore_errors=True)
    return version


def file_digest(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _together(sources: dict[str, str]) -> str:
    return hashlib.sha256("".join(f"{s}\0{sources[s]}\n" for s in sorted(sources)).encode("utf-8", "surrogatepass")).hexdigest()


def _differing(version: Path, documents: dict[str, str]) -> list[tuple[str, str]]:
    had = read_sources(version)
    differs = []
    for zh, en, names in (
        ("新增", "added", sorted(documents.keys() - had.keys())),
        ("移除", "removed", sorted(had.keys() - documents.keys())),
        ("改动", "changed", sorted(s for s in documents.keys() & had.keys() if documents[s] != had[s])),
    ):
        if names:
            few = f"{', '.join(names[:5])}{' …' if len(names) > 5 else ''}"
            differs.append((f"文件{zh}：{few}", f"documents {en}: {few}"))
    return differs
