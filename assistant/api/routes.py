"""The routes under /api. Every answer comes from ``Assistant.ask``."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

from assistant.answer import quote_dict, structure_dict
from assistant.api.dify import RetrievalRequest, records_for
from assistant.api.forms import AskRequest, DocumentsRequest, SearchRequest, VerifyRequest
from assistant.api.refusal import Bearer, PoliteRoute, check_key
from assistant.citation import citation
from assistant.surfaces import AssistantLike, document_of, kept_document, region_of, versions_of
from assistant.verify import verify
from index.records import Hit

Today = Callable[[], datetime.date]


def router(assistant: AssistantLike, key: str | None = None, today: Today = datetime.date.today) -> APIRouter:
    """The routes under /api."""
    routes = APIRouter(prefix="/api", route_class=PoliteRoute)

    def allow(authorization: str | None, dify: bool = False) -> None:
        check_key(authorization, key, required=dify)

    @routes.post("/ask", summary="回答一个问题 / answer a question", tags=["answers"])
    def ask(asked: AskRequest, authorization: Bearer = None) -> dict[str, Any]:
        """The Answer to a question, with verbatim quotes and their place in the source."""
        allow(authorization)
        return assistant.ask(asked.question, asked.earlier, region=asked.region or None, as_of=asked.as_of).to_dict()

    @routes.post("/search", summary="查条款 / find clauses", tags=["answers"])
    def search(asked: SearchRequest, authorization: Bearer = None) -> dict[str, Any]:
        """The nearest sentences with their clauses, best first, without composing an answer."""
        allow(authorization)
        hits = assistant.search(asked.query, asked.top_k, region=region_of(assistant.documents, asked.region))
        return {"query": asked.query, "results": [_result(hit, today()) for hit in hits]}

    @routes.post("/documents", summary="文件和结构 / documents and their structure", tags=["documents"])
    def documents(asked: DocumentsRequest | None = None, authorization: Bearer = None) -> list[dict[str, Any]]:
        """What was understood of each document; with "document" that one alone, with its text and the versions that are kept of it."""
        allow(authorization)
        if asked and asked.document:
            found = kept_document(assistant, asked.document, asked.version)
            return [{**structure_dict(found), "text": found.text, "versions": versions_of(assistant, found)}]
        return [structure_dict(document) for document in assistant.documents]

    @routes.post("/verify", summary="核对引文 / verify a quote", tags=["documents"])
    def verify_quote(asked: VerifyRequest, authorization: Bearer = None) -> dict[str, Any]:
        """Whether a text stands in a document and where, or the nearest true wording."""
        allow(authorization)
        scope = [document_of(assistant.documents, asked.document)] if asked.document else assistant.documents
        return verify(asked.text, scope).to_dict(today())

    @routes.post("/retrieval", summary="Dify 外部知识库 / Dify external knowledge", tags=["Dify"])
    def retrieval(asked: RetrievalRequest, authorization: Bearer = None) -> dict[str, Any]:
        """Records for Dify: the quotes of the answer first, as on the page; none where the documents do not state it."""
        allow(authorization, dify=True)
        return {"records": records_for(assistant, asked, today())}

    return routes


def _result(hit: Hit, day: datetime.date) -> dict[str, Any]:
    quote = quote_dict(hit.quote, day)
    return {**quote, "citation": citation(quote), "dense_rank": hit.dense_rank, "lexical_rank": hit.lexical_rank}
