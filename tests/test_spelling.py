"""Misspelt English words of the trade are mended, and nothing else is."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from assistant.chat import Assistant
from assistant.spelling import mended

MENDED = {
    "what insurence subsidy applies": "what insurance subsidy applies",
    "export recievables": "export receivables",
    "bonded warehuose rules": "bonded warehouse rules",
    "customs clearence time": "customs clearance time",
    "Sinosurre cover": "Sinosure cover",
    "Insurence for exporters": "Insurance for exporters",
}
LEFT = [
    "Does Shenzhen subsidise premiums?",
    "ask Insurence Ltd about it",
    "weihai refund",
    "who authorises it, and is it organised",
    "see https://insurence.example/clearence",
    "威海退税几天",
    "",
]


@pytest.mark.parametrize("typed", MENDED)
def test_a_slip_is_mended(typed: str) -> None:
    assert mended(typed) == MENDED[typed]
    assert mended(MENDED[typed]) == MENDED[typed]


@pytest.mark.parametrize("text", LEFT)
def test_what_is_a_word_or_a_name_stays(text: str) -> None:
    assert mended(text) == text


def test_what_is_kept_stays() -> None:
    assert mended("insurence", [(0, 9)]) == "insurence"


def test_of_correct_questions_hardly_any_changes() -> None:
    """At most 2 in 1,000 of the English training questions."""
    rows = [json.loads(line) for f in (ROOT / "index/training/pairs").glob("queries-*.jsonl") for line in f.read_text("utf-8").splitlines()]
    asked = [row["query"] for row in rows if row["lang"] == "en"]
    assert len(asked) > 1000
    assert sum(mended(one) != one for one in asked) <= 0.002 * len(asked)


@given(st.text(alphabet="insurece xportE.'-@ 5保", max_size=30))
def test_only_letters_of_words_change(text: str) -> None:
    assert [c for c in mended(text) if not c.isascii() or c.isdigit()] == [c for c in text if not c.isascii() or c.isdigit()]


def test_the_correction_shows_in_what_was_understood(assistant: Assistant) -> None:
    answer = assistant.ask("what insurence subsidy applies to small exporters")
    assert answer.standalone_question == "what insurance subsidy applies to small exporters"
    assert any("保费100%补贴" in quote.text for quote in answer.quotes)
