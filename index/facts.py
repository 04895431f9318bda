"""What a document says of itself: title, 文号, issuer, region, date, status. What it does not say is None."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.dates import number as whole_number
from index.marks import DATE, DOC_NUMBER, PAGE_MARK, is_org, one_line
from index.records import DocumentStatus, Part, Span

NATIONAL = "全国"

_DRAFT = re.compile(r"[（(【]?\s?(?:公开)?(?:征求意见稿|意见征询稿|送审稿|讨论稿|草案)\s?[）)】]?")
_ABRIDGED = re.compile(r"[（(【]\s?(?:[^（()）]{0,4}有删[减节]|节选|摘录|摘要|节录|有删减)\s?[）)】]|(?:本文|此件)有删[减节]")
_NATIONAL_ISSUER = re.compile(
    r"^(?:中共中央|国务院|全国|商务部|财政部|海关总署|税务总局|国家|中国人民银行|中国证监会|中国银保监会|银保监会|发展改革委|"
    r"工业和信息化部|交通运输部|农业农村部|市场监管总局|中华人民共和国)"
)
_PLACE = re.compile(
    r"^([一-龥]{2,7}?)(省|市|自治区|自治州|自治县|特别行政区|地区|盟|州|县|(?:经济技术|高新技术产业|经济)?开发区|新区|高新区|区)(?!场|域|级|分)"
)
_SHORTENED = ("省", "市", "自治区", "特别行政区", "地区", "盟", "州")
_HERE = re.compile(r"(?:结合|立足)(?:我|本)?(?!省|市|县|区)([一-龥]{2,4})(?:市|省)?实际")
_BRANCH = re.compile(r"(?:^|[、，,：；（(\s])([一-龥]{2,3}?)(?:市税务局|海关|银保监局|银保监分局|金融监管局)")
_PUBLISHED = re.compile(
    r"(?:(?:成文日期|发布日期|发布时间|公开日期|发文日期|时间|日期)\s*[：:]|^\s*[一-龥A-Za-z]{2,16})\s*(\d{4})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})"
)
_NUMBERED = re.compile(rf"(?:发文字号|文\s?号)\s*[：:]\s*({DOC_NUMBER.pattern})")
_LETTERHEAD = re.compile(r"([一-龥\s　]{3,80}?)\s*(?:文\s?件|令|公\s*告|通\s*告)")
_SOURCE = re.compile(r"(?:发文机关|发布机构|发布单位|来源|信息来源)\s*[：:丨｜|]\s*([^\s　|]+)")


@dataclass(frozen=True, slots=True)
class Facts:
    """The fields of ``Document`` that its text states."""

    title: str | None
    number: str | None
    issuer: str | None
    region: str | None
    issued: str | None
    status: DocumentStatus | None
    status_span: Span | None
    addressees: str | None
    contact: str | None
    attachment_title: str | None


def facts(text: str, parts: tuple[Part, ...]) -> Facts:
    """Read the facts off the parts of ``text``."""
    titles = [_joined(text, p) for p in parts if p.kind == "title"]
    signatures = [text[p.start : p.end] for p in parts if p.kind == "signature"]
    web = [text[p.start : p.end].replace("*", "") for p in parts[: _body_start(parts)] if p.kind == "note"]
    title = titles[0] if titles else None
    feet = [text[p.start : p.end] for p in parts[_body_start(parts) :] if p.kind == "note"]
    issuer = _issuer(title, signatures, [*web, *feet])
    status, span = _status(text, parts)
    return Facts(
        title=title,
        number=next((re.sub(r"\s+", "", _line(text, p)).strip("（）()") for p in parts if p.kind == "number"), None) or _page_number(web),
        issuer=issuer,
        region=_region(text, title, issuer, parts),
        issued=_issued(signatures, web),
        status=status,
        status_span=span,
        addressees=next((_line(text, p).rstrip("：:") for p in parts if p.kind == "addressees"), None),
        contact=_contact(text, parts),
        attachment_title=titles[1] if len(titles) > 1 else None,
    )


def _body_start(parts: tuple[Part, ...]) -> int:
    return next((i for i, p in enumerate(parts) if p.kind in ("clause", "section", "preamble")), len(parts))


def _line(text: str, part: Part) -> str:
    return one_line(text[part.start : part.end]).strip()


def _joined(text: str, part: Part) -> str:
    """A title on one line: several offices above it stay apart by a blank, wrapped lines are joined."""
    lines = [re.sub(r"\s+", " ", line.strip(" \t\u3000#*>")) for line in text[part.start : part.end].strip().splitlines()]
    lines = [line for line in lines if line and not re.fullmatch(PAGE_MARK, line)]
    offices = [line for line in lines if is_org(line)]
    several = sum(len(re.split(r"[\s、]+", line)) for line in offices) > 1
    return (" ".join(offices) + " " if several else "".join(offices)) + "".join(line for line in lines if not is_org(line))


def _issuer(title: str | None, signatures: list[str], web: list[str]) -> str | None:
    for signature in signatures:
        names = [n for n in re.split(r"[\s、]+", DATE.sub(" ", signature)) if n and is_org(n)]
        if names:
            return "、".join(dict.fromkeys(names))
    above = re.match(r"(.{2,80}?)(?:关于|[转印]发|批转|对)", title or "")
    if above and is_org(above[1]):
        return "、".join(re.split(r"[\s、]+", above[1].strip()))
    for head in web:
        letterheads = (_LETTERHEAD.fullmatch(line.strip()) for line in head.splitlines())
        for named in (*letterheads, _SOURCE.search(head)):
            if named and is_org(named[1]):
                return "、".join(named[1].split())
    return None


def _issued(signatures: list[str], web: list[str]) -> str | None:
    for signature in signatures:
        found = DATE.search(signature)
        if found:
            values = [whole_number(re.sub(r"[\s０-９]", _plain, v)) for v in re.split("[年月日]", found[0])[:3]]
            return _iso(values)
    for head in web:
        named = _PUBLISHED.search(head)
        if named:
            return _iso([int(v) for v in named.groups()])
    return None


def _page_number(web: list[str]) -> str | None:
    """The 文号 that the head of a web page states."""
    found = (named for head in web if (named := _NUMBERED.search(head)))
    return next((re.sub(r"\s+", "", named[1]) for named in found), None)


def _plain(mark: re.Match[str]) -> str:
    return "" if mark[0].isspace() else str(int(mark[0]))


def _iso(values: list[int | None]) -> str | None:
    year, month, day = (v or 0 for v in values)
    return f"{year:04d}-{month:02d}-{day:02d}" if year and 1 <= month <= 12 and 1 <= day <= 31 else None


def _status(text: str, parts: tuple[Part, ...]) -> tuple[DocumentStatus | None, Span | None]:
    """征求意见稿 or 有删减, where the title or a line of its own says so."""
    for kind, pattern in (("draft", _DRAFT), ("abridged", _ABRIDGED)):
        for part in parts:
            if part.kind in ("title", "note"):
                found = pattern.search(text, part.start, part.end)
                if found and (part.kind == "title" or len(text[part.start : part.end].strip()) <= 400):
                    return ("draft" if kind == "draft" else "abridged"), Span(found.start(), found.end())
    return None, None


def _contact(text: str, parts: tuple[Part, ...]) -> str | None:
    for part in parts:
        if part.kind == "contact":
            line = text[part.start : part.end].strip()
            return line[1:-1] if line[:1] in "（(" and line[-1:] in "）)" else line
    for part in parts:
        if part.kind == "clause" and re.search(r"联系方式|咨询(?:方式|电话)|联系(?:人|电话)", part.heading or ""):
            body = text[part.start : part.end].strip()
            return body[body.find(part.heading or "") + len(part.heading or "") :].lstrip("。：: \r\n　") or None
    return None


def _region(text: str, title: str | None, issuer: str | None, parts: tuple[Part, ...]) -> str | None:
    """The place that the notice is for, in its short form (北京, 威海); 全国 for national offices."""
    for name in (issuer, title and title.lstrip("《"), title and re.sub(r"^.*?关于(?:公开征求|印发|发布)?《?", "", title)):
        if not name:
            continue
        if _NATIONAL_ISSUER.match(name):
            return NATIONAL
        name = re.sub(r"^(?:\d{4}年度?|关于|印发|中共)+", "", name)
        place = _PLACE.match(name)
        if place and place[1] not in ("各", "全", "有关", "本"):
            return place[1] if len(place[1]) >= 2 and place[2] in _SHORTENED else place[0]
    here = _HERE.search(text)
    if here:
        return here[1]
    for part in parts:
        if part.kind == "title":
            continue
        found = _BRANCH.search(text, part.start, part.end)
        if found and found[1] not in ("主管", "所在", "属地"):
            return found[1]
    return None
