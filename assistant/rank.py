"""Does a sentence answer the question? A small model over retrieval features and the kind of fact asked.

Logistic models, fitted by ``python -m assistant.fit`` and kept in ``ranking.json``: ``sentence`` orders the
hits and cuts them off, ``stated`` says whether the documents answer at all, ``right`` how sure the first hit
is (calibrated confidence).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.contrasts import conflicts
from assistant.coverage import FEATURES as COVERAGE
from assistant.coverage import clause_of, content_words, coverage, headed, names_of
from assistant.evidence import KINDS, VALUE_KINDS, Kind, asked, demanded, stated
from assistant.matters import per_units
from index.records import Hit, Quote
from index.text import folded, one_line
from index.words import subjects

STATING = 0.25  # share of the best chance that a sentence needs to go first because it states the asked kind of fact
STATING_CONTACT = 0.1  # the same for a telephone, which hardly any sentence gives
NAMING = 0.1  # share of the best chance that a sentence needs to go first because it names what is asked
GRANTING = 0.15  # and because it grants something
_ASKS_SUPPORT = re.compile(r"照顾|扶持|优惠|帮扶|支持|补贴|补助|奖励|资助")
MODEL = Path(__file__).with_name("ranking.json")
Floats = npt.NDArray[np.float64]

_SILENT = frozenset({"title", "number", "addressees", "signature", "section"})
# A line of the page that a notice was saved from: 上一篇：…, 时间：2024-03-14 来源：…, 相关文件：…
_OF_PAGE = re.compile(
    r"[\s【\[]*(?:上一篇|下一篇|相关(?:文件|链接|阅读|报道|新闻|解读)|责任编辑|打印本页|(?:发布)?(?:时间|日期)[:：]\s*20\d\d.{0,20}(?:来源|点击|浏览|字体|阅读)|来源[:：].{0,30}(?:点击|浏览|字体|打印))"
)

SENTENCE_FEATURES: tuple[str, ...] = (
    "dense", "late", "late_part", "lexical", "gap", "gap_part", "below", "clause", "short", "length",
    "english", "english_dense", "english_late", "earlier_in_part", "top_part",
    *(f"has_{kind}" for kind in KINDS), *(f"lacks_{kind}" for kind in KINDS), "match", "unmatched", "conflicts",
)  # fmt: skip
ANSWER_FEATURES: tuple[str, ...] = (
    "sentence", "second", "mean3", "dense", "late", "late_part", "lexical", "gap", "gap_part", "english", "english_late", "asks_none",
    "part_match", "part_unmatched", *(f"part_lacks_{kind}" for kind in KINDS), *(f"lacks_{kind}" for kind in KINDS),
    "numbers_open", "length", "conflicts", "words_open_part", "words_open_document", "longest_open", "codes_open",
    "outside", "outside_late", "per_open",
    "formal_gap", "formal_gap_part", "formal_odd", *COVERAGE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranked:
    """Hits in order of the chance that each answers the question.

    ``stated`` is the chance that the documents answer it at all, ``confidence`` that the first hit does.
    """

    hits: tuple[Hit, ...]
    chances: tuple[float, ...]
    stated: float
    confidence: float


def eligible(hits: Sequence[Hit], depth: int) -> list[Hit]:
    """The first ``depth`` hits that can state a measure.

    Titles, signatures and the like only name the document; a line of units answers for the clause that it
    belongs to and is reached through it; a line of the page that the notice was saved from states nothing.
    """
    return [hit for hit in hits if hit.quote.part.kind not in _SILENT and not _is_line(hit) and not _OF_PAGE.match(hit.quote.text)][:depth]


def rank(text: str, english: bool, hits: Sequence[Hit], outside: Hit | None = None) -> Ranked:
    """Order the hits of the question ``text`` (normalised); the scores of their quotes become the chances.

    ``outside`` is the best hit of all documents where the question's scope left some out.
    """
    if not hits:
        return Ranked((), (), 0.0, 0.0)
    table = sentence_features(text, english, hits)
    chances = _logistic("sentence", table)
    order = ranking(text, hits, chances)
    ordered = [_with_chance(hits[n], float(chances[n])) for n in order]
    best = [float(chances[n]) for n in order]
    rows = [answer_features(text, english, ordered, best, outside)]
    if order[0] != (likeliest := int(np.argmax(chances))):  # what is stated does not hang on which sentence is shown first
        at = order.index(likeliest)
        turned = [ordered[at], *ordered[:at], *ordered[at + 1 :]]
        rows.append(answer_features(text, english, turned, [best[at], *best[:at], *best[at + 1 :]], outside))
    stated_chances, right = _logistic("stated", np.array(rows)), _logistic("right", np.array(rows[:1]))
    return Ranked(tuple(ordered), tuple(best), float(stated_chances.max()), float(right[0]))


def ranking(text: str, hits: Sequence[Hit], chances: Sequence[float] | Floats) -> list[int]:
    """The places of the hits, best first; equal chances in their old order.

    Where the question asks for a figure ("几天") that the best sentence lacks, one of the same clause that states it goes
    before it; where it names the kind of fact outright ("哪些材料", "电话"), one of the same document. So does a sentence that names
    the terms of the trade in the question where the clause of the best one names none, and one that grants something where support
    is asked for.
    """
    order = sorted(range(len(hits)), key=lambda n: (-chances[n], n))
    better = _naming(text, hits, chances, order)
    if better is None:
        better = _granting(text, hits, chances, order)
    if better is not None:
        order = [better, *(m for m in order if m != better)]
    first = hits[order[0]]
    outright = demanded(text)
    wanted = outright or asked(text) & VALUE_KINDS
    if wanted and not wanted & _stated(first):
        least = (STATING_CONTACT if "contact" in outright else STATING) * chances[order[0]]
        for n in order[1:6]:
            quote = hits[n].quote
            beside = quote.part == first.quote.part or (outright and quote.document.id == first.quote.document.id)
            if beside and chances[n] >= least and wanted & _stated(hits[n]):
                return [n, *(m for m in order if m != n)]
    return order


def _naming(text: str, hits: Sequence[Hit], chances: Sequence[float] | Floats, order: Sequence[int]) -> int | None:
    """The hit that names all terms of the question where the clause of the best one names none; None where there is none."""
    terms = subjects(text)
    if not terms or terms & names_of(clause_of(hits[order[0]])):
        return None
    near = (n for n in order[1:6] if chances[n] >= NAMING * chances[order[0]])
    return next(
        (n for n in near if terms <= names_of(one_line(hits[n].quote.text).lower()) and not conflicts(text, headed(hits[n].quote))), None
    )


def _granting(text: str, hits: Sequence[Hit], chances: Sequence[float] | Floats, order: Sequence[int]) -> int | None:
    """The hit of the same document that grants something where the question asks for support and the best one grants nothing."""
    first = hits[order[0]]
    if not _ASKS_SUPPORT.search(text) or "support" in _stated(first):
        return None
    near = (n for n in order[1:4] if chances[n] >= GRANTING * chances[order[0]] and hits[n].quote.document.id == first.quote.document.id)
    return next((n for n in near if "support" in _stated(hits[n]) and not conflicts(text, headed(hits[n].quote))), None)


def _with_chance(hit: Hit, chance: float) -> Hit:
    quote = hit.quote
    return replace(hit, quote=Quote(quote.document, quote.part, quote.start, quote.end, chance))


def sentence_features(text: str, english: bool, hits: Sequence[Hit]) -> Floats:
    """(hits, features): how near each sentence is and whether it states the kind of fact asked for."""
    wants = asked(text)
    rows = []
    seen: Counter[tuple[str, int]] = Counter()  # hits so far of each part
    for hit in hits:
        quote = hit.quote
        place = (quote.document.id, quote.part.start)
        has = _stated(hit)
        rows.append(
            [
                hit.dense, hit.late, hit.late_part, hit.lexical, hit.gap, hit.gap_part, hits[0].score - hit.score,
                quote.part.kind == "clause", quote.end - quote.start < 15, min(quote.end - quote.start, 120) / 120,
                english, english * hit.dense, english * hit.late,
                min(seen[place], 5) / 5, quote.part == hits[0].quote.part,
                *(kind in wants and kind in has for kind in KINDS), *(kind in wants and kind not in has for kind in KINDS),
                bool(wants & has), bool(wants) and not wants & has,
                conflicts(text, headed(quote)),
            ]
        )  # fmt: skip
        seen[place] += 1
    return np.array(rows, np.float64)


def answer_features(text: str, english: bool, hits: Sequence[Hit], chances: Sequence[float], outside: Hit | None = None) -> Floats:
    """(features,): what speaks for the first hit as an answer, and what is asked but stated nowhere in its clause."""
    wants = asked(text)
    first = hits[0]
    has = _stated(first)
    around: frozenset[Kind] = frozenset().union(*(_stated(h) for h in hits[:8] if h.quote.part == first.quote.part))
    region = first.quote.document.region or ""
    words = [word for word in content_words(text) if word not in region and region not in word]
    document_text = folded(first.quote.document.text)
    part_text = first.quote.document.text[first.quote.part.start : first.quote.part.end]
    return np.array(
        [
            _logit(chances[0]), _logit(chances[1]) if len(chances) > 1 else -6.0, float(np.mean(chances[:3])),
            first.dense, first.late, first.late_part, first.lexical, first.gap, first.gap_part, english, english * first.late,
            not wants, bool(wants & around), bool(wants) and not wants & around,
            *(kind in wants and kind not in around for kind in KINDS), *(kind in wants and kind not in has for kind in KINDS),
            _open(numbers(text), part_text), min(len(text), 60) / 60,
            conflicts(text, headed(first.quote)),
            _open(words, part_text), _open(words, document_text),
            max((len(word) for word in words if word not in document_text), default=0) / 6,
            _open(codes(text), part_text),
            max(0.0, outside.score - max(h.score for h in hits)) if outside else 0.0,
            max(0.0, outside.late_part - first.late_part) if outside else 0.0,
            _open(per_units(text), part_text),
            *_formal(words, first), *coverage(text, english, hits, chances),
        ],
        np.float64,
    )  # fmt: skip


def _formal(words: Sequence[str], hit: Hit) -> tuple[float, float, float]:
    """A gap weighs more in a question that otherwise speaks the words of the document."""
    text = folded(hit.quote.document.text)
    known = [word in text for word in words]
    if len(words) < 2:
        return 0.0, 0.0, 0.0
    share = sum(known) / len(words)
    odd = max((len(word) for word, held in zip(words, known, strict=True) if not held), default=0)
    return share * hit.gap, share * hit.gap_part, share * min(odd, 4) / 4


def _is_line(hit: Hit) -> bool:
    return any(s.start <= hit.quote.start and hit.quote.end <= s.end for s in hit.quote.part.responsible_spans)


def _stated(hit: Hit) -> frozenset[Kind]:
    return stated(one_line(hit.quote.text), _is_line(hit))


def numbers(text: str) -> list[str]:
    """The plain numbers of a text, as written."""
    return re.findall(r"\d+(?:\.\d+)?", text)


def codes(text: str) -> list[str]:
    """Names of standards and procedures: CMMI, ISO 28000, 1210."""
    return [c for c in re.findall(r"[A-Z]{2,}[\w.]*|(?<!\d)\d{4}(?!\d|年)", text) if c not in ("AND", "OR", "US", "RMB", "USD")]


def _open(wanted: Sequence[str], text: str) -> float:
    """The share of the wanted words that do not stand in the text."""
    lower = folded(text)
    return sum(word.lower() not in lower for word in wanted) / len(wanted) if wanted else 0.0


def _logit(chance: float) -> float:
    clipped = min(max(chance, 1e-6), 1 - 1e-6)
    return float(np.log(clipped / (1 - clipped)))


def limit(name: str) -> float:
    """A limit that the fit has chosen.

    "stated": the least chance that the documents answer at all; "stated_following": of a question that follows on another;
    "near": the fused score of the best sentence below which a question is beside the subject.
    """
    return float(_model()["limits"][name])


@cache
def _model() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(MODEL.read_text(encoding="utf-8"))
    return loaded


def _logistic(name: str, table: Floats) -> Floats:
    model = _model()[name]
    weights = np.array([model["weights"][feature] for feature in model["features"]])
    return np.asarray(1 / (1 + np.exp(-(table @ weights + model["intercept"]))))
