"""Evidence as a set names it → places in the documents; whatever cannot be found is a fault."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.evaluate.records import Fault, Gold, Grain, QuestionSet, Told, Turn
from index.facts import NATIONAL
from index.records import Document, InputError, Part


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gold stands: ``[start, end)`` of a document's text, judged as a span or as a passage."""

    document: str
    source: str
    start: int
    end: int
    grain: Grain


Need = tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Located:
    """A turn's evidence in the documents. ``regions`` are those that its quotes may come from, None where it names none."""

    needs: tuple[Need, ...] = ()
    also: Need = ()
    regions: frozenset[str] | None = None


def locate(
    questions: QuestionSet, documents: Sequence[Document], names: Mapping[str, str] | None = None
) -> tuple[dict[tuple[str, int], Located], list[Fault]]:
    """(case id, number of the turn) → its evidence, and the faults of the set against these documents.

    ``names`` are further names of documents: name → document id.
    """
    finder = _Finder(documents, names or {})
    found: dict[tuple[str, int], Located] = {}
    faults: list[Fault] = []
    for case in questions.cases:
        for n, turn in enumerate(case.turns):
            wrong: list[tuple[Told, bool]] = []
            needs = tuple(_need(finder, need, wrong) for need in turn.needs)
            also = _need(finder, turn.also, wrong)
            found[case.id, n] = Located(needs, also, _regions(finder, turn, (*needs, also), wrong))
            named = dict.fromkeys(wrong)
            faults += [Fault(turn.file, turn.line, f"{case.id}：{zh}", f"{case.id}: {en}", warning) for (zh, en), warning in named]
    return found, faults


def _need(finder: _Finder, golds: Iterable[Gold], wrong: list[tuple[Told, bool]]) -> Need:
    places: dict[Place, None] = {}
    for gold in golds:
        try:
            places.update(dict.fromkeys(finder.places(gold)))
        except _MissingError as error:
            wrong.append(((error.zh, error.en), False))
    return tuple(places)


def _regions(finder: _Finder, turn: Turn, needs: Iterable[Need], wrong: list[tuple[Told, bool]]) -> frozenset[str] | None:
    """The regions named by the scope, those of the evidence and the whole country; None without a scope."""
    named: set[str] = set()
    for word in turn.scope:
        if word in finder.regions:
            named.add(word)
            continue
        regions = {document.region for document in finder.named(word) if document.region}
        if not regions:
            wrong.append(((f"文件中没有这个地区：{word}", f"no document of this region: {word}"), True))
        named |= regions
    if not named:
        return None
    evidence = {finder.by_id[place.document].region for need in needs for place in need}
    return frozenset(named | {region for region in evidence if region} | {NATIONAL})


class _MissingError(InputError):
    """A gold cannot be found; its two texts say why."""


class _Finder:
    """Documents by all their names, and texts in them."""

    def __init__(self, documents: Sequence[Document], names: Mapping[str, str]) -> None:
        self.documents = documents
        self.by_id = {document.id: document for document in documents}
        self.regions = {document.region for document in documents if document.region}
        self._parts = {part.id: (document, part) for document in documents for part in document.parts}
        self._names: dict[str, list[Document]] = {}
        for document in documents:
            base = document.source.rsplit("/", 1)[-1]
            for name in {
                document.id,
                document.source,
                base,
                base.rsplit(".", 1)[0],
                _plain(document.title or ""),
                _plain(document.number or ""),
            }:
                if name:
                    self._names.setdefault(name, []).append(document)
        for name, identity in names.items():
            self._names[name] = [self.by_id[identity]]

    def named(self, name: str) -> list[Document]:
        """The documents that bear the name; else those whose file name begins with it."""
        exact = self._names.get(name) or self._names.get(_plain(name))
        return exact or [document for document in self.documents if document.source.rsplit("/", 1)[-1].startswith(name)]

    def places(self, gold: Gold) -> list[Place]:
        """Where the gold stands; _MissingError says why it cannot be found."""
        if gold.context is not None:
            return [self._in_context(gold, gold.context)]
        among: Sequence[Document] = self.documents
        if gold.document is not None:
            if gold.text is None and gold.document in self._parts:
                return [_whole(*self._parts[gold.document])]
            among = self._one(gold.document)
        if gold.text is None:
            return [_whole(document, None) for document in among]
        places = [
            Place(document.id, document.source, start, start + len(gold.text), gold.grain)
            for document in among
            for start in _occurrences(document.text, gold.text)
        ]
        if not places:
            raise self._missing(gold.text, among, gold.document)
        return places

    def _one(self, name: str) -> list[Document]:
        documents = self.named(name)
        if not documents:
            raise _MissingError(f"没有这个文件：{name}", f"unknown document: {name}")
        if len(documents) > 1:
            raise _MissingError(
                f"文件名 {name} 不唯一：{'、'.join(d.source for d in documents)}",
                f"several documents are called {name}: {', '.join(d.source for d in documents)}",
            )
        return documents

    def _in_context(self, gold: Gold, context: str) -> Place:
        own = self._names.get(gold.document or "", [])
        for document in own or self.documents:
            at = document.text.find(context)
            if at >= 0:
                start = at + (gold.start or 0)
                return Place(document.id, document.source, start, start + len(gold.text or ""), gold.grain)
        raise _MissingError(
            f"段落不在任何文件中（可加 --own-documents）：{_short(context)}",
            f"its paragraph is in no document (try --own-documents): {_short(context)}",
        )

    def _missing(self, text: str, among: Sequence[Document], name: str | None) -> _MissingError:
        """Why a gold text was not found, with what comes nearest."""
        wanted = _squeezed(text)
        for document in self.documents:
            if document in among and wanted in _squeezed(document.text):
                return _MissingError(
                    f"依据与原文只在空格、换行或全半角上不同：{_short(text)}",
                    f"differs from the text only in spaces or width: {_short(text)}",
                )
            if document not in among and text in document.text:
                return _MissingError(
                    f"依据在另一份文件 {document.source} 中：{_short(text)}",
                    f"the evidence stands in another document, {document.source}: {_short(text)}",
                )
        return _MissingError(
            f"{f'{name} 的原文中' if name else '任何文件中都'}没有这段依据：{_short(text)}",
            f"not in the text of {name or 'any document'}: {_short(text)}",
        )


def _whole(document: Document, part: Part | None) -> Place:
    start, end = (part.start, part.end) if part else (0, len(document.text))
    return Place(document.id, document.source, start, end, "passage")


def _occurrences(text: str, sub: str) -> list[int]:
    return [match.start() for match in re.finditer(f"(?={re.escape(sub)})", text)]


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _plain(name: str) -> str:
    return re.sub(r"[\s《》]", "", name)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:60] + "…"
