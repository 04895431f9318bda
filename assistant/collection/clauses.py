"""What a person corrected of the clauses of a document: put on top of what was read. Pure.

A correction stands at the place where a part begins, or should: ``kind`` says what begins there (None: nothing, the passage goes on
with the part before), ``number``, ``heading`` and ``responsible`` what that part is called and who is in charge. The text is never
touched and the parts go on tiling it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from typing import cast, get_args

from index.records import Document, Part, PartKind, Span
from index.rows import rows
from index.split import in_charge, part_at
from index.text import one_line

PART_FIELDS = ("kind", "number", "heading", "responsible")
KINDS: tuple[str, ...] = get_args(PartKind)
_NAMES = re.compile(r"[、，,；;\s]+")
_HEAD = 16  # characters, without blanks, that a paragraph is known by where the rest of it was changed

Changes = Mapping[int, Mapping[str, str | None]]
"""Where a part begins → what was corrected there, by name."""


def recut(document: Document, changes: Changes) -> tuple[Part, ...]:
    """The parts of ``document``, as read, with what was corrected; what does not hold is left out (see ``holds``)."""
    parts = _cut(document, changes)
    for n, part in enumerate(parts):
        for name, value in changes.get(part.start, {}).items():
            if name != "kind" and _stands(document.text, part, name, value):
                parts[n] = part = _named(document.text, part, name, value)
    _resection(document, parts)
    return tuple(parts)


def holds(document: Document, parts: Sequence[Part], start: int, name: str, value: str | None) -> bool:
    """Whether a correction can be made: of the document as read, where ``parts`` are those with all corrections."""
    if name == "kind":
        return (start > 0 if value is None else value in KINDS) and start in places(document.text)
    part = next((part for part in parts if part.start == start), None)
    return part is not None and _stands(document.text, part, name, value)


def read_at(document: Document, start: int, name: str) -> str | None:
    """What was read of ``name`` at a place; None as the kind of a place where no part begins."""
    part = next((part for part in document.parts if part.start == start), None)
    value = getattr(part, name) if part else None
    return "、".join(value) if isinstance(value, tuple) else value


def names_in(value: str) -> tuple[str, ...]:
    """The units that are written in one line, each once."""
    return tuple(dict.fromkeys(name for name in _NAMES.split(value) if name))


def places(text: str) -> dict[int, str]:
    """Where a part may begin: the start of each paragraph → its words, on one line."""
    return {0 if n == 0 else row.block.outer: row.flat for n, row in enumerate(rows(text))}


def moved(old: str, new: str) -> dict[int, int]:
    """Places of the text ``old`` → the same places in ``new``: the paragraph with the same words, else with the same first words.

    A paragraph that stands several times is found where it stands as often in both texts. What is not found is left out.
    """
    before, after = places(old), places(new)
    return _alike(before, after, _HEAD) | _alike(before, after, None)


def _alike(before: Mapping[int, str], after: Mapping[int, str], longest: int | None) -> dict[int, int]:
    sides: list[dict[str, list[int]]] = [{}, {}]
    for side, paragraphs in zip(sides, (before, after), strict=True):
        for start, words in paragraphs.items():
            side.setdefault("".join(words.split())[:longest], []).append(start)
    old, new = sides
    return {a: b for words, there in old.items() if len(there) == len(new.get(words, ())) for a, b in zip(there, new[words], strict=True)}


def _cut(document: Document, changes: Changes) -> list[Part]:
    """The parts between the places where one begins; those of which neither length nor kind was changed are as read."""
    read = {part.start: part for part in document.parts}
    given = {start: of["kind"] for start, of in changes.items() if "kind" in of and of["kind"] != read_at(document, start, "kind")}
    kinds = {start: cast(PartKind | None, kind) for start, kind in given.items() if holds(document, (), start, "kind", kind)}
    if not kinds:
        return list(document.parts)
    text, lines = document.text, rows(document.text)
    ends = [row.block.end for row in lines]
    taken = {part.id for part in document.parts}
    starts = sorted({*read, *kinds} - {start for start, kind in kinds.items() if kind is None})
    parts: list[Part] = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part, kind = read.get(start), kinds.get(start)
        if kind is not None:
            inside = [row for row in lines if start <= row.block.outer < end]
            made = replace(part_at(document.id, kind, inside, _section_at(document, start)), start=start)
            if part is None:
                part = replace(made, id=next(name for name in chain([made.id], (f"{made.id}~{n}" for n in count(2))) if name not in taken))
                taken.add(part.id)
            elif part.number is None and part.heading is None:
                part = replace(made, id=part.id)
        assert part is not None  # each place is one of a part that was read, or has a kind
        if kind is not None or end != part.end:
            part = _charged(replace(part, kind=kind or part.kind, end=end), read.get(start), text, ends)
        parts.append(part)
    return parts


def _charged(part: Part, read: Part | None, text: str, ends: Sequence[int]) -> Part:
    """Who is in charge of a part of another length or kind, read anew; what a table elsewhere says of it stays."""
    if part.kind != "clause":
        return replace(part, responsible=None, responsible_candidates=None, responsible_spans=())
    if read and any(not read.start <= span.start < read.end for span in read.responsible_spans):
        return part
    names, spans = in_charge(text, part.start, part.end, ends)
    candidates = None if names else part.responsible_candidates
    return replace(part, responsible=names or None, responsible_spans=spans, responsible_candidates=candidates)


def _section_at(document: Document, start: int) -> str | None:
    """The section that a clause would stand in that began here: the one of the part that was read here."""
    around = next((part for part in reversed(document.parts) if part.start <= start), None)
    if around is not None and around.kind in ("clause", "section"):
        return around.section if around.kind == "clause" else _line(document.text, around)
    above = next((part for part in reversed(document.parts) if part.start <= start and part.kind == "section"), None)
    return _line(document.text, above) if above else None


def _stands(text: str, part: Part, name: str, value: str | None) -> bool:
    """Whether the text says what the correction says: number and heading inside the part, units anywhere."""
    if value is None:
        return True
    if name == "responsible":
        squeezed = _squeezed(text)
        return part.kind == "clause" and all(unit in squeezed for unit in names_in(value))
    return _squeezed(value) in _squeezed(text[part.start : part.end])


def _named(text: str, part: Part, name: str, value: str | None) -> Part:
    if name == "number":
        return replace(part, number=value)
    if name == "heading":
        return replace(part, heading=value)
    names = names_in(value or "")
    return replace(part, responsible=names or None, responsible_candidates=None, responsible_spans=_evidence(text, part, names))


def _evidence(text: str, part: Part, names: Sequence[str]) -> tuple[Span, ...]:
    """Where the units stand: last in the part, else next behind it, else before it; those on one line in one span."""
    found: list[Span] = []
    for name in names:
        pattern = re.compile(r"\s*".join(map(re.escape, name)))
        inside = [Span(*m.span()) for m in pattern.finditer(text, part.start, part.end)]
        behind = pattern.search(text, part.end)
        before = pattern.search(text)
        one = inside[-1] if inside else Span(*(behind or before).span()) if behind or before else None  # type: ignore[union-attr]
        if one is not None:
            found.append(one)
    merged: list[Span] = []
    for span in sorted(found, key=lambda s: (s.start, s.end)):
        if merged and not re.search(r"[\r\n]", text[merged[-1].end : span.start]):
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def _resection(document: Document, parts: list[Part]) -> None:
    """Clauses below a section that was made, or whose section was unmade, stand in another one now."""
    read = [part.start for part in document.parts if part.kind == "section"]
    above: Part | None = None
    for n, part in enumerate(parts):
        if part.kind == "section":
            above = part
        elif part.kind == "clause":
            before = bisect_right(read, part.start)
            was = read[before - 1] if before else None
            if (above.start if above else None) != was:
                parts[n] = replace(part, section=_line(document.text, above) if above else None)


def _line(text: str, part: Part) -> str:
    return next((row.flat for row in rows(text[part.start : part.end])), "") or one_line(text[part.start : part.end]).strip()


def _squeezed(text: str) -> str:
    return "".join(text.split())
