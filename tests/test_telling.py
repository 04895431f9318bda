"""Errors in the reader's language: in the terminal, and of pydantic's findings."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from assistant.telling import findings, terminal_language, told
from index.records import IndexStale, InputError

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")


@pytest.mark.parametrize(
    ("names", "language"),
    [
        ({}, ""),
        ({"LANG": "C.UTF-8"}, ""),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
    ],
)
def test_the_locale_chooses(monkeypatch: pytest.MonkeyPatch, names: dict[str, str], language: str) -> None:
    for name in LOCALES:
        monkeypatch.delenv(name, raising=False)
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    assert terminal_language() == language
    said = {"zh": "请改名", "en": "rename it", "": "请改名\nrename it"}[language]
    assert told(InputError("请改名", "rename it")) == said


def test_an_error_has_two_texts_and_one_string() -> None:
    error = InputError("请改名", "rename it")
    assert (error.said("zh"), error.said("en"), str(error)) == ("请改名", "rename it", "请改名 / rename it")
    assert (str(InputError("x")), InputError("x").said("en")) == ("x", "x")


@pytest.mark.parametrize("again", [copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
def test_an_error_can_be_copied_and_sent(again: Any) -> None:
    other = again(IndexStale("旧", "stale"))
    assert (type(other), other.zh, other.en) == (IndexStale, "旧", "stale")


class Wanted(BaseModel):
    name: str = Field(min_length=1, max_length=3)
    count: int = Field(1, ge=1, le=9)


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        ({}, "name：缺少", "name is missing"),
        ({"name": ""}, "name：不能为空", "name must not be empty"),
        ({"name": "abcd"}, "name：太长，至多 3 字", "name is too long, at most 3 characters"),
        ({"name": "a", "count": 0}, "count：不能小于 1", "count must be at least 1"),
        ({"name": 1, "count": "x"}, "name：应是文字；count：应是整数", "name must be a text; count must be a whole number"),
    ],
)
def test_findings_are_told_in_both_languages(given: dict[str, Any], zh: str, en: str) -> None:
    with pytest.raises(ValidationError) as problem:
        Wanted(**given)
    assert findings(problem.value.errors()) == (zh, en)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("zh_CN.UTF-8", "没有这个文件或文件夹：nowhere\n"),
        ("en_US.UTF-8", "no such file or folder: nowhere\n"),
        ("C", "没有这个文件或文件夹：nowhere\nno such file or folder: nowhere\n"),
    ],
)
def test_the_command_line_speaks_the_locale(locale: str, said: str) -> None:
    command = [sys.executable, "-m", "assistant", "documents", "--documents", "nowhere"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", env={"LC_ALL": locale, "PYTHONUTF8": "1"})
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
