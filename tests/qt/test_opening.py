import pytest
from PySide6.QtWidgets import QWidget

from nursestation.paths import resource
from nursestation.ui import opening as first
from nursestation.ui.opening import Opening, has_display
from nursestation.ui.theme import DARK_THEME


@pytest.fixture
def opening(qtbot):
    opening = Opening(resource("fonts") / "Inter-Medium.ttf")
    qtbot.addWidget(opening)
    return opening


def test_it_comes_back_with_its_picture_on_the_screen(opening):
    opening.appear()
    assert opening.isVisible()
    picture = opening.grab().toImage()
    ground = picture.pixelColor(5, 5)
    inked = [
        (x, y) for x in range(picture.width()) for y in range(picture.height()) if picture.pixelColor(x, y) != ground
    ]
    assert inked
    assert any(40 < x < 400 and 30 < y < 120 for x, y in inked)


def test_it_gives_way_to_the_window_s_first_picture(opening, qtbot):
    opening.appear()
    window = QWidget()
    qtbot.addWidget(window)
    opening.give_way_to(window)
    assert opening.isVisible()
    window.show()
    qtbot.waitUntil(lambda: not opening.isVisible())
    assert window.isVisible()


def test_a_font_that_cannot_be_read_costs_the_typeface_alone(qtbot, tmp_path):
    opening = Opening(tmp_path / "none.ttf")
    qtbot.addWidget(opening)
    opening.appear()
    assert opening.isVisible()


@pytest.mark.parametrize(
    ("platform", "display", "expected"),
    [("offscreen", "", True), ("", "", False), ("", ":0", True), ("xcb", "", False)],
)
def test_a_linux_without_a_display_has_none(monkeypatch, platform, display, expected):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setenv("WAYLAND_DISPLAY", "")
    assert has_display() is expected


def test_its_colours_are_the_dark_theme_s():
    colours = DARK_THEME.colours
    of_the_theme = (
        colours.bar, colours.line_strong, colours.text, colours.soft,
    )  # fmt: skip
    assert of_the_theme == (first.GROUND, first.EDGE, first.NAME, first.WORDS)
