"""The library through its Python API: adding, versions, corrections, removing; what is kept is what was given."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, CountEncoder
from hypothesis import given
from hypothesis import strategies as st

from assistant.collection import FIELDS, Library
from assistant.collection.difference import difference
from assistant.collection.indexing import followed
from assistant.collection.matching import Facts, keys, same
from index.manifest import states
from index.records import DocumentError, InputError

TITLE = "关于促进外贸的若干措施"
NOTICE = f"{TITLE}\n\n一、支持参展。对参加境外展会的企业，按展位费的50%补助。（责任单位：市商务局）\n二、支持信保。保费补贴30%。\n"
NEWER = NOTICE.replace("50%", "60%")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "data")


def file(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    made = folder / name
    made.write_bytes(text.encode(encoding))
    return made


def own(library: Library) -> list[tuple[str, int, int]]:
    return [(e.id, e.version, e.versions) for e in library.entries() if not e.shipped]


def test_an_untouched_library_holds_what_is_shipped_and_writes_nothing(library: Library) -> None:
    entries = library.entries()
    assert [e.source for e in entries] == [f"seeds/{f.name}" for f in sorted((ROOT / "seeds").glob("*.txt"))]
    assert all(e.shipped and e.version == 1 and not e.corrected for e in entries)
    assert library.states() == states(library.documents())
    assert not library.file.parent.exists()


def test_preview_keeps_nothing(library: Library, tmp_path: Path) -> None:
    told = library.preview(file(tmp_path, "notice.txt", NOTICE), facts={"region": "苏州"})
    assert (told.outcome, told.document.id, told.document.region, told.version) == ("new", "notice", "苏州", 1)
    assert [p.number for p in told.document.parts if p.kind == "clause"] == ["一、", "二、"]
    assert not library.file.parent.exists()


def test_what_is_given_with_a_file_that_comes_back_is_kept(library: Library) -> None:
    added = library.add(NOTICE.encode(), "notice.txt")
    library.remove(added.document.id)
    told = library.add(NOTICE.encode(), "notice.txt", facts={"region": "苏州"})
    assert (told.outcome, told.document.region, library.document(told.document.id).region) == ("restored", "苏州", "苏州")


def test_added_is_answered_from_with_its_original_beside(library: Library, tmp_path: Path) -> None:
    given_file = file(tmp_path, "通知 一.txt", NOTICE, "gb18030")
    told = library.add(given_file)
    assert (told.outcome, told.document.version) == ("new", 1)
    assert library.documents()[-1] == told.document
    assert told.document.text == NOTICE
    assert library.original("通知 一").read_bytes() == given_file.read_bytes()
    assert library.states() == states(library.documents())
    assert len(library.documents()) == 6


def test_the_same_bytes_or_text_again_change_nothing(library: Library, tmp_path: Path) -> None:
    library.add(file(tmp_path, "notice.txt", NOTICE))
    before = library.generation
    assert library.add(file(tmp_path, "copy.txt", NOTICE)).outcome == "duplicate"
    assert library.add(file(tmp_path, "gbk.txt", NOTICE, "gb18030")).outcome == "duplicate"
    assert library.add(next((ROOT / "seeds").glob("000*"))).document.id.startswith("000_")
    assert library.generation == before
    assert own(library) == [("notice", 1, 1)]


def test_a_new_version_takes_over_and_the_old_one_stays_readable(library: Library, tmp_path: Path) -> None:
    library.add(file(tmp_path, "notice.txt", NOTICE))
    told = library.add(file(tmp_path, "notice.txt", NEWER))
    assert (told.outcome, told.document.id, told.version) == ("version", "notice", 2)
    assert library.documents()[-1].text == NEWER
    assert library.document("notice", 1).text == NOTICE
    assert library.document("notice", 1).version == 1
    assert [v.current for v in library.versions("notice")] == [False, True]
    assert library.original("notice", 1).read_text("utf-8") == NOTICE
    assert library.add(NOTICE.encode(), "again.txt").outcome == "duplicate"
    assert library.documents()[-1].text == NEWER
    library.restore("notice", 1)
    assert library.documents()[-1].text == NOTICE


def test_a_version_is_recognised_by_what_was_corrected_too(library: Library) -> None:
    library.add(NOTICE.encode(), "a.txt")
    library.correct("a", {"number": "苏府发〔2024〕5号", "issuer": "苏州市人民政府", "title": "另一个标题"})
    numbered = NOTICE.replace(TITLE, "另一个标题\n\n苏府发[2024] 5号")
    assert library.preview(numbered.encode(), "b.txt").document.id == "a"
    assert library.preview(NEWER.encode(), "c.txt", facts={"number": "苏府发〔2024〕5号", "title": None}).document.id == "a"
    assert library.preview(NEWER.encode(), "a.txt").outcome == "version"  # title and name of the file as they were read


def test_what_is_called_alike_is_told(library: Library) -> None:
    library.add(NOTICE.encode(), "a.txt", facts={"issuer": "甲市商务局"})
    told = library.add(NEWER.encode(), "b.txt", facts={"issuer": "乙市商务局"})
    assert (told.outcome, told.similar) == ("new", ("a",))
    library.remove("b")
    assert library.add(NEWER.encode(), "b.txt", replaces="a").version == 2


def test_where_a_person_knows_better(library: Library) -> None:
    library.add(NOTICE.encode(), "a.txt")
    assert library.add(NEWER.encode(), "a.txt", separate=True).document.id == "a-2"
    other = "完全不同的通知\n\n一、另一件事。\n".encode()
    assert library.add(other, "x.txt", replaces="a").version == 2
    with pytest.raises(InputError, match="remove a-2 first"):
        library.add(NEWER.encode(), "b.txt", replaces="a")
    library.remove("a-2")
    assert library.add(NEWER.encode(), "b.txt", replaces="a").version == 3
    with pytest.raises(InputError, match="not both"):
        library.add(other, "x.txt", replaces="a", separate=True)
    with pytest.raises(InputError, match="no such document"):
        library.add(other, "x.txt", replaces="nowhere")


def test_corrections_stay_on_top_and_are_told(library: Library) -> None:
    library.add(NOTICE.encode(), "a.txt")
    stands = library.correct("a", {"region": " 苏州\n", "issued": "2024-05-06", "title": ""})
    assert (stands.region, stands.issued, stands.title) == ("苏州", "2024-05-06", None)
    (entry,) = [e for e in library.entries() if not e.shipped]
    assert (entry.corrected, entry.region, entry.title) == (("title", "region", "issued"), "苏州", None)
    assert library.documents()[-1] == stands
    assert library.states() == states(library.documents())
    assert library.as_read("a").title == TITLE
    assert library.reset("a").title == TITLE


def test_corrections_go_on_to_a_new_version_where_it_is_misread_alike(library: Library) -> None:
    library.add(NOTICE.encode(), "a.txt")
    library.correct("a", {"region": "苏州", "issued": "2024-05-06", "title": "外贸措施"})
    library.correct_part("a", "二、", {"kind": "note"})
    told = library.add(NEWER.encode(), "a.txt")
    assert (told.carried, told.dropped) == (("title", "region", "parts"), ("issued",))
    assert (told.document.region, told.document.issued, told.document.title) == ("苏州", None, "外贸措施")
    assert [p.kind for p in told.document.parts] == ["title", "clause", "note"]
    retitled = library.add(NEWER.replace(TITLE, "苏州市新措施").encode(), "b.txt", replaces="a")
    assert "title" in retitled.dropped
    assert retitled.document.title == "苏州市新措施"
    assert library.document("a", 1).issued == "2024-05-06"


def test_corrections_of_a_part(library: Library) -> None:
    library.add(NOTICE.encode(), "a.txt")
    stands = library.correct_part("a", "一、", {"kind": "section", "heading": None})
    assert [p.kind for p in stands.parts] == ["title", "section", "clause"]
    assert stands.parts[2].section is not None and stands.parts[2].section.startswith("一、支持参展")
    assert stands.parts[1].responsible is None
    back = library.correct_part("a", "a/一、", {"kind": "clause", "heading": "支持 参展"})
    assert back.parts[1].responsible == ("市商务局",)
    assert back.parts[2].section is None
    assert library.entries()[-1].corrected == ("parts",)
    edges = [(p.start, p.end) for p in back.parts]
    assert edges == [(p.start, p.end) for p in library.as_read("a").parts]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"titel": "x"}, "titel"),
        ({"issued": "2024年5月"}, "YYYY-MM-DD"),
        ({"issued": "2024-02-30"}, "YYYY-MM-DD"),
        ({"title": "x" * 501}, "too long"),
    ],
)
def test_a_correction_that_cannot_be(library: Library, facts: dict[str, str | None], says: str) -> None:
    library.add(NOTICE.encode(), "a.txt")
    before = library.generation
    with pytest.raises(InputError, match=says):
        library.correct("a", facts)
    assert library.generation == before


@pytest.mark.parametrize(
    ("part", "changes", "says"),
    [
        ("九、", {"kind": "note"}, "no such part"),
        ("一、", {"kind": "paragraph"}, "no such kind"),
        ("一、", {"heading": "不在其中"}, "does not stand"),
        ("一、", {"start": "3"}, "no such fact"),
    ],
)
def test_a_correction_of_a_part_that_cannot_be(library: Library, part: str, changes: dict[str, str | None], says: str) -> None:
    library.add(NOTICE.encode(), "a.txt")
    with pytest.raises(InputError, match=says):
        library.correct_part("a", part, changes)


def test_corrections_survive_another_reader(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.add(NOTICE.encode(), "a.txt")
    library.correct("a", {"region": "苏州"})
    from assistant.collection import rows, shipped

    def other(*given: Any) -> Any:
        return replace(parse(*given), title="读法不同", region="昆山")

    parse = rows.parse
    monkeypatch.setattr(rows, "parse", other)
    monkeypatch.setattr(shipped, "_program", lambda: "another")
    entry = Library(library.file.parents[1]).entries()[-1]
    assert (entry.title, entry.region) == ("读法不同", "苏州")
    assert library.states() == states(library.documents())


def test_removed_is_out_of_the_answers_and_comes_back(library: Library) -> None:
    library.add(NOTICE.encode(), "a.txt")
    library.remove("a")
    assert own(library) == []
    assert [e.id for e in library.entries(removed=True) if e.removed] == ["a"]
    assert library.document("a").text == NOTICE
    library.restore("a")
    assert own(library) == [("a", 1, 1)]
    library.remove("a")
    assert library.add(NOTICE.encode(), "z.txt").outcome == "restored"
    assert own(library) == [("a", 1, 1)]


def test_a_shipped_document_can_be_corrected_removed_and_replaced(library: Library) -> None:
    library.correct("003_weihai-foreign-trade", {"issued": "2020-03-01"})
    library.remove("000_beijing-goods-trade-2020")
    told = library.add("修订的内容\n".encode(), "new.txt", replaces="003_weihai-foreign-trade")
    again = Library(library.file.parents[1])
    assert told.version == 2
    assert [d.id[:3] for d in again.documents()] == ["001", "002", "003", "004"]
    assert again.document("003_weihai-foreign-trade", 1).issued == "2020-03-01"
    assert again.original("003_weihai-foreign-trade", 1).read_bytes() == (ROOT / "seeds/003_weihai-foreign-trade.txt").read_bytes()


def test_what_is_shipped_anew_becomes_a_version_and_stays_out_where_it_was_taken_out(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.collection import shipped

    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for name in ("a", "b"):
        file(seeds, f"{name}.txt", NOTICE.replace("外贸", name))
    monkeypatch.setattr(shipped, "ROOT", tmp_path)
    monkeypatch.setattr(shipped, "SEEDS", seeds)
    shipped._program.cache_clear()
    try:
        library.remove("b")
        file(seeds, "a.txt", NEWER.replace("外贸", "a"))
        file(seeds, "b.txt", NEWER.replace("外贸", "b"))
        file(seeds, "c.txt", "第三份\n")
        shipped._program.cache_clear()
        entries = library.entries(removed=True)
        assert [(e.id, e.version, e.versions, e.removed) for e in entries] == [("a", 2, 2, False), ("b", 1, 2, True), ("c", 1, 1, False)]
        assert library.document("a", 1).text == NOTICE.replace("外贸", "a")
    finally:
        shipped._program.cache_clear()


def test_a_document_is_found_by_title_or_number(library: Library) -> None:
    library.add(NOTICE.encode(), "a.txt")
    assert library.find(f"《{TITLE}》") == "a"
    library.add(NEWER.encode(), "b.txt", separate=True)
    with pytest.raises(InputError, match="several documents"):
        library.find(TITLE)
    with pytest.raises(InputError, match="has no version 7"):
        library.document("a", 7)


def test_pages_of_a_pdf_are_kept(library: Library) -> None:
    pytest.importorskip("pypdfium2")
    told = library.add(ROOT / "tests/data/pdf/notice.pdf")
    version = library.version(told.document.id)
    assert version.media_type == "application/pdf"
    assert version.pages[0] == 0
    assert [version.page_at(start) for start in version.pages] == list(range(1, len(version.pages) + 1))
    assert version.page_at(len(told.document.text) - 1) == len(version.pages)


def test_a_file_that_cannot_be_read_changes_nothing(library: Library, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="empty"):
        library.add(file(tmp_path, "empty.txt", " "))
    with pytest.raises(DocumentError, match="cannot read"):
        library.add(tmp_path / "nowhere.txt")
    assert not library.file.parent.exists()


@pytest.mark.parametrize("name", ["../../evil.txt", "a/b\\c.txt", "n\x00ul.txt", "x" * 300 + ".txt", "…" * 200 + ".txt", ".", ""])
def test_no_name_leaves_the_folder(library: Library, name: str) -> None:
    told = library.add(NOTICE.encode(), name or "?")
    original = library.original(told.document.id)
    assert original.is_relative_to(library.file.parent / "originals")
    assert original.read_bytes() == NOTICE.encode()


def test_what_a_killed_process_left_goes_with_the_next_change(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.collection import originals

    library.add(NOTICE.encode(), "a.txt")
    with monkeypatch.context() as killed:
        killed.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        killed.setattr(Path, "unlink", lambda *_, **__: None)  # a killed process tidies nothing
        with pytest.raises(KeyboardInterrupt):
            library.add(NEWER.encode(), "a.txt")
    left = list(library.file.parent.rglob(f"*{originals.UNFINISHED}"))
    assert len(left) == 1
    assert library.documents()[-1].text == NOTICE
    assert left[0].exists()  # reading writes nothing
    library.correct("a", {"region": "苏州"})
    assert not left[0].exists()
    assert library.original("a").read_bytes() == NOTICE.encode()


def test_an_original_that_was_changed_is_told(library: Library) -> None:
    library.add(NOTICE.encode(), "a.txt")
    library.original("a").write_text("changed", "utf-8")
    with pytest.raises(InputError, match="was changed"):
        library.original("a")
    assert library.document("a").text == NOTICE


def test_a_file_that_is_no_library_is_told(library: Library) -> None:
    library.file.parent.mkdir(parents=True)
    library.file.write_bytes(b"no database, but long enough to be one" * 100)
    with pytest.raises(InputError, match="cannot use the library"):
        library.documents()
    library.file.unlink()
    library.add(NOTICE.encode(), "a.txt")
    with sqlite3.connect(library.file) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(InputError, match="newer release"):
        library.add(NEWER.encode(), "a.txt")


def test_a_failed_change_leaves_everything_as_it_was(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.add(NOTICE.encode(), "a.txt")
    before = library.entries(), library.generation
    from assistant.collection import rows

    def broken(*_: Any) -> Any:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(rows, "refresh", broken)
    with pytest.raises(InputError, match="disk I/O error"):
        library.add(NEWER.encode(), "a.txt")
    assert (library.entries(), library.generation) == before


def test_the_index_follows_and_takes_over_what_has_not_changed(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder, folder = CountEncoder(), tmp_path / "index"
    followed(library, encoder, folder)
    library.add(NOTICE.encode(), "a.txt")
    encoder.texts.clear()
    from assistant.collection import rows

    read: list[str] = []
    parse = rows.parse
    monkeypatch.setattr(rows, "parse", lambda *given: (read.append(given[2]), parse(*given))[1])
    index = followed(library, encoder, folder)
    assert read == ["a"]
    assert {d.id for d in index.documents} == {d.id for d in library.documents()}
    assert 0 < len(encoder.texts) <= 10  # what two clauses and the title say and stand under, no sentence of the five
    encoder.texts.clear()
    library.remove("001_beijing-services-trade-2020")
    assert len(followed(library, encoder, folder).documents) == 5
    assert encoder.texts == []
    library.correct("a", {"issuer": "苏州市商务局"})
    assert followed(library, encoder, folder).documents[-1].issuer == "苏州市商务局"
    assert encoder.texts == []


# ---- pure pieces


FACTS = Facts("notice", "关于某事的通知", None, None, None)


@pytest.mark.parametrize(
    ("kept", "new", "expected"),
    [
        (replace(FACTS, number="甲发〔2024〕1号"), replace(FACTS, name="b", number="甲发[2024]1号"), True),
        (replace(FACTS, number="甲发〔2024〕1号"), replace(FACTS, number="甲发〔2025〕1号"), False),
        (replace(FACTS, number="甲发〔2024〕1号"), replace(FACTS, number="甲发〔2024〕1号", title="对某事的解读"), False),
        (replace(FACTS, issuer="甲局"), replace(FACTS, name="b", issuer="甲 局"), True),
        (replace(FACTS, issuer="甲局"), replace(FACTS, issuer="乙局"), False),
        (replace(FACTS, title="关于某事的通知（征求意见稿）"), FACTS, True),
        (replace(FACTS, region="甲"), replace(FACTS, region="乙"), False),
        (FACTS, FACTS, True),
        (FACTS, replace(FACTS, name="other"), False),
        (replace(FACTS, title=None), replace(FACTS, title=None), False),
    ],
)
def test_what_counts_as_a_version(kept: Facts, new: Facts, expected: bool) -> None:
    assert same([kept], [new]) is expected
    assert not expected or keys(kept) & keys(new)


TEXTS = st.lists(st.sampled_from(["一、支持参展。\n", "二、补贴50%。\r\n", "补贴60%", "\n", "三、其他", "x"])).map("".join) | st.text(
    max_size=60
)


@given(TEXTS, TEXTS)
def test_a_difference_tiles_both_texts(old: str, new: str) -> None:
    changes = difference(old, new)
    assert "".join(c.old.of(old) for c in changes) == old
    assert "".join(c.new.of(new) for c in changes) == new
    assert all((c.old.of(old) == c.new.of(new)) == (c.kind == "same") for c in changes)
    assert all(c.kind != "added" or c.old.start == c.old.end for c in changes)
    assert all(c.kind != "removed" or c.new.start == c.new.end for c in changes)


def test_a_difference_tells_the_figure() -> None:
    told = [(c.kind, c.old.of(NOTICE), c.new.of(NEWER)) for c in difference(NOTICE, NEWER) if c.kind != "same"]
    assert told == [("removed", "50%", ""), ("added", "", "60%")]


def test_the_fields_are_facts_of_a_document(library: Library) -> None:
    assert all(hasattr(library.documents()[0], field) for field in FIELDS)


def test_many_hands_at_once(library: Library) -> None:
    def work(hand: int) -> None:
        for n in range(4):
            library.add(f"第{hand}手第{n}号通知\n\n一、第{n}件事。\n".encode(), "notice.txt")
            library.documents()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len(own(library)) == 16
    assert len({e.id for e in library.entries()}) == 21
    assert library.states() == states(library.documents())
