"""Blocks → rows: what each paragraph of a notice looks like by itself, before its place is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index.blocks import CONTACT, DATE, DOC_NUMBER, Block, blocks, is_org, one_line
from index.numbering import Marker, marker
from index.units import responsibility_line

Look = Literal[
    "web",  # head or foot of a web page
    "number",  # 文号
    "org",  # names of offices
    "date",
    "signed",  # office and date on one line
    "letterhead",  # 某某办公室文件, 公　告
    "status",  # （征求意见稿）, （节选）
    "contact",
    "closing",  # 特此通知。
    "attachment",  # 附件, 附件：…
    "table",
    "addressees",
    "title",
    "bare",  # short and without a closing mark: may be a heading
    "remark",  # ……, （略）, （此件公开发布）
    "responsible",  # a line of its own that names the units in charge
    "paragraph",
]

_WEB = re.compile(
    r"当前位置|您(?:所在|现在)?的?位置|首页\s*(?:>|》|＞|/)|索\s?引\s?号|主题分类|发文机关[：:]|发文字号[：:]|成文日期[：:]|发布日期[：:]|"
    r"发布时间[：:]|公开日期|信息来源[：:]|来源[：:]|字号[：:]|【?字体[：:]|浏览次数|点击(?:数|率|量)|阅读(?:次数|量)|访问量|门户网站|时间[：:]\s*\d{4}|"
    r"扫一扫|上一[篇条]|下一[篇条]|相关(?:附件|链接|文件|解读|新闻|文档|阅读)|打印本页|[【\[]\s?(?:打印|关闭|收藏)|关闭窗口|主办[：:]|主办单位[：:]|承办[：:]|"
    r"版权所有|网站标识码|附件下载|分享到|责任编辑|[ICＰ]{3}备|公网安备|网站地图|联系我们$|无障碍|返回顶部|政府网站找错"
)
_TITLE_END = re.compile(
    r"(?:通知|意见|公告|通告|通报|办法|措施|举措|政策|方案|细则|指南|解读|规定|条例|决定|决议|函|批复|公示|计划|规划|要点|规程|"
    r"指引|规则|守则|章程|制度|标准|清单|问答|若干|[一二三四五六七八九十\d]+条|纲要|倡议书|工作安排|申报书)"
    r"(?:\s?[（(\[【〔][^）)\]】〕]{1,24}[）)\]】〕])*$"
)
_STATUS = re.compile(
    r"[（(【\[]?\s?(?:公开)?(?:征求意见稿|征求意见第[一二三]稿|意见征询稿|送审稿|讨论稿|草案|草稿|本文有删减|本文有删节|此件有删减|此件有删节|有删减|有删节|节选|"
    r"摘录|摘要|节录)\s?[）)】\]]?"
)
_LETTERHEAD = re.compile(r"[一-龥\s　]{2,40}文\s?件|公\s*告|通\s*告|通\s*知|令")
_CLOSING = re.compile(r"特\s?此\s?(?:通知|公告|通告|函告|函复|函|批复|通报|说明|公示)[。！]?")
_ATTACHMENT = re.compile(r"附\s?(?:件|表|录)\s?[\d一二三四五六七八九十]{0,2}\s?(?:[：:].*|$)|[（(]附件.{0,6}[）)]$", re.S)
_ADDRESSEE = re.compile(r"各|有关|相关|人民政府|委员会|管委会|单位|公司|局|企业|院校")


@dataclass(frozen=True, slots=True)
class Row:
    """A block with its text on one line (``flat``), its look and the number it begins with."""

    block: Block
    flat: str
    look: Look
    marker: Marker | None

    @property
    def rest(self) -> str:
        """``flat`` behind the number."""
        return self.flat[self.marker.length :] if self.marker else self.flat


def rows(text: str) -> list[Row]:
    """All paragraphs of ``text`` in order, each with its look."""
    found = []
    for block in blocks(text):
        flat = one_line(text[block.start : block.end])
        look = _look(flat, block)
        found.append(Row(block, flat, look, marker(flat) if look in ("paragraph", "bare", "title", "addressees") else None))
    return found


def titled(flat: str) -> bool:
    """True where a line ends like the title of a notice."""
    return len(flat) <= 110 and "。" not in flat and bool(_TITLE_END.search(flat))


def is_status(flat: str) -> bool:
    return bool(_STATUS.fullmatch(flat))


def _look(flat: str, block: Block) -> Look:
    if re.fullmatch(r"[.…·。\s]+|[（(]?略[）)]?|[-—=_*]{3,}|[（(]?此件.{0,8}公开.{0,4}[）)]?", flat):
        return "remark"
    if len(flat) <= 400 and _WEB.search(flat) and "。" not in flat:
        return "web"
    if DOC_NUMBER.fullmatch(flat.strip("（()） ")):
        return "number"
    if re.fullmatch(rf"{DATE.pattern}\s*(?:印发|发布|公布)?", flat):
        return "date"
    signed = re.fullmatch(rf"(.{{2,200}}?)[\s　]*{DATE.pattern}(?:\s*印发)?", flat)
    if signed and is_org(signed[1]):
        return "signed"
    if _STATUS.fullmatch(flat):
        return "status"
    if is_org(flat):
        return "org"
    if _LETTERHEAD.fullmatch(flat):
        return "letterhead"
    if CONTACT.match(flat) and len(flat) <= 300:
        return "contact"
    if _CLOSING.fullmatch(flat):
        return "closing"
    if _ATTACHMENT.match(flat):
        return "attachment"
    if responsibility_line(flat):
        return "responsible"
    if block.table:
        return "table"
    if re.search(r"[：:]$", flat) and len(flat) <= 400 and not re.search(r"。|如下|以下|下列", flat) and _ADDRESSEE.search(flat):
        if marker(flat) is None:
            return "addressees"
    if titled(flat) and marker(flat) is None:
        return "title"
    if len(flat) <= 40 and re.search(r"[一-龥]", flat) and not re.search(r"[。！；;，,：:、]$|。", flat):
        return "bare"
    return "paragraph"
