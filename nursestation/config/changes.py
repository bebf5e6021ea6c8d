"""What a person may change of the chairs while the program runs, and what comes of it. Pure values; the file is `write.py`."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from nursestation.config.schema import ChairSettings, MonitorSettings
from nursestation.errors import NurseStationError


class ChangeError(NurseStationError):
    """The change cannot be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutMonitor:
    """Bind a monitor to a chair.

    Attributes:
        chair: Number of the chair; a new one where there is none of that number.
        monitor: The monitor and its port.
        replaces: Driver name of the chair's monitor that it takes the place of; "" adds one.
    """

    chair: int
    monitor: MonitorSettings
    replaces: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMonitor:
    """Take a monitor away from a chair, by its driver name. The chair stays."""

    chair: int
    driver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveChair:
    """Take a chair away that has no monitor."""

    chair: int


Change = PutMonitor | RemoveMonitor | RemoveChair


def changed(chairs: Sequence[ChairSettings], change: Change) -> tuple[ChairSettings, ...]:
    """Return the chairs after `change`, a new chair last. Preferences for a monitor that is gone go with it.

    Raises:
        ChangeError: there is no such monitor, or the chair would have two that speak alike.
    """
    number = change.chair
    before = next((chair for chair in chairs if chair.number == number), None)
    if isinstance(change, RemoveChair):
        if before is None or before.monitor:
            raise ChangeError(f"Chair {number} cannot be taken away: take its monitors away first.")
        return tuple(chair for chair in chairs if chair.number != number)
    leaving = change.driver if isinstance(change, RemoveMonitor) else change.replaces
    if leaving and (before is None or leaving not in [monitor.driver for monitor in before.monitor]):
        raise ChangeError(f"Chair {number} has no monitor {leaving} any more: close this page and open it again.")
    after = _chair_after(number, before, change)
    if before is None:
        return (*chairs, after)
    return tuple(after if chair.number == number else chair for chair in chairs)


def _chair_after(number: int, chair: ChairSettings | None, change: PutMonitor | RemoveMonitor) -> ChairSettings:
    monitors = chair.monitor if chair is not None else ()
    if isinstance(change, RemoveMonitor):
        monitors = tuple(monitor for monitor in monitors if monitor.driver != change.driver)
    elif change.replaces:
        monitors = tuple(change.monitor if monitor.driver == change.replaces else monitor for monitor in monitors)
    else:
        monitors = (*monitors, change.monitor)
    drivers = [monitor.driver for monitor in monitors]
    if len(set(drivers)) != len(drivers):
        raise ChangeError(f"Chair {number} already has a monitor of this type: change that one instead.")
    prefer = chair.prefer.items() if chair is not None else ()
    kept = {metric: driver for metric, driver in prefer if driver in drivers}
    try:
        sound = chair.model_dump(include={"sound_output", "quiet_sound"}) if chair is not None else {}
        return ChairSettings(number=number, monitor=monitors, prefer=kept, **sound)
    except ValidationError as error:  # a number out of range and the like
        raise ChangeError(f"Chair {number} cannot be set up so: {error.errors()[0]['msg']}.") from error
