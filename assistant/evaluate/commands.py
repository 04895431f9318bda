"""``evaluate``: runs, checks and compares from the command line. Results on stdout, complaints on stderr."""

from __future__ import annotations

import argparse
import functools
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.telling import terminal_language
from index.records import InputError

if TYPE_CHECKING:
    from assistant.evaluate.records import QuestionSet
    from assistant.settings import Settings

Bar = Callable[[str], AbstractContextManager[Any]]
SHOWN = (
    "right",
    "error.answerable",
    "refusal.right",
    "quote@1",
    "quote.recall",
    "quote.precision",
    "quote.exact",
    "clause.recall@5",
    "clause.mrr",
    "latency.p95",
    "failed",
)


def evaluate(arguments: argparse.Namespace, settings: Settings, bar: Bar) -> int:
    """``evaluate SET -o RUN`` or ``evaluate compare A B``; 1 where a figure fell beyond the tolerance, 2 for bad input."""
    first, *others = arguments.what
    if first == "compare":
        return _compare([Path(path) for path in others], arguments)
    if others:
        raise InputError(f"一次评测一个题集：{' '.join(arguments.what)}", f"one question set at a time: {' '.join(arguments.what)}")
    return _run(Path(first), arguments, settings, bar)


def _run(path: Path, arguments: argparse.Namespace, settings: Settings, bar: Bar) -> int:
    from assistant.evaluate.compare import read_run
    from assistant.evaluate.provenance import facts_of
    from assistant.evaluate.questions import read_set
    from assistant.evaluate.run import Plan, check, run_set

    folder: Path | None = arguments.output
    language = _language(arguments)
    if folder is None and not arguments.check:
        raise InputError(
            "请用 -o 指定结果文件夹（或用 --check 只查题集）", "give the folder of the run with -o, or --check to check the set only"
        )
    baseline = read_run(arguments.baseline) if arguments.baseline else None
    questions = read_set(path)
    subject, names, opener = _open(questions, arguments, settings, bar)
    if arguments.check:
        _, warnings = check(questions, subject.documents, names)
        complain([warning.said(language) for warning in warnings], language)
        count, turns = len(questions.cases), questions.turns
        sound = (f"题集无误：{count} 组对话，{turns} 题", f"the set is sound: {count} conversations, {turns} questions")
        print(sound[language == "en"])
        return 0
    assert folder is not None
    plan = Plan(
        as_of=arguments.as_of,
        depth=arguments.depth,
        jobs=arguments.jobs,
        restart=arguments.restart,
        language=language,
        facts=facts_of(settings.model),
        opener=opener,
        names=names,
    )
    with bar("evaluating" if language == "en" else "评测") as progress:
        metrics = run_set(questions, subject, folder, plan, progress)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    complain([pair[language == "en"] for pair in config["warnings"]], language)
    print(table(metrics, language))
    if failures := round(metrics["metrics"]["failed"]["value"] * metrics["questions"]):
        failed = (f"{failures} 题运行失败，见报告", f"{failures} questions failed, see the report")
        print(failed[language == "en"], file=sys.stderr)
    print(f"{folder / 'report.html'}")
    return _verdict(baseline, read_run(folder), arguments) if baseline else 0


def _open(
    questions: QuestionSet, arguments: argparse.Namespace, settings: Settings, bar: Bar
) -> tuple[Any, dict[str, str], Callable[[], Any]]:
    """The assistant over the library, over ``--documents``, or over the set's own texts."""
    from assistant.chat import Assistant
    from assistant.evaluate.run import own_documents

    paths = list(arguments.documents)
    names: dict[str, str] = {}
    if arguments.own_documents:
        if paths:
            raise InputError("--documents 与 --own-documents 只能用一个", "use either --documents or --own-documents")
        if arguments.output is None:
            raise InputError("--own-documents 需要 -o", "--own-documents needs -o")
        home, names = own_documents(questions, arguments.output)
        paths = [home]
    with bar("indexing" if _language(arguments) == "en" else "建立索引") as progress:
        subject = Assistant.open(settings, paths, progress)
    return subject, names, functools.partial(Assistant.open, settings, paths)


def _compare(paths: Sequence[Path], arguments: argparse.Namespace) -> int:
    from assistant.evaluate.compare import as_html, as_text, compare, dumps, read_run

    if not 1 <= len(paths) <= 2 or (len(paths) == 1 and not arguments.baseline):
        raise InputError(
            "应为：evaluate compare A B [--baseline RUN] 或 evaluate compare B --baseline RUN",
            "usage: evaluate compare A B [--baseline RUN], or: evaluate compare B --baseline RUN",
        )
    runs = [read_run(path) for path in paths]
    baseline = read_run(arguments.baseline) if arguments.baseline else None
    if baseline and len(runs) == 1:
        return _verdict(baseline, runs[0], arguments)
    comparison = compare(runs[0], runs[1], arguments.tolerance)
    print(dumps(comparison) if arguments.json else as_text(comparison, _language(arguments)))
    if arguments.output:
        try:
            arguments.output.write_text(as_html(comparison, _language(arguments)), encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"无法写入 {arguments.output}：{error.strerror}", f"cannot write {arguments.output}: {error.strerror}"
            ) from None
    if baseline:
        return _verdict(baseline, runs[-1], arguments)
    return 1 if comparison.regressions else 0


def _verdict(baseline: Any, run: Any, arguments: argparse.Namespace) -> int:
    """Holds a run against the baseline; 1 where a guarded figure fell by more than the tolerance."""
    from assistant.evaluate.compare import as_text, compare, dumps

    comparison = compare(baseline, run, arguments.tolerance)
    print(dumps(comparison) if arguments.json else as_text(comparison, _language(arguments)))
    return 1 if comparison.regressions else 0


def _language(arguments: argparse.Namespace) -> str:
    """The one asked for, else the terminal's, else Chinese."""
    return arguments.report_language or terminal_language() or "zh"


def table(metrics: dict[str, Any], language: str = "zh") -> str:
    """The chief figures for a terminal; all of them are in metrics.json."""
    from assistant.evaluate.report import label, number

    lines = []
    for name in SHOWN:
        if value := metrics["metrics"].get(name):
            interval = f"{number(name, value['low'])} – {number(name, value['high'])}"
            lines.append(f"{name:20} {number(name, value['value']):>10}   95% {interval:22} n={value['n']:<6g} {label(name, language)}")
    return "\n".join(lines)


def complain(warnings: Sequence[str], language: str, most: int = 20) -> None:
    """Print notes on stderr, not too many."""
    for warning in warnings[:most]:
        print(warning, file=sys.stderr)
    if (more := len(warnings) - most) > 0:
        print(f"… and {more} more notes" if language == "en" else f"…… 另有 {more} 条提醒", file=sys.stderr)
