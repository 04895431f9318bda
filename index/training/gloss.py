"""Chinese questions → word-by-word pseudo-English, so that few English questions teach many English words."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

_HAN = re.compile(r"[\u4e00-\u9fff]")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_LATIN = re.compile(r"[a-z][a-z' -]*[a-z]|[a-z]")


def is_chinese(text: str) -> bool:
    """Whether the text has a Chinese character."""
    return _HAN.search(text) is not None


def clean_gloss(gloss: str) -> str:
    """A gloss as a few plain words: ``"to export (goods)"`` → ``"export"``; "" if it cannot serve."""
    text = _ASIDE.sub(" ", gloss.lower()).strip()
    text = re.sub(r"^(to be|to|a|an|the|variant of|also written|abbr\. for)\s+", "", " ".join(text.split()))
    return text if _LATIN.fullmatch(text) and len(text.split()) <= 4 else ""


class Glosser:
    """Turns Chinese into English words by a dictionary of (gloss, Chinese word) pairs, in their order."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._glosses: dict[str, list[str]] = {}
        for english, word in pairs:
            gloss = clean_gloss(english)
            # A sentence of a parallel text is no dictionary entry.
            if gloss and len(word) <= 10 and not re.search(r"[。！？，]", word):
                self._glosses.setdefault(word, []).append(gloss)

    def __len__(self) -> int:
        return len(self._glosses)

    def translate(self, text: str, rng: random.Random, keep: float = 0.0) -> str:
        """The text with each known word replaced by one of its glosses; with chance ``keep`` a word stays.

        Unknown Chinese words are dropped, other characters stay.
        """
        import rjieba

        out = []
        for word in rjieba.cut(text, False):
            if not is_chinese(word) or rng.random() < keep:
                out.append(word)
            elif glosses := self._glosses.get(word):
                # The first glosses of an entry are the common ones.
                out.append(glosses[min(int(rng.expovariate(0.7)), len(glosses) - 1)])
        return " ".join(" ".join(out).split())
