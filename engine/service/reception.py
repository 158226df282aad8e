"""What comes in: every line is answered at once or becomes a job, whatever it holds."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from engine import __version__
from engine.errors import LumiphoneError, PackError, unforeseen
from engine.protocol import (
    VERSION,
    Cancel,
    Cancelled,
    Done,
    Error,
    Hello,
    Packs,
    Queued,
    Quit,
    Ready,
)
from engine.service.jobs import DuplicateError
from engine.stems import usual_stems
from engine.wire import ProtocolError, request_of

if TYPE_CHECKING:
    from typing import Any

    from engine.packs.registry import Pack
    from engine.protocol import Job
    from engine.service.jobs import JobQueue
    from engine.service.replies import Replies

FAULT_REMEDY = "Try again; if it stays, report this message and what the engine's log says"


class Reception:
    """Takes a client's lines.

    Args:
        jobs: Where jobs go.
        replies: Where answers go.
    """

    def __init__(self, jobs: JobQueue, replies: Replies) -> None:
        self._jobs = jobs
        self._replies = replies
        self._greeted = False

    def take(self, line: bytes) -> bool:
        """Take one line and return whether the client wants more.

        Whatever is wrong with it, or goes wrong, is said to the client.
        """
        job: str | None = None
        try:
            request = request_of(line)
            if isinstance(request, Quit):
                return False
            if isinstance(request, Hello):
                self._greet(request)
                return True
            job = request.id
            self._answer(request)
        except ProtocolError as error:
            self._replies.send(failure(error.id, error))
        except LumiphoneError as error:
            self._replies.send(failure(job, error))
        except Exception as error:  # noqa: BLE001 - the process's edge: the next line may be good
            traceback.print_exception(error, file=sys.stderr)
            self._replies.send(failure(job, unforeseen(error, FAULT_REMEDY)))
        return True

    def _answer(self, request: Job | Packs | Cancel) -> None:
        if not self._greeted:
            raise VersionError("The engine was given work before it was greeted")
        if isinstance(request, Cancel):
            if self._jobs.cancel(request.id):
                self._replies.send(Cancelled(request.id))
        elif isinstance(request, Packs):
            self._replies.send(Done(request.id, {"packs": list_packs()}))
        else:
            self._enqueue(request)

    def _greet(self, hello: Hello) -> None:
        self._greeted = hello.version == VERSION
        if not self._greeted:
            raise VersionError(
                f"The engine speaks version {VERSION} of its protocol, not {hello.version}"
            )
        self._replies.send(ready())

    def _enqueue(self, job: Job) -> None:
        try:
            self._jobs.put(job, lambda before: self._replies.send(Queued(job.id, before)))
        except DuplicateError as error:
            self._replies.send(failure(None, error))  # the open job of that id goes on


class VersionError(LumiphoneError):
    """A client of another version, or none that was greeted."""

    code = "wrong_version"

    def __init__(self, what: str) -> None:
        super().__init__(what, "Update Lumiphone on both sides, then start it again")


def failure(job: str | None, error: LumiphoneError) -> Error:
    """Return the message that says what went wrong."""
    return Error(job, error.code, error.what, error.remedy)


def ready() -> Ready:
    """Return what this engine is, and what it uses if nothing else is asked for."""
    from engine.inference.session import cuda_usable  # noqa: PLC0415 - reading lines needs none
    from engine.packs.registry import get_pack  # noqa: PLC0415 - ditto

    pack: Pack | None = None
    try:
        pack = get_pack()
    except PackError as fault:
        print(fault, file=sys.stderr)  # noqa: T201 - the log; each job will say it, too
    return Ready(
        VERSION,
        __version__,
        pack.manifest.id if pack else None,
        "cuda" if cuda_usable() else "cpu",
        commercial_use=pack is not None and pack.manifest.licence.commercial_use,
    )


def list_packs() -> list[dict[str, Any]]:
    """Return the packs as :class:`engine.protocol.Done` describes them."""
    from engine.packs import registry  # noqa: PLC0415 - ditto

    listing = registry.list_packs()
    usable: list[dict[str, Any]] = [
        {
            "id": manifest.id,
            "title": manifest.title,
            "licence": manifest.licence.name,
            "commercial_use": manifest.licence.commercial_use,
            "bytes": sum(entry.bytes for entry in manifest.files.values()),
            "stems": list(manifest.stems),
            "usual_stems": list(usual_stems(manifest)),
            "levels": {stem: manifest.levels.get(stem, 0.0) for stem in manifest.stems},
            "guidance": dict(manifest.sampler.guidance),
            "fault": None,
        }
        for manifest in (pack.manifest for pack in listing.packs)
    ]
    return usable + [{"id": "", "fault": str(fault)} for fault in listing.faults]
