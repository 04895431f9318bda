"""The page itself, in Gradio: what stands where and what happens on a click."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.page.quick import quickly

with quickly():
    import gradio as gr

from assistant.page.conversation import Turn, ask, conversation, region_choices, restored
from assistant.page.desk import TABS, draw_batch, draw_lookup, draw_tabs
from assistant.page.words import LANGUAGES, Language, language_of, say
from assistant.settings import Settings
from assistant.surfaces import AssistantLike, library_of

HERE = Path(__file__).parent
CONCURRENT = 16  # questions worked on at once, over all browsers
# The page is built in Chinese; an English one is shown after the change of language has drawn it.
# The questions that this tab of the browser kept, for a reload.
STORED = "() => { try { return [sessionStorage.getItem('asked') || '']; } catch { return ['']; } }"
# Gradio writes the browser's language on the page; the page's own is written over it.
SHOW_CHINESE = (
    "(chosen) => { if (chosen === 'en') return; const root = document.documentElement; "
    f"root.lang = '{say('html_lang', 'zh')}'; root.classList.remove('waiting'); }}"
)
# The tab of documents tells when the answers have followed a change of the library.
FOLLOWED = "document.addEventListener('followed', () => trigger('submit', {}));"
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
    tabs: gr.HTML
    lookup: gr.HTML
    batch: gr.HTML
    export: gr.HTML
    stored: gr.Textbox
    names: list[str]
    opened: gr.State | None
    documents: gr.HTML | None = None
    feedback: tuple[gr.HTML, gr.State] | None = None


def build_page(assistant: AssistantLike, settings: Settings | None = None) -> gr.Blocks:
    """The page over an assistant; conversations are kept per browser session."""
    page = gr.Blocks(title=say("title", "zh"), analytics_enabled=False, fill_width=True)
    with page:
        wire(page, lay_out(assistant, "zh", settings), assistant)
    return page


def lay_out(assistant: AssistantLike, language: Language, settings: Settings | None = None) -> Parts:
    """What stands where: heading, conversation, and below them where one writes."""
    turns = gr.State([])
    with gr.Row(elem_id="top"):
        top = gr.HTML(heading(language))
        chooser = gr.Radio(list(LANGUAGES), value=language, label="语言 / Language", **_bare("language"))
    names = tabs_of(settings, keeps=library_of(assistant) is not None)
    tabs = gr.HTML(draw_tabs(language, names), elem_id="tabs", apply_default_css=False)
    with gr.Column(elem_id="panel-chat", elem_classes="panel"):
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
                export = gr.HTML(export_line(language), elem_id="export", apply_default_css=False)
                clear = gr.Button(say("clear", language), size="sm", elem_id="clear")
    with gr.Column(elem_id="panel-lookup", elem_classes="panel"):
        lookup = gr.HTML(draw_lookup(assistant.documents, language), elem_id="lookup", apply_default_css=False)
    with gr.Column(elem_id="panel-batch", elem_classes="panel"):
        batch = gr.HTML(draw_batch(language), elem_id="batch", apply_default_css=False)
    documents = None
    if "documents" in names:
        with gr.Column(elem_id="panel-documents", elem_classes="panel"):  # the script fills it
            documents = gr.HTML("<div data-docs-place></div>", js_on_load=FOLLOWED, elem_id="documents", apply_default_css=False)
    opened = feedback = None
    if settings:
        from assistant.page.feedback_bar import feedback_bar

        feedback = feedback_bar(assistant, settings, turns, chooser)
    if settings and "evaluation" in names:
        from assistant.page.evaluation_tab import evaluation_tab

        with gr.Column(elem_id="panel-evaluation", elem_classes="panel"):
            opened = evaluation_tab(assistant, settings, chooser).opened
    stored = gr.Textbox(visible=False)
    return Parts(
        turns,
        top,
        chooser,
        messages,
        box,
        send,
        region,
        clear,
        hint,
        tabs,
        lookup,
        batch,
        export,
        stored,
        names,
        opened,
        documents,
        feedback,
    )


def tabs_of(settings: Settings | None, keeps: bool = False) -> list[str]:
    """The tabs of the page; documents need a library, evaluations the folder that settings name."""
    return [*TABS, *(["documents"] if keeps else []), "evaluation"] if settings else list(TABS)


def export_line(language: Language) -> str:
    """The buttons that take the conversation along; the style sheet hides them while there is none."""
    buttons = "".join(
        f'<button type="button" class="quiet" data-export="{form}"><span class="wide">{say("export_as", language)} </span>{name}</button>'
        for form, name in (("md", "Markdown"), ("docx", "Word"))
    )
    return f'<div class="exports" role="group" aria-label="{say("export", language)}">{buttons}</div>'


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
        speaking(assistant, parts.names),
        [parts.language, parts.turns, parts.region],
        [
            parts.top,
            parts.box,
            parts.send,
            parts.region,
            parts.clear,
            parts.hint,
            parts.messages,
            parts.tabs,
            parts.lookup,
            parts.batch,
            parts.export,
        ],
        **QUIET,
    ).then(None, [parts.language], None, js=_language_script(), **QUIET)
    if parts.opened is not None:
        parts.opened.change(showing(assistant), [parts.opened, parts.language], [parts.messages, parts.turns], **QUIET).then(
            None, None, None, js="() => document.dispatchEvent(new Event('chat'))", **QUIET
        )
    if parts.documents is not None:
        held = [parts.region, parts.lookup, parts.messages]
        parts.documents.submit(following(assistant), [parts.language, parts.turns, parts.region], held, **QUIET)
    if parts.feedback is not None:
        from assistant.page.feedback_bar import forgetting

        replaced = [parts.clear.click, *([parts.opened.change] if parts.opened is not None else [])]
        gr.on(replaced, forgetting, [parts.language], list(parts.feedback), **QUIET)
    seen = [parts.language, parts.turns, parts.messages, parts.region, parts.lookup]
    page.load(opening(assistant), [parts.stored], seen, js=STORED, **QUIET).then(None, [parts.language], None, js=SHOW_CHINESE, **QUIET)


def showing(assistant: AssistantLike) -> Any:
    """The handler that asks a conversation of an evaluation again, in the chat."""

    def on_show(opened: dict[str, Any] | None, chosen: str) -> tuple[Any, ...]:
        asked = [{"question": question} for question in (opened or {}).get("turns", [])]
        turns = restored(assistant, json.dumps(asked))
        return conversation(turns, assistant, language_of(chosen)), turns

    return on_show


def asking(assistant: AssistantLike) -> Any:
    """The handler of a question."""

    def on_ask(typed: str, turns: list[Turn], region: str, chosen: str, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
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


def speaking(assistant: AssistantLike, names: Sequence[str] = TABS) -> Any:
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
            draw_tabs(language, names),
            draw_lookup(assistant.documents, language),
            draw_batch(language),
            export_line(language),
        )

    return on_language


def following(assistant: AssistantLike) -> Any:
    """The handler of a library that changed: what the page tells of its documents; a conversation stays as it is."""

    def on_follow(chosen: str, turns: list[Turn], region: str) -> tuple[Any, ...]:
        language = language_of(chosen)
        choices = region_choices(assistant, language)
        kept = region if region in [value for _, value in choices] else ""
        welcome = gr.skip() if turns else conversation([], assistant, language)
        return gr.update(choices=choices, value=kept), draw_lookup(assistant.documents, language), welcome

    return on_follow


def opening(assistant: AssistantLike) -> Any:
    """The handler of a page that opens: its language (``?lang=en``), the conversation of before a reload, and the documents of now."""
    built = assistant.documents

    def on_open(stored: str, request: gr.Request) -> tuple[Any, ...]:
        language = language_of(request.query_params.get("lang"))
        turns = restored(assistant, stored)
        if assistant.documents is built:  # as the page was laid out
            return language, turns, conversation(turns, assistant, "zh") if turns else gr.skip(), gr.skip(), gr.skip()
        choices = gr.update(choices=region_choices(assistant, "zh"))
        return language, turns, conversation(turns, assistant, "zh"), choices, draw_lookup(assistant.documents, "zh")

    return on_open


def _language_script() -> str:
    """Title and language of the page for the browser and for screen readers; the address keeps the choice."""
    return (
        "(chosen) => { const en = chosen === 'en', root = document.documentElement; "
        f"root.lang = en ? '{say('html_lang', 'en')}' : '{say('html_lang', 'zh')}'; "
        f"document.title = en ? '{say('title', 'en')}' : '{say('title', 'zh')}'; "
        "const here = new URL(location.href); "
        "if (en) here.searchParams.set('lang', 'en'); else here.searchParams.delete('lang'); "
        "history.replaceState(history.state, '', here); root.classList.remove('waiting'); "
        "document.dispatchEvent(new Event('spoken')); }"
    )
