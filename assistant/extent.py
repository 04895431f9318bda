"""How far a quote must reach to be understood: a list with its lead, a row of a table with its heading row. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from index.records import Quote, Span

LONGEST = 700  # characters of a quote that was extended
_ITEM = r"(?:[（(][一二三四五六七八九十\d]{1,3}[)）]|[①-⑳]|\d{1,2}(?:[.．](?!\d)|[、)）])|[一二三四五六七八九十]{1,2}(?:是|、)|[-•·●]\s)"
_LEAD = re.compile(
    rf"[^。；;！？\n]*(?:[：:]|(?:下列|以下|如下)[^。\n]{{0,12}}。|[两三四五六七八九十]条。)(?=\s*{_ITEM})|\A[^。；;\n]{{2,40}}(?=\n\s*{_ITEM})"
)
_NEXT = re.compile(rf"(?:(?<=[。；;：:，,])\s*|\n\s*)(?={_ITEM})")
_STOP = re.compile(r"[。；;]|\n\s*\n")
_ANNOUNCES = re.compile(r"下表|附表|(?:下列|以下)(?:标准|表格)")
_CELLS = re.compile(r"\S(?:\t| {2,}|\s*\|\s*|\u3000{1,})(?=\S)")
_MANY = re.compile(
    r"哪些|哪几|什么(?:材料|条件|情形|手续|内容)|条件|材料|包括|what (?:documents|conditions|are)|which (?:documents|conditions)", re.I
)


def extended(quote: Quote, question: str) -> Quote:
    """The quote with the items that it leads in, with the whole list where the question asks for one, or with the heading row.

    Stays inside the part; never longer than ``LONGEST`` unless it was.
    """
    for found in (_list(quote, question), _table(quote), _announced(quote)):
        if found and found.start <= quote.start and quote.end <= found.end:
            return replace(quote, start=found.start, end=found.end)
    return quote


def _list(quote: Quote, question: str) -> Span | None:
    wanted = bool(_MANY.search(question))
    for lead, ends in _lists(quote):
        if lead.start <= quote.start and quote.end <= lead.end:  # the lead itself: as many items as there is room for
            end = max((e for e in ends if e - quote.start <= LONGEST), default=quote.end)
            return Span(quote.start, end)
        if wanted and lead.end <= quote.start and quote.end <= ends[-1] and ends[-1] - lead.start <= LONGEST:
            return Span(lead.start, ends[-1])
    return None


def _lists(quote: Quote) -> Iterator[tuple[Span, list[int]]]:
    """The lists of the part: the lead, and where each item ends."""
    begin = quote.part.start
    for lead, ends in _lists_of(quote.document.text[begin : quote.part.end]):
        yield Span(begin + lead.start, begin + lead.end), [begin + end for end in ends]


@lru_cache(maxsize=1024)
def _lists_of(text: str) -> tuple[tuple[Span, tuple[int, ...]], ...]:
    found = []
    leads = list(_LEAD.finditer(text))
    for n, lead in enumerate(leads):
        stop = leads[n + 1].start() if n + 1 < len(leads) and not re.match(_ITEM, leads[n + 1][0].strip()) else len(text)
        starts = [lead.end(), *(m.end() for m in _NEXT.finditer(text, lead.end() + 1, stop))]
        ends = [*starts[1:], _last(text, starts[-1], stop)]
        begin = Span(lead.start(), lead.end()).trimmed(text).start
        found.append((Span(begin, lead.end()), tuple(len(text[:end].rstrip()) for end in ends)))
    return tuple(found)


def _last(text: str, start: int, stop: int) -> int:
    found = _STOP.search(text, start, stop)
    return found.end() if found else stop


def _table(quote: Quote) -> Span | None:
    """From the heading row to the row; from the heading row over the whole table where that is the quote."""
    text, part = quote.document.text, quote.part
    rows = [Span(part.start + m.start(), part.start + m.end()) for m in re.finditer(r"[^\n]+", text[part.start : part.end])]
    at = next((n for n, row in enumerate(rows) if row.start <= quote.start and quote.end <= row.end), None)
    if at is None or not _cells(rows[at].of(text)):
        return None
    first, last = at, at
    while first > 0 and _cells(rows[first - 1].of(text)):
        first -= 1
    while last + 1 < len(rows) and _cells(rows[last + 1].of(text)):
        last += 1
    if last == first or re.search(r"\d", re.sub(r"[（(].*?[)）]", "", rows[first].of(text))):
        return None  # no heading row
    end = rows[last].end if at == first else max(rows[at].end, quote.end)
    if end - rows[first].start > LONGEST:
        return None
    return Span(rows[first].start, end).trimmed(text)


def _announced(quote: Quote) -> Span | None:
    """The sentence that announces a table (按下表) with the table behind it."""
    if not _ANNOUNCES.search(quote.text):
        return None
    text, end = quote.document.text, None
    for line in re.finditer(r"[^\n]+", text[quote.end : quote.part.end]):
        if line[0].strip() and not _cells(line[0]):
            break
        end = quote.end + line.end() if line[0].strip() else end
    return Span(quote.start, end) if end and end - quote.start <= LONGEST else None


def _cells(line: str) -> bool:
    return bool(_CELLS.search(line.strip())) and "。" not in line
