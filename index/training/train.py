"""Train the sentence encoder: ``python -m index.training.train --corpus DIR -o DIR [--bench BEIR_DIR…]``.

Interrupted, the same command goes on where it stopped. With ``--bench`` it ends with the table of
``index.training.benchmark``, which goes into the model's card.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.training.batches import Ints, Packed, Packer, Rounds
from index.training.corpus import LEXICON, PAIRS, CorpusError, Source, Text, gather
from index.training.gloss import is_chinese
from index.training.parts import Shared, Table, part_matrix, sparse
from index.training.translations import translations

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor


EVERY = 500
"""Steps between two checkpoints."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the outcome besides the text."""

    pieces: int = 43_000
    dim: int = 256
    steps: int = 4_500
    batch: int = 1_024
    rate: float = 0.02
    scale: float = 20.0
    late: float = 0.5
    late_batch: int = 32
    drop: float = 0.35
    parts: float = 1.0
    tie: float = 1.0
    crops: float = 1.0
    longest: int = 192
    seed: int = 20


@dataclass(frozen=True)
class Where:
    """The text to learn from, the folder to write, and where to compute."""

    corpus: Path
    out: Path
    pairs: Path = PAIRS
    lexicon: Path = LEXICON
    thesaurus: Path | None = None
    device: str = "cpu"


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


def shared_parts(text: Text, tokenizer: Tokenizer, packer: Packer) -> Shared:
    """What the pieces share, by their letters, by the synonyms and by the bilingual pairs."""
    pieces = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().__getitem__)
    meanings: dict[str, list[str]] = {}
    for number, words in enumerate(text.synonyms):
        for word in words:
            meanings.setdefault(word.lower(), []).append(str(number))
    english, chinese = (packer.texts(side) for side in zip(*text.bilingual, strict=True))
    # A dictionary names rare words beside common ones: what the corpus says more often counts more.
    counts = np.bincount(np.concatenate([np.zeros(0, np.int32), *packer.texts(text.paragraphs[::10])]), minlength=len(pieces))
    weights = np.array([np.log1p(counts[ids].min()) + 0.5 for ids in chinese])
    found = translations(english, chinese, weights, len(pieces))
    kept = [(e, c, chance) for e, c, chance in found if not is_chinese(pieces[e]) and is_chinese(pieces[c])]
    return Shared(part_matrix(pieces, meanings), sparse(kept, (len(pieces), len(pieces))))


def make_rounds(sources: Sequence[Source], packer: Packer, recipe: Recipe) -> list[Rounds]:
    """The sources tokenised, each with its own endless batches."""
    from tqdm import tqdm

    progress = tqdm(sources, desc="tokenise", unit="source")
    return [Rounds(source, packer, recipe.batch, (recipe.seed, n)) for n, source in enumerate(progress)]


def schedule(rounds: Sequence[Rounds], steps: int, seed: int) -> list[tuple[int, int]]:
    """(source, number of its batch) for each step: all of the run's chances that depend on the order of steps."""
    chances = np.asarray([r.weight for r in rounds])
    drawn = np.random.default_rng(seed).choice(len(rounds), size=steps, p=chances / chances.sum())
    counts = [0] * len(rounds)
    plan = []
    for source in drawn.tolist():
        plan.append((source, counts[source]))
        counts[source] += 1
    return plan


