"""Characters with their places → lines → paragraphs of a paged text. Pure: knows no PDF library.

Lengths are points, from the top left corner of the page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from index.marks import PAGE_MARK
from index.numbering import marker

_PAGE_NUMBER = re.compile(rf"\s*(?:{PAGE_MARK}|[-—–－]?\s*\d{{1,4}}\s*[-—–－]?|[ivxIVX]{{1,5}})\s*")
_WORD = re.compile(r"[A-Za-z0-9,;]")
_STOPS = "。！？；：.!?;:"
_EDGE = 2  # lines at the head and at the foot of a page that may be running heads

Char = tuple[str, float, float, float, float]
"""A character with left, top, right and bottom."""


@dataclass(slots=True)
class Line:
    """A printed line, or a row of a table."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    table: bool = False

    @property
    def size(self) -> float:
        return max(1.0, self.bottom - self.top)


@dataclass(slots=True)
class Page:
    """A page with its lines from top to bottom."""

    number: int
    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    pictures: bool = False
    ruled: bool = False


def lines_of(chars: Iterable[Char]) -> list[Line]:
    """The printed lines of a page: characters of one height, left to right; a wide gap becomes two blanks."""
    rows: list[list[Char]] = []
    for char in chars:
        if not char[0].strip() or char[3] <= char[1]:
            continue
        middle, height = (char[2] + char[4]) / 2, char[4] - char[2]
        row = next(
            (r for r in reversed(rows[-4:]) if abs((r[-1][2] + r[-1][4]) / 2 - middle) < 0.5 * max(height, r[-1][4] - r[-1][2])), None
        )
        if row is None:
            rows.append([char])
        else:
            row.append(char)
    lines = []
    for row in rows:
        row.sort(key=lambda c: c[1])
        size = median(c[4] - c[2] for c in row)
        text = row[0][0]
        for before, char in zip(row, row[1:], strict=False):
            gap = char[1] - before[3]
            latin = before[0].isascii() and char[0].isascii()
            text += ("  " if gap > 1.4 * size else " " if gap > (0.15 if latin else 0.6) * size else "") + char[0]
        lines.append(Line(text, row[0][1], min(c[2] for c in row), row[-1][3], max(c[4] for c in row)))
    return sorted(lines, key=lambda line: line.top)


def running_heads(pages: list[Page]) -> None:
    """Take out page numbers and the lines that head or foot most pages."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_shape(line.text) for line in _edges(page)})
    common = {shape for shape, times in seen.items() if times >= 2 and times >= 0.5 * sum(bool(p.lines) for p in pages)}
    for page in pages:
        edges = {id(line) for line in _edges(page)}
        outer = (0.12 * page.height, 0.88 * page.height)
        page.lines = [
            line
            for line in page.lines
            if not (
                id(line) in edges
                and (
                    _shape(line.text) in common
                    or (_PAGE_NUMBER.fullmatch(line.text) and not outer[0] < (line.top + line.bottom) / 2 < outer[1])
                )
            )
        ]


def _edges(page: Page) -> list[Line]:
    flat = [line for line in page.lines if not line.table]
    return [*flat[:_EDGE], *flat[-_EDGE:]]


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", re.sub(r"\s", "", text))


def text_of(pages: list[Page]) -> tuple[str, tuple[int, ...]]:
    """The paragraphs of all pages, one a line, and the offset at which each page begins."""
    body = [line for page in pages for line in page.lines if not line.table]
    size = median([line.size for line in body]) if body else 12.0
    usual = [line for line in body if abs(line.size - size) <= 0.25 * size]
    left = _usual([line.left for line in usual]) if usual else 0.0
    right = sorted(line.right for line in usual)[int(0.9 * (len(usual) - 1))] if usual else 0.0
    indented = sum(line.left > left + 1.2 * size for line in usual) >= 0.15 * len(usual)
    pitches = [b.top - a.top for page in pages for a, b in zip(page.lines, page.lines[1:], strict=False) if not a.table and not b.table]
    pitch = median(pitches) if pitches else size
    text = ""
    starts: list[int] = []
    previous: Line | None = None
    for page in pages:
        starts.append(len(text))
        for n, line in enumerate(page.lines):
            if previous is None:
                text += line.text
            elif _goes_on(previous, line, n == 0, left, right, size, pitch, indented):
                text += (" " if _WORD.match(text[-1]) and _WORD.match(line.text[0]) else "") + line.text
            else:
                wide = n > 0 and not line.table and not previous.table and line.top - previous.top > 1.7 * pitch
                text += ("\n\n" if wide else "\n") + line.text
            if n == 0:
                starts[-1] = len(text) - len(line.text)
            previous = line
    starts[0] = 0
    return text + "\n", tuple(starts)


def _usual(values: list[float]) -> float:
    """The left edge of most lines, to the nearest point."""
    return float(min(v for v in values if round(v) == Counter(map(round, values)).most_common(1)[0][0]))


def _goes_on(above: Line, line: Line, new_page: bool, left: float, right: float, size: float, pitch: float, indented: bool) -> bool:
    """True where ``line`` is the rest of the paragraph that ``above`` belongs to: that line is full and this one stands flush."""
    if above.table or line.table or abs(above.size - line.size) > 0.25 * size:
        return False
    if min(above.size, line.size) > 1.12 * size and abs(above.size - line.size) < 0.05 * size:  # the lines of a large title
        return not new_page and line.top - above.top < 2.2 * line.size and marker(line.text) is None
    if above.right < right - 2.2 * size or line.left > left + 1.2 * size:
        return False
    if not new_page and line.top - above.top > 1.6 * pitch:
        return False
    if indented:
        return True
    return marker(line.text) is None and (above.text[-1] not in _STOPS or above.right >= right - 0.6 * size)
