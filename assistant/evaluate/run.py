"""A question set asked and counted, into a folder that tells everything needed to do it again.

    RUN/config.json      the set, settings, encoder, parser, program, documents and library versions, with digests
    RUN/results.jsonl    a line a question: what was expected, what was answered and retrieved, its figures
    RUN/metrics.json     the figures with intervals, in all and by group, and the curves
    RUN/by_category.csv  the same as a table
    RUN/run.trec         the retrieved sentences in TREC form; RUN/qrels.trec the sentences that are evidence
    RUN/report.html      all of it to look at

Conversations are kept in RUN/results.partial.jsonl as they are answered; a run that is started again on the same
folder goes on from there, if nothing that could change an answer has changed.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote as percent

from filelock import FileLock, Timeout

from assistant.evaluate.judge import is_evidence, judge, met
from assistant.evaluate.places import Located, locate
from assistant.evaluate.provenance import ASPECTS, differences, provenance
from assistant.evaluate.rank import Hit, Ranker, rank_figures
from assistant.evaluate.records import Case, Fault, QuestionSet, SetFaultsError, Turn
from index.manifest import digests
from index.records import Document, InputError, TradeAssistantError
from index.records import Hit as IndexHit

DEPTH = 50  # sentences that are retrieved for the rank figures
MANY = 2000  # questions from which on more processes are worth their start
CONFIG, RESULTS, PARTIAL, METRICS_FILE = "config.json", "results.jsonl", "results.partial.jsonl", "metrics.json"
FILES = (CONFIG, RESULTS, PARTIAL, METRICS_FILE, "by_category.csv", "run.trec", "qrels.trec", "report.html")

Row = dict[str, Any]
Progress = Callable[[int, int], None]


class AnswerLike(Protocol):
    """What is needed of an answer."""

    def to_dict(self) -> dict[str, Any]:
        """The public form."""


class Subject(Protocol):
    """What is evaluated: an assistant."""

    @property
    def documents(self) -> Sequence[Document]:
        """The documents that it answers from."""

    def ask(self, question: str, earlier: Sequence[str] = (), *, as_of: datetime.date | None = None) -> AnswerLike:
        """The answer to a question that was asked after ``earlier``."""

    def search(self, query: str, k: int = 10) -> list[IndexHit]:
        """The ``k`` best sentences."""


class StoppedError(TradeAssistantError):
    """The run was asked to stop; what is answered is kept."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a set is run. ``as_of`` is the day that validity is judged for where the set names none (default today).

    ``jobs`` processes ask at the same time, each with an assistant of its own from ``opener``; 0 chooses: one, or
    one a core from 2000 questions on. ``facts`` tell what the subject is made of, see ``provenance``.
    """

    as_of: datetime.date | None = None
    depth: int = DEPTH
    jobs: int = 1
    restart: bool = False
    language: str = "zh"
    facts: Mapping[str, Any] = field(default_factory=dict)
    opener: Callable[[], Subject] | None = None
    names: Mapping[str, str] = field(default_factory=dict)


def run_set(
    questions: QuestionSet,
    subject: Subject,
    folder: Path,
    plan: Plan | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> dict[str, Any]:
    """Check the set, ask what is not yet answered in ``folder``, count, and write the files; gives metrics.json's content.

    Raises SetFaultsError for a set with faults, InputError where the folder holds another run, StoppedError when stopped.
    """
    plan = plan or Plan()
    located, faults = check(questions, subject.documents, plan.names)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=0):
            config = _configure(questions, subject, folder, plan, faults)
            answered = _ask_all(questions, subject, folder, config, plan, progress, stop)
            if digests(subject.documents) != config["documents"]:
                raise InputError("评测期间文件有改动，请重新评测", "the documents changed during the run, run it anew")
            return _finish(questions, subject, folder, config, located, answered, plan.language)
    except Timeout:
        raise InputError(f"另一个评测正在写这个文件夹：{folder}", f"another evaluation is writing to {folder}") from None
    except OSError as error:
        raise InputError(f"无法写入 {folder}：{error.strerror or error}", f"cannot write to {folder}: {error.strerror or error}") from None


def check(
    questions: QuestionSet, documents: Sequence[Document], names: Mapping[str, str] | None = None
) -> tuple[dict[tuple[str, int], Located], list[Fault]]:
    """The evidence in the documents, and the warnings. Raises SetFaultsError with everything that is wrong."""
    located, faults = locate(questions, documents, names)
    every = sorted((*questions.faults, *faults), key=lambda fault: (fault.file, fault.line))
    if any(not fault.warning for fault in every):
        if questions.texts and not names:
            every.append(
                Fault(
                    questions.name,
                    1,
                    "题集自带原文，可加 --own-documents",
                    "the set brings its own texts: try --own-documents",
                    warning=True,
                )
            )
        raise SetFaultsError(tuple(every))
    return located, every


def own_documents(questions: QuestionSet, folder: Path) -> tuple[Path, dict[str, str]]:
    """The texts that the set brings along as files in ``folder``/documents, and their names → document ids."""
    if not questions.texts:
        raise InputError(
            "题集不含原文（BEIR 语料、SQuAD 或 CMRC 段落）", "the set brings no texts of its own (BEIR corpus, SQuAD or CMRC paragraphs)"
        )
    home = folder / "documents"
    home.mkdir(parents=True, exist_ok=True)
    names = {}
    for number, text in enumerate(questions.texts, 1):
        names[text.name] = f"{number:06d}"
        (home / f"{number:06d}.txt").write_bytes(text.text.encode("utf-8", "replace"))
    return home, names


def _configure(questions: QuestionSet, subject: Subject, folder: Path, plan: Plan, warnings: Sequence[Fault]) -> dict[str, Any]:
    """The configuration of this run, written down; an earlier run in the folder must have had the same."""
    if plan.restart:
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
    before = read_json(folder / CONFIG) if (folder / CONFIG).is_file() else None
    kept = str(before["settings"].get("as_of")) if before and plan.as_of is None else None
    day = plan.as_of.isoformat() if plan.as_of else kept or datetime.date.today().isoformat()
    jobs = plan.jobs or (min(os.cpu_count() or 1, 8) if questions.turns >= MANY else 1)
    settings = {"as_of": day, "depth": plan.depth}
    config = provenance(questions, subject.documents, settings, plan.facts) | {"warnings": [[w.said("zh"), w.said("en")] for w in warnings]}
    if before is None:
        started = now()
        config |= {"machine": {"cores": os.cpu_count(), "jobs": jobs}, "started": started}
        _write(folder / CONFIG, json.dumps(config, ensure_ascii=False, indent=1))
        return config
    if changed := differences(before, config, [aspect for aspect in ASPECTS if aspect != "counting"]):
        raise InputError(
            f"{folder} 里是另一次评测，不能接着跑；换一个文件夹，或加 --restart 重来：\n  " + "\n  ".join(zh for zh, _ in changed),
            f"{folder} holds another run; choose another folder, or --restart:\n  " + "\n  ".join(en for _, en in changed),
        )
    config = {**before, "machine": {**before["machine"], "jobs": jobs}, **{key: config[key] for key in ("counting", "warnings")}}
    _write(folder / CONFIG, json.dumps(config, ensure_ascii=False, indent=1))  # answers of before, counted in today's way
    return config


def now() -> str:
    """The time that a run is said to have started at."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


