"""What a reader gives, and what it says where it cannot."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_right
from dataclasses import dataclass, field

from index.records import DocumentError

INSTALL = "pip install 'trade-policy-assistant[formats]'"


@dataclass(frozen=True, slots=True)
class Stated:
    """What a file states of its text beside it (tags of a page, front matter); None where it states nothing.

    ``issued`` is an ISO date.
    """

    title: str | None = None
    number: str | None = None
    issuer: str | None = None
    issued: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """The text of a file: what is stored, what offsets refer to and what is quoted.

    ``pages`` are the offsets at which the pages of the file begin, rising from 0 (empty where the format
    has none). ``blank_pages`` are the numbers, from 1, of pages that show a picture and hold no text.
    """

    text: str = field(repr=False)
    media_type: str
    pages: tuple[int, ...] = ()
    blank_pages: tuple[int, ...] = ()
    stated: Stated = Stated()

    def page_at(self, offset: int) -> int | None:
        """The number, from 1, of the page on which ``text[offset]`` stands; None where there are no pages."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None


def missing(library: str, kind: str) -> DocumentError:
    """The error where the library that reads a format is not installed."""
    return DocumentError(f"读取 {kind} 需要先安装（缺 {library}）：{INSTALL}", f"reading {kind} needs {library}: {INSTALL}")


def iso_day(text: str) -> str | None:
    """The first day that ``text`` names in digits (2024-05-06, 2024年5月6日, 2024/5/6) as an ISO date."""
    found = re.search(r"(?<!\d)((?:19|20)\d{2})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})(?!\d)", text)
    try:
        return datetime.date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None
