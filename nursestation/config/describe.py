"""The settings page of the documentation, made from the declarations: `python -m nursestation.config.describe`."""

import re
from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nursestation.config.schema import (
    BackupSettings,
    ChairSettings,
    DiskSettings,
    MonitorSettings,
    RetentionSettings,
    StationSettings,
)

_SECTIONS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("The station", StationSettings),
    ("`[backup]`", BackupSettings),
    ("`[retention]`", RetentionSettings),
    ("`[disk]`", DiskSettings),
    ("`[[chair]]`", ChairSettings),
    ("`[[chair.monitor]]`", MonitorSettings),
)


def settings_page() -> str:
    """Return docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "A station's settings are the file `station.toml` in its profile folder. A key that is not listed here is an error, and",
        "the program names it. This page is made from the declarations in `nursestation/config/schema.py`.",
        "What is edited in the file is told with both values at the next start, under Station… > Staff… > Who did what…",
        "([staff](staff.md)).",
    ]
    for title, model in _SECTIONS:
        lines += ["", f"## {title}", "", "| key | kind | if left out | what it does |", "|---|---|---|---|"]
        lines += list(_rows(model))
    return "\n".join(lines) + "\n"


def _rows(model: type[BaseModel]) -> Iterator[str]:
    for name, option in model.model_fields.items():
        yield f"| `{name}` | {_kind(option)} | {_default(option)} | {option.description} |"


def _kind(option: FieldInfo) -> str:
    text = str(option.annotation)
    if literal := re.search(r"Literal\[([^]]+)\]", text):
        return " or ".join(f"`{choice}`" for choice in literal[1].replace("'", "").split(", "))
    if "Settings" in text:
        return "sections" if "tuple" in text else "section"
    if "dict" in text:
        return "table"
    bounds = [f"{kind} {getattr(item, key)}" for item in option.metadata for key, kind in _BOUNDS if hasattr(item, key)]
    kind = "text" if "str" in text else "yes or no" if "bool" in text else "number"
    return ", ".join([kind, *bounds])


_BOUNDS = (("ge", "from"), ("le", "to"))


def _default(option: FieldInfo) -> str:
    if option.is_required():
        return "needed"
    value = option.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, BaseModel):
        return "as below"
    return {True: "`true`", False: "`false`"}.get(value, f"`{value}`") if value not in ("", None, (), {}) else "none"


if __name__ == "__main__":
    print(settings_page(), end="")  # noqa: T201
