"""What changed between two texts, as spans that tile both. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from index.records import Document, Span

_TOKEN = re.compile(r"[0-9A-Za-z]+(?:[.,][0-9]+)*[%％]?|[^\S\r\n]+|[\r\n]+|.", re.S)  # a figure or a word changes as a whole
_LONGEST = 4_000  # tokens of a changed passage that are compared one by one
_ALIKE = 0.4  # share of a passage that must have stayed for its pieces to be told apart


@dataclass(frozen=True, slots=True)
class Change:
    """A piece of both texts; ``old`` is empty where the piece was added, ``new`` where it was removed."""

    kind: Literal["same", "added", "removed"]
    old: Span
    new: Span


def difference(old: str, new: str) -> list[Change]:
    """How ``new`` came of ``old``, in order: line by line, and inside lines that stayed alike word by word.

    The old spans put together are the old text, the new spans the new one; a removal comes before the addition in its place.
    """
    lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = _starts(lines[0]), _starts(lines[1])
    pieces: list[Change] = []
    for tag, a, b, c, d in SequenceMatcher(None, *lines).get_opcodes():
        before, after = Span(starts[0][a], starts[0][b]), Span(starts[1][c], starts[1][d])
        if tag == "equal":
            pieces.append(Change("same", before, after))
        else:
            pieces += _inside(old, new, before, after)
    return list(_merged(pieces))


def _starts(pieces: Sequence[str], first: int = 0) -> list[int]:
    starts = [first]
    for piece in pieces:
        starts.append(starts[-1] + len(piece))
    return starts


def _inside(old: str, new: str, before: Span, after: Span) -> Iterator[Change]:
    """A passage that was changed: its pieces where enough of it stayed, else the whole of it."""
    a, b = _TOKEN.findall(before.of(old)), _TOKEN.findall(after.of(new))
    if a and b and len(a) <= _LONGEST and len(b) <= _LONGEST:
        matcher = SequenceMatcher(None, a, b, autojunk=False)
        if matcher.ratio() >= _ALIKE:
            at, to = _starts(a, before.start), _starts(b, after.start)
            for tag, i, j, k, m in matcher.get_opcodes():
                here, there = Span(at[i], at[j]), Span(to[k], to[m])
                if tag == "equal":
                    yield Change("same", here, there)
                else:
                    yield from _replaced(here, there)
            return
    yield from _replaced(before, after)


def _replaced(before: Span, after: Span) -> Iterator[Change]:
    if before.start < before.end:
        yield Change("removed", before, Span(after.start, after.start))
    if after.start < after.end:
        yield Change("added", Span(before.end, before.end), after)


def _merged(pieces: Sequence[Change]) -> Iterator[Change]:
    """Pieces of one kind that follow each other become one."""
    held: Change | None = None
    for piece in pieces:
        if held and held.kind == piece.kind:
            held = Change(held.kind, Span(held.old.start, piece.old.end), Span(held.new.start, piece.new.end))
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


Piece = tuple[Literal["same", "added", "removed"], str]


def changed_lines(old: Document, new: Document, changes: Sequence[Change]) -> list[tuple[str, list[Piece]]]:
    """The lines that changed: the clause that each stands in, "" outside of all, and the pieces of the line in order."""
    found: list[tuple[str, list[Piece]]] = []
    line: list[Piece] = []
    label: str | None = None
    for change in changes:
        document, span = (old, change.old) if change.kind == "removed" else (new, change.new)
        at = span.start
        for piece in span.of(document.text).splitlines(keepends=True):
            body = piece.rstrip("\r\n")
            if body.strip() and change.kind != "same":
                label = label or _label(document, at)
            if body:
                line.append((change.kind, body))
            if body != piece:
                if label is not None:
                    found.append((label, line))
                line, label = [], None
            at += len(piece)
    if label is not None:
        found.append((label, line))
    return found


def shown(old: Document, new: Document, changes: Sequence[Change]) -> list[tuple[str, str]]:
    """The lines that changed, each with the clause that it stands in: what went in [-…-], what came in {+…+}."""
    around = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    lines = changed_lines(old, new, changes)
    return [(label, "".join(around[kind].format(text) for kind, text in pieces).strip()) for label, pieces in lines]


def _label(document: Document, offset: int) -> str:
    part = next((p for p in document.parts if p.start <= offset < p.end), None)
    if part is None:
        return ""
    return " ".join(piece for piece in (part.number, part.heading) if piece) or part.kind
