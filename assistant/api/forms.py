"""The bodies that the interface takes, with an example of each: its page shows them and the tests send them."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1, max_length=100_000)]
EXAMPLE = "重庆小微外贸企业投保短期出口信用保险补贴多少？"


def example(**body: Any) -> ConfigDict:
    """A body that the page of the interface shows, and that the tests send."""
    return ConfigDict(json_schema_extra={"examples": [body]})


class AskRequest(BaseModel):
    """A question, after the questions asked before it."""

    question: Text
    earlier: list[str] = Field(default=[], max_length=100)
    region: str | None = None
    as_of: datetime.date | None = None

    model_config = example(question=EXAMPLE, earlier=[], region=None, as_of=None)


class SearchRequest(BaseModel):
    """Words to find clauses for."""

    query: Text
    top_k: int = Field(10, ge=1, le=100)
    region: str | None = None

    model_config = example(query="出口退税", top_k=3, region="威海")


class DocumentsRequest(BaseModel):
    """Which documents; all without one."""

    document: str | None = Field(None, description="id, source or title")
    version: int | None = Field(None, ge=1, description="an older version of it")

    model_config = example()


class VerifyRequest(BaseModel):
    """A text to check against a document, or against all."""

    text: Text
    document: str | None = None

    model_config = example(text="对小微外贸企业投保短期出口信用保险给予保费100%补贴")
