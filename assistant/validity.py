"""Whether a quoted sentence still holds on a day, and the words that say so. Pure.

What is read, nearest first: the term of the document where the quote holds it; a period in the quoted
sentence; a sentence of the same part that dates "上述…"; the term of the document. Nothing is inferred from
elsewhere: a signature date is no term, and a period that was over when the document was issued is history
or a condition on past business, not the time for which the sentence holds.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from index.dates import LENGTH, Folded, Period, fold, last_day, periods
from index.records import Document, Part, Span

ValidityStatus = Literal["in_force", "expired", "not_yet", "not_stated", "draft"]
_Kind = Literal["bounded", "deadline", "target", "start"]
Term = tuple[datetime.date | None, datetime.date | None, Span | None]


@dataclass(frozen=True, slots=True)
class Validity:
    """``starts`` and ``until`` are inclusive, None where not stated; ``basis`` is a span of the document."""

    status: ValidityStatus
    starts: datetime.date | None = None
    until: datetime.date | None = None
    basis: Span | None = None


def validity(document: Document, part: Part, start: int, end: int, as_of: datetime.date) -> Validity:
    """The validity of ``document.text[start:end]``, a quote inside ``part``, on the day ``as_of``.

    ==========  =================================================================================
    expired     the last day that counts is before ``as_of``
    draft       the document calls itself a draft and no period of the sentence itself is over;
                ``starts`` and ``until`` are what it proposes, ``basis`` is where it says draft
    not_yet     the first day that counts is after ``as_of``
    in_force    neither, and a first or a last day is stated
    not_stated  no day is stated; ``basis`` is an undated term ("疫情期间", "自印发之日起") or None
    ==========  =================================================================================

    Of several periods in one sentence the one that ends last counts; a quote of several sentences is
    bounded only if each of them is. A first day alone keeps the document's last day, and a last day alone
    its first. "疫情期间" never expires by itself, only with the document's own term. Offsets outside the
    part are harmless; nothing raises.
    """
    term = document_term(document)
    own = _own(document, part, start, end, term)
    starts, until, basis = own or term
    status: ValidityStatus = "in_force" if starts or until else "not_stated"
    if until and until < as_of:
        status = "expired"
    elif starts and starts > as_of:
        status = "not_yet"
    if own and own[1] is None and status != "not_yet" and term[1]:
        until = term[1]
        if until < as_of:
            status, basis = "expired", term[2]
    if document.status == "draft" and not (own and own[1] and status == "expired"):
        return Validity("draft", starts, until, document.status_span)
    if own is None and status in ("in_force", "not_stated"):
        undated = _undated(document, part, start, end)
        if undated:
            return Validity("not_stated", basis=undated)
    return Validity(status, starts, until, basis)


def _issued(document: Document) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(document.issued or "")
    except ValueError:
        return None


# --- the term of the document --------------------------------------------------------------------------

_STOPS = "，,、；;。：:（()）"
_FOLDED_SENTENCE = re.compile(r"[^。；;！？!?]+")
_CONTINUED = re.compile(r"[。；;](?:有效|试行|执行|实施|施行|政策)?(?:期|期限|至|到)[^。；;！？!?]+")
_NOUNS = "措施|办法|细则|公告|通告|通知|政策|意见|方案|规定|规程|规则|条例|规划|计划|指引|指南|决定|举措|文件|清单"
_SUBJECT = re.compile(
    rf"(?<!原)(?:本|以上(?:各项)?)[^，,。：:《》本]{{0,8}}?《?(?:{_NOUNS})》?"
    rf"|(?<=[{_STOPS}])(?:{_NOUNS})(?=自)|《(?P<name>[^《》]{{1,60}})》|(?:施行|实施|执行|生效)(?:时间|日期)"
)
_EFFECT = r"(?:正式|开始)*(?:施行|实施|执行|生效|试行)"
_ISSUING = r"(?:发布|印发|公布|下发|颁布|签发|颁发|发文|公告|出台)"
_PLAIN_LENGTH = rf"{LENGTH}(?=内?有效|[，,。；;）)]|$)"
_FROM_ISSUE = re.compile(
    rf"(?:[自从][^，,。自从]{{0,10}}?)?{_ISSUING}之日(?:起(?P<lag>[0-9]{{1,3}})[日天]后)?起?"
    rf"(?:{_EFFECT}|(?=[，,]?有效|{_PLAIN_LENGTH}))"
)
_FROM_BLANK = re.compile(rf"[自从于][^，,。]{{0,10}}年[^，,。]{{0,6}}月[^，,。]{{0,6}}日起?{_EFFECT}")
_FROM_DAY = re.compile(rf"起?{_EFFECT}|起(?=[，,]?有效|{_PLAIN_LENGTH})")
_FOR_LENGTH = re.compile(
    r"(?:(?:有效|试行|执行|实施|施行)期?限?|期限|暂定)(?:为|是|暂定|[：:])*"
    rf"(?:自[^，,。]{{1,16}}?起)?(?P<length>{LENGTH})|(?<=起)(?P<plain>{LENGTH})内?有效"
)
_TERM_WORD = r"(?:有效|试行|执行|实施|施行|政策|行动|试点)(?:期限|期|时限|时间)"
_OVER_RANGE = re.compile(rf"(?:^|[{_STOPS}起行效]){_TERM_WORD}(?:为|是|暂定|[：:])*[自从]?$")
_OVER_ANY_RANGE = re.compile(r"(?:试行|执行|实施|施行|政策|行动|试点)(?:期限|时限|时间|期)(?:为|是|暂定|[：:])*[自从]?$")
_RANGE_EFFECT = re.compile(rf"止?(?:期间)?(?:有效|{_EFFECT})")
_TO_DAY = re.compile(
    rf"(?:^|[{_STOPS}起行效并])(?:(?:有效|试行|执行|实施|施行)(?:期限|期|时间)?|期限|延长|延续)(?:为|[：:])?"
    r"(?:截至|截止到?|至|到)$"
)
_TO = re.compile(rf"[{_STOPS}起行][至到]$")
_STOP_AFTER = re.compile(r"为?止|失效|废止|终止")
_LEFT = re.compile(
    r"(?:(?:(?:有效期?|执行|实施|施行|试行|延长|延续)(?:期限|限)?|力争|截止?)?[至到]|[自从在]|(?<!用)于"
    rf"|{_TERM_WORD}(?:为|是|[：:])*[自从]?|截止(?:时间|日期)?(?:为|是|[：:])?)$"
)
_RIGHT = re.compile(rf"起?{_EFFECT}|期间|之间|为?止|[之以]?前|年?内|起|[之以]?后|截止|关闭|结束|失效|废止|终止")


@lru_cache(maxsize=256)
def document_term(document: Document) -> Term:
    """First day, last day and the verbatim words of the term that the document states for itself.

    A sentence counts that speaks of the document ("本办法…", "以上政策…", its own name in 《》, "施行时间")
    or of an 实施期限; of several the fullest. "自发布之日起" is the day that the same sentence gives, else
    ``issued``. What is not stated or cannot be dated ("自2026年 月 日起施行，有效期3年") is None, and the
    span still shows it; the span is None where there is no such sentence. Raises nothing.
    """
    folded = fold(document.text)
    issued = _issued(document)
    known = periods(folded, issued.year if issued else None)
    found = [_term_of(folded, known, lo, hi, document, issued) for lo, hi in _sentences(folded.text)]
    terms = [term for term in found if term is not None]
    return max(terms, key=lambda term: (bool(term[1]), bool(term[0])), default=(None, None, None))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Sentences of folded text, each with the next one where that only goes on about the term."""
    for match in _FOLDED_SENTENCE.finditer(text):
        more = _CONTINUED.match(text, match.end())
        yield match.start(), more.end() if more else match.end()


