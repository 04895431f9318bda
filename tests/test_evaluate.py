"""Question sets read and checked, figures against a count by hand, runs that are cut off and go on."""

from __future__ import annotations

import datetime
import itertools
import json
import math
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, TODAY

from assistant.answer import quote_dict
from assistant.cli import main
from assistant.evaluate import provenance
from assistant.evaluate import run as running
from assistant.evaluate.definitions import METRICS
from assistant.evaluate.metrics import Scored, coverage_risk, summary
from assistant.evaluate.places import locate
from assistant.evaluate.questions import read_set
from assistant.evaluate.records import SetFaultsError
from assistant.evaluate.run import Plan, check, own_documents, read_results, run_set
from index.read import read_documents
from index.records import Document, Hit, InputError, Quote
from index.sentences import sentences

CASES = ROOT / "tests" / "cases" / "evaluate"
BROKEN = CASES / "broken"


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return read_documents([ROOT / "seeds"], root=ROOT)


class Said:
    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content

    def to_dict(self) -> dict[str, Any]:
        return self.content


class Scripted:
    """Says what the data file says; ``asked`` is what it was asked."""

    def __init__(self, documents: Sequence[Document], scripts: dict[str, dict[str, Any]]) -> None:
        self.documents = documents
        self.scripts = scripts
        self.asked: list[str] = []

    def _find(self, name: str, text: str, whole: bool = False) -> Quote:
        document = next(d for d in self.documents if d.source.rsplit("/", 1)[-1].startswith(name))
        at = document.text.index(text)
        for part, span in sentences(document):
            if span.start <= at < span.end:
                start, end = (span.start, span.end) if whole else (at, at + len(text))
                return Quote(document, part, start, end)
        raise LookupError(text)

    def ask(self, question: str, earlier: Sequence[str] = (), *, as_of: datetime.date | None = None) -> Said:
        self.asked.append(question)
        script = self.scripts[question]
        if "raises" in script:
            raise RuntimeError(script["raises"])
        day = as_of or TODAY
        quotes = [quote_dict(self._find(name, text, bool(whole)), day) for name, text, *whole in script["quotes"]]
        if "altered" in script:
            quotes[script["altered"]]["text"] += "！"
        if "validity" in script:
            quotes[0]["validity"]["status"] = script["validity"]
        return Said(
            {
                "question": question,
                "standalone_question": question,
                "language": "zh",
                "status": script["status"],
                "text": "",
                "confidence": script["confidence"],
                "quotes": quotes,
                "related": [quote_dict(self._find(name, text), day) for name, text in script.get("related", [])],
                "notices": [],
                "as_of": day.isoformat(),
            }
        )

    def search(self, query: str, k: int = 10) -> list[Hit]:
        found = [self._find(name, text, True) for name, text in self.scripts[query].get("hits", [])]
        return [Hit(quote, 1 - n / 10) for n, quote in enumerate(found)][:k]


