"""Fit ``ranking.json``: ``python -m assistant.fit [--pairs FOLDER] [--notices FOLDER…]`` (needs the train extra).

Trained on the project's own invented clauses and notices, whose questions carry the sentence that answers
them and twins that nothing answers. Figures are cross-validated over notices: a notice is never measured
with a model that has seen it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from assistant.coverage import FEATURES as COVERAGE
from assistant.negatives import without_answers
from assistant.question import Reader
from assistant.rank import ANSWER_FEATURES, MODEL, SENTENCE_FEATURES, Floats, answer_features, eligible, ranking, sentence_features
from index.embed import load_encoder
from index.read import parse
from index.records import Document, Hit, InputError
from index.store import ClauseIndex
from index.training.questions import LIBRARY, clause_notices

DEPTH = 20
UNANSWERABLE_WEIGHT = 2.0  # they are few in the training questions
ASIDE = 8  # libraries that are asked the questions beside the subject
SIGNS = (
    dict.fromkeys(("dense", "late", "late_part", "lexical", "sentence", "mean3", "part_match"), 1)
    | dict.fromkeys((name for name in ANSWER_FEATURES if re.search("gap|conflicts|formal|open|outside|unmatched|lacks", name)), -1)
    | COVERAGE
    | {"below": -1}
)
REFUSED = 0.035  # share of the answerable that may be refused for the sake of what nothing answers
BESIDE = 0.001  # share of the answerable whose best sentence may count as beside the subject
REMOVED_CLAUSE_WEIGHT = 0.6  # a question whose clause was taken out is easier than what is asked beside the text
ROOT = Path(__file__).resolve().parents[1]
ASIDE_FILE = ROOT / "assistant/offtopic.txt"
PAIRS = ROOT / "index/training/pairs"
NOTICES = (ROOT / "tests/data/notices", ROOT / "tests/data/own-notices")
DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the spans that answer it: (document id, start, end); none where nothing does."""

    text: str
    gold: tuple[tuple[str, int, int], ...]
    answerable: bool


