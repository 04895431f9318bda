"""An assistant that follows its library: it answers from the old index until the new one is ready, then from that."""

from __future__ import annotations

import datetime
import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from assistant.answer import Answer
from assistant.chat import Assistant
from assistant.collection import Library
from assistant.settings import Settings
from index.build import Progress
from index.records import Document, Hit, TradeAssistantError

log = logging.getLogger("assistant.live")
EVERY = 1.0  # seconds between two looks at the head of the library's file
CHANGES = slice(24, 28)  # of an SQLite file: the count of its changes
UNFORESEEN = TradeAssistantError(
    "资料库的新内容没能建立索引，回答暂用原来的内容",
    "what is new in the library could not be indexed; answers still come from what was there",
)
Mark = tuple[int, bytes] | None


class LiveAssistant:
    """``Assistant`` for a process that stays up. Each call is answered from one state of the library as a whole."""

    def __init__(self, settings: Settings, progress: Progress | None = None) -> None:
        """Opens the library; builds its index where there is none that fits. Raises what ``Assistant.open`` raises."""
        self.collection = Library(settings.data)
        self._settings = settings
        self._seen = self._mark()
        self._serving = Assistant.open(settings, progress=progress)
        self._wake, self._stopped = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._one_at_a_time = threading.Lock()
        self.problem: TradeAssistantError | None = None
        """Why the newest state of the library cannot be answered from; None while all is well."""

    # ---- what an assistant does

    @property
    def documents(self) -> Sequence[Document]:
        return self._serving.documents

    @property
    def regions(self) -> tuple[str, ...]:
        return self._serving.regions

    def ask(
        self,
        question: str,
        earlier: Sequence[str] = (),
        *,
        region: str | None = None,
        as_of: datetime.date | None = None,
        top_k: int | None = None,
    ) -> Answer:
        """``Assistant.ask`` of the state that is served now."""
        return self._serving.ask(question, earlier, region=region, as_of=as_of, top_k=top_k)

    def search(self, query: str, k: int = 10, *, region: str | None = None) -> list[Hit]:
        """``Assistant.search`` of the state that is served now."""
        return self._serving.search(query, k, region=region)

    # ---- following

    @property
    def current(self) -> bool:
        """Whether the library is as it is answered from; False while a new index is being made."""
        return self._seen == self._mark()

    def follow(self) -> bool:
        """Answer from the library as it is now, if it has changed; gives whether it had. Raises what ``Assistant.open`` raises."""
        with self._one_at_a_time:
            mark = self._mark()
            if mark == self._seen:
                return False
            self._serving = self._serving.reopened(self._settings)
            self._seen = mark
            return True

    def start(self) -> None:
        """Follow in the background from now on, whichever process changes the library."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="library", daemon=True)
            self._thread.start()

    def changed(self) -> None:
        """The library was changed in this process: follow at once."""
        self._wake.set()

    def stop(self) -> None:
        """No longer follow."""
        self._stopped.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self) -> None:
        failed: Mark = (0, b"")
        while not self._stopped.is_set():
            self._wake.wait(EVERY)
            self._wake.clear()
            mark = self._mark()
            if mark in (self._seen, failed) or self._stopped.is_set():
                continue
            try:
                self.follow()
                self.problem = None
            except TradeAssistantError as error:  # the old state goes on serving; told once, tried again at the next change
                failed, self.problem = mark, error
                log.warning("the library cannot be followed: %s", error.en)
            except Exception:
                failed, self.problem = mark, UNFORESEEN
                log.exception("the library cannot be followed")

    def _mark(self) -> Mark:
        """Changes with every change of the library: SQLite's own count of them, and which file it is."""
        try:
            with self.collection.file.open("rb") as file:
                return os.fstat(file.fileno()).st_ino, file.read(CHANGES.stop)[CHANGES]
        except OSError:
            return None


def opened(settings: Settings, paths: Sequence[Path] = (), progress: Progress | None = None) -> Assistant | LiveAssistant:
    """An assistant for a process that stays up: over ``paths`` alone, or over the library, followed in the background."""
    if paths:
        return Assistant.open(settings, paths, progress)
    live = LiveAssistant(settings, progress)
    live.start()
    return live
