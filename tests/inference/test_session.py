from __future__ import annotations

import json
import shutil
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import onnx
import pytest
from onnxruntime import OrtValue

from engine.errors import InferenceError, InputError, PackError
from engine.inference import session as session_module
from engine.inference.session import Sessions
from engine.packs.registry import Pack, get_pack

if TYPE_CHECKING:
    from engine.inference.session import Device

LATENT = np.ones((1, 6, 40), np.float32)


@pytest.fixture
def copy(tiny_pack: Path, tmp_path: Path) -> Pack:
    shutil.copytree(tiny_pack / "tiny", tmp_path / "tiny")
    return get_pack("tiny", tmp_path)


def with_graph(pack: Pack, graph: str, side: str, tensors: dict[str, Any]) -> Pack:
    """Return the pack with other tensors for one graph in its manifest."""
    path = pack.folder / "pack.json"
    data = json.loads(path.read_text("utf-8"))
    data["graphs"][graph][side] = tensors
    path.write_text(json.dumps(data), "utf-8")
    return get_pack("tiny", pack.folder)


def test_a_graph_is_run_by_its_name(tiny: Pack) -> None:
    with Sessions(tiny, "cpu") as sessions:
        outputs = sessions.run("decoder", {"latent": LATENT})
    assert outputs["audio"].shape == (1, 6 * 1024)
    assert outputs["audio"].dtype == np.float32


def test_inputs_are_converted_to_what_the_graph_takes(tiny: Pack) -> None:
    with Sessions(tiny, "cpu") as sessions:
        exact = sessions.run("decoder", {"latent": LATENT})["audio"]
        doubled = sessions.run("decoder", {"latent": LATENT.astype(np.float64)})["audio"]
    np.testing.assert_array_equal(exact, doubled)


def test_graphs_are_loaded_when_first_run_and_can_be_released(copy: Pack) -> None:
    with Sessions(copy, "cpu") as sessions:
        copy.file("text.onnx").unlink()
        sessions.run("decoder", {"latent": LATENT})
        copy.file("decoder.onnx").unlink()
        sessions.run("decoder", {"latent": LATENT})
        sessions.release("decoder")
        with pytest.raises(PackError, match=r"decoder\.onnx"):
            sessions.run("decoder", {"latent": LATENT})


def test_auto_falls_back_to_the_cpu_where_there_is_no_cuda(
    tiny: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "cuda_present", lambda: False)
    with Sessions(tiny, "auto") as sessions:
        assert sessions.device == "cpu"
        sessions.run("decoder", {"latent": LATENT})
        assert sessions.device == "cpu"


def test_cuda_asked_for_in_vain_is_reported_with_the_remedy(
    tiny: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "cuda_present", lambda: False)
    with pytest.raises(InputError, match="CUDA") as error:
        Sessions(tiny, "cuda")
    assert "onnxruntime-gpu" in error.value.remedy
    assert "--device auto" in error.value.remedy


def test_an_unknown_device_is_reported(tiny: Pack) -> None:
    with pytest.raises(InputError, match="'tpu'"):
        Sessions(tiny, cast("Device", "tpu"))


@pytest.mark.parametrize(
    ("tensors", "problem"),
    [
        ({"latent": {"type": "float32", "shape": [1, "T", 64]}}, "40 instead of 64"),
        ({"latent": {"type": "float32", "shape": ["T", 40]}}, "3 dimensions instead of 2"),
        ({"latent": {"type": "float16", "shape": [1, "T", 40]}}, "float32 instead of float16"),
        ({"latent": {"type": "float32", "shape": ["B", "T", 40]}}, "fixed to 1"),
    ],
)
def test_a_graph_that_differs_from_the_manifest_is_refused(
    copy: Pack, tensors: dict[str, Any], problem: str
) -> None:
    pack = with_graph(copy, "decoder", "inputs", tensors)
    with Sessions(pack, "cpu") as sessions, pytest.raises(PackError) as error:
        sessions.load("decoder")
    assert "Wrong graph signature" in error.value.what
    assert "decoder.onnx" in error.value.what
    assert "'latent'" in error.value.what
    assert problem in error.value.what


