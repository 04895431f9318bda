"""Validity of a quote: hand-computed cases, and what holds for any text."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.validity import document_term, validity
from index.dates import fold, last_day, number, periods
from index.records import Document, Part, Span

HERE = Path(__file__).parent
CASES = [json.loads(line) for line in (HERE / "cases/validity.jsonl").read_text("utf-8").splitlines()]
WORDS = st.lists(
    st.sampled_from(
        [*"自至到起前底内年月日，。；、《》〔〕（）\n\t 　-—"]
        + [
            "2022年",
            "6月",
            "30日",
            "２０２０年底",
            "二〇二二年",
            "有效期",
            "两年",
            "本办法",
            "施行",
            "印发之日",
        ]
        + [
            "疫情期间",
            "给予",
            "99年",
            "2月30日",
            "2024.1.1",
            "次年",
            "13月",
            "执行至",
            "上述",
            "999个月",
            "9:00",
        ]
    ),
    max_size=30,
).map("".join)
TEXTS = st.one_of(WORDS, st.text(max_size=60))
DAYS = st.dates()


def read(case: dict[str, Any]) -> Document:
    text: str = case.get("text") or (HERE.parent / "seeds" / case["seed"]).read_bytes().decode("utf-8")
    words: str = case.get("status_text", "")
    place = text.find(words) if words else -1
    span = Span(place, place + len(words)) if place >= 0 else None
    if words and span is None:
        text, span = words + text, Span(0, len(words))
    return Document(
        id="case",
        source="case.txt",
        text=text,
        issued=case.get("issued"),
        status=case.get("status"),
        status_span=span,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_validity_of_a_quote(case: dict[str, Any]) -> None:
    document = read(case)
    start = document.text.index(case["quote"])
    part = Part("case/1", case.get("kind", "clause"), 0, len(document.text))
    as_of = datetime.date.fromisoformat(case["as_of"])
    found = validity(document, part, start, start + len(case["quote"]), as_of)
    assert {
        "status": found.status,
        "from": found.starts and found.starts.isoformat(),
        "until": found.until and found.until.isoformat(),
        "basis": found.basis and found.basis.of(document.text),
    } == case["expect"]


@given(text=TEXTS, cut=st.tuples(*[st.integers(-3, 80)] * 4), as_of=DAYS, issued=st.none() | DAYS)
def test_any_text_has_a_validity(text: str, cut: tuple[int, int, int, int], as_of: datetime.date, issued: datetime.date | None) -> None:
    document = Document(id="x", source="x", text=text, issued=issued.isoformat() if issued else None)
    found = validity(document, Part("x/1", "clause", cut[0], cut[1]), cut[2], cut[3], as_of)
    assert found.basis is None or 0 <= found.basis.start < found.basis.end <= len(text)
    assert found.status != "expired" or (found.until is not None and found.until < as_of)
    assert found.status != "not_yet" or (found.starts is not None and found.starts > as_of)
    assert found.status != "not_stated" or (found.starts, found.until) == (None, None)
    assert found.status != "draft"


@given(text=TEXTS, issued=st.sampled_from([None, "", "2020", "2020-02-30", "2020-03-01"]))
def test_a_term_is_ordered_and_verbatim(text: str, issued: str | None) -> None:
    starts, until, basis = document_term(Document(id="x", source="x", text=text, issued=issued))
    assert basis is not None or (starts, until) == (None, None)
    assert basis is None or 0 <= basis.start < basis.end <= len(text)


@given(text=TEXTS, start=st.integers(-5, 70), end=st.none() | st.integers(-5, 70))
def test_folding_keeps_its_way_back(text: str, start: int, end: int | None) -> None:
    folded = fold(text, start, end)
    assert len(folded.text) == len(folded.origin)
    assert list(folded.origin) == sorted(set(folded.origin))
    place = 0
    for period in periods(folded, 2020):
        assert place <= period.start < period.end <= len(folded.text)
        assert period.first <= period.last
        place = period.end


@pytest.mark.parametrize(
    ("first", "length", "last"),
    [
        ("2023-06-01", "两年", "2025-05-31"),
        ("2022-12-01", "3年", "2025-11-30"),
        ("2024-02-29", "1年", "2025-02-28"),
        ("2024-01-31", "1个月", "2024-02-29"),
        ("2024-01-01", "一年半", "2025-06-30"),
        ("2024-01-01", "半年", "2024-06-30"),
        ("2024-01-01", "90日", "2024-03-30"),
        ("9990-01-01", "99年", None),
        ("2024-01-01", "许久", None),
    ],
)
def test_last_day_of_a_length(first: str, length: str, last: str | None) -> None:
    assert last_day(datetime.date.fromisoformat(first), length) == (last and datetime.date.fromisoformat(last))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("十", 10),
        ("十五", 15),
        ("一百八十", 180),
        ("两", 2),
        ("二〇二二", 2022),
        ("三百万", 3_000_000),
        ("", None),
    ],
)
def test_chinese_numbers(written: str, value: int | None) -> None:
    assert number(written) == value
