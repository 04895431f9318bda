"""Kill -9 at random moments of adding, correcting, removing and rebuilding: ``python tests/bench/library_kill.py [--times 200]``.

A child adds a new version of a notice, corrects it, removes or restores another one, or makes the index, and is killed. Then the
library must open, be the old one or the new one as a whole, hold every version that was there before with its original, and be
answered from. Prints how often it was the old one, how often the new one, and what the kills hit.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

os.environ |= {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}  # the children are forked
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from assistant.collection import Library  # noqa: E402

NOTICE = "栖霞市促进外贸若干措施\n\n一、支持参展。对参加境外展会的企业，按展位费的{n}%补助。（责任单位：市商务局）\n" + "".join(
    f"{number}、支持第{number}类企业。给予{{n}}万元补助。\n" for number in "二三四五六七八九十"
)


def main() -> None:
    """Change, kill, open, again and again."""
    from assistant.collection.indexing import followed, index_folder
    from index.embed import load_encoder
    from index.manifest import states
    from index.store import ClauseIndex

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    encoder = load_encoder()
    chance = random.Random(arguments.seed)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as home:
        library, folder = Library(Path(home)), index_folder(Path(home))
        library.add(NOTICE.format(n=0).encode(), "notice.txt")
        followed(library, encoder, folder)
        actions: dict[str, Callable[[int], object]] = {
            "add": lambda n: library.add(NOTICE.format(n=n).encode(), "notice.txt"),
            "add another": lambda n: library.add(f"第{n}号通知\n\n一、第{n}件事。\n".encode(), f"other{n}.txt"),
            "correct": lambda n: library.correct("notice", {"region": f"地区{n}", "issued": "2024-05-06"}),
            "remove": lambda n: library.remove("003"),
            "restore": lambda n: library.restore("003"),
            "index": lambda n: followed(library, encoder, folder),
        }
        whole = {name: _timed(action, n) for n, (name, action) in enumerate(actions.items(), 10**6)}
        for n in range(1, arguments.times + 1):
            name = chance.choice([*actions, "index"])
            if name == "index":
                actions["correct"](n)
            before = _state(library)
            child = os.fork()
            if child == 0:
                try:
                    actions[name](n)
                finally:
                    os._exit(0)
            time.sleep(chance.uniform(0, 1.3 * whole[name]))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            served = states(ClauseIndex.load(folder, encoder).documents)  # opens, whatever was hit
            after = _state(library)
            lost = [key for key, value in before.items() if key[0] == "version" and after.get(key) != value]
            if lost:
                raise SystemExit(f"{name} {n}: lost {lost}")
            if name == "index":
                done = served == library.states()
            else:
                done = before != after
                actions[name](n)
                if done and _state(library) != after:  # the same once more changes nothing where it was done as a whole
                    raise SystemExit(f"{name} {n}: neither the old library nor the new one")
            found[f"{name}: {'new' if done else 'old'}"] += 1
            index = followed(library, encoder, folder)
            if states(index.documents) != library.states() or not index.search("参展补助"):
                raise SystemExit(f"{name} {n}: the index does not hold the library")
        stray = list((Path(home) / "library").rglob("*.part"))
    print(f"{arguments.times} kills, nothing lost; {len(stray)} unfinished files left beside")
    for name, count in sorted(found.items()):
        print(f"  {name} {count}")


def _timed(action: Callable[[int], object], n: int) -> float:
    """Seconds that an action takes in a child of its own."""
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            action(n)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return time.perf_counter() - began


def _state(library: Library) -> dict[tuple[str, ...], str]:
    """Everything that is kept, each version with the digest of its text, its corrections and its original."""
    state: dict[tuple[str, ...], str] = {}
    for entry in library.entries(removed=True):
        state["serving", entry.id] = f"{entry.version} {entry.removed}"
        for version in library.versions(entry.id):
            text = library.as_read(entry.id, version.number).text
            original = library.original(entry.id, version.number).read_bytes()
            state["version", entry.id, str(version.number)] = hashlib.sha256(text.encode() + original).hexdigest()
            state["corrections", entry.id, str(version.number)] = str(sorted(library.corrections(entry.id, version.number).items()))
    return state


if __name__ == "__main__":
    main()
