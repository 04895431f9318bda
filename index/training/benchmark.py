"""Measure a model: ``python -m index.training.benchmark BEIR_DIR… [--model M] [--sts DIR] [--card]``.

A BEIR folder holds ``corpus.jsonl``, ``queries.jsonl`` and ``qrels.tsv`` (or ``qrels/test.tsv``), plain or
``.xz``. Prints a Markdown table; complaints go to stderr.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.embed import OWN_MODEL, Encoder, Floats, TokenEncoder, load_encoder
from index.fuse import Weights, fuse
from index.lexical import Lexical, tokens
from index.records import InputError
from index.training.card import write_figures
from index.training.corpus import CorpusError, read_records, read_text

DEPTH = 100


@dataclass(frozen=True)
class Benchmark:
    """``gains[i]`` maps rows of ``documents`` to the gain they have for ``queries[i]``; none is empty."""

    name: str
    documents: list[str]
    queries: list[str]
    gains: list[dict[int, float]]


def _either(folder: Path, *names: str) -> Path:
    for name in names:
        for path in (folder / name, folder / f"{name}.xz"):
            if path.is_file():
                return path
    raise CorpusError(f"{folder}: no {' or '.join(names)} (plain or .xz) in it")


def read_beir(folder: Path) -> Benchmark:
    """Read a BEIR folder; queries without a judged document are left out.

    Raises CorpusError where a file is missing or a judgement names an unknown document.
    """
    rows: dict[str, int] = {}
    documents: list[str] = []
    for record in read_records(_either(folder, "corpus.jsonl")):
        rows[str(record["_id"])] = len(documents)
        documents.append(f"{record.get('title') or ''} {record['text']}".strip())
    judged: dict[str, dict[int, float]] = {}
    lines = read_text(_either(folder, "qrels.tsv", "qrels/test.tsv")).splitlines()
    for line in lines[1:]:
        query, document, score = line.split("\t")
        if document not in rows:
            raise CorpusError(f"{folder.name}: qrels name the unknown document {document}")
        if float(score) > 0:
            judged.setdefault(query, {})[rows[document]] = float(score)
    queries, gains = [], []
    for record in read_records(_either(folder, "queries.jsonl")):
        if found := judged.get(str(record["_id"])):
            queries.append(str(record["text"]))
            gains.append(found)
    return Benchmark(folder.name, documents, queries, gains)


def bm25_scores(bench: Benchmark) -> Floats:
    """float32 (queries, documents): the product's BM25, jieba search-mode words, k1 1.2, b 0.75, scaled to [0, 1]."""
    engine = Lexical.build([tokens(text) for text in bench.documents])
    return np.stack([engine.scores(tokens(query)) for query in bench.queries])


def dense_scores(bench: Benchmark, model: Encoder) -> Floats:
    """float32 (queries, documents): cosine of the vectors."""
    scores: Floats = model.encode(bench.queries, query=True) @ model.encode(bench.documents).T
    return scores


def late_scores(bench: Benchmark, model: TokenEncoder) -> Floats:
    """float32 (queries, documents): what ``index.late`` computes, for all pairs at once."""
    norms = np.linalg.norm(model.table, axis=1)
    unit = model.units
    asked = model.token_ids(bench.queries)
    texts = [sorted(set(ids)) or [0] for ids in model.token_ids(bench.documents)]
    starts = np.cumsum([0] + [len(ids) for ids in texts[:-1]])
    known, places = np.unique(np.concatenate([np.asarray(ids) for ids in texts]), return_inverse=True)
    best = {
        token: np.maximum.reduceat((unit[known] @ unit[token])[places], starts)
        for token in sorted({token for ids in asked for token in ids})
    }
    out = np.zeros((len(asked), len(texts)), dtype=np.float32)
    for row, ids in enumerate(asked):
        for token in ids:
            out[row] += norms[token] * best[token]
        out[row] /= max(float(norms[ids].sum()), 1e-12)
    return out


