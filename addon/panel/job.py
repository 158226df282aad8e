"""A job: takes for one clip or several, each an order of its own to the engine."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from addon import messages
from engine import protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from addon.messages import Clip, PanelMessage, Settings

_STAGE_WAITING = "waiting"


def clip_range(clip: Clip) -> protocol.ClipRange:
    """Return the engine's words for an editor's clip."""
    return protocol.ClipRange(
        clip.media, clip.media_start, clip.frames, clip.rate, clip.speed, clip.name
    )


def _wish(clip: Clip, settings: Settings) -> protocol.Wish:
    return protocol.Wish(
        prompt=settings.prompt or None,
        negative=settings.negative or None,
        takes=settings.takes,
        seed=settings.seed,
        # The empty name is what follows the prompt, in any pack.
        guidance={} if settings.guidance is None else {"": settings.guidance},
        stems=settings.stems,
        cues=clip.cues if settings.cues_from_markers else None,
        pack=settings.pack,
        device=settings.device,
        prompts=settings.prompts,
        negatives=settings.negatives,
        levels=settings.levels,
        effort=settings.effort,
    )


def _take(file: protocol.TakeFile, settings: Settings) -> messages.Take:
    origin = _origin(Path(file.sidecar))
    pack = origin.get("pack")
    return messages.Take(
        number=file.number,
        seed=file.seed,
        wav=file.wav,
        sidecar=file.sidecar,
        samples=file.samples,
        sample_rate=file.sample_rate,
        prompt=settings.prompt,
        negative=settings.negative,
        suggested_prompt=str(origin.get("suggested_prompt") or ""),
        pack=str(pack.get("id", "")) if isinstance(pack, dict) else "",
        stems=file.stems,
    )


def _origin(sidecar: Path) -> dict[str, Any]:
    """What the sidecar says; a take whose sidecar went missing is still a take."""
    try:
        content = json.loads(sidecar.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@dataclass
class _Order:
    """One clip's share of a job."""

    clip: Clip
    fraction: float = 0.0
    takes: int = 0
    open: bool = True


@dataclass
class Job:
    """What was asked for, and how far it is.

    Every order ends with one of the engine's done, cancelled and error. One clip that fails does
    not keep the others from their sound: the job then fails at its end.

    Attributes:
        id: Its name, on the link too.
        clips: In the order in which they get their sound.
        settings: The same for all.
    """

    id: str
    clips: Sequence[Clip]
    settings: Settings
    _orders: dict[str, _Order] = field(init=False)
    _warnings: dict[str, None] = field(init=False, default_factory=dict)
    _suggested: str = field(init=False, default="")
    _failure: protocol.Error | None = field(init=False, default=None)
    _cancelled: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._orders = {f"{self.id}/{i}": _Order(clip) for i, clip in enumerate(self.clips)}

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return not self.open_orders

    @property
    def open_orders(self) -> list[str]:
        """The engine's ids of what is not finished."""
        return [name for name, order in self._orders.items() if order.open]

    def requests(self) -> Iterator[protocol.Generate]:
        """Yield all orders; the engine queues them, and its models stay loaded between them."""
        for name, order in self._orders.items():
            yield protocol.Generate(
                name, clip_range(order.clip), _wish(order.clip, self.settings), order.clip.folder
            )

    def replied(self, reply: protocol.Reply) -> Iterator[PanelMessage]:
        """Take in the engine's word on one of the orders; yield what to tell."""
        order = self._orders[str(getattr(reply, "id", None))]
        match reply:
            case protocol.Queued(position=position):
                if position and not self._started:
                    yield messages.Progress(self.id, _STAGE_WAITING, 0.0)
            case protocol.Progress():
                yield self._progress(order, reply)
            case protocol.TakeDone(take=file):
                order.takes += 1
                take = _take(file, self.settings)
                first = order.takes == 1
                level, apart = self.settings.level, self.settings.apart
                yield messages.Place(self.id, order.clip.id, take, first, level, apart)
            case protocol.Done() | protocol.Cancelled() | protocol.Error():
                self._end(order, reply)
                if self.over:
                    yield self._outcome()

    @property
    def _started(self) -> bool:
        return any(order.fraction or not order.open for order in self._orders.values())

    def _progress(self, order: _Order, reply: protocol.Progress) -> messages.Progress:
        order.fraction = reply.fraction
        whole = sum(o.fraction for o in self._orders.values()) / len(self._orders)
        # The engine knows the time of one order only.
        left = reply.seconds_left if len(self.open_orders) == 1 else None
        return messages.Progress(self.id, reply.stage, min(whole, 1.0), left)

    def _end(
        self, order: _Order, reply: protocol.Done | protocol.Cancelled | protocol.Error
    ) -> None:
        order.open, order.fraction = False, 1.0
        if isinstance(reply, protocol.Done):
            whose = f"{order.clip.name}: " if len(self._orders) > 1 else ""
            for warning in reply.result.get("warnings") or ():
                self._warnings[f"{whose}{warning}"] = None
            self._suggested = self._suggested or str(reply.result.get("suggested_prompt") or "")
        elif isinstance(reply, protocol.Cancelled):
            self._cancelled = True
        else:
            self._failure = self._failure or reply

    def _outcome(self) -> PanelMessage:
        if self._failure:
            error = self._failure
            return messages.Failed(self.id, error.code, error.what, error.remedy)
        if self._cancelled:
            return messages.Cancelled(self.id)
        return messages.Done(self.id, tuple(self._warnings), self._suggested)
