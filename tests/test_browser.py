"""The page in Chromium, at the width of a desk and of a telephone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from chromium import ARGS, CHROMIUM

ROOT = Path(__file__).resolve().parent.parent
ANSWER = "#conversation .answer:not(.pending)"
INSURANCE = "小微企业投保出口信用保险有什么补贴"

# What is served: the stand-in, or with PAGE_UNDER_TEST=real the assistant itself.
REAL = os.environ.get("PAGE_UNDER_TEST") == "real"
COMMAND = ["app.py", "--port", "0"] if REAL else ["tests/fakes_page.py", "0"]
only_fake = pytest.mark.skipif(REAL, reason="needs the stand-in's answers")


@contextmanager
def serving(command: Sequence[str], folder: Path) -> Iterator[str]:
    """The address of the page that ``command`` serves in a process of its own, once it is ready; errors go into ``folder``."""
    log = folder / "stderr"
    with log.open("w") as errors:
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        try:
            assert found, log.read_text()
            for _ in range(600):
                if httpx.get(f"{found[0]}healthz", trust_env=False, timeout=30).json() == {"status": "ok"}:
                    break
                time.sleep(0.1)
            yield found[0]
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page in a process of its own."""
    folder = tmp_path_factory.mktemp("page")
    with serving([*COMMAND, "--data", str(folder)] if REAL else [*COMMAND, str(folder)], folder) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.skip("browser tests need playwright: pip install playwright")
    if not CHROMIUM.exists():
        pytest.skip(f"browser tests need {CHROMIUM}: apt-get install chromium fonts-noto-cjk (or set CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page that was opened, with what went out and what was complained about."""

    page: Any
    address: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, query: str = "") -> None:
        self.page.goto(self.address + query)
        self.page.wait_for_selector("html:not(.waiting) #conversation .welcome")

    def ask(self, question: str) -> Any:
        """Types, sends with Enter and waits for the answer."""
        before = self.page.locator(ANSWER).count()
        self.page.fill("#box textarea", question)
        for _ in range(20):  # quicker than a person: Gradio may still be closing the last answer's stream
            self.page.keyboard.press("Enter")
            self.page.wait_for_timeout(100)
            if self.page.locator(".question").count() > before:
                break
        return self.answer(before)

    def answer(self, number: int) -> Any:
        answer = self.page.locator(ANSWER).nth(number)
        answer.wait_for()
        return answer


