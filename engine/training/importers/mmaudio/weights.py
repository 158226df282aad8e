"""The downloaded files: finding them, reading them, and telling what is wrong with one.

Nothing is executed that a file holds: only tensors are unpickled, and they are mapped into memory
rather than read, so a file of gigabytes is judged within a second or two.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from engine.training.importers.mmaudio.variants import Part, Variant, WeightFile

PART_NAMES: dict[Part, str] = {
    "flow": "the flow network",
    "clip": "the CLIP image and text encoders",
    "synchformer": "the Synchformer encoder",
    "vae": "the spectrogram autoencoder",
    "vocoder": "the vocoder",
}
_DEEPEST = 3  # folders below the given one that are looked through
_ZIP, _PICKLE = b"PK\x03\x04", b"\x80"
_SHOWN = 3  # names of tensors in a message


def find_files(folder: Path, variant: Variant) -> dict[Part, Path]:
    """Return where each of a variant's files lies, in ``folder`` or up to three folders below.

    Raises:
        InputError: ``folder`` is none, or lacks files; the message names all of them, and where to
            get them.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}", "Name the folder with the weight files")
    names = {name for wanted in variant.files for name in wanted.names}
    lying = _files_named(folder, names)
    found = {
        wanted.part: lying[name]
        for wanted in variant.files
        for name in reversed(wanted.names)
        if name in lying
    }
    if missing := [wanted for wanted in variant.files if wanted.part not in found]:
        raise InputError(
            f"{folder} lacks {_listed(map(_described, missing))}, which {variant.name} needs",
            f"Download into that folder: {_listed(wanted.source for wanted in missing)}",
        )
    return found


def _files_named(folder: Path, names: set[str]) -> dict[str, Path]:
    """Where two files bear one name, the one nearest to ``folder`` counts."""
    found: dict[str, Path] = {}
    level = [folder]
    for _ in range(_DEEPEST + 1):
        entries = [entry for place in level for entry in _entries(place)]
        for entry in entries:
            if entry.name in names and entry.is_file():
                found.setdefault(entry.name, entry)
        level = [entry for entry in entries if entry.is_dir() and not entry.is_symlink()]
    return found


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:  # a folder of somebody else's
        return []


def _described(wanted: WeightFile) -> str:
    return f"{' or '.join(wanted.names)} ({PART_NAMES[wanted.part]})"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def read_tensors(path: Path, source: str) -> dict[str, Tensor]:
    """Return the tensors of a ``.pth``, ``.pt``, ``.bin`` or ``.safetensors`` file by their names.

    A checkpoint that keeps them under "generator", "state_dict" or "model" is opened there.

    Args:
        path: The file.
        source: Where it can be had again.

    Raises:
        InputError: It cannot be read, is cut short, or holds something else.
    """
    remedy = f"Download it again: {source}"
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})", "Check the disk") from error
    if path.suffix == ".safetensors":
        return _read_safetensors(path, remedy)
    if not start.startswith((_ZIP, _PICKLE)):
        raise InputError(f"{path} holds no weights (it begins with {_beginning(start)})", remedy)
    try:
        # Only files in torch's newer form (a zip archive) can be mapped.
        data = torch.load(path, map_location="cpu", weights_only=True, mmap=start.startswith(_ZIP))
    except pickle.UnpicklingError as error:
        raise InputError(f"{path} holds more than weights, so it was not opened", remedy) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{path} is cut short or damaged ({_first_sentence(error)})", remedy
        ) from error
    return _tensors_in(data, path, remedy)


def _read_safetensors(path: Path, remedy: str) -> dict[str, Tensor]:
    try:
        from safetensors import SafetensorError  # noqa: PLC0415 - only some downloads have it
        from safetensors.torch import load_file  # noqa: PLC0415
    except ImportError as error:
        raise InputError(
            f"{path} needs the package safetensors", "Install it: pip install safetensors"
        ) from error
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(
            f"{path} is cut short or damaged ({_first_sentence(error)})", remedy
        ) from error
    return tensors


def _tensors_in(data: Any, path: Path, remedy: str) -> dict[str, Tensor]:  # noqa: ANN401 - a file's
    for key in ("generator", "state_dict", "model"):
        if isinstance(data, dict) and isinstance(data.get(key), dict):
            data = data[key]
    if not isinstance(data, dict):
        raise InputError(f"{path} holds no named weights", remedy)
    tensors = {name: value for name, value in data.items() if isinstance(value, Tensor)}
    if not tensors:
        raise InputError(f"{path} holds no named weights", remedy)
    return tensors


def _beginning(start: bytes) -> str:
    if not start:
        return "nothing: it is empty"
    text = start[:24].decode("ascii", "replace").split("\n")[0]
    return repr(text) if text.isprintable() else "unknown bytes"


def _first_sentence(error: Exception) -> str:
    first = str(error).strip().partition("\n")[0].partition(". ")[0]
    return first[:120].rstrip(".") or type(error).__name__


def mismatch(tensors: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]]) -> str | None:
    """Return how tensors differ from what a network wants, or None if they are the very ones.

    Args:
        tensors: Of a file, without those that nobody needs.
        shapes: The network's, by name.
    """
    missing = [name for name in shapes if name not in tensors]
    strange = [name for name in tensors if name not in shapes]
    misshapen = [
        f"{name} is {_size(tensors[name].shape)} instead of {_size(shape)}"
        for name, shape in shapes.items()
        if name in tensors and tuple(tensors[name].shape) != tuple(shape)
    ]
    parts = (("it lacks", missing), ("it also has", strange), ("", misshapen))
    said = [f"{what} {_some(names)}".strip() for what, names in parts if names]
    return "; ".join(said) or None


def _size(shape: Iterable[int]) -> str:
    return "x".join(map(str, shape)) or "a number"


def _some(names: list[str]) -> str:
    rest = len(names) - _SHOWN
    return _listed(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
