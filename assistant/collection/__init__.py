"""The documents that are kept: those shipped with the product and the user's own, their versions and what a person corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.collection.records import FIELDS, Added, Correction, Entry, Outcome, Version
    from assistant.collection.store import Library

__all__ = ["FIELDS", "Added", "Correction", "Entry", "Library", "Outcome", "Version"]


def __getattr__(name: str) -> Any:
    """Load what is public when it is first used, so that the command line answers ``--help`` quickly."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("assistant.collection.store" if name == "Library" else "assistant.collection.records"), name)
