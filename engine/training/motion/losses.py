"""What the motion encoder is trained to minimise."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

Answers = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]
NAMES = ("event", "kind", "strength", "offset", "curves")


def losses(answers: Answers, truth: Answers) -> tuple[Tensor, ...]:
    """Return the five losses, weighted, in the order of :data:`NAMES`.

    Events use the quality focal loss (Li et al. 2020), the rest is counted near events only, except
    the curves.

    Args:
        answers: From the network.
        truth: event [clips, pictures], kind [.., kinds], strength, offset, curves [.., curves].
    """
    event, kind, strength, offset, curves = answers
    true_event, true_kind, true_strength, true_offset, true_curves = truth
    surprise = (true_event - torch.sigmoid(event)).abs() ** 1.5
    crossed = F.binary_cross_entropy_with_logits(event, true_event, reduction="none")
    weight = true_event
    total = weight.sum().clamp(min=1)
    named = -(true_kind * F.log_softmax(kind, 2)).sum(2)
    moved = F.smooth_l1_loss(offset, true_offset, beta=0.1, reduction="none")
    louder = F.smooth_l1_loss(strength, true_strength, beta=0.1, reduction="none")
    shaped = F.binary_cross_entropy_with_logits(curves, true_curves)
    return (
        10 * (surprise * crossed).mean(),
        0.4 * (named * weight).sum() / total,
        0.5 * (louder * weight).sum() / total,
        1.0 * (moved * weight).sum() / total,
        0.5 * shaped,
    )
