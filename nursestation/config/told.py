"""Settings and preset in words that people understand, for the record: `core/clinic_files.py` says what is different in them."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pydantic import BaseModel

from devices.vocabulary import METRICS
from nursestation.config.schema import StationSettings
from nursestation.core.clinic_files import Setting
from nursestation.core.presets import AlarmPreset

STATION_FILE, PRESET_FILE = "station.toml", "alarm preset"

_NAMED_BY: Mapping[str, str] = MappingProxyType(
    {"chair": "number", "monitor": "driver", "bounds": "metric", "auto": "metric"}
)
"""Lists of tables, and the key that tells their entries apart."""

_OF_METRIC: Mapping[str, str] = MappingProxyType({
    "bounds": ", how far limits may be set", "auto": ", limits from the patient"
})  # fmt: skip


def told(settings: StationSettings, preset: AlarmPreset) -> tuple[Setting, ...]:
    """Return all that is not as shipped."""
    return (*_walked(settings, STATION_FILE, "", ""), *_walked(preset, PRESET_FILE, "", ""))


def _walked(model: BaseModel, file: str, path: str, place: str) -> Iterator[Setting]:
    for name, option in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _walked(value, file, f"{path}{name}.", place)
        elif name in _NAMED_BY:
            for entry in value:
                yield from _entry(entry, name, file, path, place)
        else:
            usual = None if option.is_required() else option.get_default(call_default_factory=True, validated_data={})
            if value != usual and name not in _NAMED_BY.values():
                yield Setting(
                    file=file,
                    key=f"{path}{name}",
                    title=f"{place}{option.title or name}",
                    value=_words(value),
                    otherwise=_words(usual),
                )


def _entry(entry: BaseModel, kind: str, file: str, path: str, place: str) -> Iterator[Setting]:
    which = str(getattr(entry, _NAMED_BY[kind]))
    name = METRICS[which].short if kind in _OF_METRIC else f"{kind.capitalize()} {which}"
    here, all_of_it = f"{path}{kind}.{which}", f"{place}{name}{_OF_METRIC.get(kind, '')}"
    yield Setting(file=file, key=here, title=all_of_it, value="set up", otherwise="not set up")
    yield from _walked(entry, file, f"{here}.", f"{place}{name}, ")


def _words(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float():
            return f"{value:g}"
        case Mapping():
            return ", ".join(f"{key} {one}" for key, one in sorted(value.items())) or "not set"
        case _:
            return str(value) if value else "not set"
