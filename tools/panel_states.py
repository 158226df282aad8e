"""Join the pictures that tests/panel takes of the panel's states: a sheet for README.

python tools/panel_states.py build/panel/100-percent docs/images/panel-states.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

STATES = ("empty", "generating", "comparing", "error")
COLUMNS = 2
GAP = 12
PAPER = (128, 128, 128)


def joined(pictures: list[Image.Image]) -> Image.Image:
    """Return pictures of one size side by side, two in a row."""
    width, height = pictures[0].size
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (width + GAP) - GAP, rows * (height + GAP) - GAP), PAPER)
    for place, picture in enumerate(pictures):
        row, column = divmod(place, COLUMNS)
        sheet.paste(picture, (column * (width + GAP), row * (height + GAP)))
    return sheet


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pictures", type=Path, help="where the tests left them")
    parser.add_argument("sheet", type=Path, help="PNG to write")
    options = parser.parse_args()
    found = [next(options.pictures.rglob(f"{state}.png")) for state in STATES]
    joined([Image.open(path).convert("RGB") for path in found]).save(options.sheet, optimize=True)


if __name__ == "__main__":
    main()