def step_loss(source: Rounds, rows: Ints, table: Tensor, rng: np.random.Generator, recipe: Recipe) -> Tensor:
    """The loss of one batch: means against means, and late interaction for its first rows."""
    import torch
    from torch.nn.functional import embedding_bag, normalize

    from index.training.loss import contrastive, late_interaction

    def here(array: npt.NDArray[Any]) -> Tensor:
        return torch.from_numpy(array).to(table.device)

    def encode(packed: Packed) -> Tensor:
        ids, begins = packed.take(rows, rng, recipe.drop)
        return normalize(embedding_bag(here(ids), table, here(begins), mode="mean"))

    def stack(padded: list[Ints]) -> Tensor:
        width = max(p.shape[1] for p in padded)
        wide = [np.pad(p, ((0, 0), (0, width - p.shape[1])), constant_values=-1) for p in padded]
        return here(np.concatenate(wide))

    def equal(values: Ints) -> Tensor:
        """Pairs of rows off the diagonal with the same value."""
        return here(values[:, None] == values[None, :]).fill_diagonal_(False)

    same, same_query = equal(source.positives.keys[rows]), equal(source.queries.keys[rows])
    documents = encode(source.positives)
    if source.negatives is not None:
        documents = torch.cat([documents, encode(source.negatives)])
        # Another question of the same clause may well be answered by this one's negative.
        same = torch.cat([same, equal(source.blocks[rows])], dim=1)
    loss = contrastive(encode(source.queries), documents, same, same_query, recipe.scale)
    if not recipe.late:
        return loss
    some = rows[: recipe.late_batch]
    padded = [source.positives.padded(some, 64)]
    hidden = same[: len(some), : len(some)]
    if source.negatives is not None:
        padded.append(source.negatives.padded(some, 64))
        hidden = torch.cat([hidden, same[: len(some), len(rows) : len(rows) + len(some)]], dim=1)
    queries = here(source.queries.padded(some, 24))
    return loss + recipe.late * late_interaction(table, queries, stack(padded), hidden, recipe.scale)


