"""Writing ``index/model``: a sentence-transformers folder."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor


def save_model(folder: Path, tokenizer: Tokenizer, vectors: Tensor, card: str) -> None:
    """Write the folder: StaticEmbedding (mean of the token vectors, float16), Normalize, model card.

    ``vectors`` float (pieces, dim), row i for token id i. What was in the folder is replaced once the new
    one is complete.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".model-") as scratch:
        fresh = Path(scratch) / "model"
        modules: list[torch.nn.Module] = [
            StaticEmbedding(tokenizer, embedding_weights=vectors.to(torch.float16)),
            Normalize(),
        ]
        SentenceTransformer(modules=modules, device="cpu").save(str(fresh), create_model_card=False)
        (fresh / "README.md").write_text(card, encoding="utf-8")
        for path in fresh.rglob("*"):  # safetensors writes files that only their owner can read
            path.chmod(0o755 if path.is_dir() else 0o644)
        if folder.exists():
            folder.rename(Path(scratch) / "old")
        fresh.rename(folder)


def folder_bytes(folder: Path) -> int:
    """The size of all files together."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
