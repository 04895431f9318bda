"""Fit the weights of the search's scores: ``python -m index.training.fit_fusion -o index/fusion.json``.

Learns from the questions on the notices, and on invented clauses (``--pairs``, dozens of clauses make a library)
where the encoder was not trained on them: scores of questions that it knows by heart say nothing. For each
language the weights, none below 0, give the sentences that answer the most of a softmax over the hits; they are
drawn towards the weights that one would set by hand. BM25 keeps at least a share of the dense weight: users
bring other texts than these. Prints what five-fold cross-validation gives, whole notices or libraries left
out at a time. Needs the ``train`` extra.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.embed import load_encoder
from index.fuse import FITTED, Bools, Weights, language
from index.read import parse
from index.records import Document, Hit, InputError, Quote
from index.store import CANDIDATES, ClauseIndex
from index.text import plain
from index.words import asked, named

ROOT = Path(__file__).parents[2]
NOTICES = (ROOT / "tests/data/notices", ROOT / "tests/data/own-notices")
SIGNALS = tuple(field.name for field in fields(Weights))
LIBRARY = 60  # invented clauses that are searched together
FOLDS = 5
LEXICAL = 0.25  # least weight of BM25, as a share of the dense one
SHARP = 14.0  # weight of the dense score before the softmax, to begin with
SHRINK = 3e-4  # of the squared distance from the weights set by hand, in the loss
RIVALS = 10  # wrong hits that an entry must not help
ENOUGH, HARM = 4, 0.25  # questions, and mean pull towards the wrong, from which an entry counts as harmful

Numbers = npt.NDArray[np.float64]
Gold = tuple[str, int, int]


@dataclass(frozen=True)
class Question:
    """A question, the library that it is asked of, what is left out with it, and the spans that answer it."""

    text: str
    source: str
    group: str
    gold: tuple[Gold, ...]


@dataclass(frozen=True)
class Searched:
    """A question with the scores of its hits, (hits, SIGNALS), which of the hits answer, and what the lexicon does.

    ``pulls`` has for each term that the question means the share of the right hits that name it, less that of
    the best wrong ones.
    """

    question: Question
    scores: Numbers
    right: Bools
    pulls: dict[str, float]

    @property
    def language(self) -> str:
        return language(plain(self.question.text))

    def column(self, signal: str) -> Numbers:
        """One of the SIGNALS of each hit."""
        found: Numbers = self.scores[:, SIGNALS.index(signal)]
        return found


Library = tuple[list[Document], list[Question]]
Ranking = Callable[[Searched], Numbers]


def clause_libraries(file: Path) -> Iterator[Library]:
    """The clauses of a ``clauses-*.jsonl`` in libraries of some dozens, as one document a region."""
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    clauses = [record for record in records if record.get("clause")]
    random.Random(1).shuffle(clauses)
    for start in range(0, len(clauses), LIBRARY):
        yield _clause_library(file.stem, start, clauses[start : start + LIBRARY])


def _clause_library(source: str, start: int, records: Sequence[dict[str, Any]]) -> Library:
    by_region: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        by_region[record["region"] or "全国"].append(record)
    documents: list[Document] = []
    questions: list[Question] = []
    for region, members in by_region.items():
        name = f"{source}-{start}-{len(documents)}"
        text = f"{region}促进外贸若干措施\n\n"
        for number, record in enumerate(members, 1):
            text += f"{number}. " + (f"{record['heading']}。" if record["heading"] else "")
            for question in record.get("questions") or ():
                if (at := record["clause"].find(question["quote"])) >= 0:
                    begin = len(text) + at
                    gold = (name, begin, begin + len(question["quote"]))
                    questions.append(Question(question["q"], source, f"{source}-{start}", (gold,)))
            text += record["clause"] + "\n"
        short = re.sub("[省市]$", "", re.sub(r"^.*?(?:省|自治区)(?=.)", "", region))
        documents.append(replace(parse(text, name, name), region=short))
    return documents, questions


def notice_library(folder: Path) -> Library:
    """The notices of a folder in one library; raises InputError where there are none with questions."""
    documents, questions = [], []
    for home in sorted(file.parent for file in folder.glob("*/questions.jsonl")):
        document = parse((home / "source.txt").read_bytes().decode("utf-8"), home.name, home.name)
        documents.append(document)
        for line in (home / "questions.jsonl").read_text("utf-8").splitlines():
            record = json.loads(line)
            quotes = [re.escape(gold["quote"]) for gold in record.get("gold") or ()]
            spans = [found.span() for quote in quotes for found in re.finditer(quote, document.text)]
            if spans and record["type"] != "unanswerable":
                gold = tuple((document.id, *span) for span in spans)
                questions.append(Question(record["question"], folder.name, home.name, gold))
    if not documents:
        raise InputError(f"没有带问题的通知：{folder}", f"no notices with questions: {folder}")
    return documents, questions


def searched(library: Library, model: str | None = None) -> Iterator[Searched]:
    """Every question of a library with all that the search has for it."""
    documents, questions = library
    index = ClauseIndex.build(documents, load_encoder(model))
    for question in questions:
        ranked = index.search(question.text, CANDIDATES)
        pulls = _pulls(question.text, ranked, _right(ranked, question.gold))
        hits = sorted(ranked, key=lambda hit: (hit.quote.document.id, hit.quote.start))  # so that ties tell nothing
        scores = np.array([[getattr(hit, name) for name in SIGNALS] for hit in hits], np.float64).reshape(-1, len(SIGNALS))
        yield Searched(question, scores, _right(hits, question.gold), pulls)


def _pulls(text: str, hits: Sequence[Hit], right: Bools) -> dict[str, float]:
    def shares(places: Sequence[int]) -> Counter[str]:
        return Counter(term for n in places for term in named(_passage(hits[n])))

    good, wrong = np.flatnonzero(right).tolist(), np.flatnonzero(~right)[:RIVALS].tolist()
    if not good or not wrong:
        return {}
    mine, theirs = shares(good), shares(wrong)
    return {term: mine[term] / len(good) - theirs[term] / len(wrong) for term in asked(plain(text))}


def _passage(hit: Hit) -> str:
    quote = hit.quote
    return plain(f"{quote.document.region or ''} {quote.part.heading or quote.part.section or ''} {quote.text}")


def _right(hits: Sequence[Hit], gold: Sequence[Gold]) -> Bools:
    """True for a hit that holds half of a gold quote."""

    def holds(quote: Quote) -> bool:
        shared = [(min(end, quote.end) - max(start, quote.start), end - start) for name, start, end in gold if name == quote.document.id]
        return any(2 * common >= length for common, length in shared)

    return np.array([holds(hit.quote) for hit in hits], bool)


def fit(examples: Sequence[Searched]) -> Weights:
    """The weights under which a softmax over the hits gives most to those that answer, dense at 1."""
    from scipy.optimize import minimize

    known = [e for e in examples if e.right.any()]
    scores, right = np.concatenate([e.scores for e in known]), np.concatenate([e.right for e in known])
    sizes = np.array([len(e.right) for e in known])
    starts = np.cumsum(sizes) - sizes
    hand = SHARP * np.array([getattr(Weights(lexical=0), name) for name in SIGNALS])
    floor = np.eye(len(SIGNALS))
    floor[SIGNALS.index("dense"), SIGNALS.index("lexical")] = LEXICAL
    scores = scores @ floor.T

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        mixed = scores @ weights
        grown = np.exp(mixed - np.repeat(np.maximum.reduceat(mixed, starts), sizes))
        all_hits, answers = np.add.reduceat(grown, starts), np.add.reduceat(grown * right, starts)
        slope = scores.T @ (grown * (np.repeat(1 / all_hits, sizes) - right * np.repeat(1 / answers, sizes)))
        missed = float(np.log(all_hits / answers).mean())
        away = weights - hand
        return missed + SHRINK * float(away @ away), slope / len(known) + 2 * SHRINK * away

    found = minimize(loss, hand, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(SIGNALS)).x @ floor
    return Weights(**{name: round(float(value / found[0]), 2) for name, value in zip(SIGNALS, found, strict=True)})


def fit_all(examples: Sequence[Searched]) -> dict[str, Weights]:
    """The weights for each language that is asked in."""
    return {tongue: fit([e for e in examples if e.language == tongue]) for tongue in sorted({e.language for e in examples}, reverse=True)}


def mixed(example: Searched, weights: Weights) -> Numbers:
    """The weighted sum of the scores of each hit."""
    total: Numbers = example.scores @ np.array([getattr(weights, name) for name in SIGNALS])
    return total


def cross_validated(examples: Sequence[Searched]) -> Ranking:
    """Ranks each question by weights that were fitted without its group."""
    groups = sorted({e.question.group for e in examples})
    random.Random(0).shuffle(groups)
    fold = {group: n % FOLDS for n, group in enumerate(groups)}
    weights = [fit_all([e for e in examples if fold[e.question.group] != n]) for n in range(FOLDS)]
    return lambda e: mixed(e, weights[fold[e.question.group]].get(e.language, Weights()))


def report(examples: Sequence[Searched], rankings: dict[str, Ranking]) -> list[str]:
    """A Markdown table: right sentence first, in the first three, in the first twenty, by source and language."""
    lines = ["| questions | n | " + " | ".join(rankings) + " |", "|---|---|" + "---|" * len(rankings)]
    parts: dict[str, list[Searched]] = defaultdict(list)
    for example in examples:
        parts[f"{example.question.source} {example.language}"].append(example)
        parts[f"all {example.language}"].append(example)
        parts["all"].append(example)
    for name, members in sorted(parts.items()):
        cells = []
        for rank in rankings.values():
            found = [e.right[np.argsort(-rank(e), kind="stable")] for e in members]
            cells.append(" / ".join(f"{np.mean([row[:k].any() for row in found]):.3f}" for k in (1, 3, 20)))
        lines.append(f"| {name} | {len(members)} | {' | '.join(cells)} |")
    return lines


def harmful(examples: Sequence[Searched]) -> list[tuple[float, int, str]]:
    """(mean pull, questions, term) of the entries that pull the wrong hits up more than the right ones, worst first."""
    pulls: dict[str, list[float]] = defaultdict(list)
    for example in examples:
        for term, pull in example.pulls.items():
            pulls[term].append(pull)
    means = [(float(np.mean(found)), len(found), term) for term, found in pulls.items() if len(found) >= ENOUGH]
    return sorted(entry for entry in means if entry[0] < -HARM)


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, print the cross-validated figures and write the weights; 2 where something is missing."""
    made = argparse.ArgumentParser(prog="python -m index.training.fit_fusion", description=__doc__.splitlines()[0])
    made.add_argument("--pairs", type=Path, nargs="*", default=[], help="clauses-*.jsonl that the encoder was not trained on")
    made.add_argument("--notices", type=Path, nargs="+", default=list(NOTICES), help="folders of notices with questions")
    made.add_argument("--model", help="folder or hub name of the encoder, by default the product's own")
    made.add_argument("--harmful", action="store_true", help="also list the lexicon's entries that pull wrong sentences up")
    made.add_argument("-o", "--output", type=Path, default=FITTED)
    given = made.parse_args(argv)
    missing = [str(f) for f in given.pairs if not f.is_file()] + [str(f) for f in given.notices if not f.is_dir()]
    if missing:
        print(f"error: there is no {', '.join(missing)}", file=sys.stderr)
        return 2
    try:
        from tqdm import tqdm

        libraries = [*map(notice_library, given.notices), *(library for file in given.pairs for library in clause_libraries(file))]
        examples = [example for library in tqdm(libraries, desc="search") for example in searched(library, given.model)]
        single = {"BM25": "lexical", "lexicon": "lexicon", "dense": "dense", "late": "late"}
        rankings: dict[str, Ranking] = {name: partial(Searched.column, signal=signal) for name, signal in single.items()}
        rankings |= {"unfitted": partial(mixed, weights=Weights()), "fused": cross_validated(examples)}
        weights = fit_all(examples)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"error: {error.name} is missing: pip install '.[train]'", file=sys.stderr)
        return 2
    print("\n".join(["Right sentence first / in the first 3 / in the first 20", "", *report(examples, rankings)]))
    for tongue, found in weights.items():
        print(f"{tongue}: {asdict(found)}")
    if given.harmful:
        for pull, number, term in harmful(examples):
            print(f"{pull:+.2f} in {number} questions: {term}")
    lines = ",\n".join(f"  {json.dumps(tongue)}: {json.dumps(asdict(found))}" for tongue, found in weights.items())
    given.output.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
