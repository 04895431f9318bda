"""The training objective, in plain torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def contrastive(
    queries: Tensor,
    documents: Tensor,
    same_document: Tensor,
    same_query: Tensor,
    scale: float,
) -> Tensor:
    """InfoNCE with in-batch negatives, in both directions (van den Oord 2018; Henderson 2017).

    ``queries`` float (n, d) and ``documents`` float (n + m, d), unit rows; document ``i`` answers query
    ``i``, the last m rows answer none. ``same_document`` bool (n, n + m) and ``same_query`` bool (n, n) mark
    pairs off the diagonal that are no negatives because the texts are equal. Returns a scalar.
    """
    import torch
    from torch.nn.functional import cross_entropy

    count = len(queries)
    scores = scale * queries @ documents.T
    scores = scores.masked_fill(same_document, -1e4)
    target = torch.arange(count, device=scores.device)
    square = scores[:, :count].masked_fill(same_query, -1e4)
    forward = torch.cat([square, scores[:, count:]], dim=1)
    return 0.5 * (cross_entropy(forward, target) + cross_entropy(square.T, target))


def late_interaction(table: Tensor, queries: Tensor, documents: Tensor, same_document: Tensor, scale: float) -> Tensor:
    """InfoNCE over Σ_i |q_i| max_j cos(q_i, d_j) / Σ_i |q_i|, the score of ``benchmark.late_scores``.

    ``table`` float (pieces, dim); ``queries`` int64 (n, a) and ``documents`` int64 (n + m, b) token ids,
    padded with -1; ``same_document`` as in ``contrastive``. Returns a scalar.
    """
    import torch
    from torch.nn.functional import cross_entropy, embedding, normalize

    asked = embedding(queries.clamp(min=0), table)
    weights = asked.norm(dim=-1) * (queries >= 0)
    held = normalize(embedding(documents.clamp(min=0), table), dim=-1)
    cosines = (normalize(asked, dim=-1).flatten(0, 1) @ held.flatten(0, 1).T).view(*queries.shape, *documents.shape)
    best = cosines.masked_fill((documents < 0)[None, None], -1.0).amax(dim=-1)
    scores = (weights[:, :, None] * best).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-6)[:, None]
    scores = (scale * scores).masked_fill(same_document, -1e4)
    return cross_entropy(scores, torch.arange(len(queries), device=scores.device))