@pytest.mark.parametrize("surplus", [False, True])
def test_other_names_are_refused(copy: Pack, surplus: bool) -> None:  # noqa: FBT001 - a parameter
    path = copy.file("scene.onnx")
    model = onnx.load(path)
    if surplus:
        model.graph.input.append(onnx.helper.make_tensor_value_info("more", 1, [1]))
    else:
        model.graph.input[0].name = "pictures"
        model.graph.node[0].input[0] = "pictures"
    onnx.save(model, path)
    with Sessions(copy, "cpu") as sessions, pytest.raises(PackError, match="its inputs are"):
        sessions.load("scene")


def test_a_missing_output_is_refused_but_a_surplus_one_is_not(copy: Pack) -> None:
    path = copy.file("motion.onnx")
    model = onnx.load(path)
    model.graph.output.append(
        onnx.helper.make_tensor_value_info(model.graph.node[0].output[0], 1, None)
    )
    onnx.save(model, path)
    with Sessions(copy, "cpu") as sessions:
        sessions.load("motion")
    del model.graph.output[0]
    onnx.save(model, path)
    with Sessions(copy, "cpu") as sessions, pytest.raises(PackError, match="its outputs are"):
        sessions.load("motion")


def test_a_file_that_is_no_onnx_is_reported_by_name(copy: Pack) -> None:
    copy.file("decoder.onnx").write_bytes(b"no graph at all")
    with (
        Sessions(copy, "cpu") as sessions,
        pytest.raises(PackError, match=r"decoder\.onnx") as error,
    ):
        sessions.load("decoder")
    assert error.value.remedy


def test_a_graph_for_a_newer_onnxruntime_is_reported(copy: Pack) -> None:
    path = copy.file("decoder.onnx")
    model = onnx.load(path)
    model.opset_import[0].version = 999
    onnx.save(model, path)
    with (
        Sessions(copy, "cpu") as sessions,
        pytest.raises(PackError, match=r"decoder\.onnx") as error,
    ):
        sessions.load("decoder")
    assert "update Lumiphone" in error.value.remedy


def test_a_run_that_fails_names_graph_pack_device_and_memory(
    tiny: Pack, capfd: pytest.CaptureFixture[str]
) -> None:
    with Sessions(tiny, "cpu") as sessions, pytest.raises(InferenceError) as error:
        sessions.run("encoder", {"audio": np.zeros((1, 1000), np.float32)})
    assert "'encoder' of pack 'tiny' (cpu)" in error.value.what
    assert "memory" in error.value.remedy
    assert capfd.readouterr() == ("", "")


def test_memory_that_does_not_suffice_is_reported_as_such(
    copy: Pack, capfd: pytest.CaptureFixture[str]
) -> None:
    model = onnx.load(copy.file("encoder.onnx"))
    size = onnx.numpy_helper.from_array(np.array([1 << 59], np.int64), "size")  # 2 EiB
    del model.graph.node[:]
    model.graph.initializer.append(size)
    model.graph.node.append(onnx.helper.make_node("ConstantOfShape", ["size"], ["huge"]))
    model.graph.node.append(onnx.helper.make_node("ReduceMean", ["huge"], ["latent"]))
    model.graph.output[0].type.tensor_type.ClearField("shape")
    onnx.save(model, copy.file("encoder.onnx"))
    spec = {"latent": {"type": "float32", "shape": [1]}}
    pack = with_graph(copy, "encoder", "outputs", spec)
    with Sessions(pack, "cpu") as sessions, pytest.raises(InferenceError) as error:
        sessions.run("encoder", {"audio": np.zeros((1, 1024), np.float32)})
    assert "Out of memory" in error.value.what
    assert "0.0 GiB" in error.value.what
    assert "shorter span" in error.value.remedy
    assert capfd.readouterr() == ("", "")


def test_an_input_too_large_to_convert_is_reported_as_want_of_memory(tiny: Pack) -> None:
    endless = np.broadcast_to(np.float32(1), (1 << 30, 1 << 30))
    with Sessions(tiny, "cpu") as sessions, pytest.raises(InferenceError, match="Out of memory"):
        sessions.run("encoder", {"audio": endless})


