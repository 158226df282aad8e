"""How words sound in time: planes through the text space, fitted to the bank's captions.

The bank knows of every recording whether it goes on (a bed: rain, a crowd) or happens (an event, a
step), and for how long it rings; regression on the captions' vectors carries both over to words
that the bank has never met.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from engine.training.clips.onsets import ENERGY_RATE, SAMPLE_RATE, energy_curve
from engine.training.pretrained.labels import embed

if TYPE_CHECKING:
    from pathlib import Path

    from engine.onsets import Samples
    from engine.training.bank.store import Bank

LASTING, PASSING = frozenset({"bed"}), frozenset({"event", "step"})
_PENALTY = 1 / 3  # on half the squared norm, beside the sum of the losses
_RIDGE = 3.0
_FOLDS = 8
_PEAK = 0.7  # to which a recording is brought before its ring is measured
_LONGEST = 6.0  # seconds of a recording that count

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TimingRules:
    """Fitted planes, float32 [width + 1] each: normal and offset.

    Attributes:
        lasting: Beyond it lie words for what sounds on and on.
        accuracy: Mean share of lasting and of passing captions on the right side, each caption
            judged by a plane that was fitted without its category.
        ringing: Gives the natural logarithm of the seconds that an event rings.
        error: By what factor a caption's ring is missed in the middle (median), judged likewise.
        error_of_one: The same of one ring for all, the median.
    """

    lasting: Floats
    accuracy: float
    ringing: Floats
    error: float
    error_of_one: float


def fit_timing(bank: Bank, pretrained: Path) -> TimingRules:
    """Fit the planes to the captions of a bank.

    Args:
        bank: The bank; captions of recordings of both kinds, and of music, say nothing. Those of
            held-out recordings count for the first plane, as they are words, no sound; for the
            second, whose truth is heard, they do not.
        pretrained: Folder with text.onnx and tokenizer.json.
    """
    tokenizer = Tokenizer.from_file(str(pretrained / "tokenizer.json"))
    captions, lasting, category = _captions(bank)
    vectors = np.stack(embed(captions, pretrained / "text.onnx", tokenizer))
    right = np.zeros(len(captions), bool)
    for seen, judged in _folds(category):
        plane = _logistic(vectors[seen], lasting[seen])
        right[judged] = (vectors[judged] @ plane[:-1] + plane[-1] > 0) == lasting[judged]
    accuracy = (right[lasting].mean() + right[~lasting].mean()) / 2
    captions, logarithm, category = _rings(bank)
    ringing = np.stack(embed(captions, pretrained / "text.onnx", tokenizer))
    missed = np.zeros(len(captions))
    for seen, judged in _folds(category):
        plane = _ridge(ringing[seen], logarithm[seen])
        missed[judged] = np.abs(ringing[judged] @ plane[:-1] + plane[-1] - logarithm[judged])
    of_one = np.abs(logarithm - np.median(logarithm))
    return TimingRules(
        _logistic(vectors, lasting),
        float(accuracy),
        _ridge(ringing, logarithm),
        float(np.exp(np.median(missed))),
        float(np.exp(np.median(of_one))),
    )


def ring(samples: Samples) -> float:
    """Return for how many seconds a recording rings: the area under its energy, by its height.

    It counts from the peak on, as what goes before is attack, and the smear of the measure.
    """
    peak = max(float(np.abs(samples).max()), 1e-6)
    around = np.pad(samples * (_PEAK / peak), (SAMPLE_RATE // 10, SAMPLE_RATE))
    energy = energy_curve(around)
    after = energy[energy.argmax() :]
    return float((after.sum() - after[0] / 2) / float(ENERGY_RATE) / after[0])


def _folds(category: NDArray[np.str_]) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """What is fitted to and what is judged, by whole categories."""
    fold = np.unique(category, return_inverse=True)[1] % _FOLDS
    return [(fold != k, fold == k) for k in range(_FOLDS) if (fold == k).any()]


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


def _rings(bank: Bank) -> tuple[list[str], NDArray[np.float64], NDArray[np.str_]]:
    """Captions of what happens, the logarithm of their median ring, and a category of each."""
    rings: dict[str, list[float]] = defaultdict(list)
    categories: dict[str, str] = {}
    for entry in bank.entries:
        if entry.role not in PASSING or entry.split != "train":
            continue
        measured = ring(bank.samples(entry, 0, min(entry.samples, int(_LONGEST * SAMPLE_RATE))))
        for caption in entry.captions:
            rings[caption].append(measured)
            categories[caption] = min(entry.category, categories.get(caption, entry.category))
    known = sorted(rings)
    middle = np.log([float(np.median(rings[text])) for text in known])
    return known, middle, np.array([categories[text] for text in known])


def _ridge(vectors: Floats, wanted: NDArray[np.float64]) -> Floats:
    """Linear regression with a penalty on the normal, not on the offset."""
    centre, middle = vectors.mean(0, dtype=np.float64), float(wanted.mean())
    apart = vectors - centre
    gram = apart.T @ apart + _RIDGE * np.eye(apart.shape[1])
    normal = np.linalg.solve(gram, apart.T @ (wanted - middle))
    return np.append(normal, middle - centre @ normal).astype(np.float32)


def _logistic(vectors: Floats, lasting: NDArray[np.bool_]) -> Floats:
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
    fitted: Floats = plane.detach().numpy().astype(np.float32)
    return fitted
