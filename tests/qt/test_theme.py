from dataclasses import fields

import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF

from devices.events import Priority
from nursestation.config.display import COLOURS, NEAR_AN_ALARM, ColourSettings
from nursestation.ui import theme
from nursestation.ui.controls import Badge, Button, CheckField, ChoiceField, ElidingLabel, Label, Panel, PrimaryButton
from nursestation.ui.layouts import row
from nursestation.ui.plots.readout_line import ReadoutLine
from nursestation.ui.roles import Text, Tone
from tests.helpers.contrast import ENOUGH, contrast, distance

THEMES = [theme.DARK_THEME, theme.LIGHT_THEME]
_TEXT_PAIRS = [
    *[(text, ground) for text in ("text", "soft", "stale") for ground in ("window", "bar", "raised", "plot", "panel")],
    *[(text, "plot") for text in ("heart_rate", "spo2", "nibp", "resp", "co2", "event", "bad", "warn", "good")],
    *[(text, "raised") for text in ("heart_rate", "spo2", "nibp", "resp", "warn")],
    *[("event", ground) for ground in ("phase_baseline", "phase_infusion", "phase_observation")],
    *[(f"on_{name}", name) for name in ("accent", "danger", "badge", "alarm_high", "alarm_medium", "alarm_low")],
    ("on_alarm_high", "alarm_high_off"),
    ("on_alarm_medium", "alarm_medium_off"),
    *[(name, f"{name}_fill") for name in ("good", "warn", "bad")],
    ("text", "button"),
    ("soft", "calm_fill"),
    ("warn", "bar"),
]


@pytest.mark.parametrize("its", THEMES, ids=lambda its: its.name)
@pytest.mark.parametrize(("text", "ground"), _TEXT_PAIRS)
def test_text_can_be_read_upon_its_ground(its, text, ground):
    assert contrast(its.colour(text), its.colour(ground)) >= ENOUGH


_GROUNDS = ("window", "bar", "panel", "raised", "plot", "phase_baseline", "phase_infusion", "phase_observation")
_ALARMS = ("alarm_high", "alarm_medium", "alarm_low")
TOLD_APART = 30.0
"""Least distance of a parameter's colour from an alarm's (CIE 1976), ten times what is just seen. Source: project decision."""
UNLIKE = 20.0
"""The same between two colours of parameters."""


@pytest.mark.parametrize("its", THEMES, ids=lambda its: its.name)
@pytest.mark.parametrize("name", theme.PALETTE)
def test_a_colour_that_may_be_chosen_is_read_everywhere_and_is_no_colour_of_alarms(its, name):
    colour = its.choice(name)
    assert min(contrast(colour, its.colour(ground)) for ground in _GROUNDS) >= ENOUGH
    if name != NEAR_AN_ALARM:
        assert min(distance(colour, its.colour(alarm)) for alarm in _ALARMS) >= TOLD_APART
    assert min(distance(colour, its.choice(other)) for other in theme.PALETTE if other != name) >= UNLIKE


@pytest.mark.parametrize("its", THEMES, ids=lambda its: its.name)
def test_the_usual_colours_are_those_of_the_theme(its):
    assert tuple(theme.PALETTE) == COLOURS
    assert theme.coloured(its, ColourSettings().model_dump()) == its


@pytest.mark.parametrize("its", THEMES, ids=lambda its: its.name)
def test_every_role_is_a_colour(its):
    for role in fields(its.colours):
        assert QColor(getattr(its.colours, role.name)).isValid(), role.name


@pytest.mark.parametrize(("priority", "low", "high"), [(Priority.HIGH, 1.4, 2.8), (Priority.MEDIUM, 0.4, 0.8)])
def test_flash_rates_are_those_of_the_standard(priority, low, high):
    # IEC 60601-1-8 6.3.2.2
    rate_hz = 1000 / (2 * theme.DARK_THEME.alarm(priority).half_period_ms)
    assert low <= rate_hz <= high


@pytest.mark.parametrize("priority", [Priority.HIGH, Priority.MEDIUM])
@pytest.mark.parametrize("its", THEMES, ids=lambda its: its.name)
def test_the_two_halves_of_a_flash_are_told_apart_from_across_the_room(its, priority):
    look = its.alarm(priority)
    assert contrast(look.fill, look.fill_off) >= 2


def test_a_low_priority_does_not_flash():
    assert theme.DARK_THEME.alarm(Priority.LOW).half_period_ms == 0


def test_no_two_priorities_share_a_symbol():
    assert len({theme.DARK_THEME.alarm(priority).symbol for priority in Priority}) == 3


def test_numbers_do_not_jump():
    metrics = QFontMetricsF(theme.font(Text.NUMBER))
    assert QFontInfo(theme.font(Text.NUMBER)).family() == theme.FAMILY
    assert metrics.horizontalAdvance("111") == metrics.horizontalAdvance("888")


def test_only_running_figures_are_of_one_width():
    for role in (Text.TIMER, Text.CLOCK, Text.COUNT, Text.TILE_NUMBER):
        metrics = QFontMetricsF(theme.font(role))
        assert metrics.horizontalAdvance("11:11") == metrics.horizontalAdvance("88:88"), role
    words = QFontMetricsF(theme.font(Text.TITLE))
    assert words.horizontalAdvance("Check-in") < QFontMetricsF(theme.font(Text.CLOCK)).horizontalAdvance("Check-in")


