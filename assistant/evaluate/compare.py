"""Two runs held against each other: what was fixed, broken or changed, and whether documents or quality changed.

Questions are paired by id, turn, wording and expectation; figures are compared over the paired ones. The p value is
that of a paired permutation test: whole conversations are swapped between the runs at random (exact where few differ).
A guarded figure that got worse by more than the tolerance is a regression.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.evaluate.definitions import METRICS
from assistant.evaluate.metrics import SEED, score, summary
from assistant.evaluate.provenance import differences
from assistant.evaluate.records import Told
from assistant.evaluate.run import CONFIG, METRICS_FILE, RESULTS, Row, read_json, read_results
from assistant.evaluate.words import say
from index.records import InputError

TOLERANCE = 0.02
LISTS = ("broken", "fixed", "changed", "only_before", "only_after", "expectation")
_HEADS = {"expectation": "expectation_changed"}
RESAMPLES = 9999


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run as read back; ``rows`` is None where only its figures were kept, as with a baseline."""

    name: str
    metrics: Mapping[str, Any]
    config: Mapping[str, Any]
    rows: tuple[Row, ...] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure before and after; ``p`` is None where no paired test applies."""

    name: str
    before: float
    after: float
    p: float | None
    n: float

    @property
    def worse(self) -> float:
        """By how much it got worse; negative where it got better."""
        return self.before - self.after if METRICS[self.name].better == "higher" else self.after - self.before


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came out of it. ``documents`` are those that changed, ``moved`` the questions whose evidence stands in one of
    them, of the ``paired`` ones that both runs have; none where either has figures only."""

    before: str
    after: str
    tolerance: float
    differences: tuple[Difference, ...]
    setup: tuple[Told, ...]
    fixed: tuple[Row, ...] = ()
    broken: tuple[Row, ...] = ()
    changed: tuple[Row, ...] = ()
    only_before: tuple[Row, ...] = ()
    only_after: tuple[Row, ...] = ()
    expectation: tuple[Row, ...] = ()
    moved: frozenset[tuple[str, int]] = frozenset()
    documents: frozenset[str] = frozenset()
    paired: int = 0

    @property
    def regressions(self) -> tuple[Difference, ...]:
        """The guarded figures that got worse by more than the tolerance."""
        return tuple(d for d in self.differences if METRICS[d.name].guarded and d.worse > self.tolerance + 1e-9)


def read_run(path: Path) -> Run:
    """A run's folder, or a metrics.json alone."""
    folder = path.parent if path.is_file() else path
    file = path if path.is_file() else path / METRICS_FILE
    if not file.is_file():
        raise InputError(f"不是完整的评测结果：{path}", f"not a finished run: {path}")
    metrics = read_json(file)
    if "metrics" not in metrics or "set" not in metrics:
        raise InputError(f"不是评测结果：{file}", f"not a run's file: {file}")
    alone = path.is_file() or not (folder / RESULTS).is_file()
    config = metrics if alone or not (folder / CONFIG).is_file() else read_json(folder / CONFIG)
    return Run(str(path), metrics, config, None if alone else tuple(read_results(folder)))


def compare(before: Run, after: Run, tolerance: float = TOLERANCE) -> Comparison:
    """Hold ``after`` against ``before``. Where either has figures only, both must be of the same set."""
    setup = tuple(_setup(before.config, after.config))
    documents = _documents_changed(before.config, after.config)
    if before.rows is None or after.rows is None:
        if before.metrics["set"]["digests"] != after.metrics["set"]["digests"]:
            raise InputError(
                f"题集不同，无法只凭指标比较；请重做基线：{before.name}、{after.name}",
                f"the sets differ, figures alone cannot be compared; make the baseline anew: {before.name}, {after.name}",
            )
        return Comparison(
            before.name,
            after.name,
            tolerance,
            _plain_differences(before.metrics["metrics"], after.metrics["metrics"]),
            setup,
            documents=documents,
        )
    old = {(row["id"], row["turn"]): row for row in before.rows}
    new = {(row["id"], row["turn"]): row for row in after.rows}
    same = [key for key in new if key in old and _expected(old[key]) == _expected(new[key])]
    return Comparison(
        before.name,
        after.name,
        tolerance,
        _paired_differences([old[key] for key in same], [new[key] for key in same]),
        setup,
        fixed=tuple(_both(old[key], new[key]) for key in same if new[key]["right"] and not old[key]["right"]),
        broken=tuple(_both(old[key], new[key]) for key in same if old[key]["right"] and not new[key]["right"]),
        changed=tuple(
            _both(old[key], new[key]) for key in same if old[key]["right"] == new[key]["right"] and _said(old[key]) != _said(new[key])
        ),
        only_before=tuple(old[key] for key in old if key not in new),
        only_after=tuple(new[key] for key in new if key not in old),
        expectation=tuple(new[key] for key in new if key in old and key not in set(same)),
        moved=frozenset(key for key in same if any(p["source"] in documents for need in new[key]["needs"] for p in need)),
        documents=documents,
        paired=len(same),
    )


