"""The body of a notice → preamble, sections and clauses.

Four makes, tried in this order: questions and answers; articles (第X条); an outline of numbered rows; no
numbers at all, where short lines head the clauses or every paragraph is one.
"""

from __future__ import annotations

import re

from index.drafts import Sheet
from index.headings import heading
from index.numbering import HAN_DIGITS
from index.outline import Node, divides, lists_clauses, numbered, outline

MAX_HEAD = 40  # code points of a line that heads a clause without a number

_ANNOUNCES = re.compile(
    r"(?:[：:]|如下[。.：:]?|以下(?:意见|措施|办法|政策)[。.：:]?)$|现(?:印发|予以?印发|转发|公布|予以)|请(?:认真|遵照|结合实际|贯彻)"
)
_CLOSES = re.compile(
    r"(?:本|以上|上述)(?:意见|办法|措施|通知|方案|公告|细则|政策|规定|指南|举措|政策措施|若干措施|若干政策)(?:自|由|执行|有效)"
    r"|各(?:地区?|部门|单位|县|市|区|级)[^。]{0,20}(?:要|应)"
)
_NUMBERED = rf"第?[{HAN_DIGITS}\d]+[条款项章]"
_AMENDS = re.compile(
    rf"(?:[将把对]|《|(?=第))[^，。：]{{0,40}}{_NUMBERED}[^。]{{0,80}}(?:修改|改为|合并|删[去除])|(?:删[去除]|增加){_NUMBERED}"
)


def body(sheet: Sheet, begin: int, end: int, covering: bool) -> None:
    """Draft the rows ``[begin, end)``; ``covering`` tells that they are a letter over another text."""
    nodes = numbered(sheet, begin, end)
    questions = [node for node in nodes if node.style == "question"]
    if len(questions) >= 2:
        _questions(sheet, begin, questions, end)
    elif sum(node.style == "article" for node in nodes) >= 2:
        _articles(sheet, begin, end)
    elif covering and not _measures(sheet, begin, end):
        for n in range(begin, end):
            sheet.loose(n, "preamble")
    elif roots := outline(sheet, begin, end):
        _outlined(sheet, begin, roots, end)
    else:
        _unnumbered(sheet, begin, end)


def _measures(sheet: Sheet, begin: int, end: int) -> bool:
    """True where a covering letter states measures of its own: numbered paragraphs with headings, or that amend a rule."""
    roots = outline(sheet, begin, end)
    if any(_AMENDS.match(sheet.rows[node.first].rest) for node in roots):
        return True
    return sum(heading(sheet.rows[node.first].rest, node.last > node.first + 1)[0] is not None for node in roots) >= 2


# bodies with numbers


def _questions(sheet: Sheet, begin: int, questions: list[Node], end: int) -> None:
    for n in range(begin, questions[0].first):
        sheet.loose(n, "preamble")
    for node, following in zip(questions, [*questions[1:], None], strict=True):
        asked = re.split(r"答\s?[：:]", sheet.rows[node.first].rest)[0].strip()
        sheet.add("clause", node.first, number=node.marker.text or None, heading=asked or None)
        _closing_rows(sheet, node.first + 1, following.first if following else end)


def _articles(sheet: Sheet, begin: int, end: int) -> None:
    """第X条 are the clauses; chapters and the numbered lines right above an article are sections."""
    section: str | None = None
    started = False
    for n in range(begin, end):
        row = sheet.rows[n]
        below = sheet.rows[n + 1].marker if n + 1 < end else None
        heads = below is not None and below.style in ("article", "chapter") and row.look == "bare"
        if row.marker and row.marker.style == "article":
            name = re.match(r"[【（(]([^】）)]{2,20})[】）)]\s*(?=\S)", row.rest)
            sheet.add("clause", n, number=row.marker.text, heading=name[1] if name else None, section=section)
            started = True
        elif row.marker and (row.marker.style == "chapter" or (heads and row.marker.style in ("han", "han_paren"))):
            section = _section(sheet, n, None)
            started = True
        elif not started:
            sheet.loose(n, "preamble")
        elif row.look in ("closing", "contact", "remark"):
            sheet.loose(n, "note")


def _outlined(sheet: Sheet, begin: int, roots: list[Node], end: int) -> None:
    for n in range(begin, roots[0].first):
        if not _subsection(sheet, n, end):
            sheet.loose(n, "preamble")
    section: str | None = None
    for n, node in enumerate(roots):
        above = node.first - 1
        if above >= begin and _subsection(sheet, above, end) and (n == 0 or roots[n - 1].style != "chapter"):
            section = sheet.rows[above].flat
        if node.style == "chapter":
            section = _section(sheet, node.first, None)
            if n + 1 == len(roots) or roots[n + 1].style == "chapter":
                for text in range(node.first + 1, node.last):  # a chapter without numbered clauses
                    sheet.add("clause", text, section=section)
        elif lists_clauses(sheet, node):
            _bullets(sheet, node, _section(sheet, node.first, section))
        elif divides(sheet, node):
            _children(sheet, node, _section(sheet, node.first, section), end)
        else:
            _clause(sheet, node, section)


def _section(sheet: Sheet, n: int, section: str | None) -> str:
    """Draft the row as a section inside ``section``; gives its line."""
    row = sheet.rows[n]
    name, _ = heading(row.rest, True)
    sheet.add("section", n, number=row.marker.text if row.marker else None, heading=name or row.rest.strip() or None, section=section)
    return row.flat


