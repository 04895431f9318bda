"""Workbooks: openpyxl comes with the extra ``office`` and is imported here alone."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from index.records import InputError

CELL = 32_000  # characters that a cell of a spreadsheet takes
UNPACKED = 100_000_000  # bytes that a workbook may unpack to
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how XLS files begin, and XLSX files with a password


def workbook(rows: Iterable[Sequence[Any]], widths: Sequence[int]) -> bytes:
    """A sheet with a bold head that stays in view, filters, and columns of these widths."""
    openpyxl = load_openpyxl()
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            put(sheet.cell(number, column), value)
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    return saved(book)


def opened(data: bytes, values: bool = False) -> Any:
    """The workbook in these bytes; with ``values`` what its formulas last came to. Raises InputError with what to do."""
    openpyxl = load_openpyxl()
    if data.startswith(OLE):
        raise InputError(
            "这是旧版 XLS 或有密码的文件：请去掉密码，另存为 XLSX 或 CSV",
            "this is an old XLS file or one with a password: take the password off and save it as XLSX or CSV",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked <= UNPACKED:
            return openpyxl.load_workbook(io.BytesIO(data), data_only=values)
    except Exception as error:  # openpyxl raises whatever its parsers raise on a broken file
        raise InputError(
            "无法读取这个 XLSX 文件，请另存为 XLSX 或 CSV 再试", "cannot read this XLSX file, save it anew as XLSX or CSV"
        ) from error
    raise InputError("这个 XLSX 解开后太大，请只留下问题一列再试", "this XLSX is too large unpacked, keep its column of questions alone")


def load_openpyxl() -> Any:
    """The package. Raises InputError with how to install it."""
    try:
        import openpyxl
    except ImportError:
        raise missing("openpyxl") from None
    return openpyxl


def put(cell: Any, value: Any) -> None:
    """A value as it is: a text that begins with "=" stays a text and is no formula."""
    if isinstance(value, str):
        cell.value = clean(value)[:CELL]
        cell.data_type = "s"
    else:
        cell.value = value


def put_beside(sheet: Any, row: int, column: int, values: Sequence[Any]) -> None:
    """Values into the cells of a row from ``column`` on, wrapped."""
    from openpyxl.styles import Alignment

    for at, value in enumerate(values, column):
        cell = sheet.cell(row, at)
        put(cell, value)
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def saved(book: Any) -> bytes:
    """The bytes of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def clean(text: str) -> str:
    """Without the control characters that XML does not take."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)


def missing(package: str) -> InputError:
    """What to install for a file of this kind."""
    return InputError(
        f"此功能需要 {package}：pip install 'trade-policy-assistant[office]'",
        f"this needs {package}: pip install 'trade-policy-assistant[office]'",
    )
