"""Parts → sentences: the spans that are searched and quoted."""

from __future__ import annotations

import re
from itertools import pairwise

from index.blocks import blocks
from index.headings import heading
from index.marks import STOP
from index.numbering import marker
from index.records import Document, Part, Span

MIN_LENGTH = 6  # code points; shorter pieces join the one before

_END = re.compile(rf"(?:[！？!?；;]|\.(?=\s|$)|{STOP})[”’」』）)\]】]*")
_ITEM = re.compile(r"(?<=[。；;：:])\s*(?=[（(][一二三四五六七八九十\d]{1,3}[）)]|[①-⑳]|[一二三四五六七八九十]是)")


def sentences(document: Document) -> list[tuple[Part, Span]]:
    """Every sentence of the document with the part that it stands in, in order, without overlap.

    A sentence ends at 。！？；, at the end of a paragraph (not of a hard-wrapped line), and on both sides of
    a bracket or line that names the responsible units. Number and heading of a clause are context, not
    sentences, unless the clause has nothing else.
    """
    paragraphs = [Span(b.start, b.end) for b in blocks(document.text)]
    found: list[tuple[Part, Span]] = []
    at = 0
    for part in document.parts:
        inside: list[Span] = []
        while at < len(paragraphs) and paragraphs[at].start < part.end:
            inside.append(Span(max(paragraphs[at].start, part.start), min(paragraphs[at].end, part.end)))
            if paragraphs[at].end > part.end:
                break
            at += 1
        found += [(part, span) for span in _of_part(document.text, part, inside)]
    return found


def _of_part(text: str, part: Part, paragraphs: list[Span]) -> list[Span]:
    if paragraphs and part.kind in ("title", "signature", "number", "addressees"):
        return [Span(paragraphs[0].start, paragraphs[-1].end)]
    body: list[Span] = []
    for n, paragraph in enumerate(paragraphs):
        start = paragraph.start
        if n == 0 and part.kind in ("clause", "section"):
            start = _behind_heading(text, part, paragraph, len(paragraphs) > 1)
        for piece in _around_responsible(Span(start, paragraph.end), part):
            body += of_paragraph(text, piece)
    if not body and paragraphs:
        return [Span(paragraphs[0].start, paragraphs[-1].end)]
    return body


def _behind_heading(text: str, part: Part, paragraph: Span, more: bool) -> int:
    line = paragraph.of(text)
    found = marker(line)
    behind = found.length if found else 0
    if part.heading:
        at = line.find(part.heading, behind)
        if at >= 0 and at <= behind + 2:
            behind = at + len(part.heading)
        else:
            behind += heading(line[behind:], more)[1]
        while behind < len(line) and line[behind] in "。：:.．】〕）)* \t\u3000\r\n":
            behind += 1
    return paragraph.start + behind


def _around_responsible(span: Span, part: Part) -> list[Span]:
    pieces: list[Span] = []
    start = span.start
    for named in part.responsible_spans:
        if named.start >= start and named.end <= span.end:
            pieces += [Span(start, named.start), named]
            start = named.end
    return [*pieces, Span(start, span.end)]


def of_paragraph(text: str, span: Span) -> list[Span]:
    """The sentences of a paragraph; blanks at the edges are left out, and pieces without a word."""
    if text[span.start : span.start + 1] in ("（", "(") and span.end - span.start < 400 and "。" not in span.of(text)[:-1]:
        return _trimmed(text, span.start, span.end)
    piece = span.of(text)
    edges = sorted({0, len(piece)} | {m.end() for m in _END.finditer(piece)} | {m.end() for m in _ITEM.finditer(piece)})
    cut: list[Span] = []
    for start, end in pairwise(edges):
        for one in _trimmed(text, span.start + start, span.start + end):
            if cut and one.end - one.start < MIN_LENGTH:
                cut[-1] = Span(cut[-1].start, one.end)
            else:
                cut.append(one)
    return cut


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    span = Span(start, end).trimmed(text)
    return [span] if re.search(r"\w", span.of(text)) else []
