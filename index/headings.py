"""The heading of a clause: the short line or first sentence that names it."""

from __future__ import annotations

import re

from index.marks import STOP

MAX_LINE = 40  # code points of a heading on a line of its own
MAX_SENTENCE = 30  # of a heading that is the first sentence of its clause
MAX_LABEL = 10  # of a heading closed by a colon

# Words that state a rule: a first sentence with one of them is text, not a heading.
_RULE = re.compile(
    r"应当|必须|不得|给予|是指|起施行|起执行|有下列|符合下列|同时废止|的，|的除外|负责解释|\d{2,}\s?(?:万|亿|元|%|％|家|个|人|日|天)|"
    r"以下[简统]?称|^(?:本|凡|对于?[^标接]|自\d|为了?|按照?|(?:原则)?同意)"
)
# A line that ends in a colon and leads to a list or to the words of a law is a sentence, not a name.
_LEADS = re.compile(r"如下|以下|下列|包括|修改为|改为")

_CLOSED = re.compile(rf"[；;！!]|{STOP}")
_SENTENCE = re.compile(rf"([^。；;！!\r\n]{{1,{MAX_SENTENCE}}}?)\s{{0,4}}({STOP})\s*(\S)?")


def heading(rest: str, more: bool) -> tuple[str | None, int]:
    """The heading in ``rest`` (the line behind the number) and how many characters it takes.

    ``more`` tells that further lines follow in the same clause. A line without a closing mark is a
    heading where it is short; a first sentence where it names rather than rules and text follows it.
    """
    line = rest.strip()
    if not line:
        return None, 0
    bracketed = re.match(r"[【〔]([^】〕]{2,24})[】〕]", line)
    if bracketed:
        return bracketed[1], bracketed.end()
    if not _CLOSED.search(line) and len(line) <= MAX_LINE:
        whole = re.sub(r"[：:]$", "", line)
        leads = whole != line and re.search(r"[，,]", whole) and _LEADS.search(whole)
        if "：" not in whole and ":" not in whole and not leads and (more or len(whole) <= MAX_SENTENCE):
            return whole.strip(), len(rest)
    sentence = _SENTENCE.match(line)
    if sentence and (sentence[3] or more) and _names(sentence[1]):
        return sentence[1].strip(), sentence.end(2)
    label = re.match(r"([^。；;：:，,\r\n]{2,10})[：:]\s*(\S)?", line)
    if label and (label[2] or more) and _names(label[1]) and not _LEADS.search(label[1]):
        return label[1], label.end(1) + 1
    return None, 0


def _names(sentence: str) -> bool:
    if not 2 <= len(sentence) <= MAX_SENTENCE or _RULE.search(sentence) or "：" in sentence:
        return False
    commas = len(re.findall(r"[，,]", sentence))
    return commas == 0 or (commas == 1 and len(sentence) <= 24 and not re.search(r"\d|的[，,]|由|须|应|可", sentence))
