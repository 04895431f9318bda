"""Who may change the library over HTTP, by the page or the interface, and the file that comes in a body."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from assistant.settings import Settings

LOCAL = ("127.0.0.1", "localhost", "::1")


def may_change(settings: Settings, host: str | None) -> bool:
    """Whether who reached this server at the name ``host`` may change the library: a setting, else only on this machine."""
    if settings.edit is not None:
        return settings.edit
    return settings.host in LOCAL and host in LOCAL


def own_page(request: Request) -> bool:
    """Whether a change comes from this very page, or from no page at all, and not from another that the browser has open."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def body_of(request: Request, most: int) -> bytes:
    """The file in the body, cut just over the limit that its reader refuses."""
    data = bytearray()
    async for piece in request.stream():  # to its end: a browser that is not heard out tells of a broken connection instead
        if len(data) <= most:
            data += piece
    return bytes(data[: most + 1])
