"""What a person corrected: put on top of what is read, each time it is read. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from assistant.collection.records import FIELDS
from index.readers.reading import iso_day
from index.records import Document, InputError, Part, PartKind
from index.text import one_line
from index.units import responsibility_spans, units

PART_FIELDS = ("kind", "number", "heading")
KINDS: tuple[str, ...] = get_args(PartKind)
LONGEST = 500
OF_DOCUMENT = -1

Corrections = Mapping[tuple[int, str], str | None]
"""(where the part begins in the text, or OF_DOCUMENT; the name of what is corrected) → what it is; None where nothing is stated."""


def checked_facts(facts: Mapping[str, str | None]) -> dict[str, str | None]:
    """Facts of a document as they are kept: blanks at the ends gone, an empty one None. Raises InputError that says what is wrong."""
    kept = _checked(facts, FIELDS)
    day = kept.get("issued")
    if day is not None:
        kept["issued"] = iso_day(day) if re.fullmatch(r"[\d年月日\-/.\s]+", day) else None
        if kept["issued"] is None:
            raise InputError(f"日期应写成 YYYY-MM-DD，不是 {day!r}", f"a date is written YYYY-MM-DD, not {day!r}")
    return kept


def checked_part(changes: Mapping[str, str | None], part: Part, text: str) -> dict[str, str | None]:
    """Changes of a part as they are kept; number and heading must stand in it. Raises InputError that says what is wrong."""
    kept = _checked(changes, PART_FIELDS)
    if "kind" in kept and kept["kind"] not in KINDS:
        raise InputError(
            f"没有这一类：{kept['kind'] or '（空）'}；可选：{'、'.join(KINDS)}",
            f"no such kind: {kept['kind']!r}; choose from {', '.join(KINDS)}",
        )
    inside = _squeezed(text[part.start : part.end])
    for name in ("number", "heading"):
        value = kept.get(name)
        if value is not None and _squeezed(value) not in inside:
            raise InputError(f"这一条里没有“{value}”，请照原文写", f"{value!r} does not stand in this part; write it as it is printed")
    return kept


def corrected(document: Document, corrections: Corrections) -> Document:
    """``document`` with what was corrected; a correction of a part that no longer begins there is left out."""
    facts: dict[str, Any] = {name: value for (start, name), value in corrections.items() if start == OF_DOCUMENT}
    changed: dict[int, dict[str, Any]] = {}
    for (start, name), value in corrections.items():
        if start != OF_DOCUMENT:
            changed.setdefault(start, {})[name] = value
    if not changed:
        return replace(document, **facts)
    parts = [_part(part, changed[part.start], document.text) if part.start in changed else part for part in document.parts]
    for n, part in enumerate(document.parts):
        if (part.kind == "section") != (parts[n].kind == "section"):
            _resection(parts, n, document.text)
    return replace(document, **facts, parts=tuple(parts))


def carried(corrections: Corrections, old: Document, new: Document) -> tuple[dict[tuple[int, str], str | None], set[str]]:
    """The corrections of ``old`` that hold for its next version ``new``, and the names of those that do not; both as read.

    A fact is carried where both are read alike, misread alike that is; a date of issue never, since each version has its
    own. The correction of a part is carried to the part with the same text.
    """
    kept: dict[tuple[int, str], str | None] = {}
    dropped: set[str] = set()
    texts = {part.start: old.text[part.start : part.end].strip() for part in old.parts}
    places: dict[str, list[int]] = {}
    for part in new.parts:
        places.setdefault(new.text[part.start : part.end].strip(), []).append(part.start)
    for (start, name), value in corrections.items():
        if start != OF_DOCUMENT:
            there = places.get(texts.get(start, ""), [])
            if len(there) == 1:
                kept[there[0], name] = value
            else:
                dropped.add("parts")
        elif name != "issued" and getattr(old, name) == getattr(new, name):
            kept[start, name] = value
        elif getattr(new, name) != value:
            dropped.add(name)
    return kept, dropped


def without_halves(text: str) -> str:
    """``text`` with each half of a surrogate pair that stands alone replaced, so that it can be written; offsets stay."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def names_of(corrections: Corrections) -> tuple[str, ...]:
    """What was corrected: the facts in their order, then "parts"."""
    named = {name if start == OF_DOCUMENT else "parts" for start, name in corrections}
    return tuple(name for name in (*FIELDS, "parts") if name in named)


def _checked(given: Mapping[str, str | None], known: tuple[str, ...]) -> dict[str, str | None]:
    wrong = sorted(given.keys() - set(known))
    if wrong:
        raise InputError(
            f"没有这一项：{'、'.join(wrong)}；可改：{'、'.join(known)}", f"no such fact: {', '.join(wrong)}; choose from {', '.join(known)}"
        )
    kept = {name: one_line(without_halves(value or "")).strip() or None for name, value in given.items()}
    for name, value in kept.items():
        if value and len(value) > LONGEST:
            raise InputError(f"{name} 太长，至多 {LONGEST} 字", f"{name} is too long, at most {LONGEST} characters")
    return kept


def _part(part: Part, changes: dict[str, Any], text: str) -> Part:
    made = replace(part, **changes)
    if made.kind == part.kind:
        return made
    if made.kind != "clause":
        return replace(made, responsible=None, responsible_candidates=None, responsible_spans=())
    spans = tuple(responsibility_spans(text, part.start, part.end))
    names = tuple(dict.fromkeys(unit for span in spans for unit in units(span.of(text))))
    return replace(made, responsible=names or None, responsible_spans=spans)


def _resection(parts: list[Part], changed: int, text: str) -> None:
    """The part ``changed`` was made a section or unmade: the clauses up to the next section stand in another one now."""
    above = next((part for part in reversed(parts[: changed + 1]) if part.kind == "section"), None)
    section = one_line(text[above.start : above.end]).strip() if above else None
    for n in range(changed, len(parts)):
        if n > changed and parts[n].kind == "section":
            return
        if parts[n].kind == "clause":
            parts[n] = replace(parts[n], section=section)


def _squeezed(text: str) -> str:
    return "".join(text.split())
