"""Scores → one ranking. Pure; ranks count from 0, ties go to the lower row."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float32]

FITTED = Path(__file__).with_name("fusion.json")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each score counts; all of them are at most 1 before they are weighed."""

    dense: float = 1.0
    late: float = 1.0
    late_part: float = 0.5
    lexical: float = 0.5
    lexicon: float = 0.0


@cache
def fitted() -> dict[str, Weights]:
    """The weights for each language of a question, as ``index.training.fit_fusion`` wrote them."""
    return {language: Weights(**weights) for language, weights in json.loads(FITTED.read_text(encoding="utf-8")).items()}


def language(question: str) -> str:
    """The key of the weights for a question: "zh" where it holds a Chinese character, else "en"."""
    return "zh" if _HAN.search(question) else "en"


def fuse(
    dense: Scores,
    late: Scores | None,
    late_part: Scores | None,
    lexical: Scores,
    weights: Weights,
    lexicon: Scores | None = None,
) -> Scores:
    """The weighted mean of the scores of the same rows, float32 (n,).

    A convex combination keeps the distances that ranks throw away (Bruch et al. 2023, "An Analysis of
    Fusion Functions for Hybrid Retrieval"). A score that is None leaves its share to the others.
    """
    given = [
        (dense, weights.dense),
        (late, weights.late),
        (late_part, weights.late_part),
        (lexical, weights.lexical),
        (lexicon, weights.lexicon),
    ]
    weighed = [(score, weight) for score, weight in given if score is not None]
    total = sum(weight for _, weight in weighed)
    return np.asarray(sum(np.float32(weight / total) * score for score, weight in weighed), np.float32)


def best(rows: npt.NDArray[np.integer], scores: npt.NDArray[np.floating], k: int) -> tuple[Ints, Scores]:
    """The ``k`` best rows, best first; of equal scores the lower row comes first."""
    order = np.lexsort((rows, -scores))[:k]
    return np.asarray(rows[order], np.int64), np.asarray(scores[order], np.float32)


def ranks(rows: Ints) -> dict[int, int]:
    """row → rank of a ranking, from 0."""
    return {row: rank for rank, row in enumerate(rows.tolist())}
