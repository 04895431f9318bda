"""The outermost layer of the server: security headers, closed doors, a clean first page."""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from assistant.page.words import Language, say

HEAD = Path(__file__).with_name("head.html")
HEADERS = {
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'self'; object-src 'none'; frame-ancestors 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "SAMEORIGIN",
}
# Gradio's own doors that this page has no use for
CLOSED = re.compile(r"/(gradio_api/)?(upload|proxy=|file[=/]|stream|component_server|process_recording|vibe-|runs)")

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Guard:
    """Outermost layer: headers on every response, unused doors of Gradio closed, the page's HTML cleaned."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], key: str | None = None) -> None:
        self.app = app
        self.key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message.get("headers", []) if pair[0].decode().lower() not in HEADERS]
                message["headers"] = [*kept, *((k.encode(), v.encode()) for k, v in HEADERS.items())]
            await send(message)

        if scope["path"].startswith("/mcp") and not self._allowed(scope):
            await send_guarded({"type": "http.response.start", "status": 401, "headers": [(b"www-authenticate", b"Bearer")]})
            await send_guarded({"type": "http.response.body", "body": b""})
        elif CLOSED.match(scope["path"]):
            await send_guarded({"type": "http.response.start", "status": 404, "headers": []})
            await send_guarded({"type": "http.response.body", "body": b""})
        elif scope["path"] == "/":
            await self._page(scope, receive, send_guarded)
        else:
            await self.app(scope, receive, send_guarded)

    def _allowed(self, scope: Scope) -> bool:
        """Whether a call of MCP carries the key, where there is one."""
        if self.key is None:
            return True
        given = dict(scope["headers"]).get(b"authorization", b"")
        return hmac.compare_digest(given, b"Bearer " + self.key.encode())

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Gradio's page with this page's language and without the framework's own advertisement."""
        plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        english = b"lang=en" in scope.get("query_string", b"").split(b"&")
        start: MutableMapping[str, Any] = {}
        body = b""

        async def collect(message: MutableMapping[str, Any]) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body += message.get("body", b"")

        await self.app({**scope, "headers": plain}, receive, collect)
        if scope["method"] == "GET":
            body = cleaned(body.decode(), "en" if english else "zh").encode()
            lengths = [pair for pair in start["headers"] if pair[0] != b"content-length"]
            start["headers"] = [*lengths, (b"content-length", str(len(body)).encode())]
        await send(start)
        await send({"type": "http.response.body", "body": body})


def cleaned(html: str, language: Language) -> str:
    """Gradio's first page with our title, language and head, without its cards for social networks."""
    html = re.sub(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*', "", html)
    html = re.sub(r'lang="en"', f'lang="{say("html_lang", language)}"', html, count=1)
    head = f"<head>\n<title>{say('title', language)}</title>\n{HEAD.read_text(encoding='utf-8')}"
    return html.replace("<head>", head, 1)
