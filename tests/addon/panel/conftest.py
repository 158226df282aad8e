from __future__ import annotations

import pytest

from tests.addon.panel.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()
