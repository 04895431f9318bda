"""Answers taken along: citations, conversations as Markdown and DOCX, figures as XLSX, batches as CSV and XLSX.

Works on the public JSON form of an Answer. python-docx and openpyxl come with the extra ``office`` and are
imported where they are used.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assistant.lookup import Figure
from assistant.surfaces import AssistantLike
from index.records import InputError
from index.text import one_line

Json = Mapping[str, Any]
Language = Literal["zh", "en"]
Turn = tuple[str, Json]  # a question and the public form of its Answer
MAX_ROWS = 5000  # questions of one batch
MAX_BYTES = 10_000_000
CELL = 32_000  # characters that a cell of a spreadsheet takes
QUESTION = re.compile(r"问题|提问|咨询|question|query|ask", re.I)
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# key: (Chinese, English)
WORDS = {
    "title": ("外贸政策问答记录", "Trade policy questions and answers"),
    "as_of": ("有效性按 {day} 判断；引文逐字摘自所列文件。", "Validity judged as of {day}; quotes are verbatim from the documents named."),
    "question": ("问题", "Question"),
    "answer": ("回答", "Answer"),
    "notices": ("请注意", "Please note"),
    "quotes": ("原文依据", "Source text"),
    "related": ("相关条款（并未回答该问题）", "Related clauses (they do not answer the question)"),
    "citation": ("引文出处", "Citations"),
    "status": ("结果", "Result"),
    "confidence": ("把握程度", "Confidence"),
    "region": ("地区", "Region"),
    "kind": ("类别", "Kind"),
    "figure": ("数字", "Figure"),
    "whom": ("对象", "For whom"),
    "sentence": ("原文", "Sentence"),
    "document": ("文件", "Document"),
    "number": ("文号", "Document no."),
    "clause": ("条款", "Clause"),
    "source": ("原文位置", "Place in the file"),
    "rate": ("比例", "Rate"),
    "sum": ("金额", "Sum"),
    "cap": ("上限", "Cap"),
    "deadline": ("期限", "Time"),
    "count": ("数量", "Count"),
    "answered": ("已回答", "answered"),
    "not_found": ("文件未写明", "not stated"),
    "clarify": ("需要补充", "more detail needed"),
    "chat": ("非政策问题", "no policy question"),
    "failed": ("未能处理", "failed"),
    "empty": ("没有问题", "no question"),
}


def word(key: str, language: Language = "zh") -> str:
    """A word of the exported files."""
    return WORDS[key][language == "en"]


# ---- citations


def citation(quote: Json) -> str:
    """《title》（文号）第（六）条：“…”. What the document does not state is left out; the quoted text is verbatim."""
    text = one_line(quote["text"]).strip()
    return f"{place(quote)}：“{text}”"


def place(quote: Json) -> str:
    """《title》（文号）第（六）条, without the quoted text."""
    document = quote["document"]
    number = f"（{one_line(document['number'])}）" if document.get("number") else ""
    draft = "（征求意见稿）" if document.get("status") == "draft" and "征求意见" not in (document.get("title") or "") else ""
    return f"《{_inner(document.get('title') or quote['source'])}》{draft}{number}{clause_name(quote['clause'].get('number'))}"


def clause_name(number: str | None) -> str:
    """第（六）条 of "（六）", 第十四条 of "十四、", 第三条 of itself; empty without a number."""
    bare = re.sub(r"[、.．。:：\s]+$", "", number or "")
    if not bare or bare.startswith("第"):
        return bare
    return f"第{bare}条"


def _inner(title: str) -> str:
    """A title between 《》: book marks inside it become 〈〉, as GB/T 15834 has it."""
    whole = "".join(title.split())
    if whole.startswith("《") and whole.endswith("》") and whole.count("《") == 1:
        whole = whole[1:-1]
    return whole.replace("《", "〈").replace("》", "〉")


def answer_text(answer: Json, language: Language = "zh") -> str:
    """One answer as plain text to paste: what was said, its notices, its citations."""
    lines = [plain_text(answer["text"])]
    lines += [f"※ {notice}" for notice in answer.get("notices") or ()]
    lines += _table_lines(answer.get("comparison"), language)
    lines += [f"[{n}] {citation(quote)}" for n, quote in enumerate(answer["quotes"], 1)]
    return "\n".join(line for line in lines if line)


def plain_text(markdown: str) -> str:
    """The lead text without its Markdown signs."""
    return re.sub(r"\\([\\*_\[\]])", r"\1", markdown.replace("**", "")).strip()


def _table_lines(table: Json | None, language: Language) -> list[str]:
    return [" | ".join(cells) for cells in _table(table, language)]


def _table(table: Json | None, language: Language) -> list[list[str]]:
    """A comparison as rows of texts, its head first."""
    if not table or not table.get("rows"):
        return []
    columns = list(table["columns"])
    rows = [[row["region"], *(_cell(cell) for cell in row["cells"])] for row in table["rows"]]
    if len(columns) < len(rows[0]):
        columns.insert(0, word("region", language))
    return [columns, *rows]


def _cell(cell: Json) -> str:
    number = cell.get("quote")
    return f"{cell.get('text') or '—'}{f' [{number + 1}]' if isinstance(number, int) else ''}"


# ---- conversations


def markdown(turns: Sequence[Turn], language: Language = "zh") -> str:
    """A conversation as Markdown."""
    out = [f"# {word('title', language)}", ""]
    if turns:
        out += [word("as_of", language).format(day=turns[-1][1].get("as_of")), ""]
    for n, (question, answer) in enumerate(turns, 1):
        out += [f"## {n}. {_escaped(one_line(question))}", "", answer["text"], ""]
        if answer.get("notices"):
            out += [*(f"> **{word('notices', language)}** {_escaped(notice)}" for notice in answer["notices"]), ""]
        table = _table(answer.get("comparison"), language)
        if table:
            rows = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table]
            out += [rows[0], "|" + " --- |" * len(table[0]), *rows[1:], ""]
        for key in ("quotes", "related"):
            if answer.get(key):
                out += [f"**{word(key, language)}**", ""]
                out += [f"{m}. {_escaped(citation(quote))}" for m, quote in enumerate(answer[key], 1)]
                out += [""]
    return "\n".join(out)


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_<>\[\]#|])", r"\\\1", text)


def docx(turns: Sequence[Turn], language: Language = "zh") -> bytes:
    """A conversation as a Word document."""
    document = _docx()
    document.add_heading(word("title", language), level=1)
    if turns:
        document.add_paragraph(word("as_of", language).format(day=turns[-1][1].get("as_of")))
    for n, (question, answer) in enumerate(turns, 1):
        document.add_heading(f"{n}. {_clean(one_line(question))}", level=2)
        for line in plain_text(answer["text"]).splitlines():
            said = line.strip()
            if said:
                document.add_paragraph(_clean(said.removeprefix("- ")), style="List Bullet" if said.startswith("- ") else None)
        for notice in answer.get("notices") or ():
            document.add_paragraph(_clean(f"※ {notice}"))
        rows = _table(answer.get("comparison"), language)
        if rows:
            table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
            for row in rows:
                for cell, text in zip(table.add_row().cells, row, strict=False):
                    cell.text = _clean(text)
        for key in ("quotes", "related"):
            if answer.get(key):
                document.add_heading(word(key, language), level=3)
                for m, quote in enumerate(answer[key], 1):
                    document.add_paragraph(_clean(f"[{m}] {citation(quote)}"))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _docx() -> Any:
    try:
        from docx import Document
        from docx.oxml.ns import qn
    except ImportError:
        raise _missing("python-docx") from None
    document = Document()
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
        properties: Any = document.styles[name].element.get_or_add_rPr()
        properties.get_or_add_rFonts().set(qn("w:eastAsia"), "宋体" if name == "Normal" else "黑体")
    return document


def _clean(text: str) -> str:
    """Without the control characters that XML does not take."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)


