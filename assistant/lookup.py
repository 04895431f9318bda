"""Look-up for the help desk: clauses by words and filters, and the table of all figures. Pure over documents.

Every row is a span of a document; what the document does not state is None.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from assistant.answer import quote_dict
from assistant.places import regions
from assistant.surfaces import AssistantLike
from assistant.validity import validity
from index.figures import figures
from index.records import Document, InputError, Part, Quote, Span
from index.sentences import sentences
from index.text import one_line, plain

Kind = Literal["rate", "sum", "cap", "deadline", "count"]
KINDS: tuple[Kind, ...] = ("rate", "sum", "cap", "deadline", "count")
STATUSES = ("draft", "abridged", "in_force", "expired", "not_yet", "not_stated")
DEPTH = 400  # sentences that are ranked for a query
FLOOR = 0.3  # a sentence without any word of the query and with a lower score is not shown
NOT_SHOWN = ("title", "number", "addressees", "signature", "contact", "section")


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked at; None is no bound. ``status`` is a document's or a validity's, ``unit`` one in charge."""

    region: str | None = None
    document: str | None = None
    status: str | None = None
    year: str | None = None
    unit: str | None = None
    figures: bool = False

    def __post_init__(self) -> None:
        if self.status and self.status not in STATUSES:
            raise InputError(
                f"没有这个状态：{self.status}；可选：{'、'.join(STATUSES)}",
                f"no such status: {self.status}; choose from: {', '.join(STATUSES)}",
            )


@dataclass(frozen=True, slots=True)
class Found:
    """A clause that was found: ``quote`` is its best sentence, ``marks`` where the typed words stand in it."""

    quote: Quote
    marks: tuple[Span, ...] = ()
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, the sentence that states it, and for whom, in the document's own words."""

    kind: Kind
    span: Span
    quote: Quote
    subject: Span | None = None

    @property
    def text(self) -> str:
        """The figure on one line."""
        return one_line(self.span.of(self.quote.document.text))

    @property
    def whom(self) -> str | None:
        """For whom, in the document's words; None where no words were found."""
        return one_line(self.subject.of(self.quote.document.text)) if self.subject else None

    def to_dict(self, as_of: datetime.date) -> dict[str, Any]:
        """Kind, figure and its place, for whom, and the sentence as a public quote."""
        return {
            "kind": self.kind,
            "figure": self.span.of(self.quote.document.text),
            "start": self.span.start,
            "end": self.span.end,
            "for_whom": self.subject.of(self.quote.document.text) if self.subject else None,
            "quote": quote_dict(self.quote, as_of),
        }


# ---- clauses


def look_up(assistant: AssistantLike, query: str, filters: Filters, as_of: datetime.date, limit: int = 60) -> list[Found]:
    """The clauses for ``query``, best first; without words all clauses that the filters leave, in order.

    Clauses that hold every typed word come first, then those that are near in meaning.
    """
    words = plain(query).lower().split()
    if not words:
        whole = (Quote(d, part, *_body(d, part)) for d in assistant.documents for part in d.parts if part.kind not in NOT_SHOWN)
        return [Found(quote) for quote in whole if _fits(quote, filters, as_of)][:limit]
    best: dict[tuple[str, int], Found] = {}
    for hit in assistant.search(query, DEPTH, region=filters.region):
        key = (hit.quote.document.id, hit.quote.part.start)
        if key in best or not _fits(hit.quote, filters, as_of):
            continue
        found = _found(hit.quote, words)
        if found.literal or found.marks or hit.score >= FLOOR:
            best[key] = found
    return sorted(best.values(), key=lambda found: not found.literal)[:limit]


def _found(quote: Quote, words: Sequence[str]) -> Found:
    text = quote.document.text[quote.part.start : quote.part.end].lower()
    folded = one_line(text)
    marks = [
        Span(quote.part.start + place.start(), quote.part.start + place.end())
        for word in words
        for place in re.finditer(r"\s*".join(map(re.escape, word)), text)
    ]
    return Found(quote, tuple(sorted(marks, key=lambda m: m.start)), all(word in folded for word in words))


