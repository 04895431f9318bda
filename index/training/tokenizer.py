"""The Unigram tokenizer: words as pieces, Traditional characters read as Simplified ones."""

from __future__ import annotations

import json
import math
import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

UNKNOWN = "[UNK]"
ENGLISH = 0.33
"""The most that English words may take of the pieces."""
SEEN = 3
"""Times that an English word must occur to be a piece."""
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_HAN_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))


def simplified_characters() -> dict[str, str]:
    """Traditional → Simplified for each single character that differs, by OpenCC's ``t2s`` table."""
    import opencc

    characters = [chr(code) for first, last in _HAN_BLOCKS for code in range(first, last)]
    simplified = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {c: s for c, s in zip(characters, simplified, strict=True) if s != c and len(s) == 1}


def charsmap(table: Mapping[str, str]) -> bytes:
    """A SentencePiece ``precompiled_charsmap`` that replaces each key by its value.

    Layout: uint32 size of the trie in bytes, the Darts-clone double-array trie over the UTF-8 keys, then
    the values, each ended by a NUL; a key's trie value is the offset of its replacement. See Darts-clone
    ``darts.h`` (DoubleArrayUnit) and SentencePiece ``normalizer.cc``.
    """
    values, offsets = bytearray(), {}
    children: dict[bytes, set[int]] = {}
    for key, value in table.items():
        raw = key.encode()
        offsets[raw] = len(values)
        values += value.encode() + b"\0"
        for end in range(len(raw)):
            children.setdefault(raw[:end], set()).add(raw[end])
        children.setdefault(raw, set()).add(0)  # label 0: a key ends here
    units = {0: 0}
    bases: set[int] = set()
    stack = [(b"", 0)]
    tried: dict[int, int] = {}  # number of labels: where the last search for as many ended
    while stack:
        prefix, position = stack.pop()
        labels = children[prefix]
        base = tried.get(len(labels), 1)
        while base in bases or any(base ^ label in units or base ^ label == 0 for label in labels):
            base += 1
        bases.add(base)
        tried[len(labels)] = base
        units[position] |= (position ^ base) << 10 | (0x100 if 0 in labels else 0)
        for label in sorted(labels):
            units[base ^ label] = (1 << 31 | offsets[prefix]) if label == 0 else label
            if label:
                stack.append((prefix + bytes([label]), base ^ label))
    size = (max(units) | 0xFF) + 1
    trie = struct.pack(f"<{size}I", *(units.get(position, 0) for position in range(size)))
    return struct.pack("<I", len(trie)) + trie + bytes(values)


def english_stems() -> list[tuple[str, str]]:
    """(pattern, replacement), in order: policies → policy, traded and trading → trad, exporters → exporter.

    Crude on purpose: a dictionary gives the plain form, a question any form, and both must meet in one piece.
    """
    end = "(?![a-z])"
    doubled = "|".join(f"[a-z]{{2}}{c}{c}" for c in "bdgmnprt")
    return [
        (f"(?<=[a-z]{{2}})ies{end}", "y"),
        (f"(?<=ss|sh|ch|[a-z]x)es{end}", ""),
        (f"(?<=[a-z]{{2}}[a-hj-rtv-z])s{end}", ""),
        (f"(?<=[a-z]{{2}}[a-df-z])ed{end}", ""),
        (f"(?<=[a-z]{{3}})ing{end}", ""),
        (f"[bdgmnprt]{end}(?<={doubled})", ""),
        (f"(?<=[a-z]{{3}})e{end}", ""),
    ]


def _words(texts: Iterable[str]) -> Iterator[str]:
    import rjieba

    for text in texts:
        yield " ".join(rjieba.cut(text, False))


def train_tokenizer(texts: Sequence[str], pieces: int, simplify: Mapping[str, str] | None = None) -> Tokenizer:
    """A Unigram tokenizer of at most ``pieces`` pieces.

    Texts are cut into words first, so that a piece is a word or a part of one; a new text is cut by the
    pieces alone. Case, width and punctuation do not count. Formula: Kudo 2018, Subword Regularization.
    Unigram prunes a word that its parts explain (from → f, rom); parts of an English word say nothing of its
    meaning, so the frequent ones are pieces beforehand and the model is trained on the rest.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

    table = simplified_characters() if simplify is None else simplify
    steps = [normalizers.NFKC(), normalizers.Lowercase()]
    if table:
        steps.append(normalizers.Precompiled(charsmap(table)))
    steps += [normalizers.Replace(Regex(pattern), new) for pattern, new in english_stems()]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[^\p{L}\p{M}\p{N}%]+"), "removed"),
            pre_tokenizers.Split(Regex(r"[\p{Latin}\p{M}]+|\p{N}+|%"), "isolated"),
        ]
    )
    stem = cache(tokenizer.normalizer.normalize_str)
    counts = Counter(stem(word) for text in texts for word in _LATIN.findall(text))
    english = {word: count for word, count in counts.most_common(int(pieces * ENGLISH)) if count >= SEEN and len(word) > 1}
    rest = (_LATIN.sub(lambda found: "" if stem(found[0]) in english else found[0], text) for text in texts)
    trainer = trainers.UnigramTrainer(
        vocab_size=pieces - len(english),
        special_tokens=[UNKNOWN],
        unk_token=UNKNOWN,
        max_piece_length=16,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_words(rest), trainer)
    trained = json.loads(tokenizer.to_str())
    model, total = trained["model"], counts.total()
    model["vocab"] = [entry for entry in model["vocab"] if entry[0] not in english]
    model["vocab"] += [[word, math.log(count / total)] for word, count in english.items()]
    return Tokenizer.from_str(json.dumps(trained))
