"""Standard streams for the protocol alone."""

from __future__ import annotations

import os
import sys
from typing import BinaryIO


def claim_stdio() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout away from everything else in this process and return them.

    From then on what Python code or C libraries print goes to stderr, and who reads stdin finds it
    empty, so that no library can garble the protocol or eat a request. Child processes get neither.
    """
    sys.stdout.flush()
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdin, sys.stdout = os.fdopen(0, closefd=False), sys.stderr
    return requests, replies