def test_sixteen_bit_outputs_come_back_as_float32(copy: Pack) -> None:
    path = copy.file("encoder.onnx")
    halves = [
        onnx.helper.make_tensor_value_info(n, 10, [1, s])
        for n, s in (("audio", "S"), ("latent", "T"))
    ]
    node = onnx.helper.make_node("Neg", ["audio"], ["latent"])
    graph = onnx.helper.make_graph([node], "half", halves[:1], halves[1:])
    opset = onnx.helper.make_opsetid("", 18)
    onnx.save(onnx.helper.make_model(graph, opset_imports=[opset], ir_version=10), path)
    half = {"type": "float16", "shape": [1, "S"]}
    with_graph(copy, "encoder", "inputs", {"audio": half})
    pack = with_graph(copy, "encoder", "outputs", {"latent": half})
    with Sessions(pack, "cpu") as sessions:
        latent = sessions.run("encoder", {"audio": np.full((1, 3), 0.1, np.float32)})["latent"]
    assert latent.dtype == np.float32
    np.testing.assert_allclose(latent, -0.1, atol=1e-4)


def test_only_one_module_knows_onnxruntime() -> None:
    root = Path(session_module.__file__).parents[1]
    users = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "training" not in path.parts and "import onnxruntime" in path.read_text("utf-8")
    }
    assert users == {"inference/session.py"}


def test_where_memory_is_short_the_graph_not_used_for_longest_makes_room(
    copy: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sessions(copy, "cpu") as sessions:
        sessions.load("text")
        sessions.run("decoder", {"latent": LATENT})
        sessions.load("text")
        free = chain((0,), repeat(2**40))
        monkeypatch.setattr(session_module, "available", lambda: next(free))
        sessions.load("scene")
        for name in ("decoder", "text", "scene"):
            copy.file(f"{name}.onnx").unlink()
        sessions.load("text")
        sessions.load("scene")
        with pytest.raises(PackError, match=r"decoder\.onnx"):
            sessions.load("decoder")


def test_a_run_that_memory_does_not_hold_is_tried_again_alone(
    tiny: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute = Sessions._compute

    def crowded(self: Sessions, graph: str, feeds: Any) -> Any:  # noqa: ANN401 - passed on
        if len(self._sessions) > 1:
            raise MemoryError
        return compute(self, graph, feeds)

    with Sessions(tiny, "cpu") as sessions:
        sessions.load("text")
        monkeypatch.setattr(Sessions, "_compute", crowded)
        assert sessions.run("decoder", {"latent": LATENT})["audio"].size == 6 * 1024


def test_a_graph_that_a_card_does_not_hold_beside_others_is_loaded_alone(
    tiny: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_session = Sessions._open

    def crowded(self: Sessions, graph: str) -> Any:  # noqa: ANN401 - passed on
        if self._sessions:
            raise InferenceError("Out of memory", "")
        return open_session(self, graph)

    with Sessions(tiny, "cpu") as sessions:
        sessions.load("text")
        monkeypatch.setattr(Sessions, "_open", crowded)
        assert sessions.run("decoder", {"latent": LATENT})["audio"].size == 6 * 1024


def test_on_a_gpu_what_is_read_only_is_handed_over_once_and_the_rest_each_time(
    tiny: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[str] = []
    place = OrtValue.ortvalue_from_numpy

    def counted(*arguments: Any) -> Any:  # noqa: ANN401 - passed on
        handed.append(arguments[1])
        return place(*arguments)

    monkeypatch.setattr(OrtValue, "ortvalue_from_numpy", counted)
    fixed, changing = LATENT.copy(), LATENT.copy()
    fixed.flags.writeable = False
    with Sessions(tiny, "cpu") as sessions:
        expected = sessions.run("decoder", {"latent": LATENT})["audio"]
        # The processor stands in for the card: the way of handing over is the same.
        monkeypatch.setattr(Sessions, "device", "cuda")
        for _ in range(2):
            np.testing.assert_array_equal(
                sessions.run("decoder", {"latent": fixed})["audio"], expected
            )
        assert handed == ["cpu"]
        sessions.run("decoder", {"latent": changing})
        changing *= 0
        silent = sessions.run("decoder", {"latent": changing})["audio"]
    assert not np.array_equal(silent, expected)


def test_tensorrt_is_used_where_it_is_asked_for_and_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = ["TensorrtExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: installed)
    assert session_module._tensorrt() == []
    monkeypatch.setenv(session_module.TENSORRT_VARIABLE, str(tmp_path))
    ((name, options),) = session_module._tensorrt()
    assert name in installed
    assert options["trt_engine_cache_path"] == str(tmp_path)
    installed.remove(name)
    assert session_module._tensorrt() == []
