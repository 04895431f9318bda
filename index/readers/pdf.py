"""PDF → text, page by page: pypdfium2 reads the characters with their places, pdfplumber the tables with ruled lines."""

from __future__ import annotations

import io
import logging
from typing import Any

from index.readers.layout import Line, Page, lines_of, running_heads, text_of
from index.readers.radicals import mended
from index.readers.reading import Read, missing
from index.records import DocumentError

MEDIA_TYPE = "application/pdf"
MAX_PAGES = 2_000
_RULED = 6  # ruled lines or boxes from which a page may hold a table


def read_pdf(data: bytes, name: str) -> Read:
    """The text of a PDF: wrapped lines joined to paragraphs, page numbers and running heads left out, rows of tables parted by tabs.

    Raises DocumentError for an encrypted or broken file and for a scan without text.
    """
    try:
        import pypdfium2
    except ImportError as error:
        raise missing("pypdfium2", "PDF") from error
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise DocumentError(
                f"PDF 有密码，请先取消加密：{name}", f"the PDF is encrypted, take its password off first: {name}"
            ) from error
        raise DocumentError(f"PDF 已损坏：{name}", f"the PDF is broken: {name}") from error
    try:
        if len(document) > MAX_PAGES:
            raise DocumentError(f"PDF 超过 {MAX_PAGES} 页，请拆开：{name}", f"more than {MAX_PAGES} pages, split the PDF: {name}")
        pages = [_page(document, n) for n in range(len(document))]
    finally:
        document.close()
    blank = tuple(n for n, page in enumerate(pages, 1) if page.pictures and not page.lines)
    if not any(page.lines for page in pages):
        raise DocumentError(
            f"PDF 没有文字（可能是扫描件），请先做文字识别：{name}",
            f"the PDF holds no text (a scan?), recognise its text (OCR) first: {name}",
        )
    if any(page.ruled for page in pages):
        _with_tables(data, pages)
    running_heads(pages)
    text, starts = text_of(pages)
    if not text.strip():
        raise DocumentError(f"PDF 没有正文，只有页眉页码：{name}", f"the PDF holds page numbers and heads alone: {name}")
    return Read(text, MEDIA_TYPE, pages=starts, blank_pages=blank)


def _page(document: Any, n: int) -> Page:
    import pypdfium2.raw as raw

    page = document[n]
    width, height = page.get_size()
    words = page.get_textpage()
    chars: list[tuple[str, float, float, float, float]] = []
    for i in range(words.count_chars()):
        char = chr(raw.FPDFText_GetUnicode(words.raw, i))
        if char in "\r\n\x00\ufffe\uffff\x02":
            continue
        left, bottom, right, top = words.get_charbox(i, loose=True)
        chars.append((mended(char), left, height - top, right, height - bottom))
    makes = [item.type for item in page.get_objects(max_depth=2)]
    found = Page(n + 1, width, height, lines_of(chars))
    found.pictures = raw.FPDF_PAGEOBJ_IMAGE in makes
    found.ruled = makes.count(raw.FPDF_PAGEOBJ_PATH) >= _RULED
    words.close()
    page.close()
    return found


def _with_tables(data: bytes, pages: list[Page]) -> None:
    """Replace the lines inside each ruled table by its rows."""
    try:
        import pdfplumber
    except ImportError as error:
        raise missing("pdfplumber", "PDF") from error
    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of every font of Chromium's PDF files
    with pdfplumber.open(io.BytesIO(data)) as document:
        for page, plumbed in zip(pages, document.pages, strict=False):
            for table in plumbed.find_tables() if page.ruled and page.lines else ():
                rows = [[_cell(cell) for cell in row] for row in table.extract()]
                if len(rows) < 2 or max(map(len, rows)) < 2:
                    continue
                left, top, right, bottom = table.bbox
                lines = [Line("\t".join(c for c in row if c is not None), left, top, right, bottom, table=True) for row in _spanned(rows)]
                inside = [
                    n
                    for n, line in enumerate(page.lines)
                    if top - 2 <= (line.top + line.bottom) / 2 <= bottom + 2 and left - 2 <= line.left <= right
                ]
                if inside:
                    at = inside[0]
                    rest = [line for n, line in enumerate(page.lines) if n not in set(inside)]
                    page.lines = [*rest[:at], *(line for line in lines if line.text.strip()), *rest[at:]]


def _cell(text: str | None) -> str | None:
    """A cell on one line; None where a cell beside or above reaches into it."""
    return None if text is None else "".join(mended(text).replace("\t", " ").split("\n"))


def _spanned(rows: list[list[str | None]]) -> list[list[str | None]]:
    """A first cell that spans rows speaks for each of them."""
    for above, row in zip(rows, rows[1:], strict=False):
        if row and row[0] is None and above[0] is not None and sum(c is not None for c in row) >= 1:
            row[0] = above[0]
    return rows
