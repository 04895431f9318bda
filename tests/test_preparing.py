"""What the server says before it is ready, and that nothing is lost of what is asked meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from starlette.testclient import TestClient

import app
from assistant.page.preparing import Preparing, draw_preparing
from index.records import InputError


class Slow:
    """An application that is made when it is let go, and notes its lifespan."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.noted: list[str] = []

    def make(self) -> Any:
        assert self.go.wait(20)
        return self.app, self.lifespan

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f"the application, {scope['path']}".encode()})

    @contextlib.asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        self.noted.append("entered")
        yield
        self.noted.append("left")


def test_health_tells_the_truth_and_a_call_waits_for_its_answer() -> None:
    slow = Slow()
    preparing = Preparing(slow.make, pytest.fail)
    with TestClient(preparing) as client, ThreadPoolExecutor(1) as pool:
        first = client.get("/healthz")
        assert (first.status_code, first.json()) == (503, {"status": "preparing", "indexed": 0, "documents": None})
        preparing.progress(3, 5)
        assert client.get("/healthz").json() == {"status": "preparing", "indexed": 3, "documents": 5}
        waiting = pool.submit(client.post, "/api/ask", json={"question": "?"})
        assert not waiting.done()
        slow.go.set()
        assert waiting.result(20).text == "the application, /api/ask"
        assert client.get("/healthz").text == "the application, /healthz"
        assert client.get("/").status_code == 200
        assert slow.noted == ["entered"]
    assert slow.noted == ["entered", "left"]


@pytest.mark.parametrize(("query", "told"), [("", "正在建立索引：3 / 5"), ("?lang=en", "Indexing documents: 3 of 5")])
def test_the_page_says_that_it_is_being_prepared_and_asks_again(query: str, told: str) -> None:
    slow = Slow()
    preparing = Preparing(slow.make, lambda _: None)
    preparing.progress(3, 5)
    with TestClient(preparing) as client:
        page = client.get(f"/{query}")
        assert page.status_code == 503
        assert told in page.text
        assert 'http-equiv="refresh"' in page.text
        assert "http://" not in page.text and "https://" not in page.text
        assert "default-src 'self'" in page.headers["content-security-policy"]
        slow.go.set()


def test_without_an_index_to_build_nothing_is_counted() -> None:
    assert "0 / 0" not in draw_preparing(0, 0, "zh")


def test_what_cannot_be_made_ends_the_server() -> None:
    problems: list[BaseException] = []

    def make() -> Any:
        raise InputError("没有这个文件", "no such file")

    told = threading.Event()
    with TestClient(Preparing(make, lambda problem: (problems.append(problem), told.set()))):
        assert told.wait(20)
    assert [type(problem) for problem in problems] == [InputError]


def test_a_library_that_cannot_be_opened_is_said_with_exit_code_2(tmp_path: Path) -> None:
    command = [sys.executable, "app.py", "--port", "0", "--data", str(tmp_path), "--documents", str(tmp_path / "none.txt")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "none.txt" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_is_stopped_tells_no_traceback() -> None:
    def record(message: str, problem: BaseException | None = None) -> logging.LogRecord:
        exc_info = (type(problem), problem, None) if problem else None
        return logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, message, (), exc_info)

    assert not app.worth_telling(record("Exception in ASGI application\n", asyncio.CancelledError()))
    assert not app.worth_telling(record("Cancel %s running task(s), timeout graceful shutdown exceeded"))
    assert app.worth_telling(record("Exception in ASGI application\n", ValueError("x")))
    assert app.worth_telling(record("address in use"))
