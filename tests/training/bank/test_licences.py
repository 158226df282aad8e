from __future__ import annotations

import pytest

from engine.training.bank.licences import Licences, Notice

pytestmark = pytest.mark.training

TEXT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2001 The Team
License: GPL-3+

Files: data/sfx/anvil.ogg
 data/sfx/horn*.ogg
Copyright: 2005 A. Smith
           2006 B. Jones
License: CC-BY-SA-3.0

Files: etc/samples/bell.flac
Copyright: 2013 Someone
License: CC0

Files: data/old/*
Copyright: 1999 Elder
License: GPL-2

License: GPL-2
 under the terms of the GNU General Public License; either version 2 of the
 License, or (at your option) any later
 version.
"""
LICENCES = Licences(TEXT)


def test_the_last_matching_stanza_covers_a_file() -> None:
    notice = LICENCES.notice("usr/share/game/data/sfx/anvil.ogg")
    assert notice == Notice("CC-BY-SA-3.0", "2005 A. Smith; 2006 B. Jones")
    assert LICENCES.notice("usr/share/game/data/sfx/horn2.ogg").licence == "CC-BY-SA-3.0"
    assert LICENCES.notice("usr/share/game/data/sfx/drum.ogg").licence == "GPL-3+"


def test_a_source_folder_that_installation_drops_still_matches() -> None:
    assert LICENCES.notice("usr/share/sonic-pi/samples/bell.flac").licence == "CC0"


def test_or_later_is_read_from_the_licence_text() -> None:
    assert LICENCES.notice("usr/share/game/data/old/a.ogg").licence == "GPL-2+"


@pytest.mark.parametrize(
    "licence", ["CC0", "CC-BY-3.0", "CC-BY-SA-4.0", "GPL-2+", "GPL-3", "MIT", "GPL-2 or CC0"]
)
def test_licences_that_lead_to_gpl_3_are_usable(licence: str) -> None:
    assert Notice(licence, "").usable


@pytest.mark.parametrize(
    "licence",
    ["GPL-2", "GFDL-1.2+", "CC-BY-NC-3.0", "CC-BY-ND-4.0", "Sampling+", "unknown", "CC0 and GPL-2"],
)
def test_other_licences_are_not(licence: str) -> None:
    assert not Notice(licence, "").usable


def test_nothing_is_known_without_a_notice() -> None:
    assert not Licences("All rights reserved.").notice("a.ogg").usable
