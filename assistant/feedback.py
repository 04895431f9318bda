"""What users say of answers: thumbs and notes, kept on this machine in one SQLite file, made into a question set.

Kept is what was typed and what was answered: question, the questions before it, the verdict, the note, and the answer
with the versions it came from. No name, address, session or browser is stored. ``ASSISTANT_FEEDBACK=off`` keeps nothing.

The page draws it under each answer (``page/feedback_bar.py``) and lists it in the tab of evaluations; the command line has
``feedback list``, ``feedback export -o questions.jsonl`` and ``feedback clear``.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from assistant.settings import Settings
from assistant.telling import in_terminal
from index.records import InputError

Verdict = Literal["up", "down"]
Reason = Literal["wrong", "missing", "other"]
REASONS: dict[Reason, tuple[str, str]] = {
    "wrong": ("这条不对", "this one is wrong"),
    "missing": ("缺了什么", "something is missing"),
    "other": ("其他", "other"),
}
VERDICTS: dict[Verdict, tuple[str, str]] = {"up": ("有用", "helpful"), "down": ("没用", "not helpful")}
MAX_NOTE = 2000
FILE = "feedback.sqlite3"
_COLUMNS = "id, at, verdict, reason, quote, note, question, earlier, answer, versions"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('up', 'down')),
    reason TEXT CHECK (reason IN ('wrong', 'missing', 'other')),
    quote INTEGER,
    note TEXT NOT NULL,
    question TEXT NOT NULL,
    earlier TEXT NOT NULL,
    answer TEXT NOT NULL,
    versions TEXT NOT NULL
) STRICT
"""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One verdict on an answer. ``quote`` is the place (from 0) of the quote that the note is about, None for the whole."""

    id: int
    at: str
    verdict: Verdict
    question: str
    answer: dict[str, Any] = field(repr=False)
    earlier: tuple[str, ...] = ()
    reason: Reason | None = None
    quote: int | None = None
    note: str = ""
    versions: dict[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, str]:
        """What was said, in Chinese and English."""
        return REASONS[self.reason] if self.reason else VERDICTS[self.verdict]


class FeedbackStore:
    """The SQLite file; each call opens it for itself, so threads and processes may share it."""

    def __init__(self, file: Path) -> None:
        """Raises InputError where the file cannot be made or is no feedback file."""
        self.file = file
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as connection:
                connection.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise InputError(f"无法打开反馈文件：{file}：{error}", f"cannot open the feedback file: {file}: {error}") from None

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.file, timeout=10)
        try:
            connection.execute("PRAGMA secure_delete = ON")
            with connection:
                yield connection
        finally:
            connection.close()

    def add(
        self,
        answer: Mapping[str, Any],
        verdict: Verdict,
        *,
        reason: Reason | None = None,
        quote: int | None = None,
        note: str = "",
        earlier: Sequence[str] = (),
        versions: Mapping[str, Any] | None = None,
    ) -> int:
        """Keep a verdict on ``answer`` (its public form); gives its id. Raises InputError for what does not fit."""
        if verdict not in get_args(Verdict) or (reason is not None and reason not in get_args(Reason)):
            raise InputError(f"不认识的反馈：{verdict}、{reason}", f"unknown verdict or reason: {verdict}, {reason}")
        if quote is not None and not 0 <= quote < len(answer["quotes"]):
            raise InputError(f"没有这条引文：{quote}", f"no such quote: {quote}")
        if len(note) > MAX_NOTE:
            raise InputError(f"说明太长（最多 {MAX_NOTE} 字）", f"the note is too long (at most {MAX_NOTE} characters)")
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        kept = {key: value for key, value in answer.items() if key != "timings_ms"}
        texts = [json.dumps(value, ensure_ascii=False) for value in (list(earlier), kept, dict(versions or {}))]
        with self._open() as connection:
            added = connection.execute(
                f"INSERT INTO feedback ({_COLUMNS}) VALUES (NULL{', ?' * 9})",
                (now, verdict, reason, quote, note.strip(), answer["question"], *texts),
            )
            return int(added.lastrowid or 0)

    def all(self) -> list[Feedback]:
        """Everything that was said, oldest first."""
        with self._open() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM feedback ORDER BY id").fetchall()
        return [_feedback(*row) for row in rows]

    def remove(self, identity: int) -> bool:
        """Delete one; False where there is none of this id."""
        with self._open() as connection:
            return connection.execute("DELETE FROM feedback WHERE id = ?", (identity,)).rowcount > 0

    def clear(self) -> int:
        """Delete all; gives how many."""
        with self._open() as connection:
            return connection.execute("DELETE FROM feedback").rowcount


def _feedback(
    id: int,
    at: str,
    verdict: Verdict,
    reason: Reason | None,
    quote: int | None,
    note: str,
    question: str,
    earlier: str,
    answer: str,
    versions: str,
) -> Feedback:
    return Feedback(id, at, verdict, question, json.loads(answer), tuple(json.loads(earlier)), reason, quote, note, json.loads(versions))


def open_feedback(settings: Settings) -> FeedbackStore | None:
    """The store in the data folder, None where ASSISTANT_FEEDBACK switches it off."""
    return FeedbackStore(settings.data / FILE) if settings.feedback else None


def question_set(entries: Sequence[Feedback]) -> list[dict[str, Any]]:
    """Lines of a question set to be completed by hand.

    A thumb up makes a finished line: what was quoted is the expected evidence, a refusal is the expected refusal. A thumb down
    makes a line without expectation, which ``evaluate --check`` lists until evidence or ``"answerable": false`` is
    filled in; what was shown and said stands beside it under ``shown`` and ``note``.
    """
    return [_line(entry) for entry in entries]


def export(entries: Sequence[Feedback]) -> str:
    """The question set as JSONL."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in question_set(entries))


