"""The form that binds a monitor to a chair: what can be chosen, what is still missing, and the settings that come of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from devices.addresses import PortFacts, parse_address
from devices.detect import Finding
from devices.driver import DriverInfo, Parity, SerialSettings
from devices.errors import LinkError
from devices.registry import DriverEntry
from nursestation.config.line import settings_of as configured_line
from nursestation.config.schema import MonitorSettings
from nursestation.core.snapshot import StationSnapshot
from nursestation.runtime.workbench import BenchState
from nursestation.ui.monitors.view import MOST_CHAIRS, chair_of, has_open_visit
from nursestation.ui.monitors.words import device_of, facts_of, is_serial, place, usb_name

BAUDS = (300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)
CUFF_WORDS = (
    "Off: the cuff is started at the monitor. On: signed-in staff may start and stop it from this screen, each time by a "
    "press of a button; nothing starts it by itself."
)
RECEIVE_WORDS = (
    "Nothing is ever sent to the monitor, not even questions. A monitor that speaks only when asked stays silent."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is chosen so far.

    Attributes:
        chair: Number of the chair.
        port: Address, as chosen or typed; "" while none is.
        is_typed: Whether the address was typed.
        driver: Driver name; "" while none is chosen.
        line: Line settings that a person chose; None for the driver's usual ones.
        receive_only: Nothing shall ever be written.
        may_start_cuff: Staff may start the cuff from here.
        replaces: Driver name of the monitor that is being changed; "" for a new one.
    """

    chair: int
    port: str = ""
    is_typed: bool = False
    driver: str = ""
    line: SerialSettings | None = None
    receive_only: bool = False
    may_start_cuff: bool = False
    replaces: str = ""

    @property
    def bound(self) -> str:
        """Return the id of the monitor that is being changed; "" for a new one."""
        return f"{self.chair}:{self.replaces}" if self.replaces else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortOption:
    """A port that can be chosen. `used_by` is the monitor that has it, "" when it is free."""

    path: str
    name: str
    place: str
    used_by: str

    @property
    def label(self) -> str:
        """Return the option in words."""
        return f"{self.name} ({self.place}){f': {self.used_by} uses it' if self.used_by else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOption:
    """A kind of monitor that can be chosen: its model, and below it its maker and the other models."""

    driver: str
    title: str
    below: str


MAY_START_CUFF = "may_start_cuff"
"""Name of the setting; a station that cannot start cuffs does not have it."""


def draft_of(chair: int, monitor: MonitorSettings, info: DriverInfo | None, present: Sequence[PortFacts]) -> Draft:
    """Return the draft that stands for a monitor as it is set up."""
    facts = facts_of(monitor, present)
    line = configured_line(monitor, info) if info is not None else None
    return Draft(
        chair=chair,
        port=facts.path if facts is not None else monitor.port,
        is_typed=facts is None,
        driver=monitor.driver,
        line=None if info is not None and line == info.serial[0] else line,
        receive_only=monitor.receive_only,
        may_start_cuff=bool(getattr(monitor, MAY_START_CUFF, False)),
        replaces=monitor.driver,
    )


def chair_numbers(snapshot: StationSnapshot, bench: BenchState) -> tuple[int, ...]:
    """Return the chairs that a new monitor can go to: those of the settings, and one more."""
    own = [chair.number for chair in bench.chairs]
    used = {*own, *(chair.number for chair in snapshot.chairs)}
    new = next((number for number in range(1, MOST_CHAIRS + 1) if number not in used), None)
    return tuple(sorted(own + ([new] if new is not None else [])))


def port_options(bench: BenchState, draft: Draft) -> tuple[PortOption, ...]:
    """Return the ports that are present, those with a USB name first."""
    options = [
        PortOption(
            path=facts.path, name=usb_name(facts), place=place(facts.path), used_by=_user(facts.path, bench, draft)
        )
        for facts in bench.present
    ]
    named = {facts.path: facts.vid is None for facts in bench.present}
    return tuple(sorted(options, key=lambda option: named[option.path]))


def model_options(drivers: Mapping[str, DriverEntry], search: str) -> tuple[ModelOption, ...]:
    """Return the monitors whose maker, models or driver name have every word of `search`."""
    words = search.lower().split()
    found = [
        entry.info
        for name, entry in drivers.items()
        if all(word in f"{entry.info.vendor} {' '.join(entry.info.models)} {name}".lower() for word in words)
    ]
    found.sort(key=lambda info: (info.vendor.lower(), info.models[0].lower()))
    return tuple(model_option(info, words) for info in found)


def model_option(info: DriverInfo, words: Sequence[str] = ()) -> ModelOption:
    """Return a kind of monitor; the model that has most of the `words` stands first."""
    models = sorted(info.models, key=lambda model: -sum(word in model.lower() for word in words))
    also = f" · also {', '.join(models[1:])}" if models[1:] else ""
    return ModelOption(driver=info.name, title=models[0], below=f"{info.vendor}{also}")


def line_of(draft: Draft, info: DriverInfo) -> SerialSettings:
    """Return the line settings that are meant."""
    return draft.line if draft.line is not None else info.serial[0]


def with_line(draft: Draft, info: DriverInfo, field: str, text: str) -> Draft:
    """Return the draft with one line setting as it was chosen in words; one that is no setting changes nothing."""
    line = line_of(draft, info)
    match field:
        case "baud" if text.strip().isdecimal() and 300 <= int(text) <= 1_000_000:
            line = replace(line, baud=int(text))
        case "data_bits":
            line = replace(line, data_bits=int(text))
        case "parity":
            line = replace(line, parity=Parity(text))
        case "stop_bits":
            line = replace(line, stop_bits=int(text))
        case "rtscts":
            line = replace(line, rtscts=text == "on")
        case _:
            return draft
    return replace(draft, line=None if line == info.serial[0] else line)


