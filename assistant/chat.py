"""Assistant.ask: the one path from a question to an Answer, for every surface."""

from __future__ import annotations

import datetime
import itertools
import re
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.about import field_answer, term_answer
from assistant.answer import Answer
from assistant.asking import asks
from assistant.catalogue import Catalogue
from assistant.collection import Library
from assistant.collection.indexing import followed, index_folder
from assistant.compare import comparable, compare
from assistant.compose import answer, by_figure, whole_clause
from assistant.evidence import VALUE_KINDS, asked, demanded, stated
from assistant.llm import phraser
from assistant.places import english_name, national_first
from assistant.premise import claims, holds_figures, takes_adoption_for_granted
from assistant.question import MAX_LENGTH, Question, Reader
from assistant.rank import Ranked, eligible, rank
from assistant.replies import elsewhere_in_library, not_covered, reply, with_uncovered
from assistant.settings import Settings
from assistant.several import together
from index.build import Progress
from index.dates import number
from index.embed import Encoder, load_encoder
from index.read import read_documents
from index.records import Document, Hit, Part, Quote
from index.store import ClauseIndex
from index.text import plain

_WHICH = re.compile(r"哪|什么(?:政策|补贴|补助|奖励|措施|支持|项目)|谁给|\b(?:which|what)\b", re.I)
DEPTH = 20  # sentences that an answer is composed from
SPARE = 10  # hits beyond these that are looked at first: titles and signatures are among them
MOST_COMPARED = 8  # rows of a comparison
LOOKED_THROUGH = 200  # sentences among which the regions to compare are looked for, where there are more of them
EXAMPLES = 3  # questions that are offered where one is too vague
LOOKED_AT = 100  # documents that these are looked for in
ADDED = 0.6  # weight of what a follow-up adds beside the topic before it


@dataclass(frozen=True, slots=True)
class _Found:
    """Hits in the scope of a question; ``wide`` those of all documents where the scope leaves some out."""

    hits: tuple[Hit, ...]
    wide: tuple[Hit, ...]


