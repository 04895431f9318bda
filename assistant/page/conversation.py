"""A conversation: questions, what came of them, and the messages that the page shows for them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from assistant.page.render import (
    DocumentLike,
    draw_answer,
    draw_pending,
    draw_problem,
    draw_question,
    draw_welcome,
)
from assistant.page.words import Language, region_name, say
from index.records import TradeAssistantError

log = logging.getLogger("assistant.page")
EARLIER = 20  # questions of the conversation that the core is told


class AnswerLike(Protocol):
    """What the page needs of an Answer."""

    def to_dict(self) -> dict[str, Any]:
        """The public JSON form."""


class AssistantLike(Protocol):
    """What the page needs of the core; ``ask`` may be called from several threads at once."""

    @property
    def documents(self) -> Sequence[DocumentLike]:
        """All documents; their texts are the ones that quotes point into."""

    def ask(
        self,
        question: str,
        earlier: Sequence[str] = (),
        *,
        region: str | None = None,
        as_of: date | None = None,
    ) -> AnswerLike:
        """The answer to ``question``, asked after the questions ``earlier``."""


@dataclass(frozen=True)
class Turn:
    """One question of a conversation and what came of it: an Answer, a message, or nothing yet."""

    question: str
    answer: dict[str, Any] | None = None
    problem: str | None = None


def ask(assistant: AssistantLike, question: str, turns: Sequence[Turn], region: str) -> Turn:
    """One question answered; what goes wrong becomes a message, never a traceback on the page."""
    earlier = [turn.question for turn in turns if turn.answer is not None][-EARLIER:]
    try:
        answer = assistant.ask(question, earlier, region=region or None)
        return Turn(question, answer=answer.to_dict())
    except TradeAssistantError as problem:
        return Turn(question, problem=str(problem))
    except Exception:
        log.exception("a question of %d characters failed", len(question))
        return Turn(question, problem="")


def draw_turn(turn: Turn, number: int, assistant: AssistantLike, language: Language) -> list[str]:
    """The two messages of a turn: the question, and the answer or what stands in for it."""
    question = draw_question(turn.question, language)
    if turn.answer is not None:
        return [question, draw_answer(turn.answer, texts_for(turn.answer, assistant), language, number)]
    if turn.problem is not None:
        return [question, draw_problem(turn.problem or say("failed", language))]
    return [question, draw_pending(language)]


def texts_for(answer: dict[str, Any], assistant: AssistantLike) -> dict[str, str]:
    """Source → whole text, for the sources that the answer quotes."""
    wanted = {quote["source"] for quote in [*answer["quotes"], *(answer.get("related") or [])]}
    return {document.source: document.text for document in assistant.documents if document.source in wanted}


def conversation(
    turns: Sequence[Turn], assistant: AssistantLike, language: Language, start: int = 0
) -> dict[str, Any]:
    """What the page's script draws: the messages from turn ``start`` on; without any, the welcome."""
    if not turns:
        return {"start": 0, "items": [draw_welcome(assistant.documents, language)]}
    items = [
        message
        for number, turn in enumerate(turns[start:], start)
        for message in draw_turn(turn, number, assistant, language)
    ]
    return {"start": 2 * start, "items": items}


def region_choices(assistant: AssistantLike, language: Language) -> list[tuple[str, str]]:
    """All regions, the whole country first, then in the order of the documents."""
    regions = dict.fromkeys(document.region for document in assistant.documents if document.region)
    ordered = sorted(regions, key=lambda region: region != "全国")
    return [
        (say("all_regions", language), ""),
        *((region_name(region, language), region) for region in ordered),
    ]
