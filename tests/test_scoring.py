"""A query is read once, and each row is scored once however often it is searched."""

from __future__ import annotations

import numpy as np
from conftest import CountEncoder

from index.read import parse
from index.scoring import Asked, Score, Table
from index.store import ClauseIndex

NOTICE = "甲市办法\n\n一、参展。展位费补助50%。\n二、退税。退税在3个工作日内办结。\n"
OTHER = "乙市办法\n\n一、参展。展位费补助70%。\n"


def test_each_row_is_measured_once() -> None:
    measured: list[list[int]] = []

    def measure(rows: np.ndarray) -> Table:
        measured.append(rows.tolist())
        return np.tile(rows.astype(np.float32), (len(Score), 1))

    asked = Asked(np.zeros(2, np.float32), (), measure)
    assert asked.scores(np.array([4, 7]))[Score.DENSE].tolist() == [4, 7]
    assert asked.scores(np.array([1, 4, 9]))[Score.GAP].tolist() == [1, 4, 9]
    assert asked.scores(np.array([1, 7]))[Score.LATE].tolist() == [1, 7]
    assert measured == [[4, 7], [1, 9]]


def test_searching_again_in_another_scope_encodes_nothing_anew() -> None:
    encoder = CountEncoder()
    index = ClauseIndex.build([parse(NOTICE, "a.txt", "a"), parse(OTHER, "b.txt", "b")], encoder)
    alone = index.search("展位费补助", 9, documents={"b"})
    encoder.texts.clear()
    wide = index.search("展位费补助", 9)
    assert encoder.texts == []
    assert {h.quote.document.id for h in wide} == {"a", "b"}
    assert [h.score for h in wide if h.quote.document.id == "b"] == [h.score for h in alone]
