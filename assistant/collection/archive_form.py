"""The form of the manifest in a library's file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from assistant.collection.clauses import KINDS, PART_FIELDS
from assistant.collection.corrections import LONGEST, OF_DOCUMENT, checked_facts
from index.records import InputError

KIND, FORMAT = "trade-policy-assistant library", 1
MANIFEST = "manifest.json"


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class StatedForm(_Strict):
    """``Stated`` of a version."""

    title: str | None
    number: str | None
    issuer: str | None
    issued: str | None


class CorrectionForm(_Strict):
    """One correction; ``start`` is OF_DOCUMENT or where the part begins."""

    start: int = Field(ge=OF_DOCUMENT)
    name: str
    value: str | None


class VersionForm(_Strict):
    """One version; ``digest`` and ``text`` name the members that hold the original and the text."""

    version: int = Field(ge=1)
    name: str = Field(min_length=1)
    media_type: str
    digest: str = Field(pattern="^[0-9a-f]{64}$")
    text: str = Field(pattern="^[0-9a-f]{64}$")
    original: bool
    pages: list[int]
    stated: StatedForm
    added: str
    corrections: list[CorrectionForm]


class DocumentForm(_Strict):
    """A document with all its versions."""

    id: str = Field(min_length=1)
    current: int
    removed: bool
    versions: list[VersionForm] = Field(min_length=1)


class ManifestForm(_Strict):
    """The whole library."""

    kind: str
    format: int
    created: str
    documents: list[DocumentForm]


def is_sound(correction: CorrectionForm) -> bool:
    """Whether a person could have made this correction here."""
    name, value = correction.name, correction.value
    if correction.start != OF_DOCUMENT:
        return name in PART_FIELDS and (name != "kind" or value is None or value in KINDS) and len(value or "") <= LONGEST
    try:
        return checked_facts({name: value}) == {name: value}
    except InputError:
        return False
