"""Numbers in front of sections, clauses and items: 第X章, 第X条, 措施一：, 一、, （一）, 1., 1.1, （1）, ①, 问：."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Style = Literal["chapter", "article", "named", "han", "han_paren", "decimal", "arabic", "arabic_paren", "circled", "question"]

HAN_DIGITS = "零〇一二三四五六七八九十百千两"
_HAN = f"[{HAN_DIGITS}]"
_DIGIT = r"[0-9０-９]"

# "1.问：", "问：", "问题3：", "Q1：": the first group is the number, the rest says that a question follows.
_QUESTION = re.compile(
    rf"(?P<number>{_DIGIT}{{1,2}}[.．、]|[（(]?{_HAN}{{1,3}}[)）]?、?)?\s?(?:问题?|Q|Ｑ)\s?(?:{_DIGIT}{{0,2}}|{_HAN}{{0,3}})[：:]"
)
# In the order in which they are tried. A blank may follow the number; "1.5万元" is no number.
_PATTERNS: tuple[tuple[Style, re.Pattern[str]], ...] = (
    ("chapter", re.compile(rf"第{_HAN}{{1,4}}(?:编|分编|章|节|部分)(?![^\s　、：:]{{0,2}}[，。])")),
    ("article", re.compile(rf"第(?:{_HAN}{{1,6}}|{_DIGIT}{{1,4}})条(?:之{_HAN})?(?![规款第的和至、，])")),
    ("named", re.compile(rf"(?:措施|举措|政策|任务|行动|服务|专项|事项)(?:{_HAN}{{1,3}}|{_DIGIT}{{1,2}})(?=[：:、\s])")),
    ("han", re.compile(rf"{_HAN}{{1,4}}(?:、|[.．](?!{_DIGIT}))")),
    ("han_paren", re.compile(rf"[（(〔]\s?{_HAN}{{1,4}}\s?[)）〕]、?")),
    ("decimal", re.compile(rf"{_DIGIT}{{1,2}}(?:[.．]{_DIGIT}{{1,2}}){{1,3}}(?=[\s　]+[一-龥“《（])")),
    ("arabic", re.compile(rf"{_DIGIT}{{1,2}}(?:[.．](?!{_DIGIT})|、)")),
    ("arabic", re.compile(rf"{_DIGIT}{{1,2}}(?=[ \t\u3000]+(?![年月日时点个家万亿件项倍元条号])[一-龥“《]{{2,18}}[ \t\u3000]*$)")),
    ("arabic_paren", re.compile(rf"(?:[（(]\s?{_DIGIT}{{1,2}}\s?[)）]|{_DIGIT}{{1,2}}[)）])、?")),
    ("circled", re.compile(r"[①-⑳]")),
)
_BEHIND = {"named": re.compile(r"[：:、\s]*")}
_BLANKS = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Marker:
    """A number at the head of a line: ``text`` as printed, ``length`` of it with what parts it from the words.

    ``text`` is empty where a line begins with 问： and no number.
    """

    style: Style
    text: str
    length: int


def marker(line: str) -> Marker | None:
    """The number that ``line`` (without leading blanks) begins with, or None."""
    question = _QUESTION.match(line)
    if question:
        return Marker("question", question["number"] or "", _blanks_from(line, question.end()))
    for style, pattern in _PATTERNS:
        found = pattern.match(line)
        if found:
            return Marker(style, found.group().strip(), _blanks_from(line, found.end(), _BEHIND.get(style, _BLANKS)))
    return None


def _blanks_from(line: str, at: int, blanks: re.Pattern[str] = _BLANKS) -> int:
    found = blanks.match(line, at)
    return found.end() if found else at
