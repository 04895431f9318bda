"""Document text → parts: title, number, addressees, preamble, sections, clauses, closing, signature …

A notice is one segment or several (a covering letter and what it forwards). Each segment has a head
(title, 文号, addressees), a body (preamble, sections and clauses) and a tail (signature, contact, notes).
The parts tile the text: each begins where the one before ends.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from index.body import body
from index.drafts import Draft, Sheet
from index.head import head
from index.headings import heading
from index.records import Part, PartKind, Span
from index.rows import Row, rows
from index.tail import body_end, tail
from index.tasks import Task, tasks
from index.units import responsibility_spans, units

_CHAPTER = re.compile(r"(?:第?[一二三四五六七八九十百\d]+(?:章|节|编|部分|[、.．])|[（(][一二三四五六七八九十]+[)）])")


def split(document_id: str, text: str) -> tuple[Part, ...]:
    """Cut ``text`` into its parts; they tile it, in order. Never raises on any text."""
    sheet = Sheet(text, rows(text))
    at = 0
    while at < len(sheet.rows):
        at = _segment(sheet, at)
    if not sheet.drafts:
        return (Part(f"{document_id}/note", "note", 0, len(text)),)
    sheet.drafts[0].start = 0
    ends = [*(draft.start for draft in sheet.drafts[1:]), len(text)]
    listed = tasks(sheet.rows)
    parts: list[Part] = []
    seen: Counter[str] = Counter()
    for draft, end in zip(sheet.drafts, ends, strict=True):
        label = _label(draft)
        seen[label] += 1
        suffix = f"~{seen[label]}" if seen[label] > 1 else ""
        parts.append(_part(f"{document_id}/{label}{suffix}", sheet, draft, end, listed))
    return tuple(parts)


def part_at(document_id: str, kind: PartKind, lines: Sequence[Row], section: str | None) -> Part:
    """A part of a kind that a person named, which begins with the first of ``lines`` and holds them: its number and heading are read."""
    first = lines[0]
    draft = Draft(kind, first.block.outer, section=section)
    if kind in ("clause", "section"):
        draft.number = first.marker.text or None if first.marker else None
        draft.heading = heading(first.rest, kind == "section" or len(lines) > 1)[0]
    label = _label(draft)
    return Part(f"{document_id}/{label}", kind, draft.start, lines[-1].block.end, draft.number, draft.heading, section)


def in_charge(text: str, start: int, end: int, ends: Sequence[int]) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """The single units in charge that a passage names and where it names them; ``ends`` are the ends of the paragraphs."""
    spans = tuple(responsibility_spans(text, start, end, ends))
    return tuple(dict.fromkeys(unit for span in spans for unit in units(span.of(text)))), spans


def _segment(sheet: Sheet, begin: int) -> int:
    """Draft one text with its head and tail; gives the row behind it."""
    at = head(sheet, begin)
    end = body_end(sheet, at)
    if end > at:
        body(sheet, at, end, covering=sheet.forwards(end))
    at = tail(sheet, end)
    if at == begin:
        sheet.add("note", at)
        at += 1
    return at


def _part(part_id: str, sheet: Sheet, draft: Draft, end: int, listed: dict[str, Task]) -> Part:
    spans: tuple[Span, ...] = ()
    names: tuple[str, ...] = ()
    candidates = draft.candidates
    if draft.kind == "clause":
        names, spans = in_charge(sheet.text, draft.start, end, sheet.ends)
        task = listed.get(draft.heading or "")
        if task and not names:
            if task.number and draft.number and task.number == re.sub(r"\D", "", draft.number):
                names, spans = task.units, (task.span,)
            else:
                candidates = (task.line,)
    return Part(
        id=part_id,
        kind=draft.kind,
        start=draft.start,
        end=end,
        number=draft.number,
        heading=draft.heading,
        section=draft.section,
        responsible=names or None,
        responsible_candidates=candidates,
        responsible_spans=spans,
    )


def _label(draft: Draft) -> str:
    """A readable id inside the document: 二、（六）, 第三条, preamble."""
    if draft.kind != "clause":
        return draft.kind
    chapter = _CHAPTER.match(draft.section or "")
    prefix = chapter[0] if chapter and draft.number and "条" not in draft.number else ""
    return prefix + (draft.number or "clause")
