"""Documents → the files of an index, block by block: memory is bounded, and a build that was broken off goes on where it was."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index import dense as dense_engine
from index.cut import Known, block_key, blocks, cut_block, load_cut, load_field, save_cut
from index.dense import Dense
from index.embed import Encoder, TokenEncoder
from index.lexical import Lexical, fingerprint
from index.manifest import damaged, encoder_facts, write_manifest
from index.ragged import Array, write_array, write_joined
from index.records import Document
from index.shelf import ShelfWriter
from index.tokenquery import rarity

LEXICON = "lexicon"
TOKENS, WHOLE, RARITY = "tokens", "whole", "rarity.npy"
ROWS, PARTS, KEYS, FIRST, FACETS = "rows.npy", "parts.npy", "keys.npy", "first.npy", "facets.npy"

Progress = Callable[[int, int], None]
"""Called with (done, total) documents while an index is built."""


def write_index(
    documents: Sequence[Document],
    encoder: Encoder,
    work: Path,
    parser: str,
    progress: Progress | None = None,
    known: Known | None = None,
) -> Path:
    """Write a version into a folder inside ``work`` and give that; ``work`` keeps the blocks if this is broken off.

    ``parser`` stands for the program that cuts the documents; blocks of another one are not taken over.
    """
    work.mkdir(parents=True, exist_ok=True)
    version = work / "version"
    shutil.rmtree(version, ignore_errors=True)
    version.mkdir()
    files, sources = _cut_all(documents, encoder, work, version, parser, progress, known)
    count = assemble(files, encoder, version)
    write_manifest(version, parser, encoder, sources, count)
    for file in work.glob("block-*"):
        file.unlink()
    return version


def _cut_all(
    documents: Sequence[Document],
    encoder: Encoder,
    work: Path,
    version: Path,
    parser: str,
    progress: Progress | None,
    known: Known | None,
) -> tuple[list[Path], dict[str, str]]:
    """Cut every block that is not there yet; gives the files of the blocks and source → digest."""
    made_by = f"{parser} {encoder_facts(encoder)}"
    shelf = ShelfWriter(version)
    files: list[Path] = []
    sources: dict[str, str] = {}
    facets: list[tuple[int, int]] = []
    for number, (held, lines) in enumerate(blocks(documents)):
        file, key = work / f"block-{number:06d}.npz", block_key(lines, made_by)
        if load_cut(file, key) is None:
            save_cut(cut_block(held, lines, encoder, known), file, key)
        for document, line in zip(held, lines, strict=True):
            shelf.add(document, line)
            facets.append((fingerprint(document.region or ""), year_of(document)))
            sources[document.source] = hashlib.sha256(line).hexdigest()
        files.append(file)
        if progress:
            progress(len(shelf), len(documents))
    shelf.close()
    np.save(version / FACETS, np.array(facets, np.uint64).reshape(-1, 2))
    return files, sources


def assemble(files: Sequence[Path], encoder: Encoder, version: Path) -> int:
    """Write the engines' files of all blocks, holding one block at a time; gives the number of sentences."""

    def each(name: str) -> Iterator[Any]:
        """One field of every block; the fields are read apart, since vectors and words are large."""
        for file in files:
            value = load_field(file, name)
            if value is None:
                raise damaged(file)
            yield value

    first = [0]  # the row that each document begins with
    offsets = [(0, 0)]  # documents and parts before each block

    def rows() -> Iterator[Array]:
        for count, held, whole in zip(each("documents"), each("rows"), each("whole"), strict=True):
            documents, parts = offsets[-1]
            first.extend((first[-1] + np.cumsum(np.bincount(held[:, 0], minlength=count))).tolist())
            offsets.append((documents + count, parts + len(whole)))
            yield held + np.array([documents, 0, 0, 0], np.int32)

    count = write_array(version / ROWS, rows(), np.int32, 4)
    np.save(version / FIRST, np.array(first, np.int64))
    write_array(version / PARTS, (part + parts for part, (_, parts) in zip(each("part"), offsets, strict=False)), np.int32)
    write_array(version / KEYS, each("keys"), np.uint64)
    Lexical.assemble(lambda: each("words"), version)
    Lexical.assemble(lambda: each("lexicon"), version, LEXICON)
    if isinstance(encoder, TokenEncoder):
        write_joined(version, TOKENS, each("tokens"))
        write_joined(version, WHOLE, each("whole"))
        np.save(version / RARITY, rarity(each("tokens"), encoder.usual))
    Dense.assemble(lambda: each("vectors"), count, encoder.dimension, dense_engine.EXACT).save(version)
    return count


def year_of(document: Document) -> int:
    """The year of issue, 0 where the document states none."""
    return int(document.issued[:4]) if document.issued else 0
