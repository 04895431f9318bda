"""What a question names and the best clause does not: the words and terms that tell near twins apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from assistant.asking import GENERIC
from assistant.evidence import Kind, asked, demanded, stated
from index.lexical import query_tokens
from index.records import Hit, Quote
from index.text import folded, one_line
from index.words import asked as terms_of
from index.words import entries, named

NEIGHBOURS = 12  # hits whose clauses tell what else the library speaks of
_AMOUNTS: frozenset[Kind] = frozenset({"percent", "money", "count"})

# Words of nearly every question, which no clause has to hold.
_COMMON = frozenset(
    [
        "企业",
        "公司",
        "我们",
        "政策",
        "文件",
        "规定",
        "请问",
        "可以",
        "没有",
        "还是",
        "一个",
        "现在",
        "如果",
        "就是",
        "政府",
        "这个",
        "那个",
        "我们公司",
        "单位",
        "怎样",
        "一共",
        "是不是",
        "有没有",
        "多少",
        "哪些",
    ]
)

# name → the sign that its weight may have: 1 speaks for an answer, -1 against it, 0 either.
FEATURES: dict[str, int] = {
    "terms_open": -1,  # share of the lexicon's terms in the question that the clause does not name
    "terms_open_count": -1,
    "terms_open_english": -1,
    "words_open_sentence": -1,  # share of the words that stand neither in the sentence nor in the heading
    "words_open_length": -1,  # share of the letters of the words that the clause leaves open
    "formal_open": -1,  # of these, words that the lexicon holds: a trader's word may be said otherwise, a term hardly
    "formal_open_count": -1,
    "formal_open_longest": -1,
    "formal_open_document": -1,
    "known_open": -1,  # and words that other clauses hold: the library speaks of it, this clause does not
    "known_open_longest": -1,
    "pairs_open": -1,  # share of the pairs of neighbouring characters, whatever the words are
    "pairs_open_gap": -1,
    "lexicon": 1,
    "lexicon_english": 0,
    "demanded_lacks": -1,  # a kind of fact that is asked outright and not stated by the first sentence
    "demanded_lacks_three": -1,  # nor by the first three
    "amount_lacks": -1,
    "amount_has": 1,
    "other_clause": 0,  # chance of the best sentence of another clause
    "words": 0,
}


def coverage(text: str, english: bool, hits: Sequence[Hit], chances: Sequence[float]) -> list[float]:
    """The values of ``FEATURES`` for the question ``text`` (normalised) and its hits, best first."""
    first = hits[0]
    part, document = first.quote.part, first.quote.document
    heading = part.heading or ""
    sentence = one_line(first.quote.text)
    whole = f"{clause_of(first)} {heading} {part.section or ''} {document.title or ''}".lower()
    in_clause = names_of(whole)
    region = document.region or "\0"
    words = [w for w in dict.fromkeys(content_words(text)) if w not in region and region not in w]
    terms = terms_of(text)
    terms_open = [term for term in terms if term not in in_clause]
    left = [w for w in words if w not in whole and not any(term in in_clause for term in _terms(w))]
    formal = [w for w in left if w in _vocabulary()]
    others = [clause_of(h) for h in hits[1:NEIGHBOURS] if h.quote.part != part]
    known = [w for w in left if any(w in other for other in others)]
    pairs = [run[i : i + 2] for run in re.findall(r"[一-龥]{2,}", GENERIC.sub(" ", text)) for i in range(len(run) - 1)]
    pairs_open = _share(sum(pair not in whole for pair in pairs), len(pairs))
    has = stated(sentence)
    three = has.union(*(stated(one_line(h.quote.text)) for h in hits[1:3]))
    wanted = demanded(text)
    amount = bool(asked(text) & _AMOUNTS)
    share = _share(len(terms_open), len(terms))
    other = max((c for h, c in zip(hits, chances, strict=True) if h.quote.part != part), default=0.0)
    everything = folded(document.text)
    return [
        share,
        min(len(terms_open), 3) / 3,
        share * english,
        _share(sum(w not in sentence and w not in heading for w in words), len(words)),
        _share(sum(map(len, left)), sum(map(len, words))),
        _share(len(formal), len(words)),
        min(len(formal), 2) / 2,
        max(map(len, formal), default=0) / 6,
        sum(w not in everything for w in formal) / 2,
        _share(len(known), len(words)),
        max(map(len, known), default=0) / 6,
        pairs_open,
        pairs_open * first.gap,
        first.lexicon,
        first.lexicon * english,
        bool(wanted) and not wanted & has,
        bool(wanted) and not wanted & three,
        amount and not has & _AMOUNTS,
        amount and bool(has & _AMOUNTS),
        other,
        len(words) / 10,
    ]


@lru_cache(maxsize=64)
def content_words(text: str) -> tuple[str, ...]:
    """The Chinese words of a question that name something, lower case."""
    return tuple(
        w for w in query_tokens(text) if len(w) >= 2 and re.search(r"[一-龥]", w) and not GENERIC.fullmatch(w) and w not in _COMMON
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def headed(quote: Quote) -> str:
    """A sentence on one line behind the heading of its part."""
    return f"{quote.part.heading or ''} {one_line(quote.text)}"


def headed_part(quote: Quote) -> str:
    """The part that a sentence stands in on one line, behind its heading."""
    return one_line(f"{quote.part.heading or ''} {quote.document.text[quote.part.start : quote.part.end]}")


def clause_of(hit: Hit) -> str:
    """The clause of a hit without blanks and line breaks, lower case."""
    return _closed_up(hit.quote.document.text[hit.quote.part.start : hit.quote.part.end])


@lru_cache(maxsize=4096)
def _closed_up(text: str) -> str:
    return re.sub(r"\s+", "", text).lower()


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(word for entry in entries() for word in (entry.term, *entry.synonyms))


@lru_cache(maxsize=4096)
def names_of(text: str) -> frozenset[str]:
    """The terms of the trade that a text names."""
    return frozenset(named(text))


@lru_cache(maxsize=4096)
def _terms(word: str) -> tuple[str, ...]:
    return tuple(terms_of(word))
