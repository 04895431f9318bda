"""What the page's script fetches: the source view, look-up results, batches and exports. Nothing is kept here."""

from __future__ import annotations

import base64
import contextlib
import csv
import datetime
import io
import json
import logging
import re
from collections.abc import Callable, Coroutine, Iterator
from html import escape
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote as quoted
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from assistant.batch import MAX_BYTES, answering, read_batch
from assistant.citation import word
from assistant.export import CSV, DOCX, XLSX, Turn, docx, figures_xlsx, markdown
from assistant.lookup import Figure, Filters, figures_table, look_up
from assistant.page.desk import draw_figures, draw_results
from assistant.page.source import draw_source, original_link
from assistant.page.words import examples, language_of, say, sentence
from assistant.places import regions
from assistant.surfaces import AssistantLike, kept_document, original_of
from index.records import InputError, TradeAssistantError

log = logging.getLogger("assistant.page")
HERE = Path(__file__).parent
LIMIT = 60  # clauses of one look-up
Script = Literal[
    "desk.js",
    "shared.js",
    "source.js",
    "taking.js",
    "lookup.js",
    "batch.js",
    "connection.js",
    "documents.js",
    "clauses.js",
    "desk.css",
    "documents.css",
]
Today = Callable[[], datetime.date]


class Asked(BaseModel):
    """A question of a conversation, with the region it was asked for."""

    question: str = Field(max_length=100_000)
    region: str | None = None


class ExportRequest(BaseModel):
    """A conversation to take along, by its questions: the answers are made anew and so are the ones shown."""

    form: Literal["md", "docx"]
    asked: list[Asked] = Field(max_length=200)
    lang: str = "zh"


class Wanted(BaseModel):
    """The query of the look-up tab."""

    q: str = Field("", max_length=1000)
    region: str = ""
    document: str = ""
    status: str = ""
    year: str = ""
    unit: str = ""
    kind: str = ""
    figures: bool = False
    sort: str = ""
    lang: str = "zh"

    @property
    def filters(self) -> Filters:
        """The bounds; what was left open is None."""
        return Filters(self.region or None, self.document or None, self.status or None, self.year or None, self.unit or None, self.figures)


class PageRoute(APIRoute):
    """What goes wrong becomes a sentence in the reader's language."""

    unforeseen = "failed"

    def status_of(self, problem: TradeAssistantError) -> int:
        """The HTTP status of what is refused."""
        return 400

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with its errors told."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            language = language_of(request.query_params.get("lang"))
            try:
                return await handle(request)
            except RequestValidationError:
                return HTMLResponse(draw_failure(say("broken", language)), status_code=422)
            except TradeAssistantError as problem:
                refused = draw_failure(sentence(problem.said(language), language))
                return HTMLResponse(refused, status_code=self.status_of(problem), headers={"x-refused": "yes"})
            except Exception:
                log.exception("%s failed", self.path)
                return HTMLResponse(draw_failure(say(self.unforeseen, language)), status_code=500)

        return told


def draw_failure(message: str) -> str:
    """A message in the place of what was asked for."""
    return f'<p class="failure" role="alert">{escape(message)}</p>'


