import pytest
from pydantic import ValidationError

from nursestation.config.display import BoardSettings, DisplaySettings, WaveSettings
from nursestation.ui.display import Display, wave_look
from nursestation.ui.plots.wave_look import MetricLook


@pytest.fixture
def told():
    return []


@pytest.fixture
def display(qapp, told):
    display = Display()
    display.changed.connect(told.append)
    return display


def test_a_change_is_told_once_with_what_holds_now(display, told):
    display.change_board(waves=3)
    display.change_board(waves=3)
    assert told == [DisplaySettings(board=BoardSettings(waves=3))]
    assert display.settings == told[0]


def test_a_change_leaves_the_rest_alone(display, told):
    display.change_board(order=(3, 1))
    display.change(theme="light")
    display.change_wall(is_open=True)
    assert display.settings.board.order == (3, 1)
    assert display.settings.theme == "light"
    assert display.settings.wall.is_open


def test_what_is_out_of_range_changes_nothing(display, told):
    with pytest.raises(ValidationError):
        display.change_board(waves=4)
    with pytest.raises(ValidationError):
        display.change(theme="pink")
    assert told == []
    assert display.settings == DisplaySettings()


def test_the_look_of_the_waves_is_what_was_set_and_as_usual_where_nothing_was():
    settings = DisplaySettings(
        wave=(WaveSettings(metric="co2", gain=75.0, shown=False), WaveSettings(metric="ecg", speed_mm_s=50.0))
    )
    look = wave_look(settings)
    assert look.of("co2") == MetricLook("co2", 6.25, 75.0, shown=False)
    assert (look.of("ecg").speed_mm_s, look.of("pleth").speed_mm_s) == (50.0, 25.0)
    keys = [("pleth", "m", ""), ("ecg", "m", "II"), ("co2", "m", "")]
    assert [metric for metric, _, _ in look.arranged(keys)] == ["ecg", "pleth"]
