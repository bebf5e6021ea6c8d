import tomllib

from devices.events import Priority
from nursestation.core.presets import AlarmPreset
from nursestation.paths import resource
from tests.helpers.visit import PROTOCOLS, load_protocol

GIVEN = tomllib.loads((resource("presets") / "clinic.toml").read_text(encoding="utf-8"))


def test_every_number_of_the_signals_is_said_in_the_file() -> None:
    """A default in code would be a number that no clinic sees."""
    preset = AlarmPreset.model_validate(GIVEN)
    assert set(GIVEN["signals"]) == set(type(preset.signals).model_fields)
    assert set(GIVEN["signals"]["realarm_steps"]) == set(type(preset.signals.realarm_steps).model_fields)
    assert set(GIVEN["apnoea"]) == set(type(preset.apnoea).model_fields)


def test_the_limits_of_every_shipped_protocol_lie_within_the_shipped_bounds() -> None:
    preset = AlarmPreset.model_validate(GIVEN)
    for path in PROTOCOLS.glob("*.toml"):
        for rule in load_protocol(path.stem).limits:
            bounds = preset.bounds_of(rule.metric)
            assert bounds is not None
            assert rule.low is None or bounds.low_min <= rule.low <= bounds.low_max
            assert rule.high is None or bounds.high_min <= rule.high <= bounds.high_max
            assert bounds.low_max is None or bounds.high_min is None or bounds.low_max < bounds.high_min


def test_a_low_saturation_is_never_less_than_medium_nor_its_limit_under_85() -> None:
    """The floor of ISO 80601-2-61."""
    bounds = AlarmPreset.model_validate(GIVEN).bounds_of("spo2")
    assert bounds is not None
    assert bounds.low_min == 85
    for path in PROTOCOLS.glob("*.toml"):
        (rule,) = [rule for rule in load_protocol(path.stem).limits if rule.metric == "spo2"]
        assert rule.priority.rank >= Priority.MEDIUM.rank
