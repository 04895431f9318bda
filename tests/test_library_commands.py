"""The library on the command line: add, ask, correct, new version, remove; and what a newcomer gets wrong."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT
from terminal import run

NOTICE = (
    "栖霞市促进外贸若干措施\n\n一、支持参展。对参加境外展会的企业，按展位费的50%补助。（责任单位：市商务局）\n二、支持信保。保费补贴30%。\n"
)
NEWER = NOTICE.replace("50%", "65%")


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSISTANT_DATA", str(tmp_path / "data"))
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "data"


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    made = tmp_path / "notice.txt"
    made.write_text(NOTICE, "utf-8")
    return made


def asked(capsys: pytest.CaptureFixture[str], question: str) -> list[tuple[str, int | None, str]]:
    """(document, version, text) of the quotes."""
    code, out, _ = run(capsys, "ask", question, "--json")
    assert code == 0
    return [(q["document"]["id"], q["document"]["version"], q["text"]) for q in json.loads(out)["quotes"]]


def test_the_life_of_a_notice(capsys: pytest.CaptureFixture[str], notice: Path, tmp_path: Path, data: Path) -> None:
    code, out, _ = run(capsys, "add", notice, "--preview")
    assert code == 0
    assert "支持参展（市商务局）" in out
    assert not data.exists()

    assert "new document → notice v1" in run(capsys, "add", notice)[1]
    ((document, version, text), *_) = asked(capsys, "栖霞参展补助多少")
    assert (document, version) == ("notice", 1)
    assert "50%" in text

    assert "蓬溪" in run(capsys, "correct", "notice", "地区=蓬溪", "issued=2024年5月6日")[1]
    ((document, *_),) = [q for q in asked(capsys, "蓬溪参展补助多少") if "50%" in q[2]]
    assert document == "notice"

    newer = tmp_path / "2024" / "notice.txt"
    newer.parent.mkdir()
    newer.write_text(NEWER, "utf-8")
    code, out, _ = run(capsys, "add", newer)
    assert "new version → notice v2" in out
    assert "corrections carried over: 地区/region" in out
    assert "please check: 日期/issued" in out
    ((document, version, text), *_) = asked(capsys, "蓬溪参展补助多少")
    assert (document, version) == ("notice", 2)
    assert "65%" in text
    assert "[-50%-]{+65%+}" in run(capsys, "diff", "notice")[1]
    assert "v2/2" in run(capsys, "documents")[1]

    assert run(capsys, "restore", "notice", "--version", "1")[0] == 0
    assert asked(capsys, "蓬溪参展补助多少")[0][:2] == ("notice", 1)

    code, out, _ = run(capsys, "remove", "notice")
    assert "restore notice" in out
    assert all(d != "notice" for d, *_ in asked(capsys, "蓬溪参展补助多少"))
    assert "notice" not in run(capsys, "documents")[1]
    assert "removed" in run(capsys, "documents", "--removed")[1]
    assert run(capsys, "restore", "notice")[0] == 0
    assert asked(capsys, "蓬溪参展补助多少")[0][0] == "notice"


def test_a_folder_goes_on_past_what_is_broken_and_tells_it_at_the_end(
    capsys: pytest.CaptureFixture[str], notice: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text(NOTICE, "utf-8")
    (folder / "b.txt").write_bytes(b"")
    (folder / "c.pdf").write_bytes(b"no PDF")
    (folder / "deep" / "d.md").write_text("# 另一份通知\n\n一、其他。\n", "utf-8")
    (folder / "~$e.docx").write_bytes(b"a lock of Word")
    code, out, err = run(capsys, "add", folder, notice)
    assert code == 2
    assert out.count("→") == 3  # a, d, and the notice that is a again
    assert "5 files: new document: 2, kept already, nothing changed: 1; failed: 2" in err
    assert "b.txt" in err and "c.pdf" in err
    code, _, err = run(capsys, "add", folder / "a.txt", folder / "deep")
    assert code == 0
    assert "kept already, nothing changed: 2" in err


def test_add_as_json(capsys: pytest.CaptureFixture[str], notice: Path) -> None:
    code, out, _ = run(capsys, "add", notice, "--json", "--set", "region=苏州", "--set", "文号＝苏府发〔2024〕5号")
    told = json.loads(out)
    assert code == 0
    assert (told["outcome"], told["version"], told["document"]["region"], told["document"]["number"]) == (
        "new",
        1,
        "苏州",
        "苏府发〔2024〕5号",
    )
    assert [json.loads(line)["number"] for line in run(capsys, "versions", "notice", "--json")[1].splitlines()] == [1]


def test_correct_a_clause_and_take_it_back(capsys: pytest.CaptureFixture[str], notice: Path) -> None:
    run(capsys, "add", notice)
    code, out, _ = run(capsys, "correct", "notice", "--clause", "二、", "kind=note")
    assert code == 0
    assert "[note] 二、支持信保" in out
    assert "[note]" not in run(capsys, "correct", "notice", "reset")[1]


def test_clauses_are_joined_begun_and_named_anew(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "notice.txt"
    file.write_text(NOTICE + "加强服务。推广单一窗口，由市口岸办负责。\n三、个工作日内办结。\n", "utf-8")
    run(capsys, "add", file)
    assert (
        "* 三、个工作日内办结。: 类别/kind clause → 并入前一条 / joined with the one before"
        in run(capsys, "correct", "notice", "--clause", "三、", "kind=")[1]
    )
    code, out, _ = run(capsys, "correct", "notice", "--clause", "加强服务", "类别=clause", "heading=加强服务", "责任单位=市口岸办")
    assert code == 0
    assert "· 加强服务（市口岸办）" in out
    listed = run(capsys, "documents", "notice")[1]
    assert "三、 三、个工作日" not in listed
    assert "责任单位/units in charge — → 市口岸办" in listed
    code, _, err = run(capsys, "correct", "notice", "--clause", "一、", "责任单位=省商务厅")
    assert (code, "省商务厅" in err) == (2, True)
    run(capsys, "correct", "notice", "--clause", "加强服务", "reset")
    assert "三、 三、个工作日内办结" in run(capsys, "correct", "notice", "--clause", "三、个工作日", "reset")[1]
    assert "corrected" not in run(capsys, "documents")[1]


def test_the_whole_library_as_one_file(
    capsys: pytest.CaptureFixture[str], notice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, "add", notice)
    run(capsys, "correct", "notice", "region=苏州")
    run(capsys, "remove", "003")
    before = run(capsys, "documents", "--removed")[1]
    assert run(capsys, "export", tmp_path / "library.zip")[0] == 0
    monkeypatch.setenv("ASSISTANT_DATA", str(tmp_path / "elsewhere"))
    code, out, _ = run(capsys, "import", tmp_path / "library.zip")
    assert code == 0
    assert "new documents: 1  notice" in out
    assert run(capsys, "documents", "--removed")[1] == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["add"], "FILE|FOLDER"),
        (["add", "/nowhere.txt"], "cannot read /nowhere.txt"),
        (["add", "EMPTY"], "no file that can be read"),
        (["add", "NOTICE", "--as", "nobody"], "no such document"),
        (["add", "NOTICE", "OTHER", "--as", "notice"], "one file at a time"),
        (["add", "NOTICE", "--as", "notice", "--separate"], "not both"),
        (["add", "NOTICE", "--set", "region:苏州"], "NAME=VALUE"),
        (["add", "NOTICE", "--set", "colour=red"], "no such fact: colour"),
        (["correct"], "DOC"),
        (["correct", "notice"], "NAME=VALUE"),
        (["correct", "notice", "region", "苏州"], "NAME=VALUE"),
        (["correct", "notice", "date=2024-01-01"], "no such fact: date"),
        (["correct", "notice", "日期=去年"], "YYYY-MM-DD"),
        (["correct", "通知", "region=苏州"], "no such document"),
        (["correct", "notice", "--clause", "三、", "kind=note"], "no such part"),
        (["correct", "notice", "--clause", "一、"], "NAME=VALUE"),
        (["correct", "notice", "reset", "region=苏州"], "NAME=VALUE"),
        (["versions", "nobody"], "no such document"),
        (["versions", "00"], "several documents"),
        (["diff", "notice", "one"], "whole number"),
        (["diff", "notice", "1", "7"], "no version 7"),
        (["diff", "notice", "1", "1", "1"], "not more"),
        (["remove", "notice", "nobody"], "no such document"),
        (["remove"], "DOC"),
        (["restore", "notice", "--version", "9"], "no version 9"),
        (["documents", "nobody"], "no such document"),
        (["documents", "notice", "--documents", "NOTICE"], "not both"),
        (["export", "NOTICE"], "choose another name"),
        (["export", "/nowhere/library.zip"], "cannot write"),
        (["import", "NOTICE"], "broken"),
        (["import", "/nowhere.zip"], "cannot read"),
        (["import", "OTHERZIP"], "not a library"),
    ],
)
def test_what_a_newcomer_gets_wrong(
    capsys: pytest.CaptureFixture[str], notice: Path, tmp_path: Path, arguments: list[str], says: str
) -> None:
    run(capsys, "add", notice)
    before = run(capsys, "documents", "--removed", "--json")[1]
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.txt").write_text(NEWER, "utf-8")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "no library")
    places = {"NOTICE": notice, "OTHER": tmp_path / "other.txt", "EMPTY": tmp_path / "empty", "OTHERZIP": tmp_path / "other.zip"}
    code, _, err = run(capsys, *(places.get(a, a) for a in arguments))
    assert code == 2
    assert says in err
    assert "Traceback" not in err
    assert run(capsys, "documents", "--removed", "--json")[1] == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["remove", "notice", "notice"], "removed: notice"),
        (["restore", "notice"], "was not removed"),
        (["diff", "notice"], "one version only"),
        (["diff", "notice", "1"], "do not differ"),
        (["add", "NOTICE", "NOTICE"], "kept already"),
        (["add", ROOT / "seeds" / "003_weihai-foreign-trade.txt"], "kept already"),
    ],
)
def test_what_is_no_mistake(capsys: pytest.CaptureFixture[str], notice: Path, arguments: list[object], says: str) -> None:
    run(capsys, "add", notice)
    code, out, err = run(capsys, *(notice if a == "NOTICE" else a for a in arguments))
    assert code == 0
    assert says in out + err
