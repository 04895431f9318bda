"""Blocks → rows: what each paragraph of a notice looks like by itself, before its place is known."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from index.blocks import Block, blocks
from index.marks import CONTACT, DATE, DOC_NUMBER, ORG_SUFFIX, STOP, is_org, one_line
from index.numbering import Marker, marker
from index.units import responsibility_line

Look = Literal[
    "web",  # head or foot of a web page
    "number",  # 文号
    "org",  # names of offices
    "signatory",  # 市长：某某
    "date",
    "signed",  # office and date on one line
    "letterhead",  # 某某办公室文件, 公　告, 某某市人民政府令, 秘密★1年, 签发人：某某
    "contents",  # 目录 and its entries
    "status",  # （征求意见稿）, （节选）
    "contact",
    "closing",  # 特此通知。
    "attachment",  # 附件, 附件：…
    "table",
    "addressees",
    "label",  # a short line that ends in a colon: may be a heading
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
    r"版权所有|网站标识码|附件下载|分享到|责任编辑|[ICＰ]{3}备|公网安备|网站地图|联系我们$|无障碍|返?回(?:到)?顶部|政府网站找错|[Cc]ookies?|IPv6|长者模式|"
    r"请输入关键[字词]|热搜词?[：:]|登录\s?[|｜]\s?注册|发布(?:单位|机构|人)[：:]|[编审校][辑核对]\s?[丨|｜：:]|来源\s?[丨|｜]|点击上方|关注我们|"
    r"微信公众号|建议使用.{0,20}分辨率|抄\s?[送报][：:]|信息公开选项|阅读\s?\d+\s?点赞|^(?:打印|收藏|关闭|分享|纠错)$|^[一-龥A-Za-z]{2,16}\s+\d{4}-\d{1,2}-\d{1,2}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?$"
)
_NOTICE_OF_SITE = re.compile(r"[Cc]ookies?|隐私声明|浏览器版本")
_TITLE_END = re.compile(
    r"(?:通知|意见|公告|通告|通报|办法|措施|举措|政策|方案|细则|指南|解读|规定|条例|决定|决议|函|批复|公示|计划|规划|要点|规程|"
    r"指引|规则|守则|准则|须知|(?<!负责)(?<!最终)解释|章程|制度|标准|清单|问答|若干|[一二三四五六七八九十\d]+条|纲要|倡议书|工作安排|申报书|(?<=的)(?:答复|请示|报告))"
    r"(?:\s?[（(\[【〔][^）)\]】〕]{1,24}[）)\]】〕])*$"
)
_LAW = re.compile(r"中华人民共和国[一-龥、]{1,24}法(?:[（(]\d{4}年?(?:修[正订])?[）)])?")
_NUMBER = re.compile(rf"(?:[一-龥]{{2,20}}(?:公告|通告|令)[ 　]?)?(?:{DOC_NUMBER.pattern})")  # 某某海关公告2024年第3号
_KEYWORDS = re.compile(r"(?:主题词\s*[：:]\s*)?(?!.*关于)(?:[一-龥]{2,6}[ 　]+){2,}(?:通知|意见|函|批复|决定|公告|通报|报告|命令)")
_INDEX = re.compile(r"[0-9A-Z]{6,20}/\d{4}-\d{4,6}|[一-龥、]{2,30}\\+[一-龥、]{2,30}")  # 索引号, 主题分类
_STATUS = re.compile(
    r"[（(【\[]?\s?(?:公开)?(?:征求意见稿|征求意见第[一二三]稿|意见征询稿|送审稿|讨论稿|草案|草稿|本文有删减|本文有删节|此件有删减|此件有删节|有删减|有删节|节选|"
    r"摘录|摘要|节录)\s?[）)】\]]?"
)
_LETTERHEAD = re.compile(
    rf"[一-龥\s　]{{2,40}}文\s?件|公\s*告|通\s*告|通\s*知|令|(?!.*关于)[一-龥\s　]{{2,80}}(?:{ORG_SUFFIX})\s*(?:令|公告|通告)"
    r"|\d{4,8}|(?:绝密|机密|秘密)(?:\s?★.{0,6})?|特急|加急|平急|急件|签\s?发\s?人\s?[：:].{0,30}"
)
_OFFICER = r"(?:省长|市长|县长|区长|州长|盟长|局长|厅长|部长|署长|行长|主任|主席|总理)"
_SIGNATORY = re.compile(rf"(?:代)?{_OFFICER}[\s　：:]+[一-龥·\s　]{{2,12}}")
_SENTENCE_END = re.compile(rf"[！；;，,：:、]$|{STOP}")
_FULL_STOP = re.compile(STOP)
_CONTENTS = re.compile(r"目\s*[录次]")
_ENTRY_END = re.compile(r"[\s.…·．]*(?:[（(]?\d{1,3}[）)]?)?$")
_CLOSING = re.compile(r"特\s?此\s?(?:通知|公告|通告|函告|函复|函|批复|通报|说明|公示)[。！.!]?")
_ATTACHMENT = re.compile(r"附\s?(?:件|表|录)\s?[\d一二三四五六七八九十]{0,2}\s?(?:[：:].*|$)|[（(]附件.{0,6}[）)]$", re.S)
_RECIPIENT = re.compile(
    rf"(?:各|有关|相关|全[市省县区国]|.{{0,12}}(?:各|有关|相关)).*|.*(?:{ORG_SUFFIX}|单位|部门|机构|院校|高校|成员|会员)(?:[（(].*[)）])?"
)


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
        flat = one_line(text[block.start : block.end]) or "*"
        look = _look(flat, block)
        found.append(Row(block, flat, look, marker(flat) if look in ("paragraph", "bare", "title", "addressees") else None))
    return _with_contents(found)


def _with_contents(found: list[Row]) -> list[Row]:
    """Mark the entries of a 目录: the short lines behind it up to the one that repeats the first of them."""
    result = list(found)
    for at, row in enumerate(found):
        if row.look != "contents":
            continue
        entries: list[str] = []
        for n in range(at + 1, len(found)):
            name = re.sub(r"\s", "", _ENTRY_END.sub("", found[n].flat[:80]))
            if len(found[n].flat) > 80 or "。" in name or (entries and entries[0] == name):
                break
            entries.append(name)
            result[n] = replace(found[n], look="contents", marker=None)
    return result


def titled(flat: str) -> bool:
    """True where a line ends like the title of a notice."""
    named = flat[1:-1] if re.fullmatch(r"[（(]关于.*[)）]", flat) else flat
    return len(named) <= 110 and not _FULL_STOP.search(named) and bool(_TITLE_END.search(named) or _LAW.fullmatch(named))


def _look(flat: str, block: Block) -> Look:
    if re.fullmatch(
        r"[.…·。\s]+|[（(]?略[）)]?|[-—=_*]{1,}|[（(]?此件.{0,8}公开.{0,4}[）)]?|[（(]?(?:本稿|本文|以上内容).{0,40}为准[。.]?[）)]?|[\[［]\d{1,2}[\]］].*",
        flat,
    ):
        return "remark"
    if _INDEX.fullmatch(flat) or _KEYWORDS.fullmatch(flat):
        return "web"
    if len(flat) <= 400 and (_NOTICE_OF_SITE.search(flat) or (_WEB.search(flat) and not _FULL_STOP.search(flat) and not _rules(flat))):
        return "web"
    if _CONTENTS.fullmatch(flat):
        return "contents"
    if _NUMBER.fullmatch(flat.strip("（()） ")):
        return "number"
    if re.fullmatch(rf"{DATE.pattern}\s*(?:印[发制]?|发布|公布)?", flat):
        return "date"
    signed = re.fullmatch(rf"(.{{2,200}}?)[\s　]*{DATE.pattern}(?:\s*印[发制]?)?", flat) if len(flat) <= 260 else None
    if signed and is_org(signed[1]):
        return "signed"
    if _STATUS.fullmatch(flat):
        return "status"
    if is_org(flat):
        return "org"
    if _SIGNATORY.fullmatch(flat):
        return "signatory"
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
    if flat[-1] in "：:" and marker(flat) is None and not re.search(r"。|如下|以下|下列", flat):
        if len(flat) <= 400 and _names_recipients(flat[:-1]):
            return "addressees"
        if len(flat) <= 40:
            return "label"
    if titled(flat) and marker(flat) is None:
        return "title"
    if len(flat) <= 40 and re.search(r"[一-龥]", flat) and not _SENTENCE_END.search(flat):
        return "bare"
    return "paragraph"


def _rules(flat: str) -> bool:
    """A numbered line or an item of a list is no head or foot of a page, whatever words it holds."""
    found = marker(flat)
    introduces = flat[-1] in "：:" and re.search(r"应当|下列|以下|如下|主要", flat)
    return bool(introduces) or flat[-1] in "；;，," or (found is not None and found.style in ("chapter", "article", "han", "han_paren"))


def _names_recipients(flat: str) -> bool:
    """各区县人民政府，市直有关部门: most of the names are offices or begin with 各."""
    names = [n for n in re.split(r"[，,、；;\s　]+", flat) if n]
    return bool(names) and 2 * sum(bool(_RECIPIENT.fullmatch(n)) for n in names) > len(names)
