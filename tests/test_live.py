"""An assistant that stays up while its library changes: the old state serves until the new one is ready."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

from assistant.collection import Library, shipped
from assistant.live import LiveAssistant, opened
from assistant.settings import Settings
from assistant.surfaces import kept_document, versions_of
from index.records import InputError
from index.store import ClauseIndex

NOTICE = "栖霞市促进外贸若干措施\n\n一、支持参展。对参加境外展会的企业，按展位费的50%补助。（责任单位：市商务局）\n"
NEWER = NOTICE.replace("50%", "65%")
QUESTION = "栖霞参展补助多少"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    root = tmp_path / "product"
    (root / "seeds").mkdir(parents=True)
    (root / "seeds" / "one.txt").write_text("云岭市外贸通知\n\n一、支持海外仓。补助30万元。\n", "utf-8")
    monkeypatch.setattr(shipped, "ROOT", root)
    monkeypatch.setattr(shipped, "SEEDS", root / "seeds")
    shipped._program.cache_clear()
    return Settings(data=tmp_path / "data")


@pytest.fixture
def live(settings: Settings) -> Iterator[LiveAssistant]:
    made = LiveAssistant(settings)
    yield made
    made.stop()
    shipped._program.cache_clear()


def quoted(live: LiveAssistant) -> list[tuple[str, int | None, bool]]:
    return [(q.document.id, q.document.version, "65%" in q.text) for q in live.ask(QUESTION).quotes]


def test_it_follows_what_another_hand_changed(live: LiveAssistant, settings: Settings) -> None:
    assert live.current
    assert not live.follow()
    other = Library(settings.data)
    other.add(NOTICE.encode(), "notice.txt")
    assert not live.current
    assert quoted(live) == []  # the old state serves
    assert live.follow()
    assert quoted(live) == [("notice", 1, False)]
    assert live.regions == ("云岭", "栖霞")
    other.add(NEWER.encode(), "notice.txt")
    live.follow()
    assert quoted(live) == [("notice", 2, True)]
    other.remove("notice")
    live.follow()
    assert quoted(live) == []
    assert live.current


def test_an_earlier_answer_can_still_be_opened(live: LiveAssistant) -> None:
    live.collection.add(NOTICE.encode(), "notice.txt")
    live.follow()
    quote = live.ask(QUESTION).quotes[0]
    live.collection.add(NEWER.encode(), "notice.txt")
    live.follow()
    opened = kept_document(live, quote.document.source)
    assert (opened.id, opened.version) == ("notice", 1)
    assert opened.text[quote.start : quote.end] == quote.text
    assert kept_document(live, "notice").version == 2
    assert kept_document(live, "notice", 1) == opened
    assert [(v["number"], v["current"]) for v in versions_of(live, opened)] == [(1, False), (2, True)]
    with pytest.raises(InputError, match="no version 9"):
        kept_document(live, "notice", 9)
    with pytest.raises(InputError, match="no such document"):
        kept_document(live, "nowhere")


def test_it_follows_in_the_background_and_at_once_when_told(live: LiveAssistant) -> None:
    live.start()
    live.collection.add(NOTICE.encode(), "notice.txt")
    live.changed()
    until = time.monotonic() + 60
    while not live.current and time.monotonic() < until:
        time.sleep(0.02)
    assert quoted(live) == [("notice", 1, False)]


def test_questions_while_it_switches_see_one_state_each(live: LiveAssistant) -> None:
    live.collection.add(NOTICE.encode(), "notice.txt")
    live.follow()
    seen: list[tuple[int | None, bool]] = []
    stopped = threading.Event()

    def ask() -> None:
        while not stopped.is_set():
            seen.extend((version, newer) for _, version, newer in quoted(live))

    asking = threading.Thread(target=ask)
    asking.start()
    live.collection.add(NEWER.encode(), "notice.txt")
    live.follow()
    stopped.set()
    asking.join()
    assert set(seen) <= {(1, False), (2, True)}
    assert quoted(live) == [("notice", 2, True)]


def test_the_old_state_goes_on_where_the_new_one_cannot_be_made(live: LiveAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    live.collection.add(NOTICE.encode(), "notice.txt")
    live.follow()
    live.collection.add(NEWER.encode(), "notice.txt")

    def full(*_: object, **__: object) -> ClauseIndex:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(ClauseIndex, "build", full)
        with pytest.raises(InputError, match="No space left"):
            live.follow()
        assert quoted(live) == [("notice", 1, False)]
        assert not live.current
    assert live.follow()
    assert quoted(live) == [("notice", 2, True)]


def test_files_in_place_of_the_library_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "notice.txt").write_text(NOTICE, "utf-8")
    over = opened(Settings(data=tmp_path / "data"), [tmp_path / "notice.txt"])
    assert not isinstance(over, LiveAssistant)
    assert over.ask(QUESTION).quotes[0].document.version is None


def test_a_change_by_another_process_is_seen(tmp_path: Path) -> None:
    live = LiveAssistant(Settings(data=tmp_path / "data"))
    (tmp_path / "notice.txt").write_text(NOTICE, "utf-8")
    command = [sys.executable, "-m", "assistant", "add", str(tmp_path / "notice.txt"), "--index", str(tmp_path / "data")]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    assert live.follow()
    assert quoted(live) == [("notice", 1, False)]


def test_http_tells_the_versions_and_opens_an_older_one(live: LiveAssistant) -> None:
    fastapi = pytest.importorskip("fastapi")
    from fastapi.testclient import TestClient

    from assistant.api import router

    live.collection.add(NOTICE.encode(), "notice.txt")
    live.collection.add(NEWER.encode(), "notice.txt")
    live.follow()
    app = fastapi.FastAPI()
    app.include_router(router(live))
    client = TestClient(app)
    (newest,) = client.post("/api/documents", json={"document": "notice"}).json()
    assert (newest["document"]["version"], [v["number"] for v in newest["versions"]]) == (2, [1, 2])
    (older,) = client.post("/api/documents", json={"document": "notice", "version": 1}).json()
    assert older["text"] == NOTICE
    refused = client.post("/api/documents", json={"document": "notice", "version": 3})
    assert refused.status_code == 400
    assert "3" in refused.json()["error"]["message"]


def test_the_original_opens_at_the_page_and_no_page_of_others_is_shown_as_ours(live: LiveAssistant) -> None:
    fastapi = pytest.importorskip("fastapi")
    pytest.importorskip("pypdfium2")
    from fastapi.testclient import TestClient

    from assistant.page.fragments import fragments

    pdf, web = ROOT / "tests/data/pdf/notice.pdf", b"<html><body><p>\xe9\x80\x9a\xe7\x9f\xa5</p><script>alert(1)</script></body></html>"
    told, other = live.collection.add(pdf), live.collection.add(web, "web.html")
    live.follow()
    second = live.collection.version(told.document.id).pages[1]
    app = fastapi.FastAPI()
    app.include_router(fragments(live))
    client = TestClient(app)
    drawn = client.get("/page/source", params={"document": told.document.source, "marks": f"{second}-{second + 5}"}).text
    assert "#page=2" in drawn and "第 2 页" in drawn
    shown = client.get("/page/original", params={"source": told.document.source})
    assert shown.content == pdf.read_bytes()
    assert (shown.headers["content-type"], shown.headers["content-disposition"].split(";")[0]) == ("application/pdf", "inline")
    taken = client.get("/page/original", params={"source": other.document.source})
    assert taken.content == web
    assert taken.headers["content-type"] == "application/octet-stream"
    assert taken.headers["content-disposition"].startswith("attachment")
    for name in ("../../etc/passwd", "library/library.sqlite", "nowhere"):
        assert client.get("/page/original", params={"source": name}).status_code == 404