def _children(sheet: Sheet, node: Node, section: str, end: int) -> None:
    inner = section
    for child in node.children:
        above = child.first - 1
        if above > node.first and _subsection(sheet, above, end):
            inner = sheet.rows[above].flat
            sheet.add("section", above, heading=inner, section=section)
        if child.style == "decimal" and divides(sheet, child):
            _children(sheet, child, _section(sheet, child.first, inner), end)
        else:
            _clause(sheet, child, inner)


def _bullets(sheet: Sheet, node: Node, section: str) -> None:
    for n in range(node.first + 1, node.last):
        if sheet.rows[n].look == "remark":
            sheet.add("note", n)
        else:
            sheet.add("clause", n, heading=heading(sheet.rows[n].flat, False)[0], section=section)


def _subsection(sheet: Sheet, n: int, end: int) -> bool:
    """A short unnumbered line right above a numbered one."""
    row = sheet.rows[n]
    return row.look == "bare" and row.marker is None and n + 1 < end and sheet.rows[n + 1].marker is not None


def _clause(sheet: Sheet, node: Node, section: str | None) -> None:
    name, _ = heading(sheet.rows[node.first].rest, node.last > node.first + 1)
    sheet.add("clause", node.first, number=node.marker.text, heading=name, section=section)
    _closing_rows(sheet, node.first + 1, node.last)


def _closing_rows(sheet: Sheet, begin: int, end: int) -> None:
    """Rows behind a clause that are no part of it: 特此公告, a contact, the last general paragraph."""
    for n in range(begin, end):
        row = sheet.rows[n]
        if row.look in ("closing", "contact", "remark"):
            sheet.loose(n, "note")
        elif n > begin and row.marker is None and _CLOSES.match(row.flat) and _is_last(sheet, n, end):
            sheet.add("closing", n)


def _is_last(sheet: Sheet, n: int, end: int) -> bool:
    """Nothing but remarks and no clause follows, and a blank line or a line of units sets the row apart."""
    if any(r.look != "remark" for r in sheet.rows[n + 1 : end]) or any(r.marker for r in sheet.rows[end:] if r.look != "web"):
        return False
    return sheet.rows[n].block.gap or sheet.rows[n - 1].look in ("responsible", "remark")


# bodies without numbers


def _unnumbered(sheet: Sheet, begin: int, end: int) -> None:
    heads = [n for n in range(begin, end) if _heads_text(sheet, n, end)]
    if len(heads) >= 2:
        _headed(sheet, begin, heads, end)
        return
    n = begin
    if n < end and sheet.rows[n].look == "paragraph" and _ANNOUNCES.search(sheet.rows[n].flat):
        sheet.add("preamble", n)
        n += 1
    texts = (n for n in range(len(sheet.rows) - 1, -1, -1) if sheet.rows[n].look in ("paragraph", "responsible"))
    last = next(texts, -1)
    while n < end:
        n = _group(sheet, n, end, last)


def _heads_text(sheet: Sheet, n: int, end: int) -> bool:
    row = sheet.rows[n]
    if row.look not in ("bare", "title", "label", "addressees") or n + 1 >= end or len(row.flat) > MAX_HEAD:
        return False
    return sheet.rows[n + 1].look in ("paragraph", "bare", "title", "responsible")


def _headed(sheet: Sheet, begin: int, heads: list[int], end: int) -> None:
    """Short lines without numbers head the clauses; one right above another is a section."""
    for n in range(begin, heads[0]):
        sheet.loose(n, "preamble")
    section: str | None = None
    for n, following in zip(heads, [*heads[1:], None], strict=True):
        line = sheet.rows[n].flat
        if following == n + 1:
            section = line
            sheet.add("section", n, heading=line.rstrip("：:"))
        else:
            sheet.add("clause", n, heading=line.rstrip("：:"), section=section)
            _closing_rows(sheet, n + 1, following or end)


def _group(sheet: Sheet, n: int, end: int, last: int) -> int:
    """Paragraphs and the lines of units behind them: they belong together where the text leaves no doubt.

    Where several paragraphs stand before the lines, each may belong to each. ``last`` is the last row that
    states anything. Gives the row behind the group.
    """
    texts: list[int] = []
    while n < end and sheet.rows[n].look != "responsible":
        if sheet.rows[n].look in ("paragraph", "table", "bare", "title", "addressees", "label"):
            texts.append(n)
        else:
            _paragraphs(sheet, texts, None, last)
            texts = []
            sheet.loose(n, "note")
        n += 1
    lines = n
    while n < end and sheet.rows[n].look == "responsible":
        n += 1
    if len(texts) == 1 and lines < n:
        sheet.add("clause", texts[0])
        return n
    _paragraphs(sheet, texts, tuple(row.flat for row in sheet.rows[lines:n]) or None, last)
    for line in range(lines, n):
        sheet.add("note", line)
    return n


def _paragraphs(sheet: Sheet, texts: list[int], candidates: tuple[str, ...] | None, last: int) -> None:
    for n in texts:
        row = sheet.rows[n]
        if n >= last and not candidates and _CLOSES.match(row.flat) and "自" not in row.flat[:12]:
            sheet.add("closing", n)
        elif row.look != "table" or not sheet.drafts or sheet.drafts[-1].kind != "clause":
            sheet.add("clause", n, candidates=candidates)
