"""The documents of a library by what a question can name of them: region, 文号, title. None of their texts is read for that."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from assistant.contrasts import conflicts
from assistant.places import Names
from index.lexical import query_tokens, word_counts
from index.records import Document
from index.shelf import heads
from index.words import named

_BRACKETS = re.compile(r"[\s〔〕\[\]()（）【】]")


@dataclass(frozen=True, slots=True)
class _Names:
    """What a document is called: its 文号 as it stands and without brackets, the last number of it, its title."""

    id: str
    number: str
    compact: str
    own: str
    title: str


class Catalogue:
    """Finds documents without reading all of them again for every question."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._names: list[_Names] = []
        quoted: dict[str, list[int]] = defaultdict(list)
        self._place: dict[str, int] = {}
        of_region: dict[str, list[int]] = defaultdict(list)
        for place, head in enumerate(heads(documents)):
            own = re.search(r"(\d+)\s*号$", head.number)
            self._names.append(_Names(head.id, head.number, _BRACKETS.sub("", head.number), own[1] if own else "", head.title))
            self._place[head.id] = place
            for name in head.quoted:
                quoted[name].append(place)
            if head.region:
                of_region[head.region].append(place)
        self._of_region = dict(of_region)
        self._coined = {name: places for name, places in quoted.items() if _is_coined(name)}
        self._coined_names = Names(self._coined)

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions, in order of the documents."""
        return tuple(self._of_region)

    def within(self, regions: Iterable[str]) -> tuple[str, ...]:
        """The ids of the documents of these regions, in order of the library."""
        places = sorted({place for region in regions for place in self._of_region.get(region, ())})
        return tuple(self._names[place].id for place in places)

    def documents(self, ids: Collection[str] | None) -> Sequence[Document]:
        """The documents with these ids in order of the library; all of them for None."""
        if ids is None:
            return self._documents
        return [self._documents[place] for place in sorted({self._place[name] for name in ids if name in self._place})]

    def coined(self, text: str) -> tuple[str, ...] | None:
        """The ids of the documents that give a programme of the text its name ("翠贸通"); None where it names none."""
        found = [set(self._coined[text[start:end]]) for start, end in self._coined_names.within(text)]
        return tuple(self._names[place].id for place in sorted(set.union(*found))) if found else None

    def about(self, text: str, ids: Collection[str]) -> tuple[str, ...]:
        """Of the documents with these ids those whose titles share most words with the text; all where none shares any.

        A title that speaks of the other side of a contrast (货物贸易, 服务贸易) is left out where that leaves one.
        """
        words = {word for word in query_tokens(text) if len(word) >= 2}
        places = sorted(self._place[name] for name in ids if name in self._place)
        places = [place for place in places if not conflicts(text, self._names[place].title)] or places
        regions = {region for region, held in self._of_region.items() if set(held) & set(places)}
        words = {word for word in words if not any(word in region or region in word for region in regions)}
        shared = {place: sum(word in self._names[place].title for word in words) for place in places}
        most = max(shared.values(), default=0)
        return tuple(self._names[place].id for place in places if shared[place] == most)

    def named(self, text: str) -> tuple[str, ...]:
        """The ids of documents named by 文号 ("国办发〔2020〕28号", "28号文") or by their title in 《》."""
        if not re.search(r"\d|《", text):
            return ()
        compact = _BRACKETS.sub("", text)
        short = {m[1] for m in re.finditer(r"(?<!\d)(\d{1,4})号(?:文|意见|通知)", compact)}
        quoted = re.findall(r"《([^》]{4,})》", text)
        return tuple(
            n.id
            for n in self._names
            if (n.compact and n.compact in compact) or (n.own and n.own in short) or any(q in n.title for q in quoted)
        )

    def without_names(self, text: str) -> str:
        """``text`` without the 文号 and titles of documents."""
        for names in self._names:
            for name in (names.number, names.title):
                if name:
                    text = text.replace(name, "")
        return text


def _is_coined(name: str) -> bool:
    """True for a name that the document made: neither a word of the language nor made of terms of the trade."""
    counts, _ = word_counts()
    return counts.get(name, 0) == 0 and not named(name) and any(counts.get(name[n : n + 2], 0) == 0 for n in range(len(name) - 1))