def _term_of(
    folded: Folded,
    known: Iterable[Period],
    lo: int,
    hi: int,
    document: Document,
    issued: datetime.date | None,
) -> Term | None:
    text = folded.text
    inside = [period for period in known if lo <= period.start and period.end <= hi]
    subject = next((s for s in _SUBJECT.finditer(text, lo, hi) if _names(s["name"], document, text)), None)
    body = subject.end() if subject else hi
    starts: datetime.date | None = None
    until: datetime.date | None = None
    pieces: list[tuple[int, int]] = []
    for period in inside:
        before, own = text[max(lo, period.start - 16) : period.start], period.start >= body
        if own:
            before = text[max(body, period.start - 16) : period.start]
        if period.ranged and (
            _OVER_ANY_RANGE.search(before) or (own and (_OVER_RANGE.search(before) or _RANGE_EFFECT.match(text, period.end, hi)))
        ):
            starts, until = period.first, period.last
        elif own and not starts and _FROM_DAY.match(text, period.end, hi) and not period.ranged:
            starts = period.first
        elif own and (_TO_DAY.search(before) or (_TO.search(before) and _STOP_AFTER.match(text, period.end, hi))):
            until = period.last
        elif re.search(r"(?:生效|施行|实施)日期[：:]$", before):
            starts = period.first
        elif re.search(r"(?:失效|废止)日期[：:]$", before):
            until = period.last
        else:
            continue
        pieces.append(_widen(text, period, lo, hi))
    if subject and not starts:
        issue = _FROM_ISSUE.search(text, body, hi)
        blank = issue or _FROM_BLANK.search(text, body, hi)
        if issue:
            day = _issue_day(text, inside, lo, issue.start()) or issued
            starts = day and last_day(day, f"{int(issue['lag'] or 0) + 1}日")
        if blank:
            pieces.append(blank.span())
    if subject and not until:
        lengths = _FOR_LENGTH.finditer(text, body, hi)
        length = next((one for one in lengths if _opens(text, one.start(), body, pieces)), None)
        if length:
            until = starts and last_day(starts, length["length"] or length["plain"])
            pieces.append(length.span())
    if not pieces:
        return None
    return starts, until, folded.span(min(lo for lo, _ in pieces), max(hi for _, hi in pieces))


