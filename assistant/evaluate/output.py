"""Judged questions → metrics.json's content, by_category.csv and the TREC files."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.evaluate.definitions import METRICS
from assistant.evaluate.metrics import coverage_risk, reliability, score, summary
from assistant.evaluate.places import Located
from assistant.evaluate.rank import Hit, Ranker
from assistant.evaluate.run import Row, qid

GROUP_SAMPLES = 500
NONE = "—"  # the group of questions without evidence in any document


def metrics_of(rows: Sequence[Row], config: Mapping[str, Any]) -> dict[str, Any]:
    """The content of metrics.json."""
    scored = [score(row) for row in rows]
    return {
        "format": config["format"],
        "set": config["set"],
        "settings": config["settings"],
        "documents": config["documents"],
        "subject": config["subject"],
        "counting": config["counting"],
        "questions": len(rows),
        "metrics": {name: value.to_dict() for name, value in summary(scored).items()},
        "groups": {
            grouping: {
                name: {"questions": len(members)}
                | {"metrics": {m: v.to_dict() for m, v in summary([scored[n] for n in members], GROUP_SAMPLES).items()}}
                for name, members in groups.items()
            }
            for grouping, groups in _groups(rows).items()
        },
        "curves": {
            "coverage_risk": coverage_risk(scored),
            "reliability": reliability(scored),
            "latency": _histogram([row.ms for row in scored]),
        },
    }


def _groups(rows: Sequence[Row]) -> dict[str, dict[str, list[int]]]:
    """grouping → group → numbers of its questions. A question counts in each document that its evidence stands in."""
    found: dict[str, dict[str, list[int]]] = {"category": {}, "kind": {}, "language": {}, "document": {}, "file": {}}
    for n, row in enumerate(rows):
        documents = dict.fromkeys(place["document"] for need in row["needs"] for place in need)
        for grouping, names in (
            ("document", list(documents) or [NONE]),
            *((g, [row[g]]) for g in ("category", "kind", "language", "file")),
        ):
            for name in names:
                found[grouping].setdefault(name, []).append(n)
    return {grouping: dict(sorted(groups.items())) for grouping, groups in found.items()}


def _histogram(times: Sequence[float]) -> list[dict[str, float]]:
    """Counts of times in 20 bins of equal width up to the 99th percentile (rounded up); slower ones are in the last."""
    slow = max(float(np.percentile(times, 99)), 1e-3)
    unit = 10.0 ** math.floor(math.log10(slow))
    top = next(step * unit for step in (1, 2, 4, 6, 8, 10) if step * unit >= slow)
    counts, edges = np.histogram(np.minimum(times, top), bins=20, range=(0, top))
    return [{"from": float(a), "to": float(b), "n": int(n)} for n, a, b in zip(counts, edges, edges[1:], strict=False)]


def write_csv(file: Path, metrics: Mapping[str, Any]) -> None:
    """A line for each metric of each group; with a byte order mark, so that Excel reads the Chinese."""
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(["grouping", "group", "questions", "metric", "名称", "value", "low", "high", "n"])
        whole = {"all": {"": {"questions": metrics["questions"], "metrics": metrics["metrics"]}}}
        for grouping, groups in (whole | metrics["groups"]).items():
            for name, group in groups.items():
                for metric, value in group["metrics"].items():
                    table.writerow(
                        [grouping, name, group["questions"], metric, METRICS[metric].zh, *(value[k] for k in ("value", "low", "high", "n"))]
                    )


def write_trec(folder: Path, rows: Sequence[Row], located: Mapping[tuple[str, int], Located], ranker: Ranker) -> None:
    """run.trec: the retrieved sentences (document:start-end). qrels.trec: those that are evidence, for other tools."""
    run, qrels = [], []
    for row in rows:
        name = qid(row)
        for rank, hit in enumerate((Hit(*hit) for hit in row["hits"]), 1):
            run.append(f"{name} Q0 {_word(hit.item('sentence'))} {rank} {hit.score:.6f} trade-policy-assistant\n")
        relevant: dict[str, int] = {}
        for items, relevance in ranker.units(located[row["id"], row["turn"]], "sentence").values():
            for item in items:
                relevant[item] = max(relevance, relevant.get(item, 0))
        qrels += [f"{name} 0 {_word(item)} {relevance}\n" for item, relevance in sorted(relevant.items())]
    (folder / "run.trec").write_text("".join(run), encoding="utf-8")
    (folder / "qrels.trec").write_text("".join(qrels), encoding="utf-8")


def _word(item: str) -> str:
    return "_".join(item.split())
