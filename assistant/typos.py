"""Typos, homophones and look-alikes in questions: 推税 → 退税, 信用宝险 → 信用保险, 拔付 → 拨付. Conservative: what can be read as words stays.

A stretch of two to six characters is replaced by a known term of the same length that sounds or looks alike where that makes the
whole question much likelier as a row of words (unigram, jieba's counts, terms of the trade counted higher).
Numbers and negations are never changed, and nothing becomes one.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.places import Gazetteer
from index.lexical import tokens, word_counts
from index.records import Document
from index.words import entries

LONGEST = 6  # characters of a term
FAMILIAR = 3000  # a term of the trade counts as if it stood so often in jieba's sixty million words
FREQUENT = 2  # times that a word stands in the documents to count as one of the library's
COMMON = 50  # count of a word that may be left off a term
READ = 200_000  # characters of the documents that are read for words
SAMPLE = 500  # documents that are read for terms; of a larger library so many, spread over it
CHANGED = {2: 8.0, 3: 6.0}  # nats that the first changed character must bring, by the length of the term
CHANGED_LONG = 6.0  # in terms of four characters and more
CHANGED_MORE = 9.0  # and every further one
LOOKS = 1.5  # and one that only looks alike
LOOKS_SHORT = 1.5  # in terms of two
CONFUSED = 4.0  # and one that sounds only alike (n/l, an/ang, zh/z): none in terms of two
AHEAD = 1.5  # and the best reading before the second
OTHER = 9.0  # what a sign costs that is no Chinese character

LOOKALIKES = Path(__file__).with_name("lookalikes.txt")

_HAN = re.compile(r"[一-龥]")
# Characters that stay as they are and that nothing becomes: numbers, negations, words that only join.
_KEPT = frozenset(
    "零〇一二两三四五六七八九十百千万亿几半不未没无非免禁谁哪吗呢吧又还都也就再才很要想会能可给把让跟和与或及在于从是我你他她它们这那些了着里"
)
# Characters that are hardly ever a slip for another where they stand alone.
_MEANT = frozenset("带归搬检种店房期由")
# Words of the trade that jieba's dictionary lacks and that sound like a term.
_WORDS = frozenset({"续报", "物项", "卫健", "订仓", "增信", "分险", "降税", "制毒"})
# Words of jieba's dictionary that questions on trade hold as typos only.
_STRAY = frozenset({"信报", "关水", "抱关", "保水", "水区", "补水", "退水"})
# Second readings that are common; the table of pypinyin has every rare one too.
_OTHER_READINGS = {
    "行": "hang", "重": "chong", "长": "zhang", "率": "shuai", "调": "tiao", "会": "kuai", "还": "huan", "便": "pian", "降": "xiang",
    "更": "jing", "差": "chai", "都": "du", "传": "zhuan", "藏": "zang", "单": "shan", "参": "shen", "朝": "zhao", "省": "xing", "得": "dei",
    "乐": "yue", "给": "ji", "血": "xie", "校": "jiao", "核": "hu", "薄": "bao", "卡": "qia", "期": "ji", "券": "xuan", "载": "zai",
}  # fmt: skip
_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"))


@dataclass(frozen=True, slots=True)
class _Found:
    """``text[start:end]`` read as ``word``, which makes the question likelier by ``gain`` nats."""

    start: int
    end: int
    word: str
    gain: float


class _Node:
    """A step of the tree of sounds: the syllables that go on, and the terms that end here."""

    __slots__ = ("following", "words")

    def __init__(self) -> None:
        self.following: dict[str, _Node] = {}
        self.words: list[str] = []


class Corrector:
    """Corrects questions towards a vocabulary; names that ``places`` finds stay, and nothing becomes one."""

    def __init__(self, vocabulary: Iterable[str], places: Gazetteer | None = None) -> None:
        self._places = places
        self._counts, total = word_counts()
        self._familiar = {w for w in vocabulary if 2 <= len(w) <= LONGEST and all(map(_HAN.match, w))}
        self._kept = _WORDS | frozenset(places.regions if places else ())
        self._total = math.log(total)
        parts = _parts(self._familiar)
        self._cost = {
            w: self._total - math.log(max(FAMILIAR * (1 + parts[w]), self._counts.get(w, 0))) for w in self._familiar | self._kept
        }
        self._longest = max([4, *map(len, self._cost)])
        self._root = _Node()
        for word in sorted(self._familiar - self._kept):
            self._plant(word)

    def correct(self, text: str) -> str:
        """``text`` (simplified) with what is surely mistyped replaced; the same object where nothing is."""
        found = self._found(text)
        for one in sorted(found, key=lambda f: -f.start):
            text = text[: one.start] + one.word + text[one.end :]
        return text

    def _found(self, text: str) -> list[_Found]:
        """The corrections of ``text``, the surest first, none over another."""
        if not _HAN.search(text):
            return []
        before, behind = self._costs(text)
        edges = {at for at in range(len(text) + 1) if before[at] + behind[at] < before[-1] + 1e-6}
        candidates: dict[tuple[int, int], list[_Found]] = {}
        for start, word in self._alike(text):
            end = start + len(word)
            typed = text[start:end]
            if not {start, end} <= edges or self._reads(typed, word):
                continue
            gain = before[-1] - (before[start] + self._cost[word] + behind[end]) - _asked(typed, word)
            candidates.setdefault((start, end), []).append(_Found(start, end, word, gain))
        taken: list[_Found] = []
        best = [max(found, key=lambda f: f.gain) for found in candidates.values() if self._sure(found)]
        best = [f for f in best if not self._places or not self._places.find(f.word)] if best else []
        named = self._places.find(text) if self._places and best else []
        best = [f for f in best if all(f.end <= place.start or place.end <= f.start for place in named)]
        for one in sorted(best, key=lambda f: (-f.gain, f.start)):
            if all(one.end <= other.start or other.end <= one.start for other in taken):
                taken.append(one)
        return taken

    def _sure(self, found: Sequence[_Found]) -> bool:
        gains = sorted((f.gain for f in found), reverse=True)
        return gains[0] > 0 and (len(gains) == 1 or gains[0] - gains[1] >= AHEAD)

    def _reads(self, typed: str, word: str) -> bool:
        """True where a changed character stands in a word of ``typed``: 国外卖家 is no mistyped 国外买家."""
        for at, (one, other) in enumerate(zip(typed, word, strict=True)):
            if one == other:
                continue
            for start in range(at + 1):
                for end in range(max(at + 1, start + 2), len(typed) + 1):
                    if self._is_word(typed[start:end]):
                        return True
        return False

    def _is_word(self, text: str) -> bool:
        return text in self._cost or (self._counts.get(text, 0) > 0 and text not in _STRAY)

    def _alike(self, text: str) -> Iterator[tuple[int, str]]:
        """The places and terms that sound as the text does there, with at most half of their characters changed."""
        for start in range(len(text) - 1):
            nodes = [self._root]
            for end in range(start, min(start + LONGEST, len(text))):
                nodes = [n for node in nodes for sound in _likely(text[end]) if (n := node.following.get(sound))]
                if not nodes:
                    break
                typed = text[start : end + 1]
                if typed in self._familiar or typed in self._kept:
                    continue
                for word in {word for node in nodes for word in node.words}:
                    changed = [(a, b) for a, b in zip(typed, word, strict=True) if a != b]
                    if not all(b in _looks_like(a) or set(_folded(a)) & set(_folded(b)) for a, b in changed):
                        continue
                    if len(changed) * 2 <= len(word) and not any(a in _KEPT or a in _MEANT or b in _KEPT for a, b in changed):
                        yield start, word

    def _costs(self, text: str) -> tuple[list[float], list[float]]:
        """The least cost of ``text[:i]`` and of ``text[i:]`` as rows of words, for every ``i``."""
        size = len(text)
        before = [0.0] + [math.inf] * size
        words: list[tuple[int, int, float]] = []
        for start in range(size):
            for end in range(start + 1, min(start + self._longest, size) + 1):
                cost = self._word_cost(text[start:end])
                if cost is None:
                    continue
                words.append((start, end, cost))
                before[end] = min(before[end], before[start] + cost)
        behind = [math.inf] * size + [0.0]
        for start, end, cost in reversed(words):
            behind[start] = min(behind[start], behind[end] + cost)
        return before, behind

    def _word_cost(self, word: str) -> float | None:
        """In nats; None for what is no word and longer than a character."""
        known = self._cost.get(word)
        if known is not None:
            return known
        count = self._counts.get(word, 0)
        if count and word not in _STRAY:
            return self._total - math.log(count)
        if len(word) > 1:
            return None
        return self._total if _HAN.match(word) else OTHER

    def _plant(self, word: str) -> None:
        nodes = [self._root]
        for char in word:
            nodes = [node.following.setdefault(sound, _Node()) for node in nodes for sound in _folded(char)]
        for node in nodes:
            node.words.append(word)


def _parts(words: Set[str]) -> Counter[str]:
    """In how many of the words each of them stands: 进口 in 进口许可证."""
    counted: Counter[str] = Counter()
    for word in words:
        size = len(word)
        counted.update(w for i in range(size - 1) for j in range(i + 2, size + 1) if j - i < size and (w := word[i:j]) in words)
    return counted


def _asked(typed: str, word: str) -> float:
    """The gain that is asked of a correction."""
    pairs = [(one, other) for one, other in zip(typed, word, strict=True) if one != other]
    looks = sum(not set(_folded(one)) & set(_folded(other)) for one, other in pairs)
    alike = sum(not set(_sounds(one)) & set(_sounds(other)) for one, other in pairs) - looks
    if alike and len(word) == 2:
        return math.inf
    seen = (LOOKS_SHORT if len(word) == 2 else LOOKS) * looks
    return seen + CHANGED.get(len(word), CHANGED_LONG) + CHANGED_MORE * (len(pairs) - 1) + CONFUSED * alike


@cache
def _table() -> Mapping[int, str]:
    from pypinyin.constants import PINYIN_DICT

    table: Mapping[int, str] = PINYIN_DICT
    return table


@cache
def _sounds(char: str) -> tuple[str, ...]:
    """The usual readings of a character without tones: 行 → xing, hang."""
    first = _table().get(ord(char), "").split(",")[0]
    bare = unicodedata.normalize("NFD", first).replace("u\u0308", "v")
    plain = "".join(c for c in bare if c.isascii())
    return tuple(dict.fromkeys(s for s in (plain, _OTHER_READINGS.get(char, "")) if s))


@cache
def _pairs() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in LOOKALIKES.read_text(encoding="utf-8").splitlines():
        chars = [] if line.startswith("#") else line.split()
        for char in chars:
            found.setdefault(char, set()).update(c for c in chars if c != char)
    return {char: frozenset(others) for char, others in found.items()}


def _looks_like(char: str) -> frozenset[str]:
    """The characters that are easily taken for this one by eye."""
    return _pairs().get(char, frozenset())


@cache
def _likely(char: str) -> tuple[str, ...]:
    """The sounds of a character and of those that look like it."""
    return tuple(dict.fromkeys(sound for c in (char, *sorted(_looks_like(char))) for sound in _folded(c)))


@cache
def _folded(char: str) -> tuple[str, ...]:
    """The readings with what is often confused made the same: zh/z, ch/c, sh/s, n/l, an/ang, en/eng, in/ing."""
    folded = []
    for sound in _sounds(char):
        for one, other in _ALIKE:
            if sound.startswith(one):
                sound = other + sound[len(one) :]
                break
        folded.append(re.sub(r"(?<=[aei])ng$", "n", sound))
    return tuple(dict.fromkeys(folded))


def vocabulary(documents: Sequence[Document]) -> set[str]:
    """The terms of the trade and the words of the library: of headings, in quotation marks, and frequent ones."""
    words = {word for entry in entries() for word in (entry.term, *entry.synonyms)}
    counts, _ = word_counts()
    words |= {w[:-2] for w in words if 5 <= len(w) <= LONGEST and counts.get(w[-2:], 0) >= COMMON}  # 出运前 of 出运前保险
    room = READ
    counted: Counter[str] = Counter()
    for document in documents[:: -(-len(documents) // SAMPLE) or 1]:
        words.update(re.findall(r"“([一-龥]{2,6})”", document.text))
        headings = "\n".join(part.heading for part in document.parts if part.heading)
        words.update(tokens(headings[: max(room, 2000)]))
        counted.update(tokens(document.text[: max(room, 0)]))
        room -= len(document.text)
    return words | {word for word, count in counted.items() if count >= FREQUENT}


def lazily(make: Callable[[], Corrector]) -> Callable[[str], str]:
    """``correct`` of a corrector that is made when it is first needed."""
    made = cache(make)
    return lambda text: made().correct(text) if _HAN.search(text) else text
