"""Settings and preset in the words of the record: every one has a name, and only what is not as shipped is kept."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from nursestation.config.load import load_preset
from nursestation.config.schema import BackupSettings, ChairSettings, MonitorSettings, StationSettings
from nursestation.config.told import told
from nursestation.core.presets import AlarmPreset, AutoRule, Bounds
from nursestation.paths import resource

_NO_NAME = {
    "backup",
    "retention",
    "disk",
    "chair",
    "signals",
    "realarm_steps",
    "apnoea",
    "rounds",
    "bounds",
    "auto",
    "name",
    "metric",
}


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for option in model.model_fields.values():
        kind = option.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from models(kind)


@pytest.mark.parametrize(
    "model", [*models(StationSettings), ChairSettings, MonitorSettings, *models(AlarmPreset), Bounds, AutoRule]
)
def test_every_setting_has_a_name_for_people(model):
    for name, option in model.model_fields.items():
        assert name in _NO_NAME or option.title, f"{model.__name__}.{name}"


def test_what_is_as_shipped_is_not_kept():
    assert told(StationSettings(), AlarmPreset()) == ()


def test_a_setting_stands_with_what_holds_without_it():
    settings = StationSettings(lock_after_min=0, wire_log=False, backup=BackupSettings(folder="/media/drive"))
    assert [(one.file, one.key, one.title, one.value, one.otherwise) for one in told(settings, AlarmPreset())] == [
        ("station.toml", "wire_log", "Raw bytes of monitors are kept for half an hour", "no", "yes"),
        ("station.toml", "lock_after_min", "Minutes without a touch until the station locks itself", "0", "10"),
        ("station.toml", "backup.folder", "Folder of backups", "/media/drive", "not set"),
    ]


def test_a_chair_and_its_monitors_are_told_by_their_numbers_and_drivers():
    monitor = MonitorSettings(driver="ge_dinamap", port="/dev/ttyUSB0", receive_only=True)
    chair = ChairSettings(number=3, monitor=(monitor,), prefer={"spo2": "ge_dinamap"})
    assert {one.title: one.value for one in told(StationSettings(chair=(chair,)), AlarmPreset())} == {
        "Chair 3": "set up",
        "Chair 3, Monitor ge_dinamap": "set up",
        "Chair 3, Monitor ge_dinamap, Port": "/dev/ttyUSB0",
        "Chair 3, Monitor ge_dinamap, Never written to": "yes",
        "Chair 3, Monitor shown where two give the same": "spo2 ge_dinamap",
    }


def test_a_whole_number_is_told_with_all_its_digits():
    chair = ChairSettings(number=3, monitor=(MonitorSettings(driver="ge_dinamap", port="COM3", baud=1_000_000),))
    settings = StationSettings(sound_volume=10, lock_after_min=0, chair=(chair,))
    assert {"1000000", "10", "0"} <= {one.value for one in told(settings, AlarmPreset())}


def test_a_limit_of_the_preset_is_told_with_its_digits():
    preset = load_preset(resource("presets"))
    values = {one.title: one.value for one in told(StationSettings(), preset)}
    assert values["HR, low limit may be set from"] == "40"
    assert values["HR, high limit from the patient, times the baseline"] == "1.25"
    assert len(values) == len(told(StationSettings(), preset))  # no two have one name