@pytest.mark.parametrize(
    ("size", "scale"),
    [((1280, 720), 1.0), ((1280, 800), 1.0), ((1920, 1080), 1.2), ((3840, 2160), 2.2), ((4000, 800), 1.0)],
)
def test_letters_grow_with_the_window(size, scale):
    assert theme.scale_for(*size) == scale


def test_what_stands_already_takes_the_new_size(qtbot):
    panel = Panel("p")
    label, number = Label("Check-in", Text.TITLE, parent=panel), Label("182", Text.NUMBER, parent=panel)
    theme.set_font(number, Text.NUMBER, 50)
    theme.set_length(label, theme.Length.WIDTH, 100)
    qtbot.addWidget(panel)
    assert theme.set_scale(1.5)
    theme.rescale(panel)
    assert (label.font().pixelSize(), label.width(), number.font().pixelSize()) == (27, 150, 50)
    assert not theme.set_scale(1.5)


def test_what_was_large_is_as_small_as_before_once_the_window_is(qtbot):
    field, line = ChoiceField("field", "Priority"), ReadoutLine(theme.DARK_THEME)
    field.addItem("Every priority", "")
    across, panel = row(), Panel("p")
    for one in (field, line):
        across.addWidget(one)
    panel.setLayout(across)
    qtbot.addWidget(panel)
    seen = []
    panel.show()
    for scale in (1.0, 1.5, 1.0):
        theme.set_scale(scale)
        theme.rescale(panel)
        panel.layout().activate()
        seen.append((panel.minimumSizeHint(), field.minimumSizeHint().width(), line.height()))
    assert seen[0] == seen[2]
    assert seen[1][1] > seen[0][1]
    assert seen[1][2] == theme.TOUCH * 1.5


def test_a_change_of_tone_keeps_the_size_of_the_font(qtbot):
    label = Label("182", Text.NUMBER)
    qtbot.addWidget(label)
    label.show()
    theme.set_font(label, Text.NUMBER, 50)
    label.set_tone(Tone.BAD)
    assert label.font().pixelSize() == 50
    assert label.sizeHint().height() < 72


def test_missing_fonts_are_told_and_not_fatal(tmp_path, log_lines):
    assert not theme.load_fonts(tmp_path)
    assert "could not be loaded" in log_lines[0]


def test_a_button_is_big_enough_for_a_finger_and_never_cuts_its_words(qtbot):
    button = PrimaryButton("Infusion resumed", "b", shortcut="Ctrl+R", tip="State that the pump runs again.")
    qtbot.addWidget(button)
    button.show()
    assert button.minimumSizeHint().width() >= button.fontMetrics().horizontalAdvance(button.text())
    assert button.height() >= theme.TOUCH
    assert button.toolTip() == "State that the pump runs again. (Ctrl+R)"
    assert button.accessibleName() == "Infusion resumed"


def test_a_text_that_does_not_fit_can_still_be_read_whole(qtbot):
    label = ElidingLabel("BP spike 182/111, 47 % above baseline 124/76")
    qtbot.addWidget(label)
    label.resize(100, 24)
    label.show()
    label.grab()
    assert label.toolTip() == label.text()
    label.resize(600, 24)
    label.grab()
    assert label.toolTip() == ""


def test_what_a_text_says_beside_itself_outlives_its_painting(qtbot):
    badge = Badge("Driver confirmed", Tone.GOOD, may_shrink=True)
    qtbot.addWidget(badge)
    badge.setToolTip("Maria Keller, 079 555 01 02")
    badge.resize(badge.sizeHint())
    badge.grab()
    assert badge.toolTip() == "Maria Keller, 079 555 01 02"
    badge.resize(60, badge.height())
    badge.grab()
    assert badge.toolTip() == "Driver confirmed\nMaria Keller, 079 555 01 02"
    badge.setToolTip("")
    badge.grab()
    assert badge.toolTip() == "Driver confirmed"
    badge.close()


def test_a_button_that_somebody_may_not_press_says_why_until_somebody_else_comes(qtbot):
    button = Button("Measure", "b", shortcut="Ctrl+M", tip="Note that a reading is wanted.")
    qtbot.addWidget(button)
    button.allow("Ask a nurse to sign in.")
    button.setEnabled(True)
    button.set_tip("Press START on the monitor.")
    assert not button.isEnabled()
    assert button.toolTip() == "Ask a nurse to sign in."
    button.allow("")
    assert button.isEnabled()
    assert button.toolTip() == "Press START on the monitor. (Ctrl+M)"
    button.setEnabled(False)
    button.allow("Ask a nurse to sign in.")
    button.allow("")
    assert not button.isEnabled()


def test_an_empty_badge_takes_no_room(qtbot):
    badge = Badge("")
    qtbot.addWidget(badge)
    assert badge.isHidden()
    badge.show_text("Driver", Tone.GOOD)
    assert not badge.isHidden()
    badge.show_text("")
    assert badge.isHidden()
    badge.close()


def test_a_tick_is_a_shape_not_only_a_colour(qtbot):
    box = CheckField("Consent on file", "consent")
    qtbot.addWidget(box)
    box.setChecked(True)
    image = box.grab().toImage()
    inside = {
        image.pixelColor(x, y).name()
        for x in range(8, 18)
        for y in range(image.height() // 2 - 5, image.height() // 2 + 5)
    }
    assert len(inside) > 2


def test_a_plain_button_has_no_tooltip_of_its_own(qtbot):
    button = Button("Back", "back")
    qtbot.addWidget(button)
    assert button.toolTip() == ""
