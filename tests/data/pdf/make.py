"""Prints notice.html to notice.pdf with Chromium: ``python tests/data/pdf/make.py``."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
EDGE = '<div style="font:9px Noto Serif CJK SC;width:100%;text-align:center">{}</div>'

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
    page = browser.new_page()
    page.set_content((HERE / "notice.html").read_text("utf-8"))
    page.pdf(
        path=HERE / "notice.pdf",
        prefer_css_page_size=True,
        display_header_footer=True,
        header_template=EDGE.format("滁榆市商务局政策汇编"),
        footer_template=EDGE.format('— <span class="pageNumber"></span> —'),
    )
    browser.close()
