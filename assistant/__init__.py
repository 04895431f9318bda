"""Questions on Chinese trade policy, answered with quoted source clauses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.chat import Assistant
    from assistant.collection import Library
    from assistant.settings import Settings

__all__ = ["Answer", "Assistant", "Library", "Settings"]
__version__ = "0.1.0"

_HOMES = {"Answer": "assistant.answer", "Assistant": "assistant.chat", "Library": "assistant.collection", "Settings": "assistant.settings"}


def __getattr__(name: str) -> Any:
    """Load the public classes when they are first used, so that ``--help`` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
