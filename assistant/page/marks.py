"""A clause with what is quoted marked in it: every character outside the marks' tags is the source's own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Span = tuple[int, int]

LONG_CLAUSE = 280  # a clause longer than this is folded around what is quoted
CONTEXT = 60  # characters shown beside a quote in a folded clause, more up to the sentence's end
SENTENCE_END = "。；！？\n"


def trimmed(text: str, span: Span) -> Span:
    """The span without the white space at its ends."""
    piece = text[span[0] : span[1]]
    start = span[0] + len(piece) - len(piece.lstrip())
    return start, max(start, span[0] + len(piece.rstrip()))


def mark(text: str, number: int) -> str:
    """A marked piece; ``number`` is its quote's, 0 for none."""
    return f'<mark data-n="{number}">{escape(text)}</mark>' if number else f"<mark>{escape(text)}</mark>"


def marked(text: str, span: Span, marks: Sequence[tuple[int, int, int]]) -> str:
    """The span's text, escaped, with the marks that lie in it; of two, the first keeps the overlap."""
    out, at = [], span[0]
    for start, end, number in sorted(marks):
        start = max(start, at)
        if start >= end or end > span[1]:
            continue
        out += [escape(text[at:start]), mark(text[start:end], number)]
        at = end
    return "".join([*out, escape(text[at : span[1]])])


def windows(text: str, whole: Span, marks: Sequence[tuple[int, int, int]]) -> list[Span]:
    """The pieces of a clause to show while it is folded; the whole where folding saves little."""
    if whole[1] - whole[0] <= LONG_CLAUSE:
        return [whole]
    found: list[Span] = []
    for start, end, _ in sorted(marks):
        window = (_back(text, whole[0], start), _on(text, end, whole[1]))
        if found and window[0] <= found[-1][1] + CONTEXT:
            found[-1] = (found[-1][0], max(found[-1][1], window[1]))
        else:
            found.append(window)
    shown = sum(end - start for start, end in found)
    return [whole] if whole[1] - whole[0] - shown < 2 * CONTEXT else found


def _back(text: str, low: int, at: int) -> int:
    """Where to begin before a quote: its sentence's start if near, else a fixed way back."""
    floor = max(low, at - 2 * CONTEXT)
    begin = max(text.rfind(mark, floor, at) for mark in SENTENCE_END) + 1
    return begin if begin > 0 else (floor if floor == low else max(low, at - CONTEXT))


def _on(text: str, at: int, high: int) -> int:
    """Where to stop after a quote: its sentence's end if near, else a fixed way on."""
    if text[at - 1 : at] in tuple(SENTENCE_END):
        return at
    ceiling = min(high, at + 2 * CONTEXT)
    ends = [found for mark in SENTENCE_END if (found := text.find(mark, at, ceiling)) >= 0]
    if ends:
        return min(ends) + 1
    return ceiling if ceiling == high else min(high, at + CONTEXT)


def snippet(text: str, whole: Span, windows: Sequence[Span], marks: Sequence[tuple[int, int, int]]) -> str:
    """The windows with their marks, and a sign for what is left out between them."""
    gap = '<span class="gap" aria-hidden="true"> …… </span>'
    body = gap.join(marked(text, window, marks) for window in windows)
    before = gap if windows[0][0] > whole[0] else ""
    after = gap if windows[-1][1] < whole[1] else ""
    return before + body + after
