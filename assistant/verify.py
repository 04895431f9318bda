"""Is this text in a document, where, or what is the nearest true wording? Pure over documents."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice
from typing import Any, Literal

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import partial_ratio_alignment

from assistant.answer import quote_dict
from index.records import Document, InputError, Part, Quote

Verdict = Literal["verbatim", "spacing", "similar", "absent"]
MAX_LENGTH = 5000  # code points of a text to check
PLACES = 50  # places of one text that are told
SIMILAR = 60.0  # below this likeness (0 to 100) nothing is offered as the true wording
_SAME = str.maketrans("“”„‟「」『』‘’：；，！？（）〔〕［］【】", '""""""""\'\':;,!?()[][][]')


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where the given text departs from the document: ``said`` there, ``stated`` here."""

    said: str
    stated: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of checking a text.

    ``verbatim``: it stands so, character for character, at ``places``. ``spacing``: it does but for blanks,
    line breaks or the width and shape of signs. ``similar``: it does not; ``places`` holds the nearest
    true wording and ``differences`` what departs from it. ``absent``: nothing like it was found.
    """

    text: str
    verdict: Verdict
    likeness: float
    places: tuple[Quote, ...] = ()
    differences: tuple[Difference, ...] = ()

    def to_dict(self, as_of: datetime.date) -> dict[str, Any]:
        """The public JSON form."""
        return {
            "text": self.text,
            "verdict": self.verdict,
            "found": self.verdict in ("verbatim", "spacing"),
            "likeness": round(self.likeness / 100, 4),
            "places": [quote_dict(quote, as_of) for quote in self.places],
            "differences": [{"said": d.said, "stated": d.stated} for d in self.differences],
        }


def verify(text: str, documents: Sequence[Document]) -> Verification:
    """Look for ``text`` in ``documents``. Raises InputError for an empty or overlong text."""
    wanted = text.strip()
    if not wanted:
        raise InputError("请给出要核对的文字", "give the text to check")
    if len(wanted) > MAX_LENGTH:
        raise InputError(
            f"文字太长（{len(wanted)} 字），请缩短到 {MAX_LENGTH} 字以内",
            f"the text is too long ({len(wanted)} characters), at most {MAX_LENGTH}",
        )
    exact = tuple(islice((_quote(d, at, at + len(wanted), 1.0) for d in documents for at in _all(d.text, wanted)), PLACES))
    if exact:
        return Verification(text, "verbatim", 100.0, exact)
    folded = _folded(wanted)[0]
    alike = [_quote(d, *_origin(d, at, at + len(folded)), 1.0) for d in documents for at in _all(_folded(d.text)[0], folded)]
    if alike:
        return Verification(text, "spacing", 100.0, tuple(alike[:PLACES]))
    return _nearest(text, folded, documents)


def _nearest(text: str, folded: str, documents: Sequence[Document]) -> Verification:
    best: tuple[float, Document, int, int] | None = None
    for document in documents:
        there = _folded(document.text)[0]
        if not there or not folded:
            continue
        if len(folded) >= len(there):
            found = (Levenshtein.normalized_similarity(folded, there) * 100, document, 0, len(there))
        else:
            place = partial_ratio_alignment(folded, there, score_cutoff=best[0] if best else SIMILAR)
            if place is None:
                continue
            found = (place.score, document, *_fitted(folded, there, place.dest_start, place.dest_end))
        if best is None or found[0] > best[0]:
            best = found
    if best is None or best[0] < SIMILAR:
        return Verification(text, "absent", best[0] if best else 0.0)
    likeness, document, start, end = best
    stated = _folded(document.text)[0][start:end]
    return Verification(
        text, "similar", likeness, (_quote(document, *_origin(document, start, end), likeness / 100),), tuple(_differences(folded, stated))
    )


def _fitted(said: str, text: str, start: int, end: int) -> tuple[int, int]:
    """The piece moved so that it begins and ends with what the given text says too."""
    room = max(6, len(said) // 5)
    start, end = max(0, start - room), min(len(text), end + room)
    while end - start > 1:
        steps = Levenshtein.opcodes(said, text[start:end])
        first, last = steps[0], steps[-1]
        before = first.dest_end - first.dest_start if first.tag == "insert" else 0
        after = last.dest_end - last.dest_start if last.tag == "insert" and last is not first else 0
        if not before and not after:
            break
        start, end = start + before, end - after
    return start, end


def _differences(said: str, stated: str) -> Iterator[Difference]:
    """The places where the two depart, those that touch each other as one."""
    for differs, steps in groupby(Levenshtein.opcodes(said, stated), key=lambda step: step.tag != "equal"):
        if differs:
            first, *further = steps
            last = further[-1] if further else first
            yield Difference(said[first.src_start : last.src_end], stated[first.dest_start : last.dest_end])


@lru_cache(maxsize=256)
def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """``text`` without white space and with one shape of each sign, and where each character stood."""
    marks: list[str] = []
    origin: list[int] = []
    for offset, mark in enumerate(text):
        if mark.isspace() or mark in "\u200b\ufeff":
            continue
        for plain in unicodedata.normalize("NFKC", mark.translate(_SAME)).translate(_SAME):
            marks.append(plain)
            origin.append(offset)
    return "".join(marks), tuple(origin)


def _origin(document: Document, start: int, end: int) -> tuple[int, int]:
    origin = _folded(document.text)[1]
    return origin[start], origin[end - 1] + 1


def _all(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        yield at
        at = text.find(wanted, at + len(wanted))


def _quote(document: Document, start: int, end: int, score: float) -> Quote:
    return Quote(document, part_at(document, start), start, end, score)


def part_at(document: Document, offset: int) -> Part:
    """The part that a place lies in; of a document without parts, the whole."""
    inside = (part for part in document.parts if part.start <= offset < part.end)
    return next(inside, Part(f"{document.id}/", "clause", 0, len(document.text)))
