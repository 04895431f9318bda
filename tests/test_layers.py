"""Imports run one way: index knows nothing of assistant, assistant nothing of the page's app."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from conftest import ROOT

FORBIDDEN = {"index": {"assistant", "app", "gradio", "fastapi"}, "assistant": {"app"}}
ALONE = {"faiss": "index/dense.py", "sentence_transformers": "index/embed.py", "jieba": "index/lexical.py", "pymilvus": "index/milvus.py"}


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_imports_run_one_way(folder: str) -> None:
    for file in modules(folder):
        assert not imported(file) & FORBIDDEN[folder], file


@pytest.mark.parametrize("library", ALONE)
def test_an_engine_is_imported_in_one_file(library: str) -> None:
    users = [f.relative_to(ROOT).as_posix() for f in modules("index") + modules("assistant") if library in imported(f)]
    assert [u for u in users if not u.startswith("index/training/")] == [ALONE[library]]