def _setup(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Told]:
    known = [{key: value for key, value in config.items() if key in before and key in after} for config in (before, after)]
    return differences(*known)


def _documents_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    old, new = before["documents"], after["documents"]
    return frozenset(source for source in {*old, *new} if old.get(source) != new.get(source))


def _expected(row: Row) -> Any:
    return (
        row["question"],
        row["earlier"],
        row["kind"],
        row["accepted"],
        row["validity"],
        row["strings"],
        [[p["text"] for p in need] for need in row["needs"]],
    )


def _said(row: Row) -> Any:
    answer = row["answer"]
    return (answer["status"], [(q["source"], q["text"]) for q in answer["quotes"]]) if answer else None


def _both(old: Row, new: Row) -> Row:
    """The new row, with what was said before beside it."""
    return new | {"before": old["answer"], "before_evidence": old["evidence"]}


def _plain_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    names = [name for name in METRICS if name in old or name in new]
    missing = [name for name in names if name not in old or name not in new]
    if missing:
        raise InputError(
            f"两次评测的指标不同，请重做基线：{', '.join(missing)}",
            f"the runs have other figures, make the baseline anew: {', '.join(missing)}",
        )
    return tuple(Difference(name, old[name]["value"], new[name]["value"], None, new[name]["n"]) for name in names)


def _paired_differences(old: Sequence[Row], new: Sequence[Row]) -> tuple[Difference, ...]:
    if not old:
        return ()
    before, after = (summary([score(row) for row in rows], samples=2) for rows in (old, new))
    found = []
    for name in METRICS:
        if name not in before or name not in after:
            continue
        pairs = [(a["id"], _value(a, name), _value(b, name)) for a, b in zip(old, new, strict=True)]
        known = [(case, x, y) for case, x, y in pairs if x is not None and y is not None]
        found.append(Difference(name, before[name].value, after[name].value, paired_p(known) if known else None, after[name].n))
    return tuple(found)


def _value(row: Row, name: str) -> float | None:
    figure = row["figures"].get(name)
    return figure[0] / figure[1] if figure else None


