"""Questions that lose their answer: the sentence or clause that answers them is taken out of the documents.

What is left is what a near miss looks like: the topic is there, the asked fact is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from index.read import parse
from index.records import Document, Part, Span
from index.sentences import sentences

Gold = tuple[tuple[str, int, int], ...]


def without_answers(
    documents: Sequence[Document], golds: Sequence[Gold], folds: int, whole: bool
) -> Iterator[tuple[list[Document], list[int]]]:
    """``folds`` times the documents without the answers of every so-manieth question, and the places of these in ``golds``.

    ``whole`` takes out the clause of the answer, else only its sentences. Each question is in one fold.
    """
    rows = {d.id: sentences(d) for d in documents}
    for fold in range(folds):
        chosen = list(range(len(golds)))[fold::folds]
        cut = _cut(rows, [golds[n] for n in chosen], whole)
        if chosen:
            yield [_without(d, cut[d.id]) if cut.get(d.id) else d for d in documents], chosen


def _cut(rows: Mapping[str, Sequence[tuple[Part, Span]]], golds: Sequence[Gold], whole: bool) -> dict[str, list[Span]]:
    cut: dict[str, list[Span]] = {}
    for name, start, end in (one for gold in golds for one in gold):
        for part, span in rows[name]:
            if span.start < end and start < span.end:
                cut.setdefault(name, []).append(Span(part.start, part.end) if whole else span)
    return cut


def _without(document: Document, spans: Sequence[Span]) -> Document:
    """The document read anew without the spans, in its old region."""
    text, at = [], 0
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        text.append(document.text[at : max(at, span.start)])
        at = max(at, span.end)
    return replace(parse("".join([*text, document.text[at:]]), document.source, document.id), region=document.region)
