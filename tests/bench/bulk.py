"""Parse statutes and notices by the thousand: ``python tests/bench/bulk.py FOLDER|FILE… [--limit N] [--worst N]``.

Reads what the product reads, and .txt.xz with one paragraph a line and many documents a file: there a document
begins at a title that its first articles or the note of its adoption follow, or at its 索引号. Checks that nothing raises and that
the parts of each document tile its text; prints for each file documents, documents a second, the share of
paragraphs in a numbered clause (of all, and of the documents that have articles), and the documents without one.
"""

from __future__ import annotations

import argparse
import lzma
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.blocks import blocks
from index.read import parse
from index.readers.file import SUFFIXES, read_file
from index.records import Document, InputError

_TITLE = re.compile(
    r"[^\s。；：，、第][^。；：]{3,70}(?:法|条例|办法|规定|规则|细则|决定|通知|意见|公告|方案|标准|解释|批复|准则|规程|目录)(?:[（(][^）)]{1,30}[)）])?\s*"
)
_OPENS = re.compile(r"第一条[\s　]|第一章|第一编|目\s*录|[（(]?\d{4}年\d{1,2}月\d{1,2}日.{0,80}(?:通过|公布|发布|批准|修正|修订)")
_INDEX = re.compile(r"\d{9}/\d{4}-\d{5}")  # 索引号, the first line of a page of gov.cn
_ARTICLES = re.compile(r"^[\s　]*第[一二三四五六七八九十百零]+条[\s　]", re.M)
LONGEST = 400_000  # code points; what is longer is several documents whose titles were not seen


def main(argv: Sequence[str] | None = None) -> int:
    """Run over the files and print a line for each; 1 where a document raises or its parts do not tile it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--limit", type=int, default=500, help="documents of each file at most (0: all)")
    parser.add_argument("--worst", type=int, default=0, help="show so many documents with the least share")
    options = parser.parse_args(argv)
    files = [f for path in options.paths for f in (sorted(path.rglob("*")) if path.is_dir() else [path]) if _known(f)]
    if not files:
        print("no file that can be read", file=sys.stderr)
        return 2
    print(f"{'file':<34}{'docs':>7}{'docs/s':>8}{'kchar/s':>9}{'numbered':>10}{'in articles':>13}{'none':>6}{'broken':>8}")
    broken = 0
    for file in files:
        broken += _file(file, options.limit, options.worst)
    return int(broken > 0)


def _known(file: Path) -> bool:
    return file.is_file() and (file.suffix.lower() in SUFFIXES or file.name.endswith(".txt.xz"))


def _file(file: Path, limit: int, worst: int) -> int:
    seconds = 0.0
    chars = count = broken = without = 0
    every, articles = [0, 0], [0, 0]
    shares: list[tuple[float, str]] = []
    for text in _texts(file):
        if limit and count == limit:
            break
        start = time.perf_counter()
        try:
            document = parse(text, file.name, str(count))
        except Exception as error:  # a benchmark reports what it meets and goes on
            document = None
            print(f"RAISES {error!r}: {text[:60]!r}", file=sys.stderr)
        seconds += time.perf_counter() - start
        count += 1
        chars += len(text)
        if document is None or not _tiles(document):
            broken += 1
            continue
        inside, whole = _share(document)
        every = [every[0] + inside, every[1] + whole]
        if len(_ARTICLES.findall(text)) >= 3:
            articles = [articles[0] + inside, articles[1] + whole]
        without += inside == 0
        shares.append((inside / max(1, whole), text))
    name = file.name if len(file.name) <= 33 else file.name[:32] + "…"
    print(
        f"{name:<34}{count:>7}{count / max(seconds, 1e-9):>8.1f}{chars / 1000 / max(seconds, 1e-9):>9.0f}"
        f"{_percent(every):>10}{_percent(articles):>13}{without:>6}{broken:>8}",
        flush=True,
    )
    for share, text in sorted(shares, key=lambda pair: pair[0])[:worst]:
        print(f"    {share:.2f} {len(text):>7} {text[:300]!r}")
    return broken


def _percent(share: list[int]) -> str:
    return f"{100 * share[0] / share[1]:.1f} %" if share[1] else "–"


def _tiles(document: Document) -> bool:
    parts = document.parts
    return [p.start for p in parts] == [0, *(p.end for p in parts[:-1])] and parts[-1].end == len(document.text)


def _share(document: Document) -> tuple[int, int]:
    """Paragraphs that begin in a numbered clause, and all paragraphs."""
    clauses = [(p.start, p.end) for p in document.parts if p.kind == "clause" and p.number]
    inside = whole = at = 0
    for block in blocks(document.text):
        whole += 1
        while at < len(clauses) and clauses[at][1] <= block.start:
            at += 1
        inside += at < len(clauses) and clauses[at][0] <= block.start
    return inside, whole


def _texts(file: Path) -> Iterator[str]:
    if file.name.endswith(".xz"):
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            yield from _documents([line.rstrip("\n") for line in lines])
        return
    try:
        yield read_file(file).text
    except InputError as error:
        print(error, file=sys.stderr)


def _documents(lines: list[str]) -> Iterator[str]:
    begin = size = 0
    for n, line in enumerate(lines):
        titled = _TITLE.fullmatch(line) and any(_OPENS.match(following) for following in lines[n + 1 : n + 5])
        opens = titled or _INDEX.fullmatch(line)
        if n > begin + 4 and (opens or size > LONGEST):
            yield "\n".join(lines[begin:n]) + "\n"
            begin, size = n, 0
        size += len(line)
    yield "\n".join(lines[begin:]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
