"""The questions of a message: a list, or sentences that each name a topic of their own. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

MOST = 20  # questions that one message is taken apart into
SHORT = 120  # characters of a line that can be an item of a list of questions

_MARK = re.compile(
    r"^\s*(?:[-*•·]|[（(]?\d{1,2}(?:[)）]|[.、．:：](?!\d)|\s+(?=\D))|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）]|[①-⑳]|Q\d*[.:：])\s*"
)
_SENTENCE = re.compile(r"[^?？]*[?？]+[”\"’」)）]*|[^?？]+$")
_FURTHER = re.compile(r"[，,；;。]\s*(?=(?:另外|还有|顺便|再问|此外|以及想问|also\b|and also\b))", re.I)
_JOINING = re.compile(r"^(?:另外|还有|顺便(?:问(?:一下|下)?)?|再问(?:一下|下)?|此外|also|and also)[，,：: ]*", re.I)
_ASKING = re.compile(
    r"[?？]\s*$|吗|呢|多少|什么|哪|怎么|如何|几[天个成家年]|多久|谁|能不能|是否|有没有|\b(?:what|which|who|when|where|how|is|are|do|does|can)\b",
    re.I,
)
_TABLE = re.compile(r"\t|\||\S {3,}\S")


def pieces(message: str, own_topic: Callable[[str], bool]) -> list[str]:
    """The questions of a message, in order; the message alone where it asks one thing.

    Items of a list count each; sentences of one line are taken apart only where each of them names a topic of its own
    (``own_topic``): "补多少？怎么申请？" stays together. A pasted table is no list of questions.
    """
    lines = [line for line in message.splitlines() if line.strip()]
    if len(lines) >= 2:
        return _listed(lines, message, own_topic)
    return _sentences(message, own_topic)


def _listed(lines: Sequence[str], message: str, own_topic: Callable[[str], bool]) -> list[str]:
    marked = [bool(_MARK.match(line)) for line in lines]
    bare = [_MARK.sub("", line).strip() for line in lines]
    if any(_TABLE.search(line) for line in bare) or any(len(line) > SHORT for line in bare):
        return [message]
    if sum(marked) >= 2:
        items = [line for line, mark in zip(bare, marked, strict=True) if mark]
    else:
        items = [line for line in bare if _ASKING.search(line) and re.search(r"[?？。；;]$", line)]  # a wrapped line has no end
        if len(items) < len(bare) - 1 or len(items) < 2:
            return [message]
    found = [piece for item in items if item for piece in _sentences(item, own_topic)]
    return found[:MOST] if len(found) > 1 else [message]


def _sentences(line: str, own_topic: Callable[[str], bool]) -> list[str]:
    found: list[str] = []
    lead = ""
    for piece in (p.strip() for one in _FURTHER.split(line) for p in _SENTENCE.findall(one)):
        if not re.search(r"\w", piece):  # marks alone stay where they stand
            lead = f"{lead}{piece}" if lead and not found else lead
            if found:
                found[-1] = f"{found[-1]}{piece}"
            continue
        bare = _JOINING.sub("", piece)
        if not _ASKING.search(bare):
            lead = f"{lead}{piece}" if not found else lead
            if found:
                found[-1] = f"{found[-1]}{piece}"
            continue
        if found and not own_topic(bare):
            found[-1] = f"{found[-1]}{bare}"
        else:
            found.append(f"{lead}{bare}" if not found else bare)
    return found[:MOST] if len(found) > 1 else [line]
