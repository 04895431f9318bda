"""The tab 评测: upload a question set, watch it run, look at its report, open a question in the chat, compare runs.

The work is done by ``evaluate.bench.Bench`` in a background thread; the tab only draws what the data folder says, so a
run outlives a reload of the page. Set and report travel inside Gradio's events: no upload or file door is opened.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.evaluate.bench import MAX_BYTES, SUFFIXES, Bench, State
from assistant.evaluate.provenance import facts_of
from assistant.evaluate.report import label, number
from assistant.evaluate.run import Subject
from assistant.feedback import FeedbackStore, export, open_feedback
from assistant.page.words import Language, language_of, sentence
from assistant.settings import Settings
from index.records import InputError

SCRIPT = Path(__file__).with_name("evaluation.js")
SHOWN = ("right", "quote.recall", "refusal.right", "clause.recall@5", "latency.p95")
TICK = 1.0  # seconds between two looks at a run in progress
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

# key: (Chinese, English)
WORDS: dict[str, tuple[str, str]] = {
    "intro": (
        "上传题集，用当前文件逐题作答并与预期比对。支持 JSONL、JSON（含 SQuAD、CMRC）、CSV、XLSX；表头可用 问题、依据、文件、标准答案、是否可答、类别。",
        "Upload a question set: each question is answered from the documents held here and held against what is expected. "
        "JSONL, JSON (SQuAD and CMRC too), CSV, XLSX; columns: question, gold, document, reference, answerable, category.",
    ),
    "upload": ("选择题集文件", "Choose a question set"),
    "too_large": ("文件太大（最多 {n} MB）。", "The file is too large (at most {n} MB)."),
    "reading": ("正在读取题集……", "Reading the set…"),
    "running": ("正在评测", "Evaluating"),
    "progress": ("{done} / {total} 题", "{done} of {total} questions"),
    "left": ("约剩 {n} 秒", "about {n} s left"),
    "counting": ("正在统计……", "Counting…"),
    "stop": ("停止", "Stop"),
    "runs": ("历次评测", "Runs"),
    "none": ("还没有评测。", "No runs yet."),
    "set": ("题集", "Set"),
    "started": ("时间", "Started"),
    "questions": ("题数", "Questions"),
    "view": ("查看", "View"),
    "resume": ("继续", "Resume"),
    "remove": ("删除", "Delete"),
    "confirm": ("删除这次评测？", "Delete this run?"),
    "colon": ("：", ": "),
    "stopped": ("已停止", "stopped"),
    "failed": ("未能运行", "could not run"),
    "compare": ("对比", "Compare"),
    "compare_with": ("与较早的一次对比：", "Compare with an earlier run:"),
    "download": ("下载报告", "Download the report"),
    "close": ("关闭", "Close"),
    "report": ("评测报告", "Evaluation report"),
    "feedback": ("用户评价", "What users said"),
    "feedback_none": ("还没有评价。", "Nothing yet."),
    "feedback_hint": (
        "对话里的“有用”“没用”和说明。可导出为题集（JSONL）：“有用”的题已带依据，其余补上依据后即可评测。",
        "Thumbs and notes of the chat. They can be exported as a question set (JSONL): helpful ones carry their evidence, the others wait for it.",
    ),
    "feedback_more": ("只列最近 {n} 条，共 {total} 条", "The latest {n} of {total}"),
    "export": ("导出为题集", "Export as a question set"),
    "clear": ("全部删除", "Delete all"),
    "confirm_clear": ("删除全部评价？", "Delete all of it?"),
    "said": ("评价", "Said"),
    "question": ("问题", "Question"),
    "note": ("说明", "Note"),
}
LISTED = 100  # pieces of feedback that are listed


@dataclass(frozen=True)
class EvaluationTab:
    """The tab's components. ``opened`` holds ``{"turns": [questions of a conversation, the last to be asked], "at": number}``."""

    panel: gr.HTML
    viewer: gr.HTML
    opened: gr.State


def evaluation_tab(assistant: Subject, settings: Settings, language: gr.Radio) -> EvaluationTab:
    """Put the tab where the caller stands in the layout, inside ``with gr.Blocks()``.

    ``language`` is the page's language chooser ("zh" or "en"); a change redraws the tab. ``settings.data`` holds the runs (in
    its folder ``evaluation``) and the feedback. A change of ``EvaluationTab.opened`` asks to open a question in the chat.

    Everything in it is private to the page: no API names, no upload or file routes.
    """
    store = None
    with contextlib.suppress(InputError):  # where it cannot be opened, the chat has no thumbs either
        store = open_feedback(settings)
    bench = Bench(assistant, settings.data / "evaluation", lambda: facts_of(settings.model))
    script = SCRIPT.read_text(encoding="utf-8")
    panel = gr.HTML(
        panel_value(bench, "zh", store=store),
        html_template='<div class="evaluation-panel"></div>',
        js_on_load=script,
        apply_default_css=False,
        elem_id="evaluation",
    )
    viewer = gr.HTML(
        None, html_template='<div class="evaluation-viewer"></div>', js_on_load=script, apply_default_css=False, elem_id="evaluation-viewer"
    )
    opened = gr.State(None)
    timer = gr.Timer(TICK, active=False)
    shown = [panel, viewer, opened, timer]
    gr.on([panel.submit, viewer.submit], acting(bench, store), [language], shown, trigger_mode="multiple", **QUIET)
    timer.tick(ticking(bench, store), [language], [panel, timer], **QUIET)
    gr.on(None, ticking(bench, store), [language], [panel, timer], **QUIET)  # when the page is loaded, and on a change of language
    return EvaluationTab(panel, viewer, opened)


