"""The one error tree of the engine.

Every error that reaches a user says three things: what happened, to which file or clip, and what
to do about it. The exit code is the command line's contract (0 done, 2 bad input or usage, 3 the
engine failed, 130 cancelled).
"""

from __future__ import annotations

from typing import ClassVar


class LumiphoneError(Exception):
    """Something the user must know about.

    Args:
        what: What happened and to which file, clip or setting, without a full stop.
        remedy: What the user can do about it, without a full stop.
    """

    exit_code: ClassVar[int] = 3
    code: ClassVar[str] = "engine_failed"

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}. {self.remedy}."


class InputError(LumiphoneError, ValueError):
    """A setting, prompt, span or file that cannot be used as it is."""

    exit_code = 2
    code = "bad_input"


class MediaError(InputError):
    """A media file that cannot be opened, decoded or understood."""

    code = "bad_media"


class CueSheetError(InputError):
    """A cue sheet file that cannot be read."""

    code = "bad_cues"


class OutputError(LumiphoneError, OSError):
    """A result that cannot be written (folder missing, read-only, disk full)."""

    exit_code = 2
    code = "bad_output"

    # OSError formats itself from errno; ours speaks for itself.
    __str__ = LumiphoneError.__str__


class PackError(LumiphoneError):
    """A model pack that is missing, damaged or made for another engine."""

    exit_code = 2
    code = "bad_pack"


class PackNotFoundError(PackError, FileNotFoundError):
    """No pack of that id lies in any pack folder."""

    code = "pack_not_found"

    __str__ = LumiphoneError.__str__


class InferenceError(LumiphoneError):
    """onnxruntime failed (out of memory, provider missing, a graph that does not run)."""

    code = "inference_failed"


class CancelledError(LumiphoneError):
    """The user cancelled; nothing half-done was left behind."""

    exit_code = 130
    code = "cancelled"

    def __init__(
        self, what: str = "Cancelled", remedy: str = "Finished takes were kept, nothing else was"
    ) -> None:
        super().__init__(what, remedy)


def unforeseen(error: Exception, remedy: str) -> LumiphoneError:
    """Return an error of ours for one that nobody foresaw, for the process's edges.

    Args:
        error: What was caught.
        remedy: For a fault of the program.
    """
    if isinstance(error, MemoryError):
        what, remedy = "Memory ran out", "Close other programs, or use a shorter stretch"
    elif isinstance(error, ImportError):
        what = f"A library is missing or damaged ({error})"
        remedy = "Install Lumiphone again; `lumiphone doctor` says what is missing"
    else:
        what = f"Something unforeseen failed ({type(error).__name__}: {error})"
    failure = LumiphoneError(what, remedy)
    failure.__cause__ = error
    return failure
