"""What a command says: results on stdout, everything else on stderr."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tqdm import tqdm

    from engine.errors import LumiphoneError
    from engine.progress import Progress


class Console:
    """A person or a program at the other end.

    Attributes:
        json: Whether a program reads: then stdout holds one JSON object and nothing else.
    """

    def __init__(self, *, json: bool) -> None:
        self.json = json
        self._bar: tqdm[Any] | None = None

    def line(self, text: str) -> None:
        """Show a person a line of the result."""
        if not self.json:
            self._write(sys.stdout, text)

    def warning(self, text: str) -> None:
        """Tell a person, in a sentence; a program gets warnings in its object."""
        if not self.json:
            self._write(sys.stderr, f"lumiphone: {text}")

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Show rows with aligned columns."""
        if rows:
            widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
            for row in rows:
                cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
                self.line("  ".join(cells).rstrip())

    def result(self, data: dict[str, Any]) -> None:
        """Hand a program its object: the last line on stdout."""
        if self.json:
            _write(sys.stdout, json.dumps(data))  # ASCII: right in every terminal's encoding

    def error(self, error: LumiphoneError) -> None:
        """Say what failed and what to do, in one line."""
        _write(sys.stderr, "lumiphone: " + " ".join(str(error).split()))
        self.result({"error": {"code": error.code, "what": error.what, "remedy": error.remedy}})

    @contextlib.contextmanager
    def progress(self) -> Iterator[Progress]:
        """Provide a callback that draws a bar on stderr, if that is a terminal."""
        from tqdm import tqdm  # only commands that take long draw one

        form = "{desc:<24} {percentage:3.0f}%|{bar}| {elapsed}"
        with tqdm(total=1.0, bar_format=form, disable=None, leave=False, file=sys.stderr) as bar:
            shown = ("", 0)

            def show(stage: str, fraction: float) -> None:
                nonlocal shown
                state = (stage, round(100 * fraction))
                if state != shown and not bar.disable:  # drawing costs more than some steps
                    shown = state
                    bar.set_description_str(stage, refresh=False)
                    bar.n = fraction
                    bar.refresh()

            self._bar = bar
            try:
                yield show
            finally:
                self._bar = None

    def _write(self, stream: Any, text: str) -> None:  # noqa: ANN401 - as below
        """Write a line; a bar that is drawn makes room for it."""
        bar = None if self._bar is None or self._bar.disable else self._bar
        if bar is not None:
            bar.clear()
        _write(stream, text)
        if bar is not None:
            bar.refresh()


def _write(stream: Any, text: str) -> None:  # noqa: ANN401 - text streams, replaced ones included
    with contextlib.suppress(BrokenPipeError):  # nobody reads any more (`| head`)
        stream.write(text + "\n")
        stream.flush()