def _opens(text: str, place: int, body: int, pieces: list[tuple[int, int]]) -> bool:
    """Whether "有效期…" at ``place`` is the document's: right after its name, or beside its first day."""
    return place == body or (bool(pieces) and text[place - 1] in _STOPS + "起行效并")


def _names(name: str | None, document: Document, text: str) -> bool:
    """Whether a subject is the document itself: no name, its title, or the short name it gives itself."""
    return (
        name is None or name in fold(f"《{document.title or ''}》").text or re.search(rf"称[“\"]?《{re.escape(name)}》", text) is not None
    )


def _issue_day(text: str, inside: Iterable[Period], lo: int, place: int) -> datetime.date | None:
    """The day on which the same sentence says that the document was issued: "2022年8月12日，…联合印发…"."""
    days = [p for p in inside if lo <= p.start and p.end <= place and p.first == p.last]
    return next((p.first for p in reversed(days) if re.search(_ISSUING, text[p.end : place])), None)


def _widen(text: str, period: Period, lo: int, hi: int) -> tuple[int, int]:
    """A period with the words that make it one: 自…起施行, …期间, …底前."""
    left = _LEFT.search(text[max(lo, period.start - 12) : period.start])
    right = _RIGHT.match(text, period.end, hi)
    return period.start - len(left[0] if left else ""), right.end() if right else period.end


# --- the period of a sentence --------------------------------------------------------------------------

