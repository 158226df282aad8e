"""Running a pack's graphs. The only module that knows onnxruntime."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import io
import os
import sys
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

import numpy as np
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from engine.errors import InferenceError, InputError, PackError
from engine.inference.signature import signature_fault
from engine.memory import available, give_back

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from engine.packs.registry import Pack

Device = Literal["auto", "cpu", "cuda"]
DEVICES: tuple[Device, ...] = ("auto", "cpu", "cuda")
_CUDA = "CUDAExecutionProvider"
_CPU = "CPUExecutionProvider"
_TENSORRT = "TensorrtExecutionProvider"
TENSORRT_VARIABLE = "LUMIPHONE_TENSORRT"  # names the folder for its engines
_FATAL = 4
_LOADED = 2  # bytes of memory for a byte of weights: as read, and as laid out for computing
_OUT_OF_MEMORY = ("allocate memory", "bad_alloc", "out of memory", "bfcarena", "cuda failure 2")
_FAILURES: tuple[type[Exception], ...] = (
    ort_errors.EPFail,
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoModel,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
    MemoryError,
    RuntimeError,  # what the bindings throw for C++ exceptions that are none of the above
)

# What goes wrong is raised as an error of ours; onnxruntime's own log would only garble stderr.
ort.set_default_logger_severity(_FATAL)
ort.disable_telemetry_events()


class GraphRunner(Protocol):
    """What the stages need of a session: graphs run by name."""

    def run(self, graph: str, feeds: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Run a graph of the pack; see :meth:`Sessions.run`."""


def cuda_present() -> bool:
    """Return whether this onnxruntime was built for CUDA; a card may be missing all the same."""
    return _CUDA in ort.get_available_providers()


@functools.cache
def cuda_usable() -> bool:
    """Return whether this onnxruntime was built for CUDA and the driver shows a card."""
    if not cuda_present():
        return False
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    cards = ctypes.c_int(0)
    found = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(cards)) == 0
    return found and cards.value > 0