def _missing(package: str) -> InputError:
    return InputError(
        f"此功能需要 {package}：pip install 'trade-policy-assistant[office]'",
        f"this needs {package}: pip install 'trade-policy-assistant[office]'",
    )


# ---- figures

FIGURE_COLUMNS = ("kind", "figure", "whom", "region", "document", "number", "clause", "sentence", "source")


def figure_cells(row: Figure, language: Language = "zh") -> list[str | None]:
    """One row of the table of figures, in the order of FIGURE_COLUMNS."""
    document, part = row.quote.document, row.quote.part
    return [
        word(row.kind, language), row.text, row.whom, document.region, one_line(document.title or "") or None, document.number,
        f"{part.number or ''}{part.heading or ''}" or None, one_line(row.quote.text), f"{document.source}:{row.span.start}-{row.span.end}",
    ]  # fmt: skip


def figures_xlsx(rows: Iterable[Figure], language: Language = "zh") -> bytes:
    """The table of figures as a workbook with filters and a fixed head."""
    head = [word(column, language) for column in FIGURE_COLUMNS]
    return _workbook([head, *(figure_cells(row, language) for row in rows)], (8, 16, 30, 8, 36, 20, 30, 70, 40))


def _workbook(rows: Iterable[Sequence[Any]], widths: Sequence[int]) -> bytes:
    openpyxl = _openpyxl()
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append([None] * len(row))
        for column, value in enumerate(row, 1):
            _put(sheet.cell(sheet.max_row if sheet.max_row else 1, column), value)
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    return _saved(book)


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise _missing("openpyxl") from None
    return openpyxl


