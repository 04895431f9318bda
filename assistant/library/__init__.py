"""The documents that are kept: those shipped with the product and the user's own, their versions and what a person corrected."""

from assistant.library.records import FIELDS, Added, Entry, Outcome, Version
from assistant.library.store import Library

__all__ = ["FIELDS", "Added", "Entry", "Library", "Outcome", "Version"]
