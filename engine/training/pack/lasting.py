"""Which words name what sounds on and on: a plane through the text space, fitted to the bank.

The bank knows of every recording whether it goes on (a bed: rain, a crowd) or happens (an event, a
step); logistic regression on the captions' vectors carries that over to words it has never met.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer

from engine.training.pretrained.labels import embed

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.training.bank.store import Bank

LASTING, PASSING = frozenset({"bed"}), frozenset({"event", "step"})
_PENALTY = 1 / 3  # on half the squared norm, beside the sum of the losses
_FOLDS = 8


class LastingRule(NamedTuple):
    """A fitted plane.

    Attributes:
        plane: float32 [width + 1], normal and offset.
        accuracy: Mean share of lasting and of passing captions on the right side, each caption
            judged by a plane that was fitted without its category.
    """

    plane: NDArray[np.float32]
    accuracy: float


def fit_lasting(bank: Bank, pretrained: Path) -> LastingRule:
    """Fit the plane to the captions of a bank.

    Args:
        bank: The bank; captions of recordings of both kinds, and of music, say nothing. Those of
            held-out recordings count: they are words, no sound.
        pretrained: Folder with text.onnx and tokenizer.json.
    """
    captions, lasting, category = _captions(bank)
    tokenizer = Tokenizer.from_file(str(pretrained / "tokenizer.json"))
    vectors = np.stack(embed(captions, pretrained / "text.onnx", tokenizer))
    fold = np.unique(category, return_inverse=True)[1] % _FOLDS
    right = np.zeros(len(captions), bool)
    for k in range(_FOLDS):
        seen, judged = fold != k, fold == k
        plane = _plane(vectors[seen], lasting[seen])
        right[judged] = (vectors[judged] @ plane[:-1] + plane[-1] > 0) == lasting[judged]
    accuracy = (right[lasting].mean() + right[~lasting].mean()) / 2
    return LastingRule(_plane(vectors, lasting), float(accuracy))


def _captions(bank: Bank) -> tuple[list[str], NDArray[np.bool_], NDArray[np.str_]]:
    """Captions of one kind only, the kind, and a category of each."""
    roles: dict[str, set[str]] = defaultdict(set)
    categories: dict[str, str] = {}
    for entry in bank.entries:
        for caption in entry.captions:
            roles[caption].add(entry.role)
            categories[caption] = min(entry.category, categories.get(caption, entry.category))
    known = sorted(text for text, kinds in roles.items() if kinds <= LASTING or kinds <= PASSING)
    lasting = np.array([roles[text] <= LASTING for text in known])
    return known, lasting, np.array([categories[text] for text in known])


def _plane(vectors: NDArray[np.float32], lasting: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Logistic regression in which both kinds weigh the same."""
    inputs = torch.from_numpy(np.pad(vectors, ((0, 0), (0, 1)), constant_values=1.0)).double()
    sign = torch.from_numpy(np.where(lasting, 1.0, -1.0))
    share = float(lasting.mean())
    weight = torch.from_numpy(np.where(lasting, 0.5 / share, 0.5 / (1 - share)))
    plane = torch.zeros(inputs.shape[1], dtype=torch.float64, requires_grad=True)
    solver = torch.optim.LBFGS([plane], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        solver.zero_grad()
        wrong = torch.nn.functional.softplus(-sign * (inputs @ plane))
        total: torch.Tensor = (weight * wrong).sum() + _PENALTY / 2 * plane[:-1].square().sum()
        total.backward()  # type: ignore[no-untyped-call]  # torch's own is not typed
        return total

    solver.step(loss)  # type: ignore[no-untyped-call]  # torch's own is not typed
    fitted: NDArray[np.float32] = plane.detach().numpy().astype(np.float32)
    return fitted