def _put(cell: Any, value: Any) -> None:
    """A value as it is: a text that begins with "=" stays a text and is no formula."""
    if isinstance(value, str):
        cell.value = _clean(value)[:CELL]
        cell.data_type = "s"
    else:
        cell.value = value


def _saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# ---- batches

BATCH_COLUMNS = ("answer", "quotes", "citation", "confidence", "status")


@dataclass(frozen=True)
class Batch:
    """The questions of a file: its rows as they are, and the column that the questions stand in."""

    name: str
    rows: list[list[Any]]
    column: int
    head: bool
    book: Any = None  # the workbook that was read, so that the rest of it is kept
    encoding: str = "utf-8-sig"
    delimiter: str = ","

    @property
    def questions(self) -> list[str]:
        """The question of each row; empty where it has none."""
        body = self.rows[1:] if self.head else self.rows
        return ["" if self.column >= len(row) or row[self.column] is None else str(row[self.column]).strip() for row in body]

    @property
    def result_name(self) -> str:
        """The name of the file with the answers."""
        stem, _, ending = self.name.rpartition(".")
        return f"{stem}-answers.{ending}"


def read_batch(name: str, data: bytes) -> Batch:
    """The questions of a CSV or XLSX file. Raises InputError with what to do."""
    if len(data) > MAX_BYTES:
        raise InputError(f"文件太大，至多 {MAX_BYTES // 1_000_000} MB", f"the file is too large, at most {MAX_BYTES // 1_000_000} MB")
    if not data.strip():
        raise InputError("文件是空的", "the file is empty")
    ending = name.lower().rpartition(".")[2]
    if ending == "xlsx" or data.startswith(b"PK\x03\x04"):
        batch = _read_xlsx(name, data)
    elif ending in ("csv", "txt", "tsv"):
        batch = _read_csv(name, data)
    else:
        raise InputError("请上传 CSV 或 XLSX 文件", "give a CSV or XLSX file")
    count = sum(1 for question in batch.questions if question)
    if not count:
        raise InputError("文件里没有问题：请用一列写问题，列名为“问题”", "no question found: put them into a column named “question”")
    if count > MAX_ROWS:
        raise InputError(f"问题太多（{count}），一次至多 {MAX_ROWS} 个", f"too many questions ({count}), at most {MAX_ROWS} at once")
    return batch


def _read_xlsx(name: str, data: bytes) -> Batch:
    openpyxl = _openpyxl()
    try:
        book = openpyxl.load_workbook(io.BytesIO(data))
        rows = [list(row) for row in book.active.iter_rows(values_only=True)]
    except Exception as error:  # openpyxl raises whatever its parsers raise on a broken file
        raise InputError(
            "无法读取这个 XLSX 文件，请另存为 XLSX 或 CSV 再试", "cannot read this XLSX file, save it anew as XLSX or CSV"
        ) from error
    return Batch(name, rows, *_question_column(rows), book=book)


