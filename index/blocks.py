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
from itertools import pairwise

from index.numbering import marker

RUN_ON_LENGTH = 150  # code points; a line beyond it may hold several paragraphs
MIN_WRAP_WIDTH = 32  # columns
MAX_WRAP_WIDTH = 130  # columns; wider lines are paragraphs, not wrapped lines
MAX_BRACKET = 1000  # code points from a bracket to the one that closes it
MAX_DEPTH = 8  # brackets inside brackets

ORG_SUFFIX = (
    "人民政府|政府|办公厅|办公室|委员会|管委会|管委|分局|支局|总局|局|厅|部|署|海关|分行|支行|银行|营管部|营业部|"
    "中心支行|中心|公司|集团|协会|学会|商会|联合会|促进会|贸促会|工会|法院|检察院|研究院|办事处|代表处|联席会议|"
    "领导小组|工作组|专班|委|办|总队|支队"
)
_ORG = re.compile(rf"(?!各|有关|关于)[一-龥（）()〔〕]{{2,28}}(?:{ORG_SUFFIX})")
DATE = re.compile(
    r"(?:[0-9０-９]{4}|[二〇零一三四五六七八九○]{4})年\s*[0-9０-９一二三四五六七八九十]{1,3}月\s*[0-9０-９一二三四五六七八九十]{1,3}日"
)
DOC_NUMBER = re.compile(
    r"[一-龥]{1,14}(?:发|字|规|函|办|告|令|文|[一-龥])?\s?[〔\[［【(（]\s?(?:19|20)\d{2}\s?[〕\]］】)）]\s?第?\s?\d{1,5}\s?号"
    r"|(?:19|20)\d{2}\s?年\s*第\s?\d{1,4}\s?号(?:公告)?|第\d{1,4}号(?:公告|令)?(?=\s|$)"
)
CONTACT = re.compile(r"[（(]?\s*(?:联系人|联系电话|联系方式|咨询电话|咨询|咨询方式|业务咨询|政策咨询|联\s?系\s?人|电话)\s*[:：]")
_TERMINAL = "。！？；：.!?;:”」』）)】"
STOP = r"(?:。|(?<=[一-龥）)%％”\"])[.．](?=[一-龥（(“\"\[【①-⑳0-9A-Z]|\s|$))"
"""Pattern of a full stop; a half-width one counts behind a Chinese word, never inside a number."""
PAGE_MARK = r"(?:[-—–―－]{1,2}\s?\d{1,3}\s?[-—–―－]{1,2}|第\s?\d{1,3}\s?页\s?[,，/]?\s?(?:共\s?\d{1,3}\s?页)?|\d{1,3}\s?/\s?\d{1,3})"
_PAGE_LINE = re.compile(PAGE_MARK)
LINE_ENDS = r"\r\n\f\v\x1c-\x1e\x85\u2028\u2029"
"""The characters that end a line, for use inside [ ] of a pattern; U+2028 and \\v are soft line breaks."""
_LINE_END = re.compile(rf"\r\n|[{LINE_ENDS}]")
_BREAKS = re.compile(rf"(?<!\s)\s*[{LINE_ENDS}]\s*(?:{PAGE_MARK}[ \t\u3000]*(?:[{LINE_ENDS}]\s*|$))*")
_TITLE_ADDRESSEES = re.compile(r"([^。，,\s]{4,60}(?:通知|意见|公告|通告|函|办法|措施|细则)[ \t\u3000]+)(?:各|有关)[^。]{2,120}[：:]")
_ADDRESSEES_TEXT = re.compile(r"((?:各|有关)[^。：:；;]{2,150}[：:]\s*)(?:为|根据|按照|现|经|近|贯彻|当前|今年|《)[^。]{8}")
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


def one_line(text: str) -> str:
    """A paragraph without its line breaks, the page numbers on lines of their own and the ** of Markdown."""
    return _BREAKS.sub("", text).replace("**", "")


def is_org(text: str) -> bool:
    """True where ``text`` is one name of an office or several, parted by blanks or 、."""
    names = [n for n in re.split(r"[\s　、]+", text.strip()) if n]
    return bool(names) and all(_ORG.fullmatch(n) for n in names)


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
    cuts = _paragraph_cuts(body) if len(body) > RUN_ON_LENGTH else set()
    edges = sorted({0, len(body)} | cuts)
    pieces = [piece for start, end in pairwise(edges) for piece in _cut_glued(body, start, end)]
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


def _paragraph_cuts(body: str) -> set[int]:
    """Where the paragraphs of a run-on line begin: behind wide blanks, else where a number follows a stop."""
    runs = list(re.finditer(r"[ \t\u3000]{2,}", body))
    wide = [r for r in runs if "\u3000\u3000" in r.group() or ("\u3000" in r.group() and len(r.group()) >= 4)]
    behind_stop = [r for r in runs if body[r.start() - 1] in "。：:；）).;"]
    natural = [r for r in runs if r in behind_stop or marker(body[r.end() : r.end() + 12])]
    gaps = wide or (runs if len(natural) >= 3 and 4 * len(natural) >= len(runs) else behind_stop)
    cuts = {g.end() for g in gaps}
    if len(gaps) < 2:
        for glued in re.finditer(r"(?:(?<=[。；：:）)”])|(?<=[一-龥）)][.．]))\s*(?=\S)", body):
            found = marker(body[glued.end() : glued.end() + 12])
            if found and found.style in ("han", "han_paren", "article", "chapter"):
                cuts.add(glued.end())
    return cuts


def _cut_glued(body: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut 标题+称谓, 文号+称谓, 称谓+正文, （联系人：…）+标题 and 正文。落款+日期 where they stand in one piece."""
    piece = body[start:end]
    cut = _head_length(piece)
    if cut:
        return [(start, start + cut), *_cut_glued(body, start + cut, end)]
    cut = _signature_start(piece)
    return [(start, start + cut), (start + cut, end)] if cut else [(start, end)]


def _head_length(piece: str) -> int:
    """The length of the 文号, contact bracket, title or line of addressees that other words are glued to; else 0."""
    number = DOC_NUMBER.match(piece)
    if number and number.end() < len(piece):
        return number.end() if piece[number.end()] not in "）)，。、；的》" else 0
    if piece[:1] in "（(" and CONTACT.match(piece):
        close = closing_bracket(piece, 0)
        return close + 1 if close is not None and close + 1 < len(piece) else 0
    glued = _TITLE_ADDRESSEES.match(piece) or _ADDRESSEES_TEXT.match(piece)
    return glued.end(1) if glued else 0


def _signature_start(piece: str) -> int:
    """Where the offices and the date begin that stand right behind the last sentence; else 0."""
    dated = re.search(rf"{DATE.pattern}\s*$", piece[-40:])
    if not dated:
        return 0
    before = piece[: max(0, len(piece) - 40) + dated.start()]
    stop = max(before.rfind(mark) for mark in "。）)")
    return stop + 1 if stop >= 0 and len(before) - stop <= 120 and is_org(before[stop + 1 :]) else 0


def closing_bracket(text: str, at: int) -> int | None:
    """Position of the bracket that closes the one at ``at`` (round, half or full width).

    None where it is open, longer than MAX_BRACKET or nested deeper than MAX_DEPTH: then it brackets nothing.
    """
    depth = 0
    for i in range(at, min(len(text), at + MAX_BRACKET)):
        if text[i] in "（(":
            depth += 1
            if depth > MAX_DEPTH:
                return None
        elif text[i] in "）)":
            depth -= 1
            if depth == 0:
                return i
    return None


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