def fragments(assistant: AssistantLike, today: Today = datetime.date.today) -> APIRouter:
    """The routes under /page."""
    routes = APIRouter(prefix="/page", route_class=PageRoute, include_in_schema=False)

    @routes.get("/source", response_class=HTMLResponse)
    def source(document: str, marks: str = "", lang: str = "zh") -> Response:
        language = language_of(lang)
        try:
            found = kept_document(assistant, document)
        except InputError:
            return HTMLResponse(draw_failure(say("no_document", language)), status_code=404)
        marked = spans(marks)
        kept = original_of(assistant, found)
        page = kept[0].page_at(marked[0][0] if marked else 0) if kept else None
        return HTMLResponse(draw_source(found, marked, language, original_link(found.source, page, language) if kept else ""))

    @routes.get("/original")
    def original(source: str, lang: str = "zh") -> Response:
        """The file itself: a PDF to be looked at, anything else to be taken along, so that no page of others is shown as ours."""
        with contextlib.suppress(InputError):
            if kept := original_of(assistant, kept_document(assistant, source)):
                version, file = kept
                pdf = version.media_type == "application/pdf"
                kind, way = (version.media_type, "inline") if pdf else ("application/octet-stream", "attachment")
                return FileResponse(file, media_type=kind, filename=version.name, content_disposition_type=way)
        return HTMLResponse(draw_failure(say("no_document", language_of(lang))), status_code=404)

    @routes.get("/lookup", response_class=HTMLResponse)
    def lookup(wanted: Annotated[Wanted, Query()]) -> str:
        found = look_up(assistant, wanted.q, wanted.filters, today(), LIMIT)
        return draw_results(found, bool(wanted.q.strip()), LIMIT, language_of(wanted.lang), today())

    @routes.get("/figures", response_class=HTMLResponse)
    def figures(wanted: Annotated[Wanted, Query()]) -> str:
        rows = table(wanted)
        given = {name: value for name, value in wanted.model_dump().items() if value}
        return draw_figures(rows, wanted.sort, language_of(wanted.lang), today(), f"page/figures.xlsx?{urlencode(given)}")

    @routes.get("/figures.xlsx")
    def workbook(wanted: Annotated[Wanted, Query()]) -> Response:
        language = language_of(wanted.lang)
        return attachment(figures_xlsx(table(wanted), language), "figures.xlsx", XLSX)

    def table(wanted: Wanted) -> list[Figure]:
        return figures_table(assistant.documents, wanted.filters, today(), kind=wanted.kind or None, words=wanted.q, sort=wanted.sort)

    @routes.post("/export")
    def export(wanted: ExportRequest) -> Response:
        language = language_of(wanted.lang)
        turns = conversation_of(assistant, wanted.asked)
        if wanted.form == "md":
            return attachment(markdown(turns, language).encode(), "conversation.md", "text/markdown; charset=utf-8")
        return attachment(docx(turns, language), "conversation.docx", DOCX)

    @routes.get("/batch/sample.csv")
    def sample(lang: str = "zh") -> Response:
        language = language_of(lang)
        out = io.StringIO(newline="")
        rows = [[word("question", language)], *([text] for text in examples(language, regions(assistant.documents)))]
        csv.writer(out).writerows(rows)
        return attachment(out.getvalue().encode("utf-8-sig"), "questions.csv", CSV)

    @routes.post("/batch")
    async def batch(request: Request, name: str, lang: str = "zh") -> Response:
        """The file in the body; a line of JSON for each step, the last with the file or with what is wrong."""
        language = language_of(lang)
        data = b""
        async for piece in request.stream():  # to its end: a browser that is not heard out tells of a broken connection instead
            data = (data + piece)[: MAX_BYTES + 1]
        try:
            read = await run_in_threadpool(read_batch, name, data)
        except InputError as problem:
            return JSONResponse({"error": sentence(problem.said(language), language)})

        def lines() -> Iterator[str]:
            try:
                for done, total, made in answering(read, assistant, today(), language):
                    step: dict[str, Any] = {"done": done, "total": total}
                    if made is not None:
                        step |= {"name": read.result_name, "file": base64.b64encode(made).decode()}
                    yield json.dumps(step, ensure_ascii=False) + "\n"
            except TradeAssistantError as problem:
                yield json.dumps({"error": sentence(problem.said(language), language)}, ensure_ascii=False) + "\n"
            except Exception:
                log.exception("a batch of %d questions failed", len(read.questions))
                yield json.dumps({"error": say("failed", language)}, ensure_ascii=False) + "\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    @routes.get("/{name}", name="script and style")
    def script(name: Script) -> FileResponse:
        kind = "text/javascript" if name.endswith("js") else "text/css"
        return FileResponse(HERE / name, media_type=f"{kind}; charset=utf-8", headers={"cache-control": "no-cache"})

    return routes


def conversation_of(assistant: AssistantLike, asked: list[Asked]) -> list[Turn]:
    """The answers to the questions of a conversation, each asked after the ones before it; refused ones are left out."""
    turns: list[Turn] = []
    for one in asked:
        try:
            answer = assistant.ask(one.question, [question for question, _ in turns][-20:], region=one.region or None)
        except InputError:
            continue
        turns.append((one.question, answer.to_dict()))
    return turns


def spans(marks: str) -> list[tuple[int, int]]:
    """The spans of "12-34,56-78"; what is no span is left out."""
    found = (re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", piece) for piece in marks.split(",")[:200])
    return [(int(pair[1]), int(pair[2])) for pair in found if pair]


def attachment(data: bytes, name: str, kind: str) -> Response:
    """A file to save."""
    return Response(data, media_type=kind, headers={"content-disposition": f"attachment; filename*=UTF-8''{quoted(name)}"})
