"""How well a take meets the cue sheet: the measure by which takes are ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.onset_agreement import match
from engine.onsets import SAMPLE_RATE, detect_onsets

if TYPE_CHECKING:
    from engine.cues import CueSheet
    from engine.inference.arrays import Floats

# Sound and picture that lie farther apart are noticed (ITU-R BT.1359: about 45 ms early, 125 late).
TOLERANCE = 0.08  # seconds


def sync_score(samples: Floats, sample_rate: int, sheet: CueSheet) -> float | None:
    """Return the F1 of a sound's onsets against the events of a cue sheet, 0 to 1.

    Args:
        samples: float32 [channels, samples].
        sample_rate: Samples per second.
        sheet: What happens when.

    Returns:
        None if nothing happens on the sheet: then silence and sound are alike.
    """
    if not sheet.events:
        return None
    mono = samples.mean(axis=0)
    # The detector looks at rises of bands over milliseconds, which interpolation leaves alone.
    points = np.arange(len(mono) * SAMPLE_RATE // sample_rate) * (sample_rate / SAMPLE_RATE)
    resampled = np.interp(points, np.arange(len(mono)), mono).astype(np.float32)
    heard = [onset.sample / SAMPLE_RATE for onset in detect_onsets(resampled)]
    return match(sorted(event.seconds for event in sheet.events), heard, TOLERANCE).f1
