"""The encoder: texts → unit vectors. The only file that imports sentence_transformers, and only when needed.

A folder that consists of static token vectors is read with tokenizers, safetensors and numpy (0.2 s
instead of 6 s, no torch); any other sentence-transformers folder or hub name goes through the library.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from index.records import InputError

Floats = npt.NDArray[np.float32]

OWN_MODEL = Path(__file__).with_name("model")
SENTENCE = 30  # tokens of an ordinary sentence
_STATIC = {"StaticEmbedding", "Normalize"}


class Encoder(Protocol):
    """Turns texts into vectors whose dot product is their likeness."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def fingerprint(self) -> str:
        """Hexadecimal digest that changes whenever the vectors may change."""
        ...

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Floats:
        """float32 (n, dimension), unit rows; a text without any token gives zeros; no texts give (0, dimension)."""
        ...


@runtime_checkable
class TokenEncoder(Protocol):
    """An encoder whose tokens have vectors of their own, independent of their neighbours."""

    @property
    def table(self) -> Floats:
        """float32 (pieces, dimension): the vector of each token; its length is the token's weight."""
        ...

    @property
    def units(self) -> Floats:
        """``table`` with each row at length 1."""
        ...

    @property
    def usual(self) -> Floats:
        """float32 (pieces,): the share of ordinary sentences that holds each token, as far as the encoder knows."""
        ...

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text, in order."""
        ...


class StaticEncoder:
    """Static token vectors read without torch: a text's vector is their mean at length 1."""

    def __init__(self, folder: Path) -> None:
        """Raises InputError where ``folder`` lacks tokenizer.json or model.safetensors."""
        from tokenizers import Tokenizer

        self.name = str(folder)
        home = next((f for f in (folder, folder / "0_StaticEmbedding") if (f / "tokenizer.json").is_file()), folder)
        self._weights = home / "model.safetensors"
        self._vocabulary = home / "tokenizer.json"
        for file in (self._weights, self._vocabulary):
            if not file.is_file():
                raise InputError(f"模型文件夹缺少文件：{file}", f"the model folder lacks a file: {file}")
        self._tokenizer = Tokenizer.from_file(str(self._vocabulary))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    @cached_property
    def table(self) -> Floats:
        from safetensors.numpy import load_file

        tensors = load_file(self._weights)
        return np.ascontiguousarray(tensors["embedding.weight"], dtype=np.float32)

    @cached_property
    def units(self) -> Floats:
        return unit_rows(self.table)

    @cached_property
    def usual(self) -> Floats:
        """A Unigram tokenizer keeps the logarithm of each token's share of its training text; others keep none."""
        model = json.loads(self._vocabulary.read_bytes())["model"]
        shares = np.zeros(len(self.table))
        if model.get("type") == "Unigram":
            known = np.exp([score for _, score in model["vocab"][1:]])  # the first stands for what is unknown
            shares[1 : len(known) + 1] = known
        return np.asarray(1 - (1 - np.minimum(shares, 1)) ** SENTENCE, np.float32)

    @cached_property
    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        for file in (self._vocabulary, self._weights):
            digest.update(file.read_bytes())
        return digest.hexdigest()[:16]

    @property
    def dimension(self) -> int:
        return int(self.table.shape[1])

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        return [e.ids for e in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Floats:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, ids in enumerate(self.token_ids(texts)):
            if ids:
                vectors[row] = self.table[ids].mean(axis=0)
        return unit_rows(vectors)


class TransformerEncoder:
    """Any sentence-transformers model, with its own prompts for queries and passages."""

    def __init__(self, name: str) -> None:
        """Loads a folder or a hub name; raises InputError where that fails, with the reason."""
        try:
            from sentence_transformers import SentenceTransformer

            self._model: Any = SentenceTransformer(name, device="cpu").float()
        except (OSError, ValueError, KeyError, ImportError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise InputError(
                f"无法载入模型 {name!r}，请给出 sentence-transformers 文件夹或可下载的名称：{reason}",
                f"cannot load the model {name!r}, give a sentence-transformers folder or a name that can be downloaded: {reason}",
            ) from error
        self.name = name

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension())

    @cached_property
    def fingerprint(self) -> str:
        folder = Path(self.name)
        digest = hashlib.sha256()
        if folder.is_dir():
            for file in sorted(f for f in folder.rglob("*") if f.is_file() and f.suffix != ".md"):
                digest.update(file.relative_to(folder).as_posix().encode())
                digest.update(file.read_bytes())
        else:
            probe = self.encode(["出口信用保险", "export credit insurance"])
            digest.update(self.name.encode() + np.round(probe, 2).tobytes())
        return digest.hexdigest()[:16]

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Floats:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        encode = self._model.encode_query if query else self._model.encode_document
        vectors = encode(list(texts), convert_to_numpy=True, show_progress_bar=False)
        return unit_rows(np.nan_to_num(np.asarray(vectors, dtype=np.float32)))


def load_encoder(model: str | Path | None = None) -> Encoder:
    """The encoder of a folder or hub name, the product's own by default; raises InputError if there is none."""
    folder = Path(model) if model else OWN_MODEL
    if is_static(folder):
        return StaticEncoder(folder)
    if not model:
        raise InputError(f"找不到自带的模型，请重新安装：{folder}", f"the product's own model is missing, install again: {folder}")
    return TransformerEncoder(str(model))


def is_static(folder: Path) -> bool:
    """True for a sentence-transformers folder that consists of static embedding modules."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        kinds = {str(module["type"]).rsplit(".", 1)[-1] for module in modules}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return "StaticEmbedding" in kinds and kinds <= _STATIC


def unit_rows(vectors: Floats) -> Floats:
    """Each row at length 1; a row of zeros stays so."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)
