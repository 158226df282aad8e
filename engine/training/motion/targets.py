"""What the motion encoder is to say about a clip, from its true contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.training.scenes.clip import RATE
from engine.training.scenes.scene import KINDS, Contact

if TYPE_CHECKING:
    from collections.abc import Sequence

CURVES = ("energy", "onset")
BUMP = 0.7  # standard deviation in pictures of an event's bump
RING = 0.15  # seconds in which the energy of a blow falls to 1/e, to the eye
RISE = 0.02  # seconds before the contact at which it begins

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Targets:
    """Truth per picture, all float32 [pictures, ...].

    Attributes:
        event: Bump from 0 to 1, highest at the picture nearest to a contact.
        kind: [pictures, kinds]: 1 for the nearest contact's kind, within a picture and a half.
        strength: The nearest contact's strength there.
        offset: Pictures from this one to the nearest contact, -0.5 to 0.5.
        curves: [pictures, curves] in the order of :data:`CURVES`.
    """

    event: Floats
    kind: Floats
    strength: Floats
    offset: Floats
    curves: Floats


def targets(contacts: Sequence[Contact], pictures: int, continuous: Floats) -> Targets:
    """Lay contacts and continuous energy on the pictures' times.

    Args:
        contacts: True contacts, in seconds.
        pictures: Length; picture k is at k / RATE.
        continuous: float32 [pictures]: energy of what sounds without single moments.
    """
    event = np.zeros(pictures, np.float32)
    kind = np.zeros((pictures, len(KINDS)), np.float32)
    strength, offset = np.zeros(pictures, np.float32), np.zeros(pictures, np.float32)
    onset = np.zeros(pictures, np.float32)
    energy = np.clip(continuous.astype(np.float32), 0, 1)
    index = np.arange(pictures)
    for contact in contacts:
        place = contact.seconds * RATE
        away = place - index
        bump = np.exp(-0.5 * (away / BUMP) ** 2).astype(np.float32)
        near = (np.abs(away) <= 1.5) & (bump > event)
        kind[near] = 0
        kind[near, KINDS.index(contact.kind)] = 1
        strength[near] = contact.strength
        offset[near] = np.clip(away[near], -0.5, 0.5)
        event = np.maximum(event, bump)
        onset = np.maximum(onset, contact.strength * bump)
    energy = np.maximum(energy, _rings(contacts, index / RATE))
    return Targets(event, kind, strength, offset, np.stack([energy, onset], 1))


def _rings(contacts: Sequence[Contact], seconds: NDArray[np.float64]) -> Floats:
    """Return the energy of blows that ring off, 0 to 1, at moments in seconds."""
    energy = np.zeros(len(seconds), np.float32)
    for contact in contacts:
        since = seconds - contact.seconds + RISE
        ring = contact.strength * np.exp(-np.maximum(since, 0) / RING) * (since >= 0)
        np.maximum(energy, ring.astype(np.float32), out=energy)
    return energy
