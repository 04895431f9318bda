"""Training text: files of paragraphs and of pairs → named sources of (query, positive, negative)."""

from __future__ import annotations

import json
import lzma
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

from index.training.gloss import Glosser, is_chinese

# How often a source is drawn, as a multiple of its number of pairs to the power 0.6; 0 leaves it out.
# About half of the silver pairs name an irrelevant article.
WEIGHTS = {"legal_query_to_article_silver": 0.0, "legal_advice_qa": 0.5, "title_body_official": 0.7}
PAIRS = Path(__file__).with_name("pairs")
REWORDING = Path(__file__).with_name("rewording.txt")
LEXICON = Path(__file__).parents[1] / "lexicon" / "lexicon.tsv"
# Crops for each paragraph of a file; a text about trade, tax or daily life teaches more than one more law.
CROPS = {"laws_national": 0.3, "laws_local_regulations": 0.3, "mrc_contexts_train": 12.0}
_CROPS_ELSE = 2.0
_SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")


class CorpusError(Exception):
    """A folder or file of training text cannot be used; the message says which."""


@dataclass
class Source:
    """Pairs of one kind. A batch is drawn from one source, so that its negatives are hard.

    ``negatives`` is empty or holds for each pair one text that does not answer the query. ``blocks`` gives
    for each pair the number of its block: the pairs of a block come into the same batch.
    """

    name: str
    queries: list[str] = field(default_factory=list)
    positives: list[str] = field(default_factory=list)
    negatives: list[str] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    weight: float = 1.0

    def add(self, query: str, positive: str, negative: str | None = None, block: int | None = None) -> None:
        """Append a pair; a pair with an empty side is dropped."""
        if not query.strip() or not positive.strip():
            return
        self.queries.append(query)
        self.positives.append(positive)
        if negative is not None:
            self.negatives.append(negative)
        self.blocks.append(len(self.blocks) if block is None else block)

    def __len__(self) -> int:
        return len(self.queries)


