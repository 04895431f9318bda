"""The index that follows the library."""

from __future__ import annotations

import contextlib
from pathlib import Path

from filelock import FileLock

from assistant.collection.store import Library
from index.build import Progress
from index.embed import Encoder
from index.records import IndexProblem, InputError
from index.store import ClauseIndex


def index_folder(data: Path) -> Path:
    """Where the index of the library is kept in the data folder."""
    return data / "index"


def followed(library: Library, encoder: Encoder, folder: Path, progress: Progress | None = None, *, anew: bool = False) -> ClauseIndex:
    """The index of what the library answers from now: the saved one where it fits, else one made of it.

    Of a saved index what has not changed is taken over; ``anew`` takes nothing over. One process builds at a time, the
    others take what it made. Raises InputError where the folder cannot be written.
    """
    if not anew:
        with contextlib.suppress(IndexProblem, OSError):  # another process may put its own in the place meanwhile
            return ClauseIndex.load(folder, encoder, library.states())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".following"):
            previous = None
            if not anew:
                with contextlib.suppress(IndexProblem):
                    return ClauseIndex.load(folder, encoder, library.states())
                with contextlib.suppress(IndexProblem):
                    previous = ClauseIndex.load(folder, encoder)
            documents = library.documents(previous.document_in) if previous else library.documents()
            return ClauseIndex.build(documents, encoder, progress, previous=previous, folder=folder)
    except OSError as error:
        raise InputError(f"无法写入索引：{folder}：{error.strerror}", f"cannot write the index: {folder}: {error.strerror}") from error