@dataclass(slots=True)
class Example:
    """A searched question: its group, its hits, which of them answer, its weight where nothing does."""

    group: str
    text: str
    english: bool
    answerable: bool
    hits: list[Hit]
    outside: Hit | None
    table: Floats
    labels: Floats
    weight: float = UNANSWERABLE_WEIGHT


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, print the cross-validated figures and write the model."""
    parser = argparse.ArgumentParser(prog="python -m assistant.fit", description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=Path, default=PAIRS, help="folder with clauses-*.jsonl")
    parser.add_argument("--notices", type=Path, nargs="+", default=list(NOTICES), help="folders of notices with questions")
    parser.add_argument("--sample", type=int, default=3000, help="answerable questions taken from the clauses")
    parser.add_argument("-o", "--output", type=Path, default=MODEL)
    options = parser.parse_args(argv)
    for folder in (options.pairs, *options.notices):
        if not folder.is_dir():
            print(f"no such folder: {folder}", file=sys.stderr)
            return 2
    from tqdm import tqdm

    aside = [Asked(line, (), False) for line in ASIDE_FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    libraries = list(clause_libraries(options.pairs, options.sample))
    authored = [e for library in tqdm(libraries, desc="clauses") for e in examples(*library)]
    authored += [e for name, documents, _ in libraries[:ASIDE] for e in examples(name, documents, aside)]
    noticed = [e for library in notice_libraries(options.notices) for e in examples(*library)]
    chooser = random.Random(3)
    bereft = [e for n, d, q in notice_libraries(options.notices) for whole in (False, True) for e in removed(n, d, q, whole)]
    bereft += [e for n, d, q in tqdm(libraries, desc="removed") for e in removed(n, d, q, False, chooser)]
    limits = report(authored, noticed, bereft)
    model = fit(authored + noticed + noticed, bereft) | {"limits": limits}
    options.output.write_text(json.dumps(model, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def clause_libraries(folder: Path, sample: int) -> Iterator[tuple[str, list[Document], list[Asked]]]:
    """The invented clauses in libraries of some dozens, as numbered notices of their regions."""
    records = [json.loads(line) for file in sorted(folder.glob("clauses-*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    chooser = random.Random(1)
    chooser.shuffle(records)
    share = sample / max(1, sum(len(r.get("questions") or ()) for r in records))
    for begin in range(0, len(records), LIBRARY):
        group = records[begin : begin + LIBRARY]
        documents: list[Document] = []
        asked: list[Asked] = []
        for document, placed in clause_notices(group, f"c{begin}", lambda n: f"{_han(n)}、"):
            documents.append(document)
            for record, offset in placed:
                asked += _questions(record, document.id, offset, chooser, share)
        yield f"clauses {begin}", documents, asked


def _questions(record: dict[str, Any], name: str, offset: int, chooser: random.Random, share: float) -> Iterator[Asked]:
    clause = record["clause"]
    for question in [*(record.get("questions") or ()), *(record.get("false_premise") or ())]:
        at = clause.find(question["quote"])
        if at >= 0 and ("wrong" in question or chooser.random() < share):
            yield Asked(question["q"], ((name, offset + at, offset + at + len(question["quote"])),), True)
    for question in record.get("unanswerable") or ():
        yield Asked(question["q"], (), False)


def notice_libraries(folders: Sequence[Path]) -> Iterator[tuple[str, list[Document], list[Asked]]]:
    """Each folder of notices as one library."""
    for folder in folders:
        documents: list[Document] = []
        asked: list[Asked] = []
        for home in sorted(p for p in folder.iterdir() if (p / "questions.jsonl").is_file()):
            document = parse((home / "source.txt").read_bytes().decode("utf-8"), home.name, home.name)
            documents.append(document)
            for line in (home / "questions.jsonl").read_text("utf-8").splitlines():
                record = json.loads(line)
                quotes = [g["quote"] for g in record.get("gold") or record.get("correct_quote") or ()]
                gold = tuple((document.id, m.start(), m.end()) for q in quotes for m in re.finditer(re.escape(q), document.text))
                refused = record["type"] == "unanswerable" and record.get("acceptable") != "correct_premise"
                asked.append(Asked(f"{home.name}\t{record['question']}", () if refused else gold, not refused))
        if documents:
            yield folder.name, documents, asked
        else:
            raise InputError(f"no notices with questions in {folder}")


def examples(group: str, documents: list[Document], questions: list[Asked]) -> Iterator[Example]:
    """Search every question in the scope that the reader gives it."""
    index = ClauseIndex.build(documents, load_encoder())
    reader = Reader(documents)
    for asked in questions:
        home, _, text = asked.text.rpartition("\t")
        read = reader.read(text)
        hits = eligible(index.search(read.topic, 3 * DEPTH, documents=read.documents), DEPTH) if read.topic else []
        if hits and not read.foreign:
            english = read.language == "en"
            labels = np.array([_answers(hit, asked.gold) for hit in hits], np.float64)
            wide = eligible(index.search(read.topic, DEPTH), 1) if read.documents else []
            table = sentence_features(read.topic, english, hits)
            yield Example(home or group, read.topic, english, asked.answerable, hits, wide[0] if wide else None, table, labels)


def removed(
    group: str, documents: list[Document], questions: list[Asked], whole: bool, chooser: random.Random | None = None
) -> Iterator[Example]:
    """The questions with a scope, asked of documents without their answers; half of them where ``chooser`` is given."""
    reader = Reader(documents)
    scoped = [q for q in questions if q.answerable and q.gold and reader.read(q.text.rpartition("\t")[2]).documents is not None]
    scoped = [q for q in scoped if chooser is None or chooser.random() < 0.5]
    for rest, chosen in without_answers(documents, [q.gold for q in scoped], 2 if chooser else 5, whole):
        for example in examples(group, rest, [Asked(scoped[n].text, (), False) for n in chosen]):
            yield replace(example, weight=REMOVED_CLAUSE_WEIGHT if whole else 1.0)


def _answers(hit: Hit, gold: tuple[tuple[str, int, int], ...]) -> bool:
    quote = hit.quote
    part = quote.part
    if any(d == quote.document.id and any(r.start <= s and e <= r.end for r in part.responsible_spans) for d, s, e in gold):
        return True  # a line of units is quoted through any sentence of its clause
    return any(quote.document.id == d and 2 * (min(e, quote.end) - max(s, quote.start)) >= e - s for d, s, e in gold)


def fit(data: Sequence[Example], bereft: Sequence[Example]) -> dict[str, Any]:
    """The models as plain numbers: features, weights on the raw features, intercept; ``bereft`` are of ``removed``."""
    found = [e for e in data if e.labels.any()]
    sentence = _logistic(
        np.concatenate([e.table for e in found]), np.concatenate([e.labels for e in found]), SENTENCE_FEATURES, 1e-4, signs=SIGNS
    )
    asked = [*data, *bereft]
    ordered = [_ordered(e, sentence) for e in asked]
    rows = np.array([answer_features(e.text, e.english, h, c, e.outside) for e, (h, c, _) in zip(asked, ordered, strict=True)])
    answerable = np.array([float(e.answerable) for e in asked])
    right = np.array([float(bool(labels[:1].any())) for _, _, labels in ordered]) * answerable
    weight = np.array([1.0 if e.answerable else e.weight for e in asked])
    own = slice(0, len(data))  # confidence is that of the questions as they come
    return {
        "sentence": sentence,
        "stated": _logistic(rows, answerable, ANSWER_FEATURES, 2e-3, weight, SIGNS),
        "right": _logistic(rows[own], right[own], ANSWER_FEATURES, 2e-3, signs=SIGNS),
    }


def _ordered(example: Example, sentence: dict[str, Any]) -> tuple[list[Hit], list[float], Floats]:
    chances = _apply(sentence, example.table)
    order = ranking(example.text, example.hits, chances)
    return [example.hits[n] for n in order], chances[order].tolist(), example.labels[order]


def _apply(model: dict[str, Any], table: Floats) -> Floats:
    weights = np.array([model["weights"][name] for name in model["features"]])
    return np.asarray(1 / (1 + np.exp(-(table @ weights + model["intercept"]))))


def _logistic(
    table: Floats, labels: Floats, names: Sequence[str], penalty: float, weight: Floats | None = None, signs: dict[str, int] | None = None
) -> dict[str, Any]:
    """Logistic regression on standardised features with an L2 penalty, written back onto the raw ones.

    ``signs`` keeps a weight from taking the sign that only the make of the training questions gives it: a
    nearer passage never speaks against an answer.
    """
    from scipy.optimize import minimize

    mean, spread = table.mean(axis=0), table.std(axis=0)
    spread[spread < 1e-9] = 1
    scaled = (table - mean) / spread
    share = np.full(len(labels), 1 / len(labels)) if weight is None else weight / weight.sum()

    def loss(point: Floats) -> tuple[float, Floats]:
        chance = 1 / (1 + np.exp(-(scaled @ point[:-1] + point[-1])))
        value = -float(share @ (labels * np.log(chance + 1e-12) + (1 - labels) * np.log(1 - chance + 1e-12)))
        slope = share * (chance - labels)
        return value + penalty / 2 * float(point[:-1] @ point[:-1]), np.append(scaled.T @ slope + penalty * point[:-1], slope.sum())

    wanted = [(signs or {}).get(name, 0) for name in names]
    bounds = [(0 if sign > 0 else None, 0 if sign < 0 else None) for sign in wanted]
    point = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    weights = point[:-1] / spread
    return {
        "features": list(names),
        "weights": {name: round(float(value), 5) for name, value in zip(names, weights, strict=True)},
        "intercept": round(float(point[-1] - weights @ mean), 5),
    }


def report(authored: list[Example], noticed: list[Example], bereft: list[Example], folds: int = 6) -> dict[str, float]:
    """Cross-validate over notices: order of sentences, refusals, calibration. Gives the limits that they suggest."""
    groups = sorted({e.group for e in noticed})
    first: list[bool] = []
    three: list[bool] = []
    sure: list[tuple[float, float, bool, bool]] = []
    for fold in range(folds):
        held = set(groups[fold::folds])
        seen = [e for e in noticed if e.group not in held]
        model = fit(authored + seen + seen, [e for e in bereft if e.group not in held])
        for example in (e for e in noticed if e.group in held):
            hits, chances, labels = _ordered(example, model["sentence"])
            row = answer_features(example.text, example.english, hits, chances, example.outside)[None, :]
            right = bool(labels[:1].any()) and example.answerable
            sure.append((float(_apply(model["stated"], row)[0]), float(_apply(model["right"], row)[0]), example.answerable, right))
            if example.answerable:
                first.append(bool(labels[:1].any()))
                three.append(bool(labels[:3].any()))
    print(f"notices, cross-validated: right sentence first {np.mean(first):.3f}, in the first three {np.mean(three):.3f} (n={len(first)})")
    for share in (0.02, 0.04, 0.07, 0.1):
        limit = float(np.quantile([s for s, _, answerable, _ in sure if answerable], share))
        refused = np.mean([s < limit for s, _, answerable, _ in sure if not answerable])
        print(f"  refusing {share:.0%} of the answerable (stated < {limit:.3f}) refuses {refused:.1%} of the unanswerable")
    confidences, rights = np.array([s[1] for s in sure]), np.array([s[3] for s in sure])
    bins = np.clip((confidences * 10).astype(int), 0, 9)
    error = sum(abs(confidences[bins == b].mean() - rights[bins == b].mean()) * (bins == b).mean() for b in range(10) if (bins == b).any())
    print(f"  confidence: expected calibration error {error:.3f} (10 bins, n={len(sure)})")
    stated = [s for s, _, answerable, _ in sure if answerable]
    nearest = [max(hit.score for hit in e.hits) for e in noticed if e.answerable]
    chosen = {"stated": (stated, REFUSED), "stated_following": (stated, REFUSED / 2), "near": (nearest, BESIDE)}
    return {name: round(float(np.quantile(scores, share)), 4) for name, (scores, share) in chosen.items()}


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十") + (DIGITS[ones] if ones else "")


if __name__ == "__main__":
    raise SystemExit(main())
