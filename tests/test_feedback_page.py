"""The bar under the answers: what is pressed is kept, withdrawn, replaced; nothing is taken from the browser but that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.chat import Assistant
from assistant.feedback import FILE, FeedbackStore
from assistant.page.conversation import Turn, ask
from assistant.page.feedback_bar import WORDS, feedback_bar, forgetting, say_of, value, versions
from assistant.page.layout import build_page
from assistant.settings import Settings
from index.records import InputError

QUESTION = "重庆小微外贸企业投保短期出口信用保险补贴多少？"


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / FILE)


@pytest.fixture
def turns(assistant: Assistant) -> list[Turn]:
    first = ask(assistant, QUESTION, [], "")
    return [first, Turn("坏了", problem="x"), ask(assistant, "那威海呢？", [first], "")]


def test_thumbs_are_kept_turned_and_withdrawn(store: FeedbackStore, turns: list[Turn]) -> None:
    said, word = say_of(store, turns, {}, 2, {"verdict": "up"}, {"encoder": "e"})
    (entry,) = store.all()
    assert (word, entry.verdict, entry.question, entry.earlier) == ("thanks", "up", "那威海呢？", (QUESTION,))
    assert (entry.answer["quotes"], entry.versions) == ((turns[2].answer or {})["quotes"], {"encoder": "e"})
    note = {"form": True, "verdict": "down", "reason": "wrong", "quote": 0, "note": " 不对 "}
    said, _ = say_of(store, turns, said, 2, note, {})
    (entry,) = store.all()
    assert (entry.verdict, entry.reason, entry.quote, entry.note) == ("down", "wrong", 0, "不对")
    assert value(said, "zh")["said"] == {"2": {"question": "那威海呢？", "verdict": "down", "reason": "wrong", "note": "不对"}}
    said, word = say_of(store, turns, said, 2, {"verdict": "down"}, {})
    assert (said, word, store.all()) == ({}, "withdrawn", [])


@pytest.mark.parametrize("at", [-1, 1, 3, 10**9])
def test_what_has_no_answer_cannot_be_rated(at: int, store: FeedbackStore, turns: list[Turn]) -> None:
    assert say_of(store, turns, {}, at, {"verdict": "up"}, {}) == ({}, "gone")
    assert store.all() == []


@pytest.mark.parametrize(
    "wrong", [{"verdict": None}, {"verdict": ["up"]}, {"verdict": "down", "quote": 99}, {"verdict": "down", "reason": "x"}]
)
def test_what_does_not_fit_leaves_what_was_said(wrong: dict[str, Any], store: FeedbackStore, turns: list[Turn]) -> None:
    said, _ = say_of(store, turns, {}, 0, {"verdict": "up"}, {})
    with pytest.raises(InputError):
        say_of(store, turns, said, 0, wrong, {})
    assert [entry.verdict for entry in store.all()] == ["up"]


def test_versions_name_the_quoted_documents(assistant: Assistant, turns: list[Turn], tmp_path: Path) -> None:
    found = versions(assistant, Settings(data=tmp_path), turns, 0)
    assert set(found["documents"]) == {quote["source"] for quote in (turns[0].answer or {})["quotes"]}
    assert all(len(digest) == 16 for digest in found["documents"].values())
    assert {"encoder", "parser", "program"} <= set(found)


def test_switched_off_nothing_is_drawn_or_written(assistant: Assistant, tmp_path: Path) -> None:
    for kept in (True, False):
        page = build_page(assistant, Settings(data=tmp_path / str(kept), feedback=kept))
        ids = {getattr(block, "elem_id", None) for block in page.blocks.values()}
        assert ("feedback" in ids) == kept == (tmp_path / str(kept) / FILE).exists()


def test_a_folder_that_cannot_be_written_leaves_the_page(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert feedback_bar(assistant, Settings(data=tmp_path / "file"), None, None) is None  # type: ignore[arg-type]


def test_an_emptied_conversation_has_nothing_said() -> None:
    drawn, said = forgetting("en")
    assert (drawn["said"], said, drawn["words"]["send"]) == ({}, {}, "Send")
    assert all(chinese and english for chinese, english in WORDS.values())
