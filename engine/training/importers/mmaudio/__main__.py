"""Import a variant: ``python -m engine.training.importers.mmaudio``, started by the engine.

What it does is told as engine.pack_import describes: one JSON object per line on stdout.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, get_args

from engine.errors import LumiphoneError, unforeseen
from engine.training.importers.mmaudio.importer import import_variant
from engine.training.importers.mmaudio.variants import VARIANTS
from engine.training.importers.precision import Precision


def main() -> int:
    """Import, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variant", choices=tuple(VARIANTS), required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--precision", choices=get_args(Precision), default="fp32")
    options = parser.parse_args()
    try:
        folder = import_variant(
            VARIANTS[options.variant],
            options.weights,
            options.output,
            options.precision,
            progress=lambda stage, fraction: _tell({"stage": stage, "fraction": fraction}),
        )
    except LumiphoneError as error:
        return _fail(error)
    except Exception as error:  # noqa: BLE001 - the process's edge
        return _fail(unforeseen(error, "Report it with the name of the variant"))
    _tell({"pack": str(folder)})
    return 0


def _fail(error: LumiphoneError) -> int:
    _tell({"error": {"code": error.code, "what": error.what, "remedy": error.remedy}})
    return error.exit_code


def _tell(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
