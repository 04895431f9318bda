"""Settings: the command line before the environment, the environment before the file, the file before the default."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.settings import Settings, listed


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in [name for name in os.environ if name.startswith("ASSISTANT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def origin(settings: Settings, name: str) -> tuple[str | None, str | None]:
    (row,) = [row for row in listed(settings) if row["name"] == name]
    return row["value"], row["from"]


def test_each_place_goes_before_the_next(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert origin(Settings(), "ASSISTANT_PORT") == ("7860", "default")
    (tmp_path / "assistant.env").write_text("ASSISTANT_PORT=7001\nASSISTANT_API_KEY=geheim\n")
    assert origin(Settings(), "ASSISTANT_PORT") == ("7001", "assistant.env")
    clean.setenv("ASSISTANT_PORT", "7002")
    assert origin(Settings(), "ASSISTANT_PORT") == ("7002", "environment")
    assert origin(Settings(port=7003), "ASSISTANT_PORT") == ("7003", "command line")


def test_a_key_is_not_shown(clean: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    clean.setenv("ASSISTANT_API_KEY", "geheim")
    assert main(["settings", "--json"]) == 0
    out = capsys.readouterr().out
    assert "geheim" not in out
    rows = {row["name"]: row for row in json.loads(out)}
    assert rows["ASSISTANT_API_KEY"]["from"] == "environment"
    assert set(rows) == {f"ASSISTANT_{name.upper()}" for name in Settings.model_fields}


def test_every_setting_says_what_it_is_for_in_both_languages() -> None:
    for row in listed(Settings()):
        zh, _, en = (row["description"] or "").partition(" / ")
        assert zh and en, row["name"]
