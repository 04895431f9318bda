"""HTTP: /api/ask, /api/search, /api/documents, /api/verify, and /api/retrieval in Dify's form. /api is its page.

Every answer comes from ``Assistant.ask``. What goes wrong is told as ``{"error": {"code", "message", "message_en"}}`` (Chinese,
English), on /api/retrieval as Dify's ``{"error_code", "error_msg"}``; never a traceback. With ``key`` each call must carry it
as ``Authorization: Bearer …``.
"""

from __future__ import annotations

import datetime
import hmac
import json
import logging
import operator
from collections.abc import Callable, Coroutine, Mapping
from html import escape
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from assistant.answer import quote_dict, structure_dict
from assistant.export import citation
from assistant.places import regions
from assistant.surfaces import AssistantLike, document_of, region_of
from assistant.telling import findings
from assistant.verify import verify
from index.records import Hit, InputError, TradeAssistantError
from index.text import one_line

log = logging.getLogger("assistant.api")
ALL = ("all", "library", "")  # a knowledge_id for the whole library
Today = Callable[[], datetime.date]
Text = Annotated[str, Field(min_length=1, max_length=100_000)]


INTERNAL = TradeAssistantError("服务内部出错，请稍后再试", "internal error, please try again")
EXAMPLE = "重庆小微外贸企业投保短期出口信用保险补贴多少？"
Bearer = Annotated[str | None, Header(alias="authorization", include_in_schema=False)]


def _example(**body: Any) -> ConfigDict:
    """A body that the page of the interface shows, and that the tests send."""
    return ConfigDict(json_schema_extra={"examples": [body]})


class AskRequest(BaseModel):
    """A question, after the questions asked before it."""

    question: Text
    earlier: list[str] = Field(default=[], max_length=100)
    region: str | None = None
    as_of: datetime.date | None = None

    model_config = _example(question=EXAMPLE, earlier=[], region=None, as_of=None)


class SearchRequest(BaseModel):
    """Words to find clauses for."""

    query: Text
    top_k: int = Field(10, ge=1, le=100)
    region: str | None = None

    model_config = _example(query="出口退税", top_k=3, region="威海")


class DocumentsRequest(BaseModel):
    """Which documents; all without one."""

    document: str | None = Field(None, description="id, source or title")

    model_config = _example()


class VerifyRequest(BaseModel):
    """A text to check against a document, or against all."""

    text: Text
    document: str | None = None

    model_config = _example(text="对小微外贸企业投保短期出口信用保险给予保费100%补贴")


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

    model_config = _example(knowledge_id="all", query=EXAMPLE, retrieval_setting={"top_k": 3, "score_threshold": 0.0})


class RefusedError(TradeAssistantError):
    """A call that is not served: HTTP status, Dify's code where there is one, and why."""

    def __init__(self, status: int, code: str, zh: str, en: str, dify: int = 0) -> None:
        super().__init__(zh, en)
        self.status, self.code, self.dify = status, code, dify


class PoliteRoute(APIRoute):
    """Turns what goes wrong into the error form of the interface."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with its errors told."""
        handle = super().get_route_handler()
        dify = self.path.endswith("/retrieval")

        async def polite(request: Request) -> Response:
            try:
                return await handle(request)
            except RefusedError as refused:
                return _refusal(dify, refused.status, refused.code, refused, refused.dify)
            except RequestValidationError as problem:
                return _refusal(dify, 422, "invalid_request", _wrong(problem))
            except InputError as problem:
                return _refusal(dify, 400, "bad_input", problem)
            except TradeAssistantError as problem:
                return _refusal(dify, 503, "unavailable", problem)
            except Exception:
                log.exception("%s failed", self.path)
                return _refusal(dify, 500, "internal_error", INTERNAL)

        return polite


def _refusal(dify: bool, status: int, code: str, problem: TradeAssistantError, dify_code: int = 0) -> Response:
    if dify:  # one text alone, for whoever runs Dify
        return JSONResponse({"error_code": dify_code or status, "error_msg": str(problem)}, status_code=status)
    return JSONResponse({"error": {"code": code, "message": problem.zh, "message_en": problem.en}}, status_code=status)


def _wrong(problem: RequestValidationError) -> InputError:
    zh, en = findings(problem.errors())
    return InputError(f"请求格式有误：{zh}", f"malformed request: {en}")


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
        """What was understood of each document; with "document" that one alone, with its text."""
        allow(authorization)
        if asked and asked.document:
            found = document_of(assistant.documents, asked.document)
            return [{**structure_dict(found), "text": found.text}]
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
        return {"records": _records(assistant, asked, today())}

    return routes


