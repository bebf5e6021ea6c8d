"""What is set on the screen, for all widgets that look by it: one value, and a signal when somebody changes it."""

from typing import Any

from PySide6.QtCore import QObject, Signal

from nursestation.config.display import DisplaySettings
from nursestation.ui.plots.wave_look import SPEEDS_MM_S, MetricLook, WaveLook
from nursestation.ui.theme import DARK_THEME, LIGHT_THEME, Theme, coloured


def wave_look(settings: DisplaySettings) -> WaveLook:
    """Return how the waves are drawn by `settings`, for every `WaveField`."""
    return WaveLook(
        tuple(
            MetricLook(wave.metric, wave.speed_mm_s or SPEEDS_MM_S[wave.metric], wave.gain, wave.shown)
            for wave in settings.wave
        )
    )


def dressed(settings: DisplaySettings, otherwise: Theme) -> Theme:
    """Return the colours by `settings`; dark or light as `otherwise` where nobody has chosen."""
    name = settings.theme or otherwise.name
    ground = next(one for one in (DARK_THEME, LIGHT_THEME) if one.name == name)
    return coloured(ground, settings.colours.model_dump())


class Display(QObject):
    """Holds the settings of the screen; whoever owns the profile keeps them.

    Signals:
        changed: The `DisplaySettings` that hold from now on.
    """

    changed = Signal(object)

    def __init__(self, settings: DisplaySettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings or DisplaySettings()

    @property
    def settings(self) -> DisplaySettings:
        """Return what holds now."""
        return self._settings

    def put(self, settings: DisplaySettings) -> None:
        """Take other settings, and tell them where they differ."""
        if settings != self._settings:
            self._settings = settings
            self.changed.emit(settings)

    def change(self, **fields: Any) -> None:  # noqa: ANN401 - the model checks each
        """Change fields of the whole (`theme`, `board`, `wall`, `wave`, `colours`).

        Raises:
            pydantic.ValidationError: a value is out of its range.
        """
        whole = {name: getattr(self._settings, name) for name in DisplaySettings.model_fields}
        self.put(DisplaySettings.model_validate({**whole, **fields}))

    def change_board(self, **fields: Any) -> None:  # noqa: ANN401
        """Change fields of the page of all chairs.

        Raises:
            pydantic.ValidationError: a value is out of its range.
        """
        self.change(board={**self._settings.board.model_dump(), **fields})

    def change_wall(self, **fields: Any) -> None:  # noqa: ANN401
        """Change fields of the view on the second screen.

        Raises:
            pydantic.ValidationError: a value is out of its range.
        """
        self.change(wall={**self._settings.wall.model_dump(), **fields})
