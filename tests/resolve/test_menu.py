"""A menu script as installed, in a fake Resolve, with a real panel process and a real engine."""

from __future__ import annotations

import runpy
import sys
import wave
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from addon.errors import HostError
from addon.host import answer
from addon.messages import Cue, Markers, Place, Placed, Refused, WantClips
from addon.resolve import installation, menu, scripting
from addon.resolve.__main__ import own_packages
from addon.resolve.host import ResolveHost
from addon.resolve.service import Service
from tests.addon.conftest import temporary_folder  # noqa: F401 - a fixture
from tests.command_line import ROOT
from tests.flashes import flash_film
from tests.resolve.fake.world import MediaData
from tests.resolve.scene import Scene, take

if TYPE_CHECKING:
    from tests.resolve.fake.world import TimelineData

RATE = Fraction(24000, 1001)
PANEL = [sys.executable, "-m", "addon.panel"]


@pytest.fixture
def menu_scripts(
    default_pack: Path,
    temporary_folder: Path,  # noqa: ARG001, F811 - sockets and logs go there
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The folder of the menu scripts, for a user with a home of their own."""
    monkeypatch.setenv("LUMIPHONE_PACKS", str(default_pack))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    command = installation.panel_command(own_packages())
    return Path(installation.install(tmp_path / "Fusion" / "Scripts", command).folder)


@pytest.fixture
def edit(tmp_path: Path) -> Scene:
    """A timeline at 23.976 with a film of that rate, trimmed at its head."""
    scene = Scene((21, 1), tmp_path)
    world = scene.world
    world.rate = world.timeline.rate = "23.976"
    film = flash_film(tmp_path, frames=60, rate=RATE)
    scene.clip(86412, 37, 11, media=MediaData(str(film), "23.976", 60, name="dog.mp4"))
    return scene


def run_script(folder: Path, name: str, resolve: Any) -> None:
    """Run a menu script as Resolve does: its objects are there, the script's own path is not."""
    code = (folder / f"{name}.py").read_text("utf-8")
    exec(compile(code, "<menu>", "exec"), {"__name__": "__main__", "resolve": resolve})  # noqa: S102


def test_the_chosen_clip_gets_its_sound_on_its_frame_with_exactly_its_samples(
    menu_scripts: Path, edit: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    before = list(sys.path)
    run_script(menu_scripts, "Sound Chosen Clips", edit.resolve)
    said = capsys.readouterr().out
    assert "The sound lies on the Lumiphone track" in said
    ((track, item),) = edit.heard()
    assert (track, item.start, item.duration) == ("Lumiphone", 86412, 37)
    assert item.media
    with wave.open(item.media.path) as sound:
        assert sound.getnframes() == round(37 / RATE * 48_000) == 74_074
        assert sound.getframerate() == 48_000
    folder = Path.home() / "Lumiphone" / "Film"
    assert Path(item.media.path).is_relative_to(folder)
    assert sys.path == before


def test_a_graded_clip_gets_its_sound_from_what_resolve_rendered(
    menu_scripts: Path, edit: Scene, tmp_path: Path
) -> None:
    def draw(_: TimelineData, first: int, last: int, path: Path) -> None:
        flash_film(path.parent, path.name, frames=last - first + 1, rate=RATE)

    edit.world.draw = draw
    edit.world.timeline.video[0].items[0].nodes = 2
    run_script(menu_scripts, "Sound Chosen Clips", edit.resolve)
    assert edit.world.rendered == [(86412, 86448)]
    ((_, item),) = edit.heard()
    assert item.media
    assert item.media.samples == 74_074
    assert not list(tmp_path.rglob("pictures.mp4"))  # what was rendered for us is gone
    assert edit.world.jobs == {}
    assert edit.world.page == "edit"


def test_nothing_chosen_is_said_and_starts_nothing(
    menu_scripts: Path, edit: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    edit.choose_nothing()
    run_script(menu_scripts, "Sound Chosen Clips", edit.resolve)
    assert "No clip with pictures is chosen" in capsys.readouterr().out
    assert edit.heard() == []


CLOSING_WINDOW = """
import sys
from pathlib import Path
import addon.panel.window.app as app
from addon.panel.__main__ import main
from addon.panel.session import Session

offered, handle = Session._offered, app.Panel._handle
came = []

def note(self, offer):
    came.extend(offer.clips)
    offered(self, offer)

def close_when_they_came(self):
    handle(self)
    if came:
        Path(sys.argv[1]).write_text(" ".join(clip.name for clip in came))
        self.window.close()

Session._offered, app.Panel._handle = note, close_when_they_came
sys.exit(main(sys.argv[2:]))
"""


def test_the_panel_s_window_gets_the_clips_and_the_script_ends_with_it(
    menu_scripts: Path, edit: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("PyQt6.QtWidgets")
    closing = tmp_path / "closing.py"
    closing.write_text(CLOSING_WINDOW)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert menu_scripts.is_dir()
    shown = tmp_path / "shown.txt"
    command = [sys.executable, str(closing), str(shown)]
    assert menu.run({"resolve": edit.resolve}, command, "panel") == 0
    assert shown.read_text() == "dog"


def test_while_resolve_renders_for_the_panel_the_timeline_is_left_alone(newest: Scene) -> None:
    newest.clip(nodes=2)
    service = Service(newest.resolve, PANEL, lambda _: None)
    host, order = service._host, Place("job", "clip", take(newest.world.folder, 48, Fraction(24)))
    host.offer_clips("r")
    assert not service._must_wait(order)
    host.advance()
    assert service._must_wait(order)
    while host.rendering:
        assert not service._must_wait(WantClips("other"))
        host.advance()
    assert not service._must_wait(order)
    host.close()


def test_a_resolve_that_lets_no_scripts_in_offers_the_way_by_files(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert menu.run({}, PANEL, "panel") == 1
    assert "lumiphone timeline EDIT.xml" in capsys.readouterr().out


def test_the_free_edition_without_a_project_offers_the_way_by_files(newest: Scene) -> None:
    newest.world.project = ""
    with pytest.raises(HostError, match=r"Studio 21\.1.* shows scripts no project. Open a project"):
        scripting.project_of(newest.resolve)
    newest.world.studio = False
    with pytest.raises(HostError, match=r"DaVinci Resolve 21\.1.*lumiphone timeline"):
        scripting.project_of(newest.resolve)


def test_resolve_is_found_by_either_of_its_names(newest: Scene) -> None:
    class Library:
        """What older menus give a script."""

        @staticmethod
        def scriptapp(name: str) -> object:
            assert name == "Resolve"
            return newest.resolve

    assert menu.resolve_of({"resolve": newest.resolve}) is newest.resolve
    assert menu.resolve_of({"bmd": Library}) is newest.resolve
    assert menu.resolve_of({}) is None


def test_the_panel_hears_which_resolve_it_serves(scene: Scene) -> None:
    hello = ResolveHost(scene.resolve, lambda _: None).identify()
    assert hello.host == "DaVinci Resolve Studio"
    assert hello.host_version.startswith(".".join(map(str, scene.world.version)))
    assert hello.project == "Film"


def test_the_panel_s_wishes_are_answered(scene: Scene, tmp_path: Path) -> None:
    sent: list[Any] = []
    told: list[str] = []
    host = ResolveHost(scene.resolve, sent.append, told.append)
    scene.clip(start=86500)
    assert answer(host, WantClips("r"), sent.append) is None
    host.advance()
    (clip,) = sent.pop().clips
    assert (clip.name, clip.frames, clip.rate, clip.cues) == ("dog", 48, 24, None)
    made = take(tmp_path / "takes", 48, Fraction(24))
    assert answer(host, Place("job", clip.id, made, level=-3.0), sent.append) is None
    assert sent.pop() == Placed("job", clip.id, 1, 2, "take-1.wav")
    heard = scene.heard()[0][1].properties.get("AudioVolume")
    assert heard == -3.0 or "Set -3 dB" in told.pop()
    assert answer(host, Markers(clip.id, (Cue(0.5),)), sent.append) is None
    assert set(scene.world.timeline.markers) == {112}
    assert answer(host, WantClips("again"), sent.append) is None
    host.advance()
    assert sent.pop().clips[0].cues["events"][0]["seconds"] == 0.5
    assert answer(host, Place("job", "absent", made), sent.append)
    assert isinstance(sent.pop(), Refused)


def test_a_resolve_that_ended_ends_its_script(newest: Scene, monkeypatch: Any) -> None:
    monkeypatch.setattr("addon.resolve.service._PULSE", 0.0)
    waiting = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    service = Service(newest.resolve, waiting, lambda _: None)
    monkeypatch.setattr(type(newest.resolve), "GetProductName", lambda _: None)
    service.show_panel()
    assert not service.failed  # it was not the panel's silence that ended it


def test_an_old_python_is_told_what_is_needed(
    menu_scripts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 1))
    runpy.run_path(str(menu_scripts / "Lumiphone Panel.py"))
    assert "Install Python 3.11" in capsys.readouterr().out