# ---- asking


def _ask_all(
    questions: QuestionSet,
    subject: Subject,
    folder: Path,
    config: dict[str, Any],
    plan: Plan,
    progress: Progress | None,
    stop: threading.Event | None,
) -> dict[str, list[Row]]:
    """case id → the raw rows of its turns; those of an earlier, interrupted run are not asked again."""
    done = _kept(folder)
    day = datetime.date.fromisoformat(config["settings"]["as_of"])
    missing = [case for case in questions.cases if case.id not in done]
    count = questions.turns - sum(len(case.turns) for case in missing)
    if progress:
        progress(count, questions.turns)
    if not missing:
        return done
    with (folder / PARTIAL).open("a", encoding="utf-8") as file:
        for case, rows in _answers(missing, subject, day, plan, int(config["machine"]["jobs"])):
            done[case.id] = rows
            file.write(json.dumps({"id": case.id, "rows": rows}, ensure_ascii=False) + "\n")
            file.flush()
            count += len(rows)
            if progress:
                progress(count, questions.turns)
            if stop and stop.is_set():
                raise StoppedError("评测已停止，已完成的题都保留", "stopped; what was answered is kept")
    return done


def _kept(folder: Path) -> dict[str, list[Row]]:
    """What an earlier run answered: from its results, or line by line as far as it got."""
    kept: dict[str, list[Row]] = {}
    if (folder / RESULTS).is_file():
        for row in read_results(folder):
            kept.setdefault(row["id"], []).append({name: row[name] for name in ("answer", "hits", "seconds", "error")})
        return kept
    partial = folder / PARTIAL
    if not partial.is_file():
        return kept
    whole = 0
    with partial.open("rb") as file:
        for line in file:
            try:
                entry = json.loads(line)
            except ValueError:
                break  # the line that was being written when the run was cut off
            whole += len(line)
            kept[entry["id"]] = entry["rows"]
    if whole < partial.stat().st_size:
        with partial.open("r+b") as file:
            file.truncate(whole)
    return kept


