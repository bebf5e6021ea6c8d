"""What a person has set on the screen: how the chairs are laid out, how waves run, dark or light.

Rules of the file:
1. It is kept apart from `station.toml`, which people write and the program only mends: this file the program writes
   whole, whenever somebody changes something on the screen (docs/adr/0023).
2. It decides how things look and nothing else. A file that is damaged, or of another version, costs its settings and
   never a start: the defaults hold, and a sentence says so.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nursestation.config.load import SettingsError, read_document, validated
from nursestation.config.wholefile import put

Face = Literal["initials", "number"]
"""What a shared screen says of a patient: the initials, or the chair's number alone."""
WaveMetric = Literal["ecg", "pleth", "resp", "co2", "art"]
SPEEDS_MM_S = (3.125, 6.25, 12.5, 25.0, 50.0)
"""Sweep speeds that bedside monitors offer [mm/s]. Source: IEC 60601-2-27, 201.12.1.101 asks for 25; the others are usual."""


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


class DisplaySettings(_Section):
    """All of it.

    Attributes:
        theme: None as the station's settings say.
        board: The page of all chairs.
        wall: The second screen.
        wave: From top to bottom; waves that are not named follow in the usual order.
    """

    theme: Literal["dark", "light"] | None = None
    board: BoardSettings = BoardSettings()
    wall: WallSettings = WallSettings()
    wave: tuple[WaveSettings, ...] = ()

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
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, text.encode(), path)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written ({error.strerror}): what you set here lasts until you close"
        ) from error