def measure(bench: Benchmark, scores: Floats) -> dict[str, float]:
    """Means over all queries: nDCG@10, R@10, R@100, MRR@10, by ir-measures. Equal scores rank by row."""
    import ir_measures

    names = {"nDCG@10": "nDCG@10", "R@10": "R@10", "R@100": "R@100", "MRR@10": "RR@10"}
    wanted = {name: ir_measures.parse_measure(other) for name, other in names.items()}
    judged = [ir_measures.Qrel(str(q), str(d), int(gain)) for q, gains in enumerate(bench.gains) for d, gain in gains.items()]
    ranked = (np.argsort(-row, kind="stable")[:DEPTH].tolist() for row in scores)
    run = [ir_measures.ScoredDoc(str(q), str(d), -float(rank)) for q, row in enumerate(ranked) for rank, d in enumerate(row)]
    found = ir_measures.calc_aggregate(list(wanted.values()), judged, run)
    return {name: float(found[which]) for name, which in wanted.items()}


def sts_rows(folder: Path, model: Encoder) -> list[tuple[str, float]]:
    """(file, Spearman of cosine and label) for each ``*.jsonl[.xz]`` of ``{"s1", "s2", "label"}``."""
    from scipy.stats import spearmanr

    rows = []
    for path in sorted(folder.glob("*.jsonl*")):
        records = list(read_records(path))
        left, right = (model.encode([str(r[side]) for r in records]) for side in ("s1", "s2"))
        found = spearmanr((left * right).sum(axis=1), [r["label"] for r in records])
        rows.append((path.name.split(".")[0], float(found.statistic)))
    return rows


def score_kinds(bench: Benchmark, model: Encoder) -> dict[str, Floats]:
    """BM25, dense, late interaction where the encoder has token vectors, and all fused by the product's weights."""
    kinds = {"BM25": bm25_scores(bench), "dense": dense_scores(bench, model)}
    late = late_scores(bench, model) if isinstance(model, TokenEncoder) else None
    if late is not None:
        kinds["late interaction"] = late
        kinds["dense + late"] = kinds["dense"] + late
    # A document is sentence and part in one, so late interaction counts for both.
    kinds["fused"] = np.stack(
        [
            fuse(dense, None if late is None else late[row], None if late is None else late[row], lexical, Weights())
            for row, (dense, lexical) in enumerate(zip(kinds["dense"], kinds["BM25"], strict=True))
        ]
    )
    return kinds


def beir_lines(folders: Sequence[Path], model: Encoder) -> list[str]:
    """A Markdown table with a line for each folder and score; no lines without folders."""
    if not folders:
        return []
    lines = ["| benchmark | queries | documents | score | nDCG@10 | R@10 | R@100 | MRR@10 |", "|---|---|---|---|---|---|---|---|"]
    for bench in map(read_beir, folders):
        for kind, scores in score_kinds(bench, model).items():
            figures = " | ".join(f"{value:.3f}" for value in measure(bench, scores).values())
            lines.append(f"| {bench.name} | {len(bench.queries)} | {len(bench.documents)} | {kind} | {figures} |")
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 if everything was measured, 2 if a folder cannot be read."""
    made = argparse.ArgumentParser(prog="python -m index.training.benchmark", description=__doc__)
    made.add_argument("--model", default=str(OWN_MODEL), help="folder or hub name, by default the product's own")
    made.add_argument("--sts", type=Path, help="folder of sentence pairs with labels")
    made.add_argument("--card", action="store_true", help="also write the figures into the model's README.md")
    made.add_argument("folders", type=Path, nargs="*", metavar="BEIR_DIR")
    given = made.parse_args(argv)
    try:
        model = load_encoder(given.model)
        lines = beir_lines(given.folders, model)
        if given.sts:
            lines += ["", "| sentence pairs | Spearman × 100 |", "|---|---|"]
            lines += [f"| {name} | {100 * value:.2f} |" for name, value in sts_rows(given.sts, model)]
        print("\n".join(lines))
        if given.card:
            sts = f" --sts BENCH/{given.sts.name}" if given.sts else ""
            names = " ".join(f"BENCH/{folder.name}" for folder in given.folders)
            command = f"python -m index.training.benchmark {names}{sts}"
            write_figures(Path(given.model) / "README.md", "\n".join([f"`{command}`", "", *lines]))
    except (CorpusError, InputError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"error: {error.name} is missing: pip install '.[train]'", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
