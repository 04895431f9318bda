"""Times and sizes of the main job on this machine: ``python tests/bench/speed.py``. Prints a Markdown table.

Times are medians of several runs; the last column relates each to the warm question of the same run, which holds
when the machine's speed drifts.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

QUESTIONS = (
    "小微企业投保出口信用保险有什么补贴",
    "what insurance subsidy applies to small exporters",
    "重庆和威海退税谁更快？",
    "北京线上推广补多少，上限多少？",
    "威海出口信保哪些部门负责？",
    "红烧肉怎么做",
    "重庆第六条说了什么",
    "上限50万元怎么申请 北京推广",
)


def command(data: str, *arguments: str) -> float:
    """Seconds of one whole process of the command line."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        cwd=ROOT,
        env=os.environ | {"ASSISTANT_DATA": data},
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as data:
        first = command(data, "ask", QUESTIONS[0])
        cold = statistics.median(command(data, "ask", QUESTIONS[0]) for _ in range(5))
        os.environ["ASSISTANT_DATA"] = data
        from assistant import Assistant, Settings
        from assistant.collection import Library
        from index.embed import load_encoder
        from index.store import ClauseIndex

        assistant = Assistant.open(Settings())
        baseline = (ROOT / "tests/data/baseline/questions.jsonl").read_text("utf-8").splitlines()
        others = [q for line in baseline if (q := json.loads(line).get("question"))]
        for question in (*QUESTIONS, *others):
            assistant.ask(question)
        rounds = 10  # one question after the other: what is kept of the last few helps none of them
        times = sorted(_timed(assistant.ask, q) for _ in range(rounds) for q in (*QUESTIONS, *others))
        encoder, documents = load_encoder(), Library(Settings().data).documents()
        build = statistics.median(_timed(ClauseIndex.build, documents, encoder) for _ in range(5))
    warm = statistics.median(times)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("| what | value | × warm question |\n|---|---|---|")
    for name, seconds in (
        ("first `ask` of all, builds the index", first),
        ("cold `ask`, whole process", cold),
        ("index build, five documents", build),
        ("warm question, median", warm),
        ("warm question, p95", times[int(0.95 * len(times))]),
    ):
        shown = f"{seconds:.2f} s" if seconds >= 0.1 else f"{1000 * seconds:.1f} ms"
        print(f"| {name} | {shown} | {seconds / warm:.1f} |")
    print(f"| peak memory of the process | {memory:.0f} MB | |")


def _timed(function: object, *arguments: object) -> float:
    began = time.perf_counter()
    function(*arguments)  # type: ignore[operator]
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
