"""Gradio's import without what a server has no use for."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import sys

import pytest

from assistant.page.quick import STUBS, quickly


def test_nothing_is_left_changed_after_the_import_or_after_a_failed_one() -> None:
    finders = list(sys.meta_path)
    with quickly():
        assert not gc.isenabled()
        assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
        assert sys.meta_path[1:] == finders
    with pytest.raises(ImportError), quickly():
        importlib.import_module("no_such_module_here")
    assert gc.isenabled()
    assert sys.meta_path == finders


def test_no_stub_is_written_and_the_rest_of_the_module_is_as_it_was() -> None:
    import gradio.component_meta as real

    with quickly():
        spec = importlib.util.find_spec(STUBS[0])  # already loaded: its own
        finder = sys.meta_path[0]
        found = finder.find_spec(STUBS[0], gradio_path())
    assert spec is real.__spec__
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    assert module.create_or_modify_pyi(object, "Nothing", []) is None  # Gradio's own reads the class's file
    assert set(vars(real)) <= set(vars(module))
    assert finder.find_spec("json", None) is None


def gradio_path() -> list[str]:
    import gradio

    return list(gradio.__path__)
