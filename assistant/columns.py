"""The columns of a comparison: which kinds of fact get one, and the words of a quote that fill it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from assistant.evidence import VALUE_KINDS, Kind, asked, kinds_of_figure
from index.figures import figures
from index.records import Quote
from index.text import one_line

SUMS: frozenset[Kind] = frozenset({"percent", "money"})  # "补多少" is answered by either
COLUMNS: tuple[tuple[str, frozenset[Kind]], ...] = (
    ("column_percent", frozenset({"percent"})),
    ("column_money", frozenset({"money"})),
    ("column_period", frozenset({"duration", "date"})),
    ("column_count", frozenset({"count"})),
)
_SUPPORT = re.compile(
    r"补|奖|扶持|支持|资助|贴息|优惠|给多少|保费|费率|\b(?:support|subsid|reward|grant|incentive|pays?\b|paid|money|funding)", re.I
)
_MORE = re.compile(
    r"(?:谁|哪[个家里边]?)[一-龥]{0,8}(?:高|多|低|少|大|划算|优惠)|[更最](?:高|多|低|少|大|优惠|划算)|"
    r"\b(?:pays? (?:more|the most|better)|higher|highest|cheaper|cheapest|lower|lowest|most generous|more generous)\b",
    re.I,
)
_BOUND = re.compile(
    r"(?:(?:每|单)一?(?:家企业|个企业|个项目|[户家个仓人票件项次场])(?:企业)?(?:每年度?|全年|一年|年度)?)?(?:累计|合计)?"
    r"(?:最高|最多|至多|不超过|上限为?|不高于|不低于|不少于)(?:可?达|为)?\Z"
)
_SHARE = re.compile(r"全额|全部由|全免|免收|免费|减半|各承担一半|一半")
_LEAST_BEFORE = re.compile(r"(?:达到?|超过|满|不低于|不少于|不足|至少|高于|大于)\Z")
_BUT = re.compile(r"(?:不超过|不高于|不低于\d+%)\Z")
_BEHIND = re.compile(r"(?:[（(]含[)）])?(?:及其?)?(?:以上|以下|以内的企业|及以上)")


def compared(question: str) -> frozenset[Kind]:
    """The kinds of value that a comparison asks for; "谁的补贴高" asks for sums."""
    kinds = asked(question) & VALUE_KINDS
    if kinds & SUMS or (not kinds and _MORE.search(question) and _SUPPORT.search(question)):
        return kinds | SUMS
    return kinds


def of_support(question: str) -> bool:
    """The question compares what is paid, whatever else it asks for."""
    return bool(_SUPPORT.search(question))


def filled(quote: Quote, kinds: Collection[Kind]) -> str:
    """The figures of these kinds in the quote, each with the word that makes it a limit (最高3万元); empty for none.

    A share that is told in words (全额) counts as one. A figure that only says for whom (出口额600万美元以上) is left out
    where the quote grants something else.
    """
    text = quote.document.text
    wanted = [span for span in figures(text, quote.start, quote.end) if _column(span.of(text)) & set(kinds)]
    granted = [span for span in wanted if not _only_for_whom(text[quote.start : span.start], text[span.end : quote.end])]
    in_words = [m[0] for m in _SHARE.finditer(one_line(quote.text))] if SUMS & set(kinds) else []
    told = in_words if "percent" in kinds else []
    for span in granted or ([] if in_words else wanted):
        bound = _BOUND.search(text[quote.start : span.start])
        told.append(one_line(text[span.start - len(bound[0]) if bound else span.start : span.end]))
    return "；".join(dict.fromkeys(told))


def _column(figure: str) -> frozenset[Kind]:
    """The kinds of the one column that a figure belongs to: 4个工作日 is a period and no count."""
    kinds = kinds_of_figure(figure)
    return next((of_kind for _, of_kind in COLUMNS if of_kind & kinds), frozenset())


def _only_for_whom(before: str, behind: str) -> bool:
    least = _LEAST_BEFORE.search(before) and not _BUT.search(before)
    return bool(least or _BEHIND.match(behind))
