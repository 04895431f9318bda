"""Places that a question names: provinces, cities and zones of China, and the regions of the library."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from index.facts import NATIONAL
from index.records import Document

TABLE = Path(__file__).with_name("places.tsv")
KEPT = 64  # texts whose places are kept: a question is looked through several times

# Words that hold the name of a place without naming it.
_NOT_A_PLACE = re.compile(
    r"复合肥|沿海口岸|出海口|[医信]保定|新乡村|江河源头|三明治|中山(?:路|大学|装)|重大庆典|胶州湾|苏州河|全国(?=试点|总量|范围)"
)


_LATIN = re.compile(r"[a-z]")
_KIND = re.compile(r"(?:(?:经济(?:技术)?|高新(?:技术产业)?|技术)?开发区|自治[州县旗]|新区|高新区|保税区|自贸区|[区县州盟旗])$")

# A name that no table holds: 柘岭市 at the head of a question or behind 在, 我们, ，.
_UNKNOWN = re.compile(
    r"(?:^|(?<=[，,。；;：:？?！!在是我们这请问那听说像和与跟及、 ]))(?!我|本|全|各|外|哪|这|该|城|都|超|门|股|夜|早|菜|上|海外)([一-龥]{2,4})(?:市|县|自治州)(?!场|级|面|民|区|价|值|政府|商务|财政|里)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """``name`` in its short form; ``parent`` the province that it lies in, None for a province."""

    name: str
    parent: str | None
    start: int
    end: int


@cache
def _table() -> tuple[dict[str, tuple[str, str | None]], dict[str, tuple[str, str | None]]]:
    """Chinese keys and English keys → (short name, parent). Ambiguous names count in their long form only."""
    chinese: dict[str, tuple[str, str | None]] = {}
    english: dict[str, tuple[str, str | None]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        name, level, parent, aliases, names = line.split("\t")
        row = (name, parent or None)
        for key in ([] if level.endswith("*") else [name]) + [a for a in aliases.split("|") if a]:
            chinese[key] = row
        for key in filter(None, names.split("|")):
            english[key] = row
    return chinese, english


class Gazetteer:
    """Finds places in questions; ``regions`` are those of the library, invented or real."""

    def __init__(self, regions: Iterable[str]) -> None:
        self.regions = tuple(dict.fromkeys(r for r in regions if r))
        self._chinese = {key: row for key, row in _table()[0].items() if len(key) >= 2}
        for region in self.regions:
            if region not in self._chinese:
                for key in (region, f"{region}市", f"{region}省"):
                    self._chinese[key] = (region, None)
            self._chinese.setdefault(_stem(region), (region, None))
        self._english = dict(_table()[1])
        for region in self.regions:  # a name that no table holds is written in pinyin: Langping
            for name in (region, _stem(region)):
                self._english.setdefault(spelled(name), (region, None))
        self._names = Names(self._chinese)
        self._words = Names(self._english, bounded=True)
        self._find = lru_cache(maxsize=KEPT)(self._found)

    def find(self, text: str) -> tuple[Place, ...]:
        """The places named in ``text`` (simplified characters), leftmost-longest, in order."""
        return self._find(text)

    def _found(self, text: str) -> tuple[Place, ...]:
        hidden = _NOT_A_PLACE.sub(lambda m: "\0" * len(m[0]), text)
        lower = hidden.lower().replace("’", "'")
        found = [Place(*self._chinese[hidden[start:end]], start, end) for start, end in self._names.within(hidden)]
        found += [Place(*self._english[lower[start:end]], start, end) for start, end in self._words.within(lower)]
        found = [p for p in found if p.name != NATIONAL or _meant(text, p)]
        taken = [(p.start, p.end) for p in found]
        for m in _UNKNOWN.finditer(hidden):
            if not any(start < m.end() and m.start() < end for start, end in taken):
                found.append(Place(m[1], None, m.start(1), m.end()))
        return tuple(sorted(found, key=lambda p: p.start))

    def covered(self, place: Place) -> str | None:
        """The region of the library that answers for a place: itself, else its province; None if neither."""
        return next((name for name in (place.name, place.parent) if name in self.regions), None)


def _stem(region: str) -> str:
    """A region without the word for what it is: 沧桐新区 → 沧桐; itself where too little would be left."""
    short = _KIND.sub("", region)
    return short if len(short) >= 2 else region


def _meant(text: str, place: Place) -> bool:
    """True where 国家 or 全国 stands for the national documents and not for any country or the whole country."""
    word, before, behind = text[place.start : place.end], text[: place.start][-2:], text[place.end :]
    if word == "国家":
        return not re.search(r"[路线外个些级际种类]$|多个?$", before) and bool(
            re.match(r"层面|政策|文件|规定|那边|有|对|怎么|支持|出台|的(?:政策|文件|规定)|呢|$|[,，?？]", behind)
        )
    if word == "全国":
        return bool(re.match(r"性|统一|政策|文件|规定|层面|那边|呢|的(?:政策|文件|规定)|$|[,，?？]", behind))
    return True


@cache
def english_name(region: str) -> str:
    """A region as it is written in English: 威海 → Weihai."""
    known = {row[0]: key for key, row in reversed(list(_table()[1].items()))}
    return "National" if region == NATIONAL else known.get(region, spelled(region)).title()


def regions(documents: Sequence[Document]) -> list[str]:
    """The regions of the documents, the whole country first, then in order of the documents."""
    return list(national_first(dict.fromkeys(d.region for d in documents if d.region)))


def national_first(names: Iterable[str]) -> tuple[str, ...]:
    """The regions in their order, the whole country first."""
    return tuple(sorted(names, key=lambda region: region != NATIONAL))


def spelled(name: str) -> str:
    """A name in pinyin without tones: 琅屏 → langping."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(name)).lower()


class Names:
    """Names that are looked for in texts; ``bounded`` ones have no Latin letter on either side (lower case)."""

    def __init__(self, names: Collection[str], bounded: bool = False) -> None:
        self._names = frozenset(names)
        self._bounded = bounded
        lengths: dict[str, set[int]] = {}
        for name in names:
            lengths.setdefault(name[0], set()).add(len(name))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def within(self, text: str) -> Iterator[tuple[int, int]]:
        """Where names stand in the text, leftmost-longest."""
        at = 0
        while at < len(text):
            end = next((at + n for n in self._lengths.get(text[at], ()) if self._is_name(text, at, at + n)), None)
            if end is not None:
                yield at, end
            at = end or at + 1

    def _is_name(self, text: str, start: int, end: int) -> bool:
        if text[start:end] not in self._names:
            return False
        return not self._bounded or not (_LATIN.match(text[start - 1 : start]) or _LATIN.match(text[end : end + 1]))
