"""What users say of answers: kept, listed, exported, switched off."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path

import pytest

from assistant.chat import Assistant
from assistant.cli import main
from assistant.evaluate.places import locate
from assistant.evaluate.questions import read_set
from assistant.feedback import FILE, FeedbackStore, open_feedback, question_set
from assistant.settings import Settings
from index.records import InputError

QUESTION = "重庆小微外贸企业投保短期出口信用保险补贴多少？"


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "deep" / FILE)


def test_kept_as_given(store: FeedbackStore, assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION, ["你好"]).to_dict()
    first = store.add(answer, "down", reason="missing", quote=0, note=" 缺了申请条件 ", earlier=["你好"], versions={"encoder": "abc"})
    store.add(answer, "up")
    entry, other = store.all()
    assert (entry.id, entry.verdict, entry.reason, entry.quote, entry.note) == (first, "down", "missing", 0, "缺了申请条件")
    assert (entry.question, entry.earlier, entry.versions) == (QUESTION, ("你好",), {"encoder": "abc"})
    assert entry.answer["quotes"] == answer["quotes"]
    assert (other.verdict, other.reason, other.note) == ("up", None, "")
    assert FeedbackStore(store.file).all() == [entry, other]


def test_nothing_personal_is_kept(store: FeedbackStore) -> None:
    with sqlite3.connect(store.file) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(feedback)")]
    assert columns == ["id", "at", "verdict", "reason", "quote", "note", "question", "earlier", "answer", "versions"]


def test_deleted_text_is_gone_from_the_file(store: FeedbackStore, assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION).to_dict()
    identity = store.add(answer, "down", note="SECRET-NOTE-4711")
    assert b"SECRET-NOTE-4711" in store.file.read_bytes()
    assert store.remove(identity)
    assert not store.remove(identity)
    assert b"SECRET-NOTE-4711" not in store.file.read_bytes()
    store.add(answer, "up")
    assert store.clear() == 1
    assert store.all() == []


@pytest.mark.parametrize(
    "wrong",
    [{"verdict": "maybe"}, {"verdict": "down", "reason": "x"}, {"verdict": "down", "quote": 99}, {"verdict": "up", "note": "长" * 2001}],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, object], store: FeedbackStore, assistant: Assistant) -> None:
    with pytest.raises(InputError):
        store.add(assistant.ask(QUESTION).to_dict(), **wrong)  # type: ignore[arg-type]
    assert store.all() == []


def test_threads_share_the_file(store: FeedbackStore, assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION).to_dict()
    threads = [threading.Thread(target=lambda: [store.add(answer, "up") for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.id for entry in store.all()] == list(range(1, 41))


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("this is no database, " * 100, encoding="utf-8")
    with pytest.raises(InputError):
        FeedbackStore(tmp_path / FILE)


@pytest.mark.parametrize(("value", "kept"), [("off", False), ("0", False), ("on", True), (None, True)])
def test_switched_off(value: str | None, kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSISTANT_FEEDBACK", raising=False)
    if value is not None:
        monkeypatch.setenv("ASSISTANT_FEEDBACK", value)
    store = open_feedback(Settings(data=tmp_path))
    assert (store is not None) == kept
    assert (tmp_path / FILE).exists() == kept


def test_a_wrong_switch_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ASSISTANT_FEEDBACK", "perhaps")
    assert main(["feedback", "list", "--index", str(tmp_path)]) == 2
    assert "ASSISTANT_FEEDBACK" in capsys.readouterr().err


def test_exported_as_a_question_set_to_be_completed(store: FeedbackStore, assistant: Assistant, tmp_path: Path) -> None:
    good, chat = assistant.ask(QUESTION).to_dict(), assistant.ask("你好").to_dict()
    store.add(good, "up")
    store.add(chat, "up")
    store.add(good, "down", reason="wrong", quote=0, note="这条不对")
    file = tmp_path / "set.jsonl"
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in question_set(store.all())), encoding="utf-8")
    questions = read_set(file)
    assert [case.turns[0].kind for case in questions.cases[:2]] == ["answerable", "unanswerable"]
    assert [(fault.line, "neither evidence" in fault.en) for fault in questions.faults] == [(3, True)]  # the one to be completed
    located, faults = locate(questions, assistant.documents)
    assert faults == []
    assert len(located["feedback-1", 0].needs) == len(good["quotes"])


def test_command_line(assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("ASSISTANT_FEEDBACK", raising=False)
    FeedbackStore(tmp_path / FILE).add(assistant.ask(QUESTION).to_dict(), "down", reason="wrong", note="错了")
    data = ["--index", str(tmp_path)]
    assert main(["feedback", "list", *data]) == 0
    assert "这条不对" in capsys.readouterr().out
    assert main(["feedback", "export", *data]) == 2
    assert main(["feedback", "export", "-o", str(tmp_path / "set.jsonl"), *data]) == 0
    assert json.loads((tmp_path / "set.jsonl").read_text(encoding="utf-8"))["question"] == QUESTION
    assert main(["feedback", "clear", *data]) == 0
    monkeypatch.setenv("ASSISTANT_FEEDBACK", "off")
    assert main(["feedback", "list", *data]) == 2
