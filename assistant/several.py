"""The answers to several questions of one message, put together as one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Answer, Cell, Comparison
from index.records import Quote

FEW = 3  # questions up to which each keeps all its quotes
KEPT = 2  # quotes of each where there are more


def together(message: str, asked: Sequence[str], answers: Sequence[Answer]) -> Answer:
    """One answer of several: each question in bold with its text, all quotes in one row, the notices of all."""
    quotes: list[Quote] = []
    texts: list[str] = []
    told: list[str] = []
    comparison: Comparison | None = None
    for n, (question, answer) in enumerate(zip(asked, answers, strict=True), 1):
        kept = answer.quotes if len(asked) <= FEW or answer.comparison else answer.quotes[:KEPT]
        texts.append(f"**{n}. {_shown(question)}**\n\n{_shifted(answer.text, len(kept), len(quotes))}")
        told += [_shifted(line, len(answer.quotes), len(quotes)) for line in answer.notices]
        if answer.comparison and comparison is None:
            comparison = _moved(answer.comparison, len(quotes))
        quotes += kept
    answered = [a for a in answers if a.status == "answered"]
    stages = {name: round(sum(a.timings_ms.get(name, 0.0) for a in answers), 3) for name in answers[0].timings_ms}
    return replace(
        (answered or list(answers))[0],
        question=message,
        standalone_question="\n".join(a.standalone_question for a in answers),
        text="\n\n".join(texts),
        confidence=min(a.confidence for a in answered) if answered else 0.0,
        quotes=tuple(quotes),
        related=() if answered else answers[0].related,
        notices=tuple(dict.fromkeys(told)),
        comparison=comparison,
        follow_ups=(),
        timings_ms=stages,
    )


def _shown(question: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", question)


def _shifted(text: str, kept: int, by: int) -> str:
    """``text`` with its references counted on by ``by``; a line that cites only quotes beyond ``kept`` is left out."""
    lines = []
    for line in text.split("\n"):
        refs = [int(n) for n in re.findall(r"\[(\d{1,2})\]", line)]
        if refs and min(refs) > kept:
            continue
        lines.append(re.sub(r"\[(\d{1,2})\]", lambda m: f"[{int(m[1]) + by}]" if int(m[1]) <= kept else "", line))
    return "\n".join(lines)


def _moved(table: Comparison, by: int) -> Comparison:
    rows = tuple((name, tuple(Cell(c.text, None if c.quote is None else c.quote + by) for c in cells)) for name, cells in table.rows)
    return Comparison(table.columns, rows)