@pytest.fixture
def ten(documents: list[Document]) -> Scripted:
    lines = [json.loads(line) for line in (CASES / "ten.jsonl").read_text(encoding="utf-8").splitlines()]
    return Scripted(documents, {line["question"]: line["script"] for line in lines})


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clocks that give every run the same times."""
    ticks = itertools.count()
    monkeypatch.setattr(running.time, "perf_counter", lambda: next(ticks) / 1000)
    monkeypatch.setattr(running, "now", lambda: "2026-11-20T00:00:00+00:00")


PLAN = Plan(as_of=TODAY)


# ---- figures


def test_figures_equal_a_count_by_hand(ten: Scripted, tmp_path: Path) -> None:
    metrics = run_set(read_set(CASES / "ten.jsonl"), ten, tmp_path, PLAN)
    counted = json.loads((CASES / "ten-count.json").read_text(encoding="utf-8"))
    for name, entry in counted.items():
        num, den = (float(part) for part in entry["count"].split("/"))
        value = metrics["metrics"][name]
        assert value["value"] == pytest.approx(num / den, abs=2e-6), (name, entry["how"])
        assert value["n"] == den, name
        assert value["low"] <= value["value"] <= value["high"], name
    assert {name for name in metrics["metrics"] if not name.startswith("latency")} == set(counted)


def test_which_questions_are_right_is_as_counted(ten: Scripted, tmp_path: Path) -> None:
    run_set(read_set(CASES / "ten.jsonl"), ten, tmp_path, PLAN)
    rows = {row["id"]: row for row in read_results(tmp_path)}
    assert [name for name, row in rows.items() if row["right"]] == ["t1", "t2", "t6", "t8", "t9", "t10"]
    assert rows["t5"]["error"] == "RuntimeError: RuntimeError"
    assert rows["t5"]["answer"] is None
    assert rows["t2"]["met"] == [False, True]
    assert rows["t6"]["evidence"] == [False, True]
    assert rows["t3"]["regions"] == ["全国", "北京"]


def test_denominators_do_not_shrink_when_everything_fails(ten: Scripted, tmp_path: Path) -> None:
    good = run_set(read_set(CASES / "ten.jsonl"), ten, tmp_path / "good", PLAN)["metrics"]
    failing = Scripted(ten.documents, {question: {"raises": "x", "hits": []} for question in ten.scripts})
    bad = run_set(read_set(CASES / "ten.jsonl"), failing, tmp_path / "bad", PLAN)["metrics"]
    for name in bad:
        if name in good and not name.startswith(("risk", "calibration")):
            assert bad[name]["n"] == good[name]["n"], name
    assert set(good) - set(bad) == {"quote.exact", "risk.aurc", "calibration.ece", "calibration.brier"}
    assert bad["failed"]["value"] == bad["error.answerable"]["value"] == 1
    assert bad["right"]["value"] == bad["quote.precision"]["value"] == bad["clause.mrr"]["value"] == 0


def test_every_metric_is_defined_in_both_languages() -> None:
    for metric in METRICS.values():
        assert len(metric.definition_zh) > 10, metric.name
        assert len(metric.definition_en) > 10, metric.name


def _scored(case: str, right: bool, confidence: float = 0.5) -> Scored:
    return Scored(case, {"right": (float(right), 1.0)}, right, True, confidence, 1.0)


def test_intervals() -> None:
    half = summary([_scored(str(n), n % 2 == 0) for n in range(100)])["right"]
    assert half.low == pytest.approx(0.4, abs=0.02)  # 0.5 ± 1.96 × 0.05
    assert half.high == pytest.approx(0.6, abs=0.02)
    sure = summary([_scored(str(n), True) for n in range(10)])["right"]
    assert (sure.low, sure.high) == (pytest.approx(1 / (1 + 1.96**2 / 10), abs=1e-3), 1.0)  # Wilson: 10 / (10 + z²)
    one = summary([_scored("a", n % 2 == 0) for n in range(100)])["right"]
    assert (one.low, one.high) == (0.5, 0.5)  # one conversation drawn again and again


def test_equal_confidences_go_together() -> None:
    steps = coverage_risk(
        [_scored("a", True, 0.9), _scored("b", False, 0.5), _scored("c", True, 0.5), replace(_scored("d", True), answered=False)]
    )
    assert [(s["confidence"], s["coverage"], s["risk"]) for s in steps] == [(0.9, 0.25, 0.0), (0.5, 0.75, pytest.approx(1 / 3))]


def test_half_of_the_characters_count(documents: list[Document], tmp_path: Path) -> None:
    gold = "对小微外贸企业投保短期出口信用保险给予保费100%补贴"  # 27 characters: 14 are enough, 13 are not
    file = tmp_path / "set.jsonl"
    file.write_text(json.dumps({"id": "a", "question": "q", "gold": [{"doc": "002", "quote": gold}]}), encoding="utf-8")
    for length, right in ((13, 0.0), (14, 1.0)):
        said = Scripted(documents, {"q": {"status": "answered", "confidence": 1, "quotes": [["002", gold[:length]]]}})
        assert run_set(read_set(file), said, tmp_path / str(length), PLAN)["metrics"]["quote@1"]["value"] == right


# ---- files of a run


def test_a_run_leaves_its_files(ten: Scripted, tmp_path: Path) -> None:
    run_set(read_set(CASES / "ten.jsonl"), ten, tmp_path, Plan(as_of=TODAY, facts={"encoder": {"fingerprint": "f"}}))
    names = {"config.json", "results.jsonl", "metrics.json", "by_category.csv", "run.trec", "qrels.trec", "report.html"}
    assert {file.name for file in tmp_path.iterdir() if file.name != ".lock"} == names
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    assert config["subject"] == {"encoder": {"fingerprint": "f"}}
    assert set(config["documents"]) == {document.source for document in ten.documents}
    assert all(len(digest) == 64 for digest in [*config["documents"].values(), *config["set"]["digests"].values()])
    first = (tmp_path / "run.trec").read_text(encoding="utf-8").splitlines()[0].split()
    assert (len(first), first[0], first[1], first[3]) == (6, "t1", "Q0", "1")
    assert (tmp_path / "by_category.csv").read_bytes().startswith(b"\xef\xbb\xbfgrouping,group")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "http" not in html.replace("http-equiv", "")  # nothing is fetched, not even named
    assert "default-src 'none'" in html
    assert METRICS["quote.recall"].definition_zh in html


def test_the_trec_files_give_the_same_figures(ten: Scripted, tmp_path: Path) -> None:
    import ir_measures

    metrics = run_set(read_set(CASES / "ten.jsonl"), ten, tmp_path, PLAN)["metrics"]
    qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "qrels.trec")))
    run = list(ir_measures.read_trec_run(str(tmp_path / "run.trec")))
    assert ir_measures.calc_aggregate([ir_measures.RR], qrels, run)[ir_measures.RR] == pytest.approx(
        metrics["sentence.mrr"]["value"], abs=1e-6
    )


def test_report_text_cannot_break_out(documents: list[Document], tmp_path: Path) -> None:
    question = "</script><img src=x onerror=alert(1)>"
    file = tmp_path / "set.jsonl"
    file.write_text(json.dumps({"id": "<b>", "question": question, "acceptable": "refuse", "category": "<i>"}), encoding="utf-8")
    said = Scripted(documents, {question: {"status": "chat", "confidence": 1, "quotes": []}})
    run_set(read_set(file), said, tmp_path / "run", PLAN)
    html = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "<img" not in html
    assert "<i>" not in html


# ---- interrupted runs


class Interrupted(Scripted):
    def __init__(self, like: Scripted, after: int) -> None:
        super().__init__(like.documents, like.scripts)
        self.after = after

    def ask(self, question: str, earlier: Sequence[str] = (), *, as_of: datetime.date | None = None) -> Said:
        if len(self.asked) == self.after:
            raise KeyboardInterrupt
        return super().ask(question, earlier, as_of=as_of)


@pytest.mark.usefixtures("still")
def test_an_interrupted_run_goes_on_and_gives_the_same(ten: Scripted, tmp_path: Path) -> None:
    questions = read_set(CASES / "ten.jsonl")
    run_set(questions, ten, tmp_path / "whole", PLAN)
    with pytest.raises(KeyboardInterrupt):
        run_set(questions, Interrupted(ten, 4), tmp_path / "cut", PLAN)
    partial = tmp_path / "cut" / "results.partial.jsonl"
    assert len(partial.read_text(encoding="utf-8").splitlines()) == 4
    with partial.open("a", encoding="utf-8") as file:
        file.write('{"id": "t5", "rows": [{"ans')  # the line that was being written
    ten.asked.clear()
    run_set(questions, ten, tmp_path / "cut", Plan())  # without a day: the one that it was started with
    assert ten.asked == [turn.question for case in questions.cases[4:] for turn in case.turns]
    for name in ("results.jsonl", "metrics.json", "by_category.csv", "run.trec", "report.html"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert not partial.exists()


@pytest.mark.usefixtures("still")
def test_a_finished_run_is_not_asked_again(ten: Scripted, tmp_path: Path) -> None:
    questions = read_set(CASES / "ten.jsonl")
    first = run_set(questions, ten, tmp_path, PLAN)
    ten.asked.clear()
    assert run_set(questions, ten, tmp_path, PLAN) == first
    assert ten.asked == []
    run_set(questions, ten, tmp_path, Plan(as_of=TODAY, restart=True))
    assert len(ten.asked) == 10


def test_another_configuration_is_not_mixed_in(ten: Scripted, tmp_path: Path) -> None:
    questions = read_set(CASES / "ten.jsonl")
    run_set(questions, ten, tmp_path, Plan(as_of=TODAY, facts={"parser": "old"}))
    with pytest.raises(InputError, match="parser: old → new"):
        run_set(questions, ten, tmp_path, Plan(as_of=TODAY, facts={"parser": "new"}))
    with pytest.raises(InputError, match="depth: 50 → 7"):
        run_set(questions, ten, tmp_path, Plan(as_of=TODAY, depth=7, facts={"parser": "old"}))
    changed = [replace(ten.documents[0], text=ten.documents[0].text + "。"), *ten.documents[1:]]
    with pytest.raises(InputError, match=ten.documents[0].source):
        run_set(questions, Scripted(changed, ten.scripts), tmp_path, Plan(as_of=TODAY, facts={"parser": "old"}))


def test_another_way_of_counting_counts_anew_without_asking(ten: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = read_set(CASES / "ten.jsonl")
    run_set(questions, ten, tmp_path, PLAN)
    before = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    ten.asked.clear()
    monkeypatch.setattr(provenance, "counting_fingerprint", lambda: "other")
    metrics = run_set(questions, ten, tmp_path, PLAN)
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    assert ten.asked == []
    assert config == before | {"counting": "other"}
    assert metrics["counting"] == "other" != before["counting"]


SLOW = """
import sys, time
from assistant.chat import Assistant
from assistant.cli import main
ask = Assistant.ask
def slowly(*given, **named):
    time.sleep(0.2)
    return ask(*given, **named)
