"""Assistant.ask: the one path from a question to an Answer, for every surface."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.answer import Answer
from assistant.compose import answer, field_answer, not_covered, reply
from assistant.question import MAX_LENGTH, Question, Reader
from assistant.settings import ROOT, SEEDS, Settings
from index.embed import load_encoder
from index.read import read_documents
from index.records import Document, Hit, IndexMissing, IndexStale, Part
from index.store import ClauseIndex, Progress, digests

DEPTH = 40  # sentences that an answer is composed from
NATIONAL = "全国"


class Assistant:
    """Answers questions from the documents of an index. Keeps no conversation: the earlier questions are given."""

    def __init__(self, index: ClauseIndex, today: Callable[[], datetime.date] = datetime.date.today) -> None:
        self._index = index
        self._reader = Reader(index.documents)
        self._today = today

    @classmethod
    def open(cls, settings: Settings, paths: Sequence[Path] = (), progress: Progress | None = None) -> Assistant:
        """The assistant over the library, or over ``paths`` alone without keeping anything.

        Builds the index where there is none yet or the old one is stale. Raises InputError for bad paths
        or models, IndexDamaged for a damaged index.
        """
        encoder = load_encoder(settings.model)
        if paths:
            return cls(ClauseIndex.build(read_documents(paths), encoder, progress))
        documents = library()
        folder = index_folder(settings)
        try:
            return cls(ClauseIndex.load(folder, encoder, digests(documents)))
        except (IndexMissing, IndexStale):
            index = ClauseIndex.build(documents, encoder, progress)
            index.save(folder)
            return cls(index)

    @property
    def documents(self) -> tuple[Document, ...]:
        return self._index.documents

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of the library, national first, then in order of the documents."""
        names = dict.fromkeys(d.region for d in self.documents if d.region)
        return tuple(sorted(names, key=lambda r: r != NATIONAL))

    def ask(
        self,
        question: str,
        earlier: Sequence[str] = (),
        *,
        region: str | None = None,
        as_of: datetime.date | None = None,
        top_k: int | None = None,
    ) -> Answer:
        """Answer ``question``, asked after the questions ``earlier`` of the same conversation.

        ``region`` keeps to the documents of one region, ``as_of`` is the day that validity is judged for
        (default today), ``top_k`` the most quotes shown. Raises InputError for a region that is not there.
        """
        day = as_of or self._today()
        began = time.perf_counter()
        understood = self._reader.read(question, earlier, region)
        read = time.perf_counter()
        hits = self._hits(understood)
        found = time.perf_counter()
        result = self._compose(understood, hits, day)
        if top_k is not None:
            result = replace(result, quotes=result.quotes[:top_k], related=result.related[:top_k])
        done = time.perf_counter()
        stages = {"understand": read - began, "retrieve": found - read, "compose": done - found, "total": done - began}
        return replace(result, timings_ms={name: round(1000 * value, 3) for name, value in stages.items()})

    def search(self, query: str, k: int = 10, *, region: str | None = None) -> list[Hit]:
        """The ``k`` best sentences for ``query``, without composing an answer."""
        documents = {d.id for d in self.documents if d.region == region} if region else None
        return self._index.search(query, k, documents=documents)

    def _hits(self, question: Question) -> list[Hit]:
        if question.manner != "question":
            return []
        hits = self._index.search(question.text, DEPTH, documents=question.documents)
        anchor = self._anchor(question)
        if anchor is None:
            return hits
        inside = [h for h in self._index.search(question.text, len(self._index), documents=question.documents) if h.quote.part == anchor]
        return inside or hits

    def _anchor(self, question: Question) -> Part | None:
        """The clause that the question before was answered from, where this one asks a further fact of it."""
        if question.previous is None:
            return None
        before = self._index.search(question.previous, 1, documents=question.documents)
        return before[0].quote.part if before else None

    def _compose(self, question: Question, hits: Sequence[Hit], day: datetime.date) -> Answer:
        if question.manner != "question":
            return reply(question, question.manner, self._examples(question), day, limit=MAX_LENGTH)
        if question.foreign and not self._mentions(question, hits):
            return not_covered(question, hits[:3], self.regions, day)
        asked_of = [d for d in self.documents if question.documents and d.id in question.documents]
        if question.asks in ("number", "issuer", "issued") or (question.asks == "contact" and question.about_document):
            stated = field_answer(question, asked_of or [h.quote.document for h in hits[:1]], day)
            if stated:
                return stated
        return answer(question, hits, day)

    def _mentions(self, question: Question, hits: Sequence[Hit]) -> bool:
        """True where the best sentence itself speaks of the place, which then is a topic and no scope."""
        return bool(hits) and all(place in hits[0].quote.text for place in question.foreign)

    def _examples(self, question: Question) -> list[str]:
        if question.manner == "thanks":
            return []
        english = question.language == "en"
        topics = [(d.region, p.heading) for d in self.documents for p in d.parts if p.kind == "clause" and p.heading and d.region]
        first: dict[str, str] = {}
        for region, heading in topics:
            first.setdefault(region, heading)
        if english:
            return [f"What does {region} say on “{heading}”?" for region, heading in list(first.items())[:3]]
        return [f"{region}在“{heading}”方面有什么规定？" for region, heading in list(first.items())[:3]]


def library() -> list[Document]:
    """The documents of the library: the seeds."""
    return read_documents([SEEDS], root=ROOT)


def index_folder(settings: Settings) -> Path:
    return settings.data / "index"
