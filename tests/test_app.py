"""The page without a browser: drawing, conversation, server."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from fakes_page import QUOTES, FakeAssistant

import app
from assistant.page import marks, render
from assistant.page.cards import draw_cards
from assistant.page.conversation import EARLIER, Turn, ask, conversation, region_choices
from assistant.page.guard import HEADERS, Guard, cleaned
from assistant.page.words import WORDS, Language, examples, language_of, say
from index.records import InputError

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = '<script>alert(1)</script><img src="http://evil.example/x" onerror=alert(1)>"\'&${1}{{x}}'
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


def drawn(assistant: FakeAssistant, question: str, language: Language = "zh", region: str = "") -> str:
    turn = ask(assistant, question, [], region)
    return str(conversation([turn], assistant, language)["items"][1])


class Tags(HTMLParser):
    """The tags and attributes of a piece of HTML, checking that it nests."""

    EMPTY = ("br",)

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @property
    def names(self) -> set[str]:
        return {tag for tag, _ in self.seen}


# ---- drawing


def marks_of(html: str) -> list[str]:
    return [unescape(mark) for mark in re.findall(r"<mark[^>]*>(.*?)</mark>", html, re.S)]


@pytest.mark.parametrize("name", QUOTES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_marked_text_is_the_quoted_text(assistant: FakeAssistant, name: str, language: Language) -> None:
    quote = assistant.quote(name)
    texts = {document.source: document.text for document in assistant.documents}
    html = draw_cards("x", [quote], texts, language, 0)
    Tags(html)
    assert set(marks_of(html)) == {texts[quote["source"]][quote["start"] : quote["end"]]}


@given(st.data())
def test_any_span_of_any_clause_is_marked_verbatim(data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet="甲乙。；\n <&>\"'　", min_size=1, max_size=900))
    clause = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    start = data.draw(st.integers(clause[0], clause[1]))
    end = data.draw(st.integers(start, clause[1]))
    whole = marks.trimmed(text, (min(clause[0], start), max(clause[1], end)))
    whole = (min(whole[0], start), max(whole[1], end))
    quoted = [(start, end, 1)] if end > start else []
    html = marks.marked(text, whole, quoted)
    assert marks_of(html) == [text[s:e] for s, e, _ in quoted]
    assert unescape(re.sub(r"</?mark[^>]*>", "", html)) == text[whole[0] : whole[1]]
    if quoted:
        windows = marks.windows(text, whole, quoted)
        assert all(whole[0] <= a < b <= whole[1] for a, b in windows)
        assert marks_of(marks.snippet(text, whole, windows, quoted)) == [text[start:end]]


def test_a_quote_that_is_not_in_its_source_is_never_shown(assistant: FakeAssistant) -> None:
    quote = {**assistant.quote("重庆信保"), "text": "给予保费200%补贴"}
    texts = {document.source: document.text for document in assistant.documents}
    html = draw_cards("x", [quote], texts, "zh", 0)
    assert "<mark" not in html
    assert "200%" not in html
    assert say("unverified", "zh") in html


def test_a_quote_whose_document_has_gone_is_shown_alone(assistant: FakeAssistant) -> None:
    quote = assistant.quote("重庆信保")
    assert marks_of(draw_cards("x", [quote], {}, "zh", 0)) == [quote["text"]]


def test_quotes_of_one_clause_share_a_card(assistant: FakeAssistant) -> None:
    html = drawn(assistant, "小微企业投保出口信用保险有什么补贴")
    assert html.count("<article") == 3
    assert "[1]</span>" in html
    assert "[3]</span>" in html
    assert 'id="t0-q1"' in html
    assert 'id="t0-q3"' in html


def test_overlapping_quotes_lose_no_text() -> None:
    assert marks_of(marks.marked("甲乙丙丁", (0, 4), [(0, 3, 1), (1, 4, 2)])) == ["甲乙丙", "丁"]


def test_a_long_clause_is_folded_and_a_short_one_is_not(assistant: FakeAssistant) -> None:
    texts = {document.source: document.text for document in assistant.documents}
    long = draw_cards("x", [assistant.quote("威海信保")], texts, "zh", 0)
    short = draw_cards("x", [assistant.quote("重庆退税")], texts, "zh", 0)
    assert "<details>" in long
    assert "展开条款全文" in long
    assert "<details>" not in short


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_that_the_document_does_not_state_are_said_to_be_so(assistant: FakeAssistant, language: Language) -> None:
    html = drawn(assistant, "小微企业投保出口信用保险有什么补贴", language)
    assert html.count(say("not_stated", language)) >= 6
    assert "None" not in html
    assert "null" not in html


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("小微企业投保出口信用保险有什么补贴", "status_draft"),
        ("小微企业投保出口信用保险有什么补贴", "status_abridged"),
        ("小微企业投保出口信用保险有什么补贴", "status_not_stated"),
        ("北京线上推广补多少", "status_expired"),
    ],
)
def test_the_state_of_a_document_is_written_on_its_card(assistant: FakeAssistant, question: str, word: str) -> None:
    for language in LANGUAGES:
        assert f">{say(word, language)}</span>" in drawn(assistant, question, language)


def test_not_found_shows_related_clauses_as_not_answering(assistant: FakeAssistant) -> None:
    html = drawn(assistant, "威海展位费补贴的比例和最高限额是多少？")
    assert "相关条款（并未回答该问题）" in html
    assert "文件中没有写明" in html
    assert "原文依据" not in html
    assert 'id="t0-q1"' not in html


def test_clarify_offers_choices(assistant: FakeAssistant) -> None:
    html = drawn(assistant, "上限是多少？")
    assert "请选择" in html
    assert html.count("data-ask=") == 2


def test_chat_is_a_short_reply(assistant: FakeAssistant) -> None:
    html = drawn(assistant, "你好")
    assert "<article" not in html
    assert "有效性" not in html


def test_a_comparison_is_a_table(assistant: FakeAssistant) -> None:
    html = drawn(assistant, "重庆和威海退税谁更快？")
    assert html.count("<th ") == 4 + 2
    assert html.count("<td>") == 6
    assert 'data-ref="t0-q2"' in html
    assert "文件未写明</span> </td>" in html


def test_a_comparison_whose_columns_name_the_region_is_not_given_another() -> None:
    table = {
        "columns": ["省市", "时间"],
        "rows": [{"region": "重庆", "cells": [{"text": "3日", "quote": None}]}],
    }
    assert render._comparison(table, 0, 0, "zh").count('scope="col"') == 2


def test_references_lead_to_quotes_that_exist() -> None:
    html = render.markdown("甲 [1] 乙 [2] 丙 [0]", 4, 1, "zh")
    assert html.count("data-ref") == 1
    assert 'data-ref="t4-q1"' in html
    assert "[2]" in html
    assert "[0]" in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("甲\n乙", "<p>甲<br>乙</p>"),
        ("甲\n\n乙", "<p>甲</p><p>乙</p>"),
        ("- 甲\n- 乙", "<ul><li>甲</li><li>乙</li></ul>"),
        ("- 甲\n\n- 乙", "<ul><li>甲</li><li>乙</li></ul>"),
        ("1. 甲\n2. 乙\n丙", "<ol><li>甲</li><li>乙</li></ol><p>丙</p>"),
        ("> 甲\n> 乙", "<blockquote>甲<br>乙</blockquote>"),
        ("**甲**乙", "<p><strong>甲</strong>乙</p>"),
        ("## 甲", "<p><strong>甲</strong></p>"),
        ("![x](http://e.example/a.png)", "<p>![x](http://e.example/a.png)</p>"),
        ("", ""),
    ],
)
def test_markdown(text: str, html: str) -> None:
    assert render.markdown(text, 0, 0, "zh") == html


def hostile(value: Any) -> Any:
    """The same answer with every string of it made hostile, offsets and keys of tables kept."""
    if isinstance(value, dict):
        fixed = ("status", "source")
        return {key: item if key in fixed else hostile(item) for key, item in value.items()}
    if isinstance(value, list):
        return [hostile(item) for item in value]
    return HOSTILE if isinstance(value, str) else value


@pytest.mark.parametrize("question", ["出口信用保险", "退税", "北京线上推广", "威海展位费", "上限是多少", "你好"])
def test_every_text_is_escaped(assistant: FakeAssistant, question: str) -> None:
    answer = hostile(ask(assistant, question, [], "").answer)
    html = render.draw_answer(answer, {}, "zh", 0)
    tags = Tags(html)
    assert not tags.names & {"script", "img", "iframe", "form", "a", "style", "link", "svg"}
    assert not any(name.startswith("on") for _, attrs in tags.seen for name in attrs)
    assert "alert(1)" in html


def test_a_question_is_escaped_and_a_long_one_is_cut() -> None:
    assert Tags(render.draw_question(HOSTILE, "zh")).names == {"div", "span"}
    html = render.draw_question("长" * 100_000, "zh")
    assert len(html) < 1200
    assert "100000" in html


@given(st.text(max_size=300))
def test_no_text_breaks_the_drawing(text: str) -> None:
    names = Tags(render.markdown(text, 0, 1, "en") + render.draw_question(text, "en")).names
    assert names <= {"p", "br", "ul", "ol", "li", "blockquote", "strong", "button", "div", "span"}


# ---- words


def test_every_word_is_in_both_languages() -> None:
    for key, (zh, en) in WORDS.items():
        assert zh, key
        assert en, key
        assert re.findall(r"{(\w+)}", zh) == re.findall(r"{(\w+)}", en), key
        assert key in ("html_lang", "basis") or not re.search(r"[\u4e00-\u9fff]", en), key


FAMILIES = ("status_", "tab_", "filter_", "kind_", "col_", "copy_", "export_")  # said as f"status_{name}"


def test_no_word_is_left_over() -> None:
    files = [path for path in (ROOT / "assistant" / "page").glob("*.py") if path.name != "words.py"]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    for key in WORDS:
        assert key.startswith(FAMILIES) or re.search(rf"""["']{key}["']""", code), key


def test_examples_need_their_regions() -> None:
    assert len(examples("zh", {"北京", "重庆", "威海"})) == 5
    assert examples("zh", {"上海"}) == [
        "小微企业投保出口信用保险有什么补贴",
        "what insurance subsidy applies to small exporters",
    ]


@pytest.mark.parametrize(
    ("value", "language"),
    [("en", "en"), ("en-GB", "en"), ("EN", "en"), (None, "zh"), ("zh", "zh"), ("<x>", "zh")],
)
def test_language(value: object, language: str) -> None:
    assert language_of(value) == language


# ---- conversation


def test_earlier_questions_of_this_conversation_are_passed_on(assistant: FakeAssistant) -> None:
    turns: list[Turn] = []
    for question in ("重庆退税几天？", "崩溃", "那威海呢？"):
        turns.append(ask(assistant, question, turns, "重庆"))
    assert assistant.asked[-1] == {
        "question": "那威海呢？", "earlier": ["重庆退税几天？"], "region": "重庆",
    }  # fmt: skip
    many = [replace(turns[0], question=str(number)) for number in range(100)]
    ask(assistant, "x", many, "")
    assert len(assistant.asked[-1]["earlier"]) == EARLIER
    assert assistant.asked[-1]["region"] is None


def test_a_failure_becomes_a_polite_message_and_a_log_line(assistant: FakeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    for language in LANGUAGES:
        html = drawn(assistant, "崩溃", language)
        assert say("failed", language) in unescape(html)
        assert "secret" not in html
        assert "Traceback" not in html
    assert "RuntimeError" in caplog.text
    assert "崩溃" not in caplog.messages[0]


def test_what_the_core_refuses_is_shown_in_its_words(assistant: FakeAssistant) -> None:
    assert "请缩短到 2000 字以内" in drawn(assistant, "长" * 100_000)


def test_an_error_speaks_the_language_of_the_page(assistant: FakeAssistant) -> None:
    turn = Turn("甲", problem=InputError("请缩短", "shorten it"))
    shown = {language: conversation([turn], assistant, language)["items"][1] for language in LANGUAGES}
    assert ("请缩短。" in shown["zh"], "horten it" in shown["zh"]) == (True, False)
    assert ("请缩短" in shown["en"], "Shorten it." in shown["en"]) == (False, True)


def test_messages_start_where_they_changed(assistant: FakeAssistant) -> None:
    turns = [Turn("甲", problem=InputError("一", "one")), Turn("乙", problem=InputError("二", "two")), Turn("丙")]
    shown = conversation(turns, assistant, "zh", 2)
    assert shown["start"] == 4
    assert len(shown["items"]) == 2
    assert say("pending", "zh") in shown["items"][1]
    assert conversation([], assistant, "en")["start"] == 0


def test_regions_come_from_the_documents(assistant: FakeAssistant) -> None:
    assert region_choices(assistant, "zh") == [
        ("全部地区", ""), ("全国", "全国"), ("北京", "北京"), ("重庆", "重庆"), ("威海", "威海"),
    ]  # fmt: skip
    assert region_choices(assistant, "en")[1] == ("National", "全国")


def test_an_empty_library_still_has_a_page() -> None:
    empty = FakeAssistant(documents=[])
    assert len(region_choices(empty, "zh")) == 1
    Tags(conversation([], empty, "zh")["items"][0])


# ---- server


@pytest.fixture(scope="module")
def client() -> Any:
    from starlette.testclient import TestClient

    with TestClient(app.web_app(FakeAssistant())) as inner:
        inner.app = Guard(inner.app)
        inner._transport.app = inner.app
        yield inner


@pytest.mark.parametrize("path", ["/", "/?lang=en", "/healthz", "/config", "/nowhere", "/theme.css", "/gradio_api/upload"])
def test_every_response_carries_the_headers(client: Any, path: str) -> None:
    response = client.get(path)
    for name, value in HEADERS.items():
        assert response.headers.get_list(name) == [value]


def test_health(client: Any) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_doors_that_the_page_does_not_use_are_closed(client: Any) -> None:
    assert client.post("/gradio_api/upload", files={"files": b"x"}).status_code == 404
    assert client.get("/gradio_api/file=/etc/passwd").status_code == 404
    assert client.get("/gradio_api/proxy=http://example.org/").status_code == 404
    assert client.get("/monitoring").status_code != 200
    named = client.get("/gradio_api/info").json()["named_endpoints"]
    assert named == {}


def test_the_first_page_speaks_its_language_and_advertises_nothing(client: Any) -> None:
    for path, lang, title in (("/", "zh-CN", "外贸政策问答"), ("/?lang=en", "en", "Trade Policy Q&A")):
        text = client.get(path).text
        assert f'lang="{lang}"' in text[:200]
        assert f"<title>{title}</title>" in text
        assert "og:" not in text
        assert "twitter:" not in text
        assert not re.search(r"(?:src|href)=\"https?://", text)


def test_cleaning_leaves_other_html_alone() -> None:
    assert cleaned("<p>x</p>", "zh") == "<p>x</p>"


def test_help_is_quick_and_needs_neither_gradio_nor_the_core() -> None:
    code = "import sys, app\ntry: app.main(['--help'])\nexcept SystemExit: pass\nassert not {'gradio', 'numpy', 'fastapi', 'pydantic'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--documents" in done.stdout


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that must not start."""
    monkeypatch.setattr(app, "run", lambda *_: pytest.fail("the server was started"))


@pytest.mark.usefixtures("stopped")
def test_a_port_in_use_is_said_with_what_to_do(assistant: FakeAssistant, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert app.serve(assistant, "127.0.0.1", port) == 2
    complaint = capsys.readouterr().err
    assert f"端口 {port} 已被" in complaint
    assert "--port" in complaint


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize(("host", "port"), [("no such host", 0), ("127.0.0.1", 99999), ("127.0.0.1", -1)])
def test_an_address_that_cannot_be_had_is_no_traceback(
    assistant: FakeAssistant, capsys: pytest.CaptureFixture[str], host: str, port: int
) -> None:
    assert app.serve(assistant, host, port) == 2
    assert "Cannot listen" in capsys.readouterr().err


def test_another_address_than_this_machine_is_pointed_out(
    assistant: FakeAssistant, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import uvicorn

    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: None)
    assert app.serve(assistant, "0.0.0.0", 0) == 0
    said = capsys.readouterr()
    assert "0.0.0.0" in said.err
    assert "http://127.0.0.1:" in said.out
    assert app.serve(assistant, "127.0.0.1", 0) == 0
    assert capsys.readouterr().err == ""
