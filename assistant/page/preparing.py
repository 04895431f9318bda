"""What the server says while the assistant is being made ready: the page that it is, /healthz the same, and calls wait."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager
from html import escape
from typing import Any

from assistant.page.guard import HEADERS
from assistant.page.words import Language, say

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
Made = tuple[Asgi, Callable[[], AbstractAsyncContextManager[Any]]]
"""An application and its lifespan."""


class Preparing:
    """An application that is served from the first moment and made meanwhile, in a thread of its own.

    ``make`` gives it, or raises; ``failed`` is then called with what it raised, to end the server. ``progress`` may be called
    from any thread with (done, total) documents of an index that is being built.
    """

    def __init__(self, make: Callable[[], Made], failed: Callable[[BaseException], None]) -> None:
        self._make = make
        self._failed = failed
        self._app: Asgi | None = None
        self._done = (0, 0)
        self._ready = asyncio.Event()

    def progress(self, done: int, total: int) -> None:
        """So many documents of an index are built."""
        self._done = (done, total)

    @property
    def ready(self) -> bool:
        """Whether the application itself answers."""
        return self._app is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if self._app is None and scope["type"] == "http":
            if scope["path"] == "/healthz":
                await _respond(send, "application/json", json.dumps(self._state()))
                return
            if scope["path"] == "/":
                english = b"lang=en" in scope.get("query_string", b"").split(b"&")
                await _respond(send, "text/html; charset=utf-8", draw_preparing(*self._done, "en" if english else "zh"))
                return
        await self._ready.wait()
        assert self._app is not None
        await self._app(scope, receive, send)

    def _state(self) -> dict[str, Any]:
        done, total = self._done
        return {"status": "preparing", "indexed": done, "documents": total or None}

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        """Starts at once; what is made is entered and left by one task, as its own lifespan asks for."""
        await receive()
        await send({"type": "lifespan.startup.complete"})
        stop = asyncio.Event()
        kept = asyncio.create_task(self._keep(stop))
        await receive()
        stop.set()
        if not self.ready:
            kept.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await kept
        await send({"type": "lifespan.shutdown.complete"})

    async def _keep(self, stop: asyncio.Event) -> None:
        try:
            app, lifespan = await self._made()
            async with lifespan():
                self._app = app
                self._ready.set()
                await stop.wait()
        except Exception as problem:
            self._failed(problem)

    async def _made(self) -> Made:
        """What ``make`` gives. Its thread ends with the process: who stops the server does not wait for an index."""
        loop = asyncio.get_running_loop()
        made: asyncio.Future[Made] = loop.create_future()

        def tell(result: Made | None, problem: BaseException | None = None) -> None:
            if made.done():  # the server was stopped meanwhile
                return
            if result is None:
                made.set_exception(problem or RuntimeError("nothing was made"))
            else:
                made.set_result(result)

        def work() -> None:
            try:
                told: tuple[Made | None, BaseException | None] = (self._make(), None)
            except Exception as problem:
                told = (None, problem)
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(tell, *told)

        threading.Thread(target=work, daemon=True).start()
        return await made


def draw_preparing(done: int, total: int, language: Language) -> str:
    """A page that asks again by itself; there is nothing on it to load."""
    count = f"<p>{escape(say('preparing_count', language, done=done, total=total))}</p>" if total else ""
    return (
        f'<!doctype html><html lang="{say("html_lang", language)}"><head><meta charset="utf-8"><meta http-equiv="refresh" content="1">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(say("title", language))}</title>'
        '<link rel="icon" href="data:,"><style>:root { color-scheme: light dark; --accent: #1f4f82; --ground: #f5f6f8; --ink: #1d2733 } '
        "@media (prefers-color-scheme: dark) { :root { --accent: #8dbbea; --ground: #12171d; --ink: #e4e8ee } } "
        "body { margin: 22vh auto 0; max-width: 34em; padding: 0 20px; text-align: center; font: 16px/1.8 system-ui, 'PingFang SC', "
        "'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif; color: var(--ink); background: var(--ground) } "
        "h1 { font-size: 24px; color: var(--accent) }</style></head>"
        f'<body><main><h1>{escape(say("title", language))}</h1><p role="status">{escape(say("preparing", language))}</p>{count}</main></body></html>'
    )


async def _respond(send: Send, kind: str, body: str) -> None:
    """A response that says that it is not the last word."""
    told = {**HEADERS, "content-type": kind, "retry-after": "1", "cache-control": "no-store"}
    await send({"type": "http.response.start", "status": 503, "headers": [(k.encode(), v.encode()) for k, v in told.items()]})
    await send({"type": "http.response.body", "body": body.encode()})