def _line(entry: Feedback) -> dict[str, Any]:
    answer = entry.answer
    quotes = [{"doc": q["source"], "quote": q["text"]} for q in answer["quotes"]]
    expected: dict[str, Any] = {}
    if entry.verdict == "up":
        expected = {"gold": quotes} if quotes else {"acceptable": "clarify" if answer["status"] == "clarify" else "refuse"}
    elif entry.quote is not None:
        expected = {"wrong_quote": quotes[entry.quote]["quote"]}
    turn = {"question": entry.question, "lang": answer["language"], "category": f"feedback-{entry.reason or entry.verdict}", **expected}
    identity = {"id": f"feedback-{entry.id}"}
    beside = {"note": entry.note, "shown": quotes, "status": answer["status"], "at": entry.at, "versions": entry.versions}
    if entry.earlier:
        return identity | {"turns": [*({"question": text, "gold": [], "todo": "依据 / evidence"} for text in entry.earlier), turn]} | beside
    return identity | turn | beside


def feedback_command(what: str, settings: Settings, output: Path | None = None, as_json: bool = False) -> int:
    """``feedback list | export -o FILE | clear``."""
    store = open_feedback(settings)
    if store is None:
        raise InputError("反馈已关闭（ASSISTANT_FEEDBACK=off）", "feedback is switched off (ASSISTANT_FEEDBACK=off)")
    if what == "clear":
        count = store.clear()
        print(in_terminal(f"已删除 {count} 条", f"{count} deleted"))
        return 0
    entries = store.all()
    if what == "export":
        if output is None:
            raise InputError("请用 -o 指定文件", "give the file with -o")
        try:
            output.write_text(export(entries), encoding="utf-8")
        except OSError as error:
            raise InputError(f"无法写入 {output}：{error.strerror}", f"cannot write {output}: {error.strerror}") from None
        zh, en = "补上依据后用 evaluate 评测", "complete the evidence, then evaluate it"
        print(in_terminal(f"{len(entries)} 题 → {output}；{zh}", f"{len(entries)} questions → {output}; {en}"))
        return 0
    for entry in entries:
        if as_json:
            print(json.dumps(asdict(entry), ensure_ascii=False))
        else:
            print(
                f"{entry.id}\t{entry.at}\t{entry.verdict}\t{in_terminal(*entry.words).replace(chr(10), ' / ')}\t{entry.question}\t{entry.note}"
            )
    if not entries:
        print(in_terminal("还没有反馈", "no feedback yet"), file=sys.stderr)
    return 0
