"""What one can say of an answer on the page: thumbs, and a note on what is wrong or missing; kept by ``assistant.feedback``.

The script beside it (feedback.js) puts a bar under every answer. Nothing but what was pressed and typed comes from the
browser: the answer that it is about is the one that the server gave, found by its place in the conversation.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.evaluate.provenance import facts_of
from assistant.feedback import MAX_NOTE, REASONS, VERDICTS, FeedbackStore, open_feedback
from assistant.page.conversation import EARLIER, Turn
from assistant.page.words import Language, language_of
from assistant.settings import Settings
from assistant.surfaces import AssistantLike
from index.manifest import text_digest
from index.records import InputError, TradeAssistantError

log = logging.getLogger("assistant.page")
SCRIPT = Path(__file__).with_name("feedback.js")
Said = dict[int, dict[str, Any]]
"""Place of the turn in the conversation → what is kept of it: its question, id in the store, verdict, reason and note."""
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

# key: (Chinese, English)
WORDS: dict[str, tuple[str, str]] = {
    "bar": ("评价这个回答", "Rate this answer"),
    "ask": ("这个回答有用吗？", "Was this answer helpful?"),
    **{str(name): (zh, en.capitalize()) for name, (zh, en) in VERDICTS.items()},
    **{f"reason_{name}": (zh, en.capitalize()) for name, (zh, en) in REASONS.items()},
    "what": ("哪里不好？", "What is the matter?"),
    "which": ("哪条引文", "Which quote"),
    "whole": ("整个回答", "the whole answer"),
    "note": ("可以写明（选填）", "Details (optional)"),
    "kept": ("问题、回答和您写的话只保存在本机，用来改进；不记录姓名和地址。", "Question, answer and your words stay on this machine; no name or address is kept."),
    "send": ("提交", "Send"),
    "cancel": ("取消", "Cancel"),
    "thanks": ("已记下，谢谢。", "Noted, thank you."),
    "withdrawn": ("已撤回。", "Withdrawn."),
    "wrong_quote": ("这条不对", "Wrong quote"),
    "gone": ("这个回答已不在对话里。", "This answer is no longer part of the conversation."),
    "failed": ("没能保存，请再试一次。", "This could not be kept; please try again."),
}  # fmt: skip


def feedback_bar(assistant: AssistantLike, settings: Settings, turns: gr.State, language: gr.Radio) -> tuple[gr.HTML, gr.State] | None:
    """The bar under the answers of ``turns``, inside ``with gr.Blocks()``; None where it is switched off or nothing can be written.

    What empties or replaces the conversation must empty the state that comes with it, see ``forgetting``.
    """
    try:
        store = open_feedback(settings)
    except InputError as problem:
        log.warning("no feedback: %s", problem)
        return None
    if store is None:
        return None
    said = gr.State({})
    bar = gr.HTML(
        value({}, "zh"),
        html_template='<div class="feedback-root" hidden></div>',
        js_on_load=SCRIPT.read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id="feedback",
    )
    bar.submit(saying(store, assistant, settings), [turns, said, language], [bar, said], trigger_mode="multiple", **QUIET)
    language.change(lambda chosen, kept: value(kept, language_of(chosen)), [language, said], [bar], **QUIET)
    return bar, said


def forgetting(chosen: str) -> tuple[dict[str, Any], Said]:
    """A conversation that is emptied or replaced: nothing is said of it yet. Gives bar and state."""
    return value({}, language_of(chosen)), {}


def value(said: Said, language: Language, told: str = "", turn: int | None = None) -> dict[str, Any]:
    """What feedback.js draws: the words, what was said of each turn, and what is to be told under which."""
    words = {key: pair[language == "en"] for key, pair in WORDS.items()}
    shown = {str(n): {key: one[key] for key in ("question", "verdict", "reason", "note")} for n, one in said.items()}
    return {"words": words, "said": shown, "told": told, "turn": turn, "reasons": list(REASONS), "most": MAX_NOTE}


def saying(store: FeedbackStore, assistant: AssistantLike, settings: Settings) -> Any:
    """The handler of everything that is pressed in the bar."""

    def on_say(turns: Sequence[Turn], said: Said, chosen: str, event: gr.EventData) -> tuple[dict[str, Any], Said]:
        language = language_of(chosen)
        asked = event._data if isinstance(event._data, dict) else {}
        number = asked.get("turn")
        at = number if isinstance(number, int) else -1
        try:
            said, word = say_of(store, turns, said, at, asked, versions(assistant, settings, turns, at))
            told = WORDS[word][language == "en"]
        except TradeAssistantError as problem:
            told = problem.said(language)
        except Exception:
            log.exception("feedback was not kept")
            told = WORDS["failed"][language == "en"]
        return value(said, language, told, at), said

    return on_say


def say_of(
    store: FeedbackStore, turns: Sequence[Turn], said: Said, at: int, asked: Mapping[str, Any], versions: Mapping[str, Any]
) -> tuple[Said, str]:
    """Keep what was said of turn ``at``, in place of what was said of it before; the same thumb again withdraws it.

    Gives the new state and the word that tells what happened. Raises InputError for what does not fit.
    """
    answer = turns[at].answer if 0 <= at < len(turns) else None
    if answer is None:
        return said, "gone"
    verdict, reason, quote = asked.get("verdict"), asked.get("reason") or None, asked.get("quote")
    before = said.get(at)
    rest = {n: one for n, one in said.items() if n != at}
    if before and verdict == before["verdict"] and not asked.get("form"):
        store.remove(before["id"])
        return rest, "withdrawn"
    note = str(asked.get("note") or "")
    identity = store.add(
        answer,
        verdict,  # type: ignore[arg-type]  # the store refuses what is no verdict
        reason=reason,
        quote=quote if isinstance(quote, int) else None,
        note=note,
        earlier=[turn.question for turn in turns[:at] if turn.answer is not None][-EARLIER:],
        versions=versions,
    )
    if before:
        store.remove(before["id"])
    kept = {"id": identity, "question": turns[at].question, "verdict": verdict, "reason": reason, "note": note.strip()}
    return {**rest, at: kept}, "thanks"


def versions(assistant: AssistantLike, settings: Settings, turns: Sequence[Turn], at: int) -> dict[str, Any]:
    """What the answer came from: encoder, parser, program, and the documents that it quotes with their digests."""
    answer = turns[at].answer if 0 <= at < len(turns) else None
    quoted = {quote["source"] for quote in (answer or {}).get("quotes", [])}
    digests = {document.source: text_digest(document.text)[:16] for document in assistant.documents if document.source in quoted}
    return {**facts_of(settings.model), "documents": digests}
