"""Whether a file is a new version of a document that is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_BRACKETS = str.maketrans("[]【】()（）", "〔〕〔〕〔〕〔〕")
_STAGE = re.compile(r"[（(〔【][^（()）〔〕【】]*(?:稿|草案|修订|修正|修改|试行|暂行)[^（()）〔〕【】]*[）)〕】]")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document is known by; ``name`` is the name of its file without the ending."""

    name: str
    title: str | None
    number: str | None
    issuer: str | None
    region: str | None


def keys(facts: Facts) -> set[str]:
    """What to look a document up by: two that are versions of one share a key."""
    named = {"number": _number(facts.number or ""), "title": _title(facts.title)}
    return {f"{kind} {value}" for kind, value in named.items() if value}


def same(kept: Sequence[Facts], new: Sequence[Facts]) -> bool:
    """Whether two documents are versions of one; each is given as read and as corrected, and one likeness is enough."""
    return any(_same(a, b) for a in kept for b in new)


def _same(kept: Facts, new: Facts) -> bool:
    """One 文号 with titles that do not differ; or one title where not both have a 文号, and something beside it that agrees."""
    titles = _title(kept.title), _title(new.title)
    if kept.number and new.number:
        return _number(kept.number) == _number(new.number) and (titles[0] == titles[1] or not all(titles))
    if not titles[0] or titles[0] != titles[1]:
        return False
    for a, b in ((kept.issuer, new.issuer), (kept.region, new.region)):
        if a and b:
            return _squeezed(a) == _squeezed(b)
    return _squeezed(kept.name) == _squeezed(new.name)


def _title(title: str | None) -> str:
    """A title without blanks, title marks, and the stage that it was written at (征求意见稿, 2023年修订)."""
    return re.sub("[《》]", "", _STAGE.sub("", _squeezed(title or "")))


def _number(number: str) -> str:
    return _squeezed(number.translate(_BRACKETS))


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()
