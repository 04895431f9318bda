"""CSV and XLSX → records under their headings, with line numbers.

In the column of evidence a line of its own (line break in the cell) is required beside the others, ``||`` separates
alternatives of one of them; the column of documents names one for all or, in the same shape, one for each.
"""

from __future__ import annotations

import csv
import io
import warnings
from pathlib import Path
from typing import Any

from assistant.evaluate.fields import field_of
from assistant.evaluate.files import Records, decoded
from assistant.evaluate.records import Fault


def read_csv(file: Path) -> tuple[Records, list[Fault]]:
    """Comma, semicolon or tab; UTF-8 or GB18030 (Excel's Chinese CSV). Line numbers are those of the file."""
    text, faults = decoded(file)
    first = text.split("\n", 1)[0]
    delimiter = max("\t,;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[Any]]] = []
    before = 0
    try:
        for row in reader:
            lines.append((before + 1, list(row)))
            before = reader.line_num
    except csv.Error as error:
        faults.append(Fault(file.name, before + 1, f"CSV 有误：{error}", f"broken CSV: {error}"))
    rows, wrong = _under_headings(lines, file.name)
    return rows, faults + wrong


def read_xlsx(file: Path) -> tuple[Records, list[Fault]]:
    """The first sheet of a workbook; line numbers are its rows."""
    from index.records import InputError

    try:
        import openpyxl
    except ImportError:
        raise InputError(
            "读 XLSX 需要：pip install 'trade-policy-assistant[evaluate]'",
            "reading XLSX needs: pip install 'trade-policy-assistant[evaluate]'",
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever its zip and XML readers raise
        return [], [Fault(file.name, 1, f"不是可读的 XLSX：{error}", f"not a readable XLSX: {error}")]
    sheet = book.worksheets[0]
    lines = [(number, list(row)) for number, row in enumerate(sheet.iter_rows(values_only=True), 1)]
    book.close()
    return _under_headings(lines, file.name)


def _under_headings(lines: list[tuple[int, list[Any]]], file: str) -> tuple[Records, list[Fault]]:
    filled = [(number, row) for number, row in lines if any(_cell(value) for value in row)]
    if not filled:
        return [], [Fault(file, 1, "表是空的", "the table is empty")]
    at, head = filled[0]
    fields = [field_of(_cell(value)) for value in head]
    faults = []
    if "question" not in fields:
        heads = "、".join(_cell(value) for value in head)
        return [], [Fault(file, at, f"首行没有“问题”列：{heads}", f"no heading 问题 or question in the first line: {heads}")]
    unknown = [_cell(value) for value, name in zip(head, fields, strict=True) if name is None and _cell(value)]
    if unknown:
        faults.append(Fault(file, at, f"未使用的列：{'、'.join(unknown)}", f"columns not used: {'、'.join(unknown)}", warning=True))
    for name in sorted({name for name in fields if name and fields.count(name) > 1}):
        faults.append(Fault(file, at, f"两列含义相同：{name}", f"two columns mean the same: {name}"))
    rows: Records = []
    for number, row in filled[1:]:
        if len([value for value in row[len(fields) :] if _cell(value)]):
            faults.append(
                Fault(
                    file, number, f"多于标题的列数（{len(row)} > {len(fields)}）", f"more cells than headings ({len(row)} > {len(fields)})"
                )
            )
        record = {
            name: value if name == "as_of" else _cell(value) for name, value in zip(fields, row, strict=False) if name and _cell(value)
        }
        rows.append((number, _with_evidence(record)))
    return rows, faults


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _with_evidence(record: dict[str, Any]) -> dict[str, Any]:
    """The cells of evidence and documents as lists of alternatives."""
    texts = [[part.strip() for part in line.split("||")] for line in str(record.get("gold", "")).split("\n") if line.strip()]
    names = [[part.strip() for part in line.split("||")] for line in str(record.get("document", "")).split("\n") if line.strip()]
    if not texts:
        if not names or "reference" in record or _refused(record):
            return record
        return {**record, "gold": [[{"doc": name} for name in line] for line in names]}
    alike = [len(line) for line in names] == [len(line) for line in texts]
    if not alike and (len(names) > 1 or any(len(line) > 1 for line in names)):
        every = [name for line in names for name in line]
        gold: list[Any] = [[{"doc": name, "quote": text} for text in line for name in every] for line in texts]
        return {key: value for key, value in record.items() if key != "document"} | {"gold": gold}
    one = names[0][0] if names else None
    gold = [
        [{"quote": text} | ({"doc": names[n][m] if alike else one} if names else {}) for m, text in enumerate(line)]
        for n, line in enumerate(texts)
    ]
    return {key: value for key, value in record.items() if key != "document"} | {"gold": gold}


def _refused(record: dict[str, Any]) -> bool:
    return bool(
        record.get("impossible") or record.get("accepted") or str(record.get("answerable", "是")).lower() in ("否", "no", "false", "0")
    )
