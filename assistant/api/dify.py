"""Dify's external knowledge form: its request, its records, its conditions on metadata."""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

from assistant.answer import quote_dict
from assistant.api.forms import EXAMPLE, Text, example
from assistant.api.refusal import RefusedError
from assistant.citation import citation
from assistant.places import regions
from assistant.surfaces import AssistantLike
from index.text import one_line

ALL = ("all", "library", "")  # a knowledge_id for the whole library


class RetrievalSetting(BaseModel):
    """How much Dify wants."""

    top_k: int = Field(..., ge=1, le=100)
    score_threshold: float = Field(0.0, ge=0, le=1)


Operator = Literal[
    "contains", "not contains", "start with", "end with", "is", "is not", "in", "not in", "empty", "not empty", "null", "not null",
    "=", "≠", ">", "<", "≥", "≤", "before", "after",
]  # fmt: skip


class Condition(BaseModel):
    """One condition on a metadata field; one of several names is enough."""

    name: str | list[str]
    comparison_operator: Operator
    value: str | float | list[str] | None = None


class MetadataCondition(BaseModel):
    """Conditions on the metadata of a record."""

    logical_operator: Literal["and", "or"] | None = "and"
    conditions: list[Condition] = []


class RetrievalRequest(BaseModel):
    """Dify's external knowledge request; knowledge_id is "all", a region, or a document's id."""

    knowledge_id: str
    query: Text
    retrieval_setting: RetrievalSetting
    metadata_condition: MetadataCondition | None = None

    model_config = example(knowledge_id="all", query=EXAMPLE, retrieval_setting={"top_k": 3, "score_threshold": 0.0})


def records_for(assistant: AssistantLike, asked: RetrievalRequest, day: datetime.date) -> list[dict[str, Any]]:
    """The records for a request: the quotes of the answer first; none where the documents do not state what was asked."""
    region, document = _knowledge(assistant, asked.knowledge_id)
    answer = assistant.ask(asked.query, region=region).to_dict()
    if answer["status"] != "answered":
        return []
    further = [quote_dict(hit.quote, day) for hit in assistant.search(asked.query, 40, region=region)]
    records: dict[tuple[str, int], dict[str, Any]] = {}
    for quote in [*answer["quotes"], *further]:
        if document is None or quote["document"]["id"] == document:
            records.setdefault((quote["source"], quote["start"]), _record(quote))
    wanted = asked.retrieval_setting
    fitting = [r for r in records.values() if r["score"] >= wanted.score_threshold and _meets(r["metadata"], asked.metadata_condition)]
    return fitting[: wanted.top_k]


def _knowledge(assistant: AssistantLike, name: str) -> tuple[str | None, str | None]:
    """Region and document that a knowledge_id stands for."""
    if name in ALL:
        return None, None
    if name in regions(assistant.documents):
        return name, None
    for document in assistant.documents:
        if name == document.id:
            return document.region, document.id
    raise RefusedError(404, "no_such_knowledge", f"没有这个知识库：{name}", f"The knowledge does not exist: {name}", 2001)


def _record(quote: Mapping[str, Any]) -> dict[str, Any]:
    document, clause = quote["document"], quote["clause"]
    return {
        "content": quote["text"],
        "score": min(1.0, max(0.0, quote["score"])),
        "title": one_line(document["title"] or quote["source"]),
        "metadata": {
            "path": quote["source"],
            "description": citation(quote),
            "document_id": document["id"],
            **{name: document[name] for name in ("number", "issuer", "region", "issued", "status")},
            "clause": clause["number"],
            "heading": clause["heading"],
            "responsible": clause["responsible"],
            "validity": quote["validity"]["status"],
            "start": quote["start"],
            "end": quote["end"],
        },
    }


def _meets(metadata: Mapping[str, Any], wanted: MetadataCondition | None) -> bool:
    if wanted is None or not wanted.conditions:
        return True
    together = any if wanted.logical_operator == "or" else all
    return together(
        any(_holds(metadata.get(name), c.comparison_operator, c.value) for name in ([c.name] if isinstance(c.name, str) else c.name))
        for c in wanted.conditions
    )


_TEXT: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda have, want: want in have,
    "not contains": lambda have, want: want not in have,
    "start with": str.startswith,
    "end with": str.endswith,
    "is": operator.eq,
    "is not": operator.ne,
    "before": operator.lt,
    "after": operator.gt,
}
_NUMBER = {"=": operator.eq, "≠": operator.ne, ">": operator.gt, "<": operator.lt, "≥": operator.ge, "≤": operator.le}


def _holds(have: Any, sign: Operator, want: Any) -> bool:
    if sign in ("empty", "null"):
        return have in (None, "", [])
    if sign in ("not empty", "not null"):
        return have not in (None, "", [])
    if have is None:
        return sign in ("not contains", "is not", "not in", "≠")
    if sign in ("in", "not in"):
        listed = want if isinstance(want, list) else [want]
        return (str(have) in map(str, listed)) == (sign == "in")
    if sign in _NUMBER:
        try:
            return bool(_NUMBER[sign](float(have), float(want)))
        except (TypeError, ValueError):
            return False
    return _TEXT[sign]("、".join(have) if isinstance(have, list) else str(have), str(want or ""))
