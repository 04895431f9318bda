"""Measure a model: ``python -m index.training.benchmark BEIR_DIR… [--model M] [--sts DIR] [--questions FILE] [--card]``.

A BEIR folder holds ``corpus.jsonl``, ``queries.jsonl`` and ``qrels.tsv`` (or ``qrels/test.tsv``), plain or
``.xz``. A file of questions names the documents of a folder (``--documents``, by default ``seeds``) and quotes what
answers. Prints Markdown tables; complaints go to stderr.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.cut import sentence_vectors
from index.embed import OWN_MODEL, Encoder, Floats, TokenEncoder, load_encoder
from index.fuse import Ints, fitted, fuse, language
from index.late import LENGTH, LENGTH_OF_PART, TYPICAL
from index.lexical import Lexical, terms, tokens
from index.ragged import Ragged
from index.records import InputError, Span
from index.sentences import of_paragraph
from index.tokenquery import TokenQueries, TokenQuery, rarity
from index.training.card import write_figures
from index.training.corpus import CorpusError, read_records, read_text
from index.training.questions import question_file
from index.training.save import folder_bytes
from index.training.searched import SINGLE, as_shipped, report, searched

DEPTH = 100
SEEDS = Path(__file__).parents[2] / "seeds"
TOGETHER = 64  # queries whose tokens are held at a time


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


def bm25_scores(bench: Benchmark, cut: Callable[[str], list[str]] = tokens) -> Floats:
    """float32 (queries, documents): BM25, k1 1.2, b 0.75, scaled to [0, 1]; by default over jieba search-mode words."""
    engine = Lexical.build([cut(text) for text in bench.documents])
    return np.stack([engine.scores(cut(query)) for query in bench.queries])


@dataclass(frozen=True)
class Sentences:
    """The sentences of all documents, and the document that each stands in: ``first[d]`` is the first one of document d."""

    texts: list[str]
    first: Ints

    @classmethod
    def of(cls, documents: Sequence[str]) -> Sentences:
        """Cut as the product cuts a clause; a document without any is one sentence."""
        cut = [[span.of(text) for span in of_paragraph(text, Span(0, len(text)))] or [text] for text in documents]
        return cls([sentence for sentences in cut for sentence in sentences], np.cumsum([0] + [len(sentences) for sentences in cut[:-1]]))

    def best(self, scores: Floats) -> Floats:
        """float32 (queries, sentences) → (queries, documents): that of the best sentence."""
        found: Floats = np.maximum.reduceat(scores, self.first, axis=1)
        return found

    def vectors(self, model: Encoder, documents: Sequence[str]) -> Floats:
        """float32 (sentences, dimension): as the index has them."""
        place = np.repeat(np.arange(len(documents)), np.diff([*self.first, len(self.texts)]))
        return sentence_vectors(model, self.texts, [""] * len(self.texts), [documents[d] for d in place.tolist()])


def late_scores(asked: Sequence[TokenQuery], texts: Ragged, model: TokenEncoder, length: float = LENGTH) -> Floats:
    """float32 (queries, texts): what ``index.late`` computes, for all pairs at once."""
    sizes = np.diff(np.asarray(texts.starts))
    filled = np.flatnonzero(sizes > 0)
    edges = np.asarray(texts.starts)[filled]
    known, places = np.unique(np.asarray(texts.flat), return_inverse=True)
    out = np.zeros((len(asked), len(sizes)), np.float32)
    for start in range(0, len(asked), TOGETHER):
        queries = asked[start : start + TOGETHER]
        distinct = np.unique(np.concatenate([query.ids for query in queries]))
        likeness = model.units[distinct] @ model.units[known].T
        met = np.stack([np.maximum.reduceat(row[places], edges) for row in likeness]) if len(filled) else likeness[:, :0]
        for row, query in enumerate(queries, start):
            if (total := query.weights.sum()) > 0:
                found = query.weights @ met[np.searchsorted(distinct, query.ids)] / total
                out[row, filled] = found - length * np.log(sizes[filled] / TYPICAL)
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
    """float32 (queries, documents) each: BM25, dense, late interaction where the encoder has token vectors, and all fused as the product fuses them.

    "Best sentence" is what the product searches: a sentence together with what it stands in, rare tokens of the query weighing more.
    """
    sentences = Sentences.of(bench.documents)
    queries, vectors = model.encode(bench.queries, query=True), sentences.vectors(model, bench.documents)
    kinds = {"BM25": bm25_scores(bench), "dense": queries @ model.encode(bench.documents).T}
    late: dict[str, Floats] = {}
    if isinstance(model, TokenEncoder):
        pieces = Ragged.of(model.token_ids(sentences.texts))
        asker = TokenQueries(model, rarity([pieces], model.usual))
        asked = [asker.query(text) for text in bench.queries]
        queries = np.stack([asker.vector(query) for query in asked])
        late["late interaction"] = late_scores(asked, Ragged.of(model.token_ids(bench.documents)), model, LENGTH_OF_PART)
        late["late interaction, best sentence"] = sentences.best(late_scores(asked, pieces, model))
    kinds["dense, best sentence"] = sentences.best(queries @ vectors.T)
    whole, sentence = late.values() if late else (None, None)
    lexical, dense = bm25_scores(bench, terms), kinds["dense, best sentence"]
    mixed = [
        fuse(
            dense[q],
            sentence[q] if sentence is not None else None,
            whole[q] if whole is not None else None,
            lexical[q],
            fitted()[language(text)],
        )
        for q, text in enumerate(bench.queries)
    ]
    return {**kinds, **late, "fused": np.stack(mixed)}


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


def speed_lines(name: str, texts: Sequence[str]) -> list[str]:
    """A Markdown table: size of the folder, seconds to load, one query, passages a second; what this machine gives at the moment."""
    started = time.perf_counter()
    model = load_encoder(name)
    model.encode(texts[:1])
    loaded = time.perf_counter() - started

    def seconds(run: Callable[[], object]) -> float:
        began = time.perf_counter()
        run()
        return time.perf_counter() - began

    query = statistics.median(seconds(lambda text=text: model.encode([text], query=True)) for text in texts[:200])  # type: ignore[misc]
    rate = len(texts) / min(seconds(lambda: model.encode(texts)) for _ in range(3))
    size = f"{folder_bytes(Path(name)) / 1e6:.1f} MB" if Path(name).is_dir() else "–"
    tongue = f"{sum(map(len, texts)) / len(texts):.0f} characters"
    return [
        f"| folder | load and first text | one text | texts a second ({tongue} each) |",
        "|---|---|---|---|",
        f"| {size} | {loaded:.2f} s | {1000 * query:.2f} ms | {rate:,.0f} |",
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 if everything was measured, 2 if a folder cannot be read."""
    made = argparse.ArgumentParser(prog="python -m index.training.benchmark", description=__doc__)
    made.add_argument("--model", default=str(OWN_MODEL), help="folder or hub name, by default the product's own")
    made.add_argument("--sts", type=Path, help="folder of sentence pairs with labels")
    made.add_argument("--questions", type=Path, help="*.jsonl of questions with gold quotes")
    made.add_argument("--documents", type=Path, default=SEEDS, help="folder that the questions are asked of")
    made.add_argument("--card", action="store_true", help="also write the figures into the model's README.md")
    made.add_argument("folders", type=Path, nargs="*", metavar="BEIR_DIR")
    given = made.parse_args(argv)
    try:
        model = load_encoder(given.model)
        lines = beir_lines(given.folders, model)
        if given.sts:
            lines += ["", "| sentence pairs | Spearman × 100 |", "|---|---|"]
            lines += [f"| {name} | {100 * value:.2f} |" for name, value in sts_rows(given.sts, model)]
        if given.folders:
            lines += ["", *speed_lines(given.model, read_beir(given.folders[0]).documents)]
        if given.questions:
            examples = list(searched(question_file(given.questions, given.documents), model))
            lines += ["", *report(examples, SINGLE | {"fused": as_shipped})]
        print("\n".join(lines))
        if given.card:
            sts = f" --sts BENCH/{given.sts.name}" if given.sts else ""
            sts += f" --questions {given.questions.name}" if given.questions else ""
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