class Assistant:
    """Answers questions from the documents of an index. Keeps no conversation: the earlier questions are given."""

    def __init__(
        self,
        index: ClauseIndex,
        today: Callable[[], datetime.date] = datetime.date.today,
        phrase: Callable[[Answer], Answer] | None = None,
    ) -> None:
        self._index = index
        self._phrase = phrase
        self._catalogue = Catalogue(index.documents)
        self._reader = Reader(index.documents, self._catalogue)
        self._regions = national_first(self._catalogue.regions)
        self._today = today

    @classmethod
    def open(cls, settings: Settings, paths: Sequence[Path] = (), progress: Progress | None = None) -> Assistant:
        """The assistant over the library, or over ``paths`` alone without keeping anything.

        Builds the index where there is none yet or the old one is stale or damaged. Raises InputError for bad
        paths or models.
        """
        encoder, phrase = load_encoder(settings.model), phraser(settings)
        if paths:
            return cls(ClauseIndex.build(read_documents(paths), encoder, progress), phrase=phrase)
        return cls(_library_index(settings, encoder, progress), phrase=phrase)

    def reopened(self, settings: Settings) -> Assistant:
        """An assistant over the library as it is now, with the same encoder. Raises what ``open`` raises."""
        return Assistant(_library_index(settings, self._index.encoder), self._today, self._phrase)

    @property
    def documents(self) -> Sequence[Document]:
        return self._index.documents

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of the library, national first, then in order of the documents."""
        return self._regions

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
        before = [piece for one in earlier for piece in self._reader.scoped(self._reader.pieces(one))]
        asked = self._reader.pieces(question)
        scoped = self._reader.scoped(asked)
        answers: list[Answer] = []
        for n, piece in enumerate(asked):
            talk = [*before, *scoped[:n]] if n == 0 or not self._reader.has_topic(piece) else []
            result = self._extract(scoped[n], talk, region, as_of, top_k)
            answers.append(self._phrase(result) if self._phrase else result)
        return answers[0] if len(answers) == 1 else together(question, asked, answers)

    def _extract(
        self,
        question: str,
        earlier: Sequence[str],
        region: str | None = None,
        as_of: datetime.date | None = None,
        top_k: int | None = None,
    ) -> Answer:
        """The answer in quotes and fixed phrases alone."""
        day = as_of or self._today()
        began = time.perf_counter()
        understood = self._reader.read(question, earlier, region)
        read = time.perf_counter()
        found = self._find(understood)
        searched = time.perf_counter()
        result = self._compose(understood, found, day, earlier)
        if top_k is not None:
            result = replace(result, quotes=result.quotes[:top_k], related=result.related[:top_k])
        done = time.perf_counter()
        stages = {"understand": read - began, "retrieve": searched - read, "compose": done - searched, "total": done - began}
        return replace(result, timings_ms={name: round(1000 * value, 3) for name, value in stages.items()})

    def search(self, query: str, k: int = 10, *, region: str | None = None) -> list[Hit]:
        """The ``k`` best sentences for ``query``, without composing an answer."""
        return self._index.search(query, k, regions=[region] if region else None)

    def _find(self, question: Question) -> _Found:
        """Search in the question's scope, and in all documents where that leaves some out."""
        if question.manner != "question" or question.ordinal:
            return _Found((), ())
        if question.addition:
            hits = self._index.search(question.topic, 3 * DEPTH, documents=question.documents)
            hits = _mixed(hits, self._index.search(question.addition, len(self._index), documents=question.documents))
        else:
            hits = self._nearest(question.topic, question.documents)
        anchor = self._anchor(question)
        if anchor is not None:
            everything = self._index.search(question.topic, len(self._index), documents=question.documents)
            hits = [h for h in everything if h.quote.part == anchor] or hits
        wide = self._nearest(question.topic, None, DEPTH if claims(question.text) else 1) if question.documents is not None else []
        return _Found(tuple(eligible(hits, DEPTH)), tuple(wide))

    def _nearest(self, topic: str, documents: Collection[str] | None, count: int = DEPTH) -> list[Hit]:
        """The ``count`` best sentences that can state a measure, of as many as are needed to find them."""
        for k in (count + SPARE, 3 * DEPTH):
            hits = self._index.search(topic, k, documents=documents)
            found = eligible(hits, count)
            if len(found) == count or len(hits) < k:
                break
        return found

    def _anchor(self, question: Question) -> Part | None:
        """The clause that the question before was answered from, where this one asks a further fact of it."""
        if question.previous is None:
            return None
        before = eligible(self._index.search(question.previous, DEPTH, documents=question.documents), DEPTH)
        if question.picked and question.picked > 1:
            shown = self._extract(question.previous, ()).quotes
            return shown[question.picked - 1].part if len(shown) >= question.picked else None
        ranked = rank(question.previous, question.language == "en", before)
        return ranked.hits[0].quote.part if ranked.hits else None

    def _compose(self, question: Question, found: _Found, day: datetime.date, earlier: Sequence[str]) -> Answer:
        if question.ordinal:
            before = self._extract(earlier[-1], earlier[:-1], as_of=day).quotes
            if len(before) >= question.ordinal:
                return whole_clause(question, before[question.ordinal - 1 : question.ordinal], day)
            return reply(question, "vague", self._examples(question), day)
        if question.manner == "vague" and question.foreign and not question.regions:
            return not_covered(question, (), self.regions, day)
        if question.manner == "vague":
            return self._by_figure(question, day) or reply(question, "vague", self._examples(question), day)
        if question.manner != "question":
            return reply(question, question.manner, self._examples(question), day, limit=MAX_LENGTH)
        if question.foreign and not question.regions and not self._mentions(question, found.hits):
            return not_covered(question, found.hits[:3], self.regions, day)
        composed = self._answered(question, found, day)
        if composed.status == "not_found" and question.previous is not None and not question.picked:
            composed = self._of_shown(question, composed, day)
        if composed.status == "not_found" and question.inherited:
            composed = self._widened(question, composed, day)
        if question.foreign and question.regions and not self._mentions(question, found.hits):
            return with_uncovered(question, composed, self.regions)
        return composed

    def _of_shown(self, question: Question, narrow: Answer, day: datetime.date) -> Answer:
        """A further fact that the clause found first does not state, asked of the others that were shown; else ``narrow``."""
        shown = [quote.part for quote in self._extract(question.previous or "", (), as_of=day).quotes]
        everything = self._index.search(question.topic, len(self._index), documents=question.documents)
        anchor = self._anchor(question)
        for part in dict.fromkeys(shown):
            hits = eligible([hit for hit in everything if hit.quote.part == part], DEPTH)
            if hits and part != anchor:
                composed = answer(question, _ranked(question, hits), None, day)
                if composed.status == "answered":
                    return composed
        return narrow

    def _widened(self, question: Question, narrow: Answer, day: datetime.date) -> Answer:
        """A new topic that the place of the question before does not answer, asked of all documents; else ``narrow``."""
        wide = replace(question, regions=(), documents=None, standalone=question.asked.strip(), inherited=False)
        composed = self._answered(wide, self._find(wide), day)
        return elsewhere_in_library(question, composed) if composed.status == "answered" else narrow

    def _answered(self, question: Question, found: _Found, day: datetime.date) -> Answer:
        special = self._clause(question, found, day) or self._about_documents(question, found, day) or self._compared(question, day)
        if special:
            return special
        outside = _ranked(question, found.wide) if found.wide and claims(question.text) else None
        return answer(question, _ranked(question, found.hits, found.wide[0] if found.wide else None), outside, day)

    def _clause(self, question: Question, found: _Found, day: datetime.date) -> Answer | None:
        """The clause that is named by its number ("重庆第六条"): the whole of it, or what it states of the topic."""
        if question.clause is None or (question.documents is None and not self._reader.names_only_clause(question)):
            return None
        wanted = number(question.clause)
        ids = question.documents
        within = self._catalogue.documents(ids and self._catalogue.about(question.text, ids))
        named = [(d, p) for d in within for p in _numbered(d, wanted, question.paragraph)]
        if not named:
            return None
        hits = [
            h
            for h in self._index.search(question.topic, len(self._index), documents=question.documents)
            if (h.quote.document, h.quote.part) in named
        ]
        if self._reader.names_only_clause(question) or not hits:
            return whole_clause(question, [Quote(d, p, p.start, p.end, 0.9) for d, p in named[:3]], day)
        composed = answer(replace(question, previous=question.text), _ranked(question, hits), None, day)
        if composed.status == "answered" or demanded(question.text):
            return composed
        pointing = [h for h in self._nearest(question.topic, question.documents) if _points_at(h.quote, named)]
        if pointing and (asked(question.text) & VALUE_KINDS):
            composed = answer(replace(question, previous=question.text), _ranked(question, pointing), None, day)
            if composed.status == "answered":
                return composed
        return whole_clause(question, [Quote(d, p, p.start, p.end, 0.9) for d, p in named[:3]], day)

    def _by_figure(self, question: Question, day: datetime.date) -> Answer | None:
        """What a figure alone belongs to ("哪个政策补贴300万"): the sentences that hold it."""
        said = claims(question.text)
        if not said or not _WHICH.search(question.text):
            return None
        hits = eligible(self._index.search(question.text, len(self._index), documents=question.documents), len(self._index))
        held = [h.quote for h in hits if holds_figures(h.quote.text, said)]
        return by_figure(question, held, day) if held else None

    def _about_documents(self, question: Question, found: _Found, day: datetime.date) -> Answer | None:
        """Questions for 文号, issuer, date, contact or term of a document rather than for a measure in it."""
        of_field = question.asks in ("number", "issuer", "issued")
        of_document = question.asks in ("contact", "validity") or takes_adoption_for_granted(question.text)
        if not of_field and not (of_document and self._reader.names_only_document(question)):
            return None
        named = self._catalogue.documents(self._catalogue.about(question.text, question.documents or ()))
        if of_field or question.asks == "contact":
            documents = named if 0 < len(named) <= 3 else [h.quote.document for h in found.hits[:1]]
            return field_answer(question, documents, day)
        return term_answer(question, named, day) if named else None

    def _compared(self, question: Question, day: datetime.date) -> Answer | None:
        """A comparison of the regions that are named, of all of them, or of the documents of one region."""
        if len(question.regions) == 1 and asks(question.text.replace("分别", "")) != "compare":
            return None  # 分别在什么时候截止 asks for each of several things, not for each document
        if question.asks != "compare" and len(question.regions) < 2:
            return None
        scopes: list[tuple[str, tuple[str, ...]]] = []
        if len(question.regions) == 1:
            scopes = [(d.title or d.id, (d.id,)) for d in self._catalogue.documents(self._catalogue.within(question.regions))]
        else:
            wanted = question.regions or self.regions
            scopes = [(region, self._catalogue.within([region])) for region in wanted]
        if len(scopes) < 2:
            return None
        if len(scopes) > MOST_COMPARED:
            near = self._nearest_regions(question)
            found = [(name, near[name]) for name, _ in scopes if name in near]
        else:
            found = [(name, self._nearest(question.topic, ids)) for name, ids in scopes]
        groups = [(name, _ranked(question, comparable(question, hits))) for name, hits in found]
        return compare(question, groups, day, named=len(groups) == len(scopes))

    def _nearest_regions(self, question: Question) -> dict[str, list[Hit]]:
        """The regions whose sentences are nearest to the question, at most as many as are compared, each with its best hits."""
        found: dict[str, list[Hit]] = {}
        hits = self._index.search(question.topic, LOOKED_THROUGH, documents=question.documents)
        for hit in eligible(hits, LOOKED_THROUGH):
            region = hit.quote.document.region
            if region and (region in found or len(found) < MOST_COMPARED) and len(found.setdefault(region, [])) < DEPTH:
                found[region].append(hit)
        return found

    def _mentions(self, question: Question, hits: Sequence[Hit]) -> bool:
        """True where the best sentence itself speaks of the place, which then is a topic and no scope."""
        return bool(hits) and all(place in hits[0].quote.text for place in question.foreign)

    def _examples(self, question: Question) -> list[str]:
        if question.manner in ("thanks", "alter"):
            return []
        english = question.language == "en"
        wanted = demanded(question.text)  # "上限是多少？" is asked back with clauses that state a sum
        first: dict[str, str] = {}
        for d in itertools.islice(self.documents, LOOKED_AT):
            if d.region and d.region not in first and len(first) < EXAMPLES:
                clauses = (p for p in d.parts if p.kind == "clause" and p.heading)
                heading = next((p.heading for p in clauses if wanted <= stated(d.text[p.start : p.end])), None)
                first |= {d.region: heading} if heading else {}
        if english:
            return [f"What does {english_name(region)} say on “{heading}”?" for region, heading in first.items()]
        return [f"{region}在“{heading}”方面有什么规定？" for region, heading in first.items()]


