"""Makes small H.264 clips, each with its true contacts, of the scenes that Blender rendered.

    python -m tools.held_out_clips FRAMES samples/held_out

``FRAMES`` is what ``tools/blender_scenes.py`` wrote. Beside ``NAME.mp4`` lies ``NAME.json``: a cue
sheet with the contacts, and what a person would ask for as "prompt".
"""

from __future__ import annotations

import argparse
import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from engine.cues import CueEvent, CueSheet
from engine.media.staging import staged

RATE = Fraction(25)  # of tools/blender_stage.py, which only Blender can import
_APART = 0.03  # seconds: nearer contacts are one sound
_QUALITY = "21"  # x264's constant rate factor: grain shows, blocks hardly


def main() -> None:
    """Read the command line and write the clips."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("frames", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for truth in sorted(options.frames.glob("*/truth.json")):
        write_clip(truth.parent, options.out)


def write_clip(scene: Path, out: Path) -> None:
    """Write one scene's clip and truth.

    Args:
        scene: Folder with PNG pictures, ``truth.json`` and ``words.txt``.
        out: Where they go.

    Raises:
        OutputError: The folder cannot be written to.
    """
    pictures = [np.asarray(Image.open(path).convert("RGB")) for path in sorted(scene.glob("*.png"))]
    height, width, _ = pictures[0].shape
    with staged(out / f"{scene.name}.mp4") as draft:
        options = {"crf": _QUALITY, "preset": "veryslow", "threads": "1"}
        with av.open(draft, "w", format="mp4", options={"movflags": "+faststart"}) as container:
            stream = container.add_stream("libx264", rate=RATE, options=options)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for picture in pictures:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode(None))
    contacts: list[CueEvent] = []
    for seconds, kind in json.loads((scene / "truth.json").read_text("utf-8")):
        if not contacts or seconds - contacts[-1].seconds > _APART:
            contacts.append(CueEvent(seconds, 1.0, kind))
    sheet = CueSheet(RATE, tuple(contacts)).to_json()
    del sheet["curves"]
    about = {"prompt": (scene / "words.txt").read_text("utf-8"), **sheet}
    with staged(out / f"{scene.name}.json") as draft:
        draft.write_text(json.dumps(about, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
