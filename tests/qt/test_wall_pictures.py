"""The wall view over real rooms, measured, and kept to be looked at.

`NURSESTATION_PICTURES=out/pictures .venv/bin/python -m pytest tests/qt/test_wall_pictures.py` keeps every picture.
"""

import os
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from nursestation.config.display import DisplaySettings
from nursestation.core import commands as c
from nursestation.core.records import Wave
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.board.picture import number_letters
from nursestation.ui.controls import ElidingLabel
from nursestation.ui.plots.wave_field import pixels_per_mm
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.theme import DARK_THEME, LIGHT_THEME
from nursestation.ui.wall.strip import WordsStrip
from nursestation.ui.wall.window import WallWindow
from tests.helpers.room import Room, make_room
from tests.helpers.visit import HOUR_NS, START

PICTURES = os.environ.get("NURSESTATION_PICTURES")
SIZES = ((1280, 800), (1920, 1080))
COUNTS = (1, 4, 8, 16)
LEAST_NUMBERS = {1: 110, 4: 55, 8: 45, 16: 26}
"""Letters of the numbers in a window as designed, by the number of chairs [px]: 26 px are 10 mm on a 24 inch screen of 1280 dots,
11 minutes of arc from 3 m, more than twice what a good eye needs."""


def calm(room: Room) -> None:
    room.run(4)


def alarms(room: Room) -> None:
    """Let half of the chairs, one of them answered, and the station have something to say."""
    n = len(room.chairs)
    odd = {number: {"spo2": 83.0 if number % 4 == 1 else 88.0} for number in range(1, n + 1, 2)}
    room.chair(min(2, n)).cuff(184, 112)
    room.run(16, odd, silent=[n] if n > 2 else [])
    room.do(c.Acknowledge(chair=1, condition_id=room.condition("limit.spo2.low", 1).id))
    room.fault("sound", "The sound output USB Audio does not open: look at its plug.")
    room.run(2, odd, silent=[n] if n > 2 else [])
    room.do(c.SwitchAudioOff(reason="The bedside monitors sound"))


_rooms: dict[tuple[str, int], Room] = {}


def room_of(scene: Callable[[Room], None], n: int) -> Room:
    """Return the room in which it has happened, simulated so that there is the least space."""
    key = (scene.__name__, n)
    if key not in _rooms:
        made = make_room(n, simulated=True, start=START.shifted(24 * HOUR_NS * (1 + len(_rooms))))
        scene(made)
        _rooms[key] = made
    return _rooms[key]


@pytest.mark.parametrize("look", [DARK_THEME, LIGHT_THEME], ids=lambda look: look.name)
@pytest.mark.parametrize("is_dead", [False, True], ids=["live", "dead"])
@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("scene", [calm, alarms], ids=lambda scene: scene.__name__)
def test_all_is_in_sight_and_numbers_are_large(qtbot, qapp, scene, n, is_dead, look):
    room = room_of(scene, n)
    store = WaveStore()
    store.add(one for one in room.records if isinstance(one, Wave))
    theme.apply(qapp, look)
    try:
        for width, height in SIZES:
            wall = WallWindow(
                look, room.clock, store, pixels_per_mm(None), Flashing(), clinic="Lakeside Infusion Center", zone=UTC
            )
            qtbot.addWidget(wall)
            wall.set_settings(DisplaySettings())
            wall.resize(width, height)
            wall.show_dead(is_dead)
            wall.render(room.snapshot)
            wall.show()
            for _ in range(4):  # a layout learns of its parts' new sizes one level a turn
                QApplication.processEvents()
            picture = wall.grab()
            if PICTURES:
                Path(PICTURES).mkdir(parents=True, exist_ok=True)
                state = "-dead" if is_dead else ""
                assert picture.save(
                    str(Path(PICTURES) / f"wall-{scene.__name__}{state}-{n}-{width}x{height}-{look.name}.png")
                )
            assert _cut(wall) == []
            tile = wall.canvas.layout_now.cells[0].tile
            if not is_dead:  # which takes a line of its own
                least = LEAST_NUMBERS[n] * min(width / 1280, height / 800)
                assert number_letters(tile.width, tile.height) >= least
            wall.close()
    finally:
        theme.apply(qapp, DARK_THEME)


def _cut(wall: WallWindow) -> list[str]:
    """Return every word that has no room."""
    cut = [tile.accessibleName() for tile in wall.canvas.tiles() if tile.is_cut]
    strip = wall.findChild(WordsStrip, "wall_alarms")
    if strip.n_left or strip.is_cut:
        cut.append(strip.accessibleName())
    for label in wall.findChildren(QLabel):
        if not label.isVisible() or not label.text():
            continue
        if isinstance(label, ElidingLabel):
            is_cut = label.shown_text() != label.text()
        else:
            is_cut = label.width() < label.minimumSizeHint().width() or label.height() < label.heightForWidth(
                label.width()
            )
        if is_cut:
            cut.append(label.text())
    return cut
