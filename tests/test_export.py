"""Citations, conversations, figures and batches as files."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from conftest import TODAY

from assistant.chat import Assistant
from assistant.export import (
    FIGURE_COLUMNS,
    Batch,
    answer_batch,
    answer_text,
    citation,
    clause_name,
    docx,
    figures_xlsx,
    markdown,
    read_batch,
)
from assistant.lookup import Filters, figures_table
from index.records import InputError

QUESTION = "重庆小微外贸企业投保短期出口信用保险补贴多少？"
OTHER = "北京单个推广项目支持上限是多少？"


def quote(text: str = "补贴50%", number: str | None = "（六）", **document: Any) -> dict[str, Any]:
    facts = {"title": "某市若干措施", "number": "某商字〔2020〕6号", "status": None, **document}
    return {"text": text, "source": "a.txt", "document": facts, "clause": {"number": number}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (quote(), "《某市若干措施》（某商字〔2020〕6号）第（六）条：“补贴50%”"),
        (quote(number="十四、"), "《某市若干措施》（某商字〔2020〕6号）第十四条：“补贴50%”"),
        (quote(number="10."), "《某市若干措施》（某商字〔2020〕6号）第10条：“补贴50%”"),
        (quote(number="第三条"), "《某市若干措施》（某商字〔2020〕6号）第三条：“补贴50%”"),
        (quote(number=None), "《某市若干措施》（某商字〔2020〕6号）：“补贴50%”"),
        (quote(title="关于印发《办法》的通知"), "《关于印发〈办法〉的通知》（某商字〔2020〕6号）第（六）条：“补贴50%”"),
        (quote(title="《办法》"), "《办法》（某商字〔2020〕6号）第（六）条：“补贴50%”"),
        (quote(status="draft"), "《某市若干措施》（征求意见稿）（某商字〔2020〕6号）第（六）条：“补贴50%”"),
        (quote(title=None), "《a.txt》（某商字〔2020〕6号）第（六）条：“补贴50%”"),
        (quote(text=" 补贴\r\n  50% "), "《某市若干措施》（某商字〔2020〕6号）第（六）条：“补贴50%”"),
    ],
)
def test_a_citation(given: dict[str, Any], expected: str) -> None:
    assert citation(given) == expected


def test_what_is_not_stated_is_left_out() -> None:
    bare = {**quote(), "document": {"title": "某市若干措施", "number": None, "status": None}}
    assert citation(bare) == "《某市若干措施》第（六）条：“补贴50%”"
    assert clause_name(None) == clause_name("") == ""


def turns(assistant: Assistant) -> list[tuple[str, dict[str, Any]]]:
    return [(q, assistant.ask(q, as_of=TODAY).to_dict()) for q in (QUESTION, OTHER, "上海的展位费补贴比例是多少？")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_conversation_as_markdown_and_word(assistant: Assistant, language: Any) -> None:
    pytest.importorskip("docx", reason="needs the extra office")
    from docx import Document

    made = turns(assistant)
    text = markdown(made, language)
    word = Document(io.BytesIO(docx(made, language)))
    paragraphs = "\n".join(p.text for p in word.paragraphs)
    for question, answer in made:
        assert question in text
        assert question in paragraphs
        for one in answer["quotes"]:
            assert citation(one) in paragraphs
            assert citation(one) in text.replace("\\", "")
    assert paragraphs.index(QUESTION) < paragraphs.index(OTHER)


def test_one_answer_as_text(assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION).to_dict()
    text = answer_text(answer)
    assert "**" not in text
    assert all(f"[{n}] {citation(q)}" in text for n, q in enumerate(answer["quotes"], 1))


def test_odd_characters_do_not_break_word() -> None:
    pytest.importorskip("docx", reason="needs the extra office")
    answer = {"text": "a\x00b\x0b<&>", "quotes": [quote(text="\x01x")], "notices": ["\ud800"], "as_of": "2026-11-20"}
    assert docx([("q\x02", answer)]).startswith(b"PK")


def test_figures_as_a_workbook(assistant: Assistant) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs the extra office")
    rows = figures_table(assistant.documents, Filters(), TODAY)
    sheet = openpyxl.load_workbook(io.BytesIO(figures_xlsx(rows))).active
    assert sheet.max_row == len(rows) + 1
    assert sheet.max_column == len(FIGURE_COLUMNS)
    assert sheet.auto_filter.ref
    texts = {d.source: d.text for d in assistant.documents}
    for row in sheet.iter_rows(min_row=2, values_only=True):
        source, span = row[-1].rsplit(":", 1)
        start, end = map(int, span.split("-"))
        assert "".join(texts[source][start:end].split()) == "".join(str(row[1]).split())


# ---- batches


def answered(assistant: Assistant, name: str, data: bytes) -> list[list[str]]:
    batch = read_batch(name, data)
    return list(
        csv.reader(io.StringIO(answer_batch(batch, assistant, TODAY).decode(batch.encoding), newline=""), delimiter=batch.delimiter)
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_a_csv_keeps_its_columns_and_gains_answers(assistant: Assistant, encoding: str, mark: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=mark).writerows([["编号", "问题", "备注"], ["1", QUESTION, "甲, 乙"], ["2", "", ""], ["3", OTHER, "x"]])
    rows = answered(assistant, "问题.csv", out.getvalue().encode(encoding))
    assert rows[0] == ["编号", "问题", "备注", "回答", "原文依据", "引文出处", "把握程度", "结果"]
    assert [row[:3] for row in rows[1:]] == [["1", QUESTION, "甲, 乙"], ["2", "", ""], ["3", OTHER, "x"]]
    expected = assistant.ask(QUESTION, as_of=TODAY).to_dict()
    assert rows[1][4].startswith(f"[1] {expected['quotes'][0]['text'].strip()}")
    assert rows[1][5].startswith("[1] 《")
    assert 0 < float(rows[1][6]) <= 1
    assert rows[1][7] == "已回答"
    assert rows[2][3:] == [""] * 5


def test_a_workbook_keeps_what_it_had(assistant: Assistant) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs the extra office")
    book = openpyxl.Workbook()
    book.active.append(["序号", "咨询问题"])
    book.active.append([7, QUESTION])
    book.active["D9"] = "=1+1"
    book.create_sheet("别的")["A1"] = "保留"
    out = io.BytesIO()
    book.save(out)
    batch = read_batch("q.xlsx", out.getvalue())
    result = openpyxl.load_workbook(io.BytesIO(answer_batch(batch, assistant, TODAY)))
    assert batch.result_name == "q-answers.xlsx"
    assert result["别的"]["A1"].value == "保留"
    sheet = result.worksheets[0]
    assert sheet["A2"].value == 7
    assert sheet["D9"].value == "=1+1"
    head = [cell.value for cell in sheet[1]]
    assert head[-5:] == ["回答", "原文依据", "引文出处", "把握程度", "结果"]
    assert "100%" in sheet.cell(2, head.index("原文依据") + 1).value


def test_a_file_without_a_head(assistant: Assistant) -> None:
    rows = answered(assistant, "a.csv", f"1,{QUESTION}\n2,{OTHER}\n".encode())
    assert [row[1] for row in rows] == [QUESTION, OTHER]
    assert all(row[-1] == "已回答" for row in rows)


def test_a_question_that_is_refused_does_not_stop_the_rest(assistant: Assistant) -> None:
    rows = answered(assistant, "a.csv", f"question\n{'长' * 3000}\n{QUESTION}\n".encode())
    assert rows[2][-1] == "已回答"


def test_progress_is_told(assistant: Assistant) -> None:
    told: list[tuple[int, int]] = []
    answer_batch(read_batch("a.csv", f"question\n{QUESTION}\n{OTHER}\n".encode()), assistant, TODAY, progress=lambda *at: told.append(at))
    assert told == [(1, 2), (2, 2)]


def test_no_answer_becomes_a_formula() -> None:
    class Evil:
        documents: tuple[Any, ...] = ()

        def ask(self, *_: Any, **__: Any) -> Any:
            return self

        def to_dict(self) -> dict[str, Any]:
            return {"text": "=HYPERLINK(1)", "quotes": [], "notices": [], "status": "chat", "confidence": 0}

    batch = read_batch("a.csv", b"question\nx\n")
    assert b"'=HYPERLINK" in answer_batch(batch, Evil(), TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b""),
        ("a.csv", b" \n"),
        ("a.csv", b"question\n\n"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.xlsx", b"PK\x03\x04 broken"),
        ("a.csv", b"question\n" + b"x\n" * 5001),
        ("a.csv", b"x" * 10_000_001),
        ("a.csv", b"question\n" + b"\xff\xff\x81"),
    ],
)
def test_a_file_that_cannot_be_used_is_said(name: str, data: bytes) -> None:
    with pytest.raises(InputError, match=" / "):
        read_batch(name, data)


def test_questions_of_a_short_row() -> None:
    assert Batch("a.csv", [["n", "question"], ["1"]], 1, True).questions == [""]
