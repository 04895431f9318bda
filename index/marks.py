"""What every notice is written with: names of offices, dates, 文号, stops, brackets, page numbers, ends of lines."""

from __future__ import annotations

import re

MAX_BRACKET = 1000  # code points from a bracket to the one that closes it
MAX_DEPTH = 8  # brackets inside brackets

ORG_SUFFIX = (
    "人民政府|政府|办公厅|办公室|委员会|管委会|管委|分局|支局|总局|局|厅|部|署|海关|分行|支行|银行|营管部|营业部|"
    "中心支行|中心|公司|集团|协会|学会|商会|联合会|促进会|贸促会|工会|法院|检察院|研究院|办事处|代表处|联席会议|"
    "领导小组|工作组|专班|委|办|总队|支队"
)
_ORG = re.compile(rf"(?!各|有关|关于)[一-龥（）()〔〕]{{2,28}}(?:{ORG_SUFFIX})|国务院|中共中央|中央军委")
DATE = re.compile(
    r"(?:[0-9０-９]{4}|[二〇零一三四五六七八九○]{4})年\s*[0-9０-９一二三四五六七八九十]{1,3}月\s*[0-9０-９一二三四五六七八九十]{1,3}日"
)
DOC_NUMBER = re.compile(
    r"[一-龥]{1,14}(?:发|字|规|函|办|告|令|文|[一-龥])?\s?[〔\[［【(（]\s?(?:19|20)\d{2}\s?[〕\]］】)）]\s?第?\s?\d{1,5}\s?号"
    r"|(?:19|20)\d{2}\s?年\s*第\s?\d{1,4}\s?号(?:公告)?|第\d{1,4}号(?:公告|令)?(?=\s|$)"
)
CONTACT = re.compile(r"[（(]?\s*(?:联系人|联系电话|联系方式|咨询电话|咨询|咨询方式|业务咨询|政策咨询|联\s?系\s?人|电话)\s*[:：]")
STOP = r"(?:。|(?<=[一-龥）)%％”\"])[.．](?=[一-龥（(“\"\[【①-⑳0-9A-Z]|\s|$))"
"""Pattern of a full stop; a half-width one counts behind a Chinese word, never inside a number."""
PAGE_MARK = r"(?:[-—–―－]{1,2}\s?\d{1,3}\s?[-—–―－]{1,2}|第\s?\d{1,3}\s?页\s?[,，/]?\s?(?:共\s?\d{1,3}\s?页)?|\d{1,3}\s?/\s?\d{1,3})"
LINE_ENDS = r"\r\n\f\v\x1c-\x1e\x85\u2028\u2029"
"""The characters that end a line, for use inside [ ] of a pattern; U+2028 and \\v are soft line breaks."""
_BREAKS = re.compile(rf"(?<!\s)\s*[{LINE_ENDS}]\s*(?:{PAGE_MARK}[ \t\u3000]*(?:[{LINE_ENDS}]\s*|$))*")


def one_line(text: str) -> str:
    """A paragraph without its line breaks, the page numbers on lines of their own and the ** of Markdown."""
    return _BREAKS.sub("", text).replace("**", "")


def is_org(text: str) -> bool:
    """True where ``text`` is one name of an office or several, parted by blanks or 、."""
    names = [n for n in re.split(r"[\s　、]+", text.strip()) if n]
    return bool(names) and all(_ORG.fullmatch(n) for n in names)


def closing_bracket(text: str, at: int) -> int | None:
    """Position of the bracket that closes the one at ``at`` (round, half or full width).

    None where it is open, longer than MAX_BRACKET or nested deeper than MAX_DEPTH: then it brackets nothing.
    """
    depth = 0
    for i in range(at, min(len(text), at + MAX_BRACKET)):
        if text[i] in "（(":
            depth += 1
            if depth > MAX_DEPTH:
                return None
        elif text[i] in "）)":
            depth -= 1
            if depth == 0:
                return i
    return None
