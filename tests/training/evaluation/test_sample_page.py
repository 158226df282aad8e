from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from engine.packs.registry import PACKS_VARIABLE
from engine.training.evaluation import sample_page
from engine.training.evaluation.held_out_clips import load_clip
from engine.training.evaluation.sample_page import Sample, load_samples, main
from tests.flashes import flash_film

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training


@pytest.fixture
def docs(tmp_path: Path, default_pack: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A documentation's folder, a default pack, and two clips: one flashes, one is still."""
    monkeypatch.setenv(PACKS_VARIABLE, str(default_pack))
    shown = []
    for name, times in (("bark", [0.4, 0.6, 1.4, 1.6]), ("still", [])):
        flash_film(tmp_path, f"{name}.mp4", flashes=(10, 35) if times else ())
        truth = {"prompt": "a dog", "events": [{"seconds": time} for time in times]}
        (tmp_path / f"{name}.json").write_text(json.dumps(truth), "utf-8")
        shown.append(Sample(load_clip(tmp_path / f"{name}.json"), "a dog", "rain"))
    monkeypatch.setattr(sample_page, "load_samples", lambda: tuple(shown))
    (tmp_path / "docs" / "templates").mkdir(parents=True)
    template = tmp_path / "docs" / "templates" / "samples.md"
    template.write_text("Made with $pack.\n\n$samples\n", "utf-8")
    return tmp_path / "docs"


def test_every_clip_gets_a_picture_and_says_how_well_it_was_met(docs: Path) -> None:
    assert main(["--docs", str(docs)]) == 0
    page = (docs / "samples.md").read_text("utf-8")
    assert page.startswith("Made with Tiny test pack.\n\n## Bark")
    assert 'Prompt: "a dog"; the third take refuses "rain".' in page
    assert "Of 4 contacts 4 were seen within 100 ms, 0 events are wrong" in page
    assert "Nothing sounds here: 0 events were seen" in page
    for name in ("bark", "still"):
        assert f"](images/samples/{name}.webp)" in page
        with Image.open(docs / "images" / "samples" / f"{name}.webp") as picture:
            assert picture.width > 800


def test_a_missing_template_is_said_in_one_line(
    docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (docs / "templates" / "samples.md").unlink()
    assert main(["--docs", str(docs)]) == 2
    assert "samples.md cannot be filled in" in capsys.readouterr().err


def test_ten_clips_are_shown_each_with_something_to_refuse() -> None:
    samples = load_samples()
    assert len({sample.clip.path for sample in samples}) == 10
    assert all(sample.clip.path.exists() and sample.prompt and sample.refused for sample in samples)