def _body(document: Document, part: Part) -> tuple[int, int]:
    piece = document.text[part.start : part.end]
    start = part.start + len(piece) - len(piece.lstrip())
    return start, max(start + 1, part.start + len(piece.rstrip()))


def _fits(quote: Quote, filters: Filters, as_of: datetime.date) -> bool:
    document, part = quote.document, quote.part
    return (
        (filters.region is None or document.region == filters.region)
        and (filters.document is None or document.id == filters.document)
        and (filters.year is None or year_of(document) == filters.year)
        and (filters.unit is None or filters.unit in (part.responsible or ()))
        and (filters.status is None or filters.status in _states(quote, as_of))
        and (not filters.figures or bool(figures(document.text, part.start, part.end)))
    )


def _states(quote: Quote, as_of: datetime.date) -> tuple[str | None, str]:
    return quote.document.status, validity(quote.document, quote.part, quote.start, quote.end, as_of).status


def year_of(document: Document) -> str | None:
    """The year that the document states: of its date, else of its 文号."""
    if document.issued:
        return document.issued[:4]
    stated = re.search(r"[〔［\[(（]((?:19|20)\d\d)[〕］\])）]", document.number or "")
    return stated[1] if stated else None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: only what some document states."""

    regions: tuple[str, ...]
    documents: tuple[Document, ...]
    years: tuple[str, ...]
    units: tuple[str, ...]


def choices(documents: Sequence[Document]) -> Choices:
    """The values that the filters can take over these documents."""
    units = dict.fromkeys(unit for d in documents for part in d.parts for unit in part.responsible or ())
    return Choices(
        tuple(regions(documents)),
        tuple(documents),
        tuple(sorted({year for d in documents if (year := year_of(d))}, reverse=True)),
        tuple(sorted(units, key=lambda unit: (len(unit), unit))),
    )


# ---- figures

_CAP_BEFORE = re.compile(r"(?:不(?:得)?(?:超过|高于|多于)|最高|最多|至多|上限|封顶|限额)[^，。；;0-9]{0,10}$")
_CAP_AFTER = re.compile(r"^(?:以内|以下|封顶|为上限|为限)")
_RATE = re.compile(r"[%％‰]|百分|个百分点|基点|[一二两三四五六七八九\d]成|全额|分之")
_SUM = re.compile(r"元|美金|英镑|欧元|卢布")
_TIME = re.compile(r"年|月|日|天|周|小时|分钟|季度")
# longest first, so that the whole word is taken
_WHO_END = (
    "(?:经营主体|市场主体|用人单位|研发中心|经营者|企业|单位|机构|园区|个人|人员|平台|公司|"
    "商户|项目|产品|集团|展会|银行|基地|组织|协会|客户|员工|人才|主体|货物|业务)"
)
_LEAD = (
    "(?:认定的|进一步|对于|给予|支持|鼓励|引导|推动|组织|帮助|面向|指导|执行|落实|开通|办理|扩大|逐步|加大|加强|对|为|将|使|向|并|和|及)*"
)
_SUBJECTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:对于?|支持|鼓励)(?P<who>[^，,。；;：:“”、]{{2,80}}?的[一-龥]{{0,6}}?{_WHO_END})(?=[，,。；;]|给予|投保|按|减|综合|疫情|[^一-龥])",
        rf"(?:对于?|为|给予|支持|鼓励|引导|推动|组织|帮助|面向|向){_LEAD}(?P<who>[^，,。；;：:（）()“”、0-9]{{0,20}}?{_WHO_END})(?![一-龥]?的?(?:数|额))",
        rf"(?:^|[，,。；;：:、]){_LEAD}(?P<who>[^，,。；;：:（）()“”、0-9]{{0,14}}?{_WHO_END})(?![一-龥]?的?(?:数|额))",
    )
)


def figure_rows(documents: Iterable[Document]) -> Iterator[Figure]:
    """Every figure of the documents' clauses and paragraphs, in order; a figure in a name is none."""
    for document in documents:
        yield from _figures_of(document)


