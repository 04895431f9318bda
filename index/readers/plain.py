"""TXT and Markdown."""

from __future__ import annotations

import re

from index.readers.decode import decoded
from index.readers.reading import Read, Stated, iso_day

_FRONT = re.compile(r"---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.S)
_FIELD = re.compile(
    r"^(title|date|number|issuer|标题|文号|发文字号|日期|成文日期|发布日期|发文机关)[ \t]*[:：][ \t]*(.*?)[ \t]*$", re.M | re.I
)
_NAMES = {
    "title": "title", "标题": "title", "number": "number", "文号": "number", "发文字号": "number", "issuer": "issuer", "发文机关": "issuer",
    "date": "issued", "日期": "issued", "成文日期": "issued", "发布日期": "issued",
}  # fmt: skip
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"\n]*\")?\)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
_RULE_ROW = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*(?:\r?\n|$)", re.M)


def read_text(data: bytes, name: str) -> Read:
    """A text file: its own text, line ends untouched."""
    return Read(decoded(data, name), "text/plain")


def read_markdown(data: bytes, name: str) -> Read:
    """Markdown: front matter, comments, pictures and the targets of links are left out; the words stay.

    Marks of headings and lists stay too: the parser reads them.
    """
    text = decoded(data, name)
    stated = Stated()
    if front := _FRONT.match(text):
        found = {_NAMES[key.lower()]: value.strip("\"'") or None for key, value in _FIELD.findall(front[1])}
        stated = Stated(**{**found, "issued": iso_day(found.get("issued") or "")})
        text = text[front.end() :]
    text = _LINK.sub(lambda link: "" if link[1] else link[2], _COMMENT.sub("", text))
    text = _ESCAPE.sub(r"\1", _RULE_ROW.sub(lambda row: row[0] if "|" not in row[0] else "", text))
    return Read(re.sub(r"<br\s*/?>", " ", text), "text/markdown", stated=stated)
