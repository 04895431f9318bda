"""One answer held against what its question expects → figures, each a numerator and a denominator.

An answer is judged in its public form (``Answer.to_dict()``); None stands for a question that failed. It counts
in every denominator that its question belongs to, as an answer that shows nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.evaluate.places import Located, Need, Place
from assistant.evaluate.records import Turn

Figure = tuple[float, float]
Figures = dict[str, Figure]
Quote = Mapping[str, Any]


def judge(turn: Turn, located: Located, answer: Mapping[str, Any] | None, texts: Mapping[str, str]) -> tuple[Figures, bool]:
    """The figures of one question (see ``definitions.METRICS`` for what they mean) and whether its answer is right.

    ``texts``: source → text of the document. An answer to an answerable question is right where it is given and
    its quotes meet at least one need; to an unanswerable one where its status is accepted; a false premise is
    right where one of the first three quotes is the clause that corrects it.
    """
    shown: list[Quote] = list(answer["quotes"]) if answer else []
    related: list[Quote] = list(answer.get("related") or []) if answer else []
    status = answer["status"] if answer else None
    figures: Figures = {"failed": (answer is None, 1)}
    every = shown + related
    if every:
        figures["quote.exact"] = (sum(verbatim(quote, texts) for quote in every), len(every))
    if located.regions is not None:
        figures["region.wrong"] = (any((q["document"]["region"] or "") not in {*located.regions, ""} for q in shown), 1)
    if turn.kind == "answerable":
        right = _answerable(figures, turn, located, shown, status)
    elif turn.kind == "premise":
        right = status in ("answered", "not_found") and any(met(need, shown[:3]) for need in located.needs)
        figures["premise.corrected"] = (right, 1)
    else:
        right = status in turn.accepted
        figures["refusal.right"] = (right, 1)
        figures["error.unanswerable"] = (status == "answered", 1)
    figures["right"] = (right, 1)
    return {name: (float(num), float(den)) for name, (num, den) in figures.items()}, right


def _answerable(figures: Figures, turn: Turn, located: Located, shown: Sequence[Quote], status: str | None) -> bool:
    figures["refused.answerable"] = (status != "answered", 1)
    right = status == "answered"
    if located.needs:
        every: Need = tuple(place for need in (*located.needs, located.also) for place in need)
        among = [met(need, shown) for need in located.needs]
        right = right and any(among)
        figures["quote@1"] = (met(every, shown[:1]), 1)
        figures["quote@3"] = (any(met(need, shown[:3]) for need in located.needs), 1)
        figures["quote.recall"] = (sum(among) / len(among), 1)
        figures["quote.complete"] = (all(among), 1)
        figures["quote.precision"] = (sum(is_evidence(located, q) for q in shown) / len(shown) if shown else 0, 1)
        figures["clause.precision"] = (sum(in_clause(every, q) for q in shown) / len(shown) if shown else 0, 1)
        figures["clause@1"] = (any(in_clause(every, q) for q in shown[:1]), 1)
    text = " ".join(quote["text"] for quote in shown)
    if turn.strings:
        figures["answer.strings"] = (sum(string in text for string in turn.strings) / len(turn.strings), 1)
    if turn.reference:
        figures["answer.reference"] = (_bigram_recall(turn.reference, text), 1)
    if not located.needs and (turn.strings or turn.reference):
        name = "answer.strings" if turn.strings else "answer.reference"
        right = right and figures[name][0] >= 0.5
    figures["error.answerable"] = (not right, 1)
    if turn.validity:
        golden = [quote for quote in shown if any(met(need, [quote]) for need in located.needs)]
        known = {(quote.get("validity") or {}).get("status") for quote in golden}
        figures["validity.status"] = (bool(known & turn.validity), 1)
        if "expired" in turn.validity:
            figures["validity.expired_unflagged"] = (status == "answered" and not known & turn.validity, 1)
    return right


def verbatim(quote: Quote, texts: Mapping[str, str]) -> bool:
    """True where the quote's text is what stands at its offsets in its source."""
    text: str = quote["text"]
    return bool(text.strip()) and texts.get(quote["source"], "")[quote["start"] : quote["end"]] == text


def covers(place: Place, document: str, start: int, end: int) -> bool:
    """A span: at least half of its characters are quoted. A passage: at least half of the quote lies in it."""
    if document != place.document:
        return False
    common = min(place.end, end) - max(place.start, start)
    return common > 0 and 2 * common >= (place.end - place.start if place.grain == "span" else end - start)


def met(need: Need, quotes: Sequence[Quote]) -> bool:
    """True where any of the quotes covers any place of the need."""
    return any(covers(place, quote["document"]["id"], quote["start"], quote["end"]) for quote in quotes for place in need)


def is_evidence(located: Located, quote: Quote) -> bool:
    """True where the quote covers evidence (required or acceptable) or lies half inside it."""
    return any(met(need, [quote]) or inside(need, quote) for need in (*located.needs, located.also))


def inside(need: Need, quote: Quote) -> bool:
    """True where at least half of the quote lies in a place: a quote shorter than the evidence is not idle."""
    size = quote["end"] - quote["start"]
    return any(
        place.document == quote["document"]["id"] and 2 * (min(place.end, quote["end"]) - max(place.start, quote["start"])) >= size > 0
        for place in need
    )


def in_clause(need: Need, quote: Quote) -> bool:
    """True where the quote's clause holds a place (a passage: where the quote is covered by it)."""
    clause = quote.get("clause") or quote
    return any(
        covers(place, quote["document"]["id"], quote["start"], quote["end"])
        if place.grain == "passage"
        else place.document == quote["document"]["id"] and clause["start"] <= place.start and place.end <= clause["end"]
        for place in need
    )


def _bigram_recall(reference: str, text: str) -> float:
    """Share of the reference's pairs of neighbouring characters that occur in the text."""
    squeezed, among = "".join(reference.split()), "".join(text.split())
    pairs = [squeezed[n : n + 2] for n in range(len(squeezed) - 1)] or [squeezed]
    return sum(pair in among for pair in pairs) / len(pairs)
