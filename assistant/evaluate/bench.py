"""Runs in the background, for the web page: started, watched, stopped, taken up again, listed, removed.

A run is a folder below ``home`` with the uploaded set in it; what is known of it is read from there, so that a page
that is loaded anew, or a server that was started anew, sees the same. One run is asked at a time.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
import re
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from assistant.evaluate.compare import as_html, compare, read_run
from assistant.evaluate.questions import read_set
from assistant.evaluate.report import report
from assistant.evaluate.run import METRICS_FILE, Plan, StoppedError, Subject, run_set
from index.records import InputError, TradeAssistantError

MAX_BYTES = 20_000_000
STATE = "state.json"
SUFFIXES = (".jsonl", ".json", ".csv", ".tsv", ".xlsx")
Status = Literal["running", "done", "failed", "stopped"]
log = logging.getLogger("assistant.evaluate")


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a run. ``message`` says what went wrong; ``figures`` are the chief ones of a finished run."""

    id: str
    name: str
    status: Status
    started: str
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    message: str = ""
    message_en: str = ""
    figures: dict[str, float] | None = None

    @property
    def left(self) -> float | None:
        """Seconds that it will still take, as far as can be told."""
        return self.seconds / self.done * (self.total - self.done) if self.done and self.status == "running" else None


class Bench:
    """The runs of one data folder, over one assistant."""

    def __init__(self, subject: Subject, home: Path, facts: Callable[[], Mapping[str, Any]] = dict) -> None:
        """``facts`` tells what the assistant is made of, see ``provenance.subject_facts``; asked when a run starts."""
        self._subject, self._home, self._facts = subject, home, facts
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._live: State | None = None

    def start(self, name: str, content: bytes, language: str = "zh") -> str:
        """Run the uploaded set; gives the run's id. Raises InputError for what is no set, or while another runs."""
        base = re.sub(r"[^\w.\-（）()\u4e00-\u9fff]", "_", name.replace("\\", "/").rsplit("/", 1)[-1])[-80:].lstrip(".") or "set.jsonl"
        if not base.lower().endswith(SUFFIXES):
            raise InputError(
                f"认不出题集格式（需 {' '.join(SUFFIXES)}）：{name}", f"unknown form of question set ({' '.join(SUFFIXES)} wanted): {name}"
            )
        if not content or len(content) > MAX_BYTES:
            raise InputError(
                f"文件是空的或太大（最多 {MAX_BYTES // 1_000_000} MB）",
                f"the file is empty or too large (at most {MAX_BYTES // 1_000_000} MB)",
            )
        identity = datetime.datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        with self._lock:
            self._must_be_free()
            try:
                (self._home / identity / "set").mkdir(parents=True)
                (self._home / identity / "set" / base).write_bytes(content)
            except OSError as error:
                raise InputError(f"无法写入：{self._home}：{error.strerror}", f"cannot write: {self._home}: {error.strerror}") from None
            self._begin(State(identity, base, "running", datetime.datetime.now().isoformat(timespec="seconds")), language)
        return identity

    def resume(self, identity: str, language: str = "zh") -> None:
        """Take up a run that was stopped or cut off."""
        state = self.state(identity)
        if state.status == "done":
            return
        with self._lock:
            self._must_be_free()
            self._begin(State(identity, state.name, "running", state.started), language)

    def stop(self) -> None:
        """Ask the run in progress to stop; what is answered is kept."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the run in progress."""
        if self._thread:
            self._thread.join(seconds)

    def running(self) -> State | None:
        """The run in progress here."""
        return self._live

    def states(self) -> list[State]:
        """All runs, newest first."""
        folders = sorted((f for f in self._home.glob("*-*") if (f / STATE).is_file()), reverse=True) if self._home.is_dir() else []
        return [self.state(folder.name) for folder in folders]

    def state(self, identity: str) -> State:
        """What is known of a run. One that says it is running while nobody runs it was cut off."""
        live = self._live
        if live and live.id == identity:
            return live
        folder = self._folder(identity)
        try:
            state = State(**json.loads((folder / STATE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            raise InputError(f"没有这次评测：{identity}", f"no such run: {identity}") from None
        if state.status == "running" and not self._is_held(folder):
            return replace(state, status="stopped")
        return state

    def report(self, identity: str, language: str = "zh") -> str:
        """The report of a finished run, drawn in the reader's language whatever it was run in."""
        folder = self._folder(identity)
        if not (folder / METRICS_FILE).is_file():
            raise InputError(f"这次评测没有报告：{identity}", f"this run has no report: {identity}")
        run = read_run(folder)
        return report(run.metrics, run.rows or (), run.config, language)

    def comparison(self, before: str, after: str, language: str = "zh") -> str:
        """The page that holds two runs against each other."""
        found = compare(read_run(self._folder(before)), read_run(self._folder(after)))
        names = [f"{state.name} ({state.started.replace('T', ' ')})" for state in (self.state(before), self.state(after))]
        return as_html(replace(found, before=names[0], after=names[1]), language)

    def remove(self, identity: str) -> None:
        """Delete a run that is not in progress."""
        if self._live and self._live.id == identity:
            raise InputError("正在运行，请先停止", "it is running, stop it first")
        shutil.rmtree(self._folder(identity), ignore_errors=True)

    # ---- the thread

    def _must_be_free(self) -> None:
        if self._live:
            raise InputError("已有一个评测在运行，请等它结束或先停止", "another evaluation is running")

    def _begin(self, state: State, language: str) -> None:
        self._stop.clear()
        self._live = state
        self._save(state)
        self._thread = threading.Thread(target=self._work, args=(state, language), name=f"evaluate-{state.id}", daemon=True)
        self._thread.start()

    def _work(self, state: State, language: str) -> None:
        folder, began, last = self._folder(state.id), time.monotonic(), 0.0
        fields = asdict(state)

        def progress(done: int, total: int) -> None:
            nonlocal last
            fields.update(done=done, total=total, seconds=round(time.monotonic() - began, 1))
            self._live = State(**fields)
            if time.monotonic() - last > 1:
                last = time.monotonic()
                self._save(self._live)

        try:
            questions = read_set(folder / "set" / state.name)
            metrics = run_set(questions, self._subject, folder, Plan(language=language, facts=self._facts()), progress, self._stop)
            fields.update(status="done", figures={name: value["value"] for name, value in metrics["metrics"].items()})
        except StoppedError as stopped:
            fields.update(status="stopped", message=stopped.zh, message_en=stopped.en)
        except TradeAssistantError as error:
            fields.update(status="failed", message=error.zh, message_en=error.en)
        except Exception as error:
            log.exception("an evaluation failed")
            fields.update(status="failed", message=f"{type(error).__name__}: {error}")
        self._save(State(**fields))
        self._live = None

    def _folder(self, identity: str) -> Path:
        if not re.fullmatch(r"[0-9-]{1,40}", identity):
            raise InputError(f"没有这次评测：{identity}", f"no such run: {identity}")
        return self._home / identity

    def _save(self, state: State) -> None:
        folder = self._folder(state.id)
        with contextlib.suppress(OSError):
            (folder / "state.new").write_text(json.dumps(asdict(state), ensure_ascii=False), encoding="utf-8")
            (folder / "state.new").replace(folder / STATE)

    @staticmethod
    def _is_held(folder: Path) -> bool:
        """True while a run, of this or another process, writes to the folder."""
        if (folder / METRICS_FILE).is_file() or not (folder / ".lock").is_file():
            return False
        try:
            with FileLock(folder / ".lock", timeout=0):
                return False
        except Timeout:
            return True
