"""The library as one file: what comes back is what was written, and a file with a fault changes nothing."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.collection import Library, shipped, store
from assistant.collection.originals import digest_of
from index.records import InputError

NOTICE = "关于促进外贸的若干措施\n\n一、支持参展。按展位费的50%补助。\n二、支持信保。\n"


@pytest.fixture(autouse=True, scope="module")
def shipped_is_small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Two short documents are shipped, so that many libraries can be made."""
    root = tmp_path_factory.mktemp("product")
    (root / "seeds").mkdir()
    for name in ("one", "two"):
        (root / "seeds" / f"{name}.txt").write_text(f"关于{name}的通知\n\n一、支持。\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for module in (shipped, store):
            patch.setattr(module, "ROOT", root)
        patch.setattr(shipped, "SEEDS", root / "seeds")
        shipped._program.cache_clear()
        yield
    shipped._program.cache_clear()


def everything(library: Library) -> dict[str, Any]:
    """All that is kept, but for where it lies and what it is called inside."""
    return {
        entry.id: (
            replace(entry, source="", shipped=False, added=""),
            [
                (
                    replace(v, source="", added="" if entry.shipped else v.added),
                    library.document(entry.id, v.number).text,
                    library.corrections(entry.id, v.number),
                )
                for v in versions
            ],
            [library.original(entry.id, v.number).read_bytes() for v in versions],
        )
        for entry in library.entries(removed=True)
        if (versions := library.versions(entry.id))
    }


CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(["a", "b", "c"]), st.integers(0, 3)),
        st.tuples(st.just("correct"), st.integers(0, 4), st.sampled_from(["苏州", None, "昆山"])),
        st.tuples(st.just("part"), st.integers(0, 4), st.sampled_from(["note", "section", "clause"])),
        st.tuples(st.just("remove"), st.integers(0, 4), st.none()),
        st.tuples(st.just("restore"), st.integers(0, 4), st.integers(1, 3)),
    ),
    max_size=8,
)


def change(library: Library, what: tuple[str, Any, Any]) -> None:
    kind, which, value = what
    if kind == "add":
        library.add(NOTICE.replace("50", str(50 + value)).encode(), f"{which}.txt", separate=value == 3)
        return
    entries = library.entries(removed=True)
    name = entries[which % len(entries)].id
    if kind == "correct":
        library.correct(name, {"region": value})
    elif kind == "part":
        library.correct_part(name, library.document(name).parts[-1].id, {"kind": value})
    elif kind == "remove":
        library.remove(name)
    elif value <= len(library.versions(name)):
        library.restore(name, value)


@settings(max_examples=10)
@given(CHANGES)
def test_what_comes_back_is_what_was_written(changes: list[tuple[str, Any, Any]]) -> None:
    with tempfile.TemporaryDirectory() as home:
        library = Library(Path(home) / "one")
        for what in changes:
            change(library, what)
        assert library.export(Path(home) / "library.zip") == 0
        other = Library(Path(home) / "other")
        other.import_(Path(home) / "library.zip")
        assert everything(other) == everything(library)
        generation = other.generation
        again = other.import_(Path(home) / "library.zip")
        assert (again.new, again.changed) == ((), ())
        assert everything(other) == everything(library)
        assert other.generation >= generation


@settings(max_examples=10)
@given(CHANGES, CHANGES)
def test_importing_loses_nothing_that_is_there(here: list[tuple[str, Any, Any]], there: list[tuple[str, Any, Any]]) -> None:
    with tempfile.TemporaryDirectory() as home:
        library, other = Library(Path(home) / "one"), Library(Path(home) / "other")
        for what in here:
            change(library, what)
        for what in there:
            change(other, what)
        before = everything(library)
        other.export(Path(home) / "library.zip")
        library.import_(Path(home) / "library.zip")
        after = everything(library)
        for name, (_, versions, originals) in before.items():
            assert set(originals) <= set(after[name][2])
            for version, text, corrections in versions:
                kept = next(v for v in after[name][1] if v[0].number == version.number)
                assert kept[1] == text
                assert corrections.items() <= kept[2].items()
        texts = {v[1] for _, versions, _ in after.values() for v in versions}
        assert {v[1] for _, versions, _ in everything(other).values() for v in versions} <= texts
        sources = [e.source for e in library.entries()]
        assert len(set(sources)) == len(sources)


def test_importing_twice_or_into_the_same_library_changes_nothing(tmp_path: Path) -> None:
    library = Library(tmp_path / "data")
    library.add(NOTICE.encode(), "a.txt")
    library.export(tmp_path / "library.zip")
    before = everything(library)
    assert library.import_(tmp_path / "library.zip").changed == ()
    assert everything(library) == before


def test_a_document_goes_on_with_the_versions_of_the_file(tmp_path: Path) -> None:
    old, new = Library(tmp_path / "old"), Library(tmp_path / "new")
    for library in (old, new):
        library.add(NOTICE.encode(), "a.txt")
    new.add(NOTICE.replace("50", "60").encode(), "a.txt")
    old.correct("a", {"region": "苏州"})
    new.export(tmp_path / "library.zip")
    assert old.import_(tmp_path / "library.zip").changed == ("a",)
    assert "60%" in old.document("a").text
    assert old.document("a", 1).region == "苏州"