def visited(chromium: Any, address: str, width: int, query: str = "", **context: Any) -> Iterator[Visit]:
    context = chromium.new_context(viewport={"width": width, "height": 840}, locale="zh-CN", **context)
    visit = Visit(context.new_page(), address)
    page = visit.page
    page.set_default_timeout(60_000)  # a busy machine is no failure
    inside = (address, "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(inside) else visit.outside.append(r.url))
    page.on("console", lambda m: visit.errors.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("dialog", lambda dialog: (visit.errors.append(f"dialog {dialog.message}"), dialog.dismiss()))
    visit.open(query)
    yield visit
    context.close()
    assert visit.outside == []
    assert visit.errors == []


@pytest.fixture(params=[1280, 390])
def visit(request: pytest.FixtureRequest, chromium: Any, server: str) -> Iterator[Visit]:
    yield from visited(chromium, server, request.param)


@pytest.fixture
def other(chromium: Any, server: str) -> Iterator[Visit]:
    yield from visited(chromium, server, 1280)


def test_the_marked_text_is_the_source_and_visible(visit: Visit) -> None:
    answer = visit.ask(INSURANCE)
    cards = answer.locator(".card")
    assert cards.count() >= 1
    for number in range(cards.count()):
        card = cards.nth(number)
        place = card.locator(".fact-source dd").inner_text()
        text = (ROOT / place.split(" · ")[0]).read_bytes().decode("utf-8")
        said = {text[int(a) - 1 : int(b)] for a, b in re.findall(r"(\d+)–(\d+)", place)}
        assert set(card.locator("mark").evaluate_all("all => all.map(e => e.textContent)")) == said
        assert card.locator("mark:visible").count() == len(said)


def test_a_folded_clause_opens_without_moving_its_handle(visit: Visit) -> None:
    answer = visit.ask(INSURANCE)
    summary = answer.locator(".folded summary").first
    summary.scroll_into_view_if_needed()
    visit.page.wait_for_timeout(800)  # the page has come to rest
    before = summary.bounding_box()
    summary.click()
    assert answer.locator(".full").first.is_visible()
    assert not answer.locator(".snippet").first.is_visible()
    assert summary.bounding_box()["y"] == pytest.approx(before["y"], abs=1)
    visit.ask("你好")  # an answer that is opened stays open
    assert answer.locator(".full").first.is_visible()


def test_nothing_is_wider_than_the_screen(visit: Visit) -> None:
    for question in (INSURANCE, "重庆和威海退税谁更快？", "字" * 1500, "w" * 1500):
        visit.ask(question)
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_where_one_writes_stays_in_view(visit: Visit) -> None:
    for _ in range(2):
        visit.ask(INSURANCE)
        box = visit.page.locator("#box textarea").bounding_box()
        assert 0 < box["y"] < 840 - box["height"]


def test_where_one_writes_stays_where_it_is(visit: Visit) -> None:
    """At the foot of the page: with no conversation, while an answer is looked for, with a short one and with a long one."""
    foot = lambda: visit.page.locator("#composer").evaluate("e => innerHeight - e.getBoundingClientRect().bottom")  # noqa: E731
    places = [foot()]
    visit.page.fill("#box textarea", "慢一点的问题，你好")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector(".question")
    places.append(foot())
    visit.answer(0)
    places.append(foot())
    visit.ask(INSURANCE)
    assert [*places, foot()] == pytest.approx([0, 0, 0, 0], abs=1)


def test_html_in_a_question_is_inert(visit: Visit) -> None:
    hostile = (
        '<img src="http://evil.example/a.png" onerror="alert(1)"><script>alert(2)</script>'
        '<form action="http://evil.example"><button>x</button></form> ![x](http://evil.example/b.png) ${alert(3)}'
    )
    visit.ask(hostile)
    question = visit.page.locator("#conversation .question")
    assert hostile in question.text_content()
    assert question.locator("img, script, form").count() == 0


def test_an_empty_question_gets_a_hint(visit: Visit) -> None:
    visit.page.fill("#box textarea", "   ")
    visit.page.click("#send")
    visit.page.get_by_text("请先输入一个问题。").wait_for()
    assert visit.page.locator(".question").count() == 0
    visit.ask(INSURANCE)
    assert visit.page.locator("#hint").inner_text().strip() == ""


def test_enter_sends_shift_enter_breaks_the_line(visit: Visit) -> None:
    page = visit.page
    page.click("#box textarea")
    page.keyboard.type("小微企业")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("出口信用保险")
    assert page.input_value("#box textarea") == "小微企业\n出口信用保险"
    assert page.locator(".question").count() == 0
    page.keyboard.press("Enter")
    visit.answer(0)
    assert page.input_value("#box textarea") == ""


def test_enter_in_a_pinyin_composition_does_not_send(visit: Visit) -> None:
    page = visit.page
    page.click("#box textarea")
    keys = page.context.new_cdp_session(page)
    keys.send("Input.imeSetComposition", {"text": "tuishui", "selectionStart": 7, "selectionEnd": 7})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    for kind in ("keydown", "keypress"):  # what browsers differ in: the flag, or the code 229 after it
        for extra in ({"isComposing": True}, {"keyCode": 229}):
            page.dispatch_event("#box textarea", kind, {"key": "Enter", "bubbles": True, **extra})
    page.wait_for_timeout(400)
    assert page.locator(".question").count() == 0
    keys.send("Input.insertText", {"text": "退税"})
    assert page.input_value("#box textarea") == "退税"
    page.keyboard.press("Enter")
    visit.answer(0)


def test_english_changes_every_word_and_back(visit: Visit) -> None:
    page = visit.page
    visit.ask(INSURANCE)
    page.locator("#language label", has_text="English").click()
    page.get_by_text("Source text").wait_for()
    assert page.get_attribute("html", "lang") == "en"
    assert page.title() == "Trade Policy Q&A"
    assert page.get_attribute("#box textarea", "placeholder") == "Type your question"
    assert page.get_by_role("textbox", name="Your question").count() == 1
    assert page.inner_text("#send") == "Send"
    assert page.inner_text("#clear") == "Clear"
    assert page.input_value("#region input") == "All regions"
    assert "Responsible units" in page.inner_text("#conversation")
    assert "责任单位" not in page.locator(".facts dt").all_inner_texts()
    page.click("#clear")
    page.get_by_text("Example questions").wait_for()
    assert page.evaluate("location.search") == "?lang=en"
    page.locator("#language label", has_text="中文").click()
    page.get_by_text("示例问题").wait_for()
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert page.inner_text("#send") == "发送"


def test_an_english_address_opens_an_english_page(chromium: Any, server: str) -> None:
    for visit in visited(chromium, server, 390, "?lang=en"):
        assert "Example questions" in visit.page.inner_text("#conversation")
        assert visit.page.get_attribute("html", "lang") == "en"
        visit.page.click("#conversation .examples .chip >> nth=0")
        assert "Source text" in visit.answer(0).inner_text()


def test_an_example_asks_itself_and_clear_empties(visit: Visit) -> None:
    page = visit.page
    page.fill("#box textarea", "还没写完的话")
    chip = page.locator(".examples .chip").first
    asked = chip.inner_text()
    chip.click()
    visit.answer(0)
    assert asked in page.inner_text(".question")
    assert page.input_value("#box textarea") == "还没写完的话"
    page.click("#clear")
    page.wait_for_selector(".welcome")
    assert page.locator(".question").count() == 0
    assert page.input_value("#box textarea") == ""


def test_a_reference_leads_to_its_card(visit: Visit) -> None:
    answer = visit.ask(INSURANCE)
    answer.locator(".ref").last.click()
    visit.page.wait_for_function("document.activeElement.classList.contains('card')")
    visit.page.wait_for_timeout(800)
    card = visit.page.locator(".card:focus").bounding_box()
    assert 0 <= card["y"] < visit.page.locator("#composer").bounding_box()["y"]


@only_fake
def test_a_region_narrows_the_answer(visit: Visit) -> None:
    page = visit.page
    page.click("#region input")
    options = page.locator("[role=option]")
    options.first.wait_for()
    assert [text.strip().lstrip("✓").strip() for text in options.all_inner_texts()] == [
        "全部地区", "全国", "北京", "重庆", "威海",
    ]  # fmt: skip
    options.nth(4).click()
    answer = visit.ask(INSURANCE)
    assert answer.locator(".card").count() == 1
    assert "威海" in answer.locator(".card").inner_text()


@only_fake
def test_two_browsers_do_not_mix(visit: Visit, other: Visit) -> None:
    visit.ask("你好，甲")
    other.ask("你好，乙")
    assert "你好，甲" in (told := visit.ask("刚才问了什么").inner_text())
    assert "乙" not in told
    assert "你好，乙" in (told := other.ask("刚才问了什么").inner_text())
    assert "甲" not in told


@only_fake
def test_a_failure_is_polite_and_the_conversation_goes_on(visit: Visit) -> None:
    visit.ask("你好")
    assert "抱歉" in (shown := visit.ask("崩溃").inner_text())
    assert "secret" not in shown
    assert "你好" in visit.ask("刚才问了什么").inner_text()
    assert visit.page.locator(".question").count() == 3


def test_a_very_long_question_is_handled(visit: Visit) -> None:
    visit.ask("长" * 100_000)
    assert len(visit.page.inner_text(".question")) < 1000
    visit.ask(INSURANCE)


@only_fake
def test_a_slow_answer_shows_its_question_at_once(visit: Visit) -> None:
    visit.page.fill("#box textarea", "慢一点的问题，你好")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector(".pending")
    assert visit.page.input_value("#box textarea") == ""
    visit.page.keyboard.type("下一问")
    visit.answer(0)
    assert visit.page.input_value("#box textarea") == "下一问"


def test_no_label_of_the_framework_is_left(visit: Visit) -> None:
    text = visit.page.inner_text("body")
    for word in ("Gradio", "gradio", "Use via API", "Settings", "Share", "Loading", "通过"):
        assert word not in text
    names = visit.page.locator("body").aria_snapshot()
    for name in ('textbox "您的问题"', 'button "发送"', 'button "清空对话"', 'combobox "地区"', "- log"):
        assert name in names


WRITTEN = """() => {
  const names = ["aria-label", "placeholder", "title", "alt", "aria-description", "aria-valuetext"];
  const out = new Set();
  for (const e of document.body.querySelectorAll("*")) {
    if (e.closest("script, style, template, select, [lang=zh-CN]:not(html), .chip, .path, .question, .lead, .notices ul, .answer th, [data-source], [data-copy]")) continue;
    for (const name of names) if (e.getAttribute(name)) out.add(e.getAttribute(name));
    for (const n of e.childNodes) if (n.nodeType === 3 && n.textContent.trim()) out.add(n.textContent.trim());
  }
  return [...out];
}"""
OWN = {"English", "中文", "语言 / Language", "Markdown", "Word"}  # names that stay as they are, in both languages


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_every_word_outside_the_documents_is_in_the_language_of_the_page(chromium: Any, server: str, query: str) -> None:
    """Every text, label, placeholder and hint of every tab, the framework's own among them."""
    for visit in visited(chromium, server, 1280, query):
        page, written = visit.page, set()
        for question in (INSURANCE, "重庆和威海退税谁更快？", "威海的展位费补贴比例是多少？", "上限是多少？", "崩溃"):
            visit.ask(question)
        page.locator(".card [data-source]").first.click()
        page.locator("#source[open] mark").first.wait_for()
        page.locator(".thumb.down").first.click()
        written |= set(page.evaluate(WRITTEN))
        page.keyboard.press("Escape")
        for tab in ("chat", "lookup", "batch", "evaluation"):
            page.click(f"#tab-{tab}")
            settled(visit)
            if tab == "lookup":  # the results are the documents' own words
                look(visit, "qqqqqqq")
            written |= set(page.evaluate(WRITTEN))
        page.click("#tab-chat")
        page.click("#region input")
        settled(visit)
        written |= set(page.evaluate(WRITTEN))
        words = written - OWN
        if query:
            assert {word for word in words if re.search("[一-鿿]", word)} == set()
        else:
            abroad = {word for word in words if re.search("[A-Za-z]{2}", word) and not re.search("[一-鿿]", word)}
            assert abroad == set()


def test_changing_the_language_does_not_move_the_page(visit: Visit) -> None:
    visit.ask(INSURANCE)
    page = visit.page
    page.wait_for_timeout(800)  # the page has come to rest
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    page.locator("#language label", has_text="English").click()
    page.get_by_text("Source text").wait_for()
    page.wait_for_timeout(500)
    assert page.evaluate("scrollY") == 0


# ---- tabs, the source view, look-up, batches, taking along


def narrowing(visit: Visit) -> None:
    """On a telephone the filters are folded."""
    summary = visit.page.locator(".narrowing > summary")
    if summary.is_visible() and visit.page.locator(".narrowing[open]").count() == 0:
        summary.click()


def settled(visit: Visit, milliseconds: int = 400) -> None:
    visit.page.wait_for_timeout(milliseconds)


def look(visit: Visit, words: str) -> Any:
    """Types into the look-up and waits for what is found."""
    page = visit.page
    page.click("#tab-lookup")
    with page.expect_response(lambda r: "page/lookup" in r.url and ("q=" in r.url) == bool(words)):
        page.fill("[data-lookup] input[type=search]", words)
        page.keyboard.press("Enter")
    settled(visit, 150)
    return page.locator("[data-hit]")


def test_tabs_are_reached_by_key_and_kept_by_the_address(visit: Visit) -> None:
    page = visit.page
    names = page.locator("#tabs [role=tab]").all_inner_texts()
    assert names == ["问答", "查阅", "批量", "评测"]
    page.focus("#tab-chat")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-lookup"
    assert page.locator("#panel-lookup").is_visible()
    assert not page.locator("#panel-chat").is_visible()
    assert page.get_attribute("#tab-lookup", "aria-selected") == "true"
    page.keyboard.press("ArrowRight")
    assert page.locator("#panel-batch").is_visible()
    page.reload()
    page.wait_for_selector("html:not(.waiting) #panel-batch", state="visible")
    assert page.evaluate("document.querySelectorAll('[role=tabpanel]').length") == len(names)


def test_a_quote_opens_its_document_at_the_place(visit: Visit) -> None:
    answer = visit.ask(INSURANCE)
    card = answer.locator(".card").first
    quoted = card.locator("mark:visible").all_inner_texts()
    card.locator("[data-source]").click()
    view = visit.page.locator("#source[open]")
    view.wait_for()
    marks = view.locator("mark")
    assert "".join("".join(marks.all_text_contents()).split()) == "".join("".join(quoted).split())
    box, pane = marks.first.bounding_box(), view.locator(".text").bounding_box()
    assert pane["y"] <= box["y"] < pane["y"] + pane["height"]
    source = card.locator(".fact-source .path").inner_text()
    text = (ROOT / source).read_bytes().decode("utf-8")
    assert "".join(view.locator(".text").text_content().split()) == "".join(text.split())
    visit.page.keyboard.press("Escape")
    view.wait_for(state="hidden")
    assert visit.page.evaluate("document.activeElement.dataset.source") is not None


def test_marked_words_open_the_document_too(visit: Visit) -> None:
    answer = visit.ask(INSURANCE)
    answer.locator(".card mark:visible").first.click()
    visit.page.locator("#source[open] mark.current").wait_for()
    visit.page.locator("#source [data-close]").click()
    assert visit.page.locator("#source[open]").count() == 0


def test_the_outline_leads_through_the_document(visit: Visit) -> None:
    visit.ask(INSURANCE).locator("[data-source]").first.click()
    view = visit.page.locator("#source[open]")
    view.wait_for()
    outline = view.locator(".outline")
    if not outline.evaluate("all => all.open"):
        outline.locator("summary").click()
    last = outline.locator("button").last
    number = last.get_attribute("data-part")
    last.click()
    part = view.locator(f"#part-{number}")
    assert visit.page.evaluate("document.activeElement.id") == f"part-{number}"
    box, pane = part.bounding_box(), view.locator(".text").bounding_box()
    assert pane["y"] - 2 <= box["y"] < pane["y"] + pane["height"]
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_source_stands_beside_the_conversation_on_a_desk(other: Visit) -> None:
    other.ask(INSURANCE).locator("[data-source]").first.click()
    other.page.locator("#source[open]").wait_for()
    source, box = other.page.locator("#source").bounding_box(), other.page.locator("#box").bounding_box()
    assert box["x"] + box["width"] <= source["x"]
    answer = other.page.locator(".card").first.bounding_box()
    assert answer["x"] + answer["width"] <= source["x"]


def copied(visit: Visit) -> str:
    return str(visit.page.evaluate("navigator.clipboard.readText()"))


def test_a_citation_and_an_answer_are_copied(chromium: Any, server: str) -> None:
    for visit in visited(chromium, server, 1280, permissions=["clipboard-read", "clipboard-write"]):
        answer = visit.ask(INSURANCE)
        button = answer.locator(".card [data-copy]").first
        button.click()
        visit.page.get_by_text("已复制", exact=True).first.wait_for()
        assert re.fullmatch(r"《[^》]+》(（[^）]+）)*第?.*：“.+”", copied(visit), re.S)
        answer.locator(".foot [data-copy]").click()
        visit.page.wait_for_function("navigator.clipboard.readText().then(t => t.includes('[1] 《'))")
        assert "**" not in copied(visit)
        visit.page.wait_for_function("e => e.textContent === '复制引文'", arg=button.element_handle())


def test_the_conversation_is_exported(visit: Visit) -> None:
    page = visit.page
    assert not page.locator("#export button").first.is_visible()
    visit.ask(INSURANCE)
    for form, start in (("md", b"# "), ("docx", b"PK")):
        with page.expect_download() as download:
            page.click(f"[data-export={form}]")
        data = Path(download.value.path()).read_bytes()
        assert download.value.suggested_filename == f"conversation.{form}"
        assert data.startswith(start)
    page.click("#clear")
    page.wait_for_selector(".welcome")
    assert not page.locator("#export button").first.is_visible()


def test_a_reload_keeps_the_conversation(visit: Visit, chromium: Any) -> None:
    visit.ask(INSURANCE)
    visit.ask("重庆和威海退税谁更快？")
    before = visit.page.locator("#conversation .log").inner_text()
    visit.page.reload()
    visit.page.locator(ANSWER).nth(1).wait_for()
    assert visit.page.locator("#conversation .log").inner_text() == before
    if not REAL:
        assert INSURANCE in visit.ask("刚才问了什么").inner_text()
    visit.page.click("#clear")
    visit.page.wait_for_selector(".welcome")
    settled(visit, 1000)
    visit.page.reload()
    visit.page.wait_for_selector("html:not(.waiting) .welcome")
    assert visit.page.locator(".question").count() == 0
    visit.errors[:] = [error for error in visit.errors if "AbortError" not in error]  # Gradio's line of a stream that a reload cuts off


def test_a_reload_in_english_keeps_it_in_english(chromium: Any, server: str) -> None:
    for visit in visited(chromium, server, 1280, "?lang=en"):
        visit.ask("what insurance subsidy applies to small exporters")
        visit.page.reload()
        visit.page.get_by_text("Source text").wait_for()
        assert visit.page.get_attribute("html", "lang") == "en"
        assert visit.page.inner_text("#tab-lookup") == "Look up"


@pytest.mark.parametrize(("query", "told"), [("", "正在重连"), ("?lang=en", "Trying again")])
def test_a_lost_connection_is_told_in_the_language_of_the_page_and_mends_itself(chromium: Any, server: str, query: str, told: str) -> None:
    for visit in visited(chromium, server, 390, query):
        page = visit.page
        visit.ask(INSURANCE)
        page.context.set_offline(True)
        page.fill("#box textarea", "重庆退税几天？")
        page.keyboard.press("Enter")
        page.locator("#connection").wait_for()
        assert told in page.inner_text("#connection")
        assert not re.search("[Cc]onnection to the server|Error", page.inner_text("body"))
        settled(visit)
        assert findings(page) == []
        page.context.set_offline(False)
        page.wait_for_function(
            "!document.querySelector('#connection') && document.querySelector('#box textarea')?.value === '重庆退税几天？'"
        )
        visit.answer(0)
        assert INSURANCE in page.inner_text("#conversation .question")
        visit.errors[:] = [error for error in visit.errors if "ERR_INTERNET_DISCONNECTED" not in error]  # the browser's own lines


def test_look_up_finds_as_one_types(visit: Visit) -> None:
    page = visit.page
    page.click("#tab-lookup")
    page.locator("[data-hit]").first.wait_for()
    page.click("[data-lookup] input[type=search]")
    page.keyboard.type("展位费")
    page.wait_for_function("[...document.querySelectorAll('[data-hit]')].every(e => e.querySelector('mark'))")
    hits = page.locator("[data-hit]")
    assert hits.count() >= 1
    assert set(hits.first.locator("mark").all_inner_texts()) == {"展位费"}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_look_up_by_keyboard_from_the_box_to_the_copied_citation(chromium: Any, server: str) -> None:
    for visit in visited(chromium, server, 1280, permissions=["clipboard-read", "clipboard-write"]):
        page = visit.page
        hits = look(visit, "企业")
        assert hits.count() > 1
        page.focus("[data-lookup] input[type=search]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("[...document.querySelectorAll('[data-hit]')].indexOf(document.activeElement)") == 1
        page.keyboard.press("c")
        page.get_by_text("已复制", exact=True).first.wait_for()
        assert copied(visit) == hits.nth(1).locator("[data-copy]").get_attribute("data-copy")
        page.keyboard.press("Enter")
        page.locator("#source[open] mark.current").wait_for()
        page.keyboard.press("Escape")
        page.locator("#source").wait_for(state="hidden")
        hits.nth(1).focus()
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.name") == "q"


def test_a_press_on_a_folded_result_does_not_move_its_buttons(visit: Visit) -> None:
    page = visit.page
    hits = look(visit, "")
    folded = hits.evaluate_all(
        "all => all.findIndex(e => { const t = e.querySelector('.hit-text'); return t.scrollHeight > t.clientHeight + 4 })"
    )
    assert folded >= 0
    page.focus("[data-lookup] input[type=search]")
    page.keyboard.press("ArrowDown")  # keys show a result whole, and it stays so when another one is pressed
    for number in {0, folded, folded + 1}:
        for name in ("[data-copy]", "[data-source]"):
            button = hits.nth(number).locator(name)
            button.scroll_into_view_if_needed()
            before = button.bounding_box()
            page.mouse.move(before["x"] + 9, before["y"] + 9)
            page.mouse.down()
            settled(visit, 80)
            assert button.bounding_box()["y"] == pytest.approx(before["y"], abs=1)
            page.mouse.up()
        page.locator("#source[open] mark.current").wait_for()
        page.click("#source [data-close]")


def test_keys_show_a_result_whole(visit: Visit) -> None:
    hits = look(visit, "")
    visit.page.focus("[data-lookup] input[type=search]")
    for number in range(hits.count()):
        visit.page.keyboard.press("ArrowDown")
        text = hits.nth(number).locator(".hit-text")
        assert text.evaluate("e => e.scrollHeight <= e.clientHeight + 4")


def test_filters_narrow_and_reset(visit: Visit) -> None:
    page = visit.page
    look(visit, "企业")
    before = page.locator("[data-hit]").count()
    narrowing(visit)
    with page.expect_response("**/page/lookup*"):
        page.select_option("[data-lookup] select[name=region]", "威海")
    page.wait_for_function("n => document.querySelectorAll('[data-hit]').length < n", arg=before)
    badges = page.locator("[data-hit] .badge.region").all_inner_texts()
    assert set(badges) == {"威海"}
    with page.expect_response("**/page/lookup*"):
        page.click("[data-lookup] button[type=reset]")
    page.wait_for_function("document.querySelectorAll('[data-hit]').length > 5")


def test_folded_filters_come_back_on_a_wide_screen(other: Visit) -> None:
    page = other.page
    look(other, "企业")
    page.set_viewport_size({"width": 390, "height": 840})
    page.wait_for_selector(".narrowing:not([open])")
    assert not page.locator("[data-lookup] select[name=region]").is_visible()
    page.set_viewport_size({"width": 1280, "height": 840})
    page.locator("[data-lookup] select[name=region]").wait_for()


@pytest.mark.parametrize("name", ["document", "status", "year", "unit", "figures"])
def test_every_filter_is_sent_and_bounds(other: Visit, name: str) -> None:
    page = other.page
    before = look(other, "").count()
    with page.expect_response(lambda r: "page/lookup" in r.url and f"{name}=" in r.url):
        if name == "figures":
            page.check("[data-lookup] [name=figures]")
        else:
            page.select_option(f"[data-lookup] select[name={name}]", index=1)
    settled(other, 150)
    hits = page.locator("[data-hit]")
    assert 0 < hits.count() < before or (name == "status" and page.locator(".nothing").count())
    if name == "unit":
        unit = page.input_value("[data-lookup] select[name=unit]")
        assert all(unit in text for text in page.locator("[data-hit] .units").all_inner_texts())


def test_pinyin_does_not_search_before_it_is_chosen(other: Visit) -> None:
    page = other.page
    look(other, "")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "page/lookup" in r.url else None)
    page.click("[data-lookup] input[type=search]")
    keys = page.context.new_cdp_session(page)
    keys.send("Input.imeSetComposition", {"text": "tuishui", "selectionStart": 7, "selectionEnd": 7})
    settled(other)
    assert asked == []
    with page.expect_response(lambda r: "page/lookup" in r.url):
        keys.send("Input.insertText", {"text": "退税"})
    assert page.input_value("[data-lookup] input[type=search]") == "退税"


def test_nothing_found_says_what_to_do(visit: Visit) -> None:
    look(visit, "qqqqqqq")
    visit.page.locator(".nothing").wait_for()
    assert "没有找到" in visit.page.inner_text(".nothing")


def test_the_table_of_figures_sorts_filters_and_downloads(visit: Visit) -> None:
    page = visit.page
    page.click("#tab-lookup")
    page.click("[data-view=figures]")
    page.locator("table.figures").wait_for()
    every = page.locator("table.figures tbody tr").count()
    page.click("[data-sort=figure]")
    page.locator("th[aria-sort=ascending]").wait_for()
    narrowing(visit)
    with page.expect_response("**/page/figures*"):
        page.select_option("select[name=kind]", "cap")
    page.wait_for_function("n => document.querySelectorAll('table.figures tbody tr').length < n", arg=every)
    assert set(page.locator("table.figures tbody td:first-child").all_inner_texts()) == {"上限"}
    with page.expect_download() as download:
        page.click(".bar a.button")
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    page.locator("table.figures [data-source]").first.click()
    page.locator("#source[open] mark.current").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_batch_comes_back_answered(visit: Visit) -> None:
    page = visit.page
    page.click("#tab-batch")
    data = f"编号,问题\n1,{INSURANCE}\n2,上限是多少？\n".encode("gb18030")
    page.set_input_files("[data-batch] input[type=file]", {"name": "问题.csv", "mimeType": "text/csv", "buffer": data})
    page.locator("[data-result]").wait_for()
    with page.expect_download() as download:
        page.click("[data-result]")
    assert download.value.suggested_filename == "问题-answers.csv"
    lines = Path(download.value.path()).read_bytes().decode("gb18030").splitlines()
    assert lines[0] == "编号,问题,回答,原文依据,引文出处,把握程度,结果"
    assert "保费" in "".join(lines)


@only_fake
def test_a_batch_shows_how_far_it_is_and_can_be_stopped(visit: Visit) -> None:
    page = visit.page
    page.click("#tab-batch")
    data = ("问题\n" + "慢一点的问题\n" * 8).encode()
    page.set_input_files("[data-batch] input[type=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": data})
    page.locator("[data-state]", has_text=re.compile(r"已回答 [1-7] / 8")).wait_for()
    assert 0 < page.locator("[data-running] progress").evaluate("e => e.value") < 8
    page.click("[data-stop]")
    page.locator("[data-failure]", has_text="已停止。").wait_for()
    assert not page.locator("[data-result]").is_visible()
    assert not page.locator("[data-running]").is_visible()


def test_a_file_of_questions_can_be_dropped(other: Visit) -> None:
    page = other.page
    page.click("#tab-batch")
    page.evaluate(
        """asked => {
          const files = new DataTransfer();
          files.items.add(new File([`问题\\n${asked}\\n`], "a.csv", { type: "text/csv" }));
          const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: files });
          document.querySelector("[data-drop]").dispatchEvent(drop);
        }""",
        INSURANCE,
    )
    page.locator("[data-result]").wait_for()
    assert page.inner_text("[data-said]") == "完成，共 1 行"


def test_a_batch_that_cannot_be_read_is_said(visit: Visit) -> None:
    page = visit.page
    page.click("#tab-batch")
    page.set_input_files("[data-batch] input[type=file]", {"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    page.locator("[data-failure]").wait_for()
    assert page.inner_text("[data-failure]") == "请上传 CSV 或 XLSX 文件。"
    big = {"name": "x.csv", "mimeType": "text/csv", "buffer": "问题\n退税\n".encode() * 800_000}
    page.set_input_files("[data-batch] input[type=file]", big)
    page.locator("[data-failure]", has_text="至多 10 MB").wait_for()
    page.set_input_files("[data-batch] input[type=file]", {"name": "x.csv", "mimeType": "text/csv", "buffer": "编号,金额\n1,5\n".encode()})
    page.locator("[data-failure]", has_text="第一行是：编号、金额").wait_for()
    page.locator("#language label", has_text="English").click()
    page.get_by_text("Answer a list of questions").wait_for()
    page.set_input_files("[data-batch] input[type=file]", {"name": "x.csv", "mimeType": "text/csv", "buffer": b""})
    page.locator("[data-failure]").wait_for()
    assert page.inner_text("[data-failure]") == "The file is empty, choose a CSV or XLSX file with questions."


def test_every_tab_changes_its_language(visit: Visit) -> None:
    page = visit.page
    look(visit, "企业")
    page.locator("#language label", has_text="English").click()
    page.get_by_text("Containing the words").wait_for()
    assert page.input_value("[data-lookup] input[type=search]") == "企业"
    assert page.locator("#tabs [role=tab]").all_inner_texts()[:3] == ["Ask", "Look up", "Batch"]
    assert page.get_attribute("#tab-lookup", "aria-selected") == "true"
    page.locator("[data-hit] [data-source]").first.click()
    page.get_by_text("Outline").wait_for()
    page.keyboard.press("Escape")
    page.click("#tab-batch")
    for name in ("#lookup form", "#batch form"):
        told = re.sub(
            r"《[^》]*》",
            "",
            page.locator(name).evaluate(
                "e => { const c = e.cloneNode(true); c.querySelectorAll('option').forEach(o => o.remove()); return c.textContent }"
            ),
        )
        assert not re.search(r"[\u4e00-\u9fff]", told), told


def findings(page: Any) -> list[str]:
    """What axe-core finds that is more than minor."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    found = axe.run(page).response["violations"]
    return [f"{v['id']}: {node['target']} {node['failureSummary'][:200]}" for v in found if v["impact"] != "minor" for node in v["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("query", ["", "?lang=en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_serious_finding_for_those_who_cannot_see(chromium: Any, server: str, scheme: str, query: str, width: int) -> None:
    for visit in visited(chromium, server, width, query, color_scheme=scheme, reduced_motion="reduce"):
        page = visit.page
        assert findings(page) == []
        for question in (INSURANCE, "重庆和威海退税谁更快？", "威海的展位费补贴比例是多少？", "上限是多少？"):
            visit.ask(question)
        settled(visit)
        assert findings(page) == []
        page.locator(".card [data-source]").first.click()
        page.locator("#source[open] mark").first.wait_for()
        assert findings(page) == []
        page.keyboard.press("Escape")
        look(visit, "企业")
        assert findings(page) == []
        page.click("[data-view=figures]")
        page.locator("table.figures").wait_for()
        assert findings(page) == []
        for tab in ("batch", "evaluation"):
            page.click(f"#tab-{tab}")
            settled(visit)
            assert findings(page) == []


def test_the_page_of_the_interfaces(chromium: Any, server: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 840})
    page = context.new_page()
    outside: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(server) else outside.append(r.url))
    page.goto(server + "api")
    assert "/api/retrieval" in page.inner_text("main")
    assert findings(page) == []
    assert outside == []
    context.close()


def test_first_useful_paint_is_quick(chromium: Any, server: str) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 840}, locale="zh-CN")
    page = context.new_page()
    page.goto(server)
    page.wait_for_selector("html:not(.waiting) #conversation .welcome")
    milliseconds = page.evaluate("performance.now() - performance.getEntriesByType('navigation')[0].responseStart")
    context.close()
    assert milliseconds < 10_000  # a bound that no busy machine breaks; tests/bench/load.py prints the figure
