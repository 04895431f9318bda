"""Figures of single questions → figures of a set, with intervals; what each figure means is in ``definitions``.

Intervals are 95 % percentile bootstrap intervals over conversations (their turns are drawn together), with a fixed seed;
where all questions agree (all 0 or all 1), where a bootstrap would claim certainty, they are Wilson intervals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.evaluate.definitions import METRICS

SAMPLES = 2000
SEED = 20260101
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Value:
    """A set's figure: value, 95 % interval, and the denominator ``n``."""

    value: float
    low: float
    high: float
    n: float

    def to_dict(self) -> dict[str, float]:
        """The form in metrics.json."""
        return {"value": round(self.value, 6), "low": round(self.low, 6), "high": round(self.high, 6), "n": round(self.n, 6)}


@dataclass(frozen=True, slots=True)
class Scored:
    """A judged question: the case that it belongs to, its figures, and what the curves need."""

    case: str
    figures: dict[str, tuple[float, float]]
    right: bool
    answered: bool
    confidence: float
    ms: float


def summary(rows: Sequence[Scored], samples: int = SAMPLES) -> dict[str, Value]:
    """Every figure that the questions have, in the order of ``METRICS``."""
    if not rows:
        return {}
    cases = {name: n for n, name in enumerate(dict.fromkeys(row.case for row in rows))}
    names = [name for name in METRICS if any(name in row.figures for row in rows)]
    sums = np.zeros((2, len(cases), len(names)))
    for row in rows:
        for m, name in enumerate(names):
            if name in row.figures:
                sums[:, cases[row.case], m] += row.figures[name]
    low, high = _bootstrap(sums[0], sums[1], samples)
    found: dict[str, Value] = {}
    for m, name in enumerate(names):
        num, den = float(sums[0, :, m].sum()), float(sums[1, :, m].sum())
        value = num / den
        ends = _wilson(value, den) if value in (0.0, 1.0) else (float(low[m]), float(high[m]))
        found[name] = Value(value, *ends, den)
    found |= _curve_values(rows, cases, samples)
    return {name: found[name] for name in METRICS if name in found}


Reals = npt.NDArray[np.float64]


def _bootstrap(num: Reals, den: Reals, samples: int) -> tuple[Reals, Reals]:
    """Ends of the 95 % percentile interval of sum(num) / sum(den), cases drawn with replacement."""
    rng = np.random.default_rng(SEED)
    count = len(num)
    ratios = np.full((samples, num.shape[1]), np.nan)
    for start in range(0, samples, 100):
        weights = rng.multinomial(count, np.full(count, 1 / count), min(100, samples - start)).astype(float)
        below = weights @ den
        np.divide(weights @ num, below, out=ratios[start : start + 100], where=below > 0)
    filled = np.where(np.isnan(ratios), np.nansum(num, 0) / np.maximum(den.sum(0), 1e-12), ratios)
    ends = np.percentile(filled, [2.5, 97.5], axis=0)
    return ends[0], ends[1]


def _wilson(share: float, n: float) -> tuple[float, float]:
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return (0.0 if share == 0 else middle - half), (1.0 if share == 1 else middle + half)


def _curve_values(rows: Sequence[Scored], cases: dict[str, int], samples: int) -> dict[str, Value]:
    members: list[list[Scored]] = [[] for _ in cases]
    for row in rows:
        members[cases[row.case]].append(row)
    rng = np.random.default_rng(SEED)
    draws = [_curve_figures([row for n in rng.integers(0, len(members), len(members)) for row in members[n]]) for _ in range(samples // 8)]
    counts = {name: float(len(rows) if name.startswith("latency") else sum(row.answered for row in rows)) for name in METRICS}
    found = {}
    for name, value in _curve_figures(rows).items():
        drawn = [draw[name] for draw in draws if name in draw]
        low, high = np.percentile(drawn, [2.5, 97.5]) if drawn else (value, value)
        found[name] = Value(value, float(low), float(high), counts[name])
    return found


def _curve_figures(rows: Sequence[Scored]) -> dict[str, float]:
    times = np.array([row.ms for row in rows])
    figures = {f"latency.p{p}": float(np.percentile(times, p, method="inverted_cdf")) for p in (50, 90, 95, 99)}
    answered = [row for row in rows if row.answered]
    if answered:
        sure = np.array([row.confidence for row in answered])
        right = np.array([float(row.right) for row in answered])
        steps = coverage_risk(rows)
        before = [0, *(step["answered"] for step in steps)]
        figures["risk.aurc"] = sum((step["answered"] - was) * step["risk"] for step, was in zip(steps, before, strict=False)) / len(
            answered
        )
        figures["calibration.ece"] = sum(b["n"] * abs(b["confidence"] - b["right"]) for b in reliability(rows)) / len(answered)
        figures["calibration.brier"] = float(np.mean((sure - right) ** 2))
    return figures


def coverage_risk(rows: Sequence[Scored]) -> list[dict[str, Any]]:
    """Coverage (of all questions) and risk at each confidence that occurs, from the highest on."""
    answered = sorted((row for row in rows if row.answered), key=lambda row: -row.confidence)
    steps: list[dict[str, Any]] = []
    wrong = 0
    for n, row in enumerate(answered, 1):
        wrong += not row.right
        if n == len(answered) or answered[n].confidence != row.confidence:
            steps.append({"confidence": row.confidence, "answered": n, "coverage": n / len(rows), "risk": wrong / n})
    return steps


def reliability(rows: Sequence[Scored]) -> list[dict[str, Any]]:
    """Ten equal bins of confidence over the answered questions: mean confidence, share right, number. Empty ones are left out."""
    bins: list[list[Scored]] = [[] for _ in range(10)]
    for row in rows:
        if row.answered:
            bins[min(9, int(row.confidence * 10))].append(row)
    return [
        {"bin": n / 10, "n": len(b), "confidence": sum(r.confidence for r in b) / len(b), "right": sum(r.right for r in b) / len(b)}
        for n, b in enumerate(bins)
        if b
    ]


def score(row: dict[str, Any]) -> Scored:
    """What counting needs of a line of results.jsonl."""
    answer = row["answer"]
    return Scored(
        case=row["id"],
        figures={name: (num, den) for name, (num, den) in row["figures"].items()},
        right=row["right"],
        answered=bool(answer) and answer["status"] == "answered",
        confidence=float(answer["confidence"]) if answer else 0.0,
        ms=1000 * row["seconds"],
    )
