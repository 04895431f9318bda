"""A conversation: questions, what came of them, and the messages that the page shows for them."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.page.render import (
    draw_answer,
    draw_pending,
    draw_problem,
    draw_question,
    draw_welcome,
)
from assistant.page.words import WORDS, Language, region_name, say, sentence
from assistant.places import regions
from assistant.surfaces import AssistantLike, kept_document
from index.records import InputError, TradeAssistantError

log = logging.getLogger("assistant.page")
EARLIER = 20  # questions of the conversation that the core is told
KEPT = 50  # questions of a conversation that a reload brings back


@dataclass(frozen=True)
class Turn:
    """One question of a conversation and what came of it: an Answer, an error, or nothing yet."""

    question: str
    answer: dict[str, Any] | None = None
    problem: TradeAssistantError | None = None
    region: str = ""


def ask(assistant: AssistantLike, question: str, turns: Sequence[Turn], region: str) -> Turn:
    """One question answered; what goes wrong becomes an error to tell, never a traceback on the page."""
    earlier = [turn.question for turn in turns if turn.answer is not None][-EARLIER:]
    try:
        answer = assistant.ask(question, earlier, region=region or None)
        return Turn(question, answer=answer.to_dict(), region=region)
    except TradeAssistantError as problem:
        return Turn(question, problem=problem, region=region)
    except Exception:
        log.exception("a question of %d characters failed", len(question))
        return Turn(question, problem=TradeAssistantError(*WORDS["failed"]), region=region)


def restored(assistant: AssistantLike, stored: str) -> list[Turn]:
    """The conversation that a browser kept, by its questions; they are asked anew, so that nothing can be slipped in."""
    try:
        kept = json.loads(stored or "[]")
        asked = [(str(one["question"]), str(one.get("region") or "")) for one in kept][-KEPT:]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []
    turns: list[Turn] = []
    for question, region in asked:
        turns.append(ask(assistant, question, turns, region if region in regions(assistant.documents) else ""))
    return turns


def draw_turn(turn: Turn, number: int, assistant: AssistantLike, language: Language) -> list[str]:
    """The two messages of a turn: the question, and the answer or what stands in for it."""
    question = draw_question(turn.question, language)
    if turn.answer is not None:
        return [question, draw_answer(turn.answer, texts_for(turn.answer, assistant), language, number)]
    if turn.problem is not None:
        return [question, draw_problem(sentence(turn.problem.said(language), language))]
    return [question, draw_pending(language)]


def texts_for(answer: dict[str, Any], assistant: AssistantLike) -> dict[str, str]:
    """Source → whole text, for the sources that the answer quotes."""
    wanted = {quote["source"] for quote in [*answer["quotes"], *(answer.get("related") or [])]}
    texts = {document.source: document.text for document in assistant.documents if document.source in wanted}
    for source in wanted - texts.keys():  # quoted before the library changed
        with contextlib.suppress(InputError):
            texts[source] = kept_document(assistant, source).text
    return texts


def conversation(turns: Sequence[Turn], assistant: AssistantLike, language: Language, start: int = 0) -> dict[str, Any]:
    """What the page's script draws: the messages from turn ``start`` on; without any, the welcome."""
    if not turns:
        return {"start": 0, "items": [draw_welcome(assistant.documents, language)], "asked": []}
    items = [message for number, turn in enumerate(turns[start:], start) for message in draw_turn(turn, number, assistant, language)]
    asked = [{"question": turn.question, "region": turn.region} for turn in turns]
    return {"start": 2 * start, "items": items, "asked": asked[-KEPT:]}


def region_choices(assistant: AssistantLike, language: Language) -> list[tuple[str, str]]:
    """All regions, the whole country first, then in the order of the documents."""
    return [
        (say("all_regions", language), ""),
        *((region_name(region, language), region) for region in regions(assistant.documents)),
    ]
