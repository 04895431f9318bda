"""The source view: a whole document with marks in it and an outline of its clauses to move in."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from assistant.answer import document_dict
from assistant.page.marks import marked, trimmed
from assistant.page.pieces import badge, clause_label, fact, named, region_badge
from assistant.page.words import Language, region_name, say
from index.records import Document, Part
from index.text import one_line

Span = tuple[int, int]
IN_OUTLINE = ("section", "clause")


def draw_source(document: Document, marks: Sequence[Span], language: Language, original: str = "") -> str:
    """The document; every character outside the folded white space is the source's own. ``original`` is the link to its file, if any."""
    parts = document.parts or (Part(f"{document.id}/", "clause", 0, len(document.text)),)
    clean = merged(marks, len(document.text))
    outline = "".join(_outline_item(part, number, document, clean) for number, part in enumerate(parts) if part.kind in IN_OUTLINE)
    body = "".join(_part(part, number, document, clean) for number, part in enumerate(parts))
    moves = ""
    if len(clean) > 1:
        moves = (
            f'<div class="moves"><span>{escape(say("marks_count", language, n=len(clean)))}</span>'
            f'<button type="button" data-mark="-1">{escape(say("previous_mark", language))}</button>'
            f'<button type="button" data-mark="1">{escape(say("next_mark", language))}</button></div>'
        )
    return (
        f'<header><div class="named"><h2 id="source-title" tabindex="-1">{named(document.title, language)}</h2>'
        f'<div class="badges">{region_badge(document.region, language)}{badge(document.status, language)}</div></div>'
        f'<button type="button" class="close" data-close>{escape(say("close", language))}</button></header>'
        f"{_facts(document, language)}{original}{moves}"
        f'<div class="sheet"><details class="outline"><summary>{escape(say("outline", language))}</summary>'
        f'<nav aria-label="{escape(say("outline", language))}"><ol lang="zh-CN">{outline}</ol></nav></details>'
        f'<div class="text" lang="zh-CN" tabindex="0" role="region" aria-labelledby="source-title">{body}</div></div>'
    )


def original_link(source: str, page: int | None, language: Language) -> str:
    """Opens the file that a document was read from, a PDF at its ``page``."""
    told = say("original_page", language, page=page) if page else say("original", language)
    address = f"page/original?{urlencode({'source': source})}{f'#page={page}' if page else ''}"
    return f'<p class="original"><a href="{escape(address)}" target="_blank" rel="noopener">{escape(told)}</a></p>'


def merged(marks: Sequence[Span], length: int) -> list[Span]:
    """The marks inside the text, in order, without overlap."""
    out: list[Span] = []
    for start, end in sorted((max(0, a), min(b, length)) for a, b in marks):
        if start >= end:
            continue
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _facts(document: Document, language: Language) -> str:
    told = document_dict(document)
    told["region"] = told["region"] and region_name(told["region"], language)
    facts = [(key, told[key]) for key in ("number", "issuer", "region", "issued")]
    rows = "".join(
        f"<div><dt>{escape(say(key, language))}</dt><dd>{fact(value, language, own=key in ('number', 'issuer'))}</dd></div>"
        for key, value in facts
    )
    edition = f" · {escape(say('version_n', language, n=document.version))}" if document.version else ""
    place = (
        f'<div class="fact-source"><dt>{escape(say("source", language))}</dt><dd class="path">{escape(document.source)}{edition}</dd></div>'
    )
    return f'<dl class="facts">{rows}{place}</dl>'


def _outline_item(part: Part, number: int, document: Document, marks: Sequence[Span]) -> str:
    name = clause_label(part.number, part.heading)
    if not name:
        name = one_line(document.text[part.start : part.end].strip())[:24] + "……"
    here = any(part.start < end and start < part.end for start, end in marks)
    look = f"{part.kind} here" if here else part.kind
    return f'<li class="{look}"><button type="button" data-part="{number}">{escape(name)}</button></li>'


def _part(part: Part, number: int, document: Document, marks: Sequence[Span]) -> str:
    whole = trimmed(document.text, (part.start, part.end))
    if whole[0] >= whole[1]:
        return ""
    inside = [(max(a, part.start), min(b, part.end), 0) for a, b in marks if a < part.end and b > part.start]
    if inside:
        whole = (min(whole[0], inside[0][0]), max(whole[1], inside[-1][1]))
    return f'<div class="part {part.kind}" id="part-{number}" tabindex="-1">{marked(document.text, whole, inside)}</div>'
