"""Ways of writing that mean the same: Traditional and simplified characters, full- and half-width signs."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any


@cache
def _converter(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)


def plain(text: str) -> str:
    """``text`` for searching: NFKC, simplified characters, one blank for each run of blanks."""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"\s+", " ", simplified(folded)).strip()


def simplified(text: str) -> str:
    """Traditional characters replaced by simplified ones; other text is left alone."""
    return str(_converter("t2s").convert(text)) if re.search(r"[\u3400-\u9fff]", text) else text


def traditional(text: str) -> str:
    """Simplified characters replaced by Traditional ones."""
    return str(_converter("s2t").convert(text))


def one_line(text: str) -> str:
    """A quote as it is drawn on one line: line breaks of Chinese text are dropped."""
    return re.sub(r"\s*[\r\n]+\s*", "", text) if "\n" in text or "\r" in text else text


@lru_cache(maxsize=256)
def folded(text: str) -> str:
    """``text`` in lower case; that of documents, which is asked for again and again, is kept."""
    return text.lower()
