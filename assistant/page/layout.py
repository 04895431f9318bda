"""The page itself, in Gradio: what stands where and what happens on a click."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import: Gradio reads it there

import gradio as gr
from fastapi import FastAPI

from assistant.page.conversation import AssistantLike, Turn, ask, conversation, region_choices
from assistant.page.words import LANGUAGES, Language, language_of, say

HERE = Path(__file__).parent
CONCURRENT = 16  # questions worked on at once, over all browsers
# The page is built in Chinese; an English one is shown after the change of language has drawn it.
SHOW_CHINESE = "(chosen) => { if (chosen !== 'en') document.documentElement.classList.remove('waiting'); }"
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


@dataclass
class Parts:
    """The components that events read and write."""

    turns: gr.State
    top: gr.HTML
    language: gr.Radio
    messages: gr.HTML
    box: gr.Textbox
    send: gr.Button
    region: gr.Dropdown
    clear: gr.Button
    hint: gr.HTML


def build_page(assistant: AssistantLike) -> gr.Blocks:
    """The page over an assistant; conversations are kept per browser session."""
    page = gr.Blocks(title=say("title", "zh"), analytics_enabled=False, fill_width=True)
    with page:
        wire(page, lay_out(assistant, "zh"), assistant)
    return page


def lay_out(assistant: AssistantLike, language: Language) -> Parts:
    """What stands where: heading, conversation, and below them where one writes."""
    turns = gr.State([])
    with gr.Row(elem_id="top"):
        top = gr.HTML(heading(language))
        chooser = gr.Radio(list(LANGUAGES), value=language, label="语言 / Language", **_bare("language"))
    messages = gr.HTML(
        conversation([], assistant, language),
        html_template='<div class="log" role="log" aria-live="polite"></div>',
        js_on_load=(HERE / "page.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id="conversation",
    )
    with gr.Column(elem_id="composer"):
        with gr.Row(elem_id="line"):
            box = gr.Textbox(**box_words(language), lines=1, max_lines=8, autofocus=True, **_bare("box"))
            send = gr.Button(say("send", language), variant="primary", elem_id="send")
        with gr.Row(elem_id="tools"):
            choices = region_choices(assistant, language)
            label = say("region", language)
            region = gr.Dropdown(choices, value="", label=label, filterable=False, **_bare("region"))
            hint = gr.HTML(hint_line("", language), elem_id="hint")
            clear = gr.Button(say("clear", language), size="sm", elem_id="clear")
    return Parts(turns, top, chooser, messages, box, send, region, clear, hint)


def _bare(name: str) -> dict[str, Any]:
    """A component without frame or visible label; the label stays for screen readers."""
    return {"show_label": False, "container": False, "elem_id": name}


def box_words(language: Language) -> dict[str, Any]:
    """The words of the box that questions are written in."""
    return {"label": say("question_label", language), "placeholder": say("placeholder", language)}


def heading(language: Language) -> str:
    """The head of the page."""
    return f"<h1>{say('title', language)}</h1><p>{say('subtitle', language)}</p>"


def hint_line(key: str, language: Language) -> str:
    """A word beside the box, or none; screen readers announce it."""
    return f'<p role="status">{say(key, language) if key else ""}</p>'


# ---- what happens


def wire(page: gr.Blocks, parts: Parts, assistant: AssistantLike) -> None:
    """Every handler is private: the public interface is /api, not Gradio's."""
    answering = [parts.messages, parts.turns, parts.box, parts.hint]
    gr.on(
        [parts.box.submit, parts.send.click, parts.messages.submit],
        asking(assistant),
        [parts.box, parts.turns, parts.region, parts.language],
        answering,
        trigger_mode="once",
        concurrency_limit=CONCURRENT,
        **QUIET,
    )
    parts.clear.click(clearing(assistant), [parts.language], answering, **QUIET)
    parts.language.change(
        speaking(assistant),
        [parts.language, parts.turns, parts.region],
        [parts.top, parts.box, parts.send, parts.region, parts.clear, parts.hint, parts.messages],
        **QUIET,
    ).then(None, [parts.language], None, js=_language_script(), **QUIET)
    page.load(opening, None, [parts.language], **QUIET).then(
        None, [parts.language], None, js=SHOW_CHINESE, **QUIET
    )


def asking(assistant: AssistantLike) -> Any:
    """The handler of a question."""

    def on_ask(
        typed: str, turns: list[Turn], region: str, chosen: str, event: gr.EventData
    ) -> Iterator[tuple[Any, ...]]:
        """Shows the question at once, then its answer. A chip brings its own question along."""
        language, at = language_of(chosen), len(turns)
        chip = event._data.get("question") if isinstance(event._data, dict) else None
        question = str(chip or typed or "")
        if not question.strip():
            yield gr.skip(), gr.skip(), gr.skip(), hint_line("empty", language)
            return
        shown = conversation([*turns, Turn(question)], assistant, language, at)
        yield shown, gr.skip(), gr.skip() if chip else "", hint_line("", language)
        turns = [*turns, ask(assistant, question, turns, region)]
        yield conversation(turns, assistant, language, at), turns, gr.skip(), gr.skip()

    return on_ask


def clearing(assistant: AssistantLike) -> Any:
    """The handler that empties the conversation."""

    def on_clear(chosen: str) -> tuple[Any, ...]:
        language = language_of(chosen)
        return conversation([], assistant, language), [], "", hint_line("", language)

    return on_clear


def speaking(assistant: AssistantLike) -> Any:
    """The handler of a change of language: every word of the page, the conversation's labels too."""

    def on_language(chosen: str, turns: list[Turn], region: str) -> tuple[Any, ...]:
        language = language_of(chosen)
        choices = region_choices(assistant, language)
        kept = region if region in [value for _, value in choices] else ""
        return (
            heading(language),
            gr.update(**box_words(language)),
            gr.update(value=say("send", language)),
            gr.update(choices=choices, value=kept, label=say("region", language)),
            gr.update(value=say("clear", language)),
            hint_line("", language),
            conversation(turns, assistant, language),
        )

    return on_language


def opening(request: gr.Request) -> str:
    """The language that the address asks for (``?lang=en``)."""
    return language_of(request.query_params.get("lang"))


def _language_script() -> str:
    """Title and language of the page for the browser and for screen readers; the address keeps the choice."""
    return (
        "(chosen) => { const en = chosen === 'en', root = document.documentElement; "
        f"root.lang = en ? '{say('html_lang', 'en')}' : '{say('html_lang', 'zh')}'; "
        f"document.title = en ? '{say('title', 'en')}' : '{say('title', 'zh')}'; "
        "const here = new URL(location.href); "
        "if (en) here.searchParams.set('lang', 'en'); else here.searchParams.delete('lang'); "
        "history.replaceState(history.state, '', here); root.classList.remove('waiting'); }"
    )


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
        css_paths=[HERE / "style.css"],
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
    ).set(body_background_fill="#f5f6f8", body_background_fill_dark="#12171d")  # fmt: skip
