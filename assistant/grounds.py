"""Does a text say nothing but what the quotes that it cites say? Pure; built to refuse when in doubt.

Every number with its unit, every date, every place, office, document and quoted phrase of a sentence must occur
in a quote cited by that sentence, or in what the document states around it. Ways of writing do not matter:
百分之五十 = 50% = ５０％ = 五成, 5万元 = 50000元, 2023年6月30日 = 2023-06-30 = June 30, 2023.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

from assistant.places import Gazetteer
from index.dates import number
from index.text import plain

SHARED = 0.5  # of the pairs of characters of a Chinese sentence, the share that its quotes or the question must hold

_Value = tuple[Decimal, str]
_Day = tuple[int | None, int | None, int | None]

_CITED = re.compile(r"\[(\d{1,2})\]")
_RUN = re.compile(r"(?:\s*\[\d{1,2}\])+")
_SENTENCE = re.compile(r"(?:[^。！？!?；;\n.]|\.(?!\s|$|\[))*(?:[。！？!?；;\n.]|$)(?:\s*\[\d{1,2}\])*")
_MARKUP = re.compile(r"[<>`#|~\\^{}]|\]\(|!\[|\[(?!\d{1,2}\])|https?:|www\.|\w@\w|(?:^|\s)>|[\x00-\x08\x0b-\x1f]")
_NEGATED = re.compile(r"[不未没无非勿禁免否]|\b(?:no|not|never|without|none|cannot)\b|n't\b", re.I)

# numbers
_ONE = "零〇○一二两三四五六七八九十百千"
_NO_NUMBER = re.compile(
    r"第?一(?:般|定|律|些|起|次性|方面|直|旦|并|体化?|致|时|样|切|站式|线|带一路|网通办|窗|批|系列|种|个|是|单|企)|统一|唯一|进一步|单一|万一|之一|同一|专一|逐一|"
    r"十分(?=[^之])|千方百计|百货|三方|第三(?:方|国)|两用|两(?:国|岸|地|者|端|会)|二手|四(?:川|至)|九江|六安|五金|五(?:险|矿)|七夕|八方|双(?:方|向)|百强|千万(?=要|别)"
)
_UNITS = (
    "个百分点 个工作日 个自然日 个月 个季度 个小时 个年度 个标准展位 个标准箱 个标箱 个展位 工作日 自然日 百分点 小时 分钟 周年 季度 年度 月 年 天 日 周 "
    "亿美元 万美元 美元 美金 欧元 日元 港元 港币 英镑 元人民币 人民币 元 平方米 平方公里 公里 吨 公斤 千克 标准箱 标箱 标准展位 展位 人次 批次 班次 航次 场次 "
    "家 户 名 人 位 条 款 项 件 次 起 场 班 列 架 艘 辆 台 套 批 票 单 笔 箱 柜 类 期 届 所 座 处 份 级 折 倍 股 档 种 个 号"
)
_SAME_UNIT = {
    "自然日": "日",
    "天": "日",
    "美金": "美元",
    "元人民币": "元",
    "人民币": "元",
    "港币": "港元",
    "周年": "年",
    "年度": "年",
    "款": "条",
}
_ENGLISH_UNITS = {
    "working days": "工作日", "working day": "工作日", "business days": "工作日", "business day": "工作日", "days": "日", "day": "日",
    "months": "月", "month": "月", "years": "年", "year": "年", "hours": "小时", "hour": "小时", "weeks": "周", "week": "周",
    "yuan": "元", "rmb": "元", "cny": "元", "us dollars": "美元", "dollars": "美元", "usd": "美元", "percentage points": "百分点",
    "percent": "%", "per cent": "%",
}  # fmt: skip
_UNIT = "|".join(sorted(_UNITS.split(), key=len, reverse=True))
_WORDS = "|".join(sorted(_ENGLISH_UNITS, key=len, reverse=True))
_DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
_NUMBER = re.compile(
    rf"(?P<of>[百千万])分之(?P<share>{_DIGITS}|[{_ONE}点]+)"
    rf"|(?P<tenths>[{_ONE}]|\d)成(?P<half>半)?(?![立为功本果交员长都品熟套型绩效])"
    rf"|(?P<mark>第|[(（])?(?P<n>{_DIGITS}|[{_ONE}]+)\s*(?P<scale>(?:thousand|million|billion)\b|[十百千万亿]*)\s*[余多几]?"
    rf"(?:(?P<sign>[%‰])|(?P<unit>{_UNIT})|(?P<word>{_WORDS})\b)?",
    re.I,
)
_RANGE = re.compile(r"\s*(?:[-~—–～至到]+|to)\s*", re.I)
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000, "thousand": 1000, "million": 10**6, "billion": 10**9}
_SHARES = {"一半": "50%", "半数": "50%", "全额": "100%", "全部报销": "100%", "全免": "100%", "百分百": "100%"}
_COUNTED = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = dict(zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True))
_ENGLISH_NUMBER = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})(?:[-\s](?P<ones>{'|'.join(_COUNTED[1:10])}))?|(?P<small>{'|'.join(_COUNTED)}))\b", re.I
)
_VAGUE = re.compile(
    r"\b(?:hundreds?|dozens?|double[ds]?|triple[ds]?|twice|half|halves|halved|thirds|quarters)\b|翻[一两]?番|翻倍|减半|数[十百千万]", re.I
)

# dates
_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
_MONTH = "|".join(rf"{m}|{m[:3]}\.?" for m in _MONTHS)
_Y = r"(?:(?:19|20)\d\d|[一二][〇○零九][〇○零一二三四五六七八九]{2})"
_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_DATE = re.compile(
    rf"(?P<y>{_Y})\s*年(?:度)?(?:\s*(?P<m>{_N})\s*月份?(?:\s*(?P<d>{_N})\s*[日号])?)?"
    rf"|(?<!\d)(?P<iy>(?:19|20)\d\d)[-./](?P<im>\d{{1,2}})[-./](?P<id>\d{{1,2}})(?!\d)"
    rf"|(?<![\d个第{_ONE}])(?P<om>{_N})\s*月(?:份|\s*(?P<od>{_N})\s*[日号])?"
    rf"|\b(?P<em>{_MONTH})\s+(?:(?P<ed>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+))?(?P<ey>(?:19|20)\d\d)\b"
    rf"|\b(?P<gd>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<gm>{_MONTH})(?:\s+(?P<gy>(?:19|20)\d\d))?\b"
    rf"|\b(?P<hm>{_MONTH})\s+(?P<hd>\d{{1,2}})(?:st|nd|rd|th)?\b"
    rf"|\b(?:in|by|of|during|until|since|from|through|for)\s+(?:the end of\s+)?(?P<wy>(?:19|20)\d\d)\b(?!\s*(?:{_WORDS}))",
    re.I,
)

# names
_NOT_AN_OFFICE = re.compile(
    r"全部|内部|外部|东部|西部|中部|南部|北部|部[分门署件委]|[布格结大全]局(?![长])|局部|局面|部?署名|签署|[主承申举协代经通网即快兴创开督补交包速严]办|办[理法事公完结展]|委[托派任]|"
    r"(?<![一-龥])公司|中心城|为中心|上市公司|外贸公司|贵公司|您公司|分公司(?=的)"
)
_OFFICE = re.compile(
    r"委员会|管委会|政府|办公厅|办公室|总局|分局|支局|局|厅|部|署|海关|银行|分行|支行|营管部|中心|公司|集团|协会|学会|商会|联合会|促进会|工会|法院|检察院|"
    r"研究院|大学|学院|办事处|领导小组|工作组|专班|委|办(?!公)|信保|机构|平台|交易所|基金|保税区|综保区|开发区|自贸区|自贸试验区"
)
_BOUND = re.compile(
    r"(?:^|[\W_]|由|和|及|与|或|向|到|至|是|归|为|请|找|经|报|对|等|会同|联系|牵头|负责|在|按|据|依据|根据|通过|把|将|给|的|各|当地|有关|相关|单位有|部门有|包括|还有|以及)$"
)
_ENGLISH_OFFICE = re.compile(
    r"\b(?:Ministry|Bureau|Commission|Administration|Department|Office|Customs|Bank|Committee|Council|Authority|Agency|Corporation|Sinosure|Government|Centre|Center)\b"
)
_TITLE = re.compile(r"《[^》]*》?|“[^”]*”?|「[^」]*」?|『[^』]*』?|\"[^\"]*\"?")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]+(?:[-&][A-Za-z0-9]+)*")
_CAPITALS = re.compile(r"(?<![.!?:\]]\s)(?<!^)(?<![\w*])[A-Z][A-Za-z]+")
_ALLOWED = frozenset(
    ["rmb", "cny", "usd", "us", "yuan", "article", "clause", "document", "notice", "chinese", "section", "item", "no"]
) | set(_MONTHS)


class Unfounded(Exception):
    """Why a text is not held by the quotes that it cites; the message is fixed and repeats nothing of the text."""


@dataclass(frozen=True)
class Grounds:
    """A quote: its words, and what its document states around it (title, number, region, clause number, units)."""

    text: str
    around: tuple[str, ...] = ()
    region: str | None = None

    @cached_property
    def whole(self) -> str:
        return _folded("\n".join((self.text, *self.around)))


def check(text: str, quotes: Sequence[Grounds], question: str = "") -> None:
    """Raises Unfounded unless every sentence of ``text`` cites quotes by [n], from 1, that hold what it says."""
    if _MARKUP.search(text):
        raise Unfounded("markup or a link")
    for sentence in (m[0].strip() for m in _SENTENCE.finditer(text)):
        for piece, cited in _pieces(sentence):
            if not all(1 <= n <= len(quotes) for n in cited):
                raise Unfounded("a quote that does not exist")
            if not cited and not _says_nothing(piece):
                raise Unfounded("a statement without a quote")
            if cited:
                _check(piece, [quotes[n - 1] for n in dict.fromkeys(cited)], question)


def _pieces(sentence: str) -> list[tuple[str, list[int]]]:
    """A sentence cut behind each run of [n]: what is said, and the quotes that stand behind it."""
    runs = list(_RUN.finditer(sentence))
    if len(runs) == 1:
        return [(_CITED.sub("", sentence), [int(n) for n in _CITED.findall(sentence)])]
    pieces, at = [], 0
    for run in runs:
        pieces.append((sentence[at : run.start()], [int(n) for n in _CITED.findall(run[0])]))
        at = run.end()
    return [*pieces, (sentence[at:], [])]


def _says_nothing(piece: str) -> bool:
    """True for signs alone, and for a short line that leads in what follows: 规定如下："""
    words = re.sub(r"[\W_]+", "", piece)
    leads_in = piece.rstrip().endswith(("：", ":")) and len(words) <= 12 and not values(piece) and not _OFFICE.search(piece)
    return not words or leads_in


def _check(piece: str, quotes: Sequence[Grounds], question: str) -> None:
    """Raises Unfounded unless ``piece`` is held by the quotes together."""
    said = _folded(piece)
    held = "\n".join(q.whole for q in quotes)
    compact = re.sub(r"\s", "", held)
    for title in _TITLE.findall(said):
        if re.sub(r"[\s《》“”「」『』\"]", "", title) not in compact:
            raise Unfounded("a title or quoted words that are not in the quote")
    days = dates(held)
    if any(not _known(day, days) for day in dates(said)):
        raise Unfounded("a date that is not in the quote")
    numbers = values(held)
    bare = {value for value, _ in numbers}
    if any(one not in numbers if one[1] else one[0] not in bare for one in values(said)):
        raise Unfounded("a number that is not in the quote")
    if _VAGUE.search(re.sub("|".join(_SHARES), "", said)) and not all(m[0] in held for m in _VAGUE.finditer(said)):
        raise Unfounded("a number that is not in the quote")
    _check_names(said, held, [q.region for q in quotes if q.region])
    if _NEGATED.search(said) and not _NEGATED.search(held):
        raise Unfounded("a negation that is not in the quote")
    if _shared(said, held + plain(question)) < SHARED:
        raise Unfounded("words that are not in the quote")


def _check_names(said: str, held: str, regions: Sequence[str]) -> None:
    places = _gazetteer(tuple(sorted(set(regions))))
    known = {place.name for place in places.find(held)} | set(regions)
    for place in places.find(said):
        if place.name not in known and said[place.start : place.end] not in held:
            raise Unfounded("a place that is not in the quote")
    han = _NOT_AN_OFFICE.sub(lambda m: "\0" * len(m[0]), said)
    for office in _OFFICE.finditer(han):
        start = office.start()
        if said[start : office.end()] not in held:
            raise Unfounded("an office that is not in the quote")
        while start > 0 and said[start - 1 : office.end()] in held:
            start -= 1
        before = said[:start]
        if not _BOUND.search(before) and not before.endswith(tuple(known)) and not _bounded(said[start : office.end()], office[0]):
            raise Unfounded("an office that is not in the quote")
    if re.search(r"[一-龥]", said):
        latin = {word.lower() for word in _LATIN.findall(said)}
        if any(word not in held.lower() and word not in _ALLOWED for word in latin):
            raise Unfounded("a name that is not in the quote")
        return
    cities = {said[p.start : p.end].lower() for p in places.find(said)}
    names = [m[0] for m in _CAPITALS.finditer(said)] + _ENGLISH_OFFICE.findall(said)
    if any(n.lower() not in _ALLOWED and n not in held and not any(n.lower() in city for city in cities) for n in names):
        raise Unfounded("a name that is not in the quote")


@lru_cache(16)
def _gazetteer(regions: tuple[str, ...]) -> Gazetteer:
    return Gazetteer(regions)


def _bounded(found: str, suffix: str) -> bool:
    """The longest stretch shared with the quote reaches into the words before the name, so the whole name is in it."""
    return bool(re.search(r"[、，。：；\s（(由和及与]", found[: -len(suffix)]))


def _shared(said: str, held: str) -> float:
    """The share of the pairs of neighbouring Chinese characters that ``held`` has too; 1 where there are none."""
    pairs = [run[i : i + 2] for run in re.findall(r"[一-龥]{2,}", _NUMBER.sub(" ", said)) for i in range(len(run) - 1)]
    return sum(pair in held for pair in pairs) / len(pairs) if pairs else 1.0


def _folded(text: str) -> str:
    """One way of writing: simplified, half-width, no bold marks, number words of English as digits."""
    text = plain(text).replace("**", "")
    text = re.sub(r"(?<=[一-龥\d])\s+(?=[一-龥%])|(?<=[一-龥])\s+(?=\d)", "", text)
    for word, figure in _SHARES.items():
        text = text.replace(word, figure)
    return _ENGLISH_NUMBER.sub(_digits, text)


def _digits(found: re.Match[str]) -> str:
    if found["small"]:
        small = _COUNTED.index(found["small"].lower())
        following = found.string[found.end() :].lstrip(" -").lower()
        counts = following.startswith((*_ENGLISH_UNITS, "thousand", "million", "billion", "hundred"))
        return str(small) if small != 1 or counts else found[0]
    return str(_TENS[found["tens"].lower()] + (_COUNTED.index(found["ones"].lower()) if found["ones"] else 0))


def values(text: str) -> set[_Value]:
    """The numbers of ``text`` without its dates, each with its unit ("" where it has none that is known)."""
    text = _NO_NUMBER.sub(lambda m: "\0" * len(m[0]), _DATE.sub(lambda m: "\0" * len(m[0]), _folded(text)))
    found: list[tuple[Decimal, str, int, int]] = []
    for m in _NUMBER.finditer(text):
        value, unit = _value(m)
        if value is None or _is_word(m, unit):
            continue
        if unit and found and not found[-1][1] and _RANGE.fullmatch(text, found[-1][3], m.start()):
            scale = _scale(m["scale"] or "") if found[-1][0] < value else 1
            found[-1] = (found[-1][0] * scale, unit, *found[-1][2:])
        found.append((value, unit, m.start(), m.end()))
    return {(value, unit) for value, unit, _, _ in found}


def _value(m: re.Match[str]) -> tuple[Decimal | None, str]:
    if m["of"]:
        share = _parsed(m["share"])
        return (share * 100 / _scale(m["of"]) if share is not None else None), "%"
    if m["tenths"]:
        tenths = _parsed(m["tenths"])
        return (tenths * 10 + (5 if m["half"] else 0) if tenths is not None else None), "%"
    value = _parsed(m["n"])
    unit = m["sign"] or (_ENGLISH_UNITS[re.sub(r"\s+", " ", m["word"].lower())] if m["word"] else (m["unit"] or ""))
    if value is None:
        return None, unit
    if m["mark"] == "第":
        return value, ""
    value *= _scale(m["scale"] or "")
    if unit.startswith(("万", "亿")):
        value, unit = value * _scale(unit[0]), unit[1:]
    if unit == "‰":
        value, unit = value / 10, "%"
    if unit != "个":
        unit = unit.removeprefix("个")
    return value, _SAME_UNIT.get(unit, unit)


def _is_word(m: re.Match[str], unit: str) -> bool:
    """A single Chinese numeral that counts nothing: part of a word."""
    alone = bool(m["n"]) and len(m["n"]) == 1 and m["n"] in _ONE and not m["scale"]
    return alone and not m["mark"] and (not unit or unit == "个")


def _parsed(text: str) -> Decimal | None:
    """A number in digits or in Chinese, 三点五 too."""
    text = text.replace(",", "")
    if re.fullmatch(r"[\d.]+", text):
        return Decimal(text)
    whole, _, rest = text.partition("点")
    first = number(whole.replace("○", "〇")) if whole else None
    if first is None:
        return None
    after = "".join(str(n) for c in rest if (n := number(c)) is not None)
    return Decimal(f"{first}.{after}") if after else Decimal(first)


def _scale(text: str) -> int:
    if text.lower() in _SCALES:
        return _SCALES[text.lower()]
    scale = 1
    for sign in text:
        scale *= _SCALES[sign]
    return scale


def dates(text: str) -> list[_Day]:
    """The days, months and years that ``text`` names; the second end of a range takes the year of the first."""
    found: list[_Day] = []
    year, end = None, -1
    for m in _DATE.finditer(_folded(text)):
        day = _day(m)
        if day[0] is None and year is not None and _RANGE.fullmatch(m.string, end, m.start()):
            found.append(day)
            day = (year, *day[1:])
        found.append(day)
        year, end = day[0] or year, m.end()
    return found


def _day(m: re.Match[str]) -> _Day:
    for y, month, d in (("y", "m", "d"), ("iy", "im", "id"), ("ey", "em", "ed"), ("gy", "gm", "gd")):
        if m[y] or m[month]:
            return _whole(m[y]), _month(m[month]), _whole(m[d])
    if m["om"]:
        return None, _month(m["om"]), _whole(m["od"])
    if m["hm"]:
        return None, _month(m["hm"]), _whole(m["hd"])
    return _whole(m["wy"]), None, None


def _whole(text: str | None) -> int | None:
    return number(text.replace("○", "〇")) if text else None


def _month(text: str | None) -> int | None:
    if text and text[0].isascii() and text[0].isalpha():
        return next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(text.lower().rstrip(".")[:3]))
    return _whole(text)


def _known(day: _Day, days: Sequence[_Day]) -> bool:
    """Every part that ``day`` names is the same in one of ``days``."""
    return any(all(one is None or one == other for one, other in zip(day, there, strict=True)) for there in days)
