"""The lexicon: what a question means, what a passage names."""

from __future__ import annotations

import pytest

from index.text import plain
from index.words import UNSEARCHED, Entry, asked, entries, matches, named, trie


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("怕收不到钱买保险，有补贴吗", "出口信用保险"),
        ("信保怎么买", "出口信用保险"),
        ("Is there a subsidy for Export Credit Insurance?", "出口信用保险"),
        ("Who pays insurance premiums?", "保险费"),  # the lexicon has the singular
        ("做9810的企业", "跨境电商出口海外仓"),
    ],
)
def test_a_question_means_the_official_term(question: str, term: str) -> None:
    assert term in asked(plain(question))


def test_of_nested_phrases_a_question_means_the_longest() -> None:
    assert asked("短期出口信用保险") == ["短期出口信用保险"]
    assert asked("export credit insurance") == ["出口信用保险"]


def test_a_passage_names_nested_terms_but_no_everyday_words() -> None:
    assert {"短期出口信用保险", "出口信用保险"} <= set(named("支持投保短期出口信用保险。"))
    assert "出口信用保险" not in named("收不回钱有保险")


def test_latin_words_match_as_a_whole() -> None:
    phrases = trie([("TT", "电汇"), ("ic", "集成电路")])
    assert matches("TT付款, ICs and tactics", phrases) == [(0, 1, "电汇")]  # "ics" is too short for a plural
    assert matches("用tt", phrases) == [(1, 2, "电汇")]
    assert matches("attic", phrases) == []


def test_units_are_words_and_characters() -> None:
    """ "letters of credit" is three units, 信用证 three; marks and blanks are none."""
    phrases = trie([("letter of credit", "信用证"), ("信用证", "信用证"), ("l/c", "信用证")])
    assert matches("Letters-of credit / 信·用证, L/C", phrases) == [(0, 3, "信用证"), (3, 6, "信用证"), (6, 8, "信用证")]


def test_a_single_character_is_no_phrase() -> None:
    assert trie([("沪", "上海市"), ("!", "叹号")]) == {}
    assert asked("沪") == []


@pytest.mark.parametrize("text", ["", " ", "，。！", "qwertz"])
def test_nothing_to_read(text: str) -> None:
    assert asked(text) == named(text) == []


def test_every_entry_is_whole_and_named_once() -> None:
    terms = [entry.term for entry in entries()]
    unsearched = UNSEARCHED.read_text(encoding="utf-8").split()
    assert len(terms) == len(set(terms)) > 2000
    for entry in entries():
        assert isinstance(entry, Entry)
        assert entry.topic
        words = (entry.term, *entry.synonyms, *entry.everyday, *entry.english)
        assert all(word == word.strip() and word for word in words), entry
        assert (entry.term in named(plain(entry.term))) == (entry.term not in unsearched), entry


def test_what_is_not_searched_is_an_entry() -> None:
    assert set(UNSEARCHED.read_text(encoding="utf-8").split()) <= {entry.term for entry in entries()}
