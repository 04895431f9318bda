"""Bytes → text: encodings, and files that cannot be read as documents."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from index.read import parse, read_documents
from index.readers.file import MAX_BYTES, read_file
from index.records import DocumentError, InputError

TEXT = "关于外贸的通知\r\n一、支持参展。\r\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8"),
        codecs.BOM_UTF8 + TEXT.encode("utf-8"),
        TEXT.encode("gb18030"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "gb18030", "utf-16 le", "utf-16 be"],
)
def test_decodes_and_keeps_line_ends(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "notice.txt"
    file.write_bytes(data)
    assert read_file(file).text == TEXT


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (" \n\u3000".encode(), "empty"),
        (codecs.BOM_UTF8, "empty"),
        (b"%PDF-1.7\x00\x01\x02", "PDF is broken"),
        (b"\x7fELF\x02\x01\x00\x00\x00", "not a text file"),
        (b"\xff\xff\xff\xff", "unknown encoding"),
        (codecs.BOM_UTF16_LE + b"\x00", "broken utf-16"),
    ],
)
def test_says_why_a_file_is_no_document(tmp_path: Path, data: bytes, says: str) -> None:
    file = tmp_path / "notice.txt"
    file.write_bytes(data)
    with pytest.raises(DocumentError, match=says):
        read_file(file)


def test_too_large_file(tmp_path: Path) -> None:
    file = tmp_path / "notice.txt"
    with file.open("wb") as out:
        out.truncate(MAX_BYTES + 1)
    with pytest.raises(DocumentError, match="too large"):
        read_file(file)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot read"):
        read_file(tmp_path / "none.txt")
    with pytest.raises(InputError, match="no such file"):
        read_documents([tmp_path / "none.txt"])


def test_folder_is_read_in_order_and_shown_from_its_root(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("第二份通知\n", "utf-8")
    (tmp_path / "a.txt").write_text("第一份通知\n", "utf-8")
    (tmp_path / "c.doc").write_text("不读\n", "utf-8")
    assert [d.source for d in read_documents([tmp_path], root=tmp_path)] == ["a.txt", "b.txt"]


def test_two_files_of_one_name(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "notice.txt").write_text("通知\n", "utf-8")
    with pytest.raises(InputError, match="share the name"):
        read_documents([tmp_path / "a", tmp_path / "b"])


@pytest.mark.parametrize("text", ["", " ", "\n", "**", "（"])
def test_parse_takes_any_text(text: str) -> None:
    document = parse(text, "x.txt", "x")
    assert (document.parts[0].start, document.parts[-1].end) == (0, len(text))
