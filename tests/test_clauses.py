"""Corrections of clauses: joined, begun, named anew; the text stays, the parts tile it, and each correction can be taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.collection import Library
from assistant.collection.clauses import KINDS, PART_FIELDS, moved, places, recut
from assistant.collection.corrections import carried, corrected, with_parts
from index.read import parse
from index.records import Document, InputError, Part

TITLE = "关于促进外贸的若干措施"
NOTICE = (
    f"{TITLE}\n\n一、支持参展。对参加境外展会的企业，按展位费的50%补助。（责任单位：市商务局）\n"
    "二、支持信保。保费补贴30%。\n"
    "三、优化服务。推广“单一窗口”，\n四、个工作日内办结。（责任单位：市税务局、市\n财政局）\n"
    "以下情形从其规定。加强人才引进。对引进人才给予补贴。\n"
)
JOINED, SPLIT = "四、个工作日", "以下情形"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(tmp_path / "data")
    made.add(NOTICE.encode(), "a.txt")
    return made


def clauses(document: Document) -> list[tuple[str | None, str | None, tuple[str, ...] | None]]:
    return [(p.number, p.heading, p.responsible) for p in document.parts if p.kind == "clause"]


def tiles(document: Document) -> bool:
    edges = [(part.start, part.end) for part in document.parts]
    ids = {part.id for part in document.parts}
    return (
        edges[0][0] == 0
        and edges[-1][1] == len(document.text)
        and all(a[1] == b[0] for a, b in zip(edges, edges[1:], strict=False))
        and all(a < b for a, b in edges)
        and len(ids) == len(edges)
    )


def test_a_line_taken_for_a_clause_is_joined_with_the_one_before(library: Library) -> None:
    assert [number for number, *_ in clauses(library.document("a"))] == ["一、", "二、", "三、", "四、"]
    stands = library.correct_part("a", "四、", {"kind": None})
    assert clauses(stands)[2:] == [("三、", "优化服务", ("市税务局", "市财政局"))]
    assert tiles(stands) and stands.text == NOTICE
    assert library.document("a") == stands == library.documents()[-1]
    assert library.correct_part("a", JOINED, None) == library.as_read("a")
    assert library.entries()[-1].corrected == ()


def test_a_clause_that_was_missed_begins_at_its_paragraph(library: Library) -> None:
    before = library.document("a")
    stands = library.correct_part("a", SPLIT, {"kind": "clause", "heading": "加强人才引进"})
    assert clauses(stands)[-2:] == [("四、", "个工作日内办结", ("市税务局", "市财政局")), (None, "加强人才引进", None)]
    assert stands.parts[-1].start == NOTICE.index(SPLIT)
    assert tiles(stands)
    assert library.correct_part("a", SPLIT, {"kind": None}).parts == before.parts  # as it was read is no correction …
    assert [one.name for one in library.corrected_parts("a")] == ["heading"]
    assert not library.corrected_parts("a")[0].holds  # … but what was said of the clause waits, without effect
    library.correct_part("a", NOTICE.index(SPLIT), None)
    assert library.corrected_parts("a") == []


def test_the_number_and_heading_of_a_new_clause_are_read(tmp_path: Path) -> None:
    text = "某市措施\n\n一、总体要求\n（一）支持参展。按50%补助。\n（二）支持信保。补贴30%。\n二、其他。按规定办理。\n附则\n第五，强化监管。严格核查。（责任单位：市审计局）\n"
    read = parse(text, "a", "a")
    start = text.index("第五")
    made = corrected(read, with_parts(read, {}, {start: {"kind": "clause"}}))
    (part,) = [p for p in made.parts if p.start == start]
    assert (part.kind, part.responsible) == ("clause", ("市审计局",))
    inside = text.index("（二）")
    both = corrected(read, with_parts(read, {}, {inside: {"kind": "section"}}))
    assert [p.kind for p in both.parts if p.start == inside] == ["section"]
    assert next(p.section for p in both.parts if p.start > inside and p.kind == "clause") == "（二）支持信保。补贴30%。"


def test_units_in_charge_are_words_of_the_document(library: Library) -> None:
    stands = library.correct_part("a", "二、", {"responsible": "市税务局， 市财政局"})
    part = next(p for p in stands.parts if p.number == "二、")
    assert part.responsible == ("市税务局", "市财政局")
    assert [span.of(NOTICE) for span in part.responsible_spans] == ["市税务局、市\n财政局"]
    none = library.correct_part("a", "一、", {"responsible": ""})
    assert next(p for p in none.parts if p.number == "一、").responsible is None
    assert library.correct_part("a", "一、", {"responsible": "市商务局"}).parts == stands.parts


@pytest.mark.parametrize(
    ("part", "changes", "says"),
    [
        ("一、", {"responsible": "省商务厅"}, "as the document prints"),
        (TITLE, {"responsible": "市商务局"}, "belong to a clause"),
        ("一、", {"number": "九、"}, "does not stand"),
        ("一、", {"kind": "chapter"}, "no such kind"),
        (TITLE, {"kind": None}, "nothing before"),
        (NOTICE.index("按展位费"), {"kind": "clause"}, "where a paragraph begins"),
        (NOTICE.index(SPLIT), {"heading": "以下"}, "does not stand"),
        (10_000, {"kind": "note"}, "where a paragraph begins"),
        ("不存在的话", {"kind": "clause"}, "no such part"),
    ],
)
def test_a_correction_that_the_text_does_not_bear_out(library: Library, part: Any, changes: dict[str, str | None], says: str) -> None:
    before = library.generation
    with pytest.raises(InputError, match=says):
        library.correct_part("a", part, changes)
    assert library.generation == before


def test_corrections_come_with_a_file(library: Library) -> None:
    text = NOTICE.replace(TITLE, "另一份文件")
    parts = {text.index(JOINED): {"kind": None}, text.index("二、"): {"heading": "保费补贴"}}
    seen = library.preview(text.encode(), "b.txt", parts=parts)
    assert [number for number, *_ in clauses(seen.document)] == ["一、", "二、", "三、"]
    assert [(one.name, one.value, one.holds) for one in seen.corrections] == [("heading", "保费补贴", True), ("kind", None, True)]
    added = library.add(text.encode(), "b.txt", parts=parts)
    assert library.document("b") == added.document
    library.remove("b")
    back = library.add(text.encode(), "b.txt", parts={text.index(JOINED): None})
    assert (back.outcome, len(clauses(back.document)), clauses(back.document)[1][1]) == ("restored", 4, "保费补贴")
    with pytest.raises(InputError, match="does not stand"):
        library.preview(b"\xe5\x88\xab\xe7\x9a\x84\n", "c.txt", parts={0: {"heading": "不在其中"}})


def test_they_go_on_to_a_new_version_where_the_words_are_still_there(library: Library) -> None:
    library.correct_part("a", "四、", {"kind": None})
    library.correct_part("a", SPLIT, {"kind": "clause"})
    library.correct_part("a", "二、", {"heading": "保费补贴"})
    newer = "前言一句。\n\n" + NOTICE.replace("50%", "60%").replace("二、支持信保。保费补贴30%。\n", "二、取消。不再给予补贴。\n")
    told = library.add(newer.encode(), "a.txt", replaces="a")
    assert (told.carried, told.dropped) == (("parts",), ("parts",))
    assert [(one.words, one.name) for one in told.lost] == [("二、支持信保。保费补贴30%。", "heading")]
    assert [newer[p.start :][:4] for p in told.document.parts if p.kind == "clause"] == ["一、支持", "二、取消", "三、优化", "以下情形"]
    assert tiles(told.document)
    assert [one.holds for one in library.corrected_parts("a")] == [True, True]
    assert len(library.corrected_parts("a", 1)) == 3


def test_what_no_longer_holds_after_a_re_read_is_told(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.correct_part("a", "二、", {"heading": "保费补贴"})
    library.correct_part("a", "四、", {"kind": None})
    library.correct_part("a", SPLIT, {"kind": "clause"})
    from assistant.collection import rows, shipped

    def other(*given: Any) -> Document:
        read = parse(*given)
        if read.id != "a":
            return read
        return replace(read, parts=(Part("a/note", "note", 0, len(read.text)),))

    monkeypatch.setattr(rows, "parse", other)
    monkeypatch.setattr(shipped, "_program", lambda: "another")
    again = Library(library.file.parents[1])
    assert [(one.name, one.holds) for one in again.corrected_parts("a")] == [("heading", False), ("kind", True), ("kind", True)]
    assert [p.kind for p in again.document("a").parts] == ["note", "clause"]
    assert tiles(again.document("a"))


def test_the_same_words_twice_are_told_apart_by_their_order() -> None:
    old = "甲\n\n重复的一段。\n\n乙\n\n重复的一段。\n"
    new = "加在前面的\n\n" + old
    at = [old.index("重复"), old.rindex("重复")]
    assert [moved(old, new)[start] for start in at] == [new.index("重复"), new.rindex("重复")]
    assert not moved(old, new + "\n重复的一段。\n").keys() & set(at)


NOTICES = sorted((ROOT / "tests/data/notices").glob("*/*.txt"))[:12]
READ = [parse(file.read_text("utf-8"), file.name, file.stem) for file in NOTICES]
CHANGES = st.dictionaries(
    st.integers(0, 10**6),
    st.fixed_dictionaries({}, optional={"kind": st.sampled_from([None, *KINDS]), "number": st.none(), "responsible": st.none()}),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(READ), CHANGES)
def test_whatever_is_corrected_the_parts_tile_the_text(read: Document, chosen: dict[int, Any]) -> None:
    there = list(places(read.text))
    changes = {there[n % len(there)]: of for n, of in chosen.items()} | {n: of for n, of in chosen.items() if n % 5 == 0}
    made = replace(read, parts=recut(read, changes))
    assert tiles(made)
    untouched = {p.start for p in read.parts} - changes.keys()
    assert untouched <= {p.start for p in made.parts}
    was = {(p.start, p.end): p for p in read.parts if p.start in untouched}
    kept = [p for p in made.parts if (p.start, p.end) in was]
    assert [replace(p, section=was[p.start, p.end].section) for p in kept] == [was[p.start, p.end] for p in kept]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(READ), CHANGES)
def test_on_the_same_text_all_is_carried_and_can_be_taken_back(read: Document, chosen: dict[int, Any]) -> None:
    there = [start for start in places(read.text) if start]
    changes = {there[n % len(there)]: {name: value for name, value in of.items() if name == "kind"} for n, of in chosen.items()}
    kept = with_parts(read, {}, changes)
    assert all(name in PART_FIELDS for _, name in kept)
    again, dropped, lost = carried(kept, read, read)
    assert (again, dropped, lost) == (kept, set(), [])
    assert with_parts(read, kept, dict.fromkeys(changes)) == {}
