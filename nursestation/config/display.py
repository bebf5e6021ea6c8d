"""What a person has set on the screen: how the chairs are laid out, how waves run, which colour a parameter has, dark or light.

Rules of the file:
1. It is kept apart from `station.toml`, which people write and the program only mends: this file the program writes
   whole, whenever somebody changes something on the screen (docs/adr/0023).
2. It decides how things look and nothing else. A file that is damaged, or of another version, costs its settings and
   never a start: the defaults hold, and a sentence says so.
"""

from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from nursestation.config.load import SettingsError, read_document, validated
from nursestation.wholefile import mode_of, own_folder, put

Face = Literal["initials", "number"]
"""What a shared screen says of a patient: the initials, or the chair's number alone."""
WaveMetric = Literal["ecg", "pleth", "resp", "co2", "art"]
SPEEDS_MM_S = (3.125, 6.25, 12.5, 25.0, 50.0)
"""Sweep speeds that bedside monitors offer [mm/s]. Source: IEC 60601-2-27, 201.12.1.101 asks for 25; the others are usual."""

Parameter = Literal["heart_rate", "spo2", "nibp", "resp", "co2"]
"""What has a colour of its own, in number, wave, trend and table."""
ColourName = Literal["green", "lime", "teal", "blue", "lilac", "purple", "pink", "cream", "light blue"]
"""Colours that a parameter may have; how each looks, dark and light, is in `ui/theme.py`."""
COLOURS: tuple[ColourName, ...] = get_args(ColourName)
NEAR_AN_ALARM: ColourName = "light blue"
"""Close to the cyan of alarms of low priority. Bedside monitors have it for SpO2, and no other parameter gets it."""
_ALARM_COLOURS = ("red", "yellow", "cyan", "orange", "amber")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BoardSettings(_Section):
    """The page of all chairs.

    Attributes:
        order: Chairs in the order of their places; those that are not named follow by their numbers.
        columns: Tiles side by side; 0 as many as suit the screen.
        waves: Waves on a tile; 0 for numbers alone.
        face: What a tile says of its patient.
    """

    order: tuple[Annotated[int, Field(ge=1, le=16)], ...] = ()
    columns: int = Field(default=0, ge=0, le=4)
    waves: int = Field(default=1, ge=0, le=3)
    face: Face = "initials"

    @model_validator(mode="after")
    def _check(self) -> "BoardSettings":
        if len(set(self.order)) != len(self.order):
            raise ValueError("a chair has two places")
        return self


class WallSettings(_Section):
    """The read-only view of all chairs on a second screen.

    Attributes:
        screen: Name of the screen as the system gives it; "" for the first that is not the window's.
        face: What a tile says of its patient there.
        is_open: It was open when the program closed, and opens with it.
    """

    screen: str = ""
    face: Face = "number"
    is_open: bool = False


class WaveSettings(_Section):
    """How the waves of one metric are drawn, on every chair.

    Attributes:
        metric: Which waves.
        speed_mm_s: Sweep speed [mm/s]; None for the usual one of the metric.
        gain: mm/mV of an ECG, or the full scale of a wave in mmHg; None follows the wave.
        shown: Whether they are drawn.
    """

    metric: WaveMetric
    speed_mm_s: float | None = None
    gain: float | None = Field(default=None, gt=0, le=300)
    shown: bool = True

    @model_validator(mode="after")
    def _check(self) -> "WaveSettings":
        if self.speed_mm_s is not None and self.speed_mm_s not in SPEEDS_MM_S:
            raise ValueError(f"speed_mm_s is one of {', '.join(f'{speed:g}' for speed in SPEEDS_MM_S)}")
        return self


class ColourSettings(_Section):
    """The colour of each parameter, the same in number, wave, trend and table; the defaults are the habit of bedside monitors.

    No two parameters share one, and none has a colour of alarms.
    """

    heart_rate: ColourName = "green"
    spo2: ColourName = "light blue"
    nibp: ColourName = "pink"
    resp: ColourName = "cream"
    co2: ColourName = "lilac"

    @field_validator("*", mode="before")
    @classmethod
    def _leave_alarms_theirs(cls, name: object) -> object:
        if isinstance(name, str) and name.lower() in _ALARM_COLOURS:
            others = [colour for colour in COLOURS if colour != NEAR_AN_ALARM]
            raise ValueError(f"{name} is a colour of alarms: choose {', '.join(others[:-1])} or {others[-1]}")
        return name

    @model_validator(mode="after")
    def _check(self) -> "ColourSettings":
        names = list(self.model_dump().values())
        if len(set(names)) != len(names):
            raise ValueError("two parameters have one colour")
        if NEAR_AN_ALARM in names and self.spo2 != NEAR_AN_ALARM:
            raise ValueError(f"{NEAR_AN_ALARM} is close to a colour of alarms: no parameter but spo2 has it")
        return self


class DisplaySettings(_Section):
    """All of it.

    Attributes:
        theme: None as the station's settings say.
        board: The page of all chairs.
        wall: The second screen.
        wave: From top to bottom; waves that are not named follow in the usual order.
        colours: Of the parameters.
    """

    theme: Literal["dark", "light"] | None = None
    board: BoardSettings = BoardSettings()
    wall: WallSettings = WallSettings()
    wave: tuple[WaveSettings, ...] = ()
    colours: ColourSettings = ColourSettings()

    @model_validator(mode="after")
    def _check(self) -> "DisplaySettings":
        metrics = [wave.metric for wave in self.wave]
        if len(set(metrics)) != len(metrics):
            raise ValueError("a wave is named twice")
        return self


def load_display(path: Path) -> tuple[DisplaySettings, str]:
    """Return what was set on the screen, and "" or the sentence that says why the defaults hold instead."""
    if not path.exists():
        return DisplaySettings(), ""
    try:
        return validated(DisplaySettings, read_document(path), path), ""
    except SettingsError as error:
        return DisplaySettings(), f"The screen looks as it did at first: {error}. Set it again on the screen."


def write_display(path: Path, settings: DisplaySettings) -> None:
    """Keep what was set on the screen.

    Raises:
        SettingsError: the file cannot be written.
    """
    import tomlkit  # late: nobody waits for it at the start

    document = settings.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    text = "# Written by Nursestation whenever something is set on its screen.\n" + tomlkit.dumps(document)
    try:
        own_folder(path.parent)
        put(path, text.encode(), mode_of(path))
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written ({error.strerror}): what you set here lasts until you close"
        ) from error
