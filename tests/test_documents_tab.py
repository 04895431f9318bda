"""The tab of documents without a browser: what its routes draw, keep and refuse, over a library that is real."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.collection import Library
from assistant.editing import may_change
from assistant.page.documents_tab import documents_routes, filtered
from assistant.page.documents_words import WORDS
from assistant.page.layout import tabs_of
from assistant.settings import Settings, listed
from index.records import Document

TITLE = "栖霞市促进外贸若干措施"
NOTICE = f"{TITLE}\n\n一、支持参展。对参加境外展会的企业，按展位费的50%补助。（责任单位：市商务局）\n二、支持信保。保费补贴30%。\n"
NEWER = NOTICE.replace("50%", "60%")


class Kept:
    """An assistant over a library, as far as the tab needs one; it counts how often it was told to follow."""

    def __init__(self, library: Library) -> None:
        self.collection, self.told, self.current, self.problem = library, 0, True, None

    @property
    def documents(self) -> Sequence[Document]:
        return self.collection.documents()

    def changed(self) -> None:
        self.told += 1


class Tab:
    """The routes as a browser calls them."""

    def __init__(self, folder: Path, name: str = "127.0.0.1", **given: Any) -> None:
        self.collection = Library(folder)
        self.assistant = Kept(self.collection)
        app = FastAPI()
        settings = Settings(data=folder, **given)
        app.include_router(documents_routes(self.assistant, settings))  # type: ignore[arg-type]
        self.client = TestClient(app, base_url=f"http://{name}:7860")

    def get(self, path: str, **query: Any) -> str:
        return unescape(self.client.get(f"/page/library/{path}", params=query).text)

    def send(self, path: str, text: str | bytes, name: str = "notice.txt", **query: Any) -> str:
        data = text.encode() if isinstance(text, str) else text
        return unescape(self.client.post(f"/page/library/{path}", params={"name": name, **query}, content=data).text)

    def change(self, path: str, document: str, **more: Any) -> str:
        return unescape(self.client.post(f"/page/library/{path}", json={"id": document, **more}).text)

    def own(self) -> list[tuple[str, int, int, bool]]:
        return [(e.id, e.version, e.versions, e.removed) for e in self.collection.entries(removed=True) if not e.shipped]


@pytest.fixture
def tab(tmp_path: Path) -> Tab:
    return Tab(tmp_path / "data")


def test_from_preview_to_removal_and_back(tab: Tab) -> None:
    seen = tab.send("preview", NOTICE)
    assert "新文件" in seen
    assert f'value="{TITLE}"' in seen
    assert 'placeholder="文件未写明"' in seen
    assert "一、支持参展" in seen
    assert "条款（2）" in seen
    assert tab.own() == []
    assert tab.assistant.told == 0

    kept = tab.send("keep", NOTICE, facts=json.dumps({"issuer": "栖霞市商务局"}))
    assert "已保存" in kept
    assert tab.collection.document("notice").issuer == "栖霞市商务局"
    assert tab.assistant.told == 1
    assert "栖霞市商务局" in tab.get("list", q="栖霞市商务局")

    assert "已有这份文件" in tab.send("preview", NOTICE, "copy.txt")
    newer = tab.send("preview", NEWER)
    assert "新版本（第 2 版）" in newer
    assert "沿用上一版的改正：发文机关" in newer
    assert '<del><span class="sr" lang="zh-CN">[删去] </span>50%</del>' in newer
    assert '<ins><span class="sr" lang="zh-CN">[新增] </span>60%</ins>' in newer
    assert "已保存为第 2 版" in tab.send("keep", NEWER)
    assert "60%</ins>" in tab.get("difference", id="notice", older=1, newer=2)

    assert "现在用第 1 版作答" in tab.change("restore", "notice", version=1)
    assert "第 1 版；现用第 2 版" not in tab.send("preview", NEWER)
    assert "是第 2 版；现用第 1 版" in tab.send("preview", NEWER)
    assert "已移除" in tab.change("remove", "notice")
    assert tab.own() == [("notice", 1, 2, True)]
    assert TITLE not in tab.get("list")
    assert TITLE in tab.get("list", removed=True)
    assert "曾被移除" in tab.send("preview", NOTICE)
    assert "重新用于回答" in tab.change("restore", "notice")
    assert tab.own() == [("notice", 1, 2, False)]
    assert tab.assistant.told == 5


def test_a_kept_document_is_corrected_and_the_corrections_taken_back(tab: Tab) -> None:
    tab.send("keep", NOTICE)
    page = tab.change("correct", "notice", facts={"region": "栖霞", "issued": "2024年5月6日"})
    assert "已改正：地区、日期。" in page
    assert (tab.collection.document("notice").region, tab.collection.document("notice").issued) == ("栖霞", "2024-05-06")
    assert "撤销全部改正" in page
    assert "没有改动" in tab.change("correct", "notice", facts={})
    wrong = tab.client.post("/page/library/correct", params={"lang": "en"}, json={"id": "notice", "facts": {"issued": "soon"}})
    assert wrong.headers["x-refused"] == "yes"
    assert "YYYY-MM-DD" in wrong.text
    tab.change("reset", "notice")
    assert tab.collection.document("notice").issued is None


def test_what_was_typed_decides_what_a_file_is(tab: Tab) -> None:
    tab.send("keep", NOTICE)
    other = NEWER.replace(TITLE, "另一份文件")
    assert "新文件" in tab.send("preview", other, "b.txt")
    assert "第 2 版" in tab.send("preview", other, "b.txt", kept_as="of:notice")
    separate = tab.send("preview", NEWER, kept_as="separate")
    assert "新文件" in separate
    assert "data-doc-verdict" in separate
    assert 'data-read="' + TITLE in tab.send("preview", NOTICE + "三、另加。\n", facts=json.dumps({"title": "改过的"}))
    tab.send("keep", other, "b.txt", kept_as="of:notice")
    assert tab.own() == [("notice", 2, 2, False)]


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [(b"", "empty.txt", "empty.txt"), (b"%PDF-1.7 broken", "broken.pdf", "broken.pdf"), (b"\0\1\2\3" * 50, "x.docx", "x.docx")],
)
@pytest.mark.parametrize("step", ["preview", "keep"])
def test_a_broken_file_is_refused_by_name(tab: Tab, data: bytes, name: str, why: str, step: str) -> None:
    told = tab.client.post(f"/page/library/{step}", params={"name": name, "lang": "en"}, content=data)
    assert (told.status_code, told.headers["x-refused"]) == (200, "yes")
    assert why in told.text
    assert "Traceback" not in told.text
    assert tab.own() == []


def test_the_library_goes_out_and_comes_in_as_one_file(tab: Tab, tmp_path: Path) -> None:
    tab.send("keep", NOTICE)
    out = tab.client.get("/page/library/export")
    assert zipfile.ZipFile(io.BytesIO(out.content)).testzip() is None
    other = Tab(tmp_path / "other")
    assert "新文件 1，有更新 0，相同 5" in other.send("import", out.content, "library.zip")
    assert other.own() == [("notice", 1, 1, False)]
    for broken, name in ((out.content[:-40], "cut.zip"), (b"PK", "foreign.zip"), (NOTICE.encode(), "notice.zip")):
        told = other.client.post("/page/library/import", params={"name": name}, content=broken)
        assert told.headers["x-refused"] == "yes"
        assert name in told.text
        assert "/tmp" not in told.text
    assert other.own() == [("notice", 1, 1, False)]


def test_html_in_a_document_and_its_name_is_inert(tab: Tab) -> None:
    hostile = "<script>alert(1)</script>\"'&"
    text = f"关于{hostile}的通知\n\n一、{hostile}。支持。\n"
    raw = [tab.client.post("/page/library/preview", params={"name": f"{hostile}.txt"}, content=text.encode()).text]
    tab.send("keep", text, "a.txt")
    tab.send("keep", text.replace("支持", "不支持"), "a.txt")
    raw += [tab.client.get("/page/library/list").text, tab.client.get("/page/library/document", params={"id": "a"}).text]
    raw.append(tab.client.get("/page/library/difference", params={"id": "a", "older": 1, "newer": 2}).text)
    assert all("<script" not in html for html in raw)


CHANGES = ("correct", "reset", "remove", "restore", "preview", "keep", "import")


@pytest.mark.parametrize(
    ("host", "given", "allowed"),
    [
        ("127.0.0.1", {}, True),
        ("localhost", {}, True),
        ("assistant.example", {}, False),  # a proxy in front, or a name that was bent to this machine
        ("127.0.0.1", {"host": "0.0.0.0"}, False),
        ("assistant.example", {"host": "0.0.0.0", "edit": True}, True),
        ("127.0.0.1", {"edit": False}, False),
    ],
)
def test_an_opened_page_is_for_reading_only(tmp_path: Path, host: str, given: dict[str, Any], allowed: bool) -> None:
    tab = Tab(tmp_path / "data", host, **given)
    assert may_change(Settings(**given), host) is allowed
    assert ("data-doc-files" in tab.get("tab")) is allowed
    assert ("ASSISTANT_EDIT" in tab.get("tab")) is not allowed
    entry = tab.collection.entries()[0]
    assert ('data-doc="remove"' in tab.get("document", id=entry.id)) is allowed
    if not allowed:
        for path in CHANGES:
            body: dict[str, Any] = {"json": {"id": entry.id}} if path in CHANGES[:4] else {"params": {"name": "a.txt"}, "content": b"x"}
            assert tab.client.post(f"/page/library/{path}", **body).status_code == 403
        assert tab.client.get("/page/library/export").status_code == 403
        tab.collection.remove(entry.id)
        assert entry.title not in tab.get("list", removed=True)
        assert entry.title not in tab.get("document", id=entry.id)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://127.0.0.1:7860"}, 200),
    ],
)
def test_another_page_changes_nothing(tab: Tab, headers: dict[str, str], status: int) -> None:
    answer = tab.client.post("/page/library/keep", params={"name": "a.txt"}, content=NOTICE.encode(), headers=headers)
    assert answer.status_code == status
    assert bool(tab.own()) is (status == 200)


def test_the_list_is_filtered_by_any_fact(tab: Tab) -> None:
    entries = tab.collection.entries()
    assert [e.region for e in filtered(entries, "威海")] == ["威海"]
    assert filtered(entries, "威海 重庆") == []
    assert len(filtered(entries, "  ")) == 5
    assert "没有相符的文件" in tab.get("list", q="zzz")
    assert "征求意见稿" in tab.get("list", q="重庆")


def test_the_state_tells_whether_answers_follow(tab: Tab) -> None:
    tab.assistant.current = False
    assert tab.client.get("/page/library/state").json() == {"current": False, "problem": None}


def test_every_word_is_there_in_both_languages() -> None:
    assert all(zh.strip() and en.strip() for zh, en in WORDS.values())
    for zh, en in WORDS.values():
        assert set(re.findall(r"{\w+}", zh)) == set(re.findall(r"{\w+}", en))


def test_the_tab_needs_a_library_and_the_setting_is_listed() -> None:
    assert "documents" in tabs_of(Settings(), keeps=True)
    assert "documents" not in tabs_of(Settings())
    assert any(row["name"] == "ASSISTANT_EDIT" for row in listed(Settings()))
