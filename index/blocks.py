"""Text → blocks: the logical paragraphs of a notice, whatever way it was pasted.

Habits of pasted notices are undone here, by cutting only, never by changing a character: several paragraphs
run together on one line behind wide blanks; one paragraph hard-wrapped over several lines or over the foot of
a page; number, addressees, signature or contact glued to what stands beside them; marks of Markdown.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace

from index.marks import DOC_NUMBER, LINE_ENDS, PAGE_MARK, STOP, is_org
from index.numbering import marker
from index.runon import paragraphs

MIN_WRAP_WIDTH = 32  # columns
MAX_WRAP_WIDTH = 130  # columns; wider lines are paragraphs, not wrapped lines

_TERMINAL = "。！？；：.!?;:”」』）)】"
_PAGE_LINE = re.compile(PAGE_MARK)
_LINE_END = re.compile(rf"\r\n|[{LINE_ENDS}]")
# Markdown in front of a paragraph: #, >, **, a list mark.
_MARK = re.compile(r"(?:#{1,6}\s+|>\s?|[-+•·▶►◆■●○※]\s+|\*\s+|\*{1,3}(?=\S)|__(?=\S))+\s*")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph: ``[start, end)`` without the blanks and the Markdown around it.

    ``gap`` tells a blank line before it, ``outer`` where its Markdown begins (``start`` where it has none).
    """

    start: int
    end: int
    indent: int
    gap: bool
    table: bool
    outer: int


def blocks(text: str) -> list[Block]:
    """Cut ``text`` into its paragraphs, in order, without overlap; blanks and page numbers between are left out."""
    pieces = [piece for line in _lines(text) for piece in _cut_run_on(text, line)]
    return _across_pages(text, _unwrap(text, pieces))


def width(text: str) -> int:
    """Columns that ``text`` takes in a fixed-width font (East Asian wide: 2)."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def _lines(text: str) -> list[Block]:
    found: list[Block] = []
    for line in re.finditer(rf"[^{LINE_ENDS}]+", text):
        raw = line.group()
        stripped = raw.strip()
        if not stripped or _PAGE_LINE.fullmatch(stripped):
            continue
        between = text[found[-1].end : line.start()] if found else ""
        gap = len(_LINE_END.findall(between)) > 1
        lead = len(raw) - len(raw.lstrip())
        outer = line.start() + lead
        start, end = _without_marks(stripped)
        table = is_table_row(stripped[start:end])
        found.append(Block(outer + start, outer + end, width(raw[:lead]), gap, table, outer))
    return found


def _without_marks(line: str) -> tuple[int, int]:
    """Where the words of a line of Markdown begin and end; the whole line where it has nothing else."""
    mark = _MARK.match(line)
    start = mark.end() if mark else 0
    end = len(line.rstrip("*_#").rstrip())
    if line.count("**", start, end) % 2:  # the end of a pair inside the line
        end = len(line)
    return (start, end) if start < end else (0, len(line))


def is_table_row(line: str) -> bool:
    """A row of a pasted table: cells parted by tabs, bars or wide gaps, and no sentence in it."""
    found = marker(line)
    if "\t" in line[found.length if found else 0 :] or line.count("|") >= 2:
        return True
    cells = re.split(r"[ 　]{2,}", line)
    return len(cells) >= 3 and not re.search(STOP, line) and not is_org(line)


def _cut_run_on(text: str, line: Block) -> list[Block]:
    """Cut a line that holds several paragraphs, and what is glued to a number, a contact or a signature."""
    body = text[line.start : line.end]
    pieces = paragraphs(body)
    result: list[Block] = []
    for n, (start, end) in enumerate(pieces):
        raw = body[start:end]
        stripped = raw.strip()
        if not stripped:
            continue
        at = line.start + start + (len(raw) - len(raw.lstrip()))
        if n == 0:
            result.append(replace(line, end=at + len(stripped), table=line.table and len(pieces) == 1))
        else:
            result.append(Block(at, at + len(stripped), 0, False, False, at))
    return result


def _wrap_width(text: str, lines: list[Block]) -> int | None:
    """The width at which the lines were wrapped, None where they were not.

    Wrapped lines end within a few columns of one width, mostly in the middle of a sentence.
    """
    widths = Counter(line.indent + width(text[line.start : line.end]) for line in lines if not line.table)
    candidates = [w for w in widths if MIN_WRAP_WIDTH <= w <= MAX_WRAP_WIDTH]
    best: tuple[int, int] | None = None
    for w in candidates:
        count = sum(n for v, n in widths.items() if w - 4 <= v <= w)
        if best is None or (count, w) > best:
            best = (count, w)
    if best is None or best[0] < 3:
        return None
    limit = best[1]
    if sum(n for v, n in widths.items() if v > limit + 2) > 0.1 * sum(widths.values()):
        return None
    full = [b for b in lines if not b.table and limit - 4 <= b.indent + width(text[b.start : b.end]) <= limit]
    broken = sum(text[b.end - 1] not in _TERMINAL for b in full)
    return limit if broken >= 0.6 * len(full) else None


def _unwrap(text: str, lines: list[Block]) -> list[Block]:
    limit = _wrap_width(text, lines)
    if limit is None:
        return lines
    indents = Counter(line.indent > 0 for line in lines if not line.table)
    joined: list[Block] = []
    last_width = 0
    for line in lines:
        own_width = line.indent + width(text[line.start : line.end])
        previous = joined[-1] if joined else None
        if (
            previous is not None
            and not line.gap
            and not line.table
            and not previous.table
            and line.indent <= min(previous.indent, 1)
            and (
                last_width >= limit - 12
                if text[previous.end - 1] not in _TERMINAL
                else last_width >= limit - 5 and indents[True] >= 3 and previous.indent > 0
            )
            and not _starts_afresh(text, line)
        ):
            joined[-1] = replace(previous, end=line.end)
        else:
            joined.append(line)
        last_width = own_width
    return joined


def _starts_afresh(text: str, line: Block) -> bool:
    """True where a line cannot go on with the sentence above it: it begins with a number or is a 文号."""
    if DOC_NUMBER.fullmatch(text, line.start, line.end):
        return True
    found = marker(text[line.start : min(line.end, line.start + 12)])
    return found is not None and found.style in ("chapter", "article", "han", "han_paren", "question")


def _across_pages(text: str, paragraphs: list[Block]) -> list[Block]:
    """Join a sentence that breaks off at the foot of a page with its rest on the next one."""
    joined: list[Block] = []
    for block in paragraphs:
        previous = joined[-1] if joined else None
        if previous and not previous.table and not block.table and _breaks_off(text, previous, block) and not _starts_afresh(text, block):
            joined[-1] = replace(previous, end=block.end)
        else:
            joined.append(block)
    return joined


def _breaks_off(text: str, block: Block, following: Block) -> bool:
    between = text[block.end : following.outer]
    if not between.strip() or following.outer != following.start:
        return False
    return text[block.end - 1] not in _TERMINAL and bool(re.search("[，；。,;]", text[block.start : block.end]))
