"""Which Chinese pieces an English piece translates to, learned from bilingual pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

ROUNDS = 8
MOST, LEAST = 6, 0.04

Texts = Sequence[npt.NDArray[np.int32]]


def translations(english: Texts, chinese: Texts, weights: npt.NDArray[np.float64], pieces: int) -> list[tuple[int, int, float]]:
    """(English piece, Chinese piece, chance), at most MOST a piece, none under LEAST.

    ``english[i]`` and ``chinese[i]`` are the piece ids of one pair, which counts ``weights[i]`` times. IBM model 1
    (Brown et al. 1993), with an empty word that takes what nothing translates; what is under LEAST is dropped and
    not made up for, so a word of grammar, which translates to nothing in particular, keeps little.
    """
    empty = pieces
    sources, targets, slots, counted = [], [], [], []
    slot = 0
    for left, right, weight in zip(english, chinese, weights, strict=True):
        a, b = np.append(np.unique(left), empty), np.unique(right)
        sources.append(np.tile(a, len(b)))
        targets.append(np.repeat(b, len(a)))
        slots.append(np.repeat(np.arange(slot, slot + len(b)), len(a)))
        counted.append(np.full(len(a) * len(b), weight))
        slot += len(b)
    if not sources:
        return []
    keys = np.concatenate(sources).astype(np.int64) * pieces + np.concatenate(targets)
    known, place = np.unique(keys, return_inverse=True)
    owner, where, weight = known // pieces, np.concatenate(slots), np.concatenate(counted)
    chance = np.full(len(known), 1.0)
    for _ in range(ROUNDS):
        found = chance[place]
        found *= weight / np.bincount(where, found, slot)[where]
        mass = np.bincount(place, found, len(known))
        chance = mass / np.bincount(owner, mass, pieces + 1)[owner]
    order = np.lexsort((-chance, owner))
    first = np.searchsorted(owner[order], np.arange(pieces + 1))
    rank = np.arange(len(order)) - first[owner[order]]
    kept = order[(rank < MOST) & (chance[order] >= LEAST) & (owner[order] != empty)]
    return [(int(o), int(k), float(c)) for o, k, c in zip(owner[kept], known[kept] % pieces, chance[kept], strict=True)]
