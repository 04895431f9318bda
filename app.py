"""The web page: draws Answers, decides nothing.

    python app.py [--host HOST] [--port PORT] [--data FOLDER] [--model FOLDER] [--documents PATH ...]

``build_page`` makes the Gradio page, ``web_app`` puts it behind FastAPI with the headers that keep the
browser on this machine, ``serve`` runs it. Gradio and the core are imported where they are used, so
that ``--help`` is quick.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import gc
import importlib.util
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.telling import findings, in_terminal, told
from index.records import TradeAssistantError

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import APIRouter, FastAPI
    from starlette.applications import Starlette

    from assistant.settings import Settings
    from assistant.surfaces import AssistantLike

AT_ONCE = 4  # questions worked on at the same time, over all interfaces
Opened = Callable[[Callable[[int, int], None]], "AssistantLike"]
"""Opens an assistant; calls what it is given with (done, total) documents while an index is built."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def build_page(assistant: AssistantLike, settings: Settings | None = None) -> gr.Blocks:
    """The page over an assistant. State lives in the browser session, so conversations never mix."""
    from assistant.page.layout import build_page

    return build_page(assistant, settings)


def web_app(assistant: AssistantLike, routers: Sequence[APIRouter] = (), settings: Settings | None = None) -> FastAPI:
    """The interfaces, the routers, and the page at / for all else; to be served inside ``Guard``."""
    import anyio.to_thread
    from fastapi import FastAPI

    from assistant.api import add_docs, editing_routes, router
    from assistant.page.documents_tab import documents_routes
    from assistant.page.fragments import fragments
    from assistant.page.mounting import mount
    from assistant.surfaces import library_of

    mcp = mcp_app(assistant, settings.host if settings else LOOPBACK[0])

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Few threads that finish rather than many that wait for each other: everybody's answer comes in turn.
        anyio.to_thread.current_default_thread_limiter().total_tokens = AT_ONCE
        async with mcp.router.lifespan_context(mcp) if mcp else contextlib.nullcontext():
            yield

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    @app.get("/healthz", summary="服务状态 / is the service up")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    library = library_of(assistant)
    changing: list[APIRouter] = []
    if settings and library:
        follow: Callable[[], None] = getattr(assistant, "changed", lambda: None)
        changing = [editing_routes(library, settings, key_of(settings), follow), documents_routes(assistant, settings)]
    for further in (
        router(assistant, key_of(settings)),
        *changing,
        fragments(assistant),
        *routers,
    ):  # before the page, which takes every path that is left
        app.include_router(further)
    add_docs(app)
    if mcp:
        app.router.routes.extend(mcp.routes)
    mount(app, build_page(assistant, settings))
    return app


def key_of(settings: Settings | None) -> str | None:
    """The key that calls of the interfaces must carry, if any."""
    return settings.api_key.get_secret_value() if settings and settings.api_key else None


