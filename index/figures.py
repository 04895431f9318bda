"""Figures in Chinese policy text, as verbatim spans. Pure.

A figure is a number with what it counts: a share, a sum, a count, a length of time, a date, a ratio. A number
that only names something is none: the number of a document (〔2020〕28号) or of a clause (第三条, 1.), a
telephone, a code (9710), the name of a standard (ISO27001).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.dates import Folded, fold, periods
from index.records import Span


def _longest_first(words: str) -> str:
    return "(?:" + "|".join(sorted(words.split(), key=len, reverse=True)) + ")"


_PLAIN = r"[0-9]{1,15}(?:,[0-9]{3}){0,5}(?:\.[0-9]+)?"
_DIGITS = rf"(?<![0-9A-Za-z.第\-]){_PLAIN}(?![0-9])"
_ONE = "一二三四五六七八九十"
_CHINESE = rf"(?<![第两{_ONE}百千万零〇上下])[两半{_ONE}][{_ONE}百千万零半]{{0,9}}"
_TENS = rf"(?<![第{_ONE}百千万零〇])(?:[{_ONE}]?十[{_ONE}]?|[{_ONE}][百千万][{_ONE}百千零]*)[余多几]?"
_SCALE = r"[十百千万亿]{0,3}[余多几]?[十百千万亿]{0,2}"
_TO = r"(?:[-~—–～]+|至|到)"
_CURRENCY = r"(?:元人民币|元|人民币|美元|美金|欧元|日元|港元|港币|英镑|韩元|卢布|澳元|加元)"
_TIMES = "个工作日 个自然日 个交易日 个月 个季度 个小时 个学年 个年度 工作日 小时 分钟 秒钟 季度 周年 年半 星期 年 天 周"
_TIME = _longest_first(_TIMES)
_FEW = _longest_first("家 户 名 人 次 场 期 辆 台 人次 批次 班次 航次")
_UNIT = _longest_first(
    _TIMES + " 个百分点 个基点 个标准展位 个标准箱 个标箱 个展位 个航次 个批次 个班次"
    " 人次 人月 人日 班次 航次 车次 架次 批次 辆次 标准箱 标箱 TEU"
    " 平方公里 平方千米 平方米 立方米 ㎡ 公里 千米 英里 海里 英尺 英寸 厘米 毫米 米 公顷 亩 升"
    " 公斤 千克 毫克 吨公里 吨 克 千瓦时 兆瓦时 千瓦 兆瓦 Gbps Mbps Kbps TB GB MB KB kg km 度"
    " 家 户 个 名 人 位 条 项 件 次 起 场 班 列 架 艘 辆 台 套 批 票 单 笔 箱 柜 种 类 期 届 所 座 间 处 份"
    " 页 张 字 组 对 支 只 头 株 瓶 双 幅 本 册 部 款 站 岁 级 折 倍 股 盒 包 枚 片 分"
)
_PER = (
    "(?:每"
    + _longest_first(
        "标准箱 标箱 航次 人次 班次 车次 批次 平方米 立方米 公里 公斤 千瓦时 工作日 小时 重箱 美元 季度"
        " 吨 箱 柜 人 天 日 月 年 户 家 辆 台 件 站 场 项 次 班 列 个 笔 票 单 亩 张 册 度 届 期 仓 批"
    )
    + "){1,3}"
)
_RATE = r"(?:/(?:人|天|日|月|年|吨|箱|标箱|平方米|千瓦时|度|户|家|次|票|件|TEU|公里))*"
_CLOCK = r"(?:[01]?[0-9]|2[0-4])(?:[:：][0-5][0-9](?![0-9])|时(?:[0-5]?[0-9]分)?)"
_MONTH_DAY = r"(?:1[0-2]|0?[1-9])月(?:份|(?:[12][0-9]|3[01]|0?[1-9])日|[上中下]旬|[底末初])?"
_YEAR = r"(?![0-9.]*(?:19|20)[0-9]{2}年)"

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # shares
        rf"{_DIGITS}[%‰]?(?:{_TO}{_PLAIN})?(?:[%‰]|个百分点|个基点|BP)",
        rf"[百千万]分之(?:{_PLAIN}|[{_ONE}百零]+(?:点[{_ONE}零]+)?)",
        rf"(?<![第{_ONE}百千万])[{_ONE}]+分之[{_ONE}]+",
        rf"(?<![{_ONE}完])[两{_ONE}](?:[到至][{_ONE}])?成(?:半|[{_ONE}])?(?![立为员本果功品都长分套熟交就人])",
        # sums
        rf"(?:{_PER})?{_DIGITS}{_SCALE}(?:{_CURRENCY}?{_TO}{_PLAIN}{_SCALE})?{_CURRENCY}{_RATE}",
        rf"(?:RMB|USD|[￥¥$]){_PLAIN}{_SCALE}{_CURRENCY}?",
        rf"(?:{_PER})?{_CHINESE}{_SCALE}{_CURRENCY}{_RATE}",
        # counts and lengths of time
        rf"{_YEAR}{_DIGITS}{_SCALE}(?:{_UNIT}?{_TO}{_PLAIN}{_SCALE})?{_UNIT}",
        rf"{_DIGITS}[万亿]+[余多]?(?![0-9])",
        rf"{_DIGITS}(?:日?{_TO}{_PLAIN})?日(?:以?内)?",
        rf"{_CHINESE}(?:{_TO}[两{_ONE}百]+)?(?:{_TIME}|日(?=以?内)|倍|折)(?![度性级流线体系])",
        rf"(?<![第{_ONE}百千万零〇])[两三四五六七八九]{_FEW}(?!性)",
        rf"(?!十分){_TENS}(?!届){_UNIT}",
        r"(?<![0-9A-Za-z.])[0-9]{1,3}[×xX*✕][0-9]{1,3}(?:小时|天|米|厘米|平方米)?",
        # ratios and what a sign joins: "6:4", "3:5:2", "1/3", "16+1"
        r"(?<![0-9A-Za-z.:：/件表图])[0-9]{1,4}(?:[:：∶][0-9]{1,4}){1,3}(?![0-9.:：/年月日个%万亿元家])",
        r"(?<![0-9A-Za-z.:：/-])[0-9]{1,2}/[0-9]{1,3}(?![0-9A-Za-z./-])",
        r"(?<![0-9A-Za-z.+])[0-9]{1,3}\+[0-9]{1,3}(?![0-9A-Za-z.])",
        # days without a year
        rf"(?<![0-9.]){_CLOCK}(?:{_TO}{_CLOCK})?",
        rf"(?<![0-9第.]){_MONTH_DAY}(?:{_CLOCK})?(?:{_TO}(?:{_MONTH_DAY}|[0-9]{{1,2}}日)(?:{_CLOCK})?)?",
        rf"(?<![0-9第.])(?:1[0-2]|0?[1-9]){_TO}{_MONTH_DAY}",
    )
)
_PHONE = re.compile(r"(?<![0-9])(?:0[0-9]{2,3}[-—– ]?[0-9]{7,8}|1[3-9][0-9]{9}|[48]00-?[0-9]{3,4}-?[0-9]{3,4})(?![0-9])")


def figures(text: str, start: int, end: int) -> tuple[Span, ...]:
    """The figures of ``text[start:end]``: spans into ``text``, in order, without overlap, never empty.

    A span is the longest reading of number and unit without the words that bound it: "50%" of "不超过50%",
    "10家" of "10家以上", "3个工作日" of "3个工作日内"; only days keep 内 ("30日内"), which tells them from
    the 30th. Kept whole are ranges ("3—5年", "3月1日至4月15日"), rates ("每标箱800元", "2元/吨") and what a
    sign joins ("7×24小时", "6:4"). Inside 《…》 and 〔…〕 there are none. Offsets outside the text
    are clamped and nothing raises.
    """
    folded = fold(text, start, end)
    found: list[Span] = []
    place = 0
    for lo, hi in sorted(_candidates(folded), key=lambda pair: (pair[0], -pair[1])):
        if lo >= place:
            found.append(folded.span(lo, hi))
            place = hi
    return tuple(found)


def _candidates(folded: Folded) -> Iterator[tuple[int, int]]:
    phones = [match.span() for match in _PHONE.finditer(folded.text)]
    for period in periods(folded):
        yield period.start, period.end
    for pattern in _PATTERNS:
        for match in pattern.finditer(folded.text):
            lo, hi = match.span()
            if not any(first < hi and lo < last for first, last in phones):
                yield lo, hi
