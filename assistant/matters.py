"""What a figure is asked of: a clause that does not speak of it does not state it, whatever figures it holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

MATTERS = Path(__file__).with_name("matters.txt")
# Members that a question counts and asks to be named: 5家合作银行分别是哪几家.
_MEMBERS = re.compile(
    r"(?:\d+|[两三四五六七八九十]+)(?:多|余)?(?:家|个|所|名|位|座|处)[^，,。？?]{0,14}(?:是|在|有|为|叫|分别)?(?:哪(?:些|几)?(?:家|个|所)?(?!年|天|月|时)|什么名)|"
    r"which ones\b|names? of (?:the|all)\b",
    re.I,
)
_LISTED = re.compile(r"、[^、]{2,16}、|[；;].+[；;]|一是|[（(][一二1]\s?[)）]|①|\n.+\n")


# A question for a value, and what stands before the words that ask for it in Chinese.
_VALUE = re.compile(r"[^，,。；;？?]*(?:多少|几|是什么|怎么算|怎么定|有无|有没有|能报|给报)|how much|how many|what|which", re.I)


def unmet(question: str, around: str) -> bool:
    """True where the question asks for a figure of something of which ``around``, a clause, says nothing."""
    asked = " ".join(_VALUE.findall(question)).lower() if re.search("[一-龥]", question) else question.lower()
    held = around.lower()
    return bool(_VALUE.search(question)) and any(words.search(asked) and not met.search(held) for words, met in _table())


def unnamed(question: str, told: Sequence[str]) -> bool:
    """True where the question counts the members of a group and asks which they are, and no text lists any."""
    return bool(_MEMBERS.search(question)) and not any(_LISTED.search(text) for text in told)


@cache
def _table() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    lines = (line.split("\t") for line in MATTERS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return tuple((re.compile(words), re.compile(met)) for words, met in lines)
