"""HTTP: the same answers as the core, errors that a caller can read, Dify's form, a page that fetches nothing."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import ROOT, TODAY
from fastapi import FastAPI
from starlette.testclient import TestClient

import app
from assistant.api import add_docs, editing_routes, router
from assistant.api.docs import example_path
from assistant.chat import Assistant
from assistant.collection import Library
from assistant.page.guard import Guard
from assistant.settings import Settings
from index.records import Document

QUESTION = "重庆小微外贸企业投保短期出口信用保险补贴多少？"
QUOTE = "给予保费100%补贴"
BEARER = {"authorization": "Bearer anything"}


def client_of(assistant: Any, tmp_path: Path, key: str | None = None) -> Iterator[Any]:
    settings = Settings(data=tmp_path / "data", api_key=key)
    with TestClient(app.web_app(assistant, settings=settings), raise_server_exceptions=False) as client:
        client._transport.app = Guard(client.app, app.key_of(settings))
        yield client


@pytest.fixture(scope="module")
def client(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    yield from client_of(assistant, tmp_path_factory.mktemp("open"))


@pytest.fixture(scope="module")
def locked(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    yield from client_of(assistant, tmp_path_factory.mktemp("locked"), "geheim")


def places(quotes: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    return [(quote["source"], quote["start"], quote["end"]) for quote in quotes]


def test_ask_is_the_answer_of_the_core(client: Any, assistant: Assistant) -> None:
    given = client.post("/api/ask", json={"question": QUESTION, "as_of": TODAY.isoformat()}).json()
    expected = assistant.ask(QUESTION, as_of=TODAY).to_dict()
    assert {k: v for k, v in given.items() if k != "timings_ms"} == {k: v for k, v in expected.items() if k != "timings_ms"}
    assert any(QUOTE in quote["text"] for quote in given["quotes"])


def test_the_quotes_are_in_the_sources(client: Any) -> None:
    texts = {
        d["source"]: client.post("/api/documents", json={"document": d["source"]}).json()[0]["text"]
        for d in client.post("/api/documents").json()
    }
    quotes = client.post("/api/ask", json={"question": QUESTION}).json()["quotes"]
    assert quotes
    assert all(texts[q["source"]][q["start"] : q["end"]] == q["text"] for q in quotes)


def test_earlier_questions_and_the_region_count(client: Any, assistant: Assistant) -> None:
    body = {"question": "那威海呢？", "earlier": [QUESTION]}
    answer = client.post("/api/ask", json=body).json()
    assert answer["standalone_question"] == assistant.ask("那威海呢？", [QUESTION]).standalone_question
    narrowed = client.post("/api/ask", json={"question": "出口信用保险有什么支持", "region": "威海"}).json()
    assert {quote["document"]["region"] for quote in narrowed["quotes"]} == {"威海"}


def test_search_keeps_to_region_and_number(client: Any, assistant: Assistant) -> None:
    results = client.post("/api/search", json={"query": "出口退税", "top_k": 3, "region": "威海"}).json()["results"]
    hits = assistant.search("出口退税", 3, region="威海")
    assert places(results) == [(h.quote.document.source, h.quote.start, h.quote.end) for h in hits]
    assert results[0]["citation"].startswith("《")


def test_documents_have_their_structure(client: Any, assistant: Assistant) -> None:
    listed = client.post("/api/documents").json()
    assert [d["source"] for d in listed] == [d.source for d in assistant.documents]
    assert all(d["parts"][0]["start"] == 0 for d in listed)
    assert client.post("/api/documents", json={"document": "no such"}).status_code == 400


def test_verify_finds_and_corrects(client: Any) -> None:
    found = client.post("/api/verify", json={"text": QUOTE}).json()
    assert (found["verdict"], found["places"][0]["text"]) == ("verbatim", QUOTE)
    wrong = client.post("/api/verify", json={"text": QUOTE.replace("100%", "90%")}).json()
    assert not wrong["found"]
    assert wrong["places"][0]["text"] == QUOTE
    assert wrong["differences"] == [{"said": "9", "stated": "10"}]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("ask", {}, 422, "invalid_request"),
        ("ask", {"question": ""}, 422, "invalid_request"),
        ("ask", {"question": QUESTION, "as_of": "gestern"}, 422, "invalid_request"),
        ("ask", {"question": QUESTION, "region": "火星"}, 400, "bad_input"),
        ("search", {"query": "退税", "region": "火星"}, 400, "bad_input"),
        ("search", {"query": "退税", "top_k": 0}, 422, "invalid_request"),
        ("verify", {"text": " "}, 400, "bad_input"),
    ],
)
def test_a_bad_call_is_told_what_is_wrong(client: Any, path: str, body: dict[str, Any], status: int, code: str) -> None:
    response = client.post(f"/api/{path}", json=body)
    assert response.status_code == status
    error = response.json()["error"]
    assert error["code"] == code
    assert error["message"] != error["message_en"]
    assert "Traceback" not in response.text


def test_no_json_is_told_too(client: Any) -> None:
    response = client.post("/api/ask", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "invalid_request"


def test_a_failure_inside_shows_nothing_of_it(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(assistant, "ask", fail)
    for client in client_of(assistant, tmp_path):
        response = client.post("/api/ask", json={"question": QUESTION})
        dify = client.post("/api/retrieval", json=retrieval(), headers=BEARER)
    assert response.status_code == dify.status_code == 500
    assert "secret" not in response.text + dify.text
    assert dify.json()["error_code"] == 500
    assert "secret detail" in caplog.text


# ---- Dify


def retrieval(knowledge: str = "all", top_k: int = 5, threshold: float = 0.0, **more: Any) -> dict[str, Any]:
    return {"knowledge_id": knowledge, "query": QUESTION, "retrieval_setting": {"top_k": top_k, "score_threshold": threshold}, **more}


def records(client: Any, body: dict[str, Any]) -> list[dict[str, Any]]:
    response = client.post("/api/retrieval", json=body, headers=BEARER)
    assert response.status_code == 200, response.text
    return list(response.json()["records"])


def test_dify_gets_the_quotes_of_the_answer_first(client: Any, assistant: Assistant) -> None:
    quotes = assistant.ask(QUESTION, as_of=TODAY).to_dict()["quotes"]
    found = records(client, retrieval(top_k=len(quotes) + 2))
    assert [record["content"] for record in found[: len(quotes)]] == [quote["text"] for quote in quotes]
    for record in found:
        assert set(record) == {"content", "score", "title", "metadata"}
        assert 0 <= record["score"] <= 1
        assert isinstance(record["metadata"], dict)


def test_dify_settings_bound_the_records(client: Any) -> None:
    assert len(records(client, retrieval(top_k=2))) == 2
    assert all(record["score"] >= 0.6 for record in records(client, retrieval(threshold=0.6)))
    assert {r["metadata"]["region"] for r in records(client, {**retrieval("威海"), "query": "出口信用保险有什么支持"})} == {"威海"}


def test_dify_gets_nothing_where_nothing_is_stated(client: Any, assistant: Assistant) -> None:
    body = {**retrieval(), "query": "上海的展位费补贴比例是多少？"}
    assert assistant.ask(body["query"]).status == "not_found"
    assert records(client, body) == []


@pytest.mark.parametrize(
    ("operator", "value", "holds"),
    [
        ("is", "重庆", True), ("is not", "重庆", False), ("contains", "庆", True), ("not contains", "庆", False),
        ("start with", "重", True), ("end with", "海", False), ("in", ["重庆", "北京"], True), ("not in", ["重庆"], False),
        ("empty", None, False), ("not empty", None, True),
    ],
)  # fmt: skip
def test_dify_metadata_conditions(client: Any, operator: str, value: Any, holds: bool) -> None:
    condition = {"conditions": [{"name": ["region"], "comparison_operator": operator, "value": value}]}
    found = records(client, retrieval(top_k=1, metadata_condition=condition))
    assert (bool(found) and found[0]["metadata"]["region"] == "重庆") == holds


def test_dify_conditions_on_numbers_and_days(client: Any) -> None:
    def kept(*conditions: dict[str, Any], joined: str = "and") -> int:
        asked = {"logical_operator": joined, "conditions": list(conditions)}
        return len(records(client, retrieval(top_k=100, metadata_condition=asked)))

    late = {"name": "start", "comparison_operator": "≥", "value": 0}
    never = {"name": "start", "comparison_operator": "<", "value": "0"}
    dated = {"name": "issued", "comparison_operator": "before", "value": "2020-03-18"}
    assert kept(late) > 0
    assert kept(late, never) == 0
    assert kept(late, never, joined="or") == kept(late)
    assert 0 <= kept(dated) < kept(late)


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [(None, 403, 1001), ("geheim", 403, 1001), ("Bearer ", 403, 1001), ("Bearer falsch", 403, 1002), ("Bearer geheim", 200, None)],
)
def test_dify_error_codes_of_the_key(locked: Any, header: str | None, status: int, code: int | None) -> None:
    response = locked.post("/api/retrieval", json=retrieval(), headers={"authorization": header} if header else {})
    assert response.status_code == status
    assert response.json().get("error_code") == code
    assert code is None or response.json()["error_msg"]


def test_dify_error_codes_of_the_knowledge_and_the_form(client: Any) -> None:
    unknown = client.post("/api/retrieval", json=retrieval("no such"), headers=BEARER)
    assert (unknown.status_code, unknown.json()["error_code"]) == (404, 2001)
    broken = client.post("/api/retrieval", json={"query": "x"}, headers=BEARER)
    assert broken.status_code == 422
    assert "knowledge_id" in broken.json()["error_msg"]


def test_a_key_locks_the_interfaces_and_not_the_page(locked: Any) -> None:
    body = {"question": QUESTION}
    assert locked.post("/api/ask", json=body).status_code == 401
    assert locked.post("/api/ask", json=body, headers={"authorization": "Bearer falsch"}).status_code == 403
    assert locked.post("/api/ask", json=body, headers={"authorization": "Bearer geheim"}).status_code == 200
    assert locked.post("/mcp", json={}).status_code == 401
    assert locked.get("/").status_code == 200
    assert locked.get("/healthz").json() == {"status": "ok"}


# ---- the library

NOTICE = "栖霞市促进外贸若干措施\n\n一、支持参展。按展位费的50%补助。\n"


class Kept:
    """An assistant over a library of its own, as far as changing it needs one."""

    def __init__(self, folder: Path) -> None:
        self.collection, self.told = Library(folder), 0

    @property
    def documents(self) -> list[Document]:
        return self.collection.documents()

    def changed(self) -> None:
        self.told += 1


def editing(folder: Path, address: str = "127.0.0.1", key: str | None = None, **given: Any) -> tuple[Kept, TestClient]:
    kept, made = Kept(folder), FastAPI()
    made.include_router(router(kept, key))  # type: ignore[arg-type]
    made.include_router(editing_routes(kept.collection, Settings(data=folder, **given), key, kept.changed))
    add_docs(made)
    return kept, TestClient(made, base_url=f"http://{address}:7860", raise_server_exceptions=False)


def test_a_document_is_kept_read_removed_and_brought_back(tmp_path: Path) -> None:
    kept, client = editing(tmp_path)
    seen = client.put("/api/documents/通知.txt", params={"preview": True}, content=NOTICE.encode()).json()
    assert (seen["outcome"], kept.told, len(kept.documents)) == ("new", 0, 5)
    told = client.put("/api/documents/通知.txt", content=NOTICE.encode("gb18030")).json()
    assert (told["outcome"], told["version"], told["document"]["id"]) == ("new", 1, "通知")
    assert [part["number"] for part in told["parts"] if part["kind"] == "clause"] == ["一、"]
    assert client.put("/api/documents/again.txt", content=NOTICE.encode()).json()["outcome"] == "duplicate"
    newer = client.put("/api/documents/b.txt", params={"replaces": "通知"}, content=NOTICE.replace("50%", "60%").encode())
    assert (newer.json()["outcome"], newer.json()["version"]) == ("version", 2)
    (read,) = client.post("/api/documents", json={"document": "通知"}).json()
    assert "60%" in read["text"]
    assert client.delete("/api/documents/通知").json() == {"id": "通知", "removed": True}
    assert len(client.post("/api/documents").json()) == 5
    back = client.post("/api/documents/通知/restore", params={"version": 1})
    assert back.json() == {"id": "通知", "removed": False, "version": 1}
    assert kept.documents[-1].text == NOTICE
    assert kept.told == 5


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("PUT", "/api/documents/empty.txt", b"", 400, "bad_input"),
        ("PUT", "/api/documents/broken.pdf", b"%PDF-1.7 broken", 400, "bad_input"),
        ("PUT", "/api/documents/a.txt?replaces=nowhere", NOTICE.encode(), 400, "bad_input"),
        ("PUT", "/api/documents/a.txt?separate=perhaps", NOTICE.encode(), 422, "invalid_request"),
        ("DELETE", "/api/documents/nowhere", None, 404, "no_such_document"),
        ("POST", "/api/documents/nowhere/restore", None, 404, "no_such_document"),
        ("POST", "/api/documents/003_weihai-foreign-trade/restore?version=9", None, 400, "bad_input"),
    ],
)
def test_a_change_that_cannot_be_is_told(tmp_path: Path, method: str, path: str, body: bytes | None, status: int, code: str) -> None:
    kept, client = editing(tmp_path)
    told = client.request(method, path, content=body)
    assert (told.status_code, told.json()["error"]["code"]) == (status, code)
    assert told.json()["error"]["message"] != told.json()["error"]["message_en"]
    assert (kept.told, len(kept.documents)) == (0, 5)


@pytest.mark.parametrize(
    ("given", "host", "headers", "status"),
    [
        ({}, "127.0.0.1", {}, 200),
        ({}, "assistant.example", {}, 403),
        ({"host": "0.0.0.0"}, "127.0.0.1", {}, 403),
        ({"edit": False}, "127.0.0.1", {}, 403),
        ({"host": "0.0.0.0", "edit": True}, "assistant.example", {}, 200),
        ({}, "127.0.0.1", {"sec-fetch-site": "cross-site"}, 403),
        ({"key": "geheim"}, "127.0.0.1", {}, 401),
        ({"key": "geheim"}, "127.0.0.1", {"authorization": "Bearer falsch"}, 403),
        ({"key": "geheim"}, "127.0.0.1", {"authorization": "Bearer geheim"}, 200),
        ({"key": "geheim", "edit": False}, "127.0.0.1", {"authorization": "Bearer geheim"}, 403),
    ],
)
def test_the_library_is_changed_only_where_the_page_may_change_it(
    tmp_path: Path, given: dict[str, Any], host: str, headers: dict[str, str], status: int
) -> None:
    kept, client = editing(tmp_path, host, **given)
    calls = [
        client.put("/api/documents/notice.txt", content=NOTICE.encode(), headers=headers),
        client.delete("/api/documents/003_weihai-foreign-trade", headers=headers),
        client.post("/api/documents/003_weihai-foreign-trade/restore", headers=headers),
    ]
    assert [call.status_code for call in calls] == [status] * 3
    assert len(kept.documents) == (6 if status == 200 else 5)
    assert status == 200 or all(call.json()["error"]["message_en"] for call in calls)


def test_the_examples_of_the_library_work_and_are_on_the_page(tmp_path: Path) -> None:
    _, client = editing(tmp_path)
    page, paths = client.get("/api").text, client.get("/api/openapi.json").json()["paths"]
    calls = {"put": "/api/documents/{name}", "delete": "/api/documents/{document}", "post": "/api/documents/{document}/restore"}
    for method, path in calls.items():
        told = paths[path][method]
        response = client.request(method, example_path(path, told), content=NOTICE.encode() if "requestBody" in told else None)
        assert response.status_code == 200, response.text
        assert f"<b>{method.upper()}</b> <code>{path}</code>" in page
    assert "curl -s -T notice.txt http://127.0.0.1:7860/api/documents/notice.txt" in page
    assert "curl -s -X DELETE http://127.0.0.1:7860/api/documents/notice<" in page


# ---- its page


def test_the_openapi_page_needs_nothing_from_outside(client: Any) -> None:
    page = client.get("/api").text
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//(?!testserver)""", page)
    assert "<script" not in page
    for path in ("/api/ask", "/api/search", "/api/documents", "/api/verify", "/api/retrieval", "/healthz"):
        assert f"<code>{path}</code>" in page
        assert path in client.get("/api/openapi.json").json()["paths"]


def test_every_example_of_the_page_works(client: Any) -> None:
    schema = client.get("/api/openapi.json").json()
    sent = 0
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            named = re.findall(r"schemas/(\w+)", json.dumps(told.get("requestBody", {})))
            example = schema["components"]["schemas"][named[0]]["examples"][0] if named else None
            response = client.request(method, path, json=example, headers=BEARER)
            assert response.status_code == 200, (path, response.text)
            sent += 1
    assert sent == 6


def test_the_calls_of_the_readme_work(client: Any, assistant: Assistant) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    calls = [shlex.split(line) for line in readme.splitlines() if line.startswith("curl ")]
    assert len(calls) >= 2
    for call in calls:
        (address,) = [word for word in call if word.startswith("http")]
        response = client.post(urlsplit(address).path, json=json.loads(call[call.index("-d") + 1]))
        assert response.status_code == 200, call
        assert response.json()


def test_the_python_of_the_readme_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", readme, re.S)
    assert blocks
    monkeypatch.setenv("ASSISTANT_DATA", str(tmp_path))
    monkeypatch.chdir(ROOT)
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert "威海" in capsys.readouterr().out
