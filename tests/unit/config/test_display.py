from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nursestation.config.display import (
    COLOURS,
    NEAR_AN_ALARM,
    BoardSettings,
    ColourSettings,
    DisplaySettings,
    WallSettings,
    WaveSettings,
    load_display,
    write_display,
)
from nursestation.config.load import SettingsError

METRICS = ("ecg", "pleth", "resp", "co2", "art")

boards = st.builds(
    BoardSettings,
    order=st.lists(st.integers(1, 16), unique=True, max_size=16).map(tuple),
    columns=st.integers(0, 4),
    waves=st.integers(0, 3),
    face=st.sampled_from(["initials", "number"]),
)
walls = st.builds(
    WallSettings, screen=st.text(max_size=12), face=st.sampled_from(["initials", "number"]), is_open=st.booleans()
)
waves = st.lists(st.sampled_from(METRICS), unique=True).flatmap(
    lambda metrics: st.tuples(
        *(
            st.builds(
                WaveSettings,
                metric=st.just(metric),
                speed_mm_s=st.sampled_from([None, 6.25, 25.0]),
                gain=st.sampled_from([None, 10.0, 150.0]),
                shown=st.booleans(),
            )
            for metric in metrics
        )
    )
)
colours = st.permutations([colour for colour in COLOURS if colour != NEAR_AN_ALARM]).map(
    lambda names: ColourSettings(heart_rate=names[0], spo2=names[1], nibp=names[2], resp=names[3], co2=names[4])
)
displays = st.builds(
    DisplaySettings,
    theme=st.sampled_from([None, "dark", "light"]),
    board=boards,
    wall=walls,
    wave=waves,
    colours=colours | st.just(ColourSettings()),
)


@given(settings=displays)
def test_what_was_set_comes_back(settings: DisplaySettings, tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("profile") / "display.toml"
    write_display(path, settings)
    assert load_display(path) == (settings, "")


def test_without_a_file_the_defaults_hold_and_nothing_is_said(tmp_path: Path):
    assert load_display(tmp_path / "display.toml") == (DisplaySettings(), "")


@pytest.mark.parametrize(
    "text",
    [
        "[board\n",
        "[board]\nwaves = 9\n",
        "[board]\norder = [3, 3]\n",
        '[[wave]]\nmetric = "ecg"\n[[wave]]\nmetric = "ecg"\n',
        '[[wave]]\nmetric = "ecg"\nspeed_mm_s = 30.0\n',
        'colour = "pink"\n',
        b"\xff\xfe",
    ],
)
def test_a_damaged_file_costs_its_settings_and_says_so(tmp_path: Path, text: str | bytes):
    path = tmp_path / "display.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    settings, said = load_display(path)
    assert settings == DisplaySettings()
    assert str(path) in said
    assert said.endswith("Set it again on the screen.")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="lasts until you close"):
        write_display(tmp_path / "file" / "display.toml", DisplaySettings())


def test_the_file_is_replaced_whole(tmp_path: Path):
    path = tmp_path / "display.toml"
    write_display(path, DisplaySettings(theme="light"))
    write_display(path, DisplaySettings(board=BoardSettings(waves=3)))
    assert [entry.name for entry in tmp_path.iterdir()] == ["display.toml"]
    assert load_display(path)[0] == DisplaySettings(board=BoardSettings(waves=3))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('heart_rate = "Red"', "Red is a colour of alarms: choose green, lime, teal"),
        ('spo2 = "cyan"', "cyan is a colour of alarms"),
        ('co2 = "green"', "two parameters have one colour"),
        ('spo2 = "blue"\nco2 = "light blue"', "no parameter but spo2 has it"),
        ('resp = "#ffffff"', "'#ffffff'"),
    ],
)
def test_a_colour_that_must_not_be_is_refused_with_the_reason(tmp_path: Path, text: str, why: str):
    path = tmp_path / "display.toml"
    path.write_text(f"[colours]\n{text}\n", encoding="utf-8")
    settings, told = load_display(path)
    assert settings == DisplaySettings()
    assert why in told
