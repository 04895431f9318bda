"""Questions with the spans that answer them, and the documents that they are asked of."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.read import parse, read_documents
from index.records import Document, InputError
from index.training.corpus import CorpusError, read_records

LIBRARY = 60  # invented clauses that are searched together

Gold = tuple[str, int, int]


@dataclass(frozen=True)
class Question:
    """A question, the library that it is asked of, what is left out with it, and the spans that answer it."""

    text: str
    source: str
    group: str
    gold: tuple[Gold, ...]


Library = tuple[list[Document], list[Question]]
Notice = tuple[Document, list[tuple[dict[str, Any], int]]]


def clause_libraries(file: Path) -> Iterator[Library]:
    """The clauses of a ``clauses-*.jsonl`` in libraries of some dozens, as one document a region."""
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    clauses = [record for record in records if record.get("clause")]
    random.Random(1).shuffle(clauses)
    for start in range(0, len(clauses), LIBRARY):
        yield _clause_library(file.stem, start, clauses[start : start + LIBRARY])


def clause_notices(records: Sequence[dict[str, Any]], name: str, numbered: Callable[[int], str]) -> Iterator[Notice]:
    """Invented clauses as one notice a region, with the records that stand in it and where the clause of each begins.

    The notices are called ``name`` with a number behind; ``numbered`` writes the number of a clause, from 1.
    """
    by_region: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        by_region[record["region"] or "全国"].append(record)
    for n, (region, members) in enumerate(by_region.items()):
        text = f"{region}促进外贸若干措施\n\n"
        placed: list[tuple[dict[str, Any], int]] = []
        for number, record in enumerate(members, 1):
            text += numbered(number) + (f"{record['heading']}。" if record["heading"] else "")
            placed.append((record, len(text)))
            text += record["clause"] + "\n"
        short = re.sub("[省市]$", "", re.sub(r"^.*?(?:省|自治区)(?=.)", "", region))
        yield replace(parse(text, f"{name}-{n}", f"{name}-{n}"), region=short), placed


def _clause_library(source: str, start: int, records: Sequence[dict[str, Any]]) -> Library:
    documents: list[Document] = []
    questions: list[Question] = []
    for document, placed in clause_notices(records, f"{source}-{start}", "{}. ".format):
        documents.append(document)
        for record, offset in placed:
            for question in record.get("questions") or ():
                if (at := record["clause"].find(question["quote"])) >= 0:
                    gold = (document.id, offset + at, offset + at + len(question["quote"]))
                    questions.append(Question(question["q"], source, f"{source}-{start}", (gold,)))
    return documents, questions


def notice_library(folder: Path) -> Library:
    """The notices of a folder in one library; raises InputError where there are none with questions."""
    documents, questions = [], []
    for home in sorted(file.parent for file in folder.glob("*/questions.jsonl")):
        document = parse((home / "source.txt").read_bytes().decode("utf-8"), home.name, home.name)
        documents.append(document)
        for line in (home / "questions.jsonl").read_text("utf-8").splitlines():
            record = json.loads(line)
            quotes = [re.escape(gold["quote"]) for gold in record.get("gold") or ()]
            spans = [found.span() for quote in quotes for found in re.finditer(quote, document.text)]
            if spans and record["type"] != "unanswerable":
                gold = tuple((document.id, *span) for span in spans)
                questions.append(Question(record["question"], folder.name, home.name, gold))
    if not documents:
        raise InputError(f"没有带问题的通知：{folder}", f"no notices with questions: {folder}")
    return documents, questions


def question_file(file: Path, folder: Path) -> Library:
    """The answerable questions of a ``*.jsonl`` on the documents of ``folder``: ``gold`` names a document by the
    beginning of its file name and quotes it; what is only an acceptable answer (``role`` may) counts as well.

    Raises CorpusError where a document or a quote is not there.
    """
    documents = read_documents([folder])
    questions = []
    for record in read_records(file):
        spans: list[Gold] = []
        for gold in record.get("gold") or ():
            held = [document for document in documents if Path(document.source).name.startswith(gold["doc"])]
            at = held[0].text.find(gold["quote"]) if held else -1
            if at < 0:
                raise CorpusError(f"{file.name}: {record.get('id')}: {gold['doc']} does not hold the quote {gold['quote'][:20]}")
            spans.append((held[0].id, at, at + len(gold["quote"])))
        if spans:
            kind = str(record.get("type") or "any")
            questions.append(Question(str(record["question"]), f"{file.stem}: {kind}", str(record.get("id")), tuple(spans)))
    return documents, questions
