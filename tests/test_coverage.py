"""What the best clause leaves open, by hand; and questions that lose their answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.chat import Assistant
from assistant.coverage import FEATURES, coverage
from assistant.negatives import without_answers
from index.read import parse
from index.records import Document, Hit, Quote
from index.sentences import sentences

TEXT = """云岭市促进外贸若干措施

一、支持参展。企业参加境外展会的，展位费按70%给予补助。每家企业最高20万元。
二、支持认证。首次通过海关高级认证的，奖励30万元。
"""


@pytest.fixture(scope="module")
def document() -> Document:
    return parse(TEXT, "a.txt", "a")


def hits(document: Document, words: str) -> list[Hit]:
    rows = [Hit(Quote(document, part, span.start, span.end), 0.5) for part, span in sentences(document) if part.kind == "clause"]
    return sorted(rows, key=lambda h: words not in h.quote.text)


def values(document: Document, question: str, words: str) -> dict[str, float]:
    found = hits(document, words)
    return dict(zip(FEATURES, coverage(question, False, found, [0.5] * len(found)), strict=True))


def test_a_clause_that_names_everything_leaves_nothing_open(document: Document) -> None:
    row = values(document, "境外展会的展位费补助多少钱", "展位费")
    assert row["words_open_length"] == row["pairs_open"] == row["formal_open"] == row["known_open"] == 0
    assert row["amount_has"] == 1 and row["amount_lacks"] == 0
    assert values(document, "参加境外展会的企业补助多少钱", "参加境外")["amount_lacks"] == 0


def test_a_near_twin_leaves_its_own_name_open(document: Document) -> None:
    same, twin = values(document, "海关高级认证奖励多少", "高级认证"), values(document, "广交会展位费补助多少", "展位费")
    assert same["formal_open"] == 0
    assert twin["formal_open"] > 0 and twin["terms_open"] > 0


def test_a_word_of_another_clause_is_known(document: Document) -> None:
    assert values(document, "高级认证展位费多少", "展位费")["known_open"] > 0


def test_the_answer_is_taken_out_and_no_more(document: Document) -> None:
    at = TEXT.index("每家企业最高20万元")
    golds = [(("a", at, at + 10),), (("a", TEXT.index("奖励30万元"), TEXT.index("奖励30万元") + 6),)]
    rest, chosen = next(iter(without_answers([document], golds, 2, whole=False)))
    assert chosen == [0]
    assert "最高20万元" not in rest[0].text and "展位费按70%" in rest[0].text and "奖励30万元" in rest[0].text
    ((whole,), chosen) = list(without_answers([document], golds, 2, whole=True))[1]
    assert chosen == [1]
    assert "高级认证" not in whole.text and "展位费按70%" in whole.text
    assert [p.number for p in whole.parts if p.kind == "clause"] == ["一、"]


def test_what_the_clause_does_not_name_is_refused(assistant: Assistant, tmp_path: Path) -> None:
    answer = assistant.ask("威海对企业参加广交会的展位费补助比例是多少？")
    assert answer.status == "not_found" and answer.quotes == ()
