"""Bytes → text: which encoding a file is in.

In this order: byte order mark; UTF-8 that no other encoding gives by chance; the charset that the file
declares; strict UTF-8; UTF-16 without a mark; GB18030; the detector. Line ends stay as they are.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from index.readers.reading import missing
from index.records import DocumentError

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What pages call GB2312 holds characters beyond it; Big5 pages those of Hong Kong.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "x-gbk": "gb18030", "iso-8859-1": "cp1252", "ascii": "utf-8"}
_GUESSES = ["gb18030", "big5", "big5hkscs", "utf_16_le", "utf_16_be", "shift_jis", "euc_jp", "euc_kr", "cp1252"]
_COMMON = 0.6  # share of the Chinese characters that GB2312 holds: real simplified text has nearly all, Traditional two thirds
_SAMPLE = 20_000  # code points that a guess is judged by


def decoded(data: bytes, name: str, declared: str | None = None) -> str:
    """The text of ``data``; ``name`` is the file that errors speak of, ``declared`` the charset that it names.

    Raises DocumentError for empty, binary or unknown bytes.
    """
    text = _decoded(data, name, declared)
    if not text.strip():
        raise DocumentError(f"文件是空的：{name}", f"the file is empty: {name}")
    return text


def _decoded(data: bytes, name: str, declared: str | None) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = _strict(data, encoding)
            if text is None:
                raise DocumentError(f"文件编码有误：{name}", f"broken {encoding} text: {name}")
            return text
    if b"\x00" in data[:4096]:
        text = _utf_16(data)
        if text is None:
            raise DocumentError(f"不是文本文件，请另存为 UTF-8 文本：{name}", f"not a text file, save it as UTF-8 text: {name}")
        return text
    utf_8 = _strict(data, "utf-8")
    if utf_8 is not None and (declared is None or any(ord(c) >= 0x800 for c in utf_8)):
        return utf_8
    for encoding in filter(None, (declared and _known(declared), "utf-8")):
        text = _strict(data, encoding)
        if text is not None:
            return text
    gb18030 = _strict(data, "gb18030")
    if gb18030 is not None and _plausible(gb18030):
        return gb18030
    text = _utf_16(data) or _detected(data) or gb18030
    if text is None:
        raise DocumentError(f"认不出文件编码，请另存为 UTF-8：{name}", f"unknown encoding, save the file as UTF-8: {name}")
    return text


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _known(declared: str) -> str | None:
    name = declared.strip().strip("\"'").lower()
    try:
        codecs.lookup(name)
    except LookupError:
        return None
    return _WIDER.get(name, name)


def _plausible(text: str) -> bool:
    """Chinese that is written, not bytes of another encoding: common characters and none without a meaning."""
    wide = [c for c in text[:_SAMPLE] if ord(c) >= 0x80]
    if not wide:
        return True
    common = sum(_strict_char(c) for c in wide)
    return common >= _COMMON * len(wide) and not any(unicodedata.category(c) in ("Co", "Cn") for c in wide)


def _strict_char(char: str) -> bool:
    try:
        return len(char.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def _utf_16(data: bytes) -> str | None:
    """UTF-16 without a mark: text of which most is Chinese or ASCII, and nothing without a meaning."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = _strict(data, encoding)
        if text and not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            sample = text[:_SAMPLE]
            known = len(re.findall(r"[\x09-\x7e\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u2010-\u2026]", sample))
            if known >= 0.95 * len(sample):
                return text
    return None


def _detected(data: bytes) -> str | None:
    try:
        from charset_normalizer import from_bytes
    except ImportError as error:
        raise missing("charset-normalizer", "TXT") from error
    best = from_bytes(data[: 4 * _SAMPLE], cp_isolation=_GUESSES).best()
    return _strict(data, best.encoding) if best else None
