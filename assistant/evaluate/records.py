"""What a question set says: QuestionSet → Case (a conversation) → Turn (a question) → Gold (evidence).

Evidence is an AND of ORs: ``Turn.needs`` are all required, each need is met by any of its golds.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Literal

from index.records import InputError

Grain = Literal["span", "passage"]
Kind = Literal["answerable", "unanswerable", "premise"]
Told = tuple[str, str]
"""What is wrong, in Chinese and in English."""

ACCEPTED: dict[str, frozenset[str]] = {
    "refuse": frozenset({"not_found", "chat"}),
    "refuse_with_related": frozenset({"not_found"}),
    "clarify": frozenset({"clarify", "chat", "not_found"}),
    "not_found": frozenset({"not_found"}),
    "chat": frozenset({"chat"}),
}
"""What a set may accept for an unanswerable question → the statuses of an answer that meet it."""

VALIDITY = frozenset({"in_force", "expired", "not_yet", "not_stated", "draft"})


@dataclass(frozen=True, slots=True)
class Gold:
    """A piece of evidence as the set names it.

    ``document`` is a name of a document (id, file, title, 文号, or the beginning of its file name), None where
    the text alone tells. A ``span`` is verbatim text, quoted where a quote overlaps at least half of its
    characters; a ``passage`` (clause, paragraph or whole document: ``text`` None) is quoted where at least half of a
    quote lies inside it. ``context`` is the paragraph that ``start`` counts in, for sets that give offsets.
    """

    text: str | None
    document: str | None = None
    grain: Grain = "span"
    context: str | None = None
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One question with what is expected of its answer.

    ``accepted`` are the statuses that are right for an unanswerable question; ``also`` is evidence that may be
    shown but need not; ``validity`` the validity statuses that are right for the gold's quote; ``scope`` the
    regions (or documents) that the question is about; ``line`` where it stands in ``file``.
    """

    question: str
    kind: Kind
    needs: tuple[tuple[Gold, ...], ...] = ()
    also: tuple[Gold, ...] = ()
    strings: tuple[str, ...] = ()
    reference: str | None = None
    accepted: frozenset[str] = frozenset()
    validity: frozenset[str] = frozenset()
    scope: tuple[str, ...] = ()
    as_of: datetime.date | None = None
    language: str = "zh"
    category: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation: its turns are asked one after the other."""

    id: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a set, in both languages, and where. A warning does not keep the set from being run."""

    file: str
    line: int
    zh: str
    en: str
    warning: bool = False

    def said(self, language: str) -> str:
        """The fault with its place, in English where ``language`` is "en", else in Chinese."""
        english = language == "en"
        mark = ("note: " if english else "提醒：") if self.warning else ""
        return f"{self.file}:{self.line}: {mark}{self.en if english else self.zh}"


@dataclass(frozen=True, slots=True)
class Text:
    """A text that the set itself brings along: a corpus entry, a paragraph."""

    name: str
    text: str = field(repr=False)
    title: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A set as read; ``digests`` (file name → SHA-256) tell which one it was."""

    name: str
    form: str
    cases: tuple[Case, ...]
    digests: dict[str, str]
    texts: tuple[Text, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def turns(self) -> int:
        """The number of questions."""
        return sum(len(case.turns) for case in self.cases)


class SetFaultsError(InputError):
    """A question set cannot be run; ``faults`` lists everything that is wrong with it."""

    SHOWN = 200

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        shown, more = faults[: self.SHOWN], len(faults) - self.SHOWN
        zh = [f"题集有 {len(faults)} 处问题，未运行：", *(f.said("zh") for f in shown), *([f"…… 另有 {more} 处"] if more > 0 else ())]
        en = [f"{len(faults)} faults, the set was not run:", *(f.said("en") for f in shown), *([f"… and {more} more"] if more > 0 else ())]
        super().__init__("\n".join(zh), "\n".join(en))
