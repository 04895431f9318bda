"""Files of a question set → text and JSON lines, with the lines that cannot be read as faults: one reader for every form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from assistant.evaluate.records import Fault

Records = list[tuple[int, dict[str, Any]]]
"""The objects of a file, each with its line number."""


def decoded(file: Path) -> tuple[str, list[Fault]]:
    """The text of a UTF-8 (or GB18030) file; lines that are neither are named. Raises OSError where it cannot be read."""
    data = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), []
        except UnicodeDecodeError:
            continue
    faults = []
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            at = error.start + 1
            faults.append(Fault(file.name, number, f"不是 UTF-8（第 {at} 字节）", f"not UTF-8 (byte {at})"))
    return data.decode("utf-8-sig", "replace"), faults


def json_lines(file: Path) -> tuple[Records, list[Fault]]:
    """The objects of a JSONL file; lines that hold none are named, empty ones are passed over."""
    text, faults = decoded(file)
    records: Records = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            at = error.colno
            faults.append(Fault(file.name, number, f"不是 JSON（第 {at} 字）：{error.msg}", f"not JSON (column {at}): {error.msg}"))
            continue
        except RecursionError:
            faults.append(Fault(file.name, number, "JSON 嵌套太深", "JSON nested too deep"))
            continue
        if isinstance(record, dict):
            records.append((number, record))
        else:
            faults.append(Fault(file.name, number, "不是 JSON 对象", "not a JSON object"))
    return records, faults
