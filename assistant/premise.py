"""What a question takes for granted against what the clause says: figures, units in charge, adoption. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.figures import figures
from index.records import Part, Quote
from index.text import one_line, plain

_DIGITS = {c: str(n) for n, c in enumerate("零一二三四五六七八九十")} | {"〇": "0", "两": "2", "俩": "2"}
_CLAIM = re.compile(
    r"(\d+(?:\.\d+)?)\s*(%|亿美元|万美元|亿元|万元|美元|元|万|亿|家|个工作日|工作日|天|日|个月|年|小时|人|辆|箱|个百分点|个)"
)
_SHARES = {"一半": "50%", "半数": "50%", "全额": "100%", "全部报销": "100%", "百分之百": "100%", "全报": "100%", "全免": "100%"}
_MEASURE = r"(?:万|亿)?(?:美元|元|家|个工作日|工作日|天|日|个月|年|小时|人|辆|箱|个)|%"
_RANGE = re.compile(rf"(\d+(?:\.\d+)?)(?:{_MEASURE})?\s*(?:至|到|-|—|–|~)\s*(\d+(?:\.\d+)?)\s*({_MEASURE})")
_AT_LEAST = re.compile(
    rf"(\d+(?:\.\d+)?)\s*({_MEASURE})(?:及以上|以上|起)|(?:不少于|不低于|至少|(?<!不)超过)\s*(\d+(?:\.\d+)?)\s*({_MEASURE})"
)
# The rate that held before: 由50%提高到65%.
_FORMER = re.compile(r"[由从自].+?(?:提高|上调|调整|增加|降低|降|下调|压减|压缩|缩短|延长|扩大)[到至为]", re.S)
_OFFICE = re.compile(r"[一-龥]{1,8}?(?:部|局|委|厅|署|海关|银行|办|总署|总局|委员会)")
# In front of a figure: it is the asker's own turnover, size or plan.
_OWN = re.compile(
    r"(?:出口|进口|进出口|投资|业务|营业|销售|交易|贸易|合同|注册|实缴)(?:总?额|资本)|面积|我们|我司|公司|我去年|卖了|做了|员工|租了|只有|已经有|欠|单子|订单|年(?:出口|进口|进出口)|(?:出口|进口)(?:了|过|约|大概|差不多|才|到)?\Z"
)


@dataclass(frozen=True, slots=True)
class Correction:
    """The question says ``claimed``; the clause says ``stated`` (verbatim)."""

    claimed: str
    stated: str


def normal(text: str) -> str:
    """Figures of a question in one way of writing: 百分之五十 and 五成 → 50%, １００ → 100."""
    text = plain(text)
    text = re.sub(r"百分之([一二三四五六七八九十百零\d.]+)", lambda m: f"{_number(m[1])}%", text)
    text = re.sub(
        r"([一二两三四五六七八九])成(?!立|为|功|本|果|交|员|长|都|品|熟|套|型|绩|效)(半)?",
        lambda m: f"{_DIGITS[m[1]]}{'5' if m[2] else '0'}%",
        text,
    )
    for word, figure in _SHARES.items():
        text = text.replace(word, figure)
    return text


def _number(text: str) -> str:
    if re.fullmatch(r"[\d.]+", text):
        return text
    if text == "百":
        return "100"
    tens, _, ones = text.partition("十")
    if "十" in text:
        return str(int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0")))
    return "".join(_DIGITS.get(c, c) for c in text)


def claims(question: str) -> list[tuple[str, str]]:
    """The figures that a question ascribes to the text, as (number, unit); what the asker says of himself is none."""
    text = normal(question)
    return [(m[1], m[2]) for m in _CLAIM.finditer(text) if not _OWN.search(text[: m.start()][-9:])]


def holds_figures(text: str, said: Sequence[tuple[str, str]]) -> bool:
    """True where the text holds all the figures, as (number, unit)."""
    there = normal(text)
    return all(_holds(there, number, unit) for number, unit in said)


def figure_correction(question: str, quote: Quote, around: str) -> Correction | None:
    """A figure of the question that the clause contradicts: same unit, other number, the asked one nowhere in it."""
    claimed = claims(question)
    if not claimed:
        return None
    known = normal(around)
    text = quote.document.text
    spans = [s for s in figures(text, quote.start, quote.end) if not _FORMER.match(text[max(quote.start, s.start - 1) : s.end + 6])]
    said = [(span.of(text), normal(span.of(text))) for span in spans]
    bounds = [bound for span in spans for bound in _bounds(normal(text[max(quote.start, span.start - 4) : span.end + 2]))]
    for number, unit in claimed:
        if any(low <= float(number) <= high and unit[-1] == of for low, high, of in bounds):
            continue  # 40家 contradicts neither 35至49家 nor 20家以上
        if _holds(known, number, unit) or re.fullmatch(r"20[0-4]\d", number):
            continue
        for printed, figure in said:
            other = re.search(r"(\d+(?:\.\d+)?)", figure)
            if other and (_other_currency(unit, figure) if other[1] == number else _same_unit(unit, figure)):
                return Correction(f"{number}{unit}", printed)
        if unit == "%" and re.search(r"全额|全免|100%", one_line(quote.text)):
            word = re.search(r"全额|全免", quote.text)
            return Correction(f"{number}{unit}", word[0]) if word and number != "100" else None
    return None


def _bounds(text: str) -> list[tuple[float, float, str]]:
    """The ranges of a figure with what stands around it: (least, most, last letter of the unit)."""
    found = [(float(m[1]), float(m[2]), m[3][-1]) for m in _RANGE.finditer(text)]
    return found + [(float(m[1] or m[3]), math.inf, (m[2] or m[4])[-1]) for m in _AT_LEAST.finditer(text)]


def _holds(text: str, number: str, unit: str) -> bool:
    # the currency is part of the claim: 30万元 is not 30万美元
    written = re.escape(unit[0]) + (
        "(?!美)" if unit.endswith("元") and "美" not in unit else "美" if unit.endswith("美元") and len(unit) > 2 else ""
    )
    return re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])\s*{written}", text) is not None


def _other_currency(unit: str, figure: str) -> bool:
    """30万美元 where the text says 30万元, or the other way round."""
    return unit.endswith("元") and "元" in figure and ("美" in unit) != ("美" in figure)


def _same_unit(unit: str, figure: str) -> bool:
    if unit == "%":
        return "%" in figure or "成" in figure
    if unit[-1] in "元万亿":
        return "元" in figure or figure.endswith(("万", "亿"))
    return unit[-1] in figure


def unit_correction(question: str, part: Part) -> Correction | None:
    """An office that the question takes to be in charge while the clause names others."""
    if not part.responsible or not re.search(r"负责|牵头|主管|管的?吧|归", question):
        return None
    text = plain(question)
    known = "、".join(part.responsible)
    for office in _OFFICE.findall(re.sub(r"国办|国务院办公厅|哪个?部门?|哪些?部门?|什么部门|责任部门", "", text)):
        name = re.sub(r"^.*?(?:由|是|归|和|与|让|的)", "", office)
        if len(name) >= 3 and name not in known and not any(name.endswith(u) or u.endswith(name) for u in part.responsible):
            return Correction(name, known)
    return None


def takes_adoption_for_granted(question: str) -> bool:
    """The question treats a text as adopted and in force."""
    return bool(
        re.search(
            r"正式(?:印发|施行|实施|发布|执行)|已经?(?:印发|生效|施行|实施|执行|出台)|起施行|开始执行|哪天起执行|生效了|already (?:in force|adopted)|took effect",
            plain(question),
            re.I,
        )
    )


def whole_text(quotes: Sequence[Quote]) -> str:
    """The clauses of the quotes, each once."""
    spans = dict.fromkeys((q.document.id, q.part.start, q.part.end) for q in quotes)
    texts = {q.document.id: q.document.text for q in quotes}
    return "\n".join(texts[d][s:e] for d, s, e in spans)
