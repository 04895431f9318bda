"""Runs in the background: started, watched, stopped, taken up again, seen by a server that was started anew."""

from __future__ import annotations

import base64
import datetime
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import ROOT

from assistant.answer import Answer
from assistant.chat import Assistant
from assistant.evaluate.bench import Bench
from assistant.feedback import FeedbackStore
from assistant.page.evaluation_tab import WORDS, act, act_on_feedback, panel_value
from index.records import Document, Hit, InputError

SET = (ROOT / "tests" / "data" / "baseline" / "questions.jsonl").read_bytes()


class Gated:
    """Answers a question for each release of the gate."""

    def __init__(self, assistant: Assistant, open_for: int) -> None:
        self._assistant = assistant
        self.gate = threading.Semaphore(open_for)
        self.documents: Sequence[Document] = assistant.documents
        self.asked = 0

    def ask(self, question: str, earlier: Sequence[str] = (), *, as_of: datetime.date | None = None) -> Answer:
        assert self.gate.acquire(timeout=20)
        self.asked += 1
        return self._assistant.ask(question, earlier, as_of=as_of)

    def search(self, query: str, k: int = 10) -> list[Hit]:
        return self._assistant.search(query, k)


@pytest.fixture
def gated(assistant: Assistant) -> Gated:
    return Gated(assistant, 5)


@pytest.fixture
def bench(gated: Gated, tmp_path: Path) -> Bench:
    return Bench(gated, tmp_path / "evaluation")


def test_a_run_is_watched_stopped_and_taken_up_again(bench: Bench, gated: Gated, tmp_path: Path) -> None:
    identity = bench.start("题集.jsonl", SET)
    live = bench.running()
    assert live is not None
    assert (live.id, live.status) == (identity, "running")
    with pytest.raises(InputError, match="another evaluation"):
        bench.start("b.jsonl", SET)
    bench.stop()
    gated.gate.release(100)
    bench.wait(30)
    assert bench.running() is None
    stopped = bench.state(identity)
    assert stopped.status == "stopped"
    assert 0 < stopped.done < stopped.total == 26
    answered = gated.asked
    other = Bench(gated, tmp_path / "evaluation")  # the server was started anew
    assert [(state.id, state.status, state.name) for state in other.states()] == [(identity, "stopped", "题集.jsonl")]
    other.resume(identity)
    other.wait(30)
    assert gated.asked == 26
    assert answered < 26
    done = bench.state(identity)
    assert (done.status, done.done) == ("done", 26)
    assert done.figures is not None
    assert 0 < done.figures["right"] <= 1
    assert '<html lang="zh-CN">' in bench.report(identity)
    assert '<html lang="en">' in bench.report(identity, "en")  # in the reader's language, whatever it was run in


def test_a_run_that_was_cut_off_can_be_taken_up(bench: Bench, gated: Gated) -> None:
    gated.gate.release(100)
    identity = bench.start("a.jsonl", SET)
    bench.wait(30)
    folder = bench._folder(identity)
    state = (folder / "state.json").read_text(encoding="utf-8").replace('"done"', '"running"', 1)
    (folder / "metrics.json").unlink()
    (folder / "state.json").write_text(state.replace('"status": "done"', '"status": "running"'), encoding="utf-8")
    assert bench.state(identity).status == "stopped"


def test_faults_are_kept_with_the_run(bench: Bench) -> None:
    broken = (ROOT / "tests" / "cases" / "evaluate" / "broken" / "set.jsonl").read_bytes()
    identity = bench.start("../../set.jsonl", broken)
    bench.wait(30)
    state = bench.state(identity)
    assert (state.status, state.name) == ("failed", "set.jsonl")
    assert "set.jsonl:3: 不是 JSON" in state.message
    assert "set.jsonl:3: not JSON" in state.message_en
    shown = {language: panel_value(bench, language)["runs"][0]["message"] for language in ("zh", "en")}
    assert shown == {"zh": state.message, "en": state.message_en}
    bench.remove(identity)
    assert bench.states() == []


@pytest.mark.parametrize(("name", "content"), [("a.exe", b"x"), ("a.jsonl", b""), ("a.jsonl", b"x" * 20_000_001)])
def test_what_is_no_set_is_refused(name: str, content: bytes, bench: Bench) -> None:
    with pytest.raises(InputError):
        bench.start(name, content)
    assert bench.states() == []


@pytest.mark.parametrize("identity", ["../x", "/etc", "", "2026/..", "20260101-000000-000000"])
def test_only_runs_are_reached(identity: str, bench: Bench) -> None:
    for action in (bench.state, bench.report):
        with pytest.raises(InputError):
            action(identity)


def test_the_tab_acts_and_draws(bench: Bench, gated: Gated) -> None:
    gated.gate.release(100)
    for _ in range(2):
        act(bench, {"action": "start", "name": "a.jsonl", "content": base64.b64encode(SET).decode()}, "zh")
        assert panel_value(bench, "zh")["live"]["name"] == "a.jsonl"
        bench.wait(30)
    value = panel_value(bench, "en")
    assert value["live"] is None
    assert [run["status"] for run in value["runs"]] == ["done", "done"]
    assert all(len(run["figures"]) == len(value["heads"]) for run in value["runs"])
    after, before = (run["id"] for run in value["runs"])
    assert "评测对比" in act(bench, {"action": "compare", "before": before, "id": after}, "zh")["html"]
    assert act(bench, {"action": "view", "id": after}, "zh")["name"].endswith(".html")
    with pytest.raises(InputError):
        act(bench, {"action": "start", "name": "a.jsonl", "content": "***"}, "zh")


def test_every_word_is_there_in_both_languages() -> None:
    assert all(chinese and english for chinese, english in WORDS.values())


def test_the_tab_lists_exports_and_deletes_feedback(bench: Bench, assistant: Assistant, tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "feedback.sqlite3")
    answer = assistant.ask("重庆小微外贸企业投保短期出口信用保险补贴多少？").to_dict()
    first = store.add(answer, "up")
    store.add(answer, "down", reason="missing", note="少了条件")
    shown = panel_value(bench, "en", store=store)["feedback"]
    assert shown["total"] == 2
    assert [(one["said"], one["note"]) for one in shown["entries"]] == [("something is missing", "少了条件"), ("helpful", "")]
    saved = act_on_feedback(store, {"action": "feedback-export"})
    assert saved is not None
    assert saved["text"].count("\n") == 2
    act_on_feedback(store, {"action": "feedback-remove", "id": "1 OR 1"})
    act_on_feedback(store, {"action": "feedback-remove", "id": first})
    assert [entry.verdict for entry in store.all()] == ["down"]
    act_on_feedback(store, {"action": "feedback-clear"})
    assert store.all() == []
    assert panel_value(bench, "zh")["feedback"] is None  # switched off
    assert act_on_feedback(None, {"action": "feedback-export"}) is None
