"""What a run was made with, so that it can be repeated and a difference explained."""

from __future__ import annotations

import functools
import hashlib
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from assistant.evaluate.records import QuestionSet, Told
from index.embed import Encoder, load_encoder
from index.manifest import digests, parser_fingerprint
from index.records import Document

FORMAT = 1
LIBRARIES = ("trade-policy-assistant", "numpy", "faiss-cpu", "jieba", "ir_measures", "pytrec-eval-terrier")
ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
COUNTING = ("definitions", "fields", "files", "judge", "metrics", "places", "questions", "rank", "ranked", "reading", "records", "tables")
"""The modules of this package that decide what a figure is."""
ASPECTS: dict[str, Told] = {
    "format": ("结果格式", "form of the run"),
    "set": ("题集", "question set"),
    "settings": ("设置", "settings"),
    "documents": ("文件", "documents"),
    "subject": ("编码模型与程序", "encoder and program"),
    "counting": ("统计方法", "way of counting"),
    "versions": ("软件版本", "versions"),
}


def provenance(
    questions: QuestionSet, documents: Sequence[Document], settings: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Digests and versions of everything that an answer depends on. ``facts``: see ``subject_facts``."""
    return {
        "format": FORMAT,
        "set": {
            "name": questions.name,
            "form": questions.form,
            "conversations": len(questions.cases),
            "questions": questions.turns,
            "digests": questions.digests,
        },
        "settings": dict(settings),
        "documents": digests(documents),
        "subject": dict(facts),
        "counting": counting_fingerprint(),
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in LIBRARIES},
    }


@functools.cache
def facts_of(model: str | None) -> dict[str, Any]:
    """``subject_facts`` of the encoder that the setting ``model`` names; read once."""
    return subject_facts(load_encoder(model))


def subject_facts(encoder: Encoder) -> dict[str, Any]:
    """What the assistant is made of: its encoder, the parser that cuts documents, and the program."""
    return {
        "encoder": {"name": Path(encoder.name).name, "fingerprint": encoder.fingerprint, "dimension": encoder.dimension},
        "parser": parser_fingerprint(),
        "program": program_fingerprint(),
    }


def program_fingerprint() -> str:
    """Changes with the code and data that search and answer."""
    digest = hashlib.sha256()
    for folder in ("assistant", "index"):
        for file in sorted((ROOT / folder).iterdir()):
            if file.is_file() and file.name not in ("cli.py", "feedback.py"):
                digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def counting_fingerprint() -> str:
    """Changes with the code that reads sets and counts: figures counted otherwise are other figures."""
    digest = hashlib.sha256()
    for name in COUNTING:
        digest.update(name.encode() + b"\0" + (HERE / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


def differences(before: Mapping[str, Any], now: Mapping[str, Any], aspects: Iterable[str] = ASPECTS) -> list[Told]:
    """What differs between two configurations, a line each; the name of the set's folder does not matter."""
    found = []
    for aspect in aspects:
        zh, en = ASPECTS[aspect]
        old, new = before.get(aspect), now.get(aspect)
        if aspect == "set" and isinstance(old, dict) and isinstance(new, dict):
            old, new = old.get("digests"), new.get("digests")
        if old != new:
            found.append((f"{zh}：{_detail(old, new, '无')}", f"{en}: {_detail(old, new, 'none')}"))
    return found


def _detail(old: Any, new: Any, none: str) -> str:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return f"{_short(old, none)} → {_short(new, none)}"
    keys = [key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)]
    return "; ".join(f"{key}: {_short(old.get(key), none)} → {_short(new.get(key), none)}" for key in keys[:6]) + (
        " …" if len(keys) > 6 else ""
    )


def _short(value: Any, none: str) -> str:
    text = none if value is None else str(value)
    return text[:12] if len(text) == 64 else text


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
