"""What a growing library costs: ``python tests/bench/growth.py [CORPUS] [--sizes 1000 10000 …]``. Prints a Markdown table.

CORPUS is a folder of ``*.txt`` or ``*.txt.xz`` files with one paragraph a line; without one the repository's own
notices are recombined. Paragraphs become the clauses of notices of CLAUSES articles each; when they run out, first
halves are joined to the second halves of others. Building, serving and comparing run in a process each, so that
peak memory is that of the step. A question is the whole retrieval: vectors, BM25, fusion and late interaction.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

CLAUSES = 25
REGIONS = ("北京", "上海", "重庆", "天津", "广东", "江苏", "浙江", "山东", "四川", "福建")
QUESTIONS = 200


def lines(corpus: Path | None) -> list[str]:
    """The distinct paragraphs that can be a clause."""
    files = (
        sorted(corpus.rglob("*.txt*"))
        if corpus
        else [*sorted((ROOT / "tests/data").rglob("*.txt")), *sorted((ROOT / "seeds").glob("*.txt"))]
    )
    found: dict[str, None] = {}
    for file in files:
        data = lzma.decompress(file.read_bytes()) if file.suffix == ".xz" else file.read_bytes()
        for line in data.decode("utf-8", "replace").splitlines():
            text = re.sub(r"^第[一二三四五六七八九十百千零\d]+条\s*", "", line.strip())
            if 15 <= len(text) <= 160 and text[-1] in "。；" and "\ufffd" not in text:
                found[text] = None
    kept = list(found)
    random.Random(0).shuffle(kept)
    return kept


class Notices(Sequence[Any]):
    """Notices made when they are asked for: ``size`` clauses in all."""

    def __init__(self, size: int, paragraphs: list[str]) -> None:
        self._size = size
        self._paragraphs = paragraphs
        self._halved = [p for p in paragraphs if "，" in p[6:-6]]

    def __len__(self) -> int:
        return -(-self._size // CLAUSES)

    def __getitem__(self, place: Any) -> Any:
        from index.read import parse

        region = REGIONS[place % len(REGIONS)]
        clauses = (self._clause(n) for n in range(CLAUSES * place, min(CLAUSES * (place + 1), self._size)))
        articles = "\n".join(f"第{n}条 {text}" for n, text in enumerate(clauses, 1))
        return parse(f"{region}第{place}号办法\n\n{articles}\n", f"{place}.txt", str(place))

    def __iter__(self) -> Iterator[Any]:
        return (self[n] for n in range(len(self)))

    def _clause(self, n: int) -> str:
        if n < len(self._paragraphs):
            return self._paragraphs[n]
        chance = random.Random(n)
        a, b = chance.choice(self._halved), chance.choice(self._halved)
        return a[: a.index("，", 6) + 1] + b[b.index("，", 6) + 1 :]


def questions(paragraphs: list[str], size: int) -> list[str]:
    """Half of them asked by people (the repository's pairs), half pieces of clauses."""
    asked: list[str] = []
    for file in sorted((ROOT / "index/training/pairs").rglob("*.jsonl")):
        with file.open(encoding="utf-8") as records:
            asked += [str(record.get("query", "")) for record in map(json.loads, records)]
    chance = random.Random(1)
    asked = sorted({q for q in asked if 6 <= len(q) <= 60})
    pieces = [re.split("[，；。]", p)[0][:24] for p in chance.sample(paragraphs[:size], min(size, len(paragraphs), QUESTIONS))]
    return chance.sample(asked, QUESTIONS // 2) + [p for p in pieces if len(p) >= 6][: QUESTIONS // 2]


def build(size: int, folder: Path, corpus: Path | None) -> dict[str, Any]:
    """Build the index; keeps the blocks beside it for ``compare``."""
    from tqdm import tqdm

    from index.embed import load_encoder
    from index.store import ClauseIndex

    notices = Notices(size, lines(corpus))
    kept = folder / "blocks"
    kept.mkdir(parents=True)
    bar = tqdm(total=len(notices), desc=f"{size:,} clauses", file=sys.stderr, mininterval=5)

    def progress(done: int, _: int) -> None:
        for block in (folder / "index/.building").glob("block-*.npz"):
            if not (kept / block.name).exists():
                os.link(block, kept / block.name)
        bar.update(done - bar.n)

    began = time.perf_counter()
    index = ClauseIndex.build(notices, load_encoder(), progress, folder=folder / "index")
    seconds = time.perf_counter() - began
    disk = sum(f.stat().st_size for f in index.version.rglob("*") if f.is_file())
    return {"clauses": size, "sentences": len(index), "build_s": seconds, "build_mb": peak(), "disk_mb": disk / 1e6}


def serve(size: int, folder: Path, corpus: Path | None) -> dict[str, Any]:
    """Open the index in a fresh process and ask."""
    asked = questions(lines(corpus), size)
    import jieba

    jieba.setLogLevel("ERROR")
    jieba.initialize()  # half a second, the same for any size
    from index.embed import load_encoder
    from index.manifest import current
    from index.store import ClauseIndex

    encoder = load_encoder()
    encoder.encode(["出口退税"], query=True)
    before = peak()
    began = time.perf_counter()
    index = ClauseIndex.load(folder / "index", encoder)
    opened = time.perf_counter() - began
    index.search(asked[0])
    first = time.perf_counter() - began
    time.sleep(min(20.0, sum(f.stat().st_size for f in current(folder / "index").rglob("*")) / 3e8))  # digests are taken meanwhile
    times, work = timed(index.search, asked), timed(index.search, asked, time.process_time)
    scoped = timed(lambda q: index.search(q, documents={str(n) for n in range(0, len(index.documents), 10)}), asked[:50])
    return {
        "open_ms": 1000 * opened,
        "first_ms": 1000 * first,
        "median_ms": statistics.median(times),
        "p95_ms": times[int(0.95 * len(times))],
        "cpu_ms": statistics.median(work),
        "cpu95_ms": work[int(0.95 * len(work))],
        "scoped_ms": statistics.median(scoped),
        "serve_mb": peak(),
        "base_mb": before,
        "load": os.getloadavg()[0],
    }


def compare(size: int, folder: Path, corpus: Path | None) -> dict[str, Any]:
    """The same questions to exact vectors and to bm25s."""
    import bm25s
    import numpy as np

    from index.cut import load_cut
    from index.dense import Dense
    from index.embed import load_encoder
    from index.lexical import Lexical, tokens
    from index.manifest import current
    from index.store import ClauseIndex

    asked = questions(lines(corpus), size)[::2]
    encoder = load_encoder()
    ours, exact = (ClauseIndex.load(folder / "index", encoder) for _ in range(2))
    blocks = [load_cut(file) for file in sorted((folder / "blocks").glob("*.npz"))]
    exact._dense = Dense.build(np.concatenate([block.vectors for block in blocks if block]), exact=1 << 60)
    del blocks

    def keys(index: ClauseIndex, question: str) -> set[tuple[str, int]]:
        return {(hit.quote.document.id, hit.quote.start) for hit in index.search(question, 10)}

    shared = [(len(keys(ours, q) & (best := keys(exact, q))), len(best)) for q in asked]
    vectors = encoder.encode(asked, query=True)
    near = [len(set(ours._dense.search(v, 10)[0]) & set(exact._dense.search(v, 10)[0])) / 10 for v in vectors]
    clock = time.process_time
    mine, theirs = (statistics.median(timed(index.search, asked, clock)) for index in (ours, exact))
    lexical = Lexical.load(current(folder / "index"))
    rows = lexical._rows
    ids = [rows.flat[rows.starts[n] : rows.starts[n + 1]].tolist() for n in range(len(rows))]
    peer = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    peer.index(bm25s.tokenization.Tokenized(ids=ids, vocab={str(n): n for n in range(len(lexical._words))}), show_progress=False)
    words = [[n for n in lexical.places(tokens(q)).tolist() if n >= 0] for q in asked]

    def bm25(query: list[int]) -> Any:
        scores = peer.get_scores_from_ids(query)
        return np.argpartition(scores, -10)[-10:]

    return {
        "recall": sum(a for a, _ in shared) / sum(b for _, b in shared),
        "recall_vectors": statistics.mean(near),
        "exact_ms": theirs,
        "ours_ms": mine,
        "bm25s_ms": statistics.median(timed(bm25, [w for w in words if w], clock)),
    }


def timed(function: Any, inputs: Sequence[Any], clock: Any = time.perf_counter) -> list[float]:
    """Milliseconds of each call in rising order, after a round of a few that are not counted; on a busy machine take CPU time."""
    for one in inputs[:10]:
        function(one)
    times = []
    for one in inputs:
        began = clock()
        function(one)
        times.append(1000 * (clock() - began))
    return sorted(times)


def peak() -> float:
    """The most memory that this process held, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


STEPS = {"build": build, "serve": serve, "compare": compare}
COLUMNS = (
    ("clauses", "{clauses:,}"),
    ("sentences", "{sentences:,}"),
    ("build", "{build_s:.0f} s"),
    ("memory, build", "{build_mb:,.0f} MB"),
    ("disk", "{disk_mb:,.0f} MB"),
    ("open", "{open_ms:.0f} ms"),
    ("open + first question", "{first_ms:.0f} ms"),
    ("question, median", "{median_ms:.1f} ms"),
    ("p95", "{p95_ms:.1f} ms"),
    ("CPU time, median", "{cpu_ms:.1f} ms"),
    ("CPU time, p95", "{cpu95_ms:.1f} ms"),
    ("in one region of ten", "{scoped_ms:.1f} ms"),
    ("memory, serving", "{serve_mb:,.0f} MB"),
    ("recall@10", "{recall:.3f}"),
    ("of the vectors", "{recall_vectors:.3f}"),
    ("exact search", "× {exact:.2f}"),
    ("bm25s alone", "× {bm25s:.3f}"),
)


def main() -> None:
    """Measure the sizes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="?")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="where the indexes are kept (default: a temporary folder)")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        print(json.dumps(STEPS[arguments.step](arguments.sizes[0], arguments.folder, arguments.corpus)))
        return
    print("| " + " | ".join(name for name, _ in COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")
    for size in arguments.sizes:
        folder = Path(tempfile.mkdtemp(prefix="growth-", dir=arguments.folder))
        row: dict[str, Any] = {}
        try:
            for step in STEPS:
                command = [sys.executable, __file__, *([str(arguments.corpus)] if arguments.corpus else []), "--sizes", str(size)]
                threads = {} if step == "build" else {"OMP_NUM_THREADS": "1"}  # one question, one core
                done = subprocess.run(
                    [*command, "--folder", str(folder), "--step", step],
                    check=True,
                    stdout=subprocess.PIPE,
                    text=True,
                    env=os.environ | threads,
                )
                row |= json.loads(done.stdout.splitlines()[-1])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        row |= {"exact": row["exact_ms"] / row["ours_ms"], "bm25s": row["bm25s_ms"] / row["ours_ms"]}
        print("| " + " | ".join(shape.format(**row) for _, shape in COLUMNS) + " |", flush=True)
        print(json.dumps(row), file=sys.stderr)


if __name__ == "__main__":
    main()
