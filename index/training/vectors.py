"""Reading a model folder without torch: tokenizer.json and model.safetensors into numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]
TENSOR = "embedding.weight"


@dataclass(frozen=True)
class TokenVectors:
    """``table`` float32 (pieces, dim); a text's vector is the mean of its token vectors at length 1."""

    tokenizer: Tokenizer
    table: Floats

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text; an empty text has none."""
        return [e.ids for e in self.tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 (n, dim), unit rows; zeros for a text without tokens; no texts give (0, dim)."""
        out = np.zeros((len(texts), self.table.shape[1]), dtype=np.float32)
        for row, ids in enumerate(self.tokens(texts)):
            if ids:
                mean = self.table[ids].mean(axis=0)
                out[row] = mean / max(float(np.linalg.norm(mean)), 1e-12)
        return out


def load_vectors(folder: Path) -> TokenVectors:
    """Read a model folder; raises FileNotFoundError where ``0_StaticEmbedding`` or the top has no model."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    home = next((f for f in (folder, folder / "0_StaticEmbedding") if (f / "tokenizer.json").is_file()), None)
    if home is None:
        raise FileNotFoundError(f"{folder}: no tokenizer.json in it")
    table = load_file(home / "model.safetensors")[TENSOR].astype(np.float32)
    return TokenVectors(Tokenizer.from_file(str(home / "tokenizer.json")), table)