def _library_index(settings: Settings, encoder: Encoder, progress: Progress | None = None) -> ClauseIndex:
    index = followed(Library(settings.data), encoder, index_folder(settings.data), progress)
    if settings.store:
        from index.milvus import connect

        connect(index, settings.store)
    return index


def _ranked(question: Question, hits: Sequence[Hit], outside: Hit | None = None) -> Ranked:
    return rank(question.topic, question.language == "en", hits, outside)


def _points_at(quote: Quote, named: Sequence[tuple[Document, Part]]) -> bool:
    """True where another clause of the same document names one of these: "第三条、第七条所需材料…"."""
    said = {number(m[1]) for m in re.finditer(r"第([一二三四五六七八九十百\d]{1,4})条", quote.text)}
    return any(d == quote.document and p != quote.part and _ordinal_of(p) in said for d, p in named)


def _numbered(document: Document, wanted: int | None, paragraph: bool) -> list[Part]:
    """The clauses of that number; a ``paragraph`` is counted where none of the document's clauses bears a number."""
    clauses = [p for p in document.parts if p.kind == "clause"]
    if paragraph and not any(p.number for p in clauses):
        return clauses[wanted - 1 : wanted] if wanted else []
    return [p for p in clauses if _ordinal_of(p) == wanted]


def _ordinal_of(part: Part) -> int | None:
    """The number of a clause as an integer: （六）, 6. and 第六条 give 6."""
    return number(re.sub(r"[^\d一二三四五六七八九十百零〇]", "", plain(part.number or "")))


def _mixed(hits: Sequence[Hit], added: Sequence[Hit]) -> list[Hit]:
    """The hits of a follow-up with its topic, reordered by how well they meet what it adds."""
    score = {(h.quote.document.id, h.quote.start): h.score for h in added}
    mixed = [replace(h, score=(1 - ADDED) * h.score + ADDED * score.get((h.quote.document.id, h.quote.start), 0.0)) for h in hits]
    return sorted(mixed, key=lambda h: -h.score)
