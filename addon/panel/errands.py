"""Small questions to the engine, and what becomes of its answers.

An errand is told each reply to its question and says whether that was the last.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from addon.panel.listener import Listener
from engine import protocol
from engine.cues import CueSheet
from engine.errors import CueSheetError

if TYPE_CHECKING:
    from collections.abc import Mapping

Errand = Callable[[Listener, protocol.Reply], bool]


def packs() -> Errand:
    """Return what tells a listener the packs."""
    return partial(_answer, _tell_packs, None)


def cues(clip: str, look: str) -> Errand:
    """Return what tells a listener a clip's cues; failures are about the ``look``."""
    return partial(_answer, partial(_tell_cues, clip, look), look)


def suggestion(clip: str, look: str) -> Errand:
    """Return what tells a listener what a clip shows; failures are about the ``look``."""
    return partial(_answer, partial(_tell_suggestion, clip), look)


def _answer(
    done: Callable[[Listener, Mapping[str, Any]], None],
    about: str | None,
    listener: Listener,
    reply: protocol.Reply,
) -> bool:
    if isinstance(reply, protocol.Done):
        done(listener, reply.result)
    elif isinstance(reply, protocol.Error):
        listener.on_failed(about, reply.what, reply.remedy)
    return isinstance(reply, protocol.Done | protocol.Error | protocol.Cancelled)


def _tell_packs(listener: Listener, result: Mapping[str, Any]) -> None:
    listener.on_packs(result.get("packs") or ())


def _tell_cues(clip: str, look: str, listener: Listener, result: Mapping[str, Any]) -> None:
    try:
        sheet = CueSheet.from_json(result.get("cues"), "The engine's cue sheet")
    except CueSheetError as error:
        listener.on_failed(look, error.what, error.remedy)
        return
    listener.on_looked(clip, sheet, [str(warning) for warning in result.get("warnings") or ()])


def _tell_suggestion(clip: str, listener: Listener, result: Mapping[str, Any]) -> None:
    labels = [str(entry["label"]) for entry in result.get("labels") or ()]
    prompt, mood = (str(result.get(name) or "") for name in ("suggested_prompt", "mood"))
    listener.on_suggested(clip, prompt, mood, labels)
