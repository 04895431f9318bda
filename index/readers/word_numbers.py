"""The numbers that Word draws before paragraphs (一、（一）1. ①): they stand in no text run, only in the numbering part."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HAN = "零一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_LEVELS = 9


@dataclass(slots=True)
class _Level:
    start: int = 1
    make: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    legal: bool = False


@dataclass(slots=True)
class _List:
    abstract: str
    levels: dict[int, _Level] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the numbered paragraphs of a document in order."""

    def __init__(self, document: Any) -> None:
        self._styles: dict[str, tuple[str | None, str | None, str | None]] = {}
        for style in document.styles.element.iter(f"{W}style"):
            number, level = _reference(style)
            based = style.find(f"{W}basedOn")
            self._styles[style.get(f"{W}styleId") or ""] = (number, level, based.get(f"{W}val") if based is not None else None)
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, list[int | None]] = defaultdict(lambda: [None] * _LEVELS)
        self._restarted: set[tuple[str, int]] = set()
        part = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        if part is not None:
            self._read(part.element)

    def next(self, paragraph: Any) -> str:
        """The number of the next paragraph with what parts it from the words; "" where it has none."""
        number, level = self._reference(paragraph)
        found = self._lists.get(number or "")
        if found is None or number is None or level not in found.levels:
            return ""
        counts = self._counts[found.abstract]
        own = found.levels[level]
        if level in found.starts and (number, level) not in self._restarted:
            self._restarted.add((number, level))
            counts[level] = found.starts[level]
        else:
            value = counts[level]
            counts[level] = own.start if value is None else value + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        if own.make in ("bullet", "none") and "%" not in own.text:
            return ""

        def shown(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            above = found.levels.get(at, _Level())
            value = counts[at]
            return numeral(above.start if value is None else value, "decimal" if own.legal else above.make)

        text = re.sub(r"%([1-9])", shown, own.text)
        return text + ("" if own.suffix == "nothing" or not text or text[-1] in "、）)．" else " ")

    def _reference(self, paragraph: Any) -> tuple[str | None, int]:
        number, level = _reference(paragraph)
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        name = style.get(f"{W}val") if style is not None else None
        for _ in range(20):  # styles may be based on each other in a ring
            if number is not None or name is None or name not in self._styles:
                break
            number, above, name = self._styles[name]
            level = level or above
        value = level or "0"
        return (None if number == "0" else number), min(int(value), _LEVELS - 1) if value.isdecimal() else 0

    def _read(self, root: Any) -> None:
        abstract: dict[str, dict[int, _Level]] = {}
        for element in root.iter(f"{W}abstractNum"):
            levels = {int(e.get(f"{W}ilvl") or 0): _level(e) for e in element.iter(f"{W}lvl")}
            abstract[element.get(f"{W}abstractNumId") or ""] = levels
            for own in element.iter(f"{W}lvl"):
                linked = own.find(f"{W}pStyle")
                name = linked.get(f"{W}val") if linked is not None else None
                if name in self._styles and self._styles[name][1] is None:
                    number, _, based = self._styles[name]
                    self._styles[name] = (number, own.get(f"{W}ilvl"), based)
        for element in root.iter(f"{W}num"):
            reference = element.find(f"{W}abstractNumId")
            name = reference.get(f"{W}val") if reference is not None else ""
            made = _List(name, dict(abstract.get(name, {})))
            for change in element.iter(f"{W}lvlOverride"):
                at = int(change.get(f"{W}ilvl") or 0)
                own, start = change.find(f"{W}lvl"), change.find(f"{W}startOverride")
                if own is not None:
                    made.levels[at] = _level(own)
                if start is not None:
                    made.starts[at] = int(start.get(f"{W}val") or 1)
            self._lists[element.get(f"{W}numId") or ""] = made


def _reference(element: Any) -> tuple[str | None, str | None]:
    numbering = element.find(f"{W}pPr/{W}numPr")
    if numbering is None:
        return None, None
    number, level = numbering.find(f"{W}numId"), numbering.find(f"{W}ilvl")
    return (number.get(f"{W}val") if number is not None else None), (level.get(f"{W}val") if level is not None else None)


def _level(element: Any) -> _Level:
    def value(name: str, otherwise: str) -> str:
        found = element.find(f"{W}{name}")
        return str(found.get(f"{W}val", otherwise)) if found is not None else otherwise

    start = value("start", "1")
    return _Level(
        int(start) if start.isdecimal() else 1,
        value("numFmt", "decimal"),
        value("lvlText", ""),
        value("suff", "tab"),
        element.find(f"{W}isLgl") is not None,
    )


def numeral(value: int, make: str) -> str:
    """``value`` as Word writes it in the number format ``make`` (w:numFmt); plain digits for a rare one."""
    if make in (
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "ideographDigital",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
    ):
        return _counted(value, _HAN, "十百千")
    if make in ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"):
        return _counted(value, _LEGAL, "拾佰仟")
    if make in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= value <= 20:
        return chr(0x245F + value)
    if make == "decimalEnclosedParen":
        return f"（{value}）"
    if make == "decimalFullWidth":
        return "".join(chr(ord(c) + 0xFEE0) for c in str(value))
    if make == "decimalZero":
        return f"{value:02d}"
    if make == "ideographTraditional" and 1 <= value <= 10:
        return "甲乙丙丁戊己庚辛壬癸"[value - 1]
    if make in ("lowerLetter", "upperLetter") and value >= 1:
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter.upper() if make == "upperLetter" else letter
    if make in ("lowerRoman", "upperRoman") and 1 <= value <= 3999:
        roman = _roman(value)
        return roman.lower() if make == "lowerRoman" else roman
    return "" if make in ("none", "bullet") else str(value)


def _counted(value: int, digits: str, powers: str) -> str:
    if not 0 < value < 10_000:
        return str(value)
    written, gap = "", False
    for power in (3, 2, 1, 0):
        digit, value = divmod(value, 10**power)
        if digit:
            written += (digits[0] if gap and written else "") + digits[digit] + (powers[power - 1] if power else "")
        gap = not digit
    return written[1:] if powers[0] == "十" and written.startswith("一十") else written


def _roman(value: int) -> str:
    marks = (
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    )
    written = ""
    for worth, mark in marks:
        times, value = divmod(value, worth)
        written += mark * times
    return written
