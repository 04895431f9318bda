"""The trade lexicon: what traders and English speakers say → the official term. Read when it is first asked for.

``lexicon/lexicon.tsv`` holds an entry a line: official term, synonyms, everyday words, English, topic. An entry is
named by its term. Matching takes no account of case, marks or blanks; Latin words and numbers match as a whole,
with or without a plural s. A single character is no phrase. The terms in ``lexicon/unsearched.txt`` harm the
search (``index.training.fit_fusion --harmful``) and are not matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HOME = Path(__file__).with_name("lexicon")
LEXICON, UNSEARCHED = _HOME / "lexicon.tsv", _HOME / "unsearched.txt"
_UNIT = re.compile(r"[a-z0-9]+|[^\W_]")
_END = ""  # key of the terms that end at a node of the trie

Trie = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the lexicon."""

    term: str
    synonyms: tuple[str, ...]
    everyday: tuple[str, ...]
    english: tuple[str, ...]
    topic: str


@cache
def entries() -> tuple[Entry, ...]:
    """The lexicon, in order of the file."""
    lines = LEXICON.read_text(encoding="utf-8").splitlines()[1:]
    return tuple(map(_entry, lines))


def _entry(line: str) -> Entry:
    term, synonyms, everyday, english, topic = line.split("\t")
    return Entry(term, _listed(synonyms), _listed(everyday), _listed(english), topic)


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(word for word in cell.split("|") if word)


@cache
def money_terms() -> frozenset[str]:
    """The terms for what is paid, figures and times: they tell one matter from another hardly."""
    return frozenset(entry.term for entry in entries() if entry.topic in ("subsidy", "quantity", "time"))


def subjects(question: str) -> frozenset[str]:
    """The terms that a question means beside those for money, figures and times."""
    return frozenset(asked(question)) - money_terms()


def asked(question: str) -> list[str]:
    """The terms that a question means in official, everyday or English words; a phrase inside a longer one is not read."""
    found = matches(question, _questions())
    longest = [m for m in found if not any(o[0] <= m[0] and m[1] <= o[1] and o[1] - o[0] > m[1] - m[0] for o in found)]
    return list(dict.fromkeys(term for _, _, term in longest))


def named(passage: str) -> list[str]:
    """The terms that a passage names by themselves or by a synonym, also inside longer ones."""
    return list(dict.fromkeys(term for _, _, term in matches(passage, _passages())))


def matches(text: str, phrases: Trie) -> list[tuple[int, int, str]]:
    """(first unit, unit behind the last, term) of every phrase in the text, in order."""
    units = _units(text)
    found = []
    for start in range(len(units)):
        node, at = phrases, start
        while at < len(units) and (node := node.get(units[at], {})):
            at += 1
            found += [(start, at, term) for term in node.get(_END, ())]
    return found


def trie(phrases: Iterable[tuple[str, str]]) -> Trie:
    """(phrase, term) pairs by the units of the phrase."""
    root: Trie = {}
    for phrase, term in phrases:
        units = _units(phrase)
        if len("".join(units)) < 2:
            continue
        node = root
        for unit in units:
            node = node.setdefault(unit, {})
        if term not in (terms := node.setdefault(_END, [])):
            terms.append(term)
    return root


@cache
def _questions() -> Trie:
    return trie((phrase, e.term) for e in _searched() for phrase in (e.term, *e.synonyms, *e.everyday, *e.english))


@cache
def _passages() -> Trie:
    return trie((phrase, e.term) for e in _searched() for phrase in (e.term, *e.synonyms))


def _searched() -> list[Entry]:
    unsearched = set(UNSEARCHED.read_text(encoding="utf-8").split())
    return [entry for entry in entries() if entry.term not in unsearched]


def _units(text: str) -> list[str]:
    """Latin words and numbers whole, in the singular; of other scripts each character."""
    return [re.sub(r"(?<=[a-z]{2}[^s])s$", "", unit) for unit in _UNIT.findall(text.lower())]
