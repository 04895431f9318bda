"""``read_file``: the one way from a file to its text, whatever its format."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from index.readers.docx import read_docx
from index.readers.html import read_html, read_mhtml
from index.readers.pdf import read_pdf
from index.readers.plain import read_markdown, read_text
from index.readers.reading import Read
from index.records import DocumentError

MAX_BYTES = 20_000_000
SUFFIXES = (".txt", ".md", ".markdown", ".html", ".htm", ".mht", ".mhtml", ".pdf", ".docx")

_BY_SUFFIX: dict[str, Callable[[bytes, str], Read]] = {
    ".md": read_markdown, ".markdown": read_markdown, ".html": read_html, ".htm": read_html, ".shtml": read_html, ".xhtml": read_html,
    ".mht": read_mhtml, ".mhtml": read_mhtml,
}  # fmt: skip
_PAGE = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,400}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_file(source: Path | bytes, name: str | None = None) -> Read:
    """The text of a file, given as its path or its bytes; ``name`` is what it is called.

    The format is told by the content, and by the end of the name where the content leaves it open. Raises
    DocumentError, which says what to do, for a file that is empty, too large, encrypted, a scan without
    text or of a format that is not read, and where the library that reads the format is missing.
    """
    shown = name or (str(source) if isinstance(source, Path) else "?")
    data = read_bytes(source, shown) if isinstance(source, Path) else source
    if len(data) > MAX_BYTES:
        raise _too_large(len(data), shown)
    suffix = Path(shown).suffix.lower()
    if b"%PDF-" in data[:1024]:
        return read_pdf(data, shown)
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, shown)
    if data.startswith(_OLE):
        raise _ole(data, shown)
    if data.startswith(b"{\\rtf"):
        raise _other("RTF", shown)
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")):
        raise DocumentError(
            f"这是图片，没有文字；请先做文字识别：{shown}", f"a picture without text; recognise its text (OCR) first: {shown}"
        )
    if suffix in (".pdf", ".docx"):
        raise DocumentError(f"文件已损坏，或不是 {suffix[1:].upper()}：{shown}", f"broken, or no {suffix[1:].upper()}: {shown}")
    if suffix not in _BY_SUFFIX and _PAGE.match(data[:2000]):
        return read_html(data, shown)
    return _BY_SUFFIX.get(suffix, read_text)(data, shown)


def read_bytes(file: Path, shown: str) -> bytes:
    """The bytes of a file. Raises DocumentError where it cannot be read or is too large; ``shown`` is what it is called."""
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise _too_large(size, shown)
        return file.read_bytes()
    except OSError as error:
        raise DocumentError(f"无法读取文件 {shown}：{error.strerror}", f"cannot read {shown}: {error.strerror}") from error


def _zipped(data: bytes, shown: str) -> Read:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise DocumentError(f"文件已损坏：{shown}", f"the file is broken: {shown}") from error
    if unpacked > 10 * MAX_BYTES:
        raise _too_large(unpacked, shown)
    if "word/document.xml" in names:
        return read_docx(data, shown)
    kind = "OFD" if "OFD.xml" in names else "XLSX" if "xl/workbook.xml" in names else "ZIP"
    raise _other(kind, shown)


def _ole(data: bytes, shown: str) -> DocumentError:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return DocumentError(f"文件有密码，请先在 Word 中取消加密：{shown}", f"the file is encrypted, take its password off first: {shown}")
    return _other("DOC / WPS", shown)


def _other(kind: str, shown: str) -> DocumentError:
    return DocumentError(
        f"不读 {kind} 格式，请另存为 DOCX、PDF 或 TXT：{shown}", f"{kind} is not read, save it as DOCX, PDF or TXT: {shown}"
    )


def _too_large(size: int, shown: str) -> DocumentError:
    return DocumentError(f"文件太大（{size} 字节）：{shown}", f"file too large ({size} bytes, at most {MAX_BYTES}): {shown}")
