"""Look-up: clauses by words and filters, the table of figures, verified wordings."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import TODAY
from hypothesis import given
from hypothesis import strategies as st

from assistant.chat import Assistant
from assistant.lookup import KINDS, Filters, choices, figure_rows, figures_table, look_up, year_of
from assistant.verify import verify
from index.read import parse
from index.records import Document, InputError

NOTICE = (
    "某市促进外贸若干措施\n\n一、支持参展。对参加境外展会的企业，按展位费的50%给予补助，最高不超过3万元。（责任单位：市商务局）\n"
    "二、支持投保。小微企业投保出口信用保险的，3个工作日内办结，单户补贴2万元。\n三、加强服务。做好信息服务。\n"
)


@pytest.fixture(scope="module")
def notice() -> Document:
    return parse(NOTICE, "notice.txt", "notice")


def test_the_words_are_marked_where_they_stand(assistant: Assistant) -> None:
    found = look_up(assistant, "展位费", Filters(), TODAY)
    assert found
    assert found[0].literal
    for one in found:
        assert all(span.of(one.quote.document.text) == "展位费" for span in one.marks)
    clauses = {(d.id, p.start) for d in assistant.documents for p in d.parts if p.kind == "clause" and "展位费" in d.text[p.start : p.end]}
    assert clauses <= {(f.quote.document.id, f.quote.part.start) for f in found if f.literal}


def test_clauses_with_every_word_come_first(assistant: Assistant) -> None:
    order = [one.literal for one in look_up(assistant, "出口 退税", Filters(), TODAY)]
    assert order == sorted(order, reverse=True)
    assert order[0]


def test_a_clause_is_found_once(assistant: Assistant) -> None:
    keys = [(f.quote.document.id, f.quote.part.start) for f in look_up(assistant, "企业", Filters(), TODAY)]
    assert len(keys) == len(set(keys))


def test_without_words_the_filters_list_clauses(assistant: Assistant) -> None:
    found = look_up(assistant, "", Filters(region="重庆"), TODAY, limit=1000)
    assert {f.quote.document.region for f in found} == {"重庆"}
    assert sum(f.quote.part.kind == "clause" for f in found) == sum(p.kind == "clause" for p in assistant.documents[2].parts)


def test_nonsense_finds_nothing(assistant: Assistant) -> None:
    assert look_up(assistant, "qqqqqq zzzz", Filters(), TODAY) == []


def test_every_filter_bounds(assistant: Assistant) -> None:
    def all_of(filters: Filters) -> list[Document]:
        found = look_up(assistant, "企业", filters, TODAY)
        assert found, filters
        return [one.quote.document for one in found]

    assert {d.status for d in all_of(Filters(status="draft"))} == {"draft"}
    assert {d.id for d in all_of(Filters(document=assistant.documents[3].id))} == {assistant.documents[3].id}
    assert {year_of(d) for d in all_of(Filters(year="2020"))} == {"2020"}
    unit = choices(assistant.documents).units[0]
    for one in look_up(assistant, "", Filters(unit=unit), TODAY):
        assert unit in (one.quote.part.responsible or ())
    with_figures = look_up(assistant, "", Filters(figures=True), TODAY, limit=1000)
    assert 0 < len(with_figures) < len(look_up(assistant, "", Filters(), TODAY, limit=1000))
    with pytest.raises(InputError, match="no such status"):
        Filters(status="alt")


def test_the_choices_are_what_documents_state(assistant: Assistant) -> None:
    offered = choices(assistant.documents)
    assert offered.regions[0] == "全国"
    assert set(offered.regions) == {d.region for d in assistant.documents}
    assert all(any(unit in (p.responsible or ()) for d in assistant.documents for p in d.parts) for unit in offered.units)


def test_figures_of_a_notice(notice: Document) -> None:
    rows = [(row.kind, row.text, row.whom) for row in figure_rows([notice])]
    assert rows == [
        ("rate", "50%", "参加境外展会的企业"),
        ("cap", "3万元", "参加境外展会的企业"),
        ("deadline", "3个工作日", "小微企业"),
        ("sum", "2万元", "小微企业"),
    ]


def test_figures_are_spans_of_their_sentence(assistant: Assistant) -> None:
    rows = list(figure_rows(assistant.documents))
    assert len(rows) > 30
    for row in rows:
        assert row.quote.start <= row.span.start < row.span.end <= row.quote.end
        assert row.quote.part.start <= row.quote.start
        if row.subject:
            assert row.quote.start <= row.subject.start < row.subject.end <= row.span.start
        assert row.to_dict(TODAY)["figure"] == row.span.of(row.quote.document.text)


def test_figures_are_sorted_and_filtered(assistant: Assistant) -> None:
    documents = assistant.documents
    every = figures_table(documents, Filters(), TODAY)
    assert sum(len(figures_table(documents, Filters(), TODAY, kind=kind)) for kind in KINDS) == len(every)
    kinds = [KINDS.index(row.kind) for row in figures_table(documents, Filters(), TODAY, sort="kind")]
    assert kinds == sorted(kinds)
    caps = figures_table(documents, Filters(), TODAY, kind="cap", sort="-figure")
    assert [row.text for row in caps[:3]] == ["500万美元", "300万元", "100万元"]
    assert {row.quote.document.region for row in figures_table(documents, Filters(region="威海"), TODAY)} == {"威海"}
    insured = figures_table(documents, Filters(), TODAY, words="信用保险 补贴")
    assert {"100%"} <= {row.text for row in insured}
    for wrong in ({"kind": "x"}, {"sort": "x"}):
        with pytest.raises(InputError, match="choose from"):
            figures_table(documents, Filters(), TODAY, **wrong)


# ---- verify


@given(st.data())
def test_any_piece_of_a_document_is_verbatim(data: st.DataObject) -> None:
    document = parse(NOTICE, "notice.txt", "notice")
    start = data.draw(st.integers(0, len(NOTICE) - 1))
    end = data.draw(st.integers(start + 1, len(NOTICE)))
    piece = NOTICE[start:end]
    if piece.strip():
        result = verify(piece, [document])
        assert result.verdict == "verbatim"
        assert all(q.text == piece.strip() for q in result.places)


@given(st.text(max_size=80))
def test_verify_never_fails_and_quotes_are_spans(text: str) -> None:
    document = parse(NOTICE, "notice.txt", "notice")
    if not text.strip():
        return
    result = verify(text, [document])
    assert all(0 <= q.start < q.end <= len(NOTICE) for q in result.places)
    assert bool(result.places) == (result.verdict != "absent")


def test_signs_and_blanks_do_not_matter_but_are_told(notice: Document) -> None:
    result = verify("按展位费的５０% 给予补助,最高不超过3万元", [notice])
    assert result.verdict == "spacing"
    assert result.places[0].text == "按展位费的50%给予补助，最高不超过3万元"


def test_a_wrong_figure_gets_the_true_wording(notice: Document) -> None:
    result = verify("按展位费的50%给予补助，最高不超过30万元", [notice])
    assert result.verdict == "similar"
    assert result.places[0].text == "按展位费的50%给予补助，最高不超过3万元"
    assert [(d.said, d.stated) for d in result.differences] == [("0", "")]


def test_a_text_longer_than_the_document(notice: Document) -> None:
    assert verify(NOTICE + "另外", [notice]).verdict == "similar"
    with pytest.raises(InputError, match="at most"):
        verify("长" * 5001, [notice])


def test_modules_are_pure_over_documents() -> None:
    source = Path(__file__).resolve().parents[1].joinpath("assistant", "lookup.py").read_text(encoding="utf-8")
    assert "open(" not in source
