"""Nested edits laid out flat: times inside a nest become frames of the sequence, exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction

from engine.errors import InputError
from engine.timeline.sequence import Media, Placed, Track, TrackKind, Transition

_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Item:
    """A clip or a nest as its own track places it, in seconds of that track.

    Attributes:
        name: What the edit calls it.
        begin: Where it begins, a transition's overlap included.
        end: Where it ends, a transition's overlap included.
        inner: What it shows at ``begin``: seconds in its file or nest.
        speed: Seconds of the file or nest per second of the track.
        fade_in: Seconds in which a transition brings it in.
        fade_out: Seconds in which a transition takes it out.
    """

    name: str
    begin: Fraction
    end: Fraction
    inner: Fraction
    speed: Fraction = Fraction(1)
    fade_in: Fraction = Fraction(0)
    fade_out: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Window:
    """What of a nest is seen on the sequence, and when.

    Attributes:
        rate: The sequence's.
        origin: Seconds of the sequence at which ``inner`` is shown.
        inner: Seconds inside the nest.
        speed: Seconds of the nest per second of the sequence.
        first: The sequence's frame at which the nest comes into view.
        end: The frame at which it is gone; None: never.
        fade_in: Frames from ``first`` in which a transition brings the nest in.
        fade_out: Frames up to ``end`` in which a transition takes it out.
    """

    rate: Fraction
    origin: Fraction = Fraction(0)
    inner: Fraction = Fraction(0)
    speed: Fraction = Fraction(1)
    first: int = 0
    end: int | None = None
    fade_in: int = 0
    fade_out: int = 0

    def at(self, inner: Fraction) -> Fraction:
        """Return the sequence's time (s) at which the nest's ``inner`` (s) is shown."""
        return self.origin + (inner - self.inner) / self.speed

    def frame(self, inner: Fraction) -> int:
        """Return the frame nearest to that time."""
        return round(self.at(inner) * self.rate)

    def nest(self, item: Item) -> Window | None:
        """Return the view into a nest that lies in this one, or None if nothing of it is seen."""
        shown = self._shown(item)
        if shown is None or item.speed <= 0:
            return None
        first, end, fade_in, fade_out = shown
        return Window(
            self.rate,
            self.at(item.begin),
            item.inner,
            self.speed * item.speed,
            first,
            end,
            fade_in,
            fade_out,
        )

    def place(self, item: Item, media: Media | None, obstacle: str = "") -> Placed | None:
        """Return a clip of the nest as the sequence shows it, or None if nothing of it is seen."""
        shown = self._shown(item)
        if shown is None:
            return None
        first, end, fade_in, fade_out = shown
        speed = self.speed * item.speed
        start = item.inner + (first / self.rate - self.at(item.begin)) * speed
        if start < 0 < speed:  # the file has nothing before its first picture
            missing = math.ceil(-start / speed * self.rate)
            first, fade_in = first + missing, max(0, fade_in - missing)
            start += missing / self.rate * speed
        if end <= first:
            return None
        placed = Placed(item.name, first, end - first, media, start, speed, fade_in, fade_out)
        return replace(placed, obstacle=obstacle or _obstacle(placed))

    def transition(
        self, name: str, begin: Fraction, end: Fraction, cut: Fraction
    ) -> Transition | None:
        """Return a transition of the nest, or None if it is not seen whole."""
        first, after = self.frame(begin), self.frame(end)
        if first < self.first or (self.end is not None and after > self.end) or after <= first:
            return None
        return Transition(name, first, after - first, self.frame(cut))

    def _shown(self, item: Item) -> tuple[int, int, int, int] | None:
        """First frame, frame after the last, and the fades, of what is seen of an item."""
        begin, after = self.frame(item.begin), self.frame(item.end)
        first = max(self.first, begin)
        end = after if self.end is None else min(after, self.end)
        if end <= first:
            return None
        fade_in = max(0, self._length(item.begin, item.fade_in) - (first - begin))
        fade_out = max(0, self._length(item.end, -item.fade_out) - (after - end))
        if first == self.first:
            fade_in = max(fade_in, self.fade_in)
        if end == self.end:
            fade_out = max(fade_out, self.fade_out)
        return first, end, fade_in, fade_out

    def _length(self, edge: Fraction, fade: Fraction) -> int:
        return abs(self.frame(edge + fade) - self.frame(edge))


def _obstacle(placed: Placed) -> str:
    if placed.media is None:
        return "shows no file (a title, a generator, or offline)"
    if placed.speed <= 0:
        return "stands still" if placed.speed == 0 else "plays backwards; render it first"
    return ""


@dataclass(slots=True)
class Layers:
    """Tracks in the making: a nest of several tracks needs as many of them."""

    kind: TrackKind
    name: str
    clips: list[list[Placed]] = field(default_factory=lambda: [[]])
    transitions: list[list[Transition]] = field(default_factory=lambda: [[]])

    def add(self, layer: int, found: Placed | Transition | None) -> None:
        """Put something on a layer; nothing (None) changes nothing."""
        while len(self.clips) <= layer:
            self.clips.append([])
            self.transitions.append([])
        if isinstance(found, Placed):
            self.clips[layer].append(found)
        elif found is not None:
            self.transitions[layer].append(found)

    def tracks(self) -> list[Track]:
        """Return them as tracks, bottom first."""
        pairs = zip(self.clips, self.transitions, strict=True)
        return [
            Track(
                self.name if layer == 0 else f"{self.name}.{layer + 1}",
                self.kind,
                tuple(clips),
                tuple(transitions),
                layer,
            )
            for layer, (clips, transitions) in enumerate(pairs)
        ]


@dataclass(frozen=True, slots=True)
class View:
    """A nest's window, and the layer of the tracks in the making on which it is laid out.

    Attributes:
        window: What of the nest is seen.
        layers: Where its clips go.
        layer: Its lowest layer.
        depth: How many nests it lies in.
    """

    window: Window
    layers: Layers
    layer: int = 0
    depth: int = 0

    def above(self, tracks: int) -> View:
        """Return the view of the nest's track that lies ``tracks`` above its lowest."""
        return replace(self, layer=self.layer + tracks)

    def into(self, item: Item) -> View | None:
        """Return the view into a nest that lies in this one, or None if nothing of it is seen.

        Raises:
            InputError: It lies too deep: it probably holds itself.
        """
        if self.depth >= _DEEPEST:
            what = f"Nest {item.name} lies in more than {_DEEPEST} others"
            raise InputError(what, "Check whether a nested timeline holds itself")
        window = self.window.nest(item)
        return replace(self, window=window, depth=self.depth + 1) if window else None

    def place(self, item: Item, media: Media | None, obstacle: str) -> None:
        """Lay out a clip, unless nothing of it is seen."""
        self.layers.add(self.layer, self.window.place(item, media, obstacle))

    def join(self, name: str, begin: Fraction, end: Fraction, cut: Fraction) -> None:
        """Lay out a transition, unless it is not seen whole."""
        self.layers.add(self.layer, self.window.transition(name, begin, end, cut))