def _read_csv(name: str, data: bytes) -> Batch:
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError("认不出文件编码，请另存为 UTF-8 的 CSV", "unknown encoding, save the file as UTF-8 CSV")
    line = text.split("\n", 1)[0]
    delimiter = max((",", "\t", ";"), key=line.count) if any(mark in line for mark in ",\t;") else ","
    try:
        rows: list[list[Any]] = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error as error:
        raise InputError(f"无法读取这个 CSV 文件：{error}", f"cannot read this CSV file: {error}") from None
    return Batch(name, rows, *_question_column(rows), encoding="gb18030" if encoding == "gb18030" else "utf-8-sig", delimiter=delimiter)


def _question_column(rows: Sequence[Sequence[Any]]) -> tuple[int, bool]:
    """Where the questions stand, and whether the first row is a head: the column named so, else the wordiest."""
    first = [str(cell or "").strip() for cell in rows[0]] if rows else []
    for column, cell in enumerate(first):
        if QUESTION.search(cell) and len(cell) <= 20 and not cell.endswith(("?", "？")):
            return column, True
    width = max((len(row) for row in rows), default=1)
    lengths = [sum(len(str(row[column] or "")) for row in rows if column < len(row)) for column in range(width)]
    return max(range(width), key=lengths.__getitem__, default=0), False


def answer_batch(
    batch: Batch,
    assistant: AssistantLike,
    as_of: datetime.date | None = None,
    language: Language = "zh",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> bytes:
    """The same file with answer, quotes, citations, confidence and result beside each question."""
    file = b""
    for done, total, made in answering(batch, assistant, as_of, language):
        progress(done, total)
        file = made or file
    return file


def answering(
    batch: Batch, assistant: AssistantLike, as_of: datetime.date | None = None, language: Language = "zh"
) -> Iterator[tuple[int, int, bytes | None]]:
    """(done, total, file) after each question; the file comes with the last."""
    questions = batch.questions
    answers: list[list[Any]] = []
    for done, question in enumerate(questions, 1):
        answers.append(_answer_cells(assistant, question, as_of, language))
        if done < len(questions):
            yield done, len(questions), None
    yield len(questions), len(questions), _written(batch, answers, language)


def _answer_cells(assistant: AssistantLike, question: str, as_of: datetime.date | None, language: Language) -> list[Any]:
    if not question:
        return [None] * len(BATCH_COLUMNS)
    try:
        answer = assistant.ask(question, as_of=as_of).to_dict()
    except InputError as error:
        return [error.said(language), None, None, None, word("failed", language)]
    quotes = answer["quotes"]
    said = "\n".join([plain_text(answer["text"]), *(f"※ {notice}" for notice in answer.get("notices") or ())])
    return [
        said,
        "\n".join(f"[{n}] {one_line(quote['text'])}" for n, quote in enumerate(quotes, 1)) or None,
        "\n".join(f"[{n}] {place(quote)}" for n, quote in enumerate(quotes, 1)) or None,
        round(answer["confidence"], 2) if answer["status"] == "answered" else None,
        word(answer["status"], language),
    ]


def _written(batch: Batch, answers: Sequence[Sequence[Any]], language: Language) -> bytes:
    head = [word(column, language) for column in BATCH_COLUMNS]
    beside = [head, *answers] if batch.head else list(answers)
    width = max(len(row) for row in batch.rows)
    if batch.book is not None:
        from openpyxl.styles import Alignment

        sheet = batch.book.active
        for number, cells in enumerate(beside, 1):
            for column, value in enumerate(cells, width + 1):
                cell = sheet.cell(number, column)
                _put(cell, value)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        return _saved(batch.book)
    out = io.StringIO(newline="")
    rows = (
        [*row, *[None] * (width - len(row)), *(_inert(value) for value in cells)] for row, cells in zip(batch.rows, beside, strict=True)
    )
    csv.writer(out, delimiter=batch.delimiter).writerows(rows)
    return out.getvalue().encode(batch.encoding, "replace")


def _inert(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets a quote before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+@-\t" and value[:1] else value
