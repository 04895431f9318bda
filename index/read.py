"""Files → documents. The only place that decodes bytes."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from pathlib import Path

from index.facts import facts
from index.records import Document, DocumentError, InputError
from index.split import split

SUFFIXES = (".txt",)
MAX_BYTES = 20_000_000

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_documents(paths: Iterable[Path], root: Path | None = None) -> list[Document]:
    """Read files and folders (searched for ``*.txt``) in order of path.

    ``root`` is the folder that the shown source is relative to; without it a file is shown as given.
    Raises InputError where a path does not exist or nothing is found, DocumentError where a file is no text.
    """
    documents: list[Document] = []
    for path in paths:
        if not path.exists():
            raise InputError(f"没有这个文件或文件夹：{path}", f"no such file or folder: {path}")
        files = sorted(f for f in path.rglob("*") if f.suffix.lower() in SUFFIXES and f.is_file()) if path.is_dir() else [path]
        for file in files:
            shown = file.relative_to(root) if root and file.is_relative_to(root) else file
            within = file.relative_to(path) if path.is_dir() else Path(file.name)
            documents.append(parse(decode(file), source=shown.as_posix(), name=within.with_suffix("").as_posix()))
    if not documents:
        where = ", ".join(str(p) for p in paths)
        raise InputError(f"没有找到 .txt 文件：{where}", f"no .txt file found: {where}")
    seen: dict[str, str] = {}
    for document in documents:
        if document.id in seen:
            raise InputError(
                f"两个文件同名（{document.id}），请改名：{seen[document.id]}、{document.source}",
                f"two files share the name {document.id!r}, rename one: {seen[document.id]}, {document.source}",
            )
        seen[document.id] = document.source
    return documents


def parse(text: str, source: str, name: str) -> Document:
    """A document of ``text`` with its parts and facts; ``name`` becomes its id. Never raises on any text."""
    parts = split(name, text)
    found = facts(text, parts)
    return Document(
        id=name,
        source=source,
        text=text,
        title=found.title,
        number=found.number,
        issuer=found.issuer,
        region=found.region,
        issued=found.issued,
        status=found.status,
        status_span=found.status_span,
        addressees=found.addressees,
        contact=found.contact,
        attachment_title=found.attachment_title,
        parts=parts,
    )


def decode(file: Path) -> str:
    """The text of a file in UTF-8, UTF-16 (with a byte order mark) or GB18030, line ends untouched.

    Raises DocumentError for an empty, binary, too large or unreadable file.
    """
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise DocumentError(
                f"文件太大（{size} 字节，至多 {MAX_BYTES}）：{file}", f"the file is too large ({size} bytes, at most {MAX_BYTES}): {file}"
            )
        data = file.read_bytes()
    except OSError as error:
        raise DocumentError(f"无法读取文件 {file}：{error.strerror}", f"cannot read {file}: {error.strerror}") from error
    text = _decoded(data, file)
    if not text.strip():
        raise DocumentError(f"文件是空的：{file}", f"the file is empty: {file}")
    return text


def _decoded(data: bytes, file: Path) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise DocumentError(f"文件编码有误（{encoding}）：{file}", f"broken {encoding} text: {file}") from error
    if b"\x00" in data[:4096]:
        raise DocumentError(f"不是文本文件，请另存为 UTF-8 文本：{file}", f"not a text file, save it as UTF-8 text: {file}")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DocumentError(f"认不出文件编码，请另存为 UTF-8：{file}", f"unknown encoding, save the file as UTF-8: {file}")
