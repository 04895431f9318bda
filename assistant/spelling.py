"""Misspelt English words of the trade: insurence → insurance. Conservative: a word that English has stays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from index.words import entries

SHORTEST = 5  # letters of a word that is looked at
LONG = 9  # letters from which two slips are mended
_WORD = re.compile(r"(?<![\w@./-])[A-Za-z]+(?![\w@/-])")
_ENDINGS = ("s", "es", "ed", "d", "ing", "er", "ers", "ly", "'s")


def mended(text: str, kept: Sequence[tuple[int, int]] = ()) -> str:
    """``text`` with misspelt words of the lexicon's English replaced; the same object where there is none.

    A word with a capital inside a sentence is a name and stays, and so do the stretches ``kept`` (start, end).
    """
    words = [m for m in _WORD.finditer(text) if len(m[0]) >= SHORTEST and not _is_name(text, m)]
    words = [m for m in words if all(m.end() <= start or end <= m.start() for start, end in kept)]
    changes = [(m, better) for m in words if (better := _better(m[0].lower()))]
    for m, better in reversed(changes):
        text = text[: m.start()] + (better.capitalize() if m[0][0].isupper() else better) + text[m.end() :]
    return text


def _is_name(text: str, found: re.Match[str]) -> bool:
    before = text[: found.start()].rstrip()
    return found[0] != found[0].lower() and not (found[0][1:].islower() and (not before or before[-1] in ".?!:;"))


@cache
def _better(word: str) -> str | None:
    """The one word of the trade that ``word`` is a slip for; None where it is a word or could be two."""
    if _known(word):
        return None
    from rapidfuzz.distance import OSA

    allowed = 2 if len(word) >= LONG else 1
    near = [
        (OSA.distance(word, other, score_cutoff=allowed), -count, other)
        for other, count in _trade().items()
        if other[0] == word[0] and abs(len(other) - len(word)) <= allowed
    ]
    near = sorted(one for one in near if one[0] <= allowed)
    if not near or (len(near) > 1 and near[0][:1] == near[1][:1] and near[1][1] * 4 <= near[0][1]):
        return None
    return near[0][2]


def _known(word: str) -> bool:
    forms = {
        word,
        *(word.removesuffix(ending) for ending in _ENDINGS),
        *(f"{word.removesuffix(ending)}e" for ending in ("ing", "ed", "er")),
    }
    forms |= {form.replace("is", "iz") for form in forms} | {form.replace("our", "or") for form in forms}  # British spelling
    return any(form in _trade() or form in _english() for form in forms if len(form) >= 3)


@cache
def _trade() -> Counter[str]:
    """The English words of the lexicon, and how often it holds each."""
    return Counter(w for e in entries() for phrase in e.english for w in re.findall(r"[a-z]+", phrase.lower()) if len(w) >= SHORTEST)


@cache
def _english() -> Any:
    """Words of English; ``in`` tells whether it holds one."""
    from spellchecker import SpellChecker

    return SpellChecker(language="en").word_frequency
