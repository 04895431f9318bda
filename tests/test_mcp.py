"""MCP with the official client: over stdio and over HTTP, the same quotes as the core."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import anyio
import pytest
from conftest import ROOT

from assistant.chat import Assistant
from assistant.page.conversation import ask, draw_turn

mcp = pytest.importorskip("mcp", reason="needs the extra mcp")
from mcp.client import Client  # noqa: E402
from mcp.client.stdio import StdioServerParameters, stdio_client  # noqa: E402

from assistant.mcp import mcp_server  # noqa: E402

QUESTION = "重庆小微外贸企业投保短期出口信用保险补贴多少？"
QUOTE = "给予保费100%补贴"
Use = Callable[[Any], Awaitable[Any]]


def talk(where: Any, use: Use) -> Any:
    async def run() -> Any:
        async with Client(where) as client:
            return await use(client)

    return anyio.run(run)


def call(where: Any, tool: str, **given: Any) -> Any:
    async def use(client: Any) -> Any:
        return await client.call_tool(tool, given)

    return talk(where, use)


@pytest.fixture(scope="module")
def server(assistant: Assistant) -> Any:
    return mcp_server(assistant)


@pytest.fixture(scope="module")
def address(assistant: Assistant) -> Iterator[str]:
    """The whole application on a port of its own, as app.py serves it."""
    import uvicorn

    import app
    from assistant.page.guard import Guard

    bound = app.listen("127.0.0.1", 0)
    running = uvicorn.Server(uvicorn.Config(Guard(app.web_app(assistant)), log_level="warning"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    running.should_exit = True
    thread.join(10)


def quoted(answer: dict[str, Any]) -> list[tuple[str, int, int, str]]:
    return [(q["source"], q["start"], q["end"], q["text"]) for q in answer["quotes"]]


def test_the_tools_are_named_and_told(server: Any) -> None:
    async def use(client: Any) -> Any:
        return await client.list_tools()

    tools = {tool.name: tool for tool in talk(server, use).tools}
    assert set(tools) == {"ask", "search", "read_document", "list_documents", "verify_quote"}
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools.values())
    assert tools["ask"].input_schema["required"] == ["question"]


def test_ask_over_http_is_the_answer_of_the_core(address: str, assistant: Assistant) -> None:
    result = call(f"{address}/mcp", "ask", question=QUESTION)
    assert not result.is_error
    assert quoted(result.structured_content) == quoted(assistant.ask(QUESTION).to_dict())
    assert any(QUOTE in quote["text"] for quote in result.structured_content["quotes"])


def test_ask_over_stdio_is_the_same(assistant: Assistant, tmp_path: Path) -> None:
    environment = {"ASSISTANT_DATA": str(tmp_path), "HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin"}
    server = StdioServerParameters(command=sys.executable, args=["-m", "assistant", "mcp"], cwd=str(ROOT), env=environment)
    result = call(stdio_client(server), "ask", question=QUESTION)
    assert quoted(result.structured_content) == quoted(assistant.ask(QUESTION).to_dict())


def test_every_surface_gives_the_same_quotes(address: str, assistant: Assistant) -> None:
    import httpx

    expected = [quote[3] for quote in quoted(assistant.ask(QUESTION).to_dict())]
    over_http = httpx.post(f"{address}/api/ask", json={"question": QUESTION}).json()
    dify = {"knowledge_id": "all", "query": QUESTION, "retrieval_setting": {"top_k": len(expected), "score_threshold": 0}}
    records = httpx.post(f"{address}/api/retrieval", json=dify, headers={"authorization": "Bearer x"}).json()["records"]
    over_mcp = call(f"{address}/mcp", "ask", question=QUESTION).structured_content
    assert [q["text"] for q in over_http["quotes"]] == expected
    assert [q["text"] for q in over_mcp["quotes"]] == expected
    assert [record["content"] for record in records] == expected
    page = draw_turn(ask(assistant, QUESTION, [], ""), 0, assistant, "zh")[1]
    shown = page[: page.find('class="quotes related"')] if 'class="quotes related"' in page else page
    assert {unescape(mark) for mark in re.findall("<mark[^>]*>(.*?)</mark>", shown, re.S)} == set(expected)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_as_the_page_of_the_interface_shows_it(address: str, assistant: Assistant) -> None:
    """The call for /api/ask, copied from /api into a shell."""
    import httpx

    told = [unescape(call) for call in re.findall("<pre[^>]*>(.*?)</pre>", httpx.get(f"{address}/api").text, re.S)]
    (call,) = [call for call in told if "/api/ask" in call]
    done = subprocess.run(["sh", "-c", call], capture_output=True, text=True, encoding="utf-8", env={**os.environ, "no_proxy": "*"})
    asked = json.loads(shlex.split(call)[-1])["question"]
    assert quoted(json.loads(done.stdout)) == quoted(assistant.ask(asked).to_dict())


def test_a_conversation_and_a_region(server: Any, assistant: Assistant) -> None:
    result = call(server, "ask", question="那威海呢？", earlier=[QUESTION])
    assert quoted(result.structured_content) == quoted(assistant.ask("那威海呢？", [QUESTION]).to_dict())
    found = call(server, "search", query="退税", top_k=2, region="威海").structured_content["results"]
    assert [f["document"]["region"] for f in found] == ["威海", "威海"]


def test_documents_are_listed_and_read(server: Any, assistant: Assistant) -> None:
    listed = call(server, "list_documents").structured_content["documents"]
    assert [d["id"] for d in listed] == [d.id for d in assistant.documents]
    document = assistant.documents[2]
    read = call(server, "read_document", document=document.title).structured_content
    assert read["text"] == document.text
    piece = call(server, "read_document", document=document.id, start=10, end=30).structured_content
    assert piece["text"] == document.text[10:30]


def test_verify_quote(server: Any, assistant: Assistant) -> None:
    found = call(server, "verify_quote", text=QUOTE, document=assistant.documents[2].id).structured_content
    assert found["verdict"] == "verbatim"
    place = found["places"][0]
    assert assistant.documents[2].text[place["start"] : place["end"]] == QUOTE
    assert call(server, "verify_quote", text=QUOTE, document=assistant.documents[0].id).structured_content["found"] is False
    assert call(server, "verify_quote", text="今天天气不错我们去钓鱼").structured_content["verdict"] == "absent"


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("ask", {"question": QUESTION, "region": "火星"}),
        ("ask", {"question": QUESTION, "as_of": "gestern"}),
        ("search", {"query": "退税", "region": "火星"}),
        ("read_document", {"document": "no such"}),
        ("read_document", {"document": "002_chongqing-foreign-trade-draft", "start": -1}),
        ("verify_quote", {"text": " "}),
    ],
)
def test_what_cannot_be_done_is_said(server: Any, tool: str, given: dict[str, Any]) -> None:
    result = call(server, tool, **given)
    assert result.is_error
    assert " / " in result.content[0].text
    assert "Traceback" not in result.content[0].text


def test_another_host_is_refused(address: str) -> None:
    """A page elsewhere that points its name at this machine gets nothing."""
    import httpx

    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"accept": "application/json, text/event-stream", "host": "evil.example"}
    assert httpx.post(f"{address}/mcp", json=body, headers=headers).status_code in (400, 403, 421)
    with socket.create_connection(address.removeprefix("http://").split(":")):  # it is there all the same
        pass