_SENTENCE = re.compile(r"(?:[^。；;！？!?\n\t]|\n(?!\s))+")
_REFERRING = re.compile(r"\s*(?:上述|以上|前述|前款|该[项类]?|本[条项款])")
_ASIDE = re.compile(r"\s*(?:[（(][^（()）]*[）)]\s*)?")
_LASTING = r"(?:延长|延续|延期|持续|顺延|推迟|执行|实施|施行|有效期?|保留|期限|截止)"
_GOAL = r"(?:全部|基本|力争|完成|达到|建成|实现|突破|培育|形成|建立|出台|制定|具备)"
_GRANT = re.compile(r"给予|补助|补贴|奖励|贴息|资助|奖补|减免|免征|免收|返还|减征")
_OVER = re.compile(r"为?止|截止|关闭|结束|届满|失效|废止|终止|停止")
_BEFORE = re.compile(r"[之以]?前(?![期0-9两三])")
_GOAL_AFTER = re.compile(rf"(?:[之以]?前)?[^{_STOPS}]{{0,20}}?{_GOAL}")
_TOWARDS = re.compile(rf"(?:^|[{_STOPS}]|力争|争取|确保|计划|预计|目标)[到至]$")
_AIM = re.compile(r"(?:力争|争取|确保|计划)(?:于|在)?$")
_UNTIL = re.compile(rf"(?:[^{_STOPS}截]至|{_LASTING}到|截止(?:时间|日期)?(?:到|至|为|是|[：:])?|[^{_STOPS}]截至)$")
_FROM = re.compile(r"[自从]$")
_ONWARDS = re.compile(rf"起|{_EFFECT}")
_ONWARDS_ALONE = re.compile(rf"起[，,]|起?{_EFFECT}")
_AFTERWARDS = re.compile(r"[之以]?后(?![期续])")
_DURING = re.compile(r"年?内|期间")
_OPENING = re.compile(rf"(?:^|[{_STOPS}]|在|于)$")
_EVENT = re.compile(r"(?:办好|举办|承办|筹办|主办|参加|召开|开展|实施|对于?)$")
_DOING = re.compile(
    r"(?:全年)?(?:[，,]|对|按|将|拟|各|全[省市区]|力争|计划|继续|重点|支持|安排|新增|组织|举办|办好|开展|给予|推动|推广|实施|争取"
    r"|实现|完成|设立|建设|建成|培育|统筹|预算|扩大|免征|减征|减免|暂停|延续)"
)
_ADVERBIAL = re.compile(r"(?:期间|之间|为?止|[之以]?前|年?内|起|[之以]?后)?[，,]")
_TRAILING = re.compile(rf"{_LASTING}[^{_STOPS}]{{0,4}}[至到]$")
_UNDATED = re.compile(
    r"(?:在|待|至|直至)?(?:新冠|新型冠状病毒)?(?:感染的?)?(?:肺炎)?疫情(?:防控)?"
    r"(?:期间|时期|(?:解除|结束)(?:后|前|为止|之前|之后)?)"
)


@dataclass(frozen=True, slots=True)
class _Stated:
    """A period with its part in the sentence; ``[lo, hi)`` is its place in the folded text."""

    kind: _Kind
    starts: datetime.date | None
    until: datetime.date | None
    lo: int
    hi: int


def _own(document: Document, part: Part, start: int, end: int, term: Term) -> Term | None:
    """The term that the quote states itself, or that its part states for it."""
    if term[2] and term[2].start < end and start < term[2].end and (term[0] or term[1]):
        return term
    if part.kind == "title":
        return None
    quoted: list[Term | None] = []
    referring: list[Term | None] = []
    for sentence in _SENTENCE.finditer(document.text, max(0, part.start), max(0, part.end)):
        lo, hi = max(start, sentence.start()), min(end, sentence.end())
        if lo < hi:
            if not _ASIDE.fullmatch(document.text, lo, hi):
                quoted.append(_sentence_term(document, sentence.span(), lo, hi))
        elif sentence.start() >= end and _REFERRING.match(sentence[0]):
            referring.append(_sentence_term(document, sentence.span(), *sentence.span()))
    stated = [own for own in quoted if own]
    if not stated or len(stated) < len(quoted):
        stated = [own for own in referring if own]
    if not stated:
        return None
    starts, until, basis = max(stated, key=lambda own: own[1] or datetime.date.max)
    if until and not starts and term[0] and term[0] <= until:
        starts = term[0]
    return starts, until, basis


