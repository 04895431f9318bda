"""Kill -9 at random moments of rebuilding: ``python tests/bench/growth_kill.py [--times 200]``.

A child builds one of two libraries, in turn, into the same folder and is killed; then the index must open, hold the
one library or the other as a whole, and answer. Prints how often the old one served, how often the new one.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

os.environ |= {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}  # the children are forked
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Build, kill, open, again and again."""
    from index.embed import load_encoder
    from index.manifest import digests
    from index.read import read_documents
    from index.store import ClauseIndex

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    arguments = parser.parse_args()
    encoder = load_encoder()
    notices = read_documents([ROOT / "seeds"])
    libraries = [notices, notices[1:]]
    chance = random.Random(0)
    served: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        ClauseIndex.build(libraries[1], encoder, folder=folder)  # reads jieba's dictionary
        began = time.perf_counter()
        ClauseIndex.build(libraries[0], encoder, folder=folder)
        whole = time.perf_counter() - began
        now = 0
        for _ in range(arguments.times):
            child = os.fork()
            if child == 0:
                ClauseIndex.build(libraries[1 - now], encoder, folder=folder)
                os._exit(0)
            time.sleep(chance.uniform(0, 2 * whole))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            index = ClauseIndex.load(folder, encoder)
            found = digests(index.documents)
            if found not in (digests(libraries[0]), digests(libraries[1])) or not index.search("出口退税"):
                raise SystemExit(f"neither the old library nor the new one: {sorted(found)}")
            changed = found == digests(libraries[1 - now])
            served["new" if changed else "old"] += 1
            whole *= 0.97 if changed else 1.03  # on a busy machine a build takes longer; half of the kills shall come before its end
            now = 1 - now if changed else now
        left = sorted(path.name for path in folder.iterdir() if path.name.startswith("v-"))
    print(
        f"{arguments.times} kills: {served['old']} times the old index served, {served['new']} times the new one; {len(left)} version left"
    )


if __name__ == "__main__":
    main()
