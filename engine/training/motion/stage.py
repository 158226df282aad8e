"""What a pack says of the motion encoder: names, thresholds, context."""

from __future__ import annotations

from engine.packs.stages import EventKind, MotionStage
from engine.training.motion.network import CONTEXT
from engine.training.motion.targets import CURVES
from engine.training.scenes.scene import KINDS

# Chosen by `evaluate`: the best F1 at 50 ms before silent scenes begin to sound.
THRESHOLDS = {"impact": 0.35, "footstep": 0.35, "splash": 0.35}
# A roll on a drum is the quickest of impacts; feet and splashes are slower.
DISTANCES = {"impact": 0.08, "footstep": 0.16, "splash": 0.16}


def event_kinds(threshold: float | None = None) -> tuple[EventKind, ...]:
    """Return the kinds in the graph's order, at their own thresholds or all at one."""
    return tuple(
        EventKind(name, THRESHOLDS[name] if threshold is None else threshold, DISTANCES[name])
        for name in KINDS
    )


def motion_stage() -> MotionStage:
    """Return the motion stage of the base pack's manifest."""
    return MotionStage(
        pictures="motion",
        graph="motion",
        input="frames",
        events="events",
        strengths="strengths",
        offsets="offsets",
        curves="curves",
        kinds=event_kinds(),
        curve_names=CURVES,
        context=CONTEXT,
    )
