"""责任单位: the units that a bracket or a line names as responsible, split into single ones."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from index.marks import LINE_ENDS, ORG_SUFFIX, closing_bracket, one_line
from index.records import Span

_LABEL = re.compile(
    r"\s*(?:责任领导|主要责任|责任|牵头责任|牵头|主办|主责|配合|协办|协同|协助|参与|参加|实施|落实|承办|组织|负责|主管)"
    r"(?:单位|部门|机构|处室|科室)?(?:及(?:配合|责任)(?:单位|部门))?\s*[：:]"
)
_FULL_STOP = re.compile("。")
_LINE_STOP = re.compile(rf"[{LINE_ENDS}。]")
_LINE_START = re.compile(rf"[{LINE_ENDS}。 　\t*>]")
_BRACKET_END = re.compile(rf"[{LINE_ENDS}。. 　]")
_LABEL_GAP = re.compile(rf"\s+(?={_LABEL.pattern})")
_DUTY = re.compile(
    r"(?:牵头|按照?职责分工|分别|共同|具体|按职责|根据职责|等|协同|配合|参与|推进|落实)*(?:牵头|负责|配合|落实|实施|推进|参与|等)$"
)
_ALIAS = re.compile(r"[（(](?:以下|下同|下称|简称)[^（()）]*[)）]")
_UNIT = re.compile(
    rf"[一-龥A-Za-z（）()〔〕“”·]{{1,40}}(?:{ORG_SUFFIX}|单位|部门|机构|企业|院|会|行|校|社|站|所|区|县|市|口岸办|信保|"
    r"海关|公安|税务|外汇局|团市委|团省委|集团|高新区|开发区|成员单位)"
)
_STRICT_UNIT = re.compile(rf"[一-龥（）()〔〕]{{1,30}}(?:{ORG_SUFFIX}|院|信保|团市委|团省委)")


def responsibility_line(line: str) -> bool:
    """True where the whole ``line`` names units: 责任单位：…, or one bracket that does."""
    if _LABEL.match(line):
        return len(line) <= 600
    if line[:1] in "（(":
        close = closing_bracket(line, 0)
        return close is not None and line[close + 1 :].strip("。. ") == "" and _names_units(line[1:close])
    return False


def responsibility_spans(text: str, start: int, end: int, ends: Sequence[int] = ()) -> Iterator[Span]:
    """The brackets and lines inside ``text[start:end]`` that name units in charge, in order.

    A bracket counts where it carries a label (责任单位：) or a duty (负责, 牵头), or where it closes a
    sentence and holds nothing but names of offices. A line goes to the end of its paragraph where ``ends``
    (rising) gives the ends of the paragraphs, else to the end of the printed line.
    """
    end = start + len(text[start:end].rstrip())
    at = start
    while at < end:
        if text[at] in "（(":
            close = closing_bracket(text, at)
            if close is not None and close < end and _names_bracket(text, start, at, close, end):
                yield Span(at, close + 1)
                at = close
        elif not text[at].isspace() and (at == start or _LINE_START.match(text, at - 1)) and _LABEL.match(text, at, end):
            finish = _line_end(text, at, end, ends)
            yield Span(at, at + len(text[at:finish].rstrip()))
            at = finish
        at += 1


def _line_end(text: str, at: int, end: int, ends: Sequence[int]) -> int:
    following = bisect_right(ends, at)
    limit = min(end, ends[following]) if following < len(ends) else end
    stop = (_FULL_STOP if following < len(ends) else _LINE_STOP).search(text, at, limit)
    return stop.start() if stop else limit


def _names_bracket(text: str, start: int, at: int, close: int, end: int) -> bool:
    """True where the bracket at ``[at, close]`` of a part ``[start, end)`` names the units in charge."""
    inside = one_line(text[at + 1 : close])
    if _LABEL.match(inside):
        return True
    closes = close + 1 >= end or _BRACKET_END.match(text, close + 1) is not None
    before = at - 1
    while before >= start and text[before].isspace():
        before -= 1
    return closes and (before < start or text[before] in "。；.!！") and _names_units(inside)


def units(text: str) -> tuple[str, ...]:
    """The single units that a responsibility bracket or line names, in order, each once.

    "（市商务局牵头，市财政局、各区县（自治县）政府按职责分工负责）" gives three. Labels, duties (牵头, 负责) and
    "（以下统称…）" are left out, nested brackets of a name stay.
    """
    body = one_line(text.strip().strip("。."))
    if body[:1] in "（(" and closing_bracket(body, 0) == len(body) - 1:
        body = body[1:-1]
    body = _LABEL_GAP.sub("；", _ALIAS.sub("", body))
    found: list[str] = []
    for piece in _split_outside_brackets(body, "；;"):
        for name in _split_outside_brackets(_LABEL.sub("", piece, count=1), "、，,。"):
            for unit in _split_words(_DUTY.sub("", _LABEL.sub("", name.strip(), count=1)).strip()):
                unit = unit.removeprefix("由").strip(" 　：:")
                if unit and unit not in found:
                    found.append(unit)
    return tuple(found)


def _split_words(name: str) -> list[str]:
    """Split at blanks and at 和/及/与 that stand between two names."""
    parts = re.split(r"\s+", name)
    if len(parts) > 1 and not all(_UNIT.fullmatch(p) for p in parts if p):
        parts = ["".join(parts)]
    result: list[str] = []
    for part in parts:
        split = re.match(r"(.+?)(?:和|及|与|以及)(.+)$", part)
        if split and _UNIT.fullmatch(split[1]) and _UNIT.fullmatch(split[2]):
            result += [split[1], *_split_words(split[2])]
        else:
            result.append(part)
    return result


def _names_units(inside: str) -> bool:
    if _LABEL.match(inside):
        return True
    names = [n for n in re.split(r"[、，,；;\s]+", inside) if n]
    if not names:
        return False
    if re.search(r"(?:负责|牵头|配合)$", inside.rstrip()):
        return bool(re.search(rf"{ORG_SUFFIX}|政府|部门|单位|地区", inside))
    return all(_STRICT_UNIT.fullmatch(n) for n in names)


def _split_outside_brackets(text: str, separators: str) -> list[str]:
    pieces, depth, begin = [], 0, 0
    for i, char in enumerate(text):
        if char in "（(〔":
            depth += 1
        elif char in "）)〕":
            depth = max(0, depth - 1)
        elif depth == 0 and char in separators:
            pieces.append(text[begin:i])
            begin = i + 1
    return [p for p in (*pieces, text[begin:]) if p.strip()]
