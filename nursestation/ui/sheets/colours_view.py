"""The colours of the parameters as a sheet shows them, and what a choice makes of them. No Qt.

No two parameters have one colour: who chooses a colour that another has is told whose it is, and nothing changes.
"""

from nursestation.config.display import COLOURS, NEAR_AN_ALARM, ColourName, ColourSettings, Parameter

TITLES: dict[Parameter, str] = {"heart_rate": "HR", "spo2": "SpO₂", "nibp": "BP", "resp": "RR", "co2": "CO₂"}
"""What has a colour, in the order of the numbers."""


def offered(parameter: Parameter) -> tuple[ColourName, ...]:
    """Return the colours that `parameter` may have."""
    return tuple(name for name in COLOURS if name != NEAR_AN_ALARM or parameter == "spo2")


def colour_of(colours: ColourSettings, parameter: Parameter) -> ColourName:
    """Return the colour that `parameter` has."""
    name: ColourName = getattr(colours, parameter)
    return name


def refusal(colours: ColourSettings, parameter: Parameter, name: ColourName) -> str:
    """Return why `parameter` cannot have the colour `name` now, "" where it can."""
    other = next((one for one in TITLES if one != parameter and colour_of(colours, one) == name), None)
    if other is not None:
        return f"{name.capitalize()} is the colour of {TITLES[other]}: give {TITLES[other]} another one first."
    if name not in offered(parameter):
        return f"{name.capitalize()} is close to a colour of alarms: no parameter but SpO₂ has it."
    return ""


def recoloured(colours: ColourSettings, parameter: Parameter, name: ColourName) -> ColourSettings:
    """Give `parameter` the colour `name`.

    Raises:
        pydantic.ValidationError: it is refused; ask `refusal` before.
    """
    return ColourSettings.model_validate({**colours.model_dump(), parameter: name})
