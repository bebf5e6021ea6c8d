"""Which changes of the screen's settings stand in the record: those that change what is told of patients, or how; no Qt.

Dark or light, the order of tiles and how many stand side by side are matters of taste, and are not noted.
"""

from nursestation.config.display import DisplaySettings, Face
from nursestation.core.commands import NoteSetting

_PARAMETERS = {"heart_rate": "heart rate", "spo2": "SpO₂", "nibp": "blood pressure", "resp": "breathing", "co2": "CO₂"}
_WAVES = {"ecg": "ECG", "pleth": "pleth", "resp": "breathing", "co2": "CO₂", "art": "arterial pressure"}
_FACES: dict[Face, str] = {"initials": "initials", "number": "chair numbers"}


def notes(before: DisplaySettings, after: DisplaySettings) -> tuple[NoteSetting, ...]:
    """Return what is to be noted of a change."""
    told = [
        ("patients on the page of all chairs", _FACES[before.board.face], _FACES[after.board.face]),
        ("patients on the wall view", _FACES[before.wall.face], _FACES[after.wall.face]),
        ("wall view", _open(before), _open(after)),
        ("waves left out", _hidden(before), _hidden(after)),
    ]
    colours = zip(before.colours.model_dump().items(), after.colours.model_dump().values(), strict=True)
    told += [(f"colour of {_PARAMETERS[of]}", was, now) for (of, was), now in colours]
    return tuple(NoteSetting(setting=what, before=was, after=now) for what, was, now in told if was != now)


def _open(settings: DisplaySettings) -> str:
    return "open" if settings.wall.is_open else "closed"


def _hidden(settings: DisplaySettings) -> str:
    return ", ".join(_WAVES[wave.metric] for wave in settings.wave if not wave.shown) or "none"
