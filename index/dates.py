"""Chinese dates in running text → the days that they name. Pure; knows nothing of documents.

Text is read *folded*: full-width digits are plain, white space is gone (a line may break inside a date) and
the digits inside 《…》 and 〔…〕 are hidden, because the name or number of a document names no day. Every
place in the folded text leads back to the source, so that what is found can be quoted verbatim.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.records import Span

_HIDDEN = "#"
_NAME = re.compile(r"《(?:[^《》]|《[^《》]*》)*》|[〔［\[][^〔〕［］\[\]\n]{1,12}[〕］\]]")
_NUMERAL = re.compile(r"[0-9０-９〇○零一二三四五六七八九十百]")
_PLAIN = {ord(mark): ord(mark) - 0xFEE0 for mark in "０１２３４５６７８９％＋－．／～"}
_WIDE = re.compile(r"[^\r\n]*\t[^\r\n]*|[^\r\n]{2,}")
_GLUE = frozenset("0123456789.:：/-")
_DIGITS = {mark: value for value, marks in enumerate(("〇○零", *"一二三四五六七八九")) for mark in marks}
_DIGITS["两"] = 2
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True, slots=True)
class Folded:
    """``text`` to search in; ``origin[i]`` is the source offset of ``text[i]`` (same length, rising)."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """The source span of the non-empty piece ``text[start:end]``."""
        return Span(self.origin[start], self.origin[end - 1] + 1)

    def index(self, offset: int) -> int:
        """The first place whose source offset is not before ``offset``; the length if there is none."""
        low, high = 0, len(self.origin)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.origin[middle] < offset else (low, middle)
        return low


def fold(text: str, start: int = 0, end: int | None = None) -> Folded:
    """``text[start:end]`` without white space, with plain digits and with the digits of names hidden.

    One blank stays where it parts a number from the next ("1. 2025年" is not 1.2025) or, as wide as between
    the cells of a table, from the next word. Offsets are clamped to the text; nothing raises.
    """
    start = max(0, start)
    piece = text[start : len(text) if end is None else max(start, end)]
    piece = _NAME.sub(lambda name: _NUMERAL.sub(_HIDDEN, name[0]), piece).translate(_PLAIN)
    marks: list[str] = []
    origin: list[int] = []
    gap = ""
    for offset, mark in enumerate(piece, start):
        if mark.isspace() or mark in "\u200b\ufeff":
            gap += mark
            continue
        if gap and marks and marks[-1] in _GLUE and (mark in _GLUE or _WIDE.fullmatch(gap)):
            marks.append(" ")
            origin.append(offset - 1)
        gap = ""
        marks.append(mark)
        origin.append(offset)
    return Folded("".join(marks), tuple(origin))


def number(text: str) -> int | None:
    """The whole number that ``text`` writes ("12", "两", "一百八十", "二〇二二"); None if it is none."""
    if re.fullmatch(r"[0-9]{1,12}", text):
        return int(text)
    if not text or any(mark not in _DIGITS and mark not in _POWERS for mark in text) or len(text) > 12:
        return None
    if not any(mark in _POWERS for mark in text):
        return int("".join(str(_DIGITS[mark]) for mark in text))
    total = group = digit = 0
    for mark in text:
        power = _POWERS.get(mark)
        if power is None:
            digit = _DIGITS[mark]
        elif power < 10_000:
            group, digit = group + (digit or 1) * power, 0
        else:
            total, group, digit = (total + group + digit or 1) * power, 0, 0
    return total + group + digit


@dataclass(frozen=True, slots=True)
class Period:
    """The days ``first`` to ``last`` that the folded text names at ``[start, end)``.

    "2022年" is a whole year, "2020年底" its December, "2025年7月1日" one day; ``ranged`` tells that both ends
    were written. ``daily`` tells that the first end names a day.
    """

    start: int
    end: int
    first: datetime.date
    last: datetime.date
    ranged: bool = False
    daily: bool = False


_LINK = r"起?(?:[（(]含[^）)]{0,6}[）)])?[，,]?(?:至|到|[-—–─~]+)"
_N = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_Y = "[〇○零一二三四五六七八九]"
_YEAR = rf"(?:(?<![0-9])(?:19|20)[0-9]{{2}}|(?<!{_Y})[一二][〇○零九]{_Y}{{2}})"
_TIME = r"(?: ?(?:上午|下午)?[0-9]{1,2}(?:[:：][0-9]{2}|[时点](?:[0-9]{1,2}分)?))?"
_WEEKDAY = r"(?:[（(](?:星期|周)[一二三四五六日天][）)])?"
_EDGE = r"年?[底末初]"
_DAY = rf"(?P<d>{_N})(?:[日号]|(?={_LINK}{_N}[日号])){_WEEKDAY}{_TIME}"
_MONTH = rf"(?P<m>{_N})(?:月份?|(?={_LINK}{_N}月))(?:{_DAY}|(?P<third>[上中下]旬|[底末初]))?"
_FULL = re.compile(
    rf"(?P<y>{_YEAR})(?:年度?(?!第[^，。]{{1,4}}号)|(?={_LINK}{_YEAR}年))"
    rf"(?:{_MONTH}|第?(?P<q>[1-4一二三四])季度|(?P<half>[上下])半年|(?P<edge>{_EDGE}))?"
    rf"|(?P<iy>(?<![0-9.-])(?:19|20)[0-9]{{2}})(?P<mark>[-./])(?P<im>[0-9]{{1,2}})(?P=mark)(?P<id>[0-9]{{1,2}})"
    r"(?![0-9])(?: [0-9]{1,2}:[0-9]{2})?"
    rf"|(?P<now>今年|本年度?)(?P<nowedge>{_EDGE})?"
)
_REST = re.compile(rf"(?P<next>次年|翌年)?(?:{_MONTH}|{_DAY.replace('<d>', '<only>')}|(?P<edge>当?{_EDGE}))")
_LINKED = re.compile(_LINK)

_Days = tuple[datetime.date, datetime.date]


def periods(folded: Folded, this_year: int | None = None) -> tuple[Period, ...]:
    """The dated periods of a text, in order, without overlap.

    The first end of each names its year ("今年" where ``this_year`` is given); the second end of a range may
    leave out what the first one said: "2026年11月2日9:00至12月18日17:00". "每年3月1日至4月15日" names no year
    and is none. Days that no calendar has (2月30日) are passed over.
    """
    return tuple(_periods(folded.text, this_year))


def _periods(text: str, this_year: int | None) -> Iterator[Period]:
    place = 0
    while match := _FULL.search(text, place):
        place = match.end()
        days = _days(match, this_year)
        if days is None:
            continue
        daily = days[0] == days[1]
        link = _LINKED.match(text, place)
        other = link and (_FULL.match(text, link.end()) or _REST.match(text, link.end()))
        until = _until(other, days[0], this_year) if other else None
        if other and until and until >= days[0]:
            place = other.end()
            yield Period(match.start(), place, days[0], until, ranged=True, daily=daily)
        else:
            yield Period(match.start(), place, *days, daily=daily)


def _days(match: re.Match[str], this_year: int | None) -> _Days | None:
    if match["iy"]:
        return _within(int(match["iy"]), match["im"], match["id"])
    if match["now"]:
        return _within(this_year, edge=match["nowedge"]) if this_year else None
    year = number(match["y"])
    if match["q"]:
        quarter = number(match["q"]) or 1
        return _months(year, 3 * quarter - 2, 3 * quarter)
    if match["half"]:
        return _months(year, 1, 6) if match["half"] == "上" else _months(year, 7, 12)
    return _within(year, match["m"], match["d"], match["third"], match["edge"])


def _until(match: re.Match[str], first: datetime.date, this_year: int | None) -> datetime.date | None:
    """The last day of the second end of a range that begins on ``first``."""
    if match.re is _FULL:
        days = _days(match, this_year)
        return days and days[1]
    year = first.year + bool(match["next"])
    if match["only"]:
        days = _within(year, str(first.month), match["only"])
    else:
        days = _within(year, match["m"], match["d"], match["third"], match["edge"])
        if days and days[1] < first and match["m"]:
            days = _within(year + 1, match["m"], match["d"], match["third"])
    return days and days[1]


def _within(
    year: int | None,
    month: str | None = None,
    day: str | None = None,
    third: str | None = None,
    edge: str | None = None,
) -> _Days | None:
    if month is None:
        return _months(year, *((1, 12) if not edge else (1, 1) if edge.endswith("初") else (12, 12)))
    days = _months(year, number(month), number(month))
    if days is None:
        return None
    first, last = days
    if day is None:
        ends = {"初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, last.day)}.get(third or "")
        return (first.replace(day=ends[0]), first.replace(day=ends[1])) if ends else days
    value = number(day) or 0
    return (first.replace(day=value),) * 2 if 1 <= value <= last.day else None


def _months(year: int | None, first: int | None, last: int | None) -> _Days | None:
    if not year or not first or not last or first > 12:
        return None
    return datetime.date(year, first, 1), datetime.date(year, last, calendar.monthrange(year, last)[1])


LENGTH = r"(?:[0-9]{1,3}|[一二两三四五六七八九十]{1,3}|半)(?:个?月|个?季度|周?年半?|个?星期|周|天|日)"
"""Pattern of a length of time: "两年", "6个月", "一年半", "90日"."""


def last_day(first: datetime.date, length: str) -> datetime.date | None:
    """The last day of a term of ``length`` (see ``LENGTH``) that begins on ``first``.

    Two years from 2023-06-01 end on 2025-05-31. None where ``length`` is no length or leaves the calendar.
    """
    match = re.fullmatch(r"(.+?)个?(月|季度|周?年半?|星期|周|天|日)", length)
    count = 0.5 if match and match[1] == "半" else number(match[1]) if match else None
    if match is None or not count:
        return None
    unit = match[2]
    try:
        if unit in ("天", "日", "周", "星期"):
            return first + datetime.timedelta(days=int(count * (1 if unit in "天日" else 7)) - 1)
        months = int(count * (1 if unit == "月" else 3 if unit == "季度" else 12)) + 6 * unit.endswith("半")
        year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        day = min(first.day, calendar.monthrange(year, month + 1)[1])
        end = datetime.date(year, month + 1, day)
        return end - datetime.timedelta(days=1) if day == first.day else end
    except (ValueError, OverflowError):
        return None
