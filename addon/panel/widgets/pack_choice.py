"""Which model computes, on what, and what its licence allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QSignalBlocker, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

from addon.panel.widgets import theme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEVICES = (("auto", "Automatic"), ("cpu", "Processor (CPU)"), ("cuda", "NVIDIA GPU"))


class PackChoice(QWidget):
    """Two choices and the licence below them.

    Attributes:
        pack_chosen: Another pack was chosen; carries its id.
        device_chosen: Another device was chosen; carries its name.
    """

    pack_chosen = pyqtSignal(str)
    device_chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.packs = QComboBox()
        self.packs.setAccessibleName("Model pack")
        self.packs.setToolTip("Which model makes the sound")
        self.packs.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.packs.setMinimumContentsLength(8)
        self.devices = QComboBox()
        self.devices.setAccessibleName("Device")
        self.devices.setToolTip("What computes; Automatic takes a GPU where there is one")
        for name, title in DEVICES:
            self.devices.addItem(title, name)
        self.licence = QLabel()
        self.licence.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, (title, box) in enumerate((("Model", self.packs), ("Device", self.devices))):
            label = QLabel(title)
            label.setBuddy(box)
            grid.addWidget(label, row, 0)
            grid.addWidget(box, row, 1)
        grid.addWidget(self.licence, 2, 0, 1, 2)
        self.packs.activated.connect(
            lambda index: self.pack_chosen.emit(str(self.packs.itemData(index)))
        )
        self.devices.activated.connect(
            lambda index: self.device_chosen.emit(str(self.devices.itemData(index)))
        )

    def show_packs(
        self, packs: Sequence[Mapping[str, Any]], chosen: Mapping[str, Any] | None, device: str
    ) -> None:
        """Show what there is, and the chosen pack's licence."""
        with QSignalBlocker(self.packs), QSignalBlocker(self.devices):
            self.packs.clear()
            for pack in packs:
                if not pack.get("fault"):
                    self.packs.addItem(str(pack["title"]), pack["id"])
            if chosen is not None:
                self.packs.setCurrentIndex(self.packs.findData(chosen["id"]))
            self.packs.setEnabled(self.packs.count() > 0)
            self.devices.setCurrentIndex(max(self.devices.findData(device), 0))
        self.licence.setText(_licence(chosen))


def _licence(pack: Mapping[str, Any] | None) -> str:
    if pack is None:
        return f'<span style="color:{theme.QUIET}">Asking the engine…</span>'
    colour, words = (theme.GOOD, "yes") if pack["commercial_use"] else (theme.ERROR, "no")
    size = float(pack["bytes"]) / 1e6
    return (
        f'<span style="color:{theme.QUIET}">{pack["licence"]} · {size:.0f} MB<br>'
        f'Commercial use: </span><b style="color:{colour}">{words}</b>'
    )
