"""What this machine has, what is missing for making sound, and how to get it."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from engine import __version__
from engine.errors import LumiphoneError, PackError
from engine.menu_scripts import menu_scripts
from engine.packs.registry import DEFAULT_PACK, list_packs, pack_folders

if TYPE_CHECKING:
    from engine.packs.registry import Listing, Pack

LIBRARIES = ("numpy", "av", "cv2", "onnxruntime", "tokenizers", "tqdm")
_DISTRIBUTIONS = {"cv2": "opencv-python-headless"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is missing or broken.

    Attributes:
        what: It.
        remedy: How to get or mend it.
        fatal: Whether no sound can be made because of it.
    """

    what: str
    remedy: str
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class FoundPack:
    """A pack, and whether its files are there in the right sizes."""

    id: str
    folder: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The machine as the engine sees it.

    Attributes:
        program: Lumiphone's version.
        python: Python's version.
        system: Operating system and processor.
        cores: Processor cores.
        libraries: Library to version; None where it cannot be imported.
        providers: What onnxruntime can compute on, of what the engine uses.
        gpus: NVIDIA cards by name.
        pack_folders: Where packs are looked for.
        packs: Those that are there.
        resolve: Where Lumiphone is in Resolve's menu; empty: not there.
        problems: What is wrong, worst first.
    """

    program: str
    python: str
    system: str
    cores: int
    libraries: dict[str, str | None]
    providers: tuple[str, ...]
    gpus: tuple[str, ...]
    pack_folders: tuple[str, ...]
    packs: tuple[FoundPack, ...]
    resolve: str
    problems: tuple[Problem, ...]

    @property
    def healthy(self) -> bool:
        """Whether sound can be made."""
        return not any(problem.fatal for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self) | {"healthy": self.healthy}


def examine() -> Diagnosis:
    """Look at everything that making sound needs; takes a second or two."""
    libraries, problems = _libraries()
    gpus = _gpus()
    listing = list_packs()
    packs, pack_problems = _packs(listing)
    problems += pack_problems
    providers: tuple[str, ...] = ()
    if libraries["onnxruntime"]:
        providers, provider_problems = _providers(gpus, listing.packs)
        problems += provider_problems
    resolve, resolve_problems = _resolve()
    problems += resolve_problems
    return Diagnosis(
        program=__version__,
        python=platform.python_version(),
        system=f"{platform.platform()}, {platform.machine()}",
        cores=os.cpu_count() or 1,
        libraries=libraries,
        providers=providers,
        gpus=gpus,
        pack_folders=tuple(map(str, pack_folders())),
        packs=packs,
        resolve=resolve,
        problems=tuple(sorted(problems, key=lambda problem: not problem.fatal)),
    )


def _libraries() -> tuple[dict[str, str | None], list[Problem]]:
    versions: dict[str, str | None] = {}
    problems = []
    for name in LIBRARIES:
        try:
            versions[name] = str(getattr(importlib.import_module(name), "__version__", "?"))
        except ImportError as error:
            versions[name] = None
            package = _DISTRIBUTIONS.get(name, name)
            remedy = f"Install it: {sys.executable} -m pip install --force-reinstall {package}"
            problems.append(Problem(f"The library {name} cannot be imported ({error})", remedy))
    return versions, problems


def _gpus() -> tuple[str, ...]:
    program = shutil.which("nvidia-smi")
    if not program:
        return ()
    query = [program, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(line.strip() for line in answer.stdout.splitlines() if line.strip())


def _providers(
    gpus: tuple[str, ...], packs: tuple[Pack, ...]
) -> tuple[tuple[str, ...], list[Problem]]:
    """What can be computed on; the GPU counts when a graph was truly loaded onto it."""
    from engine.inference.session import Sessions, cuda_present  # noqa: PLC0415 - may be missing

    if not gpus:
        return ("cpu",), []
    if not cuda_present():
        remedy = "Put onnxruntime-gpu in place of onnxruntime"
        problem = Problem("The GPU is not used: onnxruntime lacks CUDA", remedy, fatal=False)
        return ("cpu",), [problem]
    for pack in packs[:1]:
        files = pack.manifest.files
        graphs = pack.manifest.graphs
        smallest = min(graphs, key=lambda name: files[graphs[name].file].bytes)
        try:
            with Sessions(pack, device="cuda") as sessions:
                sessions.load(smallest)
        except LumiphoneError as fault:
            return ("cpu",), [Problem(fault.what, fault.remedy, fatal=False)]
    return ("cuda", "cpu"), []


def _packs(listing: Listing) -> tuple[tuple[FoundPack, ...], list[Problem]]:
    problems = [Problem(fault.what, fault.remedy, fatal=False) for fault in listing.faults]
    found = []
    for pack in listing.packs:
        fault = _size_fault(pack)
        if fault:
            problems.append(Problem(fault.what, fault.remedy, fatal=False))
        found.append(FoundPack(pack.manifest.id, str(pack.folder), whole=fault is None))
    if not any(pack.whole for pack in found):
        what = f"No usable pack: '{DEFAULT_PACK}' comes with Lumiphone's source and releases"
        where = " or ".join(map(str, pack_folders()))
        problems.append(Problem(what, f"Copy its folder, with all files, into {where}"))
    return tuple(found), problems


def _size_fault(pack: Pack) -> LumiphoneError | None:
    """The quick check; `lumiphone packs verify` also compares checksums and loads the graphs."""
    for name, entry in pack.manifest.files.items():
        try:
            size = pack.file(name).stat().st_size
        except PackError as fault:
            return fault
        if size != entry.bytes:
            return PackError(
                f"Pack '{pack.manifest.id}': {pack.folder / name} has {size} bytes instead of"
                f" {entry.bytes}",
                "Copy or download the pack again",
            )
    return None


def _resolve() -> tuple[str, list[Problem]]:
    """Where Resolve's menu scripts lie, and what keeps them from working."""
    try:
        state = menu_scripts("--status")
    except LumiphoneError:
        return "", []  # a copy for another editor
    problems = [Problem(what, remedy, fatal=False) for what, remedy in state["problems"]]
    if state["resolve_found"] and not state["entries"]:
        remedy = "Run `lumiphone install resolve`"
        problems.append(Problem("Lumiphone is not in Resolve's menu yet", remedy, fatal=False))
    return (state["folder"] if state["entries"] else ""), problems
