"""A file's samples as whole numbers, so that a sum of stems can be compared to the last bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile

if TYPE_CHECKING:
    from pathlib import Path


def whole_samples(path: str | Path) -> Any:  # noqa: ANN401 - an array
    """Return a 24-bit file's samples as it holds them."""
    assert soundfile.info(path).subtype == "PCM_24"
    whole = soundfile.read(path, dtype="int32")[0].astype(np.int64)
    assert not (whole % 256).any()
    return whole // 256