def _answers(cases: Sequence[Case], subject: Subject, day: datetime.date, plan: Plan, jobs: int) -> Iterator[tuple[Case, list[Row]]]:
    if jobs <= 1 or plan.opener is None:
        for case in cases:
            yield case, ask_case(subject, case, day, plan.depth)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), _open_in_worker, (plan.opener,)) as pool:
        waiting = {pool.submit(_ask_in_worker, case, day, plan.depth): case for case in cases}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:
            for future in waiting:
                future.cancel()


_worker: list[Subject] = []


def _open_in_worker(opener: Callable[[], Subject]) -> None:
    _worker[:] = [opener()]


def _ask_in_worker(case: Case, day: datetime.date, depth: int) -> list[Row]:
    return ask_case(_worker[0], case, day, depth)


def ask_case(subject: Subject, case: Case, day: datetime.date, depth: int) -> list[Row]:
    """The raw rows of a conversation; whatever goes wrong with a question is its result."""
    rows = []
    for n, turn in enumerate(case.turns):
        answer, hits, error = None, [], None
        began = time.perf_counter()
        try:
            answer = subject.ask(turn.question, [t.question for t in case.turns[:n]], as_of=turn.as_of or day).to_dict()
        except Exception as problem:  # a question that fails is a finding, not the end of the run
            error = f"{type(problem).__name__}: {problem}"
        seconds = time.perf_counter() - began
        try:
            found = subject.search((answer or {}).get("standalone_question") or turn.question, depth)
            hits = [[h.quote.document.id, h.quote.part.id, h.quote.start, h.quote.end, round(h.score, 6)] for h in found]
        except Exception as problem:
            error = error or f"search: {type(problem).__name__}: {problem}"
        rows.append({"answer": answer, "hits": hits, "seconds": round(seconds, 6), "error": error})
    return rows


# ---- counting


