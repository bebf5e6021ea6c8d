"""Files that people write: every mistake is a sentence with file and key."""

import pytest

from nursestation.config.load import SettingsError, load_preset, load_settings
from nursestation.paths import resource

CHAIR = '[[chair]]\nnumber = 2\n[[chair.monitor]]\ndriver = "ge_dinamap"\nport = "/dev/ttyUSB0"\n'


def test_no_file_means_defaults(tmp_path):
    assert load_settings(tmp_path / "station.toml").chair == ()


def test_chairs_and_their_monitors_are_read(tmp_path):
    path = tmp_path / "station.toml"
    path.write_text('clinic = "Elm Street"\n' + CHAIR)
    settings = load_settings(path)
    assert settings.clinic == "Elm Street"
    assert settings.chair[0].monitor[0].port == "/dev/ttyUSB0"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("chairs = 3\n", ["chairs", "no such setting"]),
        ('theme = "pink"\n', ["theme", "'dark' or 'light'", "'pink'"]),
        ("frame_ms = 5\n", ["frame_ms", "10", "5"]),
        ("[[chair]]\nnumber = 1\n[[chair.monitor]]\nport = 'COM1'\n", ["chair.0.monitor.0.driver", "required"]),
        (CHAIR + CHAIR, ["two chairs have the same number"]),
        (CHAIR + "[chair.prefer]\nspo2 = 'nonin'\n", ["chair.0", "nonin", "no such monitor"]),
        (CHAIR + "[chair.prefer]\nspo3 = 'ge_dinamap'\n", ["chair.0", "'spo3', which is no metric"]),
        ("sound_volume = 0\n", ["sound_volume", "1", "0"]),
        ("[[chair]]\nnumber = 1\nquiet_sound = 'loud'\n", ["chair.0.quiet_sound", "'none' or 'low'"]),
        (
            "sound_output = 'USB'\n[[chair]]\nnumber = 3\nsound_output = 'USB'\n",
            ["the station and chair 3 have the same sound_output"],
        ),
        ("theme = \n", ["not a TOML file", "line 1"]),
    ],
)
def test_a_mistake_names_file_and_key(tmp_path, text, words):
    path = tmp_path / "station.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    for word in [str(path), *words]:
        assert word in str(caught.value)


def test_of_many_mistakes_the_first_is_told_and_the_rest_counted(tmp_path):
    path = tmp_path / "station.toml"
    path.write_text('theme = "pink"\nframe_ms = 5\nchairs = 3\n')
    with pytest.raises(SettingsError, match=r"theme: .*'pink'\)\. There are 2 more mistakes\.$"):
        load_settings(path)


def test_the_shipped_preset_loads_and_the_clinics_own_replaces_it(tmp_path):
    shipped = resource("presets")
    assert load_preset(shipped).title == "Clinic default"
    assert load_preset(shipped, tmp_path).title == "Clinic default"
    text = (shipped / "clinic.toml").read_text(encoding="utf-8")
    (tmp_path / "clinic.toml").write_text(text.replace("Clinic default", "Elm Street"), encoding="utf-8")
    assert load_preset(shipped, tmp_path).title == "Elm Street"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('name = "clinic"', 'name = "other"', ["must be the file's name"]),
        ("realarm_s = 180", "realarm_s = 0", ["signals.realarm_s", "greater than 0"]),
        ("audio_paused_s = 120", "audio_paused_s = 121", ["signals.audio_paused_s", "120"]),
        ("low_max = 60", "low_max = 30", ["bounds.0", "low_min 40 is above low_max 30"]),
        ("low_max = 60", "", ["low_min and low_max are given together"]),
        ('[[bounds]]\nmetric = "spo2"', '[[bounds]]\nmetric = "heart_rate"', ["heart_rate stands there twice"]),
        ('[[bounds]]\nmetric = "spo2"', '[[bounds]]\nmetric = "spo3"', ["unknown metric 'spo3'"]),
        ("[apnoea]", "[apnoea]\nminutes = 3", ["apnoea.minutes", "no such setting"]),
    ],
)
def test_a_mistake_in_a_preset_is_told_with_file_and_key(tmp_path, before, after, words):
    text = (resource("presets") / "clinic.toml").read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "clinic.toml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        load_preset(tmp_path)
    for word in (str(path), *words):
        assert word in str(told.value)


def test_the_later_warning_of_a_full_disk_cannot_come_first(tmp_path):
    path = tmp_path / "station.toml"
    path.write_text("[disk]\nearly_h = 3\nlate_h = 5\n")
    with pytest.raises(SettingsError, match="late_h is above early_h"):
        load_settings(path)


def test_backups_and_retention_have_sections_of_their_own(tmp_path):
    path = tmp_path / "station.toml"
    path.write_text('[backup]\nfolder = "/backup"\nkeep = 3\n\n[retention]\nkeep_years = 7\n')
    settings = load_settings(path)
    assert (settings.backup.folder, settings.backup.every_h, settings.backup.keep) == ("/backup", 24, 3)
    assert settings.retention.keep_years == 7
    assert load_settings(tmp_path / "none.toml").retention.keep_years is None
