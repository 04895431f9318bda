"""The trade lexicon: the terms of the trade with the words that people use for them. Read when it is first asked for.

``lexicon/lexicon.tsv`` holds an entry a line: official term, synonyms, everyday words, English, topic.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

LEXICON = Path(__file__).with_name("lexicon") / "lexicon.tsv"


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
    return tuple(_entry(*line.split("\t")) for line in lines)


def _entry(term: str, synonyms: str, everyday: str, english: str, topic: str) -> Entry:
    def words(cell: str) -> tuple[str, ...]:
        return tuple(filter(None, cell.split("|")))

    return Entry(term, words(synonyms), words(everyday), words(english), topic)
