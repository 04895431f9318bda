"""Figures in a text: hand-computed cases, and what holds for any text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.figures import figures

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases/figures.jsonl").read_text("utf-8").splitlines()]
TEXTS = st.one_of(
    st.lists(
        st.sampled_from(
            [*"0123456789５％%.,:：/-—×+第每半两三十百万亿元年月日个家内成至到〔〕《》（）\n\t 　"]
            + ["工作日", "万元", "百分之", "2022年", "0810-6620315", "小时", "个百分点", "〇", "²", "٣"]
        ),
        max_size=40,
    ).map("".join),
    st.text(max_size=60),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:12])
def test_figures_of_a_sentence(case: dict[str, Any]) -> None:
    text, quote = case["text"], case.get("quote", case["text"])
    start = text.index(quote)
    assert [span.of(text) for span in figures(text, start, start + len(quote))] == case["expect"]


@given(text=TEXTS, start=st.integers(-5, 70), end=st.integers(-5, 70))
def test_figures_are_ordered_pieces_of_the_range(text: str, start: int, end: int) -> None:
    place = max(0, start)
    for span in figures(text, start, end):
        assert place <= span.start < span.end <= min(end, len(text))
        assert span.of(text) == span.of(text).strip()
        place = span.end