def paired_p(pairs: Sequence[tuple[str, float, float]]) -> float:
    """Two-sided p of a permutation test on (conversation, before, after); 1.0 where nothing differs."""
    from scipy.stats import permutation_test

    sums: dict[str, list[float]] = {}
    for case, before, after in pairs:
        entry = sums.setdefault(case, [0.0, 0.0])
        entry[0] += before
        entry[1] += after
    differing = np.array([entry for entry in sums.values() if abs(entry[0] - entry[1]) > 1e-12])
    if len(differing) == 0:
        return 1.0
    if len(differing) == 1:
        return 1.0  # both signs are as likely
    result = permutation_test(
        (differing[:, 0], differing[:, 1]),
        lambda x, y, axis: (y - x).sum(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=500,
        rng=np.random.default_rng(SEED),
    )
    return float(result.pvalue)


def cause(comparison: Comparison, language: str) -> str:
    """Whether the documents or the quality changed, in a sentence."""
    ids = {name: {(row["id"], row["turn"]) for row in getattr(comparison, name)} for name in ("fixed", "broken")}
    if not comparison.paired and (comparison.only_before or comparison.only_after or comparison.expectation):
        return say("no_pairs", language)
    counts = {name: len(some - comparison.moved) for name, some in ids.items()}
    if not comparison.documents:
        return say("same_documents", language, **counts) if any(counts.values()) else ""
    if not comparison.paired:
        return say("documents_alone", language, n=len(comparison.documents))
    moved = {f"moved_{name}": len(some & comparison.moved) for name, some in ids.items()}
    rest = comparison.paired - len(comparison.moved)
    return say("other_documents", language, n=len(comparison.documents), moved=len(comparison.moved), rest=rest, **counts, **moved)


def as_text(comparison: Comparison, language: str = "zh") -> str:
    """The comparison for a terminal."""
    colon = say("colon", language)
    lines = [f"{comparison.before} → {comparison.after}", say("what_changed", language) + colon]
    lines += [f"  {told[language == 'en']}" for told in comparison.setup] or [f"  {say('same_setup', language)}"]
    lines += [f"  {line}" for line in [cause(comparison, language)] if line]
    heads = [say(key, language) for key in ("before", "after", "difference")]
    lines.append(" " * 28 + _right(heads[0], 12) + _right(heads[1], 12) + _right(heads[2], 12) + f"{'p':>9}{'n':>7}")
    for d in comparison.differences:
        lines.append(f"{d.name:28}{d.before:>12.4f}{d.after:>12.4f}{d.after - d.before:>+12.4f}{_p(d.p):>9}{d.n:>7g}")
    for name in LISTS:
        rows: tuple[Row, ...] = getattr(comparison, name)
        if rows:
            lines.append(f"{say(_HEADS.get(name, name), language)}{colon}{len(rows)}")
            lines += [
                f"  {row['id']}{'#' + str(row['turn'] + 1) if row['turn'] else ''} {_line(row['question'])}{_moved(comparison, row, language)}"
                for row in rows[:50]
            ]
            lines += ["  …"] if len(rows) > 50 else []
    tolerance = f"{comparison.tolerance:g}"
    if comparison.regressions:
        lines.append(say("regressions", language, tolerance=tolerance) + colon)
        lines += [f"  {d.name}: {d.before:.4f} → {d.after:.4f}" for d in comparison.regressions]
    else:
        lines.append(say("no_regressions", language, tolerance=tolerance))
    return "\n".join(lines)


def _right(text: str, width: int) -> str:
    """Aligned to the right in a terminal, where a Chinese character takes two columns."""
    return " " * (width - sum(2 if ord(c) > 0x2E80 else 1 for c in text)) + text


def _moved(comparison: Comparison, row: Row, language: str) -> str:
    return f" ({say('document_changed', language)})" if (row["id"], row["turn"]) in comparison.moved else ""


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 70 else line[:70] + "…"


def as_html(comparison: Comparison, language: str = "zh") -> str:
    """The comparison as a page of its own."""
    from html import escape

    from assistant.evaluate.report import definition, label, number, page
    from assistant.evaluate.words import table

    tolerance = f"{comparison.tolerance:g}"
    worse = [escape(label(d.name, language)) for d in comparison.regressions]
    lines = "".join(f"<li>{escape(told[language == 'en'])}</li>" for told in comparison.setup)
    setup = f"<ul>{lines}</ul>" if lines else f"<p>{say('same_setup', language)}</p>"
    setup += f"<p>{escape(cause(comparison, language))}</p>"
    verdict = (
        f"<p class='tag no'>{say('regressions', language, tolerance=tolerance)}{say('colon', language)}{say('comma', language).join(worse)}</p>"
        if worse
        else f"<p class='tag yes'>{say('no_regressions', language, tolerance=tolerance)}</p>"
    )
    rows = "".join(
        f"<tr><th scope='row'>{definition(d.name, language)}</th><td>{number(d.name, d.before)}</td><td>{number(d.name, d.after)}</td>"
        f"<td class='{'down' if d.worse > 0 else 'up' if d.worse < 0 else ''}'>{_signed(d)}</td>"
        f"<td>{escape(_p(d.p))}</td><td class='n'>{d.n:g}</td></tr>"
        for d in comparison.differences
    )
    heads = (
        "".join(f"<th scope='col'>{say(key, language)}</th>" for key in ("metric", "before", "after", "difference", "p"))
        + "<th class='n'>n</th>"
    )
    named = [(_HEADS.get(name, name), getattr(comparison, name)) for name in LISTS]
    sections = "".join(
        f"<section><h2>{say(name, language)} ({len(some)})</h2><div data-rows='{name}'></div></section>" for name, some in named if some
    )
    names = f"{escape(Path(comparison.before).name)} → {escape(Path(comparison.after).name)}"
    body = (
        f"<header><h1>{say('compare_title', language)}</h1><p>{names}</p></header>{verdict}"
        f"<section><h2>{say('what_changed', language)}</h2>{setup}</section>"
        f"<section><h2>{say('figures', language)}</h2><p class='hint'>{say('p_hint', language)}</p>"
        f"<div class='figures scroll'><table><tr>{heads}</tr>{rows}</table></div></section>{sections}"
    )
    data: dict[str, Any] = {"words": table(language)} | {name: [_drawn(row, comparison, language) for row in some] for name, some in named}
    return page(say("compare_title", language), body, data, language)


def _p(value: float | None) -> str:
    return "" if value is None else "<0.001" if value < 0.001 else f"{value:.3f}"


def _signed(difference: Difference) -> str:
    unit = METRICS[difference.name].unit
    change = difference.after - difference.before
    return f"{100 * change:+.1f}" if unit == "share" else f"{change:+.1f} ms" if unit == "ms" else f"{change:+.3f}"


def _drawn(row: Row, comparison: Comparison, language: str) -> dict[str, Any]:
    from assistant.evaluate.report import brief

    entry = brief(row)
    if "before" in row:
        entry["before"] = brief(row | {"answer": row["before"], "evidence": row["before_evidence"]})["shown"]
    if (row["id"], row["turn"]) in comparison.moved:
        entry["category"] += " · " + say("document_changed", language)
    return entry


def dumps(comparison: Comparison) -> str:
    """The comparison as JSON: figures and ids."""
    return json.dumps(
        {
            "before": comparison.before,
            "after": comparison.after,
            "tolerance": comparison.tolerance,
            "setup": [en for _, en in comparison.setup],
            "metrics": {d.name: {"before": d.before, "after": d.after, "p": d.p, "n": d.n} for d in comparison.differences},
            "regressions": [d.name for d in comparison.regressions],
        }
        | {name: [[row["id"], row["turn"]] for row in getattr(comparison, name)] for name in LISTS},
        ensure_ascii=False,
    )