def _sentence_term(document: Document, sentence: tuple[int, int], lo: int, hi: int) -> Term | None:
    """The term of the quote ``[lo, hi)`` in its sentence: its own words, or those that govern it."""
    folded = fold(document.text, *sentence)
    issued = _issued(document)
    found = tuple(_stated(folded, folded.index(lo), folded.index(hi), issued))
    bounded = [one for one in found if one.kind == "bounded"]
    beginning = next((one for one in found if one.kind == "start"), None)
    if bounded or not beginning:
        ends = [one for one in found if one.kind in ("bounded", "deadline")]
        if not ends and not _GRANT.search(folded.text):
            ends = [one for one in found if one.kind == "target"]
        if not ends:
            return None
        last = max(ends, key=lambda one: one.until or datetime.date.max)
        if beginning and beginning.hi <= last.lo and not last.starts:
            last = replace(last, starts=beginning.starts, lo=beginning.lo)
    else:
        last = beginning
    return last.starts, last.until, folded.span(last.lo, last.hi)


def _stated(folded: Folded, lo: int, hi: int, issued: datetime.date | None) -> Iterator[_Stated]:
    """The periods that bear on the quote ``[lo, hi)`` of a folded sentence.

    Outside the quote only an adverbial before it ("自…至…期间，") and an "执行至…" after it bear on it.
    """
    text = folded.text
    for period in periods(folded, issued.year if issued else None):
        before = text[max(0, period.start - 12) : period.start]
        kind = _kind(text, period, before)
        if kind is None:
            continue
        if kind == "start":
            if issued and period.first <= issued and not period.daily:
                continue
        elif issued and period.last <= issued:
            continue
        if period.end <= lo and (kind == "target" or not _ADVERBIAL.match(text, period.end)):
            continue
        if period.start >= hi and not (kind == "bounded" and _TRAILING.search(before)):
            continue
        whole = period.ranged or (kind == "bounded" and not _ends(text, period, before))
        starts = period.first if whole or kind == "start" else None
        until = None if kind == "start" else period.last
        yield _Stated(kind, starts, until, *_widen(text, period, 0, len(text)))


def _ends(text: str, period: Period, before: str) -> bool:
    """Whether a single date is a last day: 至…, …止."""
    return bool(_OVER.match(text, period.end) or _UNTIL.search(before))


def _kind(text: str, period: Period, before: str) -> _Kind | None:
    """What a date does in its sentence; None where it is only mentioned (比2019年, 截至2019年底)."""
    after = period.end
    if period.ranged or _OVER.match(text, after):
        return "bounded"
    if _BEFORE.match(text, after):
        return "target" if _GOAL_AFTER.match(text, after) else "deadline"
    if text.startswith(("的", "以来"), after):
        return None
    if _TOWARDS.search(before):
        return "target"
    if _UNTIL.search(before):
        return "bounded"
    onwards = _ONWARDS if _FROM.search(before) else _ONWARDS_ALONE
    if _AFTERWARDS.match(text, after) or onwards.match(text, after):
        return "start"
    if period.daily:
        return None
    if _AIM.search(before) or (text[period.end - 1] in "底末" and _GOAL_AFTER.match(text, after)):
        return "target"
    if _DURING.match(text, after) or _EVENT.search(before):
        return "bounded"
    return "bounded" if _OPENING.search(before) and _DOING.match(text, after) else None


def _undated(document: Document, part: Part, start: int, end: int) -> Span | None:
    """ "疫情期间" or its like in the quote, or before it in its sentence."""
    for sentence in _SENTENCE.finditer(document.text, max(0, part.start), max(0, part.end)):
        if sentence.start() < end and start < sentence.end():
            folded = fold(document.text, sentence.start(), min(end, sentence.end()))
            match = _UNDATED.search(folded.text)
            if match:
                return folded.span(*match.span())
    return None
