"""The clauses of a document in the tab 文件: their tree, where each can be corrected and opened, and what was corrected. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from urllib.parse import urlencode

from assistant.collection import Correction, Version
from assistant.collection.clauses import places
from assistant.page.documents_words import told
from assistant.page.pieces import clause_label
from assistant.page.words import Language
from index.records import Document, Part
from index.text import one_line

PARTS = 400  # parts of a clause tree that are listed
PARAGRAPHS = 60  # paragraphs of one part at which a clause can be begun
SHOWN = 60  # characters of a paragraph that tell which it is
_LISTED = ("section", "clause")


def draw_tree(
    document: Document,
    corrections: Sequence[Correction],
    language: Language,
    *,
    edits: bool,
    opens: bool = False,
    version: Version | None = None,
    pages: bool = False,
) -> str:
    """Sections, the clauses under them, and with ``edits`` the other paragraphs and what was corrected, each with a way to correct it.

    With ``opens`` a clause opens in the source view, with ``pages`` the original of ``version`` at its page.
    """
    parts = [part for part in document.parts if part.kind in _LISTED]
    others = [part for part in document.parts if part.kind not in _LISTED and document.text[part.start : part.end].strip()] if edits else []
    if not parts and not others:
        return ""
    fixed = {one.start for one in corrections if one.holds}

    def branches(listed: Sequence[Part]) -> str:
        rows = "".join(_branch(part, document, language, fixed, edits, opens, version if pages else None) for part in listed[:PARTS])
        rest = told("more_parts", language, n=len(listed) - PARTS)
        return f'<ul lang="zh-CN">{rows}</ul>' + (f'<p class="muted">{escape(rest)}</p>' if len(listed) > PARTS else "")

    clauses = sum(part.kind == "clause" for part in parts)
    hint = f'<p class="muted">{escape(told("clauses_hint", language))}</p>' if edits else ""
    aside = ""
    if others:
        name = escape(told("others", language, n=len(others)))
        aside = f'<details class="doc-others"{"" if parts else " open"}><summary>{name}</summary>{branches(others)}</details>'
    return (
        f'<div data-doc-tree><details class="doc-tree" open><summary>{escape(told("clauses", language, n=clauses))}</summary>'
        f"{hint}{branches(parts)}{aside}</details>{draw_corrections(corrections, language, edits)}</div>"
    )


def _branch(part: Part, document: Document, language: Language, fixed: set[int], edits: bool, opens: bool, version: Version | None) -> str:
    body = one_line(document.text[part.start : part.end].strip())
    name = clause_label(part.number, part.heading) if part.kind == "clause" else body[:80]
    if not name or name == (part.number or ""):
        name = _short(body, 40)
    units = f'<span class="muted">（{escape("、".join(part.responsible))}）</span>' if part.responsible else ""
    label = escape(name)
    if opens:
        label = f'<button type="button" data-source="{escape(document.source)}" data-marks="{part.start}-{part.end}">{label}</button>'
    mark = f' <span class="badge plain">{escape(told("corrected", language))}</span>' if part.start in fixed else ""
    tools = ""
    page = version.page_at(part.start) if version else None
    if version and page:
        tools += draw_page(version.source, page, name, language)
    if edits:
        say = escape(told("edit_clause", language, name=name))
        tools += (
            f'<button type="button" class="act doc-edit" data-doc="edit" data-at="{part.start}" aria-expanded="false" '
            f'aria-label="{say}">{escape(told("edit", language))}</button>'
        )
    return f'<li class="{part.kind}"><div class="doc-branch"><span>{label}{units}{mark}</span>{tools}</div></li>'


def draw_page(source: str, page: int, name: str, language: Language) -> str:
    """Opens the original, a PDF, at a page."""
    address = f"page/original?{urlencode({'source': source})}#page={page}"
    return (
        f'<a class="doc-page" href="{escape(address)}" target="_blank" rel="noopener" '
        f'aria-label="{escape(told("page_of", language, n=page, name=name))}">{escape(told("page", language, n=page))}</a>'
    )


def draw_corrections(corrections: Sequence[Correction], language: Language, edits: bool) -> str:
    """What was corrected of the clauses, by place; what the text no longer bears out says so."""
    if not corrections:
        return ""
    rows = ""
    for start, here in groupby(corrections, lambda one: one.start):
        listed = list(here)
        what = ("；" if language == "zh" else "; ").join(_what(one, language) for one in listed)
        words = escape(_short(listed[0].words, SHOWN))
        back = ""
        if edits:
            label = escape(told("undo_clause", language, words=_short(listed[0].words, 20)))
            back = f'<button type="button" class="act" data-doc="undo" data-at="{start}" aria-label="{label}">{escape(told("undo", language))}</button>'
        rows += f'<li><span><span lang="zh-CN">“{words}”</span> <strong>{escape(what)}</strong></span>{back}</li>'
    heading = escape(told("clause_corrections", language))
    return f'<section class="doc-corrections"><h4>{heading}</h4><ul>{rows}</ul></section>'


def _what(one: Correction, language: Language) -> str:
    """One correction in words."""
    if one.name == "kind":
        key = "did_join" if one.value is None else "did_begin" if one.value == "clause" else "did_kind"
        said = told(key, language, kind=one.value)
    else:
        said = told(f"did_{one.name}", language, value=one.value or told("not_stated", language))
    return said if one.holds else said + told("lapsed", language)


def draw_editor(document: Document, start: int, language: Language) -> str:
    """What can be corrected at the part that begins at ``start``: its number, heading and units, and where it begins and ends.

    ``document`` is the document with what was corrected. Nothing where no part begins there.
    """

    def word(key: str, **values: object) -> str:
        return escape(told(key, language, **values))

    part = next((part for part in document.parts if part.start == start), None)
    if part is None:
        return ""
    boxes = ""
    if part.kind == "clause":
        held = {"number": part.number, "heading": part.heading, "responsible": "、".join(part.responsible or ()) or None}
        boxes = "".join(
            f'<label class="doc-fact part-{name}"><span>{word(f"part_{name}")}</span><input type="text" name="{name}" lang="zh-CN" '
            f'value="{escape(one_line(value or ""))}" data-read="{escape(one_line(value or ""))}" placeholder="{word("not_stated")}" '
            f'maxlength="500" autocomplete="off"></label>'
            for name, value in held.items()
        )
        boxes = (
            f'<div class="doc-boxes">{boxes}</div><p class="muted">{word("part_hint")}</p>'
            f'<div class="acts"><button type="submit" class="button primary">{word("save_part")}</button></div>'
        )
    join = f'<button type="button" class="act" data-doc="join">{word("join")}</button>' if start > 0 else ""
    inside = [(at, words) for at, words in places(document.text).items() if start <= at < part.end]
    begins = "".join(
        f'<li><button type="button" class="act" data-doc="begin" data-at="{at}" aria-label="{word("begin_at", words=_short(words, 20))}">'
        f'{word("begin")}</button> <span lang="zh-CN">{escape(_short(words, SHOWN))}</span></li>'
        for at, words in inside[:PARAGRAPHS]
        if at != start or part.kind not in _LISTED
    )
    begins = f'<p class="muted">{word("begin_hint")}</p><ul class="doc-begins">{begins}</ul>' if begins else ""
    return (
        f'<form class="doc-part" data-doc-part data-at="{start}">{boxes}<div data-doc-part-failed></div>{begins}'
        f'<div class="acts">{join}<button type="button" class="quiet" data-doc="close">{word("close")}</button></div></form>'
    )


def _short(text: str, most: int) -> str:
    return f"{text[:most]}……" if len(text) > most else text
