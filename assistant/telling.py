"""What goes wrong, told in the reader's language: in the terminal by its locale, of pydantic's findings in both."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from index.records import TradeAssistantError

# what pydantic finds → (Chinese, English); a place in braces is filled from the finding's own context
_FINDINGS: dict[str, tuple[str, str]] = {
    "missing": ("缺少", "is missing"),
    "json_invalid": ("不是有效的 JSON", "is not valid JSON"),
    "model_attributes_type": ("应是 JSON 对象", "must be a JSON object"),
    "string_type": ("应是文字", "must be a text"),
    "string_too_short": ("不能为空", "must not be empty"),
    "string_too_long": ("太长，至多 {max_length} 字", "is too long, at most {max_length} characters"),
    "list_type": ("应是列表", "must be a list"),
    "too_long": ("太多，至多 {max_length} 项", "has too many items, at most {max_length}"),
    "int_type": ("应是整数", "must be a whole number"),
    "int_parsing": ("应是整数", "must be a whole number"),
    "int_from_float": ("应是整数", "must be a whole number"),
    "float_type": ("应是数字", "must be a number"),
    "float_parsing": ("应是数字", "must be a number"),
    "bool_parsing": ("应是 true 或 false", "must be true or false"),
    "greater_than": ("应大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("不能小于 {ge}", "must be at least {ge}"),
    "less_than_equal": ("不能大于 {le}", "must be at most {le}"),
    "literal_error": ("应是 {expected} 之一", "must be one of {expected}"),
}
_DAY = ("日期应写成 YYYY-MM-DD", "must be a date, YYYY-MM-DD")


def terminal_language() -> str:
    """The language of the terminal by its locale: "zh", "en", or "" where the locale names none."""
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    if locale.split(".")[0] in ("", "C", "POSIX"):
        return ""
    return "zh" if locale.lower().startswith("zh") else "en"


def in_terminal(zh: str, en: str) -> str:
    """A line for the terminal in its language, in both where its locale names none."""
    return {"zh": zh, "en": en}.get(terminal_language(), f"{zh}\n{en}")


def told(error: TradeAssistantError) -> str:
    """An error as the terminal says it."""
    return in_terminal(error.zh, error.en) if error.zh != error.en else error.zh


def findings(errors: Iterable[Mapping[str, Any]], prefix: str = "") -> tuple[str, str]:
    """What pydantic found wrong, field by field, in Chinese and in English.

    With ``prefix`` the fields are settings, named as in the environment.
    """
    zh, en = [], []
    for error in errors:
        kind, context = str(error["type"]), error.get("ctx") or {}
        field = "" if kind == "json_invalid" else ".".join(str(at) for at in error["loc"] if at != "body")
        field = f"{prefix}{field}".upper() if prefix else field or "body"
        said = _DAY if kind.startswith("date_") else _FINDINGS.get(kind)
        zh.append(f"{field}：{said[0].format(**context) if said else error['msg']}")
        en.append(f"{field} {said[1].format(**context)}" if said else f"{field}: {error['msg']}")
    return "；".join(zh), "; ".join(en)
