"""The Model Context Protocol: ask, search, read_document, list_documents, verify_quote.

Over stdio by ``python -m assistant mcp``, over streamable HTTP at /mcp beside the page. The package ``mcp``
comes with the extra of that name and is imported here alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from assistant.answer import quote_dict, structure_dict
from assistant.citation import citation
from assistant.places import regions
from assistant.surfaces import AssistantLike, document_of, region_of
from assistant.verify import verify
from index.records import InputError

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from starlette.applications import Starlette

INSTRUCTIONS = (
    "Answers on Chinese trade policy from a fixed set of official documents, quoted verbatim. 外贸政策问答：逐字引用原文。"
    "Use `ask` for a question, `search` for clauses, `read_document` for a whole text, and `verify_quote` before you repeat a "
    "wording as official. A fact that is null is not stated in the document: do not fill it in."
)


def mcp_server(assistant: AssistantLike, today: Callable[[], datetime.date] = datetime.date.today) -> MCPServer[Any]:
    """The server with its five tools. Raises InputError without the package ``mcp``."""
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ImportError:
        raise InputError(
            "MCP 需要 mcp：pip install 'trade-policy-assistant[mcp]'",
            "MCP needs the package mcp: pip install 'trade-policy-assistant[mcp]'",
        ) from None
    server: MCPServer[Any] = MCPServer("trade-policy-assistant", title="外贸政策问答", instructions=INSTRUCTIONS, log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)

    def tool(function: Callable[..., Any]) -> Callable[..., Any]:
        """Registers ``function``; what the core refuses is said to the caller in its words."""
        from functools import wraps

        @wraps(function)
        def told(*given: Any, **named: Any) -> Any:
            try:
                return function(*given, **named)
            except InputError as error:
                raise ToolError(str(error)) from None

        server.tool(annotations=reads)(told)
        return function

    @tool
    def ask(question: str, earlier: list[str] | None = None, region: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """Answer a question on Chinese trade policy (Chinese or English) with verbatim quotes.

        earlier: the questions asked before in this conversation. region: keep to one region's documents
        (e.g. 重庆). as_of: the day (YYYY-MM-DD) that validity is judged for. status is answered, not_found
        (the documents do not state it; related clauses do not answer it), clarify or chat.
        """
        return assistant.ask(question, earlier or [], region=region, as_of=_day(as_of)).to_dict()

    @tool
    def search(query: str, top_k: int = 10, region: str | None = None) -> dict[str, Any]:
        """Find the clauses nearest to some words, best first, without composing an answer."""
        found = assistant.search(query, max(1, min(top_k, 100)), region=region_of(assistant.documents, region))
        return {"query": query, "results": [{**(q := quote_dict(hit.quote, today())), "citation": citation(q)} for hit in found]}

    @tool
    def list_documents() -> dict[str, Any]:
        """List the documents held here: id, title, number, issuer, region, date, status and how many clauses."""
        return {
            "documents": [
                {**structure_dict(d)["document"], "source": d.source, "characters": len(d.text),
                 "clauses": sum(part.kind == "clause" for part in d.parts)}
                for d in assistant.documents
            ],
            "regions": regions(assistant.documents),
        }  # fmt: skip

    @tool
    def read_document(document: str, start: int = 0, end: int | None = None) -> dict[str, Any]:
        """Read a document (by id, source or title) with its structure: the text, or characters start to end of it."""
        found = document_of(assistant.documents, document)
        if start < 0 or (end is not None and end < start):
            raise InputError("start、end 应为 0 ≤ start ≤ end", "start and end must be 0 ≤ start ≤ end")
        text = found.text[start:end]
        return {**structure_dict(found), "text": text, "start": start, "end": start + len(text), "characters": len(found.text)}

    @tool
    def verify_quote(text: str, document: str | None = None) -> dict[str, Any]:
        """Check whether a text stands in a document (or any, without one), where, or give the nearest true wording.

        verdict: verbatim, spacing (the same but for blanks, line breaks or the shape of signs), similar (it does
        not stand so; places holds the true wording, differences what departs from it) or absent.
        """
        documents = [document_of(assistant.documents, document)] if document else assistant.documents
        return verify(text, documents).to_dict(today())

    return server


def http_app(assistant: AssistantLike, host: str) -> Starlette:
    """The server over streamable HTTP at /mcp; each request stands alone, so that nothing is kept between them."""
    return mcp_server(assistant).streamable_http_app(host=host, stateless_http=True, json_response=True)


def _day(text: str | None) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"日期应写成 YYYY-MM-DD，不是 {text!r}", f"a date is written YYYY-MM-DD, not {text!r}") from None
