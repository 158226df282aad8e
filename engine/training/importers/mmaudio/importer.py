"""Downloaded weights to a pack, piece by piece: what is finished outlives an interruption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import InputError, OutputError
from engine.packs.manifest import write_manifest
from engine.packs.registry import Pack
from engine.packs.verify import verify
from engine.training.importers.mmaudio.licences import licence_text
from engine.training.importers.mmaudio.manifest import LICENCE_FILE, manifest_of, pack_id
from engine.training.importers.mmaudio.parts import read_part, sizes_of
from engine.training.importers.mmaudio.pieces import pieces_of
from engine.training.importers.mmaudio.weights import find_files
from engine.training.importers.workbench import Workbench, assemble

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.training.importers.mmaudio.parts import Sizes
    from engine.training.importers.mmaudio.variants import Variant
    from engine.training.importers.precision import Precision

CHECKING, VERIFYING = "checking the weights", "verifying the pack"
_MADE = 0.95  # of the whole, when every piece is made


def import_variant(
    variant: Variant,
    weights: Path,
    output: Path,
    precision: Precision = "fp32",
    *,
    sizes: Sizes | None = None,
    progress: Callable[[str, float], None] = lambda _stage, _fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Path:
    """Convert one variant and return its pack's folder.

    Every file is looked at before the first is converted. At most one network is in memory at a
    time; weights are mapped from their files.

    Args:
        variant: What to import.
        weights: Folder with its files.
        output: Folder of packs; the pack gets a folder of its own there.
        precision: How weights are kept.
        sizes: Of its networks, if they are not those that were published.
        progress: Told the stage and how much of the whole is done, 0 to 1.
        cancelled: Asked between two pieces.

    Raises:
        InputError: A file is missing, damaged or another one.
        OutputError: The pack cannot be written.
        LumiphoneError: A graph does not compute what its network does.
        CancelledError: ``cancelled`` said so; what is finished stays for the next import.
    """
    progress(CHECKING, 0.0)
    sizes = sizes or sizes_of(variant)
    files = find_files(weights, variant)
    for part, path in files.items():
        read_part(part, path, variant, sizes)
    bench = Workbench(output / pack_id(variant, precision))
    pieces = pieces_of(variant, sizes, files, precision)
    facts = assemble(bench, pieces, lambda stage, share: progress(stage, _MADE * share), cancelled)
    progress(VERIFYING, _MADE)
    return bench.publish(
        lambda folder: _finish(folder, variant, precision, int(facts["decoder"]["context"]))
    )


def _finish(folder: Path, variant: Variant, precision: Precision, decoder_context: int) -> None:
    """Write what goes with the graphs, look at all of it once more, and only then pack.json."""
    try:
        (folder / LICENCE_FILE).write_text(licence_text(variant), "utf-8")
        manifest = manifest_of(folder, variant, precision, decoder_context=decoder_context)
        for fault in verify(Pack(folder, manifest)):
            raise fault
        write_manifest(folder, manifest)
    except OSError as error:
        if isinstance(error, (InputError, OutputError)):
            raise
        raise OutputError(
            f"{folder} cannot be written ({error.strerror})", "Free some space"
        ) from error
