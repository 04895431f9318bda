"""Cases of questions, the libraries that they are asked of, and what an answer must hold; each library in one of the stores."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, TODAY

from assistant.chat import Assistant
from index.embed import load_encoder
from index.milvus import connect
from index.read import read_documents
from index.store import ClauseIndex

CASES = ROOT / "tests/cases"
NOTICES = (ROOT / "tests/data/notices", ROOT / "tests/data/own-notices")
FAISS, MILVUS = "faiss", "milvus-lite"
Case = dict[str, Any]


def lines(file: Path) -> list[Case]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


def read_cases(name: str) -> list[Any]:
    """The cases of a file, each with its label; one marked ``"expect": "fail"`` must fail until the product is mended."""
    cases = lines(CASES / name)
    marks = [[pytest.mark.xfail(strict=True, reason=c["reason"])] if c.get("expect") == "fail" else [] for c in cases]
    return [pytest.param(c, id=label(c), marks=m) for c, m in zip(cases, marks, strict=True)]


def turns(case: Case) -> list[str]:
    """The questions of a conversation; a turn is a text, or holds one."""
    return [turn if isinstance(turn, str) else turn["question"] for turn in case.get("turns") or [case["question"]]]


def label(case: Case) -> str:
    return " / ".join(turns(case))[-36:]


def seeds() -> dict[str, str]:
    return {f"seeds/{f.name}": f.read_bytes().decode("utf-8") for f in (ROOT / "seeds").glob("*.txt")}


@dataclass(frozen=True)
class Library:
    """An assistant over some documents, and their texts by source."""

    index: ClauseIndex
    assistant: Assistant
    texts: dict[str, str]
    _given: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, case: Case) -> dict[str, Any]:
        """The answer to the last turn of a case; the same case is asked once."""
        *earlier, question = turns(case)
        as_of = datetime.date.fromisoformat(case["as_of"]) if "as_of" in case else None
        key = json.dumps([earlier, question, case.get("as_of")])
        if key not in self._given:
            self._given[key] = self.assistant.ask(question, earlier, as_of=as_of).to_dict()
        return self._given[key]


class Libraries:
    """The libraries that cases name: the seeds, or a few invented notices together. Each is built once."""

    def __init__(self, seeds_index: ClauseIndex, folder: Callable[[], Path]) -> None:
        """``folder`` gives a new empty one each time."""
        self._folder = folder
        self._built = {(): Library(seeds_index, Assistant(seeds_index, today=lambda: TODAY), seeds())}

    def of(self, names: tuple[str, ...]) -> Library:
        if names not in self._built:
            folder = self._folder()
            for name in names:
                source = next(place / name / "source.txt" for place in NOTICES if (place / name).is_dir())
                (folder / f"{name}.txt").write_bytes(source.read_bytes())
            index = ClauseIndex.build(read_documents([folder], root=folder), load_encoder())
            texts = {f.name: f.read_bytes().decode("utf-8") for f in folder.glob("*.txt")}
            self._built[names] = Library(index, Assistant(index, today=lambda: TODAY), texts)
        return self._built[names]

    def __call__(self, case: Case) -> Library:
        return self.of(tuple(case.get("library", ())))


class InMilvus(Libraries):
    """The same libraries, searched in milvus-lite."""

    def __init__(self, local: Libraries, folder: Callable[[], Path]) -> None:
        self._local, self._folder = local, folder
        self._built = {}

    def of(self, names: tuple[str, ...]) -> Library:
        if names not in self._built:
            local = self._local.of(names)
            index = ClauseIndex(local.index.version, local.index.encoder)  # the files are those of the local one
            connect(index, f"milvus+{self._folder()}/milvus.db")
            self._built[names] = Library(index, Assistant(index, today=lambda: TODAY), local.texts)
        return self._built[names]


def check_quotes(answer: dict[str, Any], texts: dict[str, str] | None = None) -> None:
    texts = texts or seeds()
    for quote in answer["quotes"] + answer["related"]:
        text = texts[quote["source"]]
        assert text[quote["start"] : quote["end"]] == quote["text"]
        assert quote["clause"]["start"] <= quote["start"] < quote["end"] <= quote["clause"]["end"]
        for figure in quote["figures"]:
            assert text[figure["start"] : figure["end"]] == figure["text"]
            assert quote["start"] <= figure["start"] < figure["end"] <= quote["end"]
        assert quote["validity"]["basis"] is None or quote["validity"]["basis"] in text


def holds(text: str, wanted: str) -> bool:
    """True where ``text`` holds one of the ways that ``wanted`` allows, which | parts."""
    return any(way in text for way in wanted.split("|"))


def check_case(case: dict[str, Any], answer: dict[str, Any]) -> None:
    """``quotes``: [document, words] among the first three; ``first``: words of the first; ``regions``: those quoted from.

    ``says`` and ``never``: what the text and its notices hold and do not; ``validity``: the status of the first quote
    asked for; ``comparison``: words of each region's row, null for no table; ``standalone``: words of the question as understood.
    """
    assert answer["status"] in case["status"].split("|")
    assert answer["language"] == case.get("language", "zh")
    said = "\n".join([answer["text"], *answer["notices"]])
    says = case.get("says", [])
    for words in [says] if isinstance(says, str) else says:
        assert holds(said, words)
    for words in case.get("never", []):
        assert words not in said
    for document, words in case.get("quotes", []):
        assert any(f"/{document}" in f"/{q['source']}" and holds(q["text"], words) for q in answer["quotes"][:3]), words
    if "first" in case:
        assert case["first"] in answer["quotes"][0]["text"]
    if "regions" in case:
        assert {q["document"]["region"] for q in answer["quotes"]} == set(case["regions"])
    if "validity" in case:
        status = [q["validity"]["status"] for q in answer["quotes"] if holds(q["text"], case["quotes"][0][1])]
        assert status[0] == case["validity"]
    if "comparison" in case:
        table = answer["comparison"] or {"rows": []}
        rows = {row["region"]: " ".join(cell["text"] for cell in row["cells"]) for row in table["rows"]}
        assert bool(rows) == bool(case["comparison"])
        for region, words in (case["comparison"] or {}).items():
            assert words in rows[region]
    for words in case.get("standalone", []):
        assert words in answer["standalone_question"]
    if answer["status"] != "answered":
        assert answer["quotes"] == []
