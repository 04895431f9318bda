"""Responsibility tables (任务分工表): which units a row of the table puts in charge of a task."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.records import Span
from index.rows import Row
from index.units import units

_CELLS = re.compile(r"\t|\s{0,20}\|\s{0,20}|[ 　]{2,}")
_DUTY_COLUMN = re.compile(r"(?:牵头|责任|配合|负责)\S{0,4}(?:单位|部门)")


@dataclass(frozen=True, slots=True)
class Task:
    """A row of a responsibility table: its number, its text, the units that it names and where it stands."""

    number: str | None
    line: str
    units: tuple[str, ...]
    span: Span


def tasks(rows: Sequence[Row]) -> dict[str, Task]:
    """The rows of all responsibility tables by the name of their task."""
    found: dict[str, Task] = {}
    columns: list[str] = []
    for row in rows:
        if row.look != "table":
            columns = []
            continue
        cells = [c.strip() for c in _CELLS.split(row.flat)]
        if any(_DUTY_COLUMN.search(c) for c in cells):
            columns = cells
        elif columns and len(cells) == len(columns):
            task = _in_column(cells, columns, "任务|事项|内容|项目|措施")
            named = [c for c, name in zip(cells, columns, strict=True) if re.search("单位|部门", name)]
            if task:
                listed = tuple(dict.fromkeys(unit for cell in named for unit in units(cell)))
                span = Span(row.block.start, row.block.end)
                found[task] = Task(_in_column(cells, columns, "序号"), row.flat, listed, span)
    return found


def _in_column(cells: list[str], columns: list[str], pattern: str) -> str | None:
    return next((c for c, name in zip(cells, columns, strict=True) if re.search(pattern, name)), None)
