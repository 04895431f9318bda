"""Question sets as evaluators have them → QuestionSet, with everything that is wrong and where.

====================  =======================================================================================
JSONL, JSON list      our fields, ragas's or Chinese ones (see ``fields.NAMES``); ``turns`` make a conversation
CSV, TSV, XLSX        a heading line with the same names; see ``tables``
folder                all sets in it together; a folder with corpus.jsonl and queries.jsonl is a BEIR set
TREC qrels            with its queries beside it; see ``ranked``
SQuAD 2.0, CMRC 2018  JSON; see ``reading``
====================  =======================================================================================
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assistant.evaluate import ranked, reading, tables
from assistant.evaluate.fields import fields_of, turn_of
from assistant.evaluate.files import decoded, json_lines
from assistant.evaluate.records import Case, Fault, QuestionSet, Text, Turn
from index.records import InputError

_SETS = (".jsonl", ".json", ".csv", ".tsv", ".xlsx", ".qrels")


def read_set(path: Path) -> QuestionSet:
    """The set at ``path``, a file or a folder. Raises InputError where there is none; faults in it are listed."""
    if not path.exists():
        raise InputError(f"没有这个题集：{path}", f"no such question set: {path}")
    try:
        found = _read_folder(path) if path.is_dir() else [(path, *_read_file(path))]
    except OSError as error:
        raise InputError(
            f"无法读取题集：{path}：{error.strerror or error}", f"cannot read the question set: {path}: {error.strerror or error}"
        ) from None
    cases = [case for _, _, some, _, _ in found for case in some]
    faults = [fault for *_, some in found for fault in some]
    faults = list(dict.fromkeys(faults + _double_ids(cases)))
    if not cases and not faults:
        raise InputError(f"题集里没有问题：{path}", f"no questions in {path}")
    return QuestionSet(
        name=path.resolve().name,
        form="+".join(dict.fromkeys(form for _, form, *_ in found)),
        cases=tuple(cases),
        digests={file.name: _digest(file) for file, *_ in found},
        texts=tuple(text for _, _, _, some, _ in found for text in some),
        faults=tuple(faults),
    )


_Read = tuple[str, list[Case], list[Text], list[Fault]]


def _read_folder(folder: Path) -> list[tuple[Path, str, list[Case], list[Text], list[Fault]]]:
    if (folder / "queries.jsonl").is_file() and (folder / "corpus.jsonl").is_file():
        return [(folder, "beir", *ranked.read_beir(folder))]
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in _SETS and file.is_file())
    if not files:
        raise InputError(f"文件夹里没有题集（{' '.join(_SETS)}）：{folder}", f"no question set ({' '.join(_SETS)}) in the folder: {folder}")
    return [(file, *_read_file(file)) for file in files]


def _read_file(file: Path) -> _Read:
    suffix = file.suffix.lower()
    if suffix in (".csv", ".tsv", ".xlsx"):
        rows, faults = tables.read_xlsx(file) if suffix == ".xlsx" else tables.read_csv(file)
        cases, wrong = _cases(rows, file.name)
        return suffix[1:], cases, [], faults + wrong
    if suffix in (".qrels", ".qrel") or "qrels" in file.name.lower():
        return "trec", *ranked.read_trec(file)
    if suffix == ".json":
        return _read_json(*decoded(file), file)
    if suffix != ".jsonl":
        raise InputError(
            f"认不出题集格式（需 {' '.join(_SETS)}）：{file}", f"unknown form of question set ({' '.join(_SETS)} wanted): {file}"
        )
    records, faults = json_lines(file)
    cases, wrong = _cases(records, file.name)
    return "jsonl", cases, [], faults + wrong


def _read_json(text: str, faults: list[Fault], file: Path) -> _Read:
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        return "json", [], [], [*faults, Fault(file.name, error.lineno, f"不是 JSON：{error.msg}", f"not JSON: {error.msg}")]
    except RecursionError:
        return "json", [], [], [*faults, Fault(file.name, 1, "JSON 嵌套太深", "JSON nested too deep")]
    if reading.is_reading_set(whole):
        cases, texts, wrong = reading.read(whole, text, file.name)
        return "squad", cases, texts, faults + wrong
    if not isinstance(whole, list) or not all(isinstance(record, dict) for record in whole):
        return "json", [], [], [*faults, Fault(file.name, 1, "应是对象列表或 SQuAD/CMRC", "must be a list of objects, or SQuAD or CMRC")]
    cases, wrong = _cases(list(zip(reading.line_numbers(text, whole), whole, strict=True)), file.name)
    return "json", cases, [], faults + wrong


def _cases(records: Iterable[tuple[int, dict[str, Any]]], file: str) -> tuple[list[Case], list[Fault]]:
    """Conversations from ``turns``, or from rows that name the same conversation; else a question alone is one."""
    faults: list[Fault] = []
    cases: dict[str, list[Turn]] = {}
    double: list[tuple[str, Turn]] = []
    lines: dict[str, int] = {}
    for line, record in records:
        known = fields_of(record)
        inner = known.get("turns")
        name = str(known.get("conversation") or known.get("id") or f"line-{line}")
        entries: list[Any] = inner if isinstance(inner, list) and inner else [record]
        if "turns" in known and entries is not inner:
            faults.append(Fault(file, line, "turns 应是列表", "turns must be a list"))
            continue
        if "id" not in known and "conversation" not in known:
            faults.append(Fault(file, line, f"没有编号，暂用 {name}", f"no id, called {name}", warning=True))
        turns: list[Turn] = []
        for entry in entries:
            fields = fields_of(entry if isinstance(entry, dict) else {"question": entry})
            turn, wrong = turn_of(fields, file, line, known if inner else None)
            faults += [Fault(file, line, *told) for told in wrong]
            turns += [turn] if turn else []
        if name in lines and "conversation" not in known:
            faults.append(_double(name, file, line, file, lines[name]))
            double += [(name, turn) for turn in turns]
        elif turns:
            cases.setdefault(name, []).extend(turns)
        lines.setdefault(name, line)
    found = [Case(name, tuple(turns)) for name, turns in cases.items()]
    return found + [Case(name, (turn,)) for name, turn in double], faults


def _double_ids(cases: list[Case]) -> list[Fault]:
    first: dict[str, Turn] = {}
    faults = []
    for case in cases:
        turn = case.turns[0]
        if case.id in first:
            other = first[case.id]
            faults.append(_double(case.id, turn.file, turn.line, other.file, other.line))
        else:
            first[case.id] = turn
    return faults


def _double(name: str, file: str, line: int, first_file: str, first_line: int) -> Fault:
    return Fault(file, line, f"编号重复：{name} ({first_file}:{first_line})", f"id used twice: {name} ({first_file}:{first_line})")


def _digest(path: Path) -> str:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
