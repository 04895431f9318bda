"""20 people ask 2,000 questions of a server on this machine: errors, median and 95th percentile of the time to an answer.

python tests/bench/load.py                     starts app.py itself: also the time until it is ready, and the first paint
python tests/bench/load.py http://127.0.0.1:7860/   of a server that runs
"""

from __future__ import annotations

import argparse
import contextlib
import queue
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from chromium import ARGS, CHROMIUM

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = (
    "小微企业投保出口信用保险有什么补贴",
    "北京线上推广补多少，上限多少？",
    "重庆和威海退税谁更快？",
    "威海出口信保哪些部门负责？",
    "what insurance subsidy applies to small exporters",
    "上海的展位费补贴比例是多少？",
    "医药企业开拓国际市场有什么奖励",
    "上限是多少？",
)


def people(address: str, count: int, total: int) -> tuple[list[float], Counter[str]]:
    """Seconds of each answer, and the errors; each person asks as soon as the last answer is there."""
    work: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(total):
        work.put(number)
    took: list[float] = []
    errors: Counter[str] = Counter()

    def person() -> None:
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            while True:
                try:
                    number = work.get_nowait()
                except queue.Empty:
                    return
                question = QUESTIONS[number % len(QUESTIONS)]
                began = time.perf_counter()
                try:
                    response = client.post("/api/ask", json={"question": question})
                    if response.status_code != 200:
                        errors[f"HTTP {response.status_code}"] += 1
                    elif response.json()["question"] != question:
                        errors["the answer of another question"] += 1
                except httpx.HTTPError as problem:
                    errors[type(problem).__name__] += 1
                took.append(time.perf_counter() - began)

    threads = [threading.Thread(target=person) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, errors


def started(folder: str) -> tuple[Any, str, float, float]:
    """app.py in a process of its own, its address, the seconds until it said that it is being prepared and until it was ready."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "app.py", "--port", "0", "--data", folder], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found, "app.py did not start"
    first = 0.0
    while True:
        with contextlib.suppress(httpx.HTTPError):
            response = httpx.get(f"{found[0]}healthz", trust_env=False)
            first = first or time.perf_counter() - began
            if response.is_success:
                return process, found[0], first, time.perf_counter() - began
        time.sleep(0.02)


def first_paint(address: str) -> float | None:
    """Seconds from the server's first byte until the page can be read; None without a browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if not CHROMIUM.exists():
        return None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="zh-CN")
        page.goto(address, wait_until="commit")
        page.wait_for_selector("html:not(.waiting) #conversation .welcome")
        seconds = page.evaluate("performance.now() - performance.getEntriesByType('navigation')[0].responseStart") / 1000
        browser.close()
    return float(seconds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", nargs="?")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--questions", type=int, default=2000)
    options = parser.parse_args()
    process = None
    with tempfile.TemporaryDirectory() as folder:
        try:
            address = options.address
            if address is None:
                for state in ("without an index", "with its index"):
                    if process:
                        process.terminate()
                        process.wait()
                    process, address, first, seconds = started(folder)
                    print(f"{state}: says that it is being prepared after {first:.1f} s, ready after {seconds:.1f} s")
                paint = first_paint(address)
                print("first useful paint:", "no browser" if paint is None else f"{paint:.2f} s")
            began = time.perf_counter()
            took, errors = people(address, options.people, options.questions)
            seconds = time.perf_counter() - began
        finally:
            if process:
                process.terminate()
                process.wait()
    cuts = statistics.quantiles(took, n=100)
    print(f"{options.people} people, {len(took)} questions in {seconds:.1f} s ({len(took) / seconds:.0f} a second)")
    print(f"errors: {sum(errors.values())} {dict(errors) if errors else ''}".rstrip())
    print(f"p50 {1000 * cuts[49]:.0f} ms, p95 {1000 * cuts[94]:.0f} ms, p99 {1000 * cuts[98]:.0f} ms, slowest {1000 * max(took):.0f} ms")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