@lru_cache(maxsize=512)
def _figures_of(document: Document) -> tuple[Figure, ...]:
    rows: list[Figure] = []
    for part, sentence in sentences(document):
        if part.kind in NOT_SHOWN:
            continue
        for span in figures(document.text, sentence.start, sentence.end):
            quote = Quote(document, part, sentence.start, sentence.end)
            rows.append(Figure(_kind(document.text, sentence, span), span, quote, _subject(document.text, sentence, span)))
    return tuple(rows)


def _kind(text: str, sentence: Span, span: Span) -> Kind:
    figure = span.of(text)
    before, after = text[sentence.start : span.start], text[span.end : sentence.end]
    rate, money = bool(_RATE.search(figure)), bool(_SUM.search(figure))
    if (rate or money) and (_CAP_BEFORE.search(before) or _CAP_AFTER.search(after)):
        return "cap"
    if rate:
        return "rate"
    if money:
        return "sum"
    return "deadline" if _TIME.search(figure) and not re.search(r"人[月日天次]|每年", figure) else "count"


def _subject(text: str, sentence: Span, span: Span) -> Span | None:
    """For whom: the nearest words before the figure that name a kind of firm, body or person."""
    before = text[sentence.start : span.start]
    for pattern in _SUBJECTS:
        *_, last = [None, *pattern.finditer(before)]
        if last:
            return Span(sentence.start + last.start("who"), sentence.start + last.end("who"))
    return None


def figures_table(
    documents: Sequence[Document],
    filters: Filters,
    as_of: datetime.date,
    *,
    kind: str | None = None,
    words: str = "",
    sort: str = "",
) -> list[Figure]:
    """The figures that fit, in document order or sorted by ``sort``: kind, figure, whom, region, document.

    A leading "-" turns the order. Raises InputError for a kind or an order that there is not.
    """
    if kind and kind not in KINDS:
        raise InputError(
            f"没有这种数字：{kind}；可选：{'、'.join(KINDS)}", f"no such kind of figure: {kind}; choose from: {', '.join(KINDS)}"
        )
    name, turned = sort.lstrip("-"), sort.startswith("-")
    if name and name not in _ORDERS:
        raise InputError(f"不能这样排序：{name}；可选：{'、'.join(_ORDERS)}", f"cannot sort by {name}; choose from: {', '.join(_ORDERS)}")
    wanted = plain(words).lower().split()
    bounds = replace(filters, figures=False)
    rows = [row for row in figure_rows(documents) if (not kind or row.kind == kind) and _fits(row.quote, bounds, as_of)]
    if wanted:
        rows = [row for row in rows if all(word in _about(row) for word in wanted)]
    return sorted(rows, key=_ORDERS[name], reverse=turned) if name else rows


def _about(row: Figure) -> str:
    part, document = row.quote.part, row.quote.document
    named = (row.quote.text, part.heading, part.number, document.title, document.region, *(part.responsible or ()))
    return one_line(" ".join(name for name in named if name)).lower()


def _size(row: Figure) -> float:
    """How large the figure is, for sorting alone."""
    digits = re.search(r"\d+(?:,\d{3})*(?:\.\d+)?", row.text)
    size = float(digits[0].replace(",", "")) if digits else 0.0
    for sign, power in (("千", 1e3), ("万", 1e4), ("亿", 1e8)):
        size *= power if sign in row.text[digits.end() if digits else 0 :] else 1
    return size


_ORDERS: dict[str, Any] = {
    "kind": lambda row: KINDS.index(row.kind),
    "figure": lambda row: (KINDS.index(row.kind), _size(row)),
    "whom": lambda row: row.whom or "\uffff",
    "region": lambda row: row.quote.document.region or "\uffff",
    "document": lambda row: row.quote.document.title or row.quote.document.source,
}
