"""Measure a model folder: ``python -m index.training.benchmark --model DIR [--sts DIR] BEIR_DIR…``.

A BEIR folder holds ``corpus.jsonl``, ``queries.jsonl`` and ``qrels.tsv`` (or ``qrels/test.tsv``), plain or
``.xz``. Prints a Markdown table; complaints go to stderr.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.training.card import write_figures
from index.training.corpus import CorpusError, read_records, read_text
from index.training.metrics import ndcg, recall, reciprocal_rank, spearman
from index.training.vectors import Floats, TokenVectors, load_vectors

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
    """float32 (queries, documents): BM25 over jieba search-mode words, k1 1.2, b 0.75 (Lucene's formula)."""
    import bm25s
    import jieba

    jieba.setLogLevel(60)

    def cut(text: str) -> list[str]:
        return [word for word in jieba.cut_for_search(text.lower()) if word.strip()]

    engine = bm25s.BM25(k1=1.2, b=0.75)
    engine.index([cut(text) for text in bench.documents], show_progress=False)
    out = np.zeros((len(bench.queries), len(bench.documents)), dtype=np.float32)
    for row, query in enumerate(bench.queries):
        known = [word for word in cut(query) if word in engine.vocab_dict]
        if known:
            out[row] = engine.get_scores(known)
    return out


def dense_scores(bench: Benchmark, model: TokenVectors) -> Floats:
    """float32 (queries, documents): cosine of the mean token vectors."""
    scores: Floats = model.encode(bench.queries) @ model.encode(bench.documents).T
    return scores


def late_scores(bench: Benchmark, model: TokenVectors) -> Floats:
    """float32 (queries, documents): Σ_i |q_i| max_j cos(q_i, d_j) / Σ_i |q_i| over the token vectors.

    MaxSim of Khattab and Zaharia 2020 (ColBERT), each query token weighted by its vector's norm.
    """
    norms = np.linalg.norm(model.table, axis=1)
    unit = model.table / np.maximum(norms, 1e-12)[:, None]
    asked = model.tokens(bench.queries)
    texts = [sorted(set(ids)) or [0] for ids in model.tokens(bench.documents)]
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
    """Means over all queries: nDCG@10, R@10, R@100, MRR@10. Equal scores rank by row."""
    totals = dict.fromkeys(("nDCG@10", "R@10", "R@100", "MRR@10"), 0.0)
    for row, gains in zip(scores, bench.gains, strict=True):
        ranked = np.argsort(-row, kind="stable")[:DEPTH].tolist()
        totals["nDCG@10"] += ndcg(ranked, gains)
        totals["R@10"] += recall(ranked, gains, 10)
        totals["R@100"] += recall(ranked, gains, 100)
        totals["MRR@10"] += reciprocal_rank(ranked, gains)
    return {name: total / max(1, len(bench.queries)) for name, total in totals.items()}


def sts_rows(folder: Path, model: TokenVectors) -> list[tuple[str, float]]:
    """(file, Spearman of cosine and label) for each ``*.jsonl[.xz]`` of ``{"s1", "s2", "label"}``."""
    rows = []
    for path in sorted(folder.glob("*.jsonl*")):
        records = list(read_records(path))
        left, right = (model.encode([str(r[side]) for r in records]) for side in ("s1", "s2"))
        rows.append((path.name.split(".")[0], spearman((left * right).sum(axis=1), [r["label"] for r in records])))
    return rows


def beir_lines(folders: Sequence[Path], model: TokenVectors, with_bm25: bool) -> list[str]:
    """A Markdown table with a line for each folder and score; no lines without folders."""
    kinds: dict[str, Callable[[Benchmark], Floats]] = {"BM25": bm25_scores} if with_bm25 else {}
    kinds["dense"] = lambda bench: dense_scores(bench, model)
    kinds["late interaction"] = lambda bench: late_scores(bench, model)
    kinds["dense + late"] = lambda bench: dense_scores(bench, model) + late_scores(bench, model)
    lines: list[str] = []
    for bench in map(read_beir, folders):
        if not lines:
            lines += [
                "| benchmark | queries | documents | score | nDCG@10 | R@10 | R@100 | MRR@10 |",
                "|---|---|---|---|---|---|---|---|",
            ]
        for kind, score in kinds.items():
            figures = " | ".join(f"{value:.3f}" for value in measure(bench, score(bench)).values())
            lines.append(f"| {bench.name} | {len(bench.queries)} | {len(bench.documents)} | {kind} | {figures} |")
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 if everything was measured, 2 if a folder cannot be read."""
    made = argparse.ArgumentParser(prog="python -m index.training.benchmark", description=__doc__)
    made.add_argument("--model", type=Path, default=Path("index/model"), help="default index/model")
    made.add_argument("--sts", type=Path, help="folder of sentence pairs with labels")
    made.add_argument("--card", action="store_true", help="also write the figures into the model's README.md")
    made.add_argument("--no-bm25", action="store_true", help="leave BM25 out")
    made.add_argument("folders", type=Path, nargs="*", metavar="BEIR_DIR")
    given = made.parse_args(argv)
    try:
        model = load_vectors(given.model)
        lines = beir_lines(given.folders, model, with_bm25=not given.no_bm25)
        if given.sts:
            lines += ["", "| sentence pairs | Spearman × 100 |", "|---|---|"]
            lines += [f"| {name} | {100 * value:.2f} |" for name, value in sts_rows(given.sts, model)]
        print("\n".join(lines))
        if given.card:
            sts = f" --sts BENCH/{given.sts.name}" if given.sts else ""
            names = " ".join(f"BENCH/{folder.name}" for folder in given.folders)
            command = f"python -m index.training.benchmark --model index/model{sts} {names}".rstrip()
            write_figures(given.model / "README.md", "\n".join([f"`{command}`", "", *lines]))
    except (CorpusError, FileNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
