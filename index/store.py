"""ClauseIndex: documents → a searchable index, in memory and on disk. Engines speak rows, this speaks clauses.

On disk an index is a folder with one version folder and a file CURRENT that names it. A new version is
written beside and CURRENT is replaced last, so a reader sees the old index or the new one, never a half.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from index.dense import Dense
from index.embed import Encoder, Floats, TokenEncoder, unit_rows
from index.fuse import Bools, Ints, Scores, best, fitted, fuse, language, ranks
from index.late import Late
from index.lexical import Lexical, tokens
from index.records import (
    Document,
    Hit,
    IndexDamaged,
    IndexMissing,
    IndexStale,
    Part,
    Quote,
    Span,
)
from index.sentences import sentences
from index.text import one_line, plain
from index.words import LEXICON, UNSEARCHED, asked, named

FORMAT = 3
CONTEXT_WEIGHT = 0.6  # of region and heading beside the sentence's own vector
CANDIDATES = 300  # rows that each engine hands to the fusion
BATCH = 2048  # texts that are encoded at a time
LATE, LATE_PARTS = "tokens.npz", "tokens-parts.npz"
TERMS = "terms"

Progress = Callable[[int, int], None]
"""Called with (done, total) sentences while an index is built."""

_COMMAND = "python -m assistant build"


class ClauseIndex:
    """The sentences of some documents, searchable by meaning and by word."""

    def __init__(
        self,
        documents: Sequence[Document],
        rows: Sequence[tuple[int, Part, Span]],
        encoder: Encoder,
        dense: Dense,
        lexical: Lexical,
        terms: Lexical,
        late: tuple[Late, Late] | None,
    ) -> None:
        """``lexical`` holds the words of the sentences, ``terms`` the lexicon's terms that they name.

        ``late``: the tokens of the sentences and those of the parts, in order of their first sentence.
        """
        self.documents = tuple(documents)
        self.encoder = encoder
        self.weights = fitted()
        self._rows = tuple(rows)
        self._owner = np.fromiter((row[0] for row in rows), np.int64, count=len(rows))
        self._part = _numbered([(n, part.start) for n, part, _ in rows])
        self._dense = dense
        self._lexical = lexical
        self._terms = terms
        self._late = late

    def __len__(self) -> int:
        """The number of sentences."""
        return len(self._rows)

    @classmethod
    def build(
        cls,
        documents: Sequence[Document],
        encoder: Encoder,
        progress: Progress | None = None,
        *,
        previous: ClauseIndex | None = None,
    ) -> ClauseIndex:
        """Index every sentence of ``documents``; ``progress`` is told how far it is.

        What ``previous`` computed for sentences that have not changed is taken over, if the encoder is the same.
        """
        rows = [(n, part, span) for n, document in enumerate(documents) for part, span in sentences(document)]
        own = [plain(one_line(span.of(documents[n].text))) for n, _, span in rows]
        context = [_context(documents[n], part) for n, part, _ in rows]
        full = [f"{c} {o}" for c, o in zip(context, own, strict=True)]
        vectors = np.zeros((len(rows), encoder.dimension), np.float32)
        had = previous._row_of_text() if previous and previous.encoder.fingerprint == encoder.fingerprint else {}
        known = np.array([had.get(text, -1) for text in zip(context, own, strict=True)], np.int64)
        if previous and (known >= 0).any():
            vectors[known >= 0] = previous._dense.vectors(known[known >= 0])
        fresh = np.flatnonzero(known < 0)
        for start in range(0, len(fresh), BATCH):
            piece = fresh[start : start + BATCH]
            around = encoder.encode([context[n] for n in piece])
            vectors[piece] = unit_rows(encoder.encode([own[n] for n in piece]) + np.float32(CONTEXT_WEIGHT) * around)
            if progress:
                progress(len(rows) - len(fresh) + min(start + BATCH, len(fresh)), len(rows))
        lexical = Lexical.build([tokens(text) for text in full])
        terms = Lexical.build([named(text) for text in full])
        late = None
        if isinstance(encoder, TokenEncoder):
            whole = [f"{_context(documents[n], part)} {plain(one_line(part_text))}" for n, part, part_text in _parts(documents, rows)]
            late = (Late.build(full, encoder), Late.build(whole, encoder))
        return cls(documents, rows, encoder, Dense.build(vectors), lexical, terms, late)

    def search(self, query: str, k: int = 10, *, documents: Collection[str] | None = None) -> list[Hit]:
        """The ``k`` best sentences for ``query``, best first; equal scores in order of the library.

        ``documents`` keeps the search to these ids. An empty query or library gives no hits.
        """
        text = plain(query)
        allowed = self._allowed(documents)
        if not text or k <= 0 or len(self) == 0 or (allowed is not None and not allowed.any()):
            return []
        vector: Floats = self.encoder.encode([text], query=True)[0]
        words = tokens(text)
        wanted = max(CANDIDATES, k)
        by_meaning, _ = self._dense.search(vector, wanted, allowed)
        by_word, _ = self._lexical.search(words, wanted, allowed)
        rows: Ints = np.union1d(by_meaning, by_word).astype(np.int64)
        dense = self._dense.scores(vector, rows)
        lexical = self._lexical.scores(words)[rows]
        lexicon = self._terms.scores(asked(text))[rows]
        late, gap, late_part, gap_part = self._late_scores(text, rows)
        weights = self.weights[language(text)]
        mixed = fuse(dense, late if self._late else None, late_part if self._late else None, lexical, weights, lexicon)
        places = best(np.arange(len(rows)), mixed, k)[0]
        dense_ranks, lexical_ranks = ranks(by_meaning), ranks(by_word)
        return [
            Hit(
                quote=self._quote(int(rows[n]), float(mixed[n])),
                score=float(mixed[n]),
                dense_rank=dense_ranks.get(int(rows[n])),
                lexical_rank=lexical_ranks.get(int(rows[n])),
                dense=float(dense[n]),
                late=float(late[n]),
                lexical=float(lexical[n]),
                lexicon=float(lexicon[n]),
                late_part=float(late_part[n]),
                gap=float(gap[n]),
                gap_part=float(gap_part[n]),
            )
            for n in places.tolist()
        ]

    def _late_scores(self, text: str, rows: Ints) -> tuple[Scores, Scores, Scores, Scores]:
        """Score and gap of the sentences, then of the parts that they stand in; zeros without token vectors."""
        if self._late is None:
            none = np.zeros(len(rows), np.float32)
            return none, none, none, none
        parts, back = np.unique(self._part[rows], return_inverse=True)
        own, gap = self._late[0].scores(text, rows)
        whole, gap_part = self._late[1].scores(text, parts)
        return own, gap, whole[back], gap_part[back]

    def _row_of_text(self) -> dict[tuple[str, str], int]:
        """(context, sentence) → a row that was made of it."""
        return {
            (_context(self.documents[n], part), plain(one_line(span.of(self.documents[n].text)))): row
            for row, (n, part, span) in enumerate(self._rows)
        }

    def sentences_of(self, document: Document, part: Part) -> list[Span]:
        """The sentences of one part, in order."""
        return [span for n, own, span in self._rows if self.documents[n].id == document.id and own.id == part.id]

    def _allowed(self, documents: Collection[str] | None) -> Bools | None:
        if documents is None:
            return None
        wanted = np.array([d.id in documents for d in self.documents], bool)
        return np.asarray(wanted[self._owner], bool)

    def _quote(self, row: int, score: float) -> Quote:
        owner, part, span = self._rows[row]
        return Quote(self.documents[owner], part, span.start, span.end, float(score))

    # on disk

    def save(self, folder: Path) -> None:
        """Write a new version into ``folder`` and make it the current one."""
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            version = folder / f"v-{secrets.token_hex(6)}"
            version.mkdir()
            self._dense.save(version)
            self._lexical.save(version)
            self._terms.save(version, TERMS)
            for name, late in zip((LATE, LATE_PARTS), self._late or (), strict=False):
                late.save(version / name)
            _write_json(version / "documents.json", [asdict(document) for document in self.documents])
            _write_json(version / "rows.json", [[n, self._place(n, part), s.start, s.end] for n, part, s in self._rows])
            files = sorted(f for f in version.rglob("*") if f.is_file())
            manifest = {
                "format": FORMAT,
                "parser": parser_fingerprint(),
                "encoder": _encoder_facts(self.encoder),
                "documents": digests(self.documents),
                "sentences": len(self),
                "files": {f.relative_to(version).as_posix(): _digest(f.read_bytes()) for f in files},
            }
            _write_json(version / "manifest.json", manifest)
            beside = folder / f"CURRENT.{os.getpid()}"
            beside.write_text(version.name, encoding="utf-8")
            beside.replace(folder / "CURRENT")
            for old in folder.glob("v-*"):
                if old != version:
                    shutil.rmtree(old, ignore_errors=True)

    def _place(self, owner: int, part: Part) -> int:
        return self.documents[owner].parts.index(part)

    @classmethod
    def load(cls, folder: Path, encoder: Encoder, documents: dict[str, str] | None = None) -> ClauseIndex:
        """Open the current version.

        ``documents`` (source → digest, see ``digests``) are those that it must hold. Raises IndexMissing,
        IndexStale (says what differs) or IndexDamaged; each names the command that rebuilds it.
        """
        version = _current(folder)
        try:
            manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise IndexDamaged(
                f"索引损坏：{version / 'manifest.json'}。请重建：{_COMMAND}",
                f"the index is damaged: {version / 'manifest.json'}. Rebuild it with: {_COMMAND}",
            ) from error
        _check_fits(manifest, encoder, documents)
        for name, digest in manifest["files"].items():
            file = version / name
            if not file.is_file() or _digest(file.read_bytes()) != digest:
                raise IndexDamaged(
                    f"索引文件缺失或被改动：{file}。请重建：{_COMMAND}",
                    f"an index file is missing or changed: {file}. Rebuild it with: {_COMMAND}",
                )
        loaded = [_document(entry) for entry in json.loads((version / "documents.json").read_text(encoding="utf-8"))]
        places = json.loads((version / "rows.json").read_text(encoding="utf-8"))
        rows = [(n, loaded[n].parts[place], Span(start, end)) for n, place, start, end in places]
        late = None
        if isinstance(encoder, TokenEncoder):
            late = (Late.load(version / LATE, encoder), Late.load(version / LATE_PARTS, encoder))
        return cls(loaded, rows, encoder, Dense.load(version), Lexical.load(version), Lexical.load(version, TERMS), late)


def digests(documents: Sequence[Document]) -> dict[str, str]:
    """source → digest of the text of each document."""
    return {document.source: _digest(document.text.encode("utf-8", "surrogatepass")) for document in documents}


def parser_fingerprint() -> str:
    """Changes whenever the code that cuts, reads or indexes documents changes, or the lexicon."""
    files = [*sorted(Path(__file__).parent.glob("*.py")), LEXICON, UNSEARCHED]
    return _digest(b"".join(file.read_bytes() for file in files))[:16]


def _parts(documents: Sequence[Document], rows: Sequence[tuple[int, Part, Span]]) -> list[tuple[int, Part, str]]:
    """Each part that has a sentence, with its text, in order."""
    distinct = dict.fromkeys((n, part) for n, part, _ in rows)
    return [(n, part, documents[n].text[part.start : part.end]) for n, part in distinct]


def _numbered(keys: Sequence[tuple[int, int]]) -> Ints:
    """The place of each key among the distinct ones, in order of first appearance."""
    places: dict[tuple[int, int], int] = {}
    return np.fromiter((places.setdefault(key, len(places)) for key in keys), np.int64, count=len(keys))


def _context(document: Document, part: Part) -> str:
    """What a sentence needs to be understood alone: region and heading (the section's where it has none)."""
    heading = part.heading or re.sub(r"^[（(第]?[一二三四五六七八九十\d]+[)）章节、.．]+\s*", "", part.section or "")
    return plain(f"{document.region or ''} {heading}")


def _check_fits(manifest: dict[str, Any], encoder: Encoder, documents: dict[str, str] | None) -> None:
    differs: list[tuple[str, str]] = []
    if manifest.get("format") != FORMAT or (isinstance(encoder, TokenEncoder) and LATE not in manifest["files"]):
        raise IndexStale(
            f"索引格式不同（{manifest.get('format')}，应为 {FORMAT}）。请重建：{_COMMAND}",
            f"the index has another format ({manifest.get('format')}, not {FORMAT}). Rebuild it with: {_COMMAND}",
        )
    if manifest["parser"] != parser_fingerprint():
        differs.append(("解析程序有更新", "the parser has changed"))
    mine, saved = _encoder_facts(encoder), manifest["encoder"]
    if (saved["fingerprint"], saved["dimension"]) != (mine["fingerprint"], mine["dimension"]):
        both = f"{saved['name']} ({saved['fingerprint']}) ≠ {mine['name']} ({mine['fingerprint']})"
        differs.append((f"编码模型不同：{both}", f"another encoder: {both}"))
    if documents is not None:
        had: dict[str, str] = manifest["documents"]
        for zh, en, names in (
            ("新增", "added", sorted(documents.keys() - had.keys())),
            ("移除", "removed", sorted(had.keys() - documents.keys())),
            ("改动", "changed", sorted(s for s in documents.keys() & had.keys() if documents[s] != had[s])),
        ):
            if names:
                few = f"{', '.join(names[:5])}{' …' if len(names) > 5 else ''}"
                differs.append((f"文件{zh}：{few}", f"documents {en}: {few}"))
    if differs:
        zh, en = "；".join(zh for zh, _ in differs), "; ".join(en for _, en in differs)
        raise IndexStale(f"索引已过时：{zh}。请重建：{_COMMAND}", f"the index is stale: {en}. Rebuild it with: {_COMMAND}")


def _encoder_facts(encoder: Encoder) -> dict[str, Any]:
    return {"name": Path(encoder.name).name, "fingerprint": encoder.fingerprint, "dimension": encoder.dimension}


def _current(folder: Path) -> Path:
    with contextlib.suppress(OSError):
        name = (folder / "CURRENT").read_text(encoding="utf-8").strip()
        if re.fullmatch(r"v-[0-9a-f]+", name):
            return folder / name
        raise IndexDamaged(
            f"索引损坏：{folder / 'CURRENT'}。请重建：{_COMMAND}",
            f"the index is damaged: {folder / 'CURRENT'}. Rebuild it with: {_COMMAND}",
        )
    raise IndexMissing(f"没有索引：{folder}。请重建：{_COMMAND}", f"there is no index: {folder}. Rebuild it with: {_COMMAND}")


def _document(entry: dict[str, Any]) -> Document:
    parts = tuple(_part(part) for part in entry.pop("parts"))
    status = entry.pop("status_span")
    return Document(**entry, status_span=Span(**status) if status else None, parts=parts)


def _part(entry: dict[str, Any]) -> Part:
    spans = tuple(Span(**span) for span in entry.pop("responsible_spans"))
    names = {key: tuple(entry[key]) if entry[key] is not None else None for key in ("responsible", "responsible_candidates")}
    return Part(**{**entry, **names}, responsible_spans=spans)


def _write_json(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
