"""The store on Milvus, by milvus-lite in this process: what is sent there, and when again (answers: ``test_chat.py``)."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import CountEncoder

from index.milvus import PREFIX, connect
from index.read import parse
from index.records import IndexProblem, InputError
from index.store import ClauseIndex

pymilvus = pytest.importorskip("pymilvus")
pytest.importorskip("milvus_lite")


A, B, C = (f"一、退税。退税在{days}个工作日内办结。\n二、展会。展位费补助70%。" for days in "357")


def built(folder: Path, text: str) -> ClauseIndex:
    """The next version of the one index in ``folder``."""
    return ClauseIndex.build([parse(text, "0.txt", "0")], CountEncoder(), folder=folder / "index")


def client(file: Path) -> Any:
    return pymilvus.MilvusClient(str(file))


def collections(file: Path) -> list[str]:
    return sorted(name for name in client(file).list_collections() if name.startswith(PREFIX))


def found(index: ClauseIndex) -> str:
    return index.search("退税几个工作日", 1)[0].quote.text


def test_rows_are_sent_once_and_the_version_before_is_kept(tmp_path: Path) -> None:
    file, told = tmp_path / "milvus.db", []
    first = built(tmp_path, A)
    connect(first, f"milvus+{file}", lambda done, total: told.append((done, total)))
    assert told == [(len(first), len(first))]
    connect(first, f"milvus+{file}", lambda *_: pytest.fail("sent twice"))
    held = [collections(file)]
    for text in (B, C):
        connect(built(tmp_path, text), f"milvus+{file}")
        held.append(collections(file))
    assert [len(names) for names in held] == [1, 2, 2]
    assert set(held[0]) < set(held[1]) and not set(held[0]) & set(held[2])


def test_another_library_on_the_same_server_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "milvus.db"
    other = built(tmp_path / "other", A)
    connect(other, f"milvus+{file}")
    for text in (A, B, C):
        connect(built(tmp_path, text), f"milvus+{file}")
    assert found(other) == "退税在3个工作日内办结。"
    assert len(collections(file)) == 3


def test_what_is_not_whole_is_replaced_and_never_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the rows are sent anew, who reads still finds those that are left."""
    file, seen = tmp_path / "milvus.db", []
    index = built(tmp_path, A)
    connect(index, f"milvus+{file}")
    client(file).delete(collections(file)[0], filter="row in [0]")
    monkeypatch.setattr("index.milvus.STEP", 1)
    again = ClauseIndex.load(tmp_path / "index", CountEncoder())
    connect(again, f"milvus+{file}", lambda done, _: seen.append((done, bool(index.search("退税")))))
    assert seen == [(n + 1, True) for n in range(len(index))]
    assert len(again.search("退税", 9)) == len(index.search("退税", 9)) == len(index)


def test_a_sending_that_was_broken_off_is_never_read(tmp_path: Path) -> None:
    file = tmp_path / "milvus.db"

    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    index = built(tmp_path, A)
    with pytest.raises(KeyboardInterrupt):
        connect(index, f"milvus+{file}", stop)
    told: list[int] = []
    connect(index, f"milvus+{file}", lambda done, _: told.append(done))
    assert told == [len(index)]
    assert len(collections(file)) == 1  # what was begun is gone
    assert found(index) == "退税在3个工作日内办结。"


def test_readers_see_the_old_version_or_the_new_one(tmp_path: Path) -> None:
    """Threads that ask all the time while three versions are made: each answer is that of a whole version, none fails."""
    file = tmp_path / "milvus.db"
    serving = [built(tmp_path, A)]
    connect(serving[0], f"milvus+{file}")
    ended, seen, failed = threading.Event(), set(), []

    def read() -> None:
        while not ended.is_set():
            try:
                seen.add(found(serving[0]))
            except Exception as error:
                failed.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for text in (B, C, A, B):
        new = built(tmp_path, text)
        connect(new, f"milvus+{file}")
        serving[0] = new
    ended.set()
    for reader in readers:
        reader.join()
    assert failed == []
    assert seen <= {f"退税在{days}个工作日内办结。" for days in "357"}


def test_who_reads_a_version_that_was_dropped_sends_it_again(tmp_path: Path) -> None:
    file = tmp_path / "milvus.db"
    old = built(tmp_path, A)
    connect(old, f"milvus+{file}")
    for text in (B, C):
        new = built(tmp_path, text)
        connect(new, f"milvus+{file}")
    assert found(old) == "退税在3个工作日内办结。"
    assert found(new) == "退税在7个工作日内办结。"


@pytest.mark.parametrize("address", ["http://localhost:19530", "milvus", "milvus+", "qdrant+http://localhost"])
def test_an_address_that_is_none_is_explained(address: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="milvus\\+http://"):
        connect(built(tmp_path, A), address)


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexProblem, match=r"127\.0\.0\.1:9"):
        connect(built(tmp_path, A), "milvus+http://127.0.0.1:9")
