"""The rows of a notice and the parts that are made of them: what head, body and tail write to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from index.records import PartKind
from index.rows import Look, Row

SIGNING: tuple[Look, ...] = ("date", "signed", "signatory")
_MERGING: tuple[PartKind, ...] = ("note", "signature", "title", "addressees", "contact", "preamble")
# What a row outside every clause is by its own look.
_LOOSE: dict[Look, PartKind] = {
    "closing": "closing",
    "contact": "contact",
    "remark": "note",
    "table": "note",
    "web": "note",
    "status": "note",
    "responsible": "note",
    "letterhead": "note",
    "contents": "note",
    "attachment": "note",
}


@dataclass(slots=True)
class Draft:
    """A part in the making; it ends where the next one starts."""

    kind: PartKind
    start: int
    number: str | None = None
    heading: str | None = None
    section: str | None = None
    candidates: tuple[str, ...] | None = None


@dataclass(slots=True)
class Sheet:
    """A text with its rows, and the parts drafted so far, in order."""

    text: str
    rows: Sequence[Row]
    drafts: list[Draft] = field(default_factory=list)
    ends: list[int] = field(init=False)
    """Where the rows end in the text."""

    def __post_init__(self) -> None:
        self.ends = [row.block.end for row in self.rows]

    def add(
        self,
        kind: PartKind,
        n: int,
        *,
        number: str | None = None,
        heading: str | None = None,
        section: str | None = None,
        candidates: tuple[str, ...] | None = None,
    ) -> None:
        """Begin a part at row ``n``; pieces of one kind that follow each other become one."""
        last = self.drafts[-1].kind if self.drafts else None
        if kind != last or kind not in _MERGING or self._parted(n, kind):
            self.drafts.append(Draft(kind, self.rows[n].block.outer, number, heading, section, candidates))

    def loose(self, n: int, kind: PartKind) -> None:
        """A row outside every clause: what it is by its own look, else ``kind``."""
        self.add(_LOOSE.get(self.rows[n].look, kind), n)

    def has(self, kind: PartKind) -> bool:
        """True where a part of this kind was drafted."""
        return any(draft.kind == kind for draft in self.drafts)

    def forwards(self, n: int) -> bool:
        """True where from row ``n`` on another text with a title and a body follows."""
        rest = self.rows[n:]
        title = next((i for i, r in enumerate(rest) if r.look == "title" and len(r.flat) >= 6), None)
        return title is not None and any(r.look == "paragraph" or r.marker for r in rest[title + 1 :])

    def _parted(self, n: int, kind: PartKind) -> bool:
        """Titles and contacts are parted by a blank line, but no title from the offices above it.

        A status or a line of units is a note by itself.
        """
        if kind == "title" and self.rows[n - 1].look == "org":
            return False
        if kind in ("title", "contact"):
            return self.rows[n].block.gap
        looks = {row.look for row in self.rows[max(0, n - 1) : n + 1]}
        return kind == "note" and not looks.isdisjoint(("status", "responsible"))