def read_text(path: Path) -> str:
    """The UTF-8 or GB18030 text of a plain or ``.xz`` file."""
    data = path.read_bytes()
    data = lzma.decompress(data) if path.suffix == ".xz" else data
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file, plain or ``.xz``; raises CorpusError naming the bad line."""
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if line.strip():
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise CorpusError(f"{path.name}, line {number}: not JSON ({error.msg})") from error
            if not isinstance(record, dict):
                raise CorpusError(f"{path.name}, line {number}: not a JSON object")
            yield record


def stem(path: Path) -> str:
    """``cmrc2018_train.jsonl.xz`` → ``cmrc2018_train``."""
    return path.name.split(".")[0]


def sentences(text: str) -> list[str]:
    """The sentences and half-sentences of a text (cut after 。！？； and at line ends) of six or more."""
    return [s for s in (m.group().strip() for m in _SENTENCE.finditer(text)) if len(s) >= 6]


def read_paragraphs(corpus: Path) -> dict[str, list[str]]:
    """File → its lines, for all ``*.txt`` and ``*.txt.xz`` in the folder; a line that came before is left out."""
    seen: set[str] = set()
    found: dict[str, list[str]] = {}
    for path in sorted(corpus.glob("*.txt*")):
        lines = found.setdefault(stem(path), [])
        for line in map(str.strip, read_text(path).splitlines()):
            if line and line not in seen:
                seen.add(line)
                lines.append(line)
    return found


def read_pair_sources(corpus: Path) -> list[Source]:
    """A source for each ``*.jsonl`` of ``{"query", "positive"}`` in the folder."""
    sources = []
    for path in sorted(corpus.glob("*.jsonl*")):
        source = Source(stem(path), weight=WEIGHTS.get(stem(path), 1.0))
        for record in read_records(path):
            source.add(record["query"], record["positive"])
        sources.append(source)
    return sources


def read_lexicon(path: Path) -> list[tuple[str, list[str], list[str]]]:
    """(term, other Chinese words, English) for each line of ``lexicon.tsv``."""
    rows = []
    for line in read_text(path).splitlines()[1:]:
        term, synonyms, everyday, english, *_ = line.split("\t") + [""] * 4
        words = [w for cell in (synonyms, everyday) for w in cell.split("|") if w]
        rows.append((term, words, [w for w in english.split("|") if w]))
    return rows


def lexicon_source(rows: Iterable[tuple[str, list[str], list[str]]]) -> Source:
    """Each other name → its term, and English → each Chinese name."""
    source = Source("lexicon", weight=0.5)
    for term, words, english in rows:
        for word in words:
            source.add(word, term)
        for word in english:
            source.add(word, term)
            for other in words:
                source.add(word, other)
    return source


def authored_queries(name: str, records: Iterable[dict[str, Any]]) -> Source:
    """Query → paragraph."""
    source = Source(name, weight=1.0)
    for record in records:
        source.add(record["query"], record["positive"])
    return source


def clause_sources(clauses: Iterable[dict[str, Any]], rng: random.Random) -> list[Source]:
    """Question → quoted words, question → sentence, question → clause with region and heading.

    The first two carry a hard negative: another sentence of the same clause that does not hold the quote.
    """
    quote, sentence, whole = (Source(f"clause_{n}", weight=1.0) for n in ("quote", "sentence", "whole"))
    for block, record in enumerate(c for c in clauses if "clause" in c):
        text, heading = str(record["clause"]), str(record.get("heading") or "")
        parts = sentences(text) or [text]
        context = "，".join(p for p in (str(record.get("region") or ""), heading) if p)
        for question in record["questions"]:
            asked, gold = question["q"], question["quote"]
            home = [p for p in parts if gold in p or p in gold]
            rest = [p for p in parts if p not in home] or [heading or text]
            quote.add(asked, gold, rng.choice(rest), block)
            if home:
                sentence.add(asked, home[0], rng.choice(rest), block)
            whole.add(asked, f"{context}：{text}" if context and rng.random() < 0.7 else text)
    return [quote, sentence, whole]


def question_source(clauses: Iterable[dict[str, Any]]) -> Source:
    """Question → another question that the same words answer."""
    source = Source("clause_questions", weight=1.0)
    for block, record in enumerate(c for c in clauses if "clause" in c):
        alike: dict[str, list[str]] = {}
        for question in record["questions"]:
            alike.setdefault(question["quote"], []).append(question["q"])
        for asked in alike.values():
            for one, other in permutations(asked, 2):
                source.add(one, other, block=block)
    return source


def parallel_source(pairs: Source) -> Source:
    """Sentence → another sentence with the same translation: paraphrases of everyday language."""
    source = Source("same_translation", weight=1.0)
    alike: dict[str, list[str]] = {}
    for query, positive in zip(pairs.queries, pairs.positives, strict=True):
        alike.setdefault("e" + query.lower(), []).append(positive)
        alike.setdefault("c" + positive, []).append(query)
    for block, texts in enumerate(alike.values()):
        for one, other in permutations(texts[:6], 2):
            source.add(one, other, block=block)
    return source


def read_thesaurus(path: Path) -> list[list[str]]:
    """The groups of synonyms of a thesaurus in the form of Cilin: ``Aa01A02= 人类 生人 全人类``; lines without = are not."""
    lines = (line.split() for line in read_text(path).splitlines())
    return [words for mark, *words in filter(None, lines) if mark.endswith("=")]


def synonym_groups(
    pairs: Iterable[Source], terms: Iterable[tuple[str, list[str], list[str]]], thesaurus: Iterable[list[str]]
) -> list[list[str]]:
    """Chinese words that a dictionary gives the same gloss, where they are two to five; terms' names; the thesaurus."""
    alike: dict[str, list[str]] = {}
    for source in pairs:
        for gloss, word in zip(source.queries, source.positives, strict=True):
            if 2 <= len(word) <= 5:
                alike.setdefault(gloss.lower(), []).append(word)
    groups = [list(dict.fromkeys(words)) for words in alike.values()]
    groups += [list(dict.fromkeys([term, *words])) for term, words, _ in terms]
    return [words for words in groups if 2 <= len(words) <= 5] + [words for words in thesaurus if 2 <= len(words) <= 12]


