"""Ranking measures over one question's ranked row numbers, and Spearman's correlation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt


def ndcg(ranked: Sequence[int], gains: Mapping[int, float], depth: int = 10) -> float:
    """Σ gain / log2(rank + 1) over the first ``depth`` ranks (from 1), by the best such sum; 0 without gains.

    Formula: Järvelin and Kekäläinen 2002, linear gain, as in trec_eval.
    """
    got = sum(gains.get(row, 0.0) / math.log2(rank + 1) for rank, row in enumerate(ranked[:depth], 1))
    best = sorted(gains.values(), reverse=True)[:depth]
    ideal = sum(gain / math.log2(rank + 1) for rank, gain in enumerate(best, 1))
    return got / ideal if ideal else 0.0


def recall(ranked: Sequence[int], gains: Mapping[int, float], depth: int) -> float:
    """Share of the rows with a gain that stand in the first ``depth``; 0 where there is none."""
    wanted = {row for row, gain in gains.items() if gain > 0}
    return len(wanted & set(ranked[:depth])) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranked: Sequence[int], gains: Mapping[int, float], depth: int = 10) -> float:
    """1 / rank of the first row with a gain in the first ``depth``, else 0."""
    return next((1 / rank for rank, row in enumerate(ranked[:depth], 1) if gains.get(row, 0) > 0), 0.0)


def spearman(left: npt.ArrayLike, right: npt.ArrayLike) -> float:
    """Pearson's correlation of the ranks, equal values sharing a mean rank; nan if a side is constant."""
    from scipy.stats import spearmanr

    return float(spearmanr(np.asarray(left), np.asarray(right)).statistic)