Assistant.ask = slowly
sys.exit(main(sys.argv[1:]))
"""


def test_a_killed_run_goes_on_and_gives_the_same(tmp_path: Path) -> None:
    command = [
        "evaluate",
        str(ROOT / "tests" / "data" / "baseline" / "questions.jsonl"),
        "--as-of",
        "2026-11-20",
        "--index",
        str(tmp_path / "data"),
    ]
    assert main([*command, "-o", str(tmp_path / "whole")]) == 0
    process = subprocess.Popen([sys.executable, "-c", SLOW, *command, "-o", str(tmp_path / "cut")], cwd=ROOT, stderr=subprocess.DEVNULL)
    partial = tmp_path / "cut" / "results.partial.jsonl"
    try:
        for _ in range(1000):
            if partial.is_file() and partial.read_bytes().count(b"\n") >= 3:
                break
            assert process.poll() is None
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    kept = [json.loads(line)["rows"] for line in partial.read_bytes().split(b"\n")[:3]]
    assert not (tmp_path / "cut" / "metrics.json").exists()
    assert main([*command, "-o", str(tmp_path / "cut")]) == 0
    whole, cut = read_results(tmp_path / "whole"), read_results(tmp_path / "cut")
    assert [row["seconds"] for row in cut[:3]] == [row["seconds"] for rows in kept for row in rows][:3]  # not asked again

    def timeless(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "seconds": 0, "answer": {**row["answer"], "timings_ms": 0}} for row in rows]

    assert timeless(cut) == timeless(whole)
    figures = [json.loads((tmp_path / name / "metrics.json").read_text(encoding="utf-8"))["metrics"] for name in ("whole", "cut")]
    assert {k: v for k, v in figures[0].items() if "latency" not in k} == {k: v for k, v in figures[1].items() if "latency" not in k}


def test_progress_counts_questions(ten: Scripted, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    run_set(read_set(CASES / "ten.jsonl"), ten, tmp_path, PLAN, lambda done, total: told.append((done, total)))
    assert told == [(n, 10) for n in range(11)]


# ---- faults


FAULTS = {
    "set.jsonl": [
        (2, "not in the text of 002"), (3, "not JSON"), (4, "id used twice: a (set.jsonl:1)"), (4, "unknown document: 999"),
        (5, "missing or empty"), (6, "not a JSON object"), (7, "another document, seeds/003"), (8, "neither evidence nor answer"),
        (9, "acceptable"), (9, "neither evidence"), (9, "YYYY-MM-DD"), (10, "only in spaces or width"),
    ],
    "set.csv": [
        (1, "columns not used: 备注列"), (3, "missing or empty"), (4, "id used twice: 2 (set.csv:3)"), (4, "not in the text"),
        (6, "answerable must be"), (7, "more cells than headings (7 > 6)"),
    ],
    "no-question.csv": [(1, "no heading")],
    "notjson.json": [(2, "not JSON")],
    "squad.json": [
        (1, "paragraphs[2]"), (1, "data[1]"), (6, "s2: the answer does not stand at answer_start 3"), (7, "s3: "), (8, "s4: the answer is not in its paragraph"),
        (9, "s5: "), (12, "s6: its paragraph is in no document"),
    ],
    "cmrc.json": [
        (1, "data[1].paragraphs[0] is without context or qas"), (4, "c1-q1: its paragraph is in no document"), (5, "c1-q2: the question"),
        (6, "c1-q3: the answer is not"), (7, "c1-q4: "), (8, "id used twice: c1-q1 (cmrc.json:4)"), (8, "c1-q1: its paragraph"),
    ],
    "ragas.jsonl": [
        *((n, "note: no id") for n in range(1, 6)), (2, "missing or empty"), (3, "not in the text of any document"),
        (4, "reference_contexts must be a list"), (4, "neither evidence"), (5, "neither evidence"),
    ],
    "beir": [
        (1, "unknown document: d1"), (1, "unknown document: d9"), (2, "without _id or text"), (2, "missing or empty"), (3, "not JSON"),
        (3, "not in corpus.jsonl: d9"), (5, "no such query: q7"), (6, "must be: query 0 document"),
    ],
    "judged.qrels": [(2, "judged twice"), (2, "unknown document: 文件外"), (3, "id<TAB>question"), (4, "must be: query"), (5, "no such query: 4")],
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_file_gives_its_faults_with_their_lines(name: str, documents: list[Document]) -> None:
    questions = read_set(BROKEN / name)
    faults = [*questions.faults, *locate(questions, documents)[1]]
    found = sorted((fault.line, fault.said("en").removeprefix(f"{fault.file}:{fault.line}: ")) for fault in faults)
    for line, words in FAULTS[name]:
        assert any(at == line and words in message for at, message in found), (line, words, found)
    assert len(found) == len(FAULTS[name]), found
    if any(not fault.warning for fault in faults):
        assert all(re.search(r"[\u3400-\u9fff]", fault.zh) and fault.zh != fault.en for fault in faults)
        with pytest.raises(SetFaultsError) as caught:
            check(questions, documents)
        for language in ("zh", "en"):
            assert all(fault.said(language) in caught.value.said(language) for fault in faults)


def test_a_broken_workbook_gives_its_faults(documents: list[Document], tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["编号", "问题", "依据", "文件"], [1, "补多少？", "保费一律全免", "002"], [None, None, None, None], [1, "", "补贴", "002"]):
        book.active.append(row)
    book.save(tmp_path / "set.xlsx")
    questions = read_set(tmp_path / "set.xlsx")
    faults = sorted((fault.line, fault.en) for fault in [*questions.faults, *locate(questions, documents)[1]])
    assert [line for line, _ in faults] == [2, 4, 4]
    (tmp_path / "fake.xlsx").write_text("not a workbook", encoding="utf-8")
    assert "not a readable XLSX" in str(read_set(tmp_path / "fake.xlsx").faults[0].en)


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_bytes('{"id": "a", "question": "可以吗", "acceptable": "refuse"}\n'.encode() + b'{"id": "\xff\xff"}\n')
    first = read_set(tmp_path / "set.jsonl").faults[0]
    assert (first.line, "UTF-8" in first.en) == (2, True)


@pytest.mark.parametrize("name", ["missing.jsonl", "empty", "notes.txt"])
def test_what_is_no_set_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("你好", encoding="utf-8")
    with pytest.raises(InputError):
        read_set(tmp_path / name)


# ---- forms

TEXT = "对小微外贸企业投保短期出口信用保险给予保费100%补贴"
OTHER = "投保短期出口信用保险保费给予全额支持"


def written(form: str, folder: Path, context: str) -> Path:
    """The same question, which 002 or 003 answer, in each form."""
    file = folder / f"set.{form.split('-')[0]}"
    question = "保费补多少？"
    either = [{"doc": "002", "quote": TEXT}, {"doc": "003", "quote": OTHER}]
    if form == "jsonl":
        file.write_text(json.dumps({"id": "a", "question": question, "gold": [either]}), encoding="utf-8")
    elif form == "jsonl-group":
        file.write_text(json.dumps({"id": "a", "问题": question, "依据": [g | {"group": "x"} for g in either]}), encoding="utf-8")
    elif form == "json-list":
        file.write_text(json.dumps([{"id": "a", "query": question, "evidence": [either]}], indent=1), encoding="utf-8")
    elif form == "csv":
        file.write_text(f"编号,问题,依据/原文,文件,是否可答\na,{question},{TEXT}||{OTHER},002||003,是\n", encoding="gb18030")
    elif form == "tsv":
        file.write_text(f"id\tquestion\tgold\tdocument\na\t{question}\t{TEXT} || {OTHER}\t002 || 003\n", encoding="utf-8-sig")
    elif form == "xlsx":
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        for row in (["题号", "问题", "原文依据", "来源"], ["a", question, f"{TEXT}||{OTHER}", "002||003"]):
            book.active.append(row)
        book.save(file)
    elif form == "json-squad":
        answers = [{"text": text, "answer_start": context.index(text)} for text in (TEXT, OTHER)]
        paragraph = {"context": context, "qas": [{"id": "a", "question": question, "answers": answers, "is_impossible": False}]}
        file.write_text(json.dumps({"version": "v2.0", "data": [{"title": "t", "paragraphs": [paragraph]}]}), encoding="utf-8")
    elif form == "json-columns":  # SQuAD as some libraries write it
        answers = {"text": [TEXT, OTHER], "answer_start": [context.index(TEXT), context.index(OTHER)]}
        paragraph = {"context": context, "qas": [{"id": "a", "question": question, "answers": answers}]}
        file.write_text(json.dumps({"data": [{"paragraphs": [paragraph]}]}), encoding="utf-8")
    elif form == "json-cmrc":
        entry = {
            "context_id": "c",
            "context_text": context,
            "title": "t",
            "qas": [{"query_id": "a", "query_text": question, "answers": [TEXT, OTHER]}],
        }
        file.write_text(json.dumps([entry], ensure_ascii=False), encoding="utf-8")
    return file


@pytest.mark.parametrize("form", ["jsonl", "jsonl-group", "json-list", "csv", "tsv", "xlsx", "json-squad", "json-columns", "json-cmrc"])
def test_every_form_says_the_same(form: str, documents: list[Document], tmp_path: Path) -> None:
    context = f"{TEXT}。\n{OTHER}。" if form.startswith("json-") and form != "json-list" else ""
    questions = read_set(written(form, tmp_path, context))
    assert questions.faults == ()
    assert [(case.id, case.turns[0].question, case.turns[0].kind) for case in questions.cases] == [("a", "保费补多少？", "answerable")]
    among = documents
    if context:
        home, _ = own_documents(questions, tmp_path / "run")
        among = read_documents([home])
    located, faults = locate(questions, among)
    assert faults == []
    (need,) = located["a", 0].needs
    texts = {document.id: document.text for document in among}
    assert [texts[place.document][place.start : place.end] for place in need] == [TEXT, OTHER]


def test_ragas_names_are_passages(documents: list[Document], tmp_path: Path) -> None:
    entry = {
        "user_input": "保费补多少？",
        "reference": "100%补贴",
        "reference_contexts": ["支持区县建立小微外贸企业出口信用保险统一投保平台，" + TEXT + "。"],
    }
    (tmp_path / "ragas.jsonl").write_text(json.dumps(entry), encoding="utf-8")
    questions = read_set(tmp_path / "ragas.jsonl")
    said = Scripted(documents, {"保费补多少？": {"status": "answered", "confidence": 1, "quotes": [["002", TEXT]]}})
    metrics = run_set(questions, said, tmp_path / "run", PLAN)["metrics"]
    assert metrics["quote.recall"]["value"] == 1
    assert metrics["answer.reference"]["value"] == 1


def test_conversations_in_rows_and_in_turns(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"id": "d", "turns": [{"user": "一？", "answer_key": ["一"]}, {"user": "二？", "answer_key": ["二"]}]}), encoding="utf-8"
    )
    (tmp_path / "b.csv").write_text("对话,问题,要点\nd,一？,一\nd,二？,二\n", encoding="utf-8")
    for name in ("a.jsonl", "b.csv"):
        (case,) = read_set(tmp_path / name).cases
        assert [turn.question for turn in case.turns] == ["一？", "二？"]
        assert [turn.strings for turn in case.turns] == [("一",), ("二",)]


def test_beir_over_its_own_texts(tmp_path: Path) -> None:
    home = tmp_path / "beir"
    (home / "qrels").mkdir(parents=True)
    (home / "corpus.jsonl").write_text(
        '{"_id": "d/1", "text": "出口退税两个工作日办完。"}\n{"_id": "d/2", "text": "展位费补贴五成。"}\n', encoding="utf-8"
    )
    (home / "queries.jsonl").write_text('{"_id": "q1", "text": "退税几天"}\n{"_id": "q2", "text": "不相干"}\n', encoding="utf-8")
    (home / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td/1\t1\nq2\td/1\t0\n", encoding="utf-8")
    questions = read_set(home)
    assert [case.turns[0].kind for case in questions.cases] == ["answerable", "unanswerable"]
    texts, names = own_documents(questions, tmp_path / "run")
    documents = read_documents([texts])
    found: dict[str, Any] = {
        "status": "answered",
        "confidence": 1,
        "quotes": [["000001", "两个工作日"]],
        "hits": [["000001", "两个工作日"]],
    }
    said = Scripted(documents, {"退税几天": found, "不相干": {"status": "not_found", "confidence": 0, "quotes": []}})
    metrics = run_set(questions, said, tmp_path / "run", Plan(as_of=TODAY, names=names))["metrics"]
    assert metrics["right"]["value"] == metrics["clause.hit@1"]["value"] == 1
    assert metrics["clause.hit@1"]["n"] == 1


def test_qrels_of_clauses(documents: list[Document], tmp_path: Path) -> None:
    clause = next(part for part in documents[2].parts if part.kind == "clause")
    (tmp_path / "judged.qrels").write_text(f"1 0 {clause.id} 1\n", encoding="utf-8")
    (tmp_path / "topics.txt").write_text("<top>\n<num> Number: 1\n<title> 外贸企业怎么保障？\n</top>\n", encoding="utf-8")
    questions = read_set(tmp_path / "judged.qrels")
    located, faults = locate(questions, documents)
    assert faults == []
    assert [(place.start, place.end) for place in located["1", 0].needs[0]] == [(clause.start, clause.end)]


def test_wilson_and_bootstrap_never_leave_the_unit(ten: Scripted, tmp_path: Path) -> None:
    metrics = run_set(read_set(CASES / "ten.jsonl"), ten, tmp_path, PLAN)
    for group in [metrics, *(g for groups in metrics["groups"].values() for g in groups.values())]:
        for name, value in group["metrics"].items():
            assert math.isfinite(value["value"]), name
            if METRICS[name].unit == "share":
                assert 0 <= value["low"] <= value["high"] <= 1, name