def _finish(
    questions: QuestionSet,
    subject: Subject,
    folder: Path,
    config: dict[str, Any],
    located: dict[tuple[str, int], Located],
    answered: dict[str, list[Row]],
    language: str,
) -> dict[str, Any]:
    from assistant.evaluate.output import metrics_of, write_csv, write_trec
    from assistant.evaluate.report import report

    ranker = Ranker(subject.documents)
    rows = judged(questions, subject.documents, located, answered, ranker)
    _write(folder / RESULTS, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    metrics = metrics_of(rows, config)
    _write(folder / METRICS_FILE, _readable(metrics))
    write_csv(folder / "by_category.csv", metrics)
    write_trec(folder, rows, located, ranker)
    _write(folder / "report.html", report(metrics, rows, config, language))
    (folder / PARTIAL).unlink(missing_ok=True)
    return metrics


def judged(
    questions: QuestionSet,
    documents: Sequence[Document],
    located: Mapping[tuple[str, int], Located],
    answered: Mapping[str, list[Row]],
    ranker: Ranker,
) -> list[Row]:
    """The lines of results.jsonl, in the order of the set."""
    texts = {document.source: document.text for document in documents}
    asked = [(case, n, turn) for case in questions.cases for n, turn in enumerate(case.turns)]
    ranks = rank_figures([(located[case.id, n], [Hit(*hit) for hit in answered[case.id][n]["hits"]]) for case, n, _ in asked], ranker)
    rows = []
    for (case, n, turn), rank in zip(asked, ranks, strict=True):
        raw, places = answered[case.id][n], located[case.id, n]
        figures, right = judge(turn, places, raw["answer"], texts)
        figures |= {name: (value, 1.0) for name, value in rank.items()}
        quotes = raw["answer"]["quotes"] if raw["answer"] else []
        marks = {"met": [met(need, quotes) for need in places.needs], "evidence": [is_evidence(places, quote) for quote in quotes]}
        rows.append(_row(case, n, turn, places, texts) | raw | marks | {"figures": figures, "right": right})
    return rows


def _row(case: Case, n: int, turn: Turn, located: Located, texts: Mapping[str, str]) -> Row:
    def shown(need: Sequence[Any]) -> list[Row]:
        return [asdict(place) | {"text": texts[place.source][place.start : place.end][:600]} for place in need]

    return {
        "id": case.id,
        "turn": n,
        "question": turn.question,
        "earlier": [earlier.question for earlier in case.turns[:n]],
        "kind": turn.kind,
        "category": turn.category or _category(case, turn),
        "language": turn.language,
        "file": turn.file,
        "line": turn.line,
        "needs": [shown(need) for need in located.needs],
        "also": shown(located.also),
        "strings": list(turn.strings),
        "reference": turn.reference,
        "accepted": sorted(turn.accepted),
        "validity": sorted(turn.validity),
        "regions": sorted(located.regions) if located.regions is not None else None,
    }


def _category(case: Case, turn: Turn) -> str:
    """What a question without a category is filed under."""
    return "dialogue" if len(case.turns) > 1 else "validity" if turn.validity else turn.kind


def qid(row: Row) -> str:
    """The question's name in TREC files: no white space."""
    return percent(f"{row['id']}#{row['turn']}", safe="#()（）、._-:") if row["turn"] else percent(str(row["id"]), safe="()（）、._-:")


def read_json(file: Path) -> dict[str, Any]:
    """A JSON object of a run; InputError where it cannot be read."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"不是完整的评测结果：{file}：{error}", f"not a finished run: {file}: {error}") from None
    if not isinstance(content, dict):
        raise InputError(f"不是评测结果：{file}", f"not a run's file: {file}")
    return content


def read_results(folder: Path) -> list[Row]:
    """The lines of results.jsonl."""
    file = folder / RESULTS
    try:
        return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line.strip()]
    except (OSError, ValueError) as error:
        raise InputError(f"不是完整的评测结果：{file}：{error}", f"not a finished run: {file}: {error}") from None


def _readable(content: Any) -> str:
    """Indented JSON whose innermost objects keep to a line, so that a change of a figure is a change of its line."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return re.sub(r"\{[^{}\[\]]*\}", lambda found: " ".join(found[0].split()), text) + "\n"


def _write(file: Path, text: str) -> None:
    beside = file.with_name(file.name + ".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)
