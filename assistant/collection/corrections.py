"""What a person corrected: put on top of what is read, each time it is read. Pure; ``clauses`` does the parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assistant.collection.clauses import KINDS, PART_FIELDS, holds, moved, names_in, places, read_at, recut
from assistant.collection.records import FIELDS, Correction
from index.readers.reading import iso_day
from index.records import Document, InputError
from index.text import one_line

LONGEST = 500
OF_DOCUMENT = -1

Corrections = Mapping[tuple[int, str], str | None]
"""(where the part begins in the text, or OF_DOCUMENT; the name of what is corrected) → what it is; None where nothing is stated."""
PartChanges = Mapping[int, Mapping[str, str | None] | None]
"""Where a part begins → what to correct there, by name (``PART_FIELDS``); None to take back what was corrected there."""


def checked_facts(facts: Mapping[str, str | None]) -> dict[str, str | None]:
    """Facts of a document as they are kept: blanks at the ends gone, an empty one None. Raises InputError that says what is wrong."""
    kept = _checked(facts, FIELDS)
    day = kept.get("issued")
    if day is not None:
        kept["issued"] = iso_day(day) if re.fullmatch(r"[\d年月日\-/.\s]+", day) else None
        if kept["issued"] is None:
            raise InputError(f"日期应写成 YYYY-MM-DD，不是 {day!r}", f"a date is written YYYY-MM-DD, not {day!r}")
    return kept


def with_parts(document: Document, corrections: Corrections, changes: PartChanges) -> dict[tuple[int, str], str | None]:
    """``corrections`` of ``document`` (as read) with further ones of its parts; what is as it was read is no correction.

    Raises InputError that says what is wrong: a part begins with a paragraph, its number and heading stand in it, its units in the text.
    """
    made = dict(corrections)
    new: dict[tuple[int, str], str | None] = {}
    for start, of in changes.items():
        if of is None:
            made = {key: value for key, value in made.items() if key[0] != start}
            continue
        for name, value in _checked(of, PART_FIELDS).items():
            value = "、".join(names_in(value)) or None if value and name == "responsible" else value
            made.pop((start, name), None)
            if value != read_at(document, start, name):
                new[start, name] = value
    made |= new
    parts = recut(document, _of_parts(made))
    for (start, name), value in new.items():
        if not holds(document, parts, start, name, value):
            raise _impossible(document, start, name, value)
    return made


def corrected(document: Document, corrections: Corrections) -> Document:
    """``document`` with what was corrected; a correction that the text no longer bears out is left out."""
    facts: dict[str, Any] = {name: value for (start, name), value in corrections.items() if start == OF_DOCUMENT}
    changes = _of_parts(corrections)
    return replace(document, **facts, parts=recut(document, changes) if changes else document.parts)


def told(document: Document, corrections: Corrections) -> list[Correction]:
    """What was corrected of the parts of ``document`` (as read), in order, and whether it holds."""
    changes = _of_parts(corrections)
    if not changes:
        return []
    parts, words = recut(document, changes), places(document.text)
    return [
        Correction(start, name, value, read_at(document, start, name), words.get(start, ""), holds(document, parts, start, name, value))
        for start in sorted(changes)
        for name, value in changes[start].items()
    ]


def carried(corrections: Corrections, old: Document, new: Document) -> tuple[dict[tuple[int, str], str | None], set[str], list[Correction]]:
    """The corrections of ``old`` that hold for its next version ``new``, the names of those that do not, and those of parts among them.

    Both are documents as read. A correction is carried where both are read alike, misread alike that is; a date of issue never,
    since each version has its own. A part is found again by the paragraph that it begins with (``clauses.moved``).
    """
    kept: dict[tuple[int, str], str | None] = {}
    dropped: set[str] = set()
    there = moved(old.text, new.text) if _of_parts(corrections) else {}
    for (start, name), value in corrections.items():
        if start == OF_DOCUMENT:
            if name != "issued" and getattr(old, name) == getattr(new, name):
                kept[start, name] = value
            elif getattr(new, name) != value:
                dropped.add(name)
        elif start in there and read_at(old, start, name) == read_at(new, there[start], name):
            kept[there[start], name] = value
    standing = {(one.start, one.name) for one in told(new, kept) if one.holds}
    lost = []
    for one in told(old, corrections):
        at = there.get(one.start, OF_DOCUMENT)
        if (at, one.name) not in standing and (at == OF_DOCUMENT or read_at(new, at, one.name) != one.value):
            lost.append(replace(one, holds=False))
            dropped.add("parts")
    return {key: value for key, value in kept.items() if key[0] == OF_DOCUMENT or key in standing}, dropped, lost


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


def _of_parts(corrections: Corrections) -> dict[int, dict[str, str | None]]:
    """The corrections of parts by the place where each begins."""
    changes: dict[int, dict[str, str | None]] = {}
    for (start, name), value in corrections.items():
        if start != OF_DOCUMENT:
            changes.setdefault(start, {})[name] = value
    return changes


def _impossible(document: Document, start: int, name: str, value: str | None) -> InputError:
    """Why a correction of a part cannot be made."""
    if name == "kind" and value is not None and value not in KINDS:
        return InputError(f"没有这一类：{value}；可选：{'、'.join(KINDS)}", f"no such kind: {value!r}; choose from {', '.join(KINDS)}")
    if name == "kind" and value is None and start <= 0:
        return InputError("这是全文的开头，前面没有可并入的", "the text begins here, there is nothing before to join it with")
    if name == "kind" or start not in places(document.text):
        return InputError("一条只能从一段的开头开始", "a clause begins where a paragraph begins")
    if name == "responsible":
        return InputError(
            f"责任单位“{value}”须是这一条的，并照原文写；文件里没有的不能填",
            f"units in charge belong to a clause and are written as the document prints them, which {value!r} is not",
        )
    return InputError(f"这一条里没有“{value}”，请照原文写", f"{value!r} does not stand in this part; write it as it is printed")