def with_found(draft: Draft, finding: Finding | None, info: DriverInfo | None) -> Draft:
    """Return the draft with the line settings at which a search understood the chosen monitor, where it did."""
    candidates = finding.candidates if finding is not None else ()
    found = next((one for one in candidates if one.driver == draft.driver), None)
    if finding is not None and finding.best is not None and finding.best.driver == draft.driver:
        found = finding.best
    if found is None or info is None:
        return draft
    return replace(draft, line=None if found.settings == info.serial[0] else found.settings)


def address_problem(draft: Draft, bench: BenchState) -> str:
    """Return what is wrong with the port, "" when it can be used."""
    if not draft.port.strip():
        return "Type the monitor's address." if draft.is_typed else "Choose the port."
    try:
        parse_address(draft.port)
    except LinkError as error:
        return str(error)
    user = _user(draft.port, bench, draft)
    return f"{user} uses this port: choose another, or take that monitor away first." if user else ""


def trial_problem(
    draft: Draft, info: DriverInfo | None, bench: BenchState, snapshot: StationSnapshot, *, finding: bool
) -> str:
    """Return why the monitor cannot be tried (or looked for), "" when it can."""
    problem = address_problem(draft, bench)
    if problem:
        return problem
    if finding and draft.port.strip().lower().startswith("udp:"):
        return "On the network each kind of monitor is spoken to in its own way: choose it from the list."
    if info is None and not finding:
        return "Choose the monitor, or let Nursestation find it."
    chair = next((one for one in snapshot.chairs if one.number == draft.chair), None)
    if draft.replaces and has_open_visit(chair) and _holder(draft.port, bench) == draft.bound:
        return (
            f"A patient is in chair {draft.chair}, and this port is being read for the visit: it cannot be tried now. "
            "What is saved is read at once."
        )
    return ""


def save_problem(draft: Draft, info: DriverInfo | None, bench: BenchState) -> str:
    """Return what is missing before the monitor can be saved, "" when nothing is."""
    problem = address_problem(draft, bench)
    if problem:
        return problem
    if info is None:
        return "Choose the monitor, or let Nursestation find it."
    chair = chair_of(draft.chair, bench)
    others = [one.driver for one in chair.monitor if one.driver != draft.replaces] if chair is not None else []
    if draft.driver in others:
        return f"Chair {draft.chair} already has a {info.models[0]}: change that one, or choose another chair."
    return ""


def settings_of(draft: Draft, info: DriverInfo | None, present: Sequence[PortFacts]) -> MonitorSettings:
    """Return the settings that a draft stands for, with what is to be remembered of the adapter.

    Raises:
        ValueError: something of it is out of range.
    """
    port = draft.port.strip()
    facts = next((one for one in present if one.path == port), None)
    identity = facts.identity if facts is not None and facts.identity.is_usb else None
    values: dict[str, object] = {
        "driver": draft.driver or "unknown",
        "port": port,
        "usb_serial": (identity.usb_serial or "") if identity is not None else "",
        "usb_location": (identity.usb_location or "") if identity is not None else "",
        "usb_vid": identity.vid if identity is not None else None,
        "usb_pid": identity.pid if identity is not None else None,
        "receive_only": draft.receive_only,
    }
    if info is not None and draft.line is not None and is_serial(port):
        values |= _line_values(draft.line, info)
    if MAY_START_CUFF in MonitorSettings.model_fields and info is not None and info.starts_cuff:
        values[MAY_START_CUFF] = draft.may_start_cuff and not draft.receive_only
    try:
        return MonitorSettings.model_validate(values)
    except ValidationError as error:
        raise ValueError(str(error)) from error


def open_visit_words(draft: Draft, snapshot: StationSnapshot) -> str:
    """Return what saving means for a visit that is open in the chair; "" where there is none."""
    chair = next((one for one in snapshot.chairs if one.number == draft.chair), None)
    if not has_open_visit(chair):
        return ""
    return (
        f"A patient is in chair {draft.chair}: what you save is read for this visit from now on, and the record says who "
        "changed it."
    )


def _line_values(line: SerialSettings, info: DriverInfo) -> dict[str, object]:
    """Return the fewest settings that say `line`, seen from what the driver does by itself."""
    usual = info.serial[0]
    whole: dict[str, object] = {
        "baud": line.baud,
        "data_bits": line.data_bits,
        "parity": line.parity.name.lower(),
        "stop_bits": line.stop_bits,
        "rtscts": line.rtscts,
    }
    own = {**whole, "parity": line.parity}
    few = {name: whole[name] for name in whole if own[name] != getattr(usual, name)}
    probe = MonitorSettings.model_validate({"driver": info.name, "port": "COM1", **few})
    return few if configured_line(probe, info) == line else whole


def _holder(port: str, bench: BenchState) -> str:
    """Return the id of the monitor that reads an address now, "" for none."""
    device = device_of(port, bench.present)
    title = bench.taken.get(device, "")
    return next((link.report.id for link in bench.links if title and link.report.title == title), "")


def _user(port: str, bench: BenchState, draft: Draft) -> str:
    """Return the title of another monitor that has an address, "" for none."""
    title = bench.taken.get(device_of(port, bench.present), "")
    return "" if title and draft.bound and _holder(port, bench) == draft.bound else title
