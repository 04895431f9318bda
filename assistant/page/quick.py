"""Gradio's import in half the time: what it does there for editors, and what Python does for memory, a server can do without."""

from __future__ import annotations

import contextlib
import gc
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

STUBS = "gradio.component_meta", "create_or_modify_pyi"


@contextlib.contextmanager
def quickly() -> Iterator[None]:
    """Gradio's import inside is quicker, and Gradio calls nobody.

    Gradio writes an editor's stub file beside each of its components every time it is imported, which also needs a
    folder that can be written; and the garbage collector walks all that was loaded again and again while nothing of it is garbage.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read there, when it is imported
    finder, collects = _WithoutStubs(), gc.isenabled()
    sys.meta_path.insert(0, finder)
    gc.disable()
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        if collects:
            gc.enable()


class _WithoutStubs(importlib.abc.MetaPathFinder):
    """Finds the module that writes the stubs, and nothing else."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        if name != STUBS[0]:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec and spec.loader:
            spec.loader = _Silent(spec.loader)
        return spec


class _Silent(importlib.abc.Loader):
    """Loads the module as it is, with the function that writes the stubs doing nothing."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)  # type: ignore[no-any-return]

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        if hasattr(module, STUBS[1]):  # a later Gradio may have left it off
            setattr(module, STUBS[1], lambda *_: None)
