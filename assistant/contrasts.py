"""Words that exclude each other: a clause that speaks of 近洋 alone does not answer for 远洋. Pure."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

CONTRASTS = Path(__file__).with_name("contrasts.txt")
# Words that hold a word of a contrast without taking its side.
_NO_SIDE = re.compile(r"进出口|[一二两三四五六七八九十几多少每\d]个人|境内外|国内外|线上线下")

Contrast = tuple[tuple[str, int], ...]  # the words of a line, longest first, each with the place of its side


@cache
def _contrasts() -> tuple[Contrast, ...]:
    lines = (line.split("\t") for line in CONTRASTS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    words = ([(word, place) for place, side in enumerate(sides) for word in side.split("|")] for sides in lines)
    return tuple(tuple(sorted(line, key=lambda one: len(one[0]), reverse=True)) for line in words)


def conflicts(question: str, passage: str) -> int:
    """How many contrasts the passage decides against the question: it names the other side and never the asked one."""
    found = 0
    for line, wanted in _contrasts_of(question):
        offered = _present(passage, line)
        found += bool(offered) and not wanted & offered
    return found


@lru_cache(maxsize=64)
def _contrasts_of(question: str) -> tuple[tuple[Contrast, frozenset[int]], ...]:
    """The contrasts that a question takes a side in."""
    sides = ((line, _present(question, line)) for line in _contrasts())
    return tuple((line, wanted) for line, wanted in sides if wanted)


def _present(text: str, words: Contrast) -> frozenset[int]:
    """The sides of a contrast that stand in the text, longest words first, each place counted once."""
    if not any(word in text for word, _ in words):
        return frozenset()
    text = _NO_SIDE.sub("\0", text)
    found = set()
    for word, side in words:
        if word in text:
            found.add(side)
            text = text.replace(word, "\0")
    return frozenset(found)
