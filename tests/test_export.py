"""Citations, conversations, figures and batches as files."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pytest
from conftest import TODAY

from assistant.batch import Batch, answer_batch, read_batch
from assistant.chat import Assistant
from assistant.citation import answer_text, citation, clause_name
from assistant.export import FIGURE_COLUMNS, docx, figures_xlsx, markdown
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


def test_lines_of_the_lead_stay_lines_in_markdown() -> None:
    lead = "[1] 已过期。\n[1] 出自征求意见稿。\n规定如下：\n- **重庆**：3日 [1]\n- **威海**：2日 [2]\n\n下面是相关条款。"
    answer = {"text": lead, "quotes": [], "as_of": "2026-11-20"}
    told = markdown([("几天？", answer)])
    assert "[1] 已过期。  \n[1] 出自征求意见稿。  \n规定如下：\n\n- **重庆**：3日 [1]\n- **威海**：2日 [2]\n\n下面是相关条款。" in told


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


def book_of(*sheets: list[list[Any]]) -> bytes:
    openpyxl = pytest.importorskip("openpyxl", reason="needs the extra office")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "zh", "en"),
    [
        ("a.csv", b"", "文件是空的", "is empty"),
        ("a.csv", b" \n", "文件是空的", "is empty"),
        ("a.csv", b"question\n\n", "列名为“问题”", "named “question”"),
        ("a.csv", "编号,金额\n1,5\n2,7\n".encode(), "第一行是：编号、金额", "the first row is: 编号、金额"),
        ("a.csv", "日期,地区\n2026-01-02,重庆\n2026-01-03,威海\n".encode(), "没有找到写问题的一列", "no column of questions"),
        ("a.pdf", b"%PDF-1.7", "CSV 或 XLSX", "CSV or XLSX"),
        ("", b"question\nx\n", "CSV 或 XLSX", "CSV or XLSX"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "去掉密码，另存为 XLSX", "save it as XLSX"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "去掉密码，另存为 XLSX", "save it as XLSX"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "去掉密码，另存为 XLSX", "save it as XLSX"),
        ("a.xlsx", b"PK\x03\x04 broken", "另存为 XLSX", "save it anew"),
        ("a.xlsx", zipped(**{"word/document.xml": b"<x/>"}), "另存为 XLSX", "save it anew"),
        ("a.xlsx", zipped(**{"xl/worksheets/sheet1.xml": bytes(100_000_001)}), "解开后太大", "too large unpacked"),
        ("a.csv", b"question\n" + b"how long?\n" * 5001, "一次至多 5000 个", "at most 5000"),
        ("a.csv", b"x" * 10_000_001, "至多 10 MB", "at most 10 MB"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "另存为 UTF-8", "UTF-8"),
        ("a.csv", b"question\nwhat\x00 now\n", "另存为 UTF-8", "UTF-8"),
        ("a.csv", '问题\n"没有收尾的引号\n第二个问题\n'.encode(), "引号没有成对", "not closed"),
        ("a.csv", ("问题\n" + "字" * 140_000).encode(), "第 2 行有一格太长", "a cell of line 2"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_said(name: str, data: bytes, zh: str, en: str) -> None:
    with pytest.raises(InputError) as told:
        read_batch(name, data)
    assert zh in told.value.said("zh")
    assert en in told.value.said("en")


@pytest.mark.parametrize(
    ("encoding", "text", "back"),
    [
        ("utf-16", f"问题\n{QUESTION}\n", "utf-8-sig"),
        ("utf-16-le", f"问题\n{QUESTION}\n", "utf-8-sig"),
        ("gb18030", f"问题\n{QUESTION}\n", "gb18030"),
        ("utf-8", f"问题\n{QUESTION}\n", "utf-8-sig"),
    ],
)
def test_a_csv_in_any_usual_encoding(encoding: str, text: str, back: str) -> None:
    batch = read_batch("a.csv", text.encode(encoding))
    assert batch.questions == [QUESTION]
    assert batch.encoding == back


def test_big5_is_told_from_gb18030() -> None:
    pytest.importorskip("charset_normalizer", reason="needs the extra formats")
    asked = "請問重慶市的出口退稅需要幾個工作日才能辦理完畢？"
    batch = read_batch("a.csv", f"問題\n{asked}\n".encode("big5"))
    assert batch.questions == [asked]


@pytest.mark.parametrize(
    ("rows", "asked", "head"),
    [
        ([["问题类别", "问题"], ["信保", QUESTION]], [QUESTION], 1),  # the plain name goes before the near one
        ([["咨询登记表", None], [None, None], ["编号", "咨询问题"], [1, QUESTION]], [QUESTION], 3),
        ([["编号", "用户提问"], [1, OTHER]], [OTHER], 1),
        ([[1, QUESTION], [2, OTHER]], [QUESTION, OTHER], 0),
        ([["Question:"], ["how long?"]], ["how long?"], 1),
    ],
)
def test_where_the_questions_stand(rows: list[list[Any]], asked: list[str], head: int, assistant: Assistant) -> None:
    batch = read_batch("a.xlsx", book_of(rows))
    assert batch.questions == asked
    assert batch.head == head
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(answer_batch(batch, assistant, TODAY))).active
    made = [list(row) for row in sheet.iter_rows(values_only=True)]
    width = max(map(len, rows))
    assert [row[:width] for row in made] == [[*row, *[None] * (width - len(row))] for row in rows]
    assert all(row[-1] for row in made[head:])
    if head:
        assert made[head - 1][width:] == ["回答", "原文依据", "引文出处", "把握程度", "结果"]
        assert all(cell is None for row in made[: head - 1] for cell in row[width:])


def test_the_sheet_with_a_column_of_questions_is_found(assistant: Assistant) -> None:
    batch = read_batch("a.xlsx", book_of([["说明"], ["请在第二页填写"]], [["编号", "问题"], [1, QUESTION]]))
    assert batch.questions == [QUESTION]
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(answer_batch(batch, assistant, TODAY)))
    assert book["表1"].max_column == 1
    assert book["表2"]["C1"].value == "回答"


def test_a_formula_is_asked_by_what_it_came_to_and_stays_a_formula(assistant: Assistant) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs the extra office")
    book = openpyxl.Workbook()
    for row in (["问题", "甲"], ['="重庆"&"退税几天？"', None], [OTHER, "=1+1"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    batch = read_batch("a.xlsx", out.getvalue())
    assert batch.questions == ["", OTHER]  # openpyxl works out nothing: a formula that was never shown has no text
    sheet = openpyxl.load_workbook(io.BytesIO(answer_batch(batch, assistant, TODAY))).active
    assert sheet["A2"].value == '="重庆"&"退税几天？"'
    assert sheet["B3"].value == "=1+1"
    assert sheet["C3"].value


@pytest.mark.parametrize(
    ("name", "data", "result"),
    [
        ("问题.csv", b"question\nhow long?\n", "问题-answers.csv"),
        ("a.TSV", b"question\tn\nhow long?\t1\n", "a-answers.TSV"),
        ("问题", None, "问题-answers.xlsx"),
        ("a.b.xlsx", None, "a.b-answers.xlsx"),
    ],
)
def test_the_name_of_the_result(name: str, data: bytes | None, result: str) -> None:
    assert read_batch(name, data or book_of([["问题"], [QUESTION]])).result_name == result


def test_questions_of_a_short_row() -> None:
    assert Batch("a.csv", [["n", "question"], ["1"]], 1, 1).questions == [""]
