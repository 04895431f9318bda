"""Batches: a CSV or XLSX of questions in, the same file with the answers beside the questions out."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.citation import Language, place, plain_text, word
from assistant.surfaces import AssistantLike
from assistant.workbook import OLE, opened, put_beside, saved
from index.readers.decode import decoded
from index.records import InputError
from index.text import one_line

MAX_ROWS = 5000  # questions of one batch
MAX_BYTES = 10_000_000
NAMED = re.compile(r"(用户|客户|企业|咨询|提问)?(的)?(问题|問題|提问|問句|问句)(内容|描述)?|(user )?(questions?|query|queries)", re.I)
NEARLY = re.compile(r"问题|問題|提问|咨询|諮詢|question|query", re.I)
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
LETTERS = 6  # that a question without a question mark has at least, unlike a number, a date or a name
HEAD_WITHIN = 10  # rows that the heads are looked for in: a form may have a title above them
BATCH_COLUMNS = ("answer", "quotes", "citation", "confidence", "status")


@dataclass(frozen=True)
class Batch:
    """The questions of a file: its rows as they are, and the column that the questions stand in."""

    name: str
    rows: list[list[Any]]
    column: int
    head: int  # rows above the first question, the heads the last of them; 0 where there are none
    book: Any = None  # the workbook that was read, so that the rest of it is kept
    sheet: Any = None  # the sheet of it that the questions stand in
    encoding: str = "utf-8-sig"
    delimiter: str = ","

    @property
    def questions(self) -> list[str]:
        """The question of each row; empty where it has none."""
        return [_text(row[self.column]) if self.column < len(row) else "" for row in self.rows[self.head :]]

    @property
    def result_name(self) -> str:
        """The name of the file with the answers."""
        stem, dot, ending = self.name.rpartition(".")
        kind = "xlsx" if self.book is not None else ending if dot and ending.lower() in ("csv", "tsv", "txt") else "csv"
        return f"{stem or self.name}-answers.{kind}"


def read_batch(name: str, data: bytes) -> Batch:
    """The questions of a CSV or XLSX file. Raises InputError with what to do."""
    if len(data) > MAX_BYTES:
        most = MAX_BYTES // 1_000_000
        raise InputError(f"文件太大，至多 {most} MB；请分成几份", f"the file is too large, at most {most} MB; split it")
    if not data.strip():
        raise InputError("文件是空的，请选择写有问题的 CSV 或 XLSX 文件", "the file is empty, choose a CSV or XLSX file with questions")
    ending = name.lower().rpartition(".")[2]
    if ending in ("xlsx", "xlsm", "xls") or data.startswith((b"PK\x03\x04", OLE)):
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
    """The first sheet with a column named for questions, else the one that the file opens with."""
    book, values = opened(data), opened(data, values=True)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    if not sheets:
        raise InputError("这个 XLSX 里没有工作表，请用一列写问题", "this XLSX has no sheet, put the questions into a column of one")
    active = book.active if book.active in sheets else sheets[0]
    for sheet in (active, *sheets):  # the rows hold what formulas came to; the book that is written keeps the formulas
        rows = [list(row) for row in values[sheet.title].iter_rows(values_only=True)]
        found = _named_column(rows)
        if found:
            return Batch(name, rows, *found, book=book, sheet=sheet)
    rows = [list(row) for row in values[active.title].iter_rows(values_only=True)]
    return Batch(name, rows, *_wordiest_column(rows), book=book, sheet=active)


def _read_csv(name: str, data: bytes) -> Batch:
    text = decoded(data, name).removeprefix("\ufeff")
    if UNREADABLE.search(text):
        raise InputError(
            "这不是能读的 CSV 文本，请另存为 UTF-8 的 CSV 或 XLSX", "this is no readable CSV text, save it as UTF-8 CSV or as XLSX"
        )
    line = text.split("\n", 1)[0]
    delimiter = max((",", "\t", ";"), key=line.count) if any(mark in line for mark in ",\t;") else ","
    rows = _rows(text, delimiter)
    column, head = _named_column(rows) or _wordiest_column(rows)
    return Batch(name, rows, column, head, encoding=_spreadsheet_encoding(text, data), delimiter=delimiter)


def _rows(text: str, delimiter: str) -> list[list[Any]]:
    """The rows that are not empty. Loose quoting is put up with; a quotation that never ends would swallow the rest and is not."""
    for strict in (True, False):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
        try:
            return [list(row) for row in reader if row]
        except csv.Error as error:
            at = reader.line_num
            if "field limit" in str(error):
                raise InputError(f"第 {at} 行有一格太长", f"a cell of line {at} is too long") from None
            if not strict or "unexpected end" in str(error):
                zh = f"这个 CSV 文件到第 {at} 行为止有引号没有成对，请补上或另存为 XLSX"
                raise InputError(zh, f"a quotation mark up to line {at} of this CSV file is not closed: close it or save as XLSX") from None
    return []


def _spreadsheet_encoding(text: str, data: bytes) -> str:
    """GB18030 where the file came in it, else UTF-8 with the mark that spreadsheets look for."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030" if text.encode("gb18030", "replace") == data else "utf-8-sig"
    return "utf-8-sig"


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _named_column(rows: Sequence[Sequence[Any]]) -> tuple[int, int] | None:
    """Column and number of rows down to its head, where a head says that questions stand below; a plain name goes before a near one."""
    heads = [[_text(cell).strip(":：*＊") for cell in row] for row in rows[:HEAD_WITHIN]]
    for number, row in enumerate(heads):
        for column, cell in enumerate(row):
            if NAMED.fullmatch(cell):
                return column, number + 1
    for column, cell in enumerate(heads[0] if heads else ()):
        if NEARLY.search(cell) and len(cell) <= 20 and not cell.endswith(("?", "？")):
            return column, 1
    return None


def _wordiest_column(rows: Sequence[Sequence[Any]]) -> tuple[int, int]:
    """The column with most text, where that looks like questions. Raises InputError that names the columns there are."""
    width = max((len(row) for row in rows), default=0)
    columns = [[_text(row[column]) if column < len(row) else "" for row in rows] for column in range(width)]
    column = max(range(width), key=lambda n: sum(map(len, columns[n])), default=0)
    cells = [cell for cell in columns[column] if cell] if columns else []
    if not cells:
        return 0, 0
    asking = [cell.endswith(("?", "？")) or sum(map(str.isalpha, cell)) >= LETTERS for cell in cells]
    if 2 * sum(asking) < len(asking):
        first = "、".join(_text(cell)[:20] for cell in rows[0] if _text(cell))
        raise InputError(
            f"没有找到写问题的一列（第一行是：{first}）。请把那一列的列名写成“问题”",
            f"no column of questions found (the first row is: {first}); name that column “question”",
        )
    return column, 0


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
    nothing: list[Any] = [None] * len(BATCH_COLUMNS)
    above = [nothing] * (batch.head - 1) + [[word(column, language) for column in BATCH_COLUMNS]] if batch.head else []
    beside = [*above, *answers]
    width = max(len(row) for row in batch.rows)
    if batch.book is not None:
        for number, cells in enumerate(beside, 1):
            put_beside(batch.sheet, number, width + 1, cells)
        return saved(batch.book)
    out = io.StringIO(newline="")
    rows = (
        [*row, *[None] * (width - len(row)), *(_inert(value) for value in cells)] for row, cells in zip(batch.rows, beside, strict=True)
    )
    csv.writer(out, delimiter=batch.delimiter).writerows(rows)
    return out.getvalue().encode(batch.encoding, "replace")


def _inert(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets a quote before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+@-\t" and value[:1] else value
