"""Scores → one ranking. Pure; ranks count from 0, ties go to the lower row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each score counts; all of them are at most 1 before they are weighed."""

    dense: float = 1.0
    late: float = 1.0
    late_part: float = 0.5
    lexical: float = 0.5


def fuse(dense: Scores, late: Scores | None, late_part: Scores | None, lexical: Scores, weights: Weights) -> Scores:
    """The weighted mean of the scores of the same rows, float32 (n,).

    A convex combination keeps the distances that ranks throw away (Bruch et al. 2023, "An Analysis of
    Fusion Functions for Hybrid Retrieval"). Without late interaction the rest takes its share.
    """
    total = weights.dense + weights.lexical
    mixed = weights.dense * dense + weights.lexical * lexical
    for score, weight in ((late, weights.late), (late_part, weights.late_part)):
        if score is not None:
            mixed, total = mixed + weight * score, total + weight
    return np.asarray(mixed / total, np.float32)


def best(rows: npt.NDArray[np.integer], scores: npt.NDArray[np.floating], k: int) -> tuple[Ints, Scores]:
    """The ``k`` best rows, best first; of equal scores the lower row comes first."""
    order = np.lexsort((rows, -scores))[:k]
    return np.asarray(rows[order], np.int64), np.asarray(scores[order], np.float32)


def ranks(rows: Ints) -> dict[int, int]:
    """row → rank of a ranking, from 0."""
    return {int(row): rank for rank, row in enumerate(rows)}