def synonym_source(groups: Iterable[list[str]], rng: random.Random) -> Source:
    """Word → two other words of its group; a group stays in one batch."""
    source = Source("synonyms", weight=0.5)
    for block, words in enumerate(groups):
        for word in words:
            for other in rng.sample(words, min(3, len(words))):
                if other != word:
                    source.add(word, other, block=block)
    return source


class Reworder:
    """Says a Chinese text in other words: other ways to ask, synonyms, another order."""

    def __init__(self, groups: Iterable[list[str]], phrases: Iterable[list[str]]) -> None:
        self._words: dict[str, list[str]] = {}
        for words in groups:
            for word in words:
                self._words.setdefault(word, []).extend(w for w in words if w != word)
        self._phrases: dict[str, list[str]] = {}
        for words in phrases:
            for word in words:
                self._phrases.setdefault(word, []).extend(w for w in words if w != word)
        self._phrase = re.compile("|".join(sorted(self._phrases, key=len, reverse=True)) or "(?!)")

    def reword(self, text: str, rng: random.Random) -> str:
        """Phrases change with chance 0.7, words with synonyms with chance 0.4; halves change places at times."""
        out: list[str] = []
        at = 0
        for found in self._phrase.finditer(text):
            out += self._reworded(text[at : found.start()], rng)
            phrase = found.group()
            out.append(rng.choice(self._phrases[phrase]) if rng.random() < 0.7 else phrase)
            at = found.end()
        out += self._reworded(text[at:], rng)
        if rng.random() < 0.4:
            cut = rng.randrange(len(out) + 1)
            out = out[cut:] + out[:cut]
        return "".join(out)

    def _reworded(self, text: str, rng: random.Random) -> list[str]:
        import rjieba

        return [rng.choice(self._words[w]) if w in self._words and rng.random() < 0.4 else w for w in rjieba.cut(text, False)]


def reworded_source(sources: Iterable[Source], reworder: Reworder, rng: random.Random) -> Source:
    """Chinese query → the same in other words."""
    made = Source("reworded", weight=1.5)
    for source in sources:
        for query in dict.fromkeys(source.queries):
            if is_chinese(query) and 4 <= len(query) <= 60:
                made.add(query, reworder.reword(query, rng))
    return made


def crop_source(name: str, paragraphs: list[str], count: int, rng: random.Random) -> Source:
    """A sentence → the rest of its paragraph, or a few words or a window of it → the whole paragraph."""
    source = Source(name, weight=1.0)
    long = [p for p in paragraphs if 40 <= len(p) <= 800]
    rounds, more = divmod(count, len(long)) if long else (0, 0)
    for text in long * rounds + rng.sample(long, more):
        parts = sentences(text)
        if len(parts) > 1 and rng.random() < 0.75:
            at = rng.randrange(len(parts))
            source.add(parts[at], "".join(parts[:at] + parts[at + 1 :]))
        else:
            width = rng.randint(4, 24)
            start = rng.randrange(len(text) - width)
            source.add(text[start : start + width], text)
    return source


def title_source(paragraphs: list[str]) -> Source:
    """A short line without a full stop → the longer line after it: titles and headings."""
    source = Source("headings", weight=0.7)
    for title, body in pairwise(paragraphs):
        if 6 <= len(title) <= 40 and title[-1] not in "。；：，、" and len(body) >= 60 and is_chinese(title):
            source.add(title, body)
    return source


def pseudo_english(sources: Iterable[Source], glosser: Glosser, copies: int, rng: random.Random) -> list[Source]:
    """Copies of the sources whose Chinese queries are turned word by word into English glosses."""
    made = []
    for source in sources:
        copy = Source(f"{source.name}_en", weight=source.weight)
        for _ in range(copies):
            for index, query in enumerate(source.queries):
                if is_chinese(query):
                    negative = source.negatives[index] if source.negatives else None
                    # Words left in Chinese tie both languages together in one query.
                    keep = 0.0 if rng.random() < 0.6 else 0.4
                    english = glosser.translate(query, rng, keep)
                    copy.add(english, source.positives[index], negative, source.blocks[index])
        made.append(copy)
    return made


