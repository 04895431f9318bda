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
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np

from index.embed import load_encoder
from index.fuse import FITTED, Weights
from index.records import InputError
from index.training.questions import clause_libraries, notice_library
from index.training.searched import SIGNALS, SINGLE, Numbers, Ranking, Searched, mixed, report, searched

ROOT = Path(__file__).parents[2]
NOTICES = (ROOT / "tests/data/notices", ROOT / "tests/data/own-notices")
FOLDS = 5
LEXICAL = 0.6  # least weight of BM25, as a share of the dense one
SHARP = 14.0  # weight of the dense score before the softmax, to begin with
SHRINK = 3e-4  # of the squared distance from the weights set by hand, in the loss
ENOUGH, HARM = 4, 0.25  # questions, and mean pull towards the wrong, from which an entry counts as harmful


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


def cross_validated(examples: Sequence[Searched]) -> Ranking:
    """Ranks each question by weights that were fitted without its group."""
    groups = sorted({e.question.group for e in examples})
    random.Random(0).shuffle(groups)
    fold = {group: n % FOLDS for n, group in enumerate(groups)}
    weights = [fit_all([e for e in examples if fold[e.question.group] != n]) for n in range(FOLDS)]
    return lambda e: mixed(e, weights[fold[e.question.group]].get(e.language, Weights()))


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
        encoder = load_encoder(given.model)
        examples = [example for library in tqdm(libraries, desc="search") for example in searched(library, encoder)]
        rankings: dict[str, Ranking] = SINGLE | {"unfitted": partial(mixed, weights=Weights()), "fused": cross_validated(examples)}
        weights = fit_all(examples)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"error: {error.name} is missing: pip install '.[train]'", file=sys.stderr)
        return 2
    print("\n".join(report(examples, rankings)))
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
