"""The tab of documents in Chromium, over the real assistant and a library of its own: add, ask, correct, new version, ask, remove."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_browser import ROOT, Visit, chromium, serving, visited  # noqa: F401

NOTICE = (
    "栖霞市促进外贸若干措施\n\n一、支持参展。对参加境外展会的企业，按展位费的50%补助。（责任单位：市商务局）\n二、支持信保。保费补贴30%。\n"
)
NEWER = NOTICE.replace("50%", "65%")
QUESTION = "栖霞参展补助多少？"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real page over an empty data folder, in a process of its own."""
    folder = tmp_path_factory.mktemp("documents")
    with serving(["app.py", "--port", "0", "--data", str(folder)], folder) as address:
        yield address


def written(folder: Path, name: str, content: str | bytes) -> str:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(file)


@pytest.fixture
def desk(chromium: Any, served: str) -> Iterator[Visit]:  # noqa: F811
    yield from visited(chromium, served, 1280)


def test_add_ask_correct_new_version_ask_remove(desk: Visit, tmp_path: Path) -> None:
    page = desk.page

    def documents() -> None:
        page.click("#tab-documents")

    def up_to_date() -> None:
        page.locator("[data-doc-state]", has_text="已更新").wait_for()

    documents()
    broken = written(tmp_path, "坏文件.pdf", b"%PDF-1.7 broken")
    page.set_input_files("[data-doc-files]", [broken, written(tmp_path, "栖霞.txt", NOTICE)])
    card = page.locator(".doc-card").nth(1)
    card.locator("[name=title]").wait_for()
    assert "坏文件.pdf" in page.locator(".doc-card .failure").inner_text()
    assert card.locator("[name=title]").input_value() == "栖霞市促进外贸若干措施"
    assert card.locator("[name=number]").get_attribute("placeholder") == "文件未写明"
    assert "一、支持参展" in card.locator(".doc-tree").inner_text()
    card.locator("[name=issuer]").fill("栖霞市商务局")
    card.locator("[data-doc=keep]").click()
    up_to_date()
    assert page.locator(".doc-table tr", has_text="栖霞市商务局").count() == 1
    page.click("#tab-chat")
    assert page.locator("#conversation .held", has_text="栖霞市促进外贸若干措施").count() == 1  # the page tells of it at once
    first = desk.ask(QUESTION)
    assert "50%" in first.locator(".card mark").first.inner_text()

    documents()
    page.locator(".doc-table .doc-open", has_text="栖霞").click()
    one = page.locator(".doc-one")
    one.locator("[name=issued]").fill("很快")
    one.locator("button[type=submit]", has_text="保存改正").click()
    assert "YYYY-MM-DD" in one.locator(".failure").inner_text()
    one.locator("[name=issued]").fill("2024-05-06")
    page.keyboard.press("Enter")
    one.locator(".doc-said", has_text="已改正").wait_for()
    up_to_date()
    one.locator("[data-doc=back]").click()
    assert page.locator(".doc-table tr", has_text="2024-05-06").count() == 1

    page.set_input_files("[data-doc-files]", written(tmp_path, "新.txt", NEWER))
    newer = page.locator(".doc-card", has=page.locator(".doc-diff"))
    newer.wait_for()
    assert newer.locator("del").inner_text().endswith("50%")
    assert newer.locator("ins").inner_text().endswith("65%")
    assert newer.locator("[name=as]:checked").get_attribute("value").startswith("of:")
    newer.locator("[data-doc=keep]").click()
    up_to_date()
    page.click("#tab-chat")
    assert "65%" in desk.ask(QUESTION).locator(".card mark").first.inner_text()

    documents()
    page.locator(".doc-table .doc-open", has_text="栖霞").click()
    one.locator(".doc-compare button").click()
    assert one.locator(".doc-lines ins").inner_text().endswith("65%")
    one.locator(".doc-versions li").nth(1).get_by_text("打开").click()
    page.locator("#source .text", has_text="50%").wait_for()
    page.keyboard.press("Escape")
    one.locator("[data-doc=use]").click()
    one.locator(".doc-said", has_text="第 1 版").wait_for()
    up_to_date()
    one.locator("[data-doc=remove]").click()
    one.locator(".doc-said", has_text="已移除").wait_for()
    up_to_date()
    page.click("#tab-chat")
    last = desk.ask(QUESTION)
    assert last.locator(".card", has_text="栖霞").count() == 0
    documents()
    one.locator("[data-doc=restore]").click()
    up_to_date()
    with page.expect_download() as download:
        page.get_by_text("导出资料库").click()
    page.set_input_files("[data-doc-import]", download.value.path())
    page.locator("[data-doc-state]", has_text="相同 6").wait_for()
    page.set_input_files("[data-doc-import]", written(tmp_path, "别的.zip", b"PK foreign"))
    page.locator("[data-doc-refused] .failure", has_text="别的.zip").wait_for()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_nothing_is_wider_than_the_screen_in_either_language(chromium: Any, served: str, tmp_path: Path, width: int, query: str) -> None:  # noqa: F811
    fits = "document.documentElement.scrollWidth <= innerWidth"
    for visit in visited(chromium, served, width, query):
        page = visit.page
        page.click("#tab-documents")
        page.locator(".doc-table").wait_for()
        assert page.evaluate(fits)
        text = f"关于{'很长' * 60}的通知\n\n一、{'支持' * 80}。补助50%。\n"
        page.set_input_files("[data-doc-files]", written(tmp_path, f"{'n' * 80}.txt", text))
        page.locator(".doc-card [data-doc=keep]").wait_for()
        assert page.evaluate(fits)
        page.locator(".doc-card [name=issuer]").fill("某局")
        page.locator(f"#language input[value={'zh' if query else 'en'}]").check(force=True)
        page.locator(".docs h2", has_text="Documents" if not query else "文件").wait_for()
        page.locator(".doc-card [data-doc=keep]").wait_for()
        assert page.locator(".doc-card [name=issuer]").input_value() == "某局"  # what was typed is kept
        assert page.evaluate(fits)
        page.locator(".doc-card [data-doc=dismiss]").click()
        page.locator(".doc-table .doc-open").first.click()
        page.locator(".doc-one").wait_for()
        assert page.evaluate(fits)


