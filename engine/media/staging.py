"""Files appear whole or not at all: written under a temporary name, then renamed.

A killed process can leave its draft behind; the next one to write the same file removes it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from typing import TYPE_CHECKING

from engine.errors import LumiphoneError, OutputError
from engine.media.strays import is_stray, writers_mark

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REMEDIES = {
    errno.ENOENT: "Create the folder first, or choose another",
    errno.ENOTDIR: "Choose a folder",
    errno.ENOSPC: "Free some space, or choose a folder on another disk",
    errno.EDQUOT: "Free some space, or choose a folder on another disk",
    errno.EFBIG: "Choose a disk that allows larger files, or a shorter span",
    errno.EACCES: "Choose a folder that you may write to",
    errno.EPERM: "Choose a folder that you may write to",
    errno.EROFS: "Choose a folder that can be written to",
    errno.ENAMETOOLONG: "Choose a shorter name",
}


@contextlib.contextmanager
def staged(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; it takes that name when the block ends well.

    After any error, an interrupt from the keyboard included, nothing of it is left and what was
    at ``path`` before is untouched.

    Raises:
        OutputError: The operating system refuses to write there.
    """
    if path.is_dir():
        raise OutputError(f"{path} is a folder", "Add a file name")
    begin, end = f".{path.stem[:100]}-", f".part{path.suffix}"
    draft = path.with_name(f"{begin}{writers_mark()}-{secrets.token_hex(4)}{end}")
    try:
        _remove_strays(path.parent, begin, end)
        yield draft
        draft.replace(path)
    except LumiphoneError:
        raise
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        remedy = _REMEDIES.get(error.errno or 0, "Choose another folder")
        raise OutputError(f"{path} cannot be written ({reason})", remedy) from error
    finally:
        draft.unlink(missing_ok=True)


def _remove_strays(folder: Path, begin: str, end: str) -> None:
    form = re.compile(rf"{re.escape(begin)}([0-9a-f]{{8}}\.\d+)-[0-9a-f]{{8}}{re.escape(end)}")
    with contextlib.suppress(FileNotFoundError):  # the folder's: told when the draft is opened
        for draft in list(folder.iterdir()):
            if (match := form.fullmatch(draft.name)) and is_stray(draft, match[1]):
                draft.unlink(missing_ok=True)