def mcp_app(assistant: AssistantLike, host: str) -> Starlette | None:
    """The MCP server at /mcp, where the extra ``mcp`` is installed."""
    if importlib.util.find_spec("mcp") is None:
        return None
    from assistant.mcp import http_app

    return http_app(assistant, host)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; OSError where the address cannot be had."""
    if not 0 <= port <= 65535:
        raise OSError(errno.EINVAL, "a port is a number from 0 to 65535")
    family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, proto)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(128)  # a second server on the port is refused here, not later
    except OSError:
        bound.close()
        raise
    return bound


def serve(assistant: AssistantLike, host: str = "127.0.0.1", port: int = 7860, settings: Settings | None = None) -> int:
    """Runs until interrupted. 2 where the address cannot be had, with what to do on stderr."""
    return serve_opened(lambda progress: assistant, host, port, settings)


def serve_opened(opened: Opened, host: str, port: int, settings: Settings | None = None) -> int:
    """Serves at once and opens the assistant meanwhile. 2 where the address or what is to be opened cannot be had."""
    try:
        bound = listen(host, port)
    except OSError as problem:
        print(advice(host, port, problem), file=sys.stderr)
        return 2
    try:
        run(opened, bound, host, settings)
    except TradeAssistantError as problem:
        print(told(problem), file=sys.stderr)
        return 2
    return 0


def advice(host: str, port: int, problem: OSError) -> str:
    """What to do about an address that cannot be had."""
    if problem.errno == errno.EADDRINUSE:
        return in_terminal(
            f"端口 {port} 已被另一个程序占用：关闭它，或用 --port 换一个，例如 --port {port + 1}。",
            f"Port {port} is in use: stop the other program or choose another --port, for example --port {port + 1}.",
        )
    return in_terminal(
        f"无法监听 {host} 端口 {port}（{problem}）：请检查 --host 和 --port。",
        f"Cannot listen on {host} port {port} ({problem}): check --host and --port.",
    )


def run(opened: Opened, bound: socket.socket, host: str, settings: Settings | None = None) -> None:
    """Serves on a bound socket until interrupted, after printing the address. Raises what ``opened`` raises."""
    import uvicorn

    from assistant.page.preparing import Made, Preparing

    def make() -> Made:
        assistant = opened(progress)
        from assistant.page.guard import Guard

        app = web_app(assistant, settings=settings)
        gc.freeze()  # what is loaded now stays: the collector, which stops every thread, need not walk it for each answer
        threading.Thread(target=warm, args=(assistant, lambda: preparing.ready), daemon=True).start()
        return Guard(app, key_of(settings)), lambda: app.router.lifespan_context(app)

    def progress(done: int, total: int) -> None:
        preparing.progress(done, total)
        show_progress(done, total)

    def failed(problem: BaseException) -> None:
        problems.append(problem)
        server.should_exit = True

    problems: list[BaseException] = []
    preparing = Preparing(make, failed)
    port = bound.getsockname()[1]
    if host not in LOOPBACK:
        zh = f"注意：正在监听 {host}，同一网络中的其他机器也能访问此页面，且没有登录。"
        en = f"Note: listening on {host}: other machines of the network can open this page too, without a login."
        print(in_terminal(zh, en), file=sys.stderr)
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
    print(f"外贸政策问答 http://{f'[{shown}]' if ':' in shown else shown}:{port}/", flush=True)
    config = uvicorn.Config(preparing, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    logging.getLogger("uvicorn.error").addFilter(worth_telling)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[bound])
    if problems:
        raise problems[0]


def worth_telling(record: logging.LogRecord) -> bool:
    """Not that a server that is stopped breaks off what its pages listen to."""
    kind = record.exc_info[0] if record.exc_info else None
    return not (kind and issubclass(kind, asyncio.CancelledError)) and "graceful shutdown" not in str(record.msg)


def warm(assistant: AssistantLike, ready: Callable[[], bool]) -> None:
    """What the first question loads (word lists, pinyin) is loaded before somebody asks it, and after the page can be opened."""
    while not ready():
        time.sleep(0.05)
    try:
        assistant.ask("出口退税几天能办完？")
    except TradeAssistantError as problem:
        logging.getLogger("assistant.page").warning("the first question failed: %s", problem.en)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="app.py",
        description="外贸政策问答网页：只依据已收录的文件作答，全程离线。The web page; works offline.",
    )
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1, this machine only)")
    parser.add_argument("--port", type=int, help="port (default: 7860)")
    parser.add_argument("--data", type=Path, help="folder of the library and its index")
    parser.add_argument("--model", help="encoder: a folder")
    parser.add_argument("--documents", nargs="+", type=Path, metavar="PATH", help="files or folders to use instead")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Opens the assistant and serves its page; 2 where what was given cannot be used."""
    options = arguments(argv)
    for library in ("OPENBLAS", "OMP", "MKL"):  # one thread for each question: the questions themselves run side by side
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)  # at the handler: some libraries set their own loggers to DEBUG
    logging.basicConfig(handlers=[handler], format="%(levelname)s %(name)s: %(message)s")
    from pydantic import ValidationError

    from assistant.settings import Settings

    given = {name: getattr(options, name) for name in ("host", "port", "data", "model")}
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as problem:
        zh, en = findings(problem.errors(), "ASSISTANT_")
        print(in_terminal(f"设置有误：{zh}", f"bad settings: {en}"), file=sys.stderr)
        return 2

    def library(progress: Callable[[int, int], None]) -> AssistantLike:
        from assistant.live import opened

        return opened(settings, options.documents or (), progress)

    return serve_opened(library, settings.host, settings.port, settings)


def show_progress(done: int, total: int) -> None:
    """The index is being built: a count that stays on one line of a terminal, and its end elsewhere."""
    if sys.stderr.isatty() or done >= total:
        end = "\n" if done >= total else ""
        print(f"\r正在建立索引 / building the index {done}/{total}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
