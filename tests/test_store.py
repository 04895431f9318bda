"""The index as a whole: searching, saving, and what is said when a saved one does not fit."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from conftest import ROOT, CountEncoder

from index.embed import Encoder, load_encoder
from index.manifest import parser_files, states
from index.milvus import connect
from index.read import parse, read_documents
from index.records import Document, IndexDamaged, IndexMissing, IndexStale
from index.sentences import sentences
from index.shelf import Shelf, dump_document, heads, load_document
from index.store import ClauseIndex

NOTICE = """重庆市促进外贸若干措施

一、支持参展。对参加境外展会的企业，按展位费的50%补助。（责任单位：市商务局）
二、支持保险。对投保出口信用保险的小微企业，保费全额补贴。单户最高20万元。

重庆市商务局
2024年3月5日
"""
OTHER = "乙市办法\n\n一、退税。退税在3个工作日内办结。\n二、展会。展位费补助70%。\n"


def documents() -> list[Document]:
    return [parse(NOTICE, "a.txt", "a"), parse(OTHER, "b.txt", "b")]


@pytest.fixture
def index() -> ClauseIndex:
    return ClauseIndex.build(documents(), CountEncoder())


@pytest.fixture(params=["local", "milvus"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ClauseIndex:
    """Each store over the same documents: the contract is tested on all of them."""
    made = ClauseIndex.build(documents(), CountEncoder())
    if request.param == "milvus":
        pytest.importorskip("milvus_lite")
        connect(made, f"milvus+{tmp_path}/milvus.db")
    return made


def test_finds_the_sentence_and_names_its_clause(store: ClauseIndex) -> None:
    hit = store.search("保费全额补贴", 1)[0]
    assert hit.quote.text == "对投保出口信用保险的小微企业，保费全额补贴。"
    assert (hit.quote.part.number, hit.quote.part.heading) == ("二、", "支持保险")
    assert (hit.dense_rank, hit.lexical_rank) == (0, 0)


def test_every_hit_is_a_slice_of_its_document(store: ClauseIndex) -> None:
    for hit in store.search("展位费补助", 50):
        quote = hit.quote
        assert quote.document.text[quote.start : quote.end] == quote.text
        assert quote.part.start <= quote.start < quote.end <= quote.part.end


def test_scores_fall_and_rows_are_distinct(store: ClauseIndex) -> None:
    hits = store.search("企业补助", 50)
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert len({(h.quote.document.id, h.quote.start) for h in hits}) == len(hits) == len(store)


def test_scope_keeps_to_the_documents(store: ClauseIndex) -> None:
    assert {h.quote.document.id for h in store.search("展位费", 9, documents={"b"})} == {"b"}
    assert store.search("展位费", 9, documents=set()) == []
    assert store.search("展位费", 9, documents={"nobody"}) == []


def test_scope_keeps_to_regions_and_years(store: ClauseIndex) -> None:
    assert {h.quote.document.id for h in store.search("展位费", 9, regions=["重庆"])} == {"a"}
    assert store.search("展位费", 9, regions=["丙市"]) == []
    assert store.search("展位费", 9, regions=[]) == []
    assert {h.quote.document.id for h in store.search("展位费", 9, years=[2024])} == {"a"}
    assert store.search("展位费", 9, years=[2024], documents={"b"}) == []
    assert {h.quote.document.id for h in store.search("展位费", 9, years=[2024, 0])} == {"a", "b"}


def test_every_store_gives_the_same_hits(store: ClauseIndex, index: ClauseIndex) -> None:
    for query in ("展位费补助", "退税几天", "蜂蜜", "50%", "小微企业"):
        for scope in (None, {"a"}, {"b"}, {"a", "b"}):
            found, expected = store.search(query, 20, documents=scope), index.search(query, 20, documents=scope)
            assert [hit.quote.text for hit in found] == [hit.quote.text for hit in expected]
            assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=1e-5)
            assert [hit.lexical for hit in found] == pytest.approx([hit.lexical for hit in expected], abs=1e-5)


@pytest.mark.parametrize("query", ["", "   ", "\n\t　"])
def test_an_empty_query_finds_nothing(store: ClauseIndex, query: str) -> None:
    assert store.search(query) == []


def test_an_empty_library_is_searchable(tmp_path: Path) -> None:
    empty = ClauseIndex.build([], CountEncoder())
    assert empty.search("退税") == []
    empty.save(tmp_path)
    assert ClauseIndex.load(tmp_path, CountEncoder()).search("退税") == []


def test_each_text_is_encoded_once(index: ClauseIndex) -> None:
    encoder = CountEncoder()
    ClauseIndex.build(documents(), encoder)
    assert len(encoder.texts) == len(set(encoder.texts)) == 22  # nine sentences in six contexts and seven parts


def test_a_build_takes_over_what_has_not_changed(index: ClauseIndex) -> None:
    encoder = CountEncoder()
    more = [documents()[0], parse(OTHER.replace("3个工作日", "5个工作日"), "b.txt", "b")]
    again = ClauseIndex.build(more, encoder, previous=index)
    assert encoder.texts == ["退税在5个工作日内办结。", "退税", "退税 一、退税。退税在5个工作日内办结。"]
    assert again.search("退税在5个工作日内办结", 9) == ClauseIndex.build(more, CountEncoder()).search("退税在5个工作日内办结", 9)


def files(index: ClauseIndex) -> dict[str, bytes]:
    return {file.relative_to(index.version).as_posix(): file.read_bytes() for file in index.version.rglob("*") if file.is_file()}


def library(change: str) -> list[Document]:
    """The seeds and the two notices, then with one of them changed."""
    all_ = [*documents(), *read_documents([ROOT / "seeds"], root=ROOT)]
    changed = parse(OTHER.replace("3个工作日", "5个工作日"), "b.txt", "b")
    third = parse("丙县办法\n\n一、退税。退税在3个工作日内办结。\n", "c.txt", "c")
    return {
        "nothing": all_,
        "one more": [*all_[:3], third, *all_[3:]],
        "one less": [*all_[:2], *all_[3:]],
        "one changed": [all_[0], changed, *all_[2:]],
        "another order": all_[::-1],
        "an empty one": [*all_, replace(third, text="", parts=())],
        "none": [],
    }[change]


@pytest.mark.parametrize("change", ["nothing", "one more", "one less", "one changed", "another order", "an empty one", "none"])
@pytest.mark.parametrize("encoder", [CountEncoder, load_encoder], ids=["count", "tokens"])
def test_what_is_taken_over_is_what_would_be_made(encoder: Callable[[], Encoder], change: str) -> None:
    """Byte for byte the index that is built of nothing."""
    former = ClauseIndex.build(library("nothing"), encoder())
    again = ClauseIndex.build(library(change), encoder(), previous=former)
    assert files(again) == files(ClauseIndex.build(library(change), encoder()))


def test_unchanged_documents_are_not_cut_again(index: ClauseIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    cut: list[str] = []
    monkeypatch.setattr("index.cut.sentences", lambda document: cut.append(document.id) or sentences(document))
    more = [parse("丙县办法\n\n一、退税。\n", "c.txt", "c"), *documents()]
    ClauseIndex.build(more, CountEncoder(), previous=index)
    assert cut == ["c"]
    monkeypatch.setattr("index.store.parser_fingerprint", lambda: "another")
    ClauseIndex.build(documents(), CountEncoder(), previous=index)
    assert cut == ["c", "a", "b"]


def test_a_line_of_a_document_is_its_json() -> None:
    for document in library("nothing"):
        assert json.loads(dump_document(document)) == json.loads(json.dumps(asdict(document)))
        assert load_document(dump_document(document)) == document


def test_a_build_takes_nothing_over_from_another_encoder(index: ClauseIndex) -> None:
    encoder = CountEncoder("count-2")
    ClauseIndex.build(documents(), encoder, previous=index)
    again = CountEncoder("count-2")
    ClauseIndex.build(documents(), again)
    assert encoder.texts == again.texts


def test_traditional_and_full_width_find_the_same(store: ClauseIndex) -> None:
    assert store.search("保費全額補貼", 3) == store.search("保费全额补贴", 3)
    assert store.search("補助５０％", 3) == store.search("补助50%", 3)


def test_saved_and_loaded_is_the_same(index: ClauseIndex, tmp_path: Path) -> None:
    index.save(tmp_path)
    again = ClauseIndex.load(tmp_path, CountEncoder(), states(documents()))
    assert again.documents == index.documents
    assert again.search("展位费补助", 20) == index.search("展位费补助", 20)


def test_a_new_version_replaces_the_old(index: ClauseIndex, tmp_path: Path) -> None:
    index.save(tmp_path)
    ClauseIndex.build(documents()[:1], CountEncoder()).save(tmp_path)
    assert [d.id for d in ClauseIndex.load(tmp_path, CountEncoder()).documents] == ["a"]
    assert len(list(tmp_path.glob("v-*"))) == 1


def test_none_there(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="python -m assistant build"):
        ClauseIndex.load(tmp_path / "nothing", CountEncoder())


def test_a_foreign_encoder_is_named(index: ClauseIndex, tmp_path: Path) -> None:
    index.save(tmp_path)
    with pytest.raises(IndexStale, match=r"count-1.*count-2.*python -m assistant build"):
        ClauseIndex.load(tmp_path, CountEncoder("count-2"))


def test_changed_added_and_removed_documents_are_named(index: ClauseIndex, tmp_path: Path) -> None:
    index.save(tmp_path)
    wanted = states([parse(NOTICE + "三、新增。", "a.txt", "a"), parse("新的。", "c.txt", "c")])
    with pytest.raises(IndexStale) as stale:
        ClauseIndex.load(tmp_path, CountEncoder(), wanted)
    assert "added: c.txt" in str(stale.value)
    assert "removed: b.txt" in str(stale.value)
    assert "changed: a.txt" in str(stale.value)


def test_a_changed_parser_makes_it_stale(index: ClauseIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.save(tmp_path)
    monkeypatch.setattr("index.store.parser_fingerprint", lambda: "another")
    with pytest.raises(IndexStale, match="parser"):
        ClauseIndex.load(tmp_path, CountEncoder())


def test_the_readers_belong_to_the_parser() -> None:
    """What a page states beside its text is in no digest of a text: a changed reader has to make the index stale."""
    names = {file.relative_to(ROOT).as_posix() for file in parser_files()}
    assert {"index/readers/html.py", "index/readers/pdf.py", "index/split.py", "index/lexicon/lexicon.tsv"} <= names
    assert not any(name.startswith("index/training/") for name in names)


def test_another_format_is_stale(index: ClauseIndex, tmp_path: Path) -> None:
    index.save(tmp_path)
    manifest = next(tmp_path.glob("v-*/manifest.json"))
    manifest.write_text(json.dumps({"format": 99}))
    with pytest.raises(IndexStale, match="99"):
        ClauseIndex.load(tmp_path, CountEncoder())


@pytest.mark.parametrize("name", ["dense.faiss", "documents.jsonl", "lexical/weights.npy", "rows.npy", "sources.json"])
@pytest.mark.parametrize("harm", ["flip", "remove"])
def test_a_damaged_file_is_named(index: ClauseIndex, tmp_path: Path, name: str, harm: str) -> None:
    index.save(tmp_path)
    file = next(tmp_path.glob("v-*")) / name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.unlink() if harm == "remove" else file.write_bytes(bytes(data))
    with pytest.raises(IndexDamaged, match=Path(name).name):
        ClauseIndex.load(tmp_path, CountEncoder())


@pytest.mark.parametrize("text", ["", "../elsewhere", "v-zz"])
def test_a_damaged_pointer_is_named(index: ClauseIndex, tmp_path: Path, text: str) -> None:
    index.save(tmp_path)
    (tmp_path / "CURRENT").write_text(text)
    with pytest.raises(IndexDamaged, match="CURRENT"):
        ClauseIndex.load(tmp_path, CountEncoder())


def test_a_half_written_version_is_never_read(index: ClauseIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.save(tmp_path)

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("index.build.write_manifest", fail)
    with pytest.raises(OSError, match="disk full"):
        ClauseIndex.build(documents()[:1], CountEncoder(), folder=tmp_path)
    assert len(ClauseIndex.load(tmp_path, CountEncoder()).documents) == 2


def test_a_build_that_was_broken_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.cut.BLOCK", 1)  # a block for each document
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        raise KeyboardInterrupt

    first, second = CountEncoder(), CountEncoder()
    with pytest.raises(KeyboardInterrupt):
        ClauseIndex.build(documents(), first, stop, folder=tmp_path)
    assert told == [(1, 2)]
    resumed = ClauseIndex.build(documents(), second, folder=tmp_path)
    whole = CountEncoder()
    assert resumed.search("展位费补助", 20) == ClauseIndex.build(documents(), whole).search("展位费补助", 20)
    assert first.texts + second.texts == whole.texts  # nothing twice
    assert ClauseIndex.load(tmp_path, CountEncoder()).documents == documents()
    assert not list(tmp_path.rglob("block-*"))


def test_damage_to_a_large_index_is_found_while_it_serves(index: ClauseIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.save(tmp_path)
    monkeypatch.setattr("index.manifest.AT_ONCE", 0)
    file = next(tmp_path.glob("v-*")) / "lexical/weights.npy"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    loaded = ClauseIndex.load(tmp_path, CountEncoder())
    for thread in threading.enumerate():
        if thread.name == "index-check":
            thread.join()
    with pytest.raises(IndexDamaged, match=r"weights\.npy"):
        loaded.search("展会")


def test_seed_quotes_are_slices_of_the_files(seeds_index: ClauseIndex) -> None:
    files = {d.source: (ROOT / d.source).read_bytes().decode("utf-8") for d in read_documents([ROOT / "seeds"], root=ROOT)}
    for query in ("出口退税", "信用保险补贴", "责任单位", "export credit insurance"):
        for hit in seeds_index.search(query, 100):
            quote = hit.quote
            assert files[quote.document.source][quote.start : quote.end] == quote.text


def test_what_documents_are_called_is_read_without_their_texts(index: ClauseIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = index.documents
    assert isinstance(shelf, Shelf)
    monkeypatch.setattr(shelf, "_read", lambda place: pytest.fail("a text was read"))
    called = [(head.id, head.title, head.region) for head in heads(shelf)]
    assert called == [("a", "重庆市促进外贸若干措施", "重庆"), ("b", "乙市办法", None)]
    assert heads(shelf) == heads(documents())
