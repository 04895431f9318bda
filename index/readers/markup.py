"""Elements of HTML → lines of text: paragraphs, numbered lists, tables row by row with tabs between the cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ucapcontent",
        "ul",
    ]
)
_HAN = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’]"
_WRAPPED = re.compile(rf"(?<={_HAN})[ \t\r\n\f]+(?={_HAN})")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_MAX_SPAN = 200  # rows or columns; pages write nonsense there


def lines(node: Any) -> list[str]:
    """The lines of an element as a browser breaks them; an empty line for an empty paragraph."""
    writer = _Writer()
    writer.walk(node)
    writer.end()
    return writer.done


class _Writer:
    def __init__(self) -> None:
        self.done: list[str] = []
        self.open = ""

    def end(self, forced: bool = False) -> None:
        line = _SPACES.sub(" ", self.open).strip(" \xa0\u3000\u2002\u2003\u200b\ufeff")
        line = line.replace("\xa0", " ").replace("\u200b", "")
        if line or forced or (self.open.strip(" \n\r\t") and self.done):
            self.done.append(line)
        self.open = ""

    def walk(self, node: Any) -> None:
        tag = node.tag
        if tag == "-text":
            # white space between Chinese signs is how the source is laid out, not what is written
            text = node.text_content or ""
            self.open += _WRAPPED.sub("", text) if "\n" in text else text
            return
        if tag == "br":
            self.end(forced=True)
            return
        if tag == "table":
            self.end()
            self.table(node)
            return
        block = tag in _BLOCK
        if block:
            self.end()
        if tag == "li":
            self.open = _list_mark(node)
        self.walk_inside(node)
        if block:
            self.end()

    def walk_inside(self, node: Any) -> None:
        for child in children(node):
            if child.tag not in ("-comment", "script", "style"):
                self.walk(child)

    def table(self, node: Any) -> None:
        rows = [row for row in node.css("tr") if _owner(row) == node.mem_id]
        cells = [[c for c in _element_children(row) if c.tag in ("td", "th")] for row in rows]
        if max(map(len, cells), default=0) <= 1 or _lays_out(cells):
            for row in cells:
                for cell in row:
                    self.walk(cell)
            for caption in (c for c in _element_children(node) if c.tag == "caption" and not rows):
                self.walk(caption)
            return
        if (title := node.css_first("caption")) is not None:
            self.walk(title)
        down: dict[int, tuple[int, str]] = {}  # column → rows still to fill and the text of the cell that spans them
        for row in cells:
            line: list[str] = []
            column = 0
            for cell in row:
                while column in down:
                    column = _take(down, column, line)
                text = " ".join(part for part in lines_of_cell(cell) if part)
                line.append(text)
                if (more := _span(cell, "rowspan") - 1) > 0:
                    down[column] = (more, text)
                column += _span(cell, "colspan")
            while column in down:
                column = _take(down, column, line)
            if any(line):
                self.done.append("\t".join(line))


def lines_of_cell(cell: Any) -> list[str]:
    """The lines inside one cell."""
    writer = _Writer()
    writer.walk_inside(cell)
    writer.end()
    return [line.replace("\t", " ") for line in writer.done]


def _take(down: dict[int, tuple[int, str]], column: int, line: list[str]) -> int:
    left, text = down.pop(column)
    line.append(text)
    if left > 1:
        down[column] = (left - 1, text)
    return column + 1


def _lays_out(cells: list[list[Any]]) -> bool:
    """A table that only lays out a page: one of its cells holds most of the text, in several paragraphs."""
    sizes = {cell.mem_id: len(cell.text()) for row in cells for cell in row}
    largest = max((cell for row in cells for cell in row), key=lambda cell: sizes[cell.mem_id])
    return sizes[largest.mem_id] >= 0.6 * sum(sizes.values()) and len([line for line in lines_of_cell(largest) if line]) >= 4


def _owner(row: Any) -> int:
    node = row.parent
    while node is not None and node.tag != "table":
        node = node.parent
    return int(node.mem_id) if node is not None else 0


def children(node: Any) -> Iterator[Any]:
    """Everything directly inside an element, text and comments too."""
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _element_children(node: Any) -> list[Any]:
    return [child for child in children(node) if not child.tag.startswith("-")]


def _span(cell: Any, name: str) -> int:
    value = (cell.attributes.get(name) or "1").strip()
    return min(int(value), _MAX_SPAN) if value.isdecimal() and int(value) > 0 else 1


def _list_mark(item: Any) -> str:
    """The number that a browser draws before an item of a numbered list."""
    parent = item.parent
    if parent is None or parent.tag != "ol" or re.search(r"list-style(?:-type)?\s*:\s*none", parent.attributes.get("style") or ""):
        return ""
    start = parent.attributes.get("start") or "1"
    before = [c for c in _element_children(parent) if c.tag == "li"]
    place = next((n for n, c in enumerate(before) if c.mem_id == item.mem_id), 0)
    return f"{(int(start) if start.isdecimal() else 1) + place}. "
