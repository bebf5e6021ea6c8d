"""Read the files that people write. A mistake is an error that names file, key and what is wanted; nothing is guessed."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from nursestation.config.schema import StationSettings
from nursestation.core.presets import AlarmPreset
from nursestation.errors import NurseStationError

_Model = TypeVar("_Model", bound=BaseModel)


class SettingsError(NurseStationError):
    """A settings or protocol file has a mistake; the message names file and key."""


def load_settings(path: Path) -> StationSettings:
    """Return the station's settings; the defaults when there is no file.

    Raises:
        SettingsError: the file cannot be read or has a mistake.
    """
    if not path.exists():
        return StationSettings()
    return validated(StationSettings, read_document(path), path)


def parse_settings(text: str, path: Path) -> StationSettings:
    """Return the settings that a text says; `path` is the file that it is meant for, to name it.

    Raises:
        SettingsError: it has a mistake.
    """
    return validated(StationSettings, parse_document(text, path), path)


def load_preset(*folders: Path) -> AlarmPreset:
    """Return the clinic's alarm preset; a later folder's file replaces an earlier one's, the defaults hold without any.

    Raises:
        SettingsError: the file has a mistake, or its `name` is not its file name.
    """
    preset = AlarmPreset()
    for folder in folders:
        path = folder / f"{preset.name}.toml"
        if path.exists():
            preset = validated(AlarmPreset, read_document(path), path)
            if preset.name != path.stem:
                raise SettingsError(f"{path}: name is {preset.name!r}; it must be the file's name, {path.stem!r}")
    return preset


def read_document(path: Path) -> dict[str, object]:
    """Return what a TOML file says, unchecked.

    Raises:
        SettingsError: it cannot be read, or is no TOML file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not a TOML file: {error}") from error
    return parse_document(text, path)


def parse_document(text: str, path: Path) -> dict[str, object]:
    """Return what a text says, unchecked; `path` is the file that it is meant for, to name it.

    Raises:
        SettingsError: it is no TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not a TOML file: {error}") from error


def validated(model: type[_Model], document: Mapping[str, object], path: Path) -> _Model:
    """Return what a document says, checked.

    Raises:
        SettingsError: it has a mistake; the message names file and key.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first, *more = _mistakes(error)
        raise SettingsError(f"{path}: {first}{_and_more(len(more))}") from error


def _and_more(n: int) -> str:
    """Return how many mistakes are not told yet: one sentence is read, a page of them is not."""
    if n == 0:
        return ""
    return ". There is 1 more mistake." if n == 1 else f". There are {n} more mistakes."


def _mistakes(error: ValidationError) -> list[str]:
    told = []
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"]) or "the file"
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            message = "there is no such setting"
        elif item["type"] != "missing" and not isinstance(item["input"], dict):
            message = f"{message} (it says {item['input']!r})"
        told.append(f"{key}: {message}")
    return told
