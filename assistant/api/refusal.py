"""What goes wrong in a call, told in the form of the interface or in Dify's; and the key that calls may have to carry."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from assistant.telling import findings
from index.records import InputError, TradeAssistantError

log = logging.getLogger("assistant.api")
INTERNAL = TradeAssistantError("服务内部出错，请稍后再试", "internal error, please try again")
Bearer = Annotated[str | None, Header(alias="authorization", include_in_schema=False)]


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
