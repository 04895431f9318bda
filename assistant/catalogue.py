"""The documents of a library by what a question can name of them: region, 文号, title. None of their texts is read for that."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from assistant.called import Called, Holding
from assistant.contrasts import conflicts
from assistant.places import Names
from index.lexical import query_tokens, word_counts
from index.records import Document
from index.shelf import heads
from index.words import named

_BRACKETS = re.compile(r"[\s〔〕\[\]()（）【】]")
_OWN = re.compile(r"(\d+)\s*号$")


class Catalogue:
    """Finds documents without reading or walking through all of them again for every question."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._ids: list[str] = []
        self._titles: list[str] = []
        self._region: list[str | None] = []
        self._place: dict[str, int] = {}
        quoted: dict[str, list[int]] = defaultdict(list)
        of_region: dict[str, list[int]] = defaultdict(list)
        of_number: dict[str, list[int]] = defaultdict(list)  # 文号 without its brackets
        of_own: dict[str, list[int]] = defaultdict(list)  # the last number of it
        orders: dict[str, list[int]] = defaultdict(list)  # 文号 and titles, in the order of all of them
        for place, head in enumerate(heads(documents)):
            self._ids.append(head.id)
            self._titles.append(head.title)
            self._region.append(head.region)
            self._place[head.id] = place
            for name in head.quoted:
                quoted[name].append(place)
            if head.region:
                of_region[head.region].append(place)
            of_number[_BRACKETS.sub("", head.number)].append(place)
            if own := _OWN.search(head.number):
                of_own[own[1]].append(place)
            orders[head.number].append(2 * place)
            orders[head.title].append(2 * place + 1)
        self._of_region = dict(of_region)
        self._coined = {name: places for name, places in quoted.items() if _is_coined(name)}
        self._coined_names = Names(self._coined)
        self._of_number, self._of_own, self._orders = dict(of_number), dict(of_own), dict(orders)
        self._numbers, self._called, self._holding = Called(self._of_number), Called(self._orders), Holding(self._titles)

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions, in order of the documents."""
        return tuple(self._of_region)

    def within(self, regions: Iterable[str]) -> tuple[str, ...]:
        """The ids of the documents of these regions, in order of the library."""
        places = sorted({place for region in regions for place in self._of_region.get(region, ())})
        return tuple(self._ids[place] for place in places)

    def documents(self, ids: Collection[str] | None) -> Sequence[Document]:
        """The documents with these ids in order of the library; all of them for None."""
        if ids is None:
            return self._documents
        return [self._documents[place] for place in sorted({self._place[name] for name in ids if name in self._place})]

    def coined(self, text: str) -> tuple[str, ...] | None:
        """The ids of the documents that give a programme of the text its name ("翠贸通"); None where it names none."""
        found = [set(self._coined[text[start:end]]) for start, end in self._coined_names.within(text)]
        return tuple(self._ids[place] for place in sorted(set.union(*found))) if found else None

    def about(self, text: str, ids: Collection[str]) -> tuple[str, ...]:
        """Of the documents with these ids those whose titles share most words with the text; all where none shares any.

        A title that speaks of the other side of a contrast (货物贸易, 服务贸易) is left out where that leaves one.
        """
        words = {word for word in query_tokens(text) if len(word) >= 2}
        places = sorted(self._place[name] for name in ids if name in self._place)
        places = [place for place in places if not conflicts(text, self._titles[place])] or places
        regions = {region for place in places if (region := self._region[place])}
        words = {word for word in words if not any(word in region or region in word for region in regions)}
        shared = {place: sum(word in self._titles[place] for word in words) for place in places}
        most = max(shared.values(), default=0)
        return tuple(self._ids[place] for place in places if shared[place] == most)

    def named(self, text: str) -> tuple[str, ...]:
        """The ids of documents named by 文号 ("国办发〔2020〕28号", "28号文") or by their title in 《》."""
        if not re.search(r"\d|《", text):
            return ()
        compact = _BRACKETS.sub("", text)
        short = {m[1] for m in re.finditer(r"(?<!\d)(\d{1,4})号(?:文|意见|通知)", compact)}
        quoted = re.findall(r"《([^》]{4,})》", text)
        by_number = (self._of_number[number] for number in self._numbers.within(compact))
        by_own = (self._of_own.get(own, ()) for own in short)
        by_title = (self._holding.places(part) for part in quoted)
        places = {place for found in (*by_number, *by_own, *by_title) for place in found}
        return tuple(self._ids[place] for place in sorted(places))

    def without_names(self, text: str) -> str:
        """``text`` without the 文号 and titles of documents: taken out in order of the library, the 文号 first."""
        walked = -1
        while found := self._next_name(text, walked):
            walked, name = found
            text = text.replace(name, "")
        return text

    def _next_name(self, text: str, walked: int) -> tuple[int, str] | None:
        """The first 文号 or title behind ``walked`` in the order of all of them that stands in the text."""
        orders = ((self._orders[name], name) for name in self._called.within(text))
        behind = ((held[at], name) for held, name in orders if (at := bisect_right(held, walked)) < len(held))
        return min(behind, default=None)


def _is_coined(name: str) -> bool:
    """True for a name that the document made: neither a word of the language nor made of terms of the trade."""
    counts, _ = word_counts()
    return counts.get(name, 0) == 0 and not named(name) and any(counts.get(name[n : n + 2], 0) == 0 for n in range(len(name) - 1))
