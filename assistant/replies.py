"""Answers that state nothing: what is not found or not covered, a greeting, one question back."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Answer
from assistant.drawn import answer_of, region_name
from assistant.phrases import join, say
from assistant.question import Question
from index.records import Hit


def not_found(question: Question, hits: Sequence[Hit], as_of: datetime.date, fact: str | None = None, text: str | None = None) -> Answer:
    """Say what is not stated; the nearest clauses are only ``related``."""
    related = tuple(hit.quote for hit in hits)
    if text is None:
        known = fact and related
        text = (
            say("not_found_fact", question.language, fact=say(fact or "", question.language))
            if known
            else say("not_found", question.language)
        )
    if related:
        text += "\n\n" + say("related", question.language)
    return answer_of(question, as_of, "not_found", text, related=related)


def not_covered(question: Question, hits: Sequence[Hit], regions: Sequence[str], as_of: datetime.date) -> Answer:
    """The question names a place that no document is for."""
    places = join([region_name(p, question) for p in question.foreign], question.language)
    held = join([region_name(r, question) for r in regions], question.language)
    text = say("not_covered", question.language, places=places, regions=held)
    return not_found(question, hits, as_of, text=text)


def with_uncovered(question: Question, composed: Answer, regions: Sequence[str]) -> Answer:
    """The answer with a notice of the places that no document is for."""
    places = join([region_name(p, question) for p in question.foreign], question.language)
    held = join([region_name(r, question) for r in regions], question.language)
    line = say("also_not_covered", question.language, places=places, regions=held)
    return replace(composed, text=f"{line}\n{composed.text}", notices=(line, *composed.notices))


def elsewhere_in_library(question: Question, composed: Answer) -> Answer:
    """An answer from other places than the conversation was about, with a notice that says so."""
    places = join([region_name(r, question) for r in question.regions], question.language)
    line = say("lead_wider", question.language, places=places)
    return replace(composed, text=f"{line}\n{composed.text}", notices=(line, *composed.notices))


def reply(question: Question, key: str, examples: Sequence[str], as_of: datetime.date, **values: object) -> Answer:
    """A short reply that needs no clause: a greeting, or one question back with examples to choose from."""
    status = {"greeting": "chat", "thanks": "chat", "identity": "chat", "alter": "not_found"}.get(key, "clarify")
    return answer_of(question, as_of, status, say(key, question.language, **values), follow_ups=tuple(examples))