def acting(bench: Bench, store: FeedbackStore | None = None) -> Any:
    """The handler of everything that is clicked in the tab."""

    def on_act(chosen: str, event: gr.EventData) -> tuple[Any, ...]:
        language = language_of(chosen)
        asked = event._data if isinstance(event._data, dict) else {}
        viewed: Any = gr.skip()
        opened: Any = gr.skip()
        problem = ""
        saved = None
        try:
            if str(asked.get("action")).startswith("feedback-"):
                saved = act_on_feedback(store, asked)
            elif asked.get("action") == "open":
                turns = [str(turn) for turn in asked.get("turns") or []][:50]
                opened = {"turns": turns, "at": time.time_ns()} if turns else gr.skip()
            else:
                viewed = act(bench, asked, language)
        except InputError as error:
            problem = sentence(error.said(language), language)
        busy = bench.running() is not None
        return panel_value(bench, language, problem, store, saved), viewed, opened, gr.Timer(active=busy)

    return on_act


def act(bench: Bench, asked: dict[str, Any], language: Language) -> Any:
    """Do what was asked; gives what the viewer is to show, skip where it stays. Raises InputError for what cannot be done."""
    action, identity = asked.get("action"), str(asked.get("id", ""))
    if action == "start":
        try:
            content = base64.b64decode(str(asked.get("content", "")), validate=True)
        except (binascii.Error, ValueError):
            raise InputError("上传的文件不完整", "the upload is broken") from None
        bench.start(str(asked.get("name", "")), content, language)
    elif action == "resume":
        bench.resume(identity, language)
    elif action == "stop":
        bench.stop()
    elif action == "remove":
        bench.remove(identity)
        return None
    elif action == "view":
        return _page(f"{Path(bench.state(identity).name).stem}-{identity[:15]}.html", bench.report(identity, language), language)
    elif action == "compare":
        return _page(f"compare-{identity[:15]}.html", bench.comparison(str(asked.get("before", "")), identity, language), language)
    elif action == "close":
        return None
    return gr.skip()


def ticking(bench: Bench, store: FeedbackStore | None = None) -> Any:
    """The handler that looks at the run in progress; it stops ticking when there is none."""

    def on_tick(chosen: str) -> tuple[Any, Any]:
        busy = bench.running() is not None
        return panel_value(bench, language_of(chosen), store=store), gr.Timer(active=busy)

    return on_tick


def act_on_feedback(store: FeedbackStore | None, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """Delete feedback or make the file that is to be saved; anything else only looks."""
    action, identity = asked.get("action"), asked.get("id")
    if store is None:
        return None
    if action == "feedback-export":
        return {"name": "feedback.jsonl", "text": export(store.all()), "at": str(time.time_ns())}
    if action == "feedback-remove" and isinstance(identity, int):
        store.remove(identity)
    elif action == "feedback-clear":
        store.clear()
    return None


def panel_value(
    bench: Bench, language: Language, problem: str = "", store: FeedbackStore | None = None, saved: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What ``evaluation.js`` draws above the report. ``saved`` is a file that the browser is to save."""
    live = bench.running()
    return {
        "words": _words(language),
        "accept": ",".join(SUFFIXES),
        "max": MAX_BYTES,
        "problem": problem,
        "heads": [label(name, language) for name in SHOWN],
        "live": asdict(live) | {"left": live.left} if live else None,
        "runs": [_line(state, language) for state in bench.states()],
        "feedback": _feedback(store, language) if store else None,
        "saved": saved,
    }


def _feedback(store: FeedbackStore, language: Language) -> dict[str, Any]:
    """The latest of what users said."""
    entries = store.all()
    listed = [
        {"id": e.id, "at": e.at[:16].replace("T", " "), "said": e.words[language == "en"], "question": e.question, "note": e.note}
        for e in entries[: -LISTED - 1 : -1]
    ]
    return {"total": len(entries), "entries": listed}


def _words(language: Language) -> dict[str, str]:
    return {key: pair[1 if language == "en" else 0] for key, pair in WORDS.items()}


def _line(state: State, language: Language) -> dict[str, Any]:
    figures = state.figures or {}
    entry = {name: getattr(state, name) for name in ("id", "name", "status", "started", "done", "total")} | {
        "message": state.message_en or state.message if language == "en" else state.message
    }
    return entry | {"figures": [number(name, figures[name]) if name in figures else "—" for name in SHOWN]}


def _page(name: str, html: str, language: Language) -> dict[str, Any]:
    return {"name": name, "html": html, "words": _words(language)}