def train_vectors(rounds: Sequence[Rounds], shared: Shared, recipe: Recipe, saved: Path | None = None, device: str = "cpu") -> Tensor:
    """Token vectors, float32 (pieces, dim): row norms are token weights, learned with the directions.

    Every ``EVERY`` steps the state is written to the file ``saved``; where it exists, the run goes on from it
    to the same result. Each step draws from a generator of its own number, so nothing else need be kept.
    """
    import torch
    from tqdm import tqdm

    torch.manual_seed(recipe.seed)
    table = Table(shared, recipe.dim, recipe.parts, recipe.tie, device)
    optimizer = torch.optim.Adam(table.parameters, lr=recipe.rate, fused=True)
    first = 0
    if saved is not None and saved.is_file():
        state = torch.load(saved, weights_only=True)
        first = int(state["step"])
        for parameter, value in zip(table.parameters, state["parameters"], strict=True):
            parameter.data.copy_(value)
        optimizer.load_state_dict(state["optimizer"])
    warm = max(1, recipe.steps // 20)
    plan = schedule(rounds, recipe.steps, recipe.seed)
    progress = tqdm(range(first, recipe.steps), desc="train", unit="step", initial=first, total=recipe.steps)
    average = 0.0
    for step in progress:
        rate = min((step + 1) / warm, (recipe.steps - step) / (recipe.steps - warm + 1))
        optimizer.param_groups[0]["lr"] = recipe.rate * rate
        source = rounds[plan[step][0]]
        rows = source.batch(plan[step][1])
        vectors = table.vectors().requires_grad_()
        loss = step_loss(source, rows, vectors, np.random.default_rng((recipe.seed, step)), recipe)
        loss.backward()  # type: ignore[no-untyped-call]
        assert vectors.grad is not None
        table.take_gradient(vectors.grad)
        optimizer.step()
        if step % 20 == 0:
            average += 0.3 * (float(loss.detach()) - average)
            progress.set_postfix(loss=f"{average:.3f}", refresh=False)
        if saved is not None and (step + 1) % EVERY == 0 and step + 1 < recipe.steps:
            beside = saved.with_suffix(".new")
            state = {"step": step + 1, "parameters": [p.data for p in table.parameters], "optimizer": optimizer.state_dict()}
            torch.save(state, beside)
            beside.replace(saved)
    return table.vectors().cpu()


def train(where: Where, recipe: Recipe) -> None:
    """Read, train, write the folder. Raises CorpusError where the text is not there.

    What is needed to go on after an interruption lies in a folder beside ``where.out`` until the end.
    """
    from tokenizers import Tokenizer

    from index.training.card import model_card
    from index.training.save import folder_bytes, save_model
    from index.training.tokenizer import train_tokenizer

    started = time.monotonic()
    text = gather(where.corpus, where.pairs, where.lexicon, where.thesaurus, recipe.crops, recipe.seed)
    sources = text.sources
    print(f"{sum(map(len, sources))} pairs from {len(sources)} sources, {len(text.paragraphs)} paragraphs", file=sys.stderr)
    state = where.out.with_name(f"{where.out.name}.training")
    run = {"recipe": asdict(recipe), "text": fingerprint(sources)}
    if state.is_dir() and json.loads((state / "run.json").read_text(encoding="utf-8")) != run:
        print(f"{state}: of another recipe or text, begun anew", file=sys.stderr)
        shutil.rmtree(state)
    if state.is_dir():
        print(f"{state}: going on from there", file=sys.stderr)
    else:
        tokenizer = train_tokenizer(tokenizer_texts(sources, text.paragraphs, recipe.seed), recipe.pieces)
        fresh = where.out.with_name(f".{where.out.name}.training")
        fresh.mkdir(parents=True, exist_ok=True)
        tokenizer.save(str(fresh / "tokenizer.json"))
        (fresh / "run.json").write_text(json.dumps(run), encoding="utf-8")
        fresh.rename(state)
    tokenizer = Tokenizer.from_file(str(state / "tokenizer.json"))
    print(f"tokenizer: {tokenizer.get_vocab_size()} pieces", file=sys.stderr)
    packer = Packer(tokenizer, recipe.longest)
    rounds = make_rounds(sources, packer, recipe)
    vectors = train_vectors(rounds, shared_parts(text, tokenizer, packer), recipe, state / "state.pt", where.device)
    minutes = (time.monotonic() - started) / 60
    save_model(
        where.out,
        tokenizer,
        vectors,
        model_card(replace(recipe, pieces=tokenizer.get_vocab_size()), sources, minutes, thesaurus=where.thesaurus is not None),
    )
    shutil.rmtree(state)
    print(f"{where.out}: {folder_bytes(where.out) / 1e6:.1f} MB after {minutes:.1f} minutes", file=sys.stderr)


def fingerprint(sources: Sequence[Source]) -> str:
    """Changes whenever a pair changes."""
    digest = hashlib.sha256()
    for source in sources:
        digest.update("\0".join([source.name, *source.queries, *source.positives, *source.negatives]).encode("utf-8", "replace"))
    return digest.hexdigest()


def parser() -> argparse.ArgumentParser:
    """The command line; every default is the shipped recipe."""
    recipe = Recipe()
    made = argparse.ArgumentParser(prog="python -m index.training.train", description=__doc__)
    made.add_argument("--corpus", type=Path, required=True, help="folder of *.txt[.xz] and *.jsonl[.xz]")
    made.add_argument(
        "--pairs", type=Path, default=PAIRS, help="folder of queries*, encyclopedia* and clauses*.jsonl, by default the project's own"
    )
    made.add_argument("--lexicon", type=Path, default=LEXICON, help="trade terms, by default the project's own")
    made.add_argument("--thesaurus", type=Path, help="groups of synonyms in the form of Cilin")
    made.add_argument("--device", default="cpu", help="cpu (default) or cuda")
    made.add_argument("--bench", type=Path, nargs="*", default=[], metavar="BEIR_DIR", help="folders to measure the model on, for its card")
    made.add_argument("--sts", type=Path, help="folder of sentence pairs to measure it on as well")
    made.add_argument("-o", "--out", type=Path, required=True, help="folder to write the model to")
    for name, kind in Recipe.__annotations__.items():
        value = getattr(recipe, name)
        made.add_argument(f"--{name}", type={"int": int, "float": float}[kind], default=value, help=f"default {value}")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 if a model was written, 2 if the arguments or the text cannot be used."""
    given = vars(parser().parse_args(argv))
    measured = [str(folder) for folder in given.pop("bench")]
    pairs = given.pop("sts")
    where = Where(**{name: given.pop(name) for name in ("corpus", "out", "pairs", "lexicon", "thesaurus", "device")})
    try:
        train(where, Recipe(**given))
    except CorpusError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"error: {error.name} is missing: pip install '.[train]'", file=sys.stderr)
        return 2
    if measured:
        from index.training.benchmark import main as benchmark

        return benchmark([*measured, *(["--sts", str(pairs)] if pairs else []), "--model", str(where.out), "--card"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
