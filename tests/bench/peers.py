"""The assistant's search beside its peers: same questions, documents, sentences, metrics and machine.

    python tests/bench/peers.py tests/data/baseline/questions.jsonl
    python tests/bench/peers.py tests/data/notices --notices
    python tests/bench/peers.py SET [--documents PATH …] [--own-documents] [--repeat 3]

``--notices`` takes a folder of notices (NAME/source.txt with NAME/questions.jsonl) as library and question set in one.

Prints a Markdown table: quality, milliseconds per question, seconds from nothing to a built index (loading of libraries and encoder
included), memory of the process. Each peer runs in a process of its own. The peers get what the assistant's index gets: each sentence with region and heading of its clause, and
rank sentences; they know nothing of conversations, so they are asked the question as the assistant understood it.

Needs the extras ``evaluate`` and ``peers`` (txtai, psutil); a peer that is not installed is left out and named.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.chat import Assistant
from assistant.evaluate.places import locate
from assistant.evaluate.questions import read_set
from assistant.evaluate.rank import Hit, Ranker, rank_figures
from assistant.evaluate.run import own_documents
from assistant.settings import Settings
from index.embed import OWN_MODEL
from index.records import Document
from index.sentences import sentences

DEPTH = 50
COLUMNS = {
    "clause.hit@1": "clause hit@1",
    "clause.recall@5": "clause recall@5",
    "clause.mrr": "clause MRR",
    "sentence.ndcg@10": "sentence nDCG@10",
}
Search = Callable[[str], list[tuple[int, float]]]


def texts_of(documents: list[Document]) -> tuple[list[str], list[Hit]]:
    """Every sentence with region and heading before it, and where it stands."""
    texts, places = [], []
    for document in documents:
        for part, span in sentences(document):
            texts.append(" ".join(filter(None, (document.region, part.heading, " ".join(span.of(document.text).split())))))
            places.append(Hit(document.id, part.id, span.start, span.end))
    return texts, places


def bm25(texts: list[str]) -> Search:
    """BM25 alone: bm25s over jieba's words in search mode."""
    import bm25s
    import jieba

    def words(text: str) -> list[str]:
        return [word for word in jieba.cut_for_search(text.lower()) if word.strip()]

    index = bm25s.BM25()
    index.index([words(text) for text in texts], show_progress=False)

    def search(query: str) -> list[tuple[int, float]]:
        tokens = words(query)
        if not tokens:
            return []
        rows, scores = index.retrieve([tokens], k=min(DEPTH, len(texts)), show_progress=False)
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if score > 0]

    return search


def txtai(texts: list[str], hybrid: bool) -> Search:
    """txtai with the assistant's encoder; hybrid adds its own BM25 over jieba's words."""
    import jieba
    from txtai import Embeddings

    def spaced(text: str) -> str:
        return " ".join(word for word in jieba.cut_for_search(text.lower()) if word.strip())

    config: dict[str, Any] = {"path": str(OWN_MODEL), "method": "sentence-transformers", "content": False}
    dense = Embeddings(config)
    dense.index([(n, text, None) for n, text in enumerate(texts)])
    if not hybrid:
        return lambda query: [(int(n), float(score)) for n, score in dense.search(query, DEPTH)]
    sparse = Embeddings({"keyword": True, "content": False, "scoring": {"method": "bm25", "terms": True, "tokenizer": {"alphanum": False}}})
    sparse.index([(n, spaced(text), None) for n, text in enumerate(texts)])

    def search(query: str) -> list[tuple[int, float]]:
        found: dict[int, float] = {}
        for hits in (dense.search(query, DEPTH), sparse.search(spaced(query), DEPTH)):
            for rank, (n, _) in enumerate(hits):
                found[int(n)] = found.get(int(n), 0.0) + 1 / (60 + rank + 1)  # reciprocal rank fusion
        return sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))[:DEPTH]

    return search


PEERS = {
    "assistant": None,
    "bm25": "BM25 alone (bm25s + jieba)",
    "txtai": "txtai, same encoder",
    "txtai-hybrid": "txtai hybrid, same encoder + BM25 over jieba's words",
}


def memory() -> float:
    """Megabytes that the process holds."""
    import psutil

    return float(psutil.Process(os.getpid()).memory_info().rss) / 1e6


