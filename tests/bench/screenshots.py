"""Pictures of the page in every state, from a running server; without --all each state once, as the gallery keeps it.

python app.py --port 7860 &
python tests/bench/screenshots.py http://127.0.0.1:7860/ [--out FOLDER] [--all]
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from chromium import ARGS, CHROMIUM

ROOT = Path(__file__).resolve().parents[2]
ANSWER = "#conversation .answer:not(.pending)"
QUESTIONS = {
    "answer": ("北京线上推广补多少，上限多少？", "How much does Beijing pay towards online promotion, and what is the cap?"),
    "comparison": ("重庆和威海退税谁更快？", "Who is faster with export tax refunds, Chongqing or Weihai?"),
    "not-found": ("上海的出口退税几天？", "How many days does an export tax refund take in Shanghai?"),
    "clarify": ("上限是多少？", "What is the cap?"),
}
BATCH = "编号,问题\n1,重庆小微外贸企业投保短期出口信用保险补贴多少？\n2,北京线上推广支持上限多少？\n3,上海的出口退税几天？\n"
Step = Callable[[Any, int], None]


def ask(kind: str) -> Step:
    def step(page: Any, english: int) -> None:
        before = page.locator(ANSWER).count()
        page.fill("#box textarea", QUESTIONS[kind][english])
        page.keyboard.press("Enter")
        page.locator(ANSWER).nth(before).wait_for()
        page.wait_for_timeout(700)

    return step


def source(page: Any, english: int) -> None:
    ask("answer")(page, english)
    page.locator(".card .act[data-source]").first.click()
    page.wait_for_selector("#source[open] mark.current")


def tab(name: str) -> Step:
    def step(page: Any, english: int) -> None:
        page.click(f"#tab-{name}")
        page.wait_for_timeout(400)

    return step


def look(words: str) -> Step:
    def step(page: Any, english: int) -> None:
        tab("lookup")(page, english)
        with page.expect_response(lambda r: "page/lookup" in r.url and ("q=" in r.url) == bool(words)):
            page.fill("[data-lookup] input[type=search]", words)
            page.keyboard.press("Enter")
        page.wait_for_timeout(200)

    return step


def look_and_open(page: Any, english: int) -> None:
    look("展位费 补贴")(page, english)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#source[open] mark.current")


def figures(page: Any, english: int) -> None:
    tab("lookup")(page, english)
    page.click("[data-view=figures]")
    page.wait_for_selector("table.figures")


def batch(name: str, data: str) -> Step:
    def step(page: Any, english: int) -> None:
        tab("batch")(page, english)
        page.set_input_files("[data-batch] input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": data.encode()})
        page.wait_for_selector("[data-result]:visible, [data-failure]:visible")

    return step


def feedback(page: Any, english: int) -> None:
    ask("answer")(page, english)
    page.locator(".thumb.down").click()
    page.wait_for_timeout(300)


def lost(page: Any, english: int) -> None:
    page.context.set_offline(True)
    page.fill("#box textarea", QUESTIONS["answer"][english])
    page.keyboard.press("Enter")
    page.wait_for_selector("#connection")


STATES: dict[str, Step] = {
    "welcome": lambda page, english: None,
    **{name: ask(name) for name in QUESTIONS},
    "source": source,
    "lookup": look("展位费 补贴"),
    "lookup-all": look(""),
    "lookup-nothing": look("qqqqqq"),
    "lookup-source": look_and_open,
    "figures": figures,
    "batch": tab("batch"),
    "batch-done": batch("问题.csv", BATCH),
    "evaluation": tab("evaluation"),
    "batch-error": batch("notes.pdf", "x"),
    "feedback": feedback,
    "lost": lost,
}
DESK = (1280, "zh", "light")
GALLERY = (
    *((name, *DESK) for name in STATES),  # each state once
    ("answer", 1280, "en", "dark"),
    *((name, 390, "zh", "light") for name in ("answer", "comparison", "source", "lookup", "figures")),
)
COLOURS = 64  # of a picture: enough for flat areas and letters, a quarter of the bytes


def take(browser: Any, address: str, out: Path, name: str, width: int, language: str, scheme: str) -> None:
    """One picture, on a page of its own."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale="zh-CN", reduced_motion="reduce")
    page = context.new_page()
    page.goto(address + ("?lang=en" if language == "en" else ""))
    page.wait_for_selector("html:not(.waiting) #conversation .welcome")
    STATES[name](page, int(language == "en"))
    page.wait_for_timeout(300)
    out.mkdir(parents=True, exist_ok=True)
    drawn = Image.open(io.BytesIO(page.screenshot()))
    drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(out / f"{name}-{width}-{language}-{scheme}.png", optimize=True)
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--out", type=Path, default=ROOT / "assistant" / "page" / "gallery")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", nargs="*", help="names of states")
    options = parser.parse_args()
    every = [(n, w, la, s) for n in STATES for w in (1280, 390) for la in ("zh", "en") for s in ("light", "dark")]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        for name, width, language, scheme in every if options.all else GALLERY:
            if not options.only or name in options.only:
                take(browser, options.address, options.out, name, width, language, scheme)
        browser.close()


if __name__ == "__main__":
    main()
