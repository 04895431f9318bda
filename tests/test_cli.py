"""The command line as a user meets it: results on stdout, complaints on stderr, exit code 2 for bad input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from terminal import run

NOTICE = "某市促进外贸若干措施\n\n一、支持参展。对参加境外展会的企业，按展位费的50%补助。（责任单位：市商务局）\n"


@pytest.fixture(autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_DATA", str(tmp_path_factory.getbasetemp() / "data"))


def test_ask_prints_quotes_with_their_place(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ask", "重庆小微企业投保出口信用保险补贴多少")
    assert code == 0
    assert "给予保费100%补贴" in out
    assert "（六）" in out
    assert "责任单位：市商务委、市金融监管局、重庆银保监局、中国信保重庆分公司" in out


def test_ask_json_is_one_answer(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ask", "威海退税几天", "--json", "--as-of", "2021-01-01", "--top-k", 1)
    answer = json.loads(out)
    assert code == 0
    assert answer["as_of"] == "2021-01-01"
    assert len(answer["quotes"]) == 1


def test_search_respects_region_and_top_k(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "search", "退税", "--region", "威海", "--top-k", 3, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert len(rows) == 3
    assert {r["document"]["region"] for r in rows} == {"威海"}


def test_documents_json_tiles_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "documents", "--json")
    documents = json.loads(out)
    assert code == 0
    assert [d["source"][:9] for d in documents] == [f"seeds/00{n}" for n in range(5)]
    for document in documents:
        text = (ROOT / document["source"]).read_bytes().decode("utf-8")
        edges = [(p["start"], p["end"]) for p in document["parts"]]
        assert edges[0][0] == 0
        assert edges[-1][1] == len(text)
        assert all(a[1] == b[0] for a, b in zip(edges, edges[1:], strict=False))


def test_other_documents_in_place_of_the_library(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "notice.txt"
    file.write_bytes(NOTICE.encode("gb18030"))
    code, out, _ = run(capsys, "ask", "参展补多少", "--documents", file, "--json")
    quote = json.loads(out)["quotes"][0]
    assert code == 0
    assert NOTICE[quote["start"] : quote["end"]] == quote["text"]
    assert "50%" in quote["text"]
    assert run(capsys, "documents", "--documents", tmp_path)[1].count("支持参展") == 1


def test_batch_answers_every_turn_and_names_broken_lines(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    questions, answers = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    lines = [
        '{"id": "1", "turns": ["重庆退税几天", "那威海呢"]}',
        "{broken",
        '{"id": "3"}',
        "[1]",
        "",
        '{"id": "6", "question": "威海退税几天"}',
        '{"id": "7", "turns": [1]}',
    ]
    questions.write_text("\n".join(lines), encoding="utf-8")
    code, _, err = run(capsys, "batch", questions, "-o", answers)
    rows = [json.loads(line) for line in answers.read_text("utf-8").splitlines()]
    assert code == 0
    assert [len(r.get("answers", [])) for r in rows] == [2, 0, 0, 0, 1, 0]
    assert [r["id"] for r in rows] == ["1", "line 2", "3", "line 4", "6", "7"]
    assert "not JSON" in rows[1]["error"]
    assert "question" in rows[2]["error"]
    assert "4" in err
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", "退税", "--region", "火星"], "火星"),
        (["ask", "退税", "--as-of", "昨天"], "YYYY-MM-DD"),
        (["ask", "退税", "--top-k", "0"], "1"),
        (["ask", "退税", "--documents", "/nowhere"], "/nowhere"),
        (["ask", "退税", "--model", "/nowhere/model"], "/nowhere/model"),
        (["batch", "/nowhere.jsonl", "-o", "/tmp/never"], "/nowhere.jsonl"),
        (["documents", "--documents", "/nowhere"], "/nowhere"),
        (["frobnicate"], "frobnicate"),
        ([], "COMMAND"),
    ],
)
def test_bad_input_is_explained(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    if "--model" in arguments:
        pytest.importorskip("sentence_transformers")
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert said in err
    assert "Traceback" not in err


def test_bad_settings_are_explained(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_PORT", "many")
    code, _, err = run(capsys, "ask", "退税")
    assert code == 2
    assert "ASSISTANT_PORT" in err


def test_a_damaged_index_is_built_anew(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, "build", "--index", tmp_path)[0] == 0
    next(tmp_path.glob("index/v-*/dense.faiss")).write_bytes(b"no index")
    assert run(capsys, "ask", "退税", "--index", tmp_path)[0] == 0
    assert len(next(tmp_path.glob("index/v-*/dense.faiss")).read_bytes()) > 100


def test_a_conversation_reads_questions_line_by_line() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "assistant", "ask", "--json"]
    done = subprocess.run(
        command, input="重庆退税几天\n\n那威海呢\nquit\n", capture_output=True, text=True, cwd=ROOT, env=environment, encoding="utf-8"
    )
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
    assert done.returncode == 0
    assert [a["quotes"][0]["document"]["region"] for a in answers] == ["重庆", "威海"]


def test_every_command_is_in_the_readme() -> None:
    help_text = subprocess.run(
        [sys.executable, "-m", "assistant", "--help"], capture_output=True, text=True, cwd=ROOT, encoding="utf-8"
    ).stdout
    commands = re.findall(r"^    (\w+) ", help_text, re.M)
    readme = (ROOT / "README.md").read_text("utf-8")
    assert commands
    for command in commands:
        assert f"assistant {command}" in readme
