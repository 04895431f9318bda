"""The page put under an address: its theme, its style sheets, and nothing of Gradio's own around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import FastAPI

from assistant.page.quick import quickly

with quickly():
    import gradio as gr

HERE = Path(__file__).parent


def mount(app: FastAPI, page: gr.Blocks) -> None:
    """The page at /, without Gradio's footer, API pages, run history or monitoring."""
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
        theme=look(),
        css_paths=[HERE / "style.css", HERE / "feedback.css"],
    )


def look() -> Any:
    """Quiet theme on the fonts that the reader's system has: nothing is fetched."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.slate,
        font=[
            "system-ui", "-apple-system", "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
            "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "sans-serif",
        ],
        font_mono=["ui-monospace", "SFMono-Regular", "Consolas", "Liberation Mono", "monospace"],
    ).set(
        body_background_fill="#f5f6f8", body_background_fill_dark="#12171d", block_background_fill_dark="#1b222b",
        border_color_primary="#e3e7ec", border_color_primary_dark="#343d49", body_text_color="#1d2733", body_text_color_dark="#e4e8ee",
        body_text_color_subdued="#5b6775", body_text_color_subdued_dark="#a3aebc",
    )  # fmt: skip