class Sessions:
    """The graphs of one pack on one device, each loaded when first run.

    Where memory is short, graphs that were not used for longest make room for the next.

    Args:
        pack: The pack.
        device: "auto" takes CUDA where it works and the CPU otherwise; "cuda" insists.
        threads: CPU threads per graph; all that this process may use if None.

    Raises:
        InputError: CUDA is insisted on and this onnxruntime has none, or no such device.
    """

    def __init__(self, pack: Pack, device: Device = "auto", threads: int | None = None) -> None:
        if device not in DEVICES:
            raise InputError(f"There is no device '{device}'", f"Use one of {', '.join(DEVICES)}")
        if device == "cuda" and not cuda_present():
            raise InputError(
                "CUDA was asked for, but the installed onnxruntime cannot use it",
                "Install onnxruntime-gpu in place of onnxruntime, or use --device auto",
            )
        self._pack = pack
        self._device = device
        self._threads = threads or _usable_cores()
        self._sessions: dict[str, ort.InferenceSession] = {}  # the last used at the end
        self._placed: dict[tuple[str, str], tuple[NDArray[Any], ort.OrtValue]] = {}

    @property
    def device(self) -> Literal["cpu", "cuda"]:
        """Where graphs run; known for certain once one is loaded."""
        for session in self._sessions.values():
            return "cuda" if _CUDA in session.get_providers() else "cpu"
        return "cuda" if self._device != "cpu" and cuda_usable() else "cpu"

    def load(self, graph: str) -> None:
        """Load a graph now rather than at its first run.

        Raises:
            PackError: Its file is missing, is no ONNX, or has another signature than in pack.json.
            InputError: CUDA is insisted on and does not work.
            InferenceError: Out of memory.
        """
        if graph in self._sessions:
            self._sessions[graph] = self._sessions.pop(graph)
            return
        self._make_room(graph)
        try:
            session = self._open(graph)
        except InferenceError:
            if not self._sessions:
                raise
            # What a graphics card has left is not asked beforehand.
            self.release()
            give_back()
            session = self._open(graph)
        self._check_signature(graph, session)
        self._sessions[graph] = session

    def run(self, graph: str, feeds: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Run a graph and return all its outputs by name.

        Inputs are converted to the element types that the manifest gives; 16-bit outputs come back
        as float32. On a GPU an array that is read-only stays there for the next run with it.

        Raises:
            InferenceError: It did not run, mostly for want of memory.
            PackError: It could not be loaded, see :meth:`load`.
        """
        self.load(graph)
        outputs = self._pack.manifest.graphs[graph].outputs
        try:
            try:
                values = self._compute(graph, feeds)
            except _FAILURES as error:
                others = [name for name in self._sessions if name != graph]
                if not others or not _is_out_of_memory(error):
                    raise
                self.release(*others)
                values = self._compute(graph, feeds)
        except _FAILURES as error:
            raise self._run_failure(graph, error) from error
        return {
            name: value.astype(np.float32) if value.dtype == np.float16 else value
            for name, value in zip(outputs, values, strict=True)
        }

    def _compute(self, graph: str, feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        spec, session = self._pack.manifest.graphs[graph], self._sessions[graph]
        options = ort.RunOptions()
        options.log_severity_level = _FATAL
        converted = {
            name: np.ascontiguousarray(value, dtype=spec.inputs[name].type)
            for name, value in feeds.items()
        }
        if self.device == "cpu":
            values: list[NDArray[Any]] = session.run(list(spec.outputs), converted, options)
            return values
        binding = session.io_binding()
        for name, value in converted.items():
            if feeds[name].flags.writeable:
                binding.bind_cpu_input(name, value)
            else:
                placed = self._place(graph, name, feeds[name], value)
                binding.bind_ortvalue_input(name, placed)
        for name in spec.outputs:
            binding.bind_output(name)
        session.run_with_iobinding(binding, options)
        placed_outputs: list[NDArray[Any]] = binding.copy_outputs_to_cpu()
        return placed_outputs

    def _place(
        self, graph: str, name: str, source: NDArray[Any], value: NDArray[Any]
    ) -> ort.OrtValue:
        """A value that does not change, where the graph runs; kept until another takes its place.

        Conditions are the same in all steps of a take: they cross to the GPU once.
        """
        known = self._placed.get((graph, name))
        if known is None or known[0] is not source:
            device = "cuda" if _CUDA in self._sessions[graph].get_providers() else "cpu"
            known = (source, ort.OrtValue.ortvalue_from_numpy(value, device))
            self._placed[graph, name] = known
        return known[1]

    def release(self, *graphs: str) -> None:
        """Free the memory of graphs (all, if none is named); they are loaded again when needed."""
        for graph in graphs or tuple(self._sessions):
            self._sessions.pop(graph, None)
            for key in [key for key in self._placed if key[0] == graph]:
                del self._placed[key]

    def _make_room(self, graph: str) -> None:
        """Release what was not used for longest, until memory holds the next graph too."""
        file = self._pack.manifest.graphs[graph].file
        entries = self._pack.manifest.files.items()
        needed = _LOADED * sum(entry.bytes for name, entry in entries if name.startswith(file))
        while self._sessions and _short_of(needed):
            self.release(next(iter(self._sessions)))
            give_back()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _open(self, graph: str) -> ort.InferenceSession:
        path = self._pack.file(self._pack.manifest.graphs[graph].file)
        providers: list[Any] = [_CPU]
        if self._device == "cuda" or (self._device == "auto" and cuda_usable()):
            with contextlib.redirect_stdout(io.StringIO()):  # it prints what it cannot find
                ort.preload_dlls()
            # The exhaustive search costs seconds for every new length; this costs nothing.
            options = {
                "cudnn_conv_algo_search": "HEURISTIC",
                "arena_extend_strategy": "kSameAsRequested",
            }
            providers = [*_tensorrt(), (_CUDA, options), _CPU]
        try:
            session = ort.InferenceSession(
                path, self._options(), providers=providers, enable_fallback=0
            )
        except _FAILURES as error:
            raise self._load_failure(graph, error) from error
        if self._device == "cuda" and _CUDA not in session.get_providers():
            raise InputError(
                "CUDA was asked for, but no NVIDIA card with a working driver was found",
                "Update the NVIDIA driver, check that CUDA and cuDNN are installed,"
                " or use --device auto",
            )
        return session

    def _options(self) -> ort.SessionOptions:
        options = ort.SessionOptions()
        options.log_severity_level = _FATAL
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        # Lengths differ from take to take, so kept-back buffers would rarely fit the next run.
        options.enable_cpu_mem_arena = False
        options.enable_mem_pattern = False
        return options

    def _check_signature(self, graph: str, session: ort.InferenceSession) -> None:
        spec = self._pack.manifest.graphs[graph]
        if problem := signature_fault(spec, session.get_inputs(), session.get_outputs()):
            raise PackError(
                f"Wrong graph signature in pack '{self._pack.manifest.id}': {spec.file}: {problem}",
                "Its pack.json and this file are of different versions; get the whole pack again",
            )

    def _load_failure(self, graph: str, error: Exception) -> PackError | InferenceError:
        if _is_out_of_memory(error):
            return self._run_failure(graph, error)
        return PackError(
            f"Pack '{self._pack.manifest.id}': {self._pack.manifest.graphs[graph].file}"
            f" cannot be loaded ({_first_line(error)})",
            "Check the pack with 'lumiphone doctor', then get it again or update Lumiphone",
        )

    def _run_failure(self, graph: str, error: Exception) -> InferenceError:
        where = f"graph '{graph}' of pack '{self._pack.manifest.id}' ({self.device})"
        needed = f"the pack needs about {self._pack.manifest.memory / 2**30:.1f} GiB"
        if _is_out_of_memory(error):
            return InferenceError(
                f"Out of memory in {where}; {needed}",
                "Close other programs, choose a shorter span, or use --device cpu",
            )
        return InferenceError(
            f"onnxruntime failed in {where}: {_first_line(error)}",
            f"Try --device cpu and free some memory ({needed}); if it stays, report this message",
        )


def _tensorrt() -> list[Any]:
    """TensorRT with its engines kept, where the user asks for it and it is installed.

    It is no default: the first run of each graph and length takes minutes.
    """
    folder = os.environ.get(TENSORRT_VARIABLE)
    if not folder or _TENSORRT not in ort.get_available_providers():
        return []
    return [(_TENSORRT, {"trt_engine_cache_enable": True, "trt_engine_cache_path": folder})]


def _short_of(needed: int) -> bool:
    free = available()
    return free is not None and free < needed


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _is_out_of_memory(error: Exception) -> bool:
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(sign in text for sign in _OUT_OF_MEMORY)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300] or type(error).__name__
