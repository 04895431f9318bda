"""The store on Milvus, by milvus-lite in this process: what is sent there, when again, and the answers of a whole question set."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, TODAY, CountEncoder

from assistant.chat import Assistant
from index.embed import load_encoder
from index.milvus import PREFIX, connect
from index.read import parse, read_documents
from index.records import IndexProblem, InputError
from index.store import ClauseIndex

pymilvus = pytest.importorskip("pymilvus")
pytest.importorskip("milvus_lite")

QUESTIONS = [json.loads(line) for line in (ROOT / "tests/data/baseline/questions.jsonl").read_text("utf-8").splitlines() if line.strip()]


def built(*texts: str) -> ClauseIndex:
    return ClauseIndex.build([parse(text, f"{n}.txt", str(n)) for n, text in enumerate(texts)], CountEncoder())


def collections(file: Path) -> list[str]:
    return sorted(name for name in pymilvus.MilvusClient(str(file)).list_collections() if name.startswith(PREFIX))


def test_rows_are_sent_once_and_an_older_version_goes(tmp_path: Path) -> None:
    file, told = tmp_path / "milvus.db", []
    index = built("一、退税。退税在3个工作日内办结。")
    connect(index, f"milvus+{file}", lambda done, total: told.append((done, total)))
    assert told == [(len(index), len(index))]
    first = collections(file)
    connect(index, f"milvus+{file}", lambda *_: pytest.fail("sent twice"))
    connect(built("一、退税。退税在5个工作日内办结。"), f"milvus+{file}")
    assert len(collections(file)) == 1 and collections(file) != first


def test_a_half_filled_collection_is_filled_anew(tmp_path: Path) -> None:
    file = tmp_path / "milvus.db"
    index = built("一、退税。退税在3个工作日内办结。二、展会。展位费补助70%。")
    connect(index, f"milvus+{file}")
    pymilvus.MilvusClient(str(file)).delete(collections(file)[0], filter="row in [0]")
    told: list[int] = []
    connect(index, f"milvus+{file}", lambda done, _: told.append(done))
    assert told == [len(index)]


@pytest.mark.parametrize("address", ["http://localhost:19530", "milvus", "milvus+", "qdrant+http://localhost"])
def test_an_address_that_is_none_is_explained(address: str) -> None:
    with pytest.raises(InputError, match="milvus\\+http://"):
        connect(built("一、退税。"), address)


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(IndexProblem, match=r"127\.0\.0\.1:9"):
        connect(built("一、退税。"), "milvus+http://127.0.0.1:9")


@pytest.fixture(scope="module")
def both(seeds_index: ClauseIndex, tmp_path_factory: pytest.TempPathFactory) -> tuple[Assistant, Assistant]:
    over = ClauseIndex.build(read_documents([ROOT / "seeds"], root=ROOT), load_encoder())
    connect(over, f"milvus+{tmp_path_factory.mktemp('milvus')}/milvus.db")
    return Assistant(seeds_index, today=lambda: TODAY), Assistant(over, today=lambda: TODAY)


@pytest.mark.parametrize("case", QUESTIONS, ids=[case["id"] for case in QUESTIONS])
def test_both_stores_give_the_same_answer(case: dict[str, Any], both: tuple[Assistant, Assistant]) -> None:
    turns = [turn["question"] for turn in case["turns"]] if "turns" in case else [case["question"]]
    local, milvus = (assistant.ask(turns[-1], turns[:-1]) for assistant in both)
    assert shown(milvus) == shown(local)


def shown(answer: Any) -> tuple[Any, ...]:
    quotes = [(q.document.source, q.start, q.end) for q in (*answer.quotes, *answer.related)]
    return (
        answer.status,
        answer.text,
        answer.notices,
        quotes,
        round(answer.confidence, 3),
        replace(answer, timings_ms={}).standalone_question,
    )
