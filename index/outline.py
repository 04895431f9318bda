"""Numbered rows as a tree, and which of its branches are clauses and which only items of a list."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from index.drafts import Sheet
from index.headings import heading
from index.numbering import Marker, Style
from index.units import responsibility_spans

_MAIN: tuple[Style, ...] = ("chapter", "han")


@dataclass(slots=True)
class Node:
    """A numbered row with the rows that follow it up to the next one of its level."""

    marker: Marker
    first: int
    last: int  # exclusive
    children: list[Node] = field(default_factory=list)

    @property
    def style(self) -> Style:
        """The make of its number."""
        return self.marker.style

    @property
    def level(self) -> tuple[Style, int]:
        """Its make, and how many figures a decimal number has: 1.2.1 stands below 1.2."""
        return self.style, len(re.findall(r"[.．]\d", self.marker.text)) if self.style == "decimal" else 0


def outline(sheet: Sheet, begin: int, end: int) -> list[Node]:
    """The rows ``[begin, end)`` as a tree: a style met for the first time goes one level deeper."""
    marked = _without_leading_list(sheet, numbered(sheet, begin, end))
    roots: list[Node] = []
    stack: list[Node] = []
    for node in marked:
        if node.style == "chapter":
            stack = []
        elif any(above.level == node.level for above in stack):
            while stack.pop().level != node.level:
                pass
        (stack[-1].children if stack and stack[-1].style != "chapter" else roots).append(node)
        for above in stack:
            above.last = node.last
        stack = [*stack, node]
    return roots


def numbered(sheet: Sheet, begin: int, end: int) -> list[Node]:
    """The numbered rows of ``[begin, end)``, each up to the next one, in a row."""
    found = [Node(marker, n, end) for n in range(begin, end) if (marker := sheet.rows[n].marker)]
    for node, following in pairwise(found):
        node.last = following.first
    return found


def divides(sheet: Sheet, node: Node) -> bool:
    """True where the children of a numbered row are clauses of their own, not items of a list."""
    children = [c for c in node.children if c.style not in ("circled", "question")]
    if not children:
        return False
    own = sheet.rows[node.first].rest
    name, taken = heading(own, True)
    if name and name[-1] in "？?":  # a question with its answer
        return False
    between = [sheet.rows[n].flat for n in range(node.first + 1, children[0].first)]
    bare = taken >= len(own.rstrip("：: ")) and not between
    named = sum(_has_heading(sheet, child) for child in children)
    if children[0].style == "arabic_paren" and node.style != "arabic" and not (bare and named == len(children)):
        return False
    if len(children) > 1 and _text(sheet, children[0]).endswith(("；", ";")):
        return False
    if (between or [own])[-1].rstrip().endswith(("：", ":")) and not bare and named * 2 < len(children):
        return False
    if node.style != "han" and len(children) > 1 and _shares_responsibility(sheet, children):
        return False
    return bare or named * 2 >= len(children)


def lists_clauses(sheet: Sheet, node: Node) -> bool:
    """A heading over a Markdown list whose items have headings of their own: - **资金安排**：…."""
    items = [r for r in sheet.rows[node.first + 1 : node.last] if r.look != "remark"]
    return bool(items) and all(r.block.outer < r.block.start and not r.marker and heading(r.flat, False)[0] for r in items)


def _without_leading_list(sheet: Sheet, nodes: list[Node]) -> list[Node]:
    """Leave out a list of the preamble: items of another style than the sections, parted by ；."""
    main = next((n for n, node in enumerate(nodes) if node.style in _MAIN), None)
    if main is not None:
        return nodes[main:]
    first = [node for node in nodes if node.style == nodes[0].style]
    listed = sum(sheet.rows[node.first].flat.endswith(("；", ";")) for node in first)
    return [] if listed and listed >= len(first) - 1 else nodes


def _has_heading(sheet: Sheet, node: Node) -> bool:
    return heading(sheet.rows[node.first].rest, node.last > node.first + 1)[0] is not None


def _text(sheet: Sheet, node: Node) -> str:
    return sheet.text[sheet.rows[node.first].block.start : sheet.rows[node.last - 1].block.end]


def _shares_responsibility(sheet: Sheet, children: list[Node]) -> bool:
    """One line of units behind several items speaks for all of them: the parent is the clause."""
    texts = [_text(sheet, child) for child in children]
    named = [any(responsibility_spans(text, 0, len(text))) for text in texts]
    return named[-1] and not any(named[:-1])
