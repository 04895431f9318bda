"""A line that holds several paragraphs: where each of them begins.

Notices are pasted with their line breaks lost: paragraphs stand behind wide blanks or single ones, or a number
follows the last sentence; and 文号, title, addressees, contact or signature are glued to what stands beside them.
"""

from __future__ import annotations

import re
from itertools import pairwise

from index.marks import CONTACT, DATE, DOC_NUMBER, STOP, closing_bracket, is_org
from index.numbering import HAN_DIGITS, marker

RUN_ON_LENGTH = 150  # code points; a line beyond it may hold several paragraphs
MAX_HEAD = 30  # code points of a numbered heading with blanks behind it
_HAN = f"[{HAN_DIGITS}]"
_TITLE_ADDRESSEES = re.compile(r"([^。，,\s]{4,60}(?:通知|意见|公告|通告|函|办法|措施|细则)[ \t\u3000]+)(?:各|有关)[^。]{2,120}[：:]")
_ADDRESSEES_TEXT = re.compile(r"((?:各|有关)[^。：:；;]{2,150}[：:]\s*)(?:为|根据|按照|现|经|近|贯彻|当前|今年|《)[^。]{8}")
_TITLE_TEXT = re.compile(
    r"([^。，,：:\s]{6,60}(?:通知|意见|公告|通告|函|办法|措施|细则|方案|指南|批复|决定|规定)(?:[（(][^（()）]{2,10}[）)])?[ \t\u3000]+)(?:为|根据|按照|经|近|贯彻|现)[^。]{8}"
)
_STOPS = "。：:；;）).!！"
_BEHIND_STOP = re.compile(r"(?:(?<=[。；：:）)”])|(?<=[一-龥）)][.．])|(?<=\d[.．])(?=[（(]))\s*(?=\S)")
_OPEN = re.compile(r"[【〔（(《“][^】〕）)》”]*$")
_THUS = re.compile(r"特此(?:通知|公告|通告|函[告复]?|批复|通报|说明|公示)[。.！!]")
# "一、申报范围 （一）": a section and its first clause on one line.
_BELOW = re.compile(
    rf"(?:{_HAN}{{1,3}}[、.．]|第{_HAN}{{1,3}}[章节])\s?[^。；：，、,;:（(\s]{{2,20}}[ \t\u3000]+(?=[（(]{_HAN}{{1,3}}[)）]|第{_HAN}{{1,4}}条)"
)


def paragraphs(line: str) -> list[tuple[int, int]]:
    """The paragraphs of a printed line as ``[start, end)``; they tile it."""
    cuts = _paragraph_cuts(line) if len(line) > RUN_ON_LENGTH else set()
    edges = sorted({0, len(line)} | cuts)
    return [piece for start, end in pairwise(edges) for piece in _cut_glued(line, start, end)]


def _paragraph_cuts(line: str) -> set[int]:
    """Where the paragraphs of a run-on line begin: behind wide blanks, else behind others, else where a number follows a stop."""
    runs = list(re.finditer(r"[ \t\u3000]{2,}", line))
    natural = {run.end() for run in runs if _natural(line, run)}
    behind_stop = [run.end() for run in runs if line[run.start() - 1] in _STOPS]
    wide = [run.end() for run in runs if "\u3000\u3000" in run[0] or ("\u3000" in run[0] and len(run[0]) >= 4)]
    if 2 * len(natural.intersection(wide)) < max(1, len(natural)):  # they part the cells of a table or the names of a signature
        wide = []
    cuts = set(wide or ((run.end() for run in runs) if len(natural) >= 3 and 4 * len(natural) >= len(runs) else behind_stop))
    return cuts if len(cuts) >= 2 else cuts | _cuts_at_blanks(line) | _cuts_behind_stops(line)


def _natural(line: str, blanks: re.Match[str]) -> bool:
    """True where a paragraph may well begin behind the blanks: a stop stands before them or a number behind."""
    return line[blanks.start() - 1] in _STOPS or marker(line[blanks.end() : blanks.end() + 12]) is not None


def _cuts_at_blanks(line: str) -> set[int]:
    """Single blanks that part paragraphs: those that may well do so and those behind a heading, and all of them where most are such."""
    cuts: list[int] = []
    natural: set[int] = set()
    begin = 0
    for blanks in re.finditer(r"[ \t\u3000]+(?=\S)", line):
        piece = line[begin : blanks.start()] if blanks.start() - begin <= MAX_HEAD else ""
        number = marker(piece + blanks[0]) if piece else None
        if (number and number.length >= len(piece)) or (line[blanks.start() - 1] + line[blanks.end()]).isascii():
            continue  # in front of the words of a number, or between English words
        if _OPEN.search(line, max(begin, blanks.start() - MAX_HEAD), blanks.start()):
            continue  # 【字体：大 中 小】
        heads = number is not None and not re.search(r"[\s。；，：,;:.]", piece[number.length :])
        begin = blanks.end()
        cuts.append(begin)
        if heads or _natural(line, blanks):
            natural.add(begin)
    if len(natural) < 3:
        return set()
    return set(cuts) if 2 * len(natural) >= len(cuts) else natural


def _cuts_behind_stops(line: str) -> set[int]:
    """Numbers right behind a stop, without any blank; and the first clause of a section that has no line of its own."""
    cuts = set()
    for stop in _BEHIND_STOP.finditer(line):
        found = marker(line[stop.end() : stop.end() + 12])
        if (found and found.style in ("han", "han_paren", "article", "chapter")) or _THUS.match(line, stop.end()):
            cuts.add(stop.end())
            below = _BELOW.match(line, stop.end())
            if below:
                cuts.add(below.end())
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
    glued = _TITLE_ADDRESSEES.match(piece) or _TITLE_TEXT.match(piece) or _ADDRESSEES_TEXT.match(piece)
    return glued.end(1) if glued else 0


def _signature_start(piece: str) -> int:
    """Where the offices and the date begin that stand right behind the last sentence; else 0."""
    dated = re.search(rf"{DATE.pattern}\s*$", piece[-40:])
    if not dated:
        return 0
    before = piece[: max(0, len(piece) - 40) + dated.start()]
    stop = max((found.end() for found in re.finditer(rf"{STOP}|[）)]", before)), default=0)
    return stop if stop and len(before) - stop <= 120 and is_org(before[stop:]) else 0
