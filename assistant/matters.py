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
    per = [_written(unit) for unit in per_units(question)]
    if per and _VALUE.search(question) and not any(unit in _written(around) for unit in per):
        return True
    return bool(_VALUE.search(question)) and any(words.search(asked) and not met.search(held) for words, met in _table())


def unnamed(question: str, told: Sequence[str]) -> bool:
    """True where the question counts the members of a group and asks which they are, and no text lists any."""
    return bool(_MEMBERS.search(question)) and not any(_LISTED.search(text) for text in told)


def per_units(text: str) -> list[str]:
    """What a sum is counted by in the text: 每平方米, 每个展位 → 平方米, 展位."""
    return re.findall(
        r"每一?(?:个|家|户|名|台|辆|件|票|张)?(平方米|平米|展位|标准展位|公斤|吨|箱|标箱|亩|人|小时|公里|航次|班|店铺|单|英里)", text
    )


def _written(text: str) -> str:
    """Units in one way of writing."""
    return text.replace("平米", "平方米").replace("标箱", "标准箱")


@cache
def _table() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    lines = (line.split("\t") for line in MATTERS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return tuple((re.compile(words), re.compile(met)) for words, met in lines)
