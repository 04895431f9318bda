"""One contract for every ranking engine, with scores computed by hand; and the fusion."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dense import Dense
from index.embed import unit_rows
from index.fuse import Weights, best, fuse
from index.late import LENGTH, TYPICAL, Late
from index.lexical import K1, B, Lexical, fingerprints, terms, tokens
from index.ragged import Ragged
from index.tokenquery import OTHER, TokenQueries, TokenQuery, rarity

PASSAGES = [["出口", "退税"], ["出口", "保险", "补贴"], ["天气"], ["出口", "退税"]]
VECTORS = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 0, 1], [1, 0, 0]], np.float32)


def dense() -> tuple[Any, Any]:
    return Dense.build(VECTORS), np.array([1, 0, 0], np.float32)


def lexical() -> tuple[Any, Any]:
    return Lexical.build(PASSAGES), ["退税"]


ENGINES = pytest.mark.parametrize("make", [dense, lexical], ids=["dense", "lexical"])


@ENGINES
def test_best_first_and_ties_to_the_lower_row(make: Any) -> None:
    engine, query = make()
    rows, scores = engine.search(query, 2)
    assert rows.tolist() == [0, 3]
    assert scores[0] == scores[1]


@ENGINES
def test_more_than_there_is(make: Any) -> None:
    engine, query = make()
    rows, scores = engine.search(query, 100)
    assert len(rows) == len(scores) <= len(PASSAGES)
    assert all(a >= b for a, b in zip(scores, scores[1:], strict=False))
    assert len(set(rows.tolist())) == len(rows)


@ENGINES
@pytest.mark.parametrize("k", [0, -1])
def test_nothing_wanted(make: Any, k: int) -> None:
    engine, query = make()
    assert len(engine.search(query, k)[0]) == 0


@ENGINES
def test_only_allowed_rows(make: Any) -> None:
    engine, query = make()
    rows, _ = engine.search(query, 10, np.array([False, True, True, True]))
    assert rows[0] == 3
    assert 0 not in rows.tolist()
    assert len(engine.search(query, 10, np.zeros(4, bool))[0]) == 0


def test_vectors_saved_and_loaded(tmp_path: Path) -> None:
    engine, query = dense()
    engine.save(tmp_path)
    assert [a.tolist() for a in Dense.load(tmp_path).search(query, 4)] == [a.tolist() for a in engine.search(query, 4)]


def test_words_come_in_blocks_and_are_mapped(tmp_path: Path) -> None:
    engine, query = lexical()
    Lexical.assemble(lambda: [fingerprints(PASSAGES[:1]), fingerprints(PASSAGES[1:])], tmp_path)
    again = Lexical.load(tmp_path)
    assert [a.tolist() for a in again.search(query, 4)] == [a.tolist() for a in engine.search(query, 4)]
    assert again.cuts(np.array([2, 0])).flat.tolist() == fingerprints([PASSAGES[2], PASSAGES[0]]).flat.tolist()


def test_cosine_by_hand() -> None:
    engine, query = dense()
    rows, scores = engine.search(query, 3)
    assert rows.tolist() == [0, 3, 1]
    assert scores.tolist() == pytest.approx([1, 1, 0.6])
    assert engine.scores(query, np.array([2, 1])).tolist() == pytest.approx([0, 0.6])


def test_bm25_by_hand() -> None:
    """退税 stands in 2 of 4 passages; both have 2 words, the mean length is 2."""
    idf = math.log(1 + (4 - 2 + 0.5) / (2 + 0.5))
    found = idf * (K1 + 1) / (1 + K1 * (1 - B + B * 2 / 2))
    scores = lexical()[0].scores(["退税"])
    assert scores.tolist() == pytest.approx([found / (idf * (K1 + 1)), 0, 0, found / (idf * (K1 + 1))], abs=1e-6)


def test_bm25_counts_unknown_words_in_what_could_be_had() -> None:
    engine = lexical()[0]
    assert engine.scores(["退税", "蜂蜜"])[0] < engine.scores(["退税"])[0]
    assert engine.scores(["蜂蜜"]).tolist() == [0, 0, 0, 0]
    assert engine.scores([]).tolist() == [0, 0, 0, 0]


def test_bm25_of_an_empty_library(tmp_path: Path) -> None:
    engine = Lexical.build([])
    assert len(engine.search(["退税"], 3)[0]) == 0
    Lexical.assemble(lambda: [], tmp_path)
    assert len(Lexical.load(tmp_path)) == 0
    assert Lexical.load(tmp_path).scores(["退税"]).tolist() == []


@given(
    st.lists(st.lists(st.sampled_from("甲乙丙丁"), max_size=6), min_size=1, max_size=12).filter(any),
    st.lists(st.sampled_from("甲乙丙丁"), min_size=1, max_size=4),
)
def test_bm25_is_what_bm25s_gives(rows: list[list[str]], query: list[str]) -> None:
    import bm25s

    peer = bm25s.BM25(k1=K1, b=B, method="lucene")
    peer.index(rows, show_progress=False)
    engine = Lexical.build(rows)
    known = [word for word in query if any(word in row for row in rows)]
    expected = peer.get_scores(known) / sum(engine.idf(query)) if known else np.zeros(len(rows))
    assert engine.scores(query).tolist() == pytest.approx(expected.tolist(), abs=1e-5)
    some = np.arange(len(rows))[::2]
    assert engine.scores(query, some).tolist() == pytest.approx(engine.scores(query)[some].tolist(), abs=1e-7)


def test_many_vectors_are_searched_through_lists() -> None:
    chance = np.random.default_rng(1)
    vectors = unit_rows(chance.normal(size=(3000, 16)).astype(np.float32))
    exact, lists = Dense.build(vectors), Dense.build(vectors, exact=100)
    found = [len(set(exact.search(v, 10)[0]) & set(lists.search(v, 10)[0])) for v in vectors[:50]]
    assert np.mean(found) >= 9.5
    allowed = chance.random(3000) < 0.01
    rows, scores = lists.search(vectors[0], 100, allowed)
    assert sorted(rows.tolist()) == np.flatnonzero(allowed).tolist()  # a filter loses nothing
    assert scores.tolist() == pytest.approx((vectors[rows] @ vectors[0]).tolist(), abs=0.02)


class TwoTokens:
    """Token x is [2, 0], token z is [0, 1], token q is [0.6, 0.8]."""

    table = np.array([[2, 0], [0, 1], [0.6, 0.8]], np.float32)
    units = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
    usual = np.zeros(3, np.float32)

    def token_ids(self, texts: list[str]) -> list[list[int]]:
        return [["xzq".index(c) for c in text if c in "xzq"] for text in texts]


def query(*ids: int, weights: list[float]) -> TokenQuery:
    return TokenQuery(np.array(ids, np.int64), np.array(weights, np.float32), np.ones(len(ids), bool), TwoTokens.units)


def test_late_interaction_by_hand(tmp_path: Path) -> None:
    """Query xz weighs x twice: passage q meets x with 0.6 and z with 0.8, so (2·0.6 + 1·0.8) / 3; open is 2·0.4.

    A passage shorter than the typical one gains by the logarithm of its share of it.
    """
    late = Late.build(["xz", "q", "", "x"], TwoTokens())
    rows, xz, none = np.array([0, 1, 2, 3]), query(0, 1, weights=[2, 1]), query(weights=[])
    two, one = LENGTH * math.log(TYPICAL / 2), LENGTH * math.log(TYPICAL)
    expected = [1 + two, 2 / 3 + one, 0, 2 / 3 + one]
    scores, gaps = late.scores(xz, rows)
    assert scores.tolist() == pytest.approx(expected)
    assert gaps.tolist() == pytest.approx([0, 0.8 / 3, 0, 1 / 3], abs=1e-6)
    assert late.scores(none, rows)[0].tolist() == [0, 0, 0, 0]
    late.save(tmp_path)
    again = Late.load(tmp_path)
    assert again.scores(xz, rows[::-1])[0].tolist() == pytest.approx(expected[::-1])


def test_rare_tokens_weigh_more_in_a_query() -> None:
    """Of 4 rows 2 hold x (twice in one of them, in another block), none holds z, 1 holds q; of ordinary ones a tenth holds z."""
    rare = rarity([Ragged.of([[0, 0], [2]]), Ragged.of([[0], []])], np.array([0, 0.1, 0], np.float32))
    count, often = 4 + OTHER, 0.1 * OTHER
    x, z = math.log(1 + (count - 1.5) / 2.5), math.log(1 + (count - often + 0.5) / (often + 0.5))
    assert rare.tolist() == pytest.approx([x, z, math.log(1 + (count - 0.5) / 1.5)])
    asker = TokenQueries(TwoTokens(), rare)
    asked = asker.query("xz")
    assert asked.ids.tolist() == [0, 1]
    assert asked.weights.tolist() == pytest.approx([2 * x, z])  # x has length 2
    summed = 2 * x**0.5, z**0.5
    assert asker.vector(asked).tolist() == pytest.approx([part / math.hypot(*summed) for part in summed])
    assert asker.vector(asker.query("")).tolist() == [0, 0]


def test_fusion_is_the_weighted_mean() -> None:
    def one(x: float) -> np.ndarray:
        return np.array([x], np.float32)

    weights = Weights(dense=2, late=1, late_part=1, lexical=1)
    assert fuse(one(0.5), one(1.0), one(0.5), one(0.0), weights)[0] == pytest.approx(0.5)
    assert fuse(one(0.5), None, None, one(0.2), weights)[0] == pytest.approx(0.4)


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(0, 40))
def test_best_is_a_stable_sort(values: list[int], k: int) -> None:
    rows, scores = best(np.arange(len(values)), np.array(values, np.float32), k)
    expected = sorted(range(len(values)), key=lambda r: (-values[r], r))[:k]
    assert rows.tolist() == expected
    assert scores.tolist() == [values[r] for r in expected]


def test_words_are_lower_case_without_punctuation() -> None:
    assert tokens("FDA（美国）、RCEP！") == ["fda", "美国", "rcep"]
    assert tokens("，。！") == []


def test_terms_add_each_two_neighbouring_characters() -> None:
    assert terms("出口退税5天") == [*tokens("出口退税5天"), "出口", "口退", "退税"]