def test_an_original_that_is_gone_does_not_stop_the_export(tmp_path: Path) -> None:
    library = Library(tmp_path / "data")
    library.add(NOTICE.encode(), "a.txt")
    library.original("a").unlink()
    assert library.export(tmp_path / "library.zip") == 1
    other = Library(tmp_path / "other")
    other.import_(tmp_path / "library.zip")
    assert other.document("a").text == NOTICE
    with pytest.raises(InputError, match="gone"):
        other.original("a")


# ---- faults


def member(name: str, made: Callable[[bytes], bytes | None]) -> Callable[[dict[str, bytes]], None]:
    def fault(members: dict[str, bytes]) -> None:
        found = next(m for m in members if m.startswith(name))
        content = made(members.pop(found))
        if content is not None:
            members[found] = content

    return fault


def manifest(made: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, bytes]], None]:
    def fault(members: dict[str, bytes]) -> None:
        content = json.loads(members["manifest.json"])
        made(content)
        members["manifest.json"] = json.dumps(content).encode()

    return fault


def last(content: dict[str, Any]) -> dict[str, Any]:
    version: dict[str, Any] = content["documents"][-1]["versions"][0]
    return version


FAULTS: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "no manifest": (member("manifest", lambda _: None), "not a library"),
    "manifest is no JSON": (member("manifest", lambda m: m[:50]), "broken"),
    "manifest is a list": (member("manifest", lambda _: b"[]"), "broken"),
    "another program's": (manifest(lambda m: m.update(kind="something else")), "not a library"),
    "of a newer release": (manifest(lambda m: m.update(format=2)), "newer release"),
    "an original is missing": (member("originals/", lambda _: None), "broken"),
    "an original was changed": (member("originals/", lambda o: o + b" "), "not what it was"),
    "a text is missing": (member("texts/", lambda _: None), "broken"),
    "a text was changed": (member("texts/", lambda o: o[::-1]), "not what it was"),
    "no versions": (manifest(lambda m: m["documents"][-1].update(versions=[])), "broken"),
    "current names no version": (manifest(lambda m: m["documents"][-1].update(current=4)), "broken"),
    "an id twice": (manifest(lambda m: m["documents"].append(m["documents"][-1])), "twice"),
    "a version twice": (manifest(lambda m: m["documents"][-1]["versions"].append(last(m))), "broken"),
    "a digest that is a path": (manifest(lambda m: last(m).update(digest="../../evil")), "broken"),
    "pages that do not rise": (manifest(lambda m: last(m).update(pages=[0, 9, 3])), "pages"),
    "pages behind the end": (manifest(lambda m: last(m).update(pages=[0, 10**9])), "pages"),
    "a correction of nothing": (
        manifest(lambda m: last(m).update(corrections=[{"start": -1, "name": "colour", "value": "red"}])),
        "corrections",
    ),
    "a date that is none": (
        manifest(lambda m: last(m).update(corrections=[{"start": -1, "name": "issued", "value": "soon"}])),
        "corrections",
    ),
    "a kind that is none": (manifest(lambda m: last(m).update(corrections=[{"start": 0, "name": "kind", "value": "page"}])), "corrections"),
    "a field too many": (manifest(lambda m: last(m).update(script="x")), "broken"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_with_a_fault_changes_nothing(tmp_path: Path, fault: str) -> None:
    library = Library(tmp_path / "data")
    library.add(NOTICE.encode(), "a.txt")
    library.export(tmp_path / "library.zip")
    with zipfile.ZipFile(tmp_path / "library.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    make, says = FAULTS[fault]
    make(members)
    with zipfile.ZipFile(tmp_path / "broken.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    other = Library(tmp_path / "other")
    with pytest.raises(InputError, match=says):
        other.import_(tmp_path / "broken.zip")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off(tmp_path: Path, share: float) -> None:
    library = Library(tmp_path / "data")
    library.export(tmp_path / "library.zip")
    content = (tmp_path / "library.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match="broken"):
        library.import_(tmp_path / "cut.zip")


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 7))
@settings(max_examples=30)
def test_a_flipped_byte_is_refused_or_does_not_matter(where: float, bit: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        library = Library(Path(home) / "one")
        library.add(NOTICE.encode(), "a.txt")
        library.export(Path(home) / "library.zip")
        content = bytearray((Path(home) / "library.zip").read_bytes())
        content[int(where * len(content))] ^= 1 << bit
        (Path(home) / "flipped.zip").write_bytes(content)
        other = Library(Path(home) / "other")
        try:
            other.import_(Path(home) / "flipped.zip")
        except InputError:
            assert not (Path(home) / "other").exists()
        else:
            assert other.document("a").text == NOTICE


def test_a_name_in_the_file_stays_inside_the_folder(tmp_path: Path) -> None:
    library = Library(tmp_path / "data")
    library.add(NOTICE.encode(), "a.txt")
    library.export(tmp_path / "library.zip")
    with zipfile.ZipFile(tmp_path / "library.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest(lambda m: last(m).update(name="../../../evil.txt"))(members)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    (tmp_path / "evil.zip").write_bytes(held.getvalue())
    other = Library(tmp_path / "other")
    other.import_(tmp_path / "evil.zip")
    original = other.original("a")
    assert original.is_relative_to(tmp_path / "other" / "library" / "originals")
    assert digest_of(original.read_bytes()) == digest_of(NOTICE.encode())
