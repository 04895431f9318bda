"""Train the sentence encoder: ``python -m index.training.train --corpus DIR -o DIR``."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.training.batches import Ints, Packed, Rounds
from index.training.corpus import PAIRS, CorpusError, Source, gather
from index.training.gloss import is_chinese

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the outcome besides the text."""

    pieces: int = 40_000
    dim: int = 256
    steps: int = 2_600
    batch: int = 1_024
    rate: float = 0.02
    scale: float = 20.0
    late: float = 0.5
    late_batch: int = 32
    drop: float = 0.35
    crops: int = 150_000
    longest: int = 192
    seed: int = 20


def tokenizer_texts(sources: Sequence[Source], paragraphs: list[str], seed: int) -> list[str]:
    """Text to learn pieces from; English five times over, since there is much less of it."""
    rng = random.Random(seed)
    texts = rng.sample(paragraphs, min(150_000, len(paragraphs)))
    for source in sources:
        if not source.name.endswith("_en"):
            texts += source.positives[:40_000]
            texts += [q for q in source.queries if is_chinese(q)][:40_000]
            texts += [q for q in source.queries if not is_chinese(q)] * 5
    return texts


def make_rounds(sources: Sequence[Source], tokenizer: Tokenizer, recipe: Recipe) -> list[Rounds]:
    """The sources tokenised, each with its own endless batches."""
    from tqdm import tqdm

    rng = np.random.default_rng(recipe.seed)
    progress = tqdm(sources, desc="tokenise", unit="source")
    return [Rounds(source, tokenizer, recipe.batch, recipe.longest, rng) for source in progress]


def train_vectors(rounds: Sequence[Rounds], pieces: int, recipe: Recipe) -> Tensor:
    """Token vectors, float32 (pieces, dim): row norms are token weights, learned with the directions."""
    import torch
    from torch.nn.functional import embedding_bag, normalize
    from tqdm import tqdm

    from index.training.loss import contrastive, late_interaction

    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    chances = np.asarray([r.weight for r in rounds])
    chances /= chances.sum()
    table = torch.nn.Parameter(0.1 * torch.randn(pieces, recipe.dim))
    optimizer = torch.optim.Adam([table], lr=recipe.rate)
    warm = max(1, recipe.steps // 20)

    def encode(packed: Packed, rows: Ints) -> Tensor:
        ids, begins = packed.take(rows, rng, recipe.drop)
        return normalize(embedding_bag(torch.from_numpy(ids), table, torch.from_numpy(begins), mode="mean"))

    def stack(padded: list[Ints]) -> Tensor:
        width = max(p.shape[1] for p in padded)
        wide = [np.pad(p, ((0, 0), (0, width - p.shape[1])), constant_values=-1) for p in padded]
        return torch.from_numpy(np.concatenate(wide))

    progress = tqdm(range(recipe.steps), desc="train", unit="step")
    average = 0.0
    for step in progress:
        rate = min((step + 1) / warm, (recipe.steps - step) / (recipe.steps - warm + 1))
        optimizer.param_groups[0]["lr"] = recipe.rate * rate
        source = rounds[int(rng.choice(len(rounds), p=chances))]
        rows = source.next()
        keys = source.positives.keys[rows]
        asked = source.queries.keys[rows]
        same = torch.from_numpy(keys[:, None] == keys[None, :]).fill_diagonal_(False)
        same_query = torch.from_numpy(asked[:, None] == asked[None, :]).fill_diagonal_(False)
        documents = encode(source.positives, rows)
        if source.negatives is not None:
            documents = torch.cat([documents, encode(source.negatives, rows)])
            # Another question of the same clause may well be answered by this one's negative.
            block = source.blocks[rows]
            sibling = torch.from_numpy(block[:, None] == block[None, :]).fill_diagonal_(False)
            same = torch.cat([same, sibling], dim=1)
        loss = contrastive(encode(source.queries, rows), documents, same, same_query, recipe.scale)
        if recipe.late:
            some = rows[: recipe.late_batch]
            padded = [source.positives.padded(some, 64)]
            hidden = same[: len(some), : len(some)]
            if source.negatives is not None:
                padded.append(source.negatives.padded(some, 64))
                hidden = torch.cat([hidden, same[: len(some), len(rows) : len(rows) + len(some)]], dim=1)
            loss = loss + recipe.late * late_interaction(
                table, torch.from_numpy(source.queries.padded(some, 24)), stack(padded), hidden, recipe.scale
            )
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        average += 0.02 * (float(loss.detach()) - average)
        progress.set_postfix(loss=f"{average:.3f}", refresh=False)
    return table.detach()


def train(corpus: Path, authored: Path, out: Path, recipe: Recipe) -> None:
    """Read, train, write the folder. Raises CorpusError where the text is not there."""
    from index.training.card import model_card
    from index.training.save import folder_bytes, save_model
    from index.training.tokenizer import train_tokenizer

    started = time.monotonic()
    sources, paragraphs = gather(corpus, authored, recipe.crops, recipe.seed)
    print(
        f"{sum(map(len, sources))} pairs from {len(sources)} sources, {len(paragraphs)} paragraphs",
        file=sys.stderr,
    )
    tokenizer = train_tokenizer(tokenizer_texts(sources, paragraphs, recipe.seed), recipe.pieces)
    print(f"tokenizer: {tokenizer.get_vocab_size()} pieces", file=sys.stderr)
    vectors = train_vectors(make_rounds(sources, tokenizer, recipe), tokenizer.get_vocab_size(), recipe)
    minutes = (time.monotonic() - started) / 60
    save_model(out, tokenizer, vectors, model_card(recipe, sources, minutes))
    print(f"{out}: {folder_bytes(out) / 1e6:.1f} MB after {minutes:.1f} minutes", file=sys.stderr)


def parser() -> argparse.ArgumentParser:
    """The command line; every default is the shipped recipe."""
    recipe = Recipe()
    made = argparse.ArgumentParser(prog="python -m index.training.train", description=__doc__)
    made.add_argument("--corpus", type=Path, required=True, help="folder of *.txt[.xz] and *.jsonl[.xz]")
    made.add_argument("--authored", type=Path, default=PAIRS, help="folder of queries, clauses and lexicon")
    made.add_argument("-o", "--out", type=Path, required=True, help="folder to write the model to")
    for name, kind in Recipe.__annotations__.items():
        value = getattr(recipe, name)
        made.add_argument(f"--{name}", type={"int": int, "float": float}[kind], default=value, help=f"default {value}")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 if a model was written, 2 if the arguments or the text cannot be used."""
    given = vars(parser().parse_args(argv))
    corpus, authored, out = (given.pop(name) for name in ("corpus", "authored", "out"))
    try:
        train(corpus, authored, out, Recipe(**given))
    except CorpusError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"error: {error.name} is missing: pip install '.[train]'", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
