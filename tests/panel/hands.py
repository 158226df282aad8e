"""Keys and mouse for the tests: QTest, whose functions PyQt's stubs take for methods."""

from __future__ import annotations

from typing import Any

from PyQt6.QtTest import QTest

hands: Any = QTest
