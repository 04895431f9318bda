"""The fit of the search's weights, on scores made by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import CountEncoder

from index.training.corpus import CorpusError
from index.training.fit_fusion import LEXICAL, fit_all, harmful, main
from index.training.questions import Question, clause_libraries, question_file
from index.training.searched import SIGNALS, Searched, mixed, report, searched

pytest.importorskip("scipy")


def made(text: str, rows: list[dict[str, float]], right: list[bool], **pulls: float) -> Searched:
    scores = np.array([[row.get(name, 0.0) for name in SIGNALS] for row in rows])
    return Searched(Question(text, "made", text, ()), scores, np.array(right), np.ones(len(right), bool), pulls)


def test_a_signal_that_tells_gets_more_weight_and_one_that_misleads_less() -> None:
    rows = [{"dense": 0.5, "late": 0.9, "late_part": 0.1}, {"dense": 0.5, "late": 0.1, "late_part": 0.9}]
    weights = fit_all([made(f"问{n}", rows, [True, False]) for n in range(5)] + [made("who", rows, [False, True])])
    assert list(weights) == ["zh", "en"]
    assert weights["zh"].late > 1 > 2 * weights["zh"].late_part
    assert weights["en"].late_part > 0.5 and weights["en"].late < 1
    assert weights["zh"].dense == 1
    assert weights["zh"].lexical == LEXICAL  # it tells nothing here, so it stays at its share
    assert weights["zh"].lexicon == 0


def test_what_is_right_is_counted_first_in_three_and_in_twenty() -> None:
    rows = [{"dense": 0.9}, {"dense": 0.8, "lexical": 1.0}]
    lines = report([made("问", rows, [False, True])], {"dense": lambda e: e.column("dense"), "BM25": lambda e: e.column("lexical")})
    assert lines[4] == "| all | 1 | 0.000 / 1.000 / 1.000 / 1.000 | 1.000 / 1.000 / 1.000 / 1.000 |"


def test_mixed_is_the_weighted_sum() -> None:
    weights = fit_all([made("问", [{"dense": 0.5}, {"dense": 0.1}], [True, False])])["zh"]
    assert mixed(made("问", [{"dense": 0.5, "lexical": 0.4}], [True]), weights).tolist() == pytest.approx([0.5 + 0.4 * LEXICAL])


def test_an_entry_harms_that_pulls_the_wrong_in_enough_questions() -> None:
    often = [made(f"问{n}", [], [], 措施=-0.5, 退税=0.5) for n in range(4)]
    assert harmful(often) == [(-0.5, 4, "措施")]
    assert harmful(often[:3]) == []


def test_clauses_become_documents_whose_gold_is_the_quote(tmp_path: Path) -> None:
    file = tmp_path / "clauses-x.jsonl"
    clause = {"id": "x1", "region": "山东省威海市", "heading": "支持保险", "clause": "保费全额补贴。单户最高20万元。"}
    file.write_text(json.dumps(clause | {"questions": [{"q": "最高多少", "quote": "最高20万元"}]}, ensure_ascii=False), encoding="utf-8")
    [(documents, [question])] = clause_libraries(file)
    [(name, start, end)] = question.gold
    assert (documents[0].id, documents[0].region, documents[0].text[start:end]) == (name, "威海", "最高20万元")


def test_what_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--notices", str(tmp_path / "none"), "--pairs", str(tmp_path / "no.jsonl")]) == 2
    assert "no.jsonl" in (said := capsys.readouterr().err)
    assert "none" in said
    assert main(["--notices", str(tmp_path)]) == 2


def questions(tmp_path: Path, quote: str) -> tuple[Path, Path]:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "007_weihai.txt").write_text(
        "威海市促进外贸若干措施\n\n一、支持保险。保费全额补贴。\n二、支持参展。单户最高20万元。\n", "utf-8"
    )
    file = tmp_path / "set.jsonl"
    record = {"id": "a", "type": "amount", "question": "参展最高补多少", "gold": [{"doc": "007", "quote": quote, "role": "must"}]}
    file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in (record, {"id": "b", "question": "?"})), "utf-8")
    return file, folder


def test_a_file_of_questions_names_documents_and_quotes_them(tmp_path: Path) -> None:
    documents, [question] = question_file(*questions(tmp_path, "单户最高20万元"))
    [(name, start, end)] = question.gold
    assert (question.text, question.source, name) == ("参展最高补多少", "set: amount", documents[0].id)
    assert documents[0].text[start:end] == "单户最高20万元"
    [found] = searched((documents, [question]), CountEncoder())
    assert found.right.sum() == 1
    assert (found.clause & found.right).sum() == 1


def test_a_quote_that_no_document_holds_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="a: 007 does not hold the quote 单户最高30万元"):
        question_file(*questions(tmp_path, "单户最高30万元"))
