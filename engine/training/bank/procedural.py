"""Synthetic sounds that fill the bank's gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.training.bank.table import Description

VERSION = "1"


@dataclass(frozen=True, slots=True)
class Procedure:
    """A synthetic sound before it is rendered.

    Attributes:
        name: Unique; also seeds its randomness.
        description: What it is.
        render: Makes float32 [n] at 48 kHz.
    """

    name: str
    description: Description
    render: Callable[[], npt.NDArray[np.float32]]


def procedures() -> Iterator[Procedure]:
    """Yield every synthetic sound."""
    yield from ()
