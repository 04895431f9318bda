"""Shared stand-ins: an encoder whose vectors are exact, and the assistant over the seeds."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from assistant.chat import Assistant
from index.embed import Floats, load_encoder, unit_rows
from index.read import read_documents
from index.store import ClauseIndex

ROOT = Path(__file__).resolve().parents[1]
TODAY = datetime.date(2026, 11, 20)
settings.register_profile("untimed", deadline=None)  # a busy machine makes no test fail
settings.load_profile("untimed")


class CountEncoder:
    """A vector counts the characters of a text in 64 buckets: likeness can be computed by hand."""

    name = "count"
    dimension = 64

    def __init__(self, fingerprint: str = "count-1") -> None:
        self.fingerprint = fingerprint
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Floats:
        self.texts += texts
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for char in text:
                if not char.isspace():
                    vectors[row, int(hashlib.md5(char.encode()).hexdigest(), 16) % self.dimension] += 1
        return unit_rows(vectors)


@pytest.fixture(scope="session")
def seeds_index() -> ClauseIndex:
    return ClauseIndex.build(read_documents([ROOT / "seeds"], root=ROOT), load_encoder())


@pytest.fixture(scope="session")
def assistant(seeds_index: ClauseIndex) -> Assistant:
    return Assistant(seeds_index, today=lambda: TODAY)