def check_key(authorization: str | None, key: str | None, required: bool = False) -> None:
    """Raises RefusedError unless the header carries ``key``; without a key only its form is checked, where one is given or required."""
    if authorization is None and key is None and not required:
        return
    scheme, _, given = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        zh, en = (
            "请在 Authorization 请求头里写 Bearer <api-key>",
            "Invalid Authorization header format. Expected 'Bearer <api-key>' format.",
        )
        raise RefusedError(403 if required else 401, "bad_authorization", zh, en, 1001)
    if key is not None and not hmac.compare_digest(given.strip().encode(), key.encode()):
        raise RefusedError(403, "not_authorized", "密钥不符", "Authorization failed", 1002)


def _result(hit: Hit, day: datetime.date) -> dict[str, Any]:
    quote = quote_dict(hit.quote, day)
    return {**quote, "citation": citation(quote), "dense_rank": hit.dense_rank, "lexical_rank": hit.lexical_rank}


# ---- Dify


def _records(assistant: AssistantLike, asked: RetrievalRequest, day: datetime.date) -> list[dict[str, Any]]:
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


# ---- its own page


def add_docs(app: FastAPI, title: str = "外贸政策问答 API", version: str = "0.1.0") -> None:
    """GET /api/openapi.json, and /api as a page made from it: nothing is fetched from elsewhere."""
    schema: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not schema:
            schema.update(get_openapi(title=title, version=version, routes=app.routes, summary="Verbatim answers on trade policy, offline"))
        return schema

    @app.get("/api/openapi.json", include_in_schema=False)
    def openapi_json() -> dict[str, Any]:
        return openapi()

    @app.get("/api", include_in_schema=False, response_class=HTMLResponse)
    @app.get("/api/docs", include_in_schema=False, response_class=HTMLResponse)
    def page(request: Request) -> str:
        return docs_page(openapi(), str(request.base_url).rstrip("/"))


_STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.7 system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif; max-width: 900px; margin: 0 auto;
  padding: 24px 20px 60px; color: CanvasText; background: Canvas }
h1 { font-size: 24px; border-bottom: 2px solid #1f4f82; padding-bottom: 10px }
h2 { font-size: 17px; margin: 32px 0 4px }
code, pre { font: 13px/1.6 ui-monospace, Consolas, monospace }
pre { border: 1px solid #8885; border-radius: 6px; padding: 10px 14px; overflow-x: auto }
b { color: #fff; background: #1f4f82; border-radius: 4px; padding: 1px 8px; font-size: 13px }
table { border-collapse: collapse; width: 100% }
td { text-align: left; border-bottom: 1px solid #8885; padding: 4px 12px 4px 0; vertical-align: top }
"""


def docs_page(schema: Mapping[str, Any], address: str) -> str:
    """Every path with its fields and a curl call that can be pasted."""
    models = schema.get("components", {}).get("schemas", {})
    calls = [(path, method, told) for path, methods in schema["paths"].items() for method, told in methods.items()]
    sections = "".join(_path_section(path, method, told, models, address) for path, method, told in calls)
    whole = f"{escape(address)}/api/openapi.json"
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(schema['info']['title'])}</title><style>{_STYLE}</style></head><body><main><h1>{escape(schema['info']['title'])}</h1>"
        f'<p>机器可读 / machine-readable: <a href="{whole}">/api/openapi.json</a> · MCP: <code>{escape(address)}/mcp</code></p>'
        f"{sections}</main></body></html>"
    )


def _path_section(path: str, method: str, told: Mapping[str, Any], models: Mapping[str, Any], address: str) -> str:
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = json.dumps(body)
    model: Mapping[str, Any] = next((models[m] for m in models if f'schemas/{m}"' in name), {})
    required, must = model.get("required", []), "必填 / required"
    fields = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{escape(_type(kind))}</td><td>{must if field in required else ''}</td></tr>"
        for field, kind in model.get("properties", {}).items()
    )
    example = (model.get("examples") or [None])[0]
    call = f"curl -s {address}{path}"
    if example is not None:
        bearer = " -H 'Authorization: Bearer KEY'" if path.endswith("/retrieval") else ""
        call += f" -H 'Content-Type: application/json'{bearer} -d '{json.dumps(example, ensure_ascii=False)}'"
    table = f"<table>{fields}</table>" if fields else ""
    return (
        f"<section><h2><b>{method.upper()}</b> <code>{escape(path)}</code></h2><p>{escape(told.get('summary', ''))}<br>"
        f'{escape(told.get("description", ""))}</p>{table}<pre tabindex="0">{escape(call)}</pre></section>'
    )


def _type(field: Mapping[str, Any]) -> str:
    if "anyOf" in field:
        return " | ".join(_type(one) for one in field["anyOf"])
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if field.get("type") == "array":
        return f"{_type(field.get('items', {}))}[]"
    return str(field.get("format") or field.get("type") or "")
