"""A library of many notices: ``python tests/bench/many.py [--notices 1000 10000 40000]``. Prints a Markdown table.

Invented notices of one article each, with title, 文号 and region. A question is a whole ``ask``: half of the 200 name a
document by title or 文号, the others a region or none. Milliseconds of CPU time, since other work runs beside it. *Naming* is the time of the two
look-ups of names alone, *walk* the same by a walk through the names of all documents, as a multiple.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/bench")]

from growth import REGIONS, Notices, lines  # noqa: E402

QUESTIONS = 200
SUBJECTS = (
    "外贸稳增长",
    "跨境电商",
    "出口信用保险",
    "境外参展",
    "海外仓",
    "服务贸易",
    "外贸综合服务",
    "通关便利化",
    "退税提速",
    "市场采购",
)
SHAPES = ("促进{}若干措施", "关于支持{}发展的实施意见", "{}专项资金管理办法", "关于做好{}工作的通知")


class Titled(Notices):
    """The clauses of ``growth.py``, one a notice, with what a notice is named by."""

    def __init__(self, notices: int) -> None:
        super().__init__(notices, lines(None))
        self.notices = notices

    def __len__(self) -> int:
        return self.notices

    def __getitem__(self, place: Any) -> Any:
        from index.read import parse

        head = f"{self.title(place)}\n{self.number(place)}\n"
        return parse(f"{head}\n第一条 {self._clause(place)}\n\n2024年3月5日\n", f"{place}.txt", str(place))

    def __iter__(self) -> Iterator[Any]:
        return (self[n] for n in range(len(self)))

    def title(self, place: int) -> str:
        chance = random.Random(place)
        shape = chance.choice(SHAPES).format(chance.choice(SUBJECTS))
        return f"{REGIONS[place % len(REGIONS)]}市{shape}（第{place}号）"

    @staticmethod
    def number(place: int) -> str:
        return f"{REGIONS[place % len(REGIONS)][0]}商发〔{2000 + place % 25}〕{place // 25 + 1}号"


def questions(notices: Titled) -> list[str]:
    chance = random.Random(2)
    asked = []
    for n in range(QUESTIONS):
        place, region, subject = chance.randrange(len(notices)), chance.choice(REGIONS), chance.choice(SUBJECTS)
        title, number = notices.title(place), notices.number(place)
        asked.append(
            (
                f"《{title}》里怎么说{subject}",
                f"{number}的联系电话是多少",
                f"{title}什么时候印发的",
                f"{number}第一条说了什么",
                f"{region}企业做{subject}有什么支持",
                f"{subject}补贴多少",
                f"{region}{subject}那个文件的电话",
                f"小微企业申报{subject}需要哪些材料",
            )[n % 8]
        )
    return asked


def measured(function: Callable[[str], object], asked: Sequence[str]) -> tuple[float, float]:
    """Median and 95th percentile, milliseconds of CPU time; a round that is not counted goes before."""
    for question in asked[:16]:
        function(question)
    times = []
    for question in asked:
        began = time.process_time()
        function(question)
        times.append(1000 * (time.process_time() - began))
    return statistics.median(times), sorted(times)[int(0.95 * len(times))]


def walk(heads: Sequence[Any]) -> Callable[[str], object]:
    """Names looked for one after the other, what can be prepared of them prepared."""
    names = [(re.sub(r"[\s〔〕\[\]()（）【】]", "", h.number), re.findall(r"(\d+)\s*号$", h.number), h.number, h.title) for h in heads]

    def named(text: str) -> tuple[list[int], str]:
        compact = re.sub(r"[\s〔〕\[\]()（）【】]", "", text)
        short, quoted = set(re.findall(r"(?<!\d)(\d{1,4})号(?:文|意见|通知)", compact)), re.findall(r"《([^》]{4,})》", text)
        found = [
            place
            for place, (number, own, _, title) in enumerate(names)
            if (number and number in compact) or (own and own[0] in short) or any(piece in title for piece in quoted)
        ]
        for _, _, number, title in names:
            for name in (number, title):
                if name:
                    text = text.replace(name, "")
        return found, text

    return named


def row(count: int, folder: Path) -> list[str]:
    from tqdm import tqdm

    from assistant.catalogue import Catalogue
    from assistant.chat import Assistant
    from index.embed import load_encoder
    from index.manifest import current
    from index.shelf import heads
    from index.store import ClauseIndex

    notices, encoder = Titled(count), load_encoder()
    if not (folder / "CURRENT").exists():
        bar = tqdm(total=count, file=sys.stderr, mininterval=5)
        ClauseIndex.build(notices, encoder, lambda done, _: bar.update(done - bar.n), folder=folder)
    index = ClauseIndex(current(folder), encoder)
    began = time.process_time()
    assistant = Assistant(index)
    opened = 1000 * (time.process_time() - began)
    asked = questions(notices)
    median, p95 = measured(assistant.ask, asked)
    catalogue = Catalogue(index.documents)
    naming, naming95 = measured(lambda text: (catalogue.named(text), catalogue.without_names(text)), asked)
    walked, walked95 = measured(walk(heads(index.documents)), asked)
    shown = [f"{value:.1f}" for value in (opened, median, p95)] + [f"{value:.3f}" for value in (naming, naming95)]
    return [f"{count:,}", f"{len(index):,}", *shown, f"× {walked / naming:.0f}", f"× {walked95 / naming95:.0f}"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, nargs="+", default=[1000, 10_000, 40_000])
    parser.add_argument("--folder", type=Path, help="where the indexes are kept for another time (default: nowhere)")
    arguments = parser.parse_args()
    names = ("notices", "sentences", "open", "ask, median", "ask, p95", "naming, median", "naming, p95", "walk, median", "walk, p95")
    print("| " + " | ".join(names) + " |\n" + "|---" * len(names) + "|")
    with tempfile.TemporaryDirectory() as home:
        for count in arguments.notices:
            print("| " + " | ".join(row(count, (arguments.folder or Path(home)) / str(count))) + " |", flush=True)


if __name__ == "__main__":
    main()
