"""Word files → text: paragraphs with the numbers that Word draws, tables row by row, text boxes, insertions."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from index.readers.reading import Read, missing
from index.readers.word_numbers import Numbering
from index.records import DocumentError

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = {f"{W}del", f"{W}moveFrom", f"{W}txbxContent", f"{W}instrText", f"{W}pPr", f"{W}rPr", _FALLBACK}


def read_docx(data: bytes, name: str) -> Read:
    """The text of a Word file as it prints: deleted text and comments are left out, inserted text stays.

    Heads and feet of the pages are no part of it. Raises DocumentError for a broken file or one without text.
    """
    try:
        import docx
    except ImportError as error:
        raise missing("python-docx", "DOCX") from error
    try:
        document = docx.Document(io.BytesIO(data))
    except Exception as error:  # python-docx lets what lxml and zipfile raise through
        raise DocumentError(
            f"文件已损坏，请在 Word 中打开后另存：{name}", f"the file is broken, open it in Word and save it again: {name}"
        ) from error
    writer = _Writer(Numbering(document))
    writer.blocks(document.element.body)
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(writer.done)).strip("\n")
    if not text.strip():
        raise DocumentError(f"文件里没有文字（可能只有图片）：{name}", f"no text in the file, pictures at most: {name}")
    return Read(text + "\n", MEDIA_TYPE)


class _Writer:
    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering
        self.done: list[str] = []

    def blocks(self, parent: Any) -> None:
        for element in parent:
            if element.tag == f"{W}p":
                self.paragraph(element)
            elif element.tag == f"{W}tbl":
                self.table(element)
            elif element.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml", f"{W}smartTag"):
                self.blocks(element)

    def paragraph(self, element: Any) -> None:
        text = "".join(_words(element)).strip(" ")
        number = self.numbering.next(element) if text.strip() else ""
        self.done += (number + text).split("\n")
        for box in _boxes(element):
            self.blocks(box)

    def table(self, element: Any) -> None:
        above: list[str] = []
        for row in element.iter(f"{W}tr"):
            if _table_of(row) is not element:
                continue
            cells: list[str] = []
            for cell in (c for c in row.iter(f"{W}tc") if _row_of(c) is row):
                inner = _Writer(self.numbering)
                inner.blocks(cell)
                text = " ".join(line.replace("\t", " ").strip() for line in inner.done if line.strip())
                if _continues(cell) and len(above) > len(cells):
                    text = above[len(cells)]  # a cell that spans rows speaks for each of them
                cells += [text, *[""] * (_columns(cell) - 1)]
            above = cells
            # the empty columns of a cell that spans several are no cells of their own
            line = "\t".join(_without_spans(row, cells))
            if line.strip():
                self.done.append(line)


def _words(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag in _SKIPPED:
            continue
        if child.tag == f"{W}t":
            yield child.text or ""
        elif child.tag in (f"{W}tab", f"{W}ptab"):
            yield "\t"
        elif child.tag in (f"{W}br", f"{W}cr"):
            yield "\n"
        elif child.tag == f"{W}noBreakHyphen":
            yield "-"
        else:
            yield from _words(child)


def _boxes(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag == f"{W}txbxContent":
            yield child
        elif child.tag != _FALLBACK:
            yield from _boxes(child)


def _table_of(row: Any) -> Any:
    return next(row.iterancestors(f"{W}tbl"), None)


def _row_of(cell: Any) -> Any:
    return next(cell.iterancestors(f"{W}tr"), None)


def _continues(cell: Any) -> bool:
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    return merge is not None and merge.get(f"{W}val", "continue") == "continue"


def _columns(cell: Any) -> int:
    span = cell.find(f"{W}tcPr/{W}gridSpan")
    value = span.get(f"{W}val", "1") if span is not None else "1"
    return min(int(value), 60) if value.isdecimal() and int(value) > 0 else 1


def _without_spans(row: Any, cells: list[str]) -> Iterator[str]:
    at = 0
    for cell in (c for c in row.iter(f"{W}tc") if _row_of(c) is row):
        yield cells[at]
        at += _columns(cell)
