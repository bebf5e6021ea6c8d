"""Finds the drivers: every module of `devices.drivers`, and whatever installed packages add.

Rules of the file:
1. A driver module names its two classes `DRIVER` (a `Driver`) and `MONITOR` (a `MonitorSide`); both are made without
   arguments. Nothing else registers a driver.
2. Outside packages add a driver module under the entry-point group `nursestation.drivers`.
3. Two drivers of one name are refused: nobody could tell which one reads the port.
4. A module of `devices.drivers` has the name of its driver, so that a station loads the drivers of its monitors alone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType
from typing import cast

import devices.drivers
from devices.driver import Driver, DriverInfo, MonitorSide
from devices.errors import DriverLookupError

ENTRY_POINT_GROUP = "nursestation.drivers"


@dataclass(frozen=True, slots=True)
class DriverEntry:
    """One driver: what it says of itself, and how to make its two ends.

    Attributes:
        info: Name, models, metrics, line settings.
        make: Makes a decoder, one for each port.
        make_monitor: Makes the monitor's end of the wire, for the simulator.
    """

    info: DriverInfo
    make: Callable[[], Driver]
    make_monitor: Callable[[], MonitorSide]


@cache
def all_drivers() -> Mapping[str, DriverEntry]:
    """Return every driver by name, in the order of their names.

    Raises:
        DriverLookupError: Two drivers share a name, or a module does not name its classes.
    """
    own = (import_module(f"{devices.drivers.__name__}.{name}") for name in _own_names())
    return collect((*own, *_outside_modules()))


@cache
def lookup(name: str) -> DriverEntry:
    """Return the driver of that name.

    Raises:
        DriverLookupError: There is none, or there are two; the message lists the names there are.
    """
    own = [import_module(f"{devices.drivers.__name__}.{name}")] if name in _own_names() else []
    found = collect((*own, *_outside_modules())).get(name)
    if found is None:
        raise DriverLookupError(f"There is no driver named {name!r}. Known drivers: {', '.join(all_drivers())}.")
    return found


def collect(modules: Iterable[ModuleType]) -> Mapping[str, DriverEntry]:
    """Return the drivers that `modules` name.

    Raises:
        DriverLookupError: Two drivers share a name, or a module does not name its classes.
    """
    found: dict[str, tuple[DriverEntry, str]] = {}
    for module in modules:
        entry = _entry(module)
        name = entry.info.name
        if name in found:
            raise DriverLookupError(
                f"Two drivers are named {name!r}: {found[name][1]} and {module.__name__}. Remove one of them."
            )
        found[name] = (entry, module.__name__)
    return MappingProxyType({name: found[name][0] for name in sorted(found)})


def _entry(module: ModuleType) -> DriverEntry:
    driver: object = getattr(module, "DRIVER", None)
    monitor: object = getattr(module, "MONITOR", None)
    info: object = getattr(driver, "info", None)
    if not callable(driver) or not callable(monitor) or not isinstance(info, DriverInfo):
        raise DriverLookupError(
            f"{module.__name__} is no driver module: it must name its decoder DRIVER (with an `info`) "
            "and its monitor side MONITOR."
        )
    return DriverEntry(info, cast(Callable[[], Driver], driver), cast(Callable[[], MonitorSide], monitor))


def _own_names() -> list[str]:
    return [module.name for module in iter_modules(devices.drivers.__path__)]


def _outside_modules() -> list[ModuleType]:
    modules: list[ModuleType] = []
    for point in entry_points(group=ENTRY_POINT_GROUP):
        loaded: object = point.load()
        if not isinstance(loaded, ModuleType):
            raise DriverLookupError(f"The entry point {point.name} = {point.value} must name a driver module.")
        modules.append(loaded)
    return modules