def measure(name: str, documents: list[Document], paths: list[Path], queries: list[str], repeat: int) -> dict[str, Any]:
    """Index, ask every question ``repeat`` times, and tell what came and what it took."""
    texts, places = texts_of(documents)
    began = time.perf_counter()
    if name == "assistant":
        with tempfile.TemporaryDirectory() as folder:
            assistant = Assistant.open(Settings(data=Path(folder)), paths)

        def found(query: str) -> list[Hit]:
            hits = assistant.search(query, DEPTH)
            return [Hit(h.quote.document.id, h.quote.part.id, h.quote.start, h.quote.end, h.score) for h in hits]

    else:
        search = bm25(texts) if name == "bm25" else txtai(texts, name == "txtai-hybrid")

        def found(query: str) -> list[Hit]:
            return [places[row] for row, _ in search(query)]

    indexed = time.perf_counter() - began
    found(queries[0])  # what is loaded on first use belongs to neither
    times = []
    for _ in range(repeat):
        for query in queries:
            start = time.perf_counter()
            found(query)
            times.append(1000 * (time.perf_counter() - start))
    hits_of = [[[h.document, h.clause, h.start, h.end] for h in found(query)] for query in queries]
    return {
        "index": indexed,
        "ms": statistics.median(times),
        "p95": statistics.quantiles(times, n=20)[-1],
        "mb": memory(),
        "hits": hits_of,
    }


def main() -> int:
    """Run every peer in a process of its own and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--documents", type=Path, nargs="+", default=[])
    parser.add_argument("--own-documents", action="store_true")
    parser.add_argument("--notices", action="store_true")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--one", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--task", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        documents, paths, queries = pickle.loads(arguments.task.read_bytes())
        print(json.dumps(measure(arguments.one, documents, paths, queries, arguments.repeat)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        paths, names = list(arguments.documents), {}
        if arguments.notices:
            arguments.set, paths = gathered(arguments.set, Path(folder) / arguments.set.name)
        questions = read_set(arguments.set)
        if arguments.own_documents:
            home, names = own_documents(questions, Path(folder))
            paths = [home]
        assistant = Assistant.open(Settings(data=Path(folder) / "data"), paths)
        documents = list(assistant.documents)
        located, faults = locate(questions, documents, names)
        if any(not fault.warning for fault in (*questions.faults, *faults)):
            print("\n".join(fault.said("en") for fault in (*questions.faults, *faults)), file=sys.stderr)
            return 2
        asked = [(case, n) for case in questions.cases for n in range(len(case.turns)) if located[case.id, n].needs]
        queries = [standalone(assistant, [turn.question for turn in case.turns[: n + 1]]) for case, n in asked]
        file = Path(folder) / "task.pickle"
        file.write_bytes(pickle.dumps((documents, paths, queries)))
        table(
            questions.name,
            len(asked),
            [(name, run(name, file)) for name in PEERS],
            [located[case.id, n] for case, n in asked],
            Ranker(documents),
        )
    return 0


def gathered(notices: Path, home: Path) -> tuple[Path, list[Path]]:
    """The questions and the texts of a folder of notices, each under its notice's name."""
    (home / "texts").mkdir(parents=True)
    lines = []
    for source in sorted(notices.glob("*/source.txt")):
        name = source.parent.name
        (home / "texts" / f"{name}.txt").write_bytes(source.read_bytes())
        for line in (source.parent / "questions.jsonl").read_text(encoding="utf-8").splitlines():
            lines.append(json.dumps(json.loads(line) | {"document": name}, ensure_ascii=False) + "\n")
    (home / "questions.jsonl").write_text("".join(lines), encoding="utf-8")
    return home / "questions.jsonl", [home / "texts"]


def standalone(assistant: Assistant, turns: list[str]) -> str:
    """The last question as the assistant understands it after the others."""
    return assistant.ask(turns[-1], turns[:-1]).standalone_question or turns[-1]


def run(name: str, task: Path) -> dict[str, Any] | None:
    """One peer in its own process; None where it cannot run."""
    done = subprocess.run([sys.executable, __file__, *sys.argv[1:], "--one", name, "--task", str(task)], capture_output=True, text=True)
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def table(name: str, count: int, results: list[tuple[str, dict[str, Any] | None]], located: list[Any], ranker: Ranker) -> None:
    """The Markdown table."""
    print(f"{name}: {count} questions with evidence, {os.cpu_count()} cores\n")
    print(f"| search | {' | '.join(COLUMNS.values())} | ms per question (median, p95) | index s | process MB |")
    print("|---" * (len(COLUMNS) + 4) + "|")
    for peer, result in results:
        label = PEERS[peer] or "this assistant"
        if result is None:
            print(f"| {label} |" + " – |" * (len(COLUMNS) + 3))
            continue
        figures = rank_figures([(place, [Hit(*hit) for hit in hits]) for place, hits in zip(located, result["hits"], strict=True)], ranker)
        means = [sum(f[column] for f in figures) / len(figures) for column in COLUMNS]
        cells = [
            *(f"{mean:.3f}" for mean in means),
            f"{result['ms']:.2f}, {result['p95']:.2f}",
            f"{result['index']:.2f}",
            f"{result['mb']:.0f}",
        ]
        print(f"| {label} | {' | '.join(cells)} |")


if __name__ == "__main__":
    sys.exit(main())
