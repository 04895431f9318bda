"""Two runs held against each other, and the command line around it."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, TODAY

from assistant.answer import Answer
from assistant.chat import Assistant
from assistant.cli import main
from assistant.evaluate.compare import as_html, as_text, compare, paired_p, read_run
from assistant.evaluate.questions import read_set
from assistant.evaluate.run import Plan, run_set
from index.records import Document, Hit, InputError

BASELINE = ROOT / "tests" / "data" / "baseline"
HAN = re.compile(r"[\u3400-\u9fff]")
SET = BASELINE / "questions.jsonl"


class Worsened:
    """The assistant with its first quote lost and its search turned round."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self.documents: Sequence[Document] = assistant.documents

    def ask(self, question: str, earlier: Sequence[str] = (), *, as_of: datetime.date | None = None) -> Answer:
        answer = self._assistant.ask(question, earlier, as_of=as_of)
        return replace(answer, quotes=answer.quotes[1:])

    def search(self, query: str, k: int = 10) -> list[Hit]:
        return self._assistant.search(query, k)[::-1]


@pytest.fixture(scope="module")
def runs(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("runs")
    subjects: dict[str, Any] = {"good": assistant, "again": assistant, "worse": Worsened(assistant)}
    for name, subject in subjects.items():
        run_set(read_set(SET), subject, home / name, Plan(as_of=TODAY, facts={"program": "worse" if name == "worse" else "good"}))
    return {name: home / name for name in subjects}


def test_the_same_run_twice_differs_in_nothing(runs: dict[str, Path]) -> None:
    comparison = compare(read_run(runs["good"]), read_run(runs["again"]), 0.0)
    assert comparison.regressions == comparison.setup == comparison.fixed == comparison.broken == comparison.changed == ()
    assert {d.p for d in comparison.differences if d.p is not None} == {1.0}


def test_a_worsened_setting_is_caught(runs: dict[str, Path]) -> None:
    comparison = compare(read_run(runs["good"]), read_run(runs["worse"]))
    fallen = {d.name: d for d in comparison.regressions}
    assert {"right", "quote@1", "quote.recall", "clause.hit@1", "sentence.mrr"} <= set(fallen)
    assert fallen["quote@1"].p is not None
    assert fallen["quote@1"].p < 0.01
    assert len(comparison.broken) > 10
    assert comparison.fixed == ()
    assert comparison.setup == (("编码模型与程序：program: good → worse", "encoder and program: program: good → worse"),)
    assert main(["evaluate", "compare", str(runs["good"]), str(runs["worse"])]) == 1
    assert main(["evaluate", "compare", str(runs["worse"]), str(runs["good"])]) == 0
    assert main(["evaluate", "compare", str(runs["good"]), str(runs["worse"]), "--tolerance", "1"]) == 0


def test_a_baseline_may_be_figures_alone(runs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "metrics.json"
    kept.write_bytes((runs["good"] / "metrics.json").read_bytes())
    assert main(["evaluate", "compare", str(runs["again"]), "--baseline", str(kept)]) == 0
    assert main(["evaluate", "compare", str(runs["worse"]), "--baseline", str(tmp_path), "--lang", "en"]) == 1
    assert "Regressions (beyond the tolerance" in capsys.readouterr().out
    content = json.loads(kept.read_text(encoding="utf-8"))
    content["set"]["digests"] = {"questions.jsonl": "0" * 64}
    kept.write_text(json.dumps(content), encoding="utf-8")
    assert main(["evaluate", "compare", str(runs["good"]), "--baseline", str(kept)]) == 2
    assert "make the baseline anew" in capsys.readouterr().err


def test_changed_documents_and_expectations_are_told_apart(runs: dict[str, Path]) -> None:
    good = read_run(runs["good"])
    source = next(iter(good.config["documents"]))
    moved = replace(good, config=dict(good.config) | {"documents": dict(good.config["documents"]) | {source: "0" * 64}})
    comparison = compare(good, moved)
    assert [en.split(":")[0] for _, en in comparison.setup] == ["documents"]
    assert comparison.moved == {
        (r["id"], r["turn"]) for r in good.rows or () if any(p["source"] == source for need in r["needs"] for p in need)
    }
    assert (len(comparison.documents), comparison.paired) == (1, len(good.rows or ()))
    rest = comparison.paired - len(comparison.moved)
    assert f"The evidence of the other {rest} did not change: 0 fixed and 0 broken" in as_text(comparison, "en")
    assert "质量" not in as_text(compare(good, good), "zh")
    worse = compare(good, read_run(runs["worse"]))
    assert f"文件没有变：修复 0 题、变坏 {len(worse.broken)} 题，都是质量的变化" in as_text(worse, "zh")
    rows = list(good.rows or ())
    altered = replace(good, rows=(rows[0] | {"strings": ["other"]}, *rows[2:]))
    comparison = compare(good, altered)
    assert [row["id"] for row in comparison.expectation] == [rows[0]["id"]]
    assert [row["id"] for row in comparison.only_before] == [rows[1]["id"]]
    assert all(d.n <= len(rows) - 2 for d in comparison.differences if d.name == "right")


def test_runs_without_a_common_question_say_so(runs: dict[str, Path]) -> None:
    good = read_run(runs["good"])
    other = replace(good, rows=tuple({**row, "id": f"other-{row['id']}"} for row in good.rows or ()))
    comparison = compare(good, other)
    assert (comparison.paired, comparison.differences, comparison.regressions) == (0, (), ())
    assert "no question in common" in as_text(comparison, "en")


def test_another_way_of_counting_is_told(runs: dict[str, Path]) -> None:
    good = read_run(runs["good"])
    other = replace(good, config=dict(good.config) | {"counting": "other"})
    assert [en.split(":")[0] for _, en in compare(good, other).setup] == ["way of counting"]


def test_paired_p_by_hand() -> None:
    # five conversations, all better: the two extreme sign patterns of 2^5 are as far out
    assert paired_p([(str(n), 0.0, 1.0) for n in range(5)]) == pytest.approx(2 / 32)
    assert paired_p([("a", 0.0, 1.0), ("b", 1.0, 0.0)]) == 1.0
    assert paired_p([("a", 0.0, 1.0)] * 9) == 1.0  # the turns of one conversation are one observation
    assert paired_p([("a", 1.0, 1.0)]) == 1.0


def test_what_is_printed_and_drawn(runs: dict[str, Path], tmp_path: Path) -> None:
    comparison = compare(read_run(runs["good"]), read_run(runs["worse"]))
    for language, word in (("zh", "变坏："), ("en", "Broken: ")):
        text = as_text(comparison, language)
        assert f"{word}{len(comparison.broken)}" in text
        assert "quote.recall" in text
    assert not HAN.search("".join(line for line in as_text(comparison, "en").splitlines() if not line.startswith("  ")))
    for language, word in (("zh", "变坏"), ("en", "Broken")):
        html = as_html(comparison, language)
        assert word in html
        assert "http" not in html.replace("http-equiv", "")
    file = tmp_path / "compare.html"
    main(["evaluate", "compare", str(runs["good"]), str(runs["worse"]), "-o", str(file), "--json"])
    assert file.is_file()


@pytest.mark.parametrize(
    "arguments", [["compare"], ["compare", "x"], ["compare", "x", "y"], [str(SET)], [str(SET), "b"], ["none.jsonl", "-o", "run"]]
)
def test_bad_arguments_end_with_2(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", *arguments]) == 2


def test_a_half_run_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_run(tmp_path)
    (tmp_path / "metrics.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError):
        read_run(tmp_path)


def test_the_command_runs_checks_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--index", str(tmp_path / "data")]
    assert main(["evaluate", str(SET), "--check", *data]) == 0
    assert "26 题" in capsys.readouterr().out
    command = ["evaluate", str(SET), "-o", str(tmp_path / "run"), "--as-of", TODAY.isoformat(), *data]
    assert main(command) == 0
    first = (tmp_path / "run" / "report.html").read_bytes()
    assert main(command) == 0
    assert (tmp_path / "run" / "report.html").read_bytes() == first
    assert main([*command, "--depth", "7"]) == 2
    broken = ROOT / "tests" / "cases" / "evaluate" / "broken" / "set.jsonl"
    assert main(["evaluate", str(broken), "-o", str(tmp_path / "other"), *data]) == 2
    assert "set.jsonl:3" in capsys.readouterr().err
    assert not (tmp_path / "other" / "results.jsonl").exists()


def test_several_processes_give_the_same_answers(tmp_path: Path) -> None:
    data = ["--index", str(tmp_path / "data"), "--as-of", TODAY.isoformat()]
    for jobs in ("1", "2"):
        assert main(["evaluate", str(SET), "-o", str(tmp_path / jobs), "--jobs", jobs, *data]) == 0
    comparison = compare(read_run(tmp_path / "1"), read_run(tmp_path / "2"), 0.0)
    assert comparison.regressions == comparison.changed == comparison.setup == ()


def test_the_baseline_is_sound() -> None:
    questions = read_set(SET)
    assert questions.faults == ()
    assert (len(questions.cases), questions.turns) == (25, 26)
