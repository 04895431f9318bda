"""Thumbs and notes in Chromium: pressed, written, withdrawn, listed beside the evaluations."""

from __future__ import annotations

from typing import Any

from test_browser import INSURANCE, Visit, chromium, only_fake, other, server, visit  # noqa: F401


@only_fake
def test_thumbs_and_a_note(visit: Visit) -> None:  # noqa: F811
    page = visit.page
    answer = visit.ask(INSURANCE)
    bar = answer.locator(".feedback")
    bar.locator(".thumb.up").click()
    answer.locator(".thumb.up[aria-pressed=true]").wait_for()
    answer.locator(".act.wrong").first.click()
    assert bar.locator("input:checked").get_attribute("value") == "wrong"
    assert bar.locator("select").input_value() == "0"
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.press("Escape")
    assert not bar.locator("form").is_visible()
    bar.locator(".thumb.down").click()
    page.wait_for_timeout(800)  # the page has come to rest
    send, composer = bar.locator("form button[type=submit]").bounding_box(), page.locator("#composer").bounding_box()
    assert send["y"] + send["height"] <= composer["y"]
    bar.locator("textarea").fill("<b>少了条件</b>")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    bar.locator("form button[type=submit]").click()
    answer.locator(".thumb.down[aria-pressed=true]").wait_for()
    assert "缺了什么 · <b>少了条件</b>" in bar.inner_text()
    assert answer.locator(".thumb.up[aria-pressed=true]").count() == 0
    visit.ask("你好")
    assert answer.locator(".thumb.down[aria-pressed=true]").count() == 1
    page.locator("#language").get_by_text("English").click()
    answer.locator(".feedback").get_by_text("Not helpful").wait_for()
    assert "Something is missing" in bar.inner_text()
    bar.locator(".thumb.down").click()  # the same thumb again withdraws it
    bar.get_by_text("Withdrawn.").wait_for()
    page.locator("#clear").click()
    page.wait_for_selector("#conversation .welcome")
    assert visit.ask(INSURANCE).locator(".thumb[aria-pressed=true]").count() == 0


@only_fake
def test_what_was_said_is_listed_and_exported(other: Visit) -> None:  # noqa: F811
    page = other.page
    other.ask(INSURANCE).locator(".thumb.up").click()
    page.locator(".thumb.up[aria-pressed=true]").wait_for()
    page.click("#tabs [data-tab=evaluation]")
    box: Any = page.locator("#evaluation .ev-box").last
    box.get_by_text(INSURANCE).wait_for()
    with page.expect_download() as download:
        box.get_by_role("button", name="导出为题集").click()
    assert INSURANCE in download.value.path().read_text(encoding="utf-8")
    box.get_by_role("button", name="删除", exact=True).click()
    box.get_by_text("还没有评价。").wait_for()