def crop_sources(paragraphs: dict[str, list[str]], share: float, rng: random.Random) -> list[Source]:
    """One source for the laws, one for encyclopedia text, one for all other files."""
    kinds: dict[str, list[tuple[list[str], float]]] = {}
    for name, lines in paragraphs.items():
        kind = "crops_laws" if name.startswith("laws") else "crops_mrc" if name.startswith("mrc") else "crops_other"
        kinds.setdefault(kind, []).append((lines, share * CROPS.get(name, _CROPS_ELSE)))
    made = []
    for kind, files in kinds.items():
        source = Source(kind)
        for lines, times in files:
            part = crop_source(kind, lines, round(times * len(lines)), rng)
            for query, positive in zip(part.queries, part.positives, strict=True):
                source.add(query, positive)
        made.append(source)
    return made


@dataclass(frozen=True)
class Text:
    """What there is to learn from: pairs, paragraphs (for the tokenizer), groups of synonyms, English with its Chinese."""

    sources: list[Source]
    paragraphs: list[str]
    synonyms: list[list[str]]
    bilingual: list[tuple[str, str]]


def gather(corpus: Path, pairs: Path, lexicon: Path, thesaurus: Path | None, crops: float, seed: int) -> Text:
    """All sources with at least one pair and a weight, and what else the training needs.

    Raises CorpusError where a folder or file is missing or nothing is found.
    """
    missing = [str(p) for p in (corpus, pairs) if not p.is_dir()]
    if missing := [*missing, *(str(p) for p in (lexicon, thesaurus) if p is not None and not p.is_file())]:
        raise CorpusError("not found: " + ", ".join(missing))
    rng = random.Random(seed)
    paragraphs = read_paragraphs(corpus)
    public = read_pair_sources(corpus)
    terms = read_lexicon(lexicon)
    queries, encyclopedia = (
        authored_queries(name, (r for path in sorted(pairs.glob(f"{files}*.jsonl*")) for r in read_records(path)))
        for name, files in (("authored_queries", "queries"), ("encyclopedia_queries", "encyclopedia"))
    )
    clauses = [r for path in sorted(pairs.glob("clauses*.jsonl*")) for r in read_records(path)]
    asked = clause_sources(clauses, rng)
    cropped = crop_sources(paragraphs, crops, rng)
    bilingual = [s for s in public if s.queries and not is_chinese(s.queries[0])]
    chinese = [s for s in public if s.queries and is_chinese(s.queries[0]) and s.weight]
    parallel_texts = [s for s in bilingual if sum(map(len, s.positives)) > 6 * len(s)]
    glosser = Glosser(
        [(q, p) for s in bilingual for q, p in zip(s.queries, s.positives, strict=True)]
        + [(e, term) for term, _, english in terms for e in english] * 3
    )
    made = pseudo_english([queries, *asked, *chinese], glosser, 2, rng)
    made += pseudo_english(cropped, glosser, 1, rng)
    alike = read_thesaurus(thesaurus) if thesaurus else []
    groups = synonym_groups(bilingual, terms, alike)
    reworder = Reworder(groups, [line.split("|") for line in read_text(REWORDING).splitlines()])
    everyday = Source("everyday", [p for s in parallel_texts for p in s.positives])
    made += [synonym_source(groups, rng), reworded_source([queries, asked[0], *chinese, everyday], reworder, rng)]
    everything = [
        *public,
        queries,
        encyclopedia,
        *asked,
        question_source(clauses),
        *map(parallel_source, parallel_texts),
        lexicon_source(terms),
        *cropped,
        title_source([line for lines in paragraphs.values() for line in lines]),
        *made,
    ]
    kept = [s for s in everything if len(s) and s.weight]
    if not kept:
        raise CorpusError(f"no pairs in {corpus} and {pairs}")
    pairs_of_words = [(q, p) for s in bilingual for q, p in zip(s.queries, s.positives, strict=True)]
    pairs_of_words += [(e, name) for term, words, english in terms for e in english for name in (term, *words[:2])]
    return Text(
        kept,
        [line for lines in paragraphs.values() for line in lines],
        alike + [[term, *words] for term, words, _ in terms if words],
        pairs_of_words,
    )
