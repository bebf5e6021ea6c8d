"""All chairs of real rooms as they are drawn, measured, and kept to be looked at; the canvas stands by itself, without a page.

`NURSESTATION_PICTURES=out/pictures .venv/bin/python -m pytest tests/qt/test_board_pictures.py` keeps every picture.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from devices.events import LinkPhase, LinkState
from nursestation.config.display import BoardSettings
from nursestation.core import commands as c
from nursestation.core.records import Wave
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.board.canvas import BoardCanvas
from nursestation.ui.plots.wave_field import pixels_per_mm
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.theme import DARK_THEME, LIGHT_THEME, Theme
from tests.helpers.room import Room, make_room
from tests.helpers.visit import HOUR_NS, START

PICTURES = os.environ.get("NURSESTATION_PICTURES")
ROOMS = {"1280x800": (1280, 626), "1920x1080": (1920, 868)}
"""What top bar, page bar and message line leave of a window of that size [px]."""
WINDOWS = {"1280x800": (1280, 800), "1920x1080": (1920, 1080)}


def calm(room: Room) -> None:
    pass


def alarms(room: Room) -> None:
    n = len(room.chairs)
    room.chair(min(2, n)).cuff(184, 112)
    room.run(
        16,
        {1: {"spo2": 83.0}, 3: {"heart_rate": 131.0, "pulse_rate": 131.0}, 7: {"resp_rate": 6.0}},
        silent=[n] if n >= 4 else [],
    )


def links_lost(room: Room) -> None:
    room.run(200, silent=[1], every_s=2)
    last = room.chairs[-1]
    last.event(LinkState(t_ns=room.clock.now().mono_ns, phase=LinkPhase.DISCONNECTED))
    last.cuff(184, 112)
    room.run(130, silent=[1, last.chair], every_s=2)


def paused_and_late(room: Room) -> None:
    room.do(c.PauseInfusion(chair=1, reason="nausea"))
    room.do(c.PauseChairAlarms(chair=len(room.chairs), reason="Patient is at the toilet"))
    room.run(640, every_s=4)


SCENES = (calm, alarms, links_lost, paused_and_late)
COUNTS = (1, 4, 8, 16) if PICTURES else (16,)

_rooms: dict[tuple[str, int], Room] = {}


def room_of(scene: Callable[[Room], None], n: int) -> Room:
    """Return the room in which it has happened, simulated so that there is the least space."""
    key = (scene.__name__, n)
    if key not in _rooms:
        made = make_room(n, simulated=True, start=START.shifted(24 * HOUR_NS * (1 + len(_rooms))))
        scene(made)
        _rooms[key] = made
    return _rooms[key]


def _drawn(qtbot, room: Room, look: Theme, window: tuple[int, int], size: tuple[int, int], waves: int) -> BoardCanvas:
    theme.set_scale(theme.scale_for(*window))
    store = WaveStore()
    store.add(one for one in room.records if isinstance(one, Wave))
    canvas = BoardCanvas(look, room.clock, store, pixels_per_mm(None), Flashing(), zone=UTC)
    qtbot.addWidget(canvas)
    canvas.set_settings(BoardSettings(waves=waves))
    canvas.resize(*size)
    canvas.show_station(room.snapshot)
    canvas.show()
    QApplication.processEvents()
    return canvas


@pytest.mark.parametrize("look", [DARK_THEME, LIGHT_THEME], ids=lambda look: look.name)
@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_nothing_is_cut_and_every_wave_that_has_room_is_drawn(qtbot, scene, n, look):
    room = room_of(scene, n)
    for name, size in ROOMS.items():
        for waves in (0, 1, 3) if PICTURES else (1,):
            canvas = _drawn(qtbot, room, look, WINDOWS[name], size, waves)
            picture = canvas.grab().toImage()
            if PICTURES:
                Path(PICTURES).mkdir(parents=True, exist_ok=True)
                kept = f"board-{scene.__name__}-{n}-{name}-{look.name}-{waves}.png"
                assert picture.save(str(Path(PICTURES) / kept))
            cut = [f"{tile.accessibleName()}" for tile in canvas.tiles() if tile.is_cut]
            assert cut == [], (name, waves)
            expected = min(waves, 2) if canvas.layout_now.n_waves else 0
            for chair, cell in zip(canvas.places, canvas.layout_now.cells, strict=True):
                if cell.waves is not None and room.snapshot.chair(chair).waves:
                    assert (_ink(picture, cell.waves, look) > 0) is (expected > 0), chair


def _ink(picture: QImage, box, look: Theme) -> int:
    """Return how many columns of pixels hold something of the pleth's colour."""
    wanted = look.colour("spo2")
    return sum(
        any(picture.pixelColor(x, y) == wanted for y in range(box.y, box.bottom, 1))
        for x in range(box.x + theme.px(60), box.right - 8, 16)
    )


@pytest.mark.parametrize("n", range(1, 17))
def test_letters_have_room_whatever_the_number_of_chairs(qtbot, n):
    whole = room_of(links_lost, 16).snapshot
    for name, size in ROOMS.items():
        theme.set_scale(theme.scale_for(*WINDOWS[name]))
        canvas = BoardCanvas(DARK_THEME, room_of(links_lost, 16).clock, WaveStore(), 4.0, Flashing(), zone=UTC)
        qtbot.addWidget(canvas)
        canvas.resize(*size)
        chairs = (whole.chairs[0], whole.chairs[-1], *whole.chairs[1:-1])[:n]
        canvas.show_station(replace(whole, chairs=chairs))
        for waves in range(4):
            canvas.set_settings(BoardSettings(waves=waves))
            canvas.grab()
            assert [tile.accessibleName() for tile in canvas.tiles() if tile.is_cut] == [], (name, waves)