def test_a_card_put_away_while_its_typing_is_waited_for_is_no_error(desk: Visit, tmp_path: Path) -> None:
    page = desk.page
    page.click("#tab-documents")
    page.set_input_files("[data-doc-files]", written(tmp_path, "临溪.txt", NOTICE.replace("栖霞市", "临溪市")))
    page.locator(".doc-card [data-doc=keep]").wait_for()
    page.evaluate(
        """() => {
          const box = document.querySelector('.doc-card [name=issuer]');
          box.value = '某局';
          box.dispatchEvent(new Event('change', { bubbles: true }));
          document.querySelector('.doc-card [data-doc=dismiss]').click();
        }"""
    )
    page.wait_for_timeout(600)  # longer than the pause after typing; the visit complains of errors at its end
    assert page.locator(".doc-card").count() == 0


def test_clauses_are_corrected_before_and_after_a_file_is_kept(desk: Visit, tmp_path: Path) -> None:
    page = desk.page
    page.click("#tab-documents")
    text = NOTICE.replace("栖霞市", "蓬溪县") + "三、推广单一窗口，\n四、个工作日内办结。（责任单位：市口岸办）\n加强服务。设立专窗。\n"
    page.set_input_files("[data-doc-files]", written(tmp_path, "蓬溪.txt", text))
    card = page.locator(".doc-card")
    card.locator("[data-doc=keep]").wait_for()
    tree = card.locator(".doc-tree > ul > li")

    def edit(branch: Any) -> Any:
        branch.locator("[data-doc=edit]").click()
        form = branch.locator("[data-doc-part]")
        form.wait_for()
        return form

    edit(tree.nth(3)).locator("[data-doc=join]").click()
    card.locator(".doc-corrections", has_text="并入前一条").wait_for()
    assert tree.count() == 3
    assert "市口岸办" in tree.nth(2).inner_text()
    form = edit(tree.nth(2))
    form.locator("[data-doc=begin]").last.click()
    card.locator(".doc-corrections", has_text="另起一条").wait_for()
    assert tree.count() == 4
    form = edit(tree.nth(1))
    form.locator("[name=responsible]").fill("省商务厅")
    page.keyboard.press("Enter")
    form.locator(".failure", has_text="省商务厅").wait_for()
    form.locator("[name=responsible]").fill("市商务局")
    page.keyboard.press("Enter")
    tree.nth(1).locator(".badge").wait_for()
    assert "市商务局" in tree.nth(1).inner_text()
    card.locator("[data-doc=undo]").first.click()
    card.locator(".doc-corrections li").nth(2).wait_for(state="detached")
    assert (tree.count(), "市商务局" in tree.nth(1).inner_text()) == (4, False)
    card.locator("[data-doc=keep]").click()
    page.locator("[data-doc-state]", has_text="已更新").wait_for()
    card.locator("[data-doc=show]").click()
    one = page.locator(".doc-one")
    one.locator(".doc-corrections", has_text="并入前一条").wait_for()
    tree = one.locator(".doc-tree > ul > li")
    form = edit(tree.nth(0))
    form.locator("[name=heading]").fill("展位费")
    page.keyboard.press("Enter")
    one.locator(".doc-said", has_text="已改正条款").wait_for()
    assert "一、展位费" in tree.nth(0).inner_text()
    one.locator("[data-doc=undo]").first.click()
    one.locator(".doc-said", has_text="恢复读出的样子").wait_for()
    assert "一、支持参展" in tree.nth(0).inner_text()
    page.locator("[data-doc-state]", has_text="已更新").wait_for()


def test_the_original_of_a_clause_opens_at_its_page(desk: Visit) -> None:
    page = desk.page
    page.click("#tab-documents")
    page.set_input_files("[data-doc-files]", str(ROOT / "tests/data/pdf/notice.pdf"))
    page.locator(".doc-card [data-doc=keep]").click()
    page.locator(".doc-card [data-doc=show]").click()
    page.locator(".doc-others summary").click()
    last = page.locator(".doc-tree .doc-page").last
    last.wait_for()
    address = last.get_attribute("href")
    assert address.startswith("page/original?source=library")
    assert int(address.split("#page=")[1]) > 1
    told = page.request.get(f"{desk.address}/{address}".replace("//page", "/page"))
    assert (told.status, told.headers["content-type"]) == (200, "application/pdf")
    assert page.locator(".doc-versions a", has_text="原件").get_attribute("href") == address.split("#")[0]
