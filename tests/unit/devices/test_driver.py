import pytest

from devices.driver import Parity, SerialSettings, line_settings

FAST, OLD, OLDER = SerialSettings(115200), SerialSettings(19200, parity=Parity.ODD), SerialSettings(4800)
KNOWN = (FAST, OLD, OLDER)


@pytest.mark.parametrize(
    ("choices", "settings"),
    [
        ({}, FAST),
        ({"baud": 19200}, OLD),
        ({"parity": Parity.ODD}, OLD),
        ({"baud": 4800, "parity": Parity.NONE}, OLDER),
        ({"baud": 19200, "parity": Parity.EVEN}, SerialSettings(19200, parity=Parity.EVEN)),
        ({"baud": 2400}, SerialSettings(2400)),
        ({"data_bits": 7, "stop_bits": 2}, SerialSettings(115200, data_bits=7, stop_bits=2)),
        ({"rtscts": True}, SerialSettings(115200, rtscts=True)),
        ({"rtscts": False, "baud": 19200}, OLD),
    ],
)
def test_a_choice_goes_over_the_driver_own_settings_and_brings_along_what_belongs_to_it(choices, settings):
    assert line_settings(KNOWN, **choices) == settings
