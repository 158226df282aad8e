from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine.errors import CancelledError, InputError
from engine.training.importers.workbench import Piece, Workbench, assemble

if TYPE_CHECKING:
    from pathlib import Path


class Maker:
    """Writes a file of its own and counts how often."""

    def __init__(self, name: str, content: str = "made") -> None:
        self.name = name
        self.content = content
        self.made = 0

    def __call__(self, folder: Path) -> dict[str, Any]:
        self.made += 1
        (folder / f"{self.name}.onnx").write_text(self.content)
        return {"error": 0.5}


def piece(maker: Maker, origin: object = "weights") -> Piece:
    return Piece(maker.name, origin, maker)


def heard(_stage: str, _fraction: float) -> None:
    """Progress that nobody looks at."""


def test_a_finished_piece_is_taken_over_by_the_next_import(tmp_path: Path) -> None:
    maker = Maker("flow")
    for _ in range(2):
        facts = Workbench(tmp_path / "pack").add(piece(maker))
        assert facts == {"error": 0.5}
    assert maker.made == 1


@pytest.mark.parametrize("change", ["origin", "size", "gone"])
def test_a_piece_that_fits_no_more_is_made_anew(tmp_path: Path, change: str) -> None:
    maker = Maker("flow")
    bench = Workbench(tmp_path / "pack")
    bench.add(piece(maker))
    file = bench.folder / "flow.onnx"
    if change == "size":
        file.write_text("mad")
    elif change == "gone":
        file.unlink()
    Workbench(tmp_path / "pack").add(piece(maker, "others" if change == "origin" else "weights"))
    assert maker.made == 2
    assert file.read_text() == "made"


def test_a_piece_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> dict[str, Any]:
        (folder / "flow.onnx").write_text("half")
        raise InputError("It broke", "Mend it")

    bench = Workbench(tmp_path / "pack")
    with pytest.raises(InputError):
        bench.add(Piece("flow", "weights", fail))
    assert not list(bench.folder.rglob("flow*"))


def test_a_draft_of_a_killed_import_goes_first(tmp_path: Path) -> None:
    draft = tmp_path / ".importing-pack" / ".draft"
    draft.mkdir(parents=True)
    (draft / "clip.onnx").write_text("half")
    Workbench(tmp_path / "pack").add(piece(Maker("flow")))
    assert not list(tmp_path.rglob("clip*"))


def test_a_published_pack_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    target = tmp_path / "pack"
    target.mkdir()
    (target / "old.onnx").write_text("old")
    bench = Workbench(target)
    bench.add(piece(Maker("flow")))
    assert bench.publish(lambda folder: (folder / "pack.json").write_text("{}")) == target
    assert sorted(path.name for path in target.iterdir()) == ["flow.onnx", "pack.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]


def test_cancelling_stops_between_pieces_and_keeps_what_is_finished(tmp_path: Path) -> None:
    first, second = Maker("clip"), Maker("flow")
    pieces = [piece(first), piece(second)]
    bench = Workbench(tmp_path / "pack")
    with pytest.raises(CancelledError):
        assemble(bench, pieces, heard, lambda: first.made == 1)
    assert second.made == 0
    told: list[str] = []
    found = assemble(
        Workbench(tmp_path / "pack"), pieces, lambda stage, _: told.append(stage), lambda: False
    )
    assert (first.made, second.made) == (1, 1)
    assert found.keys() == {"clip", "flow"}
    assert told == ["making clip", "making flow"]
