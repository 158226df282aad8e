from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pyloudnorm
import pytest
import soundfile

from engine.cli import main
from tests.flashes import flash_film

if TYPE_CHECKING:
    from tests.command_line import Lumiphone

pytestmark = pytest.mark.usefixtures("tiny_packs")


class Page(HTMLParser):
    """What a browser would find: tags with their attributes, and words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in self.tags if attributes.get("class") == name]


@pytest.fixture
def report(lumiphone: Lumiphone) -> Lumiphone:
    return lambda *words, code=0: lumiphone("report", *words, code=code)


@pytest.fixture
def takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Two takes of a dog whose prompt would like to be a script."""
    folder = tmp_path / "takes"
    words = ["--takes", "2", "--seed", "41", "--no-video", "--prompt", "<script>bark</script>"]
    words += ["--stems", "effects"]
    film = flash_film(tmp_path / "films")
    assert main(["generate", str(film), "-o", str(folder), "--pack", "tiny", *words]) == 0
    capsys.readouterr()
    return folder


def test_one_page_shows_all_takes_and_needs_nothing_else(report: Lumiphone, takes: Path) -> None:
    told = report(takes)
    page = Page(Path(told["report"]).read_text("utf-8"))
    assert told["report"] == str(takes / "report.html")
    assert len(page.of_class("wave")) == 2
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "img", "iframe"})
    assert not any({"src", "href"} & set(attributes) for _, attributes in page.tags)
    assert "<script>bark</script>" in page.words
    assert {"41", "42", "CC0-1.0", "dog/take-1.wav"} <= set(page.words)


def test_a_mix_and_its_stems_each_have_their_place(
    report: Lumiphone, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film, folder = flash_film(tmp_path / "private"), tmp_path / "takes"
    words = ["--stems", "effects,score", "--prompt", "rain", "--prompt", "score=slow piano"]
    assert main(["generate", str(film), "-o", str(folder), "--pack", "tiny", *words]) == 0
    capsys.readouterr()
    told = report(folder)
    assert [sound["stem"] for sound in told["sounds"]] == [
        "mix (effects, score)",
        "effects",
        "score",
    ]
    text = Path(told["report"]).read_text("utf-8")
    page = Page(text)
    assert len(page.of_class("wave")) == 3
    assert {"3 sounds", "rain; score: slow piano", "rain", "slow piano", "dog.mp4"} <= {
        part.partition(" generated")[0] for part in page.words
    }
    assert "private" not in text, "folders are nobody else's business"


def test_cues_stand_where_the_flashes_are(report: Lumiphone, takes: Path) -> None:
    page = Page(Path(report(takes)["report"]).read_text("utf-8"))
    sheet = json.loads((takes / "dog" / "cues.json").read_text("utf-8"))
    expected = [round(1000 * event["seconds"] / 2, 1) for event in sheet["events"]] * 2
    drawn = [float(str(mark["d"]).split()[0][1:]) for mark in page.of_class("cue")]
    assert drawn == pytest.approx(expected, abs=0.1)
    assert drawn != []


def test_the_loudness_is_the_files(report: Lumiphone, takes: Path) -> None:
    for sound in report(takes)["sounds"]:
        samples, rate = soundfile.read(sound["wav"])
        expected = pyloudnorm.Meter(rate).integrated_loudness(samples)
        assert sound["loudness"]["integrated"] == pytest.approx(expected, abs=0.1)


def test_a_pack_that_is_gone_is_said_to_be(
    report: Lumiphone, takes: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tmp_path / "none"))
    page = Page(Path(report(takes, "-o", tmp_path / "r.html")["report"]).read_text("utf-8"))
    assert "not installed here: see its pack.json" in page.words


def test_a_folder_without_takes_is_bad_input(report: Lumiphone, tmp_path: Path) -> None:
    assert report(tmp_path, code=2)["error"]["code"] == "bad_input"
    assert report(tmp_path / "missing", code=2)["error"]["code"] == "bad_input"


def test_a_take_whose_wav_is_gone_is_bad_media(report: Lumiphone, takes: Path) -> None:
    (takes / "dog" / "take-1.wav").unlink()
    error = report(takes, code=2)["error"]
    assert error["code"] == "bad_media"
    assert "take-1.wav" in error["what"]
    assert not (takes / "report.html").exists()
