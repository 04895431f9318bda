"""What pieces share: characters, letters, synonyms, translations; a rare word is learned from its relatives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.training.gloss import is_chinese

if TYPE_CHECKING:
    from torch import Tensor

    Rows = tuple[Tensor, Tensor, Tensor]


def parts_of(piece: str) -> list[str]:
    """Characters and pairs of them of a Chinese piece; runs of four and five letters of a Latin one."""
    if len(piece) < 2 or piece.isdigit():
        return []
    if is_chinese(piece):
        pairs = [piece[i : i + 2] for i in range(len(piece) - 1)] if len(piece) > 2 else []
        return [*piece, *pairs]
    marked = f"<{piece}>"
    return [marked[i : i + n] for n in (4, 5) for i in range(len(marked) - n + 1)]


@dataclass(frozen=True)
class Shared:
    """``parts`` sparse float32 (pieces, parts): row i spreads weight 1 over the parts of piece i.

    ``translations`` sparse float32 (pieces, pieces): row i of an English piece has the chances of its Chinese ones.
    """

    parts: Tensor
    translations: Tensor


def part_matrix(pieces: Sequence[str], meanings: Mapping[str, Sequence[str]]) -> Tensor:
    """Sparse float32 (pieces, parts): row i spreads weight 1 over the parts of piece i that two pieces share.

    A piece that is itself a part of others (外 in 外贸) shares that part; ``meanings`` names the groups of synonyms
    that a piece is in. Idea: Bojanowski et al. 2017, Enriching Word Vectors with Subword Information; here the sum
    is folded into the table after training.
    """
    rows = []
    for piece in pieces:
        held = parts_of(piece) or ([piece] if len(piece) == 1 else [])
        if is_chinese(piece) and len(piece) == 2:
            held = [*held, piece]
        groups = [f"#{group}" for group in meanings.get(piece, ())]
        # Groups count as much as all characters together.
        rows.append([(part, 1.0) for part in held] + [(group, max(1, len(held)) / len(groups)) for group in groups])
    counts = Counter(part for row in rows for part in {part for part, _ in row})
    numbers = {part: n for n, part in enumerate(sorted(p for p, c in counts.items() if c > 1))}
    entries = []
    for n, row in enumerate(rows):
        known = [(numbers[part], weight) for part, weight in row if part in numbers]
        total = sum(weight for _, weight in known)
        entries += [(n, number, weight / total) for number, weight in known]
    return sparse(entries, (len(pieces), max(1, len(numbers))))


def sparse(entries: Sequence[tuple[int, int, float]], shape: tuple[int, int]) -> Tensor:
    """(row, column, value) triples as a sparse float32 matrix."""
    import torch

    indices = torch.tensor([(row, column) for row, column, _ in entries] or [(0, 0)], dtype=torch.int64).T
    values = torch.tensor([value for *_, value in entries] or [0.0], dtype=torch.float32)
    return torch.sparse_coo_tensor(indices, values, shape, check_invariants=True).coalesce()


class Product:
    """A sparse matrix to multiply with; EmbeddingBag does it five times as fast as torch's sparse product."""

    def __init__(self, matrix: Tensor, device: str) -> None:
        self._down, self._up = (self._rows(m, device) for m in (matrix, matrix.T))

    @staticmethod
    def _rows(matrix: Tensor, device: str) -> Rows:
        import torch

        held = matrix.coalesce()
        row, column = held.indices()
        starts = torch.searchsorted(row, torch.arange(matrix.shape[0]))
        return column.to(device), starts.to(device), held.values().to(device)

    def times(self, dense: Tensor) -> Tensor:
        """matrix @ dense."""
        return self._sum(self._down, dense)

    def transposed(self, dense: Tensor) -> Tensor:
        """matrix.T @ dense."""
        return self._sum(self._up, dense)

    @staticmethod
    def _sum(rows: Rows, dense: Tensor) -> Tensor:
        from torch.nn.functional import embedding_bag

        columns, starts, values = rows
        return embedding_bag(columns, dense, starts, mode="sum", per_sample_weights=values)


class Table:
    """The token vectors while they are learned: (I + tie · translations) · (own + parts · shared).

    The gradient goes to the parameters by hand, faster than autograd's sparse product.
    """

    def __init__(self, shared: Shared, dim: int, parts: float, tie: float, device: str) -> None:
        import torch

        pieces, count = shared.parts.shape
        self._parts, self._translations = Product(shared.parts, device), Product(shared.translations, device)
        self._share, self._tie = parts, tie
        self._own = torch.nn.Parameter((0.1 * torch.randn(pieces, dim)).to(device))
        self._shared = torch.nn.Parameter((0.1 * torch.randn(count, dim)).to(device))
        # A translated piece starts as its translations.
        translated = torch.sparse.sum(shared.translations, dim=1).to_dense()
        self._own.data *= (1 - 0.8 * min(tie, 1.0) * translated.clamp(max=1.0).to(device))[:, None]
        self.parameters = [self._own, self._shared]

    def vectors(self) -> Tensor:
        """float32 (pieces, dim), apart from the parameters' graph."""
        import torch

        with torch.no_grad():
            base = self._own + self._share * self._parts.times(self._shared)
            return base + self._tie * self._translations.times(base)

    def take_gradient(self, gradient: Tensor) -> None:
        """Set the parameters' gradients from that of the vectors."""
        base = gradient + self._tie * self._translations.transposed(gradient)
        self._own.grad = base
        self._shared.grad = self._share * self._parts.transposed(base)
