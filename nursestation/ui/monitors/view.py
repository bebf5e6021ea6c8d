"""The chairs with their monitors, and one monitor in depth, as the monitors' page shows them. Pure."""

from dataclasses import dataclass

from devices.checkup import Severity
from devices.clock import NS_PER_S, Moment
from devices.events import LinkPhase
from devices.registry import all_drivers
from nursestation.config.schema import ChairSettings, MonitorSettings
from nursestation.core.access import may
from nursestation.core.inputs import ChairsChanged
from nursestation.core.model import Operator
from nursestation.core.snapshot import ChairSnapshot, LinkView, StationSnapshot
from nursestation.runtime.workbench import BenchState, Checkup
from nursestation.ui.chairs.view import tile_view
from nursestation.ui.durations import span_text
from nursestation.ui.monitors.words import amount, facts_of, is_pseudo, is_serial, line_text, pace_text, place, usb_name
from nursestation.ui.roles import Tone

MOST_CHAIRS = 16
SIMULATED_NOTE = (
    "Simulated: this chair was added when Nursestation was started with --simulate. It is not in the settings and cannot "
    "be changed here; start without --simulate to be rid of it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorRow:
    """One monitor in the list.

    Attributes:
        id: Of the monitor ("2:capnostream20").
        title: Its model.
        port: USB name of its adapter, or its address.
        place: The address, short; "" where `port` says it already.
        state: How the link stands, with how long.
        tone: What the colour of the state says.
        pace: Bytes and readings a second.
        badges: Receive only, simulated.
    """

    id: str
    title: str
    port: str
    place: str
    state: str
    tone: Tone
    pace: str
    badges: tuple[tuple[str, Tone], ...]

    @property
    def spoken(self) -> str:
        """Return the row for who hears it."""
        words = (self.title, self.state, self.port, self.place, self.pace, *(text for text, _ in self.badges))
        return ", ".join(word for word in words if word)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairCard:
    """One chair in the list. `note` says why nothing can be changed on it; "" where it can."""

    number: int
    who: str
    monitors: tuple[MonitorRow, ...]
    note: str
    may_add: bool
    may_remove: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The whole list. `notice` says who may change it, or why ports are not listed; "" when there is nothing to say."""

    chairs: tuple[ChairCard, ...]
    may_change: bool
    may_add_chair: bool
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceView:
    """A sentence of the cable check. `word` says in text what the colour says."""

    title: str
    text: str
    try_this: tuple[str, ...]
    word: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One monitor in depth.

    Attributes:
        id, chair, driver: Which.
        title: Model and chair.
        state, tone: How the link stands; `reason` is the sentence that goes with it.
        facts: (name, value) of port, line, what is sent to it, how well tried the driver is.
        counts: (name, value) of what the link has done.
        unknown: Numerics that the monitor sends and that are not known here, "name (3 times)".
        advice: What the cable check says.
        may_change: Whether it can be changed or taken away here; `note` says why not.
        removal: What taking it away means.
    """

    id: str
    chair: int
    driver: str
    title: str
    state: str
    tone: Tone
    reason: str
    badges: tuple[tuple[str, Tone], ...]
    facts: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    advice: tuple[AdviceView, ...]
    may_change: bool
    note: str
    removal: str


def may_change(operator: Operator | None) -> bool:
    """Say whether this member of staff may change the monitors."""
    return may(operator, ChairsChanged)


def overview(snapshot: StationSnapshot, bench: BenchState) -> Overview:
    """Return every chair with its monitors."""
    allowed = may_change(snapshot.operator)
    numbers = sorted({chair.number for chair in snapshot.chairs} | {chair.number for chair in bench.chairs})
    notice = (
        "" if allowed else "Only a lead nurse or a clinician changes the monitors; you can look at everything here."
    )
    return Overview(
        chairs=tuple(_card(number, snapshot, bench, allowed) for number in numbers),
        may_change=allowed,
        may_add_chair=allowed and new_chair_number(snapshot, bench) is not None,
        notice=notice or bench.listing_problem,
    )


def new_chair_number(snapshot: StationSnapshot, bench: BenchState) -> int | None:
    """Return the lowest number that no chair has; None where all are taken."""
    used = {chair.number for chair in snapshot.chairs} | {chair.number for chair in bench.chairs}
    return next((number for number in range(1, MOST_CHAIRS + 1) if number not in used), None)


def chair_of(number: int, bench: BenchState) -> ChairSettings | None:
    """Return a chair of the settings file; None for a simulated or an unknown one."""
    return next((chair for chair in bench.chairs if chair.number == number), None)


def monitor_of(monitor: str, bench: BenchState) -> MonitorSettings | None:
    """Return the settings of a monitor by its id; None for one that is not in the settings file."""
    number, _, driver = monitor.partition(":")
    chair = chair_of(int(number), bench) if number.isdecimal() else None
    return next((one for one in chair.monitor if one.driver == driver), None) if chair is not None else None


def detail(monitor: str, snapshot: StationSnapshot, bench: BenchState) -> Detail | None:
    """Return a monitor in depth; None where it is gone."""
    number, _, driver = monitor.partition(":")
    chair = next((one for one in snapshot.chairs if str(one.number) == number), None)
    checkup = _checkup(monitor, bench)
    settings = monitor_of(monitor, bench)
    link = _link(monitor, chair)
    if checkup is None and settings is None and link is None:
        return None
    entry = all_drivers().get(driver)
    model = entry.info.models[0] if entry is not None else driver
    state, tone = _state(checkup, link, bench.at)
    allowed = may_change(snapshot.operator) and settings is not None
    note = SIMULATED_NOTE if settings is None else "" if allowed else "Only a lead nurse or a clinician changes this."
    return Detail(
        id=monitor,
        chair=int(number),
        driver=driver,
        title=f"{model} · Chair {number}",
        state=state,
        tone=tone,
        reason=checkup.report.reason if checkup is not None else link.reason if link is not None else "",
        badges=_badges(settings, link),
        facts=tuple(_facts(settings, checkup, bench)),
        counts=tuple(_counts(checkup)) if checkup is not None else (),
        unknown=tuple(
            f"{name} ({_times(n)})" for name, n in (checkup.report.unknown.items() if checkup is not None else ())
        ),
        advice=tuple(_advice(checkup)) if checkup is not None else (),
        may_change=allowed,
        note=note,
        removal=removal(model, int(number), chair),
    )


def removal(model: str, number: int, chair: ChairSnapshot | None) -> str:
    """Return what it means to take a monitor away from a chair."""
    file = "Nothing that was recorded is touched, and the monitor itself goes on as it is."
    if not has_open_visit(chair):
        return f"Chair {number} no longer reads the {model}. {file}"
    return (
        f"A patient is in chair {number}: from now on nothing of the {model} is shown or recorded for this visit, its alarms "
        f"are not watched here, and the record says who took it away. Look at the bedside monitor. {file}"
    )


def has_open_visit(chair: ChairSnapshot | None) -> bool:
    """Say whether somebody is in the chair."""
    return chair is not None and chair.visit is not None and not chair.visit.phase.is_over


# --- parts ---


def _card(number: int, snapshot: StationSnapshot, bench: BenchState, allowed: bool) -> ChairCard:
    chair = next((one for one in snapshot.chairs if one.number == number), None)
    settings = chair_of(number, bench)
    ids = [f"{number}:{monitor.driver}" for monitor in settings.monitor] if settings is not None else []
    if settings is None and chair is not None:
        ids = [link.monitor for link in chair.links]
    return ChairCard(
        number=number,
        who=_who(chair, snapshot.at),
        monitors=tuple(_row(monitor, chair, bench) for monitor in ids),
        note="" if settings is not None else SIMULATED_NOTE,
        may_add=allowed and settings is not None,
        may_remove=allowed and settings is not None and not settings.monitor and not has_open_visit(chair),
    )


def _who(chair: ChairSnapshot | None, at: Moment) -> str:
    if chair is None or not has_open_visit(chair):
        return "free"
    tile = tile_view(chair, at)
    return f"{tile.who} · {tile.state.capitalize()}"


def _row(monitor: str, chair: ChairSnapshot | None, bench: BenchState) -> MonitorRow:
    driver = monitor.partition(":")[2]
    entry = all_drivers().get(driver)
    settings, checkup, link = monitor_of(monitor, bench), _checkup(monitor, bench), _link(monitor, chair)
    state, tone = _state(checkup, link, bench.at)
    address = settings.port if settings is not None else checkup.report.address if checkup is not None else ""
    facts = facts_of(settings, bench.present) if settings is not None else None
    is_inside = settings is None
    return MonitorRow(
        id=monitor,
        title=entry.info.models[0] if entry is not None else driver,
        port=usb_name(facts) if facts is not None else "Simulated monitor" if is_inside else _kind(address),
        place=place(facts.path if facts is not None else address) if not is_inside else "",
        state=state,
        tone=tone,
        pace=pace_text(checkup.bytes_per_s, checkup.events_per_s) if checkup is not None else "",
        badges=_badges(settings, link),
    )


def _kind(address: str) -> str:
    if is_pseudo(address):
        return "Simulated line"
    if address.startswith("replay:"):
        return "Recording"
    if not is_serial(address):
        return "Network"
    return "Port of this computer" if address.startswith(("/dev/", "COM")) else "Port"


def _badges(settings: MonitorSettings | None, link: LinkView | None) -> tuple[tuple[str, Tone], ...]:
    badges: list[tuple[str, Tone]] = []
    if link is not None and link.simulated:
        badges.append(("SIMULATED", Tone.WARN))
    if settings is not None and settings.receive_only:
        badges.append(("Receive only", Tone.SOFT))
    return tuple(badges)


def _state(checkup: Checkup | None, link: LinkView | None, at: Moment) -> tuple[str, Tone]:
    """Return how the link stands, with how long."""
    if checkup is None:
        return ("Starting", Tone.SOFT) if link is None else (_PHASES[link.phase], Tone.SOFT)
    report = checkup.report
    match report.phase:
        case LinkPhase.CONNECTED:
            return f"Connected{_for(report.opened, at)}", Tone.GOOD
        case LinkPhase.CONNECTING:
            return f"Waiting for the monitor{_for(report.opened, at)}", Tone.WARN
        case LinkPhase.SILENT:
            return f"No data{_for(report.counters.last_good or report.opened, at)}", Tone.BAD
        case _:
            return f"Not connected{_for(report.counters.last_good or report.since, at)}", Tone.BAD


_PHASES = {
    LinkPhase.CONNECTED: "Connected",
    LinkPhase.CONNECTING: "Waiting for the monitor",
    LinkPhase.SILENT: "No data",
    LinkPhase.DISCONNECTED: "Not connected",
}


def _for(since: Moment | None, at: Moment) -> str:
    return "" if since is None else f" for {span_text((at.mono_ns - since.mono_ns) / NS_PER_S)}"


def _facts(settings: MonitorSettings | None, checkup: Checkup | None, bench: BenchState) -> list[tuple[str, str]]:
    facts = facts_of(settings, bench.present) if settings is not None else None
    found: list[tuple[str, str]] = []
    if facts is not None:
        found.append(("Adapter", usb_name(facts)))
    elif settings is not None and (settings.usb_serial or settings.usb_location):
        found.append(("Adapter", f"not plugged in (no. {settings.usb_serial or settings.usb_location})"))
    if checkup is None:
        return found
    report = checkup.report
    port = facts.path if facts is not None else report.address
    found.append(("Port", port if settings is not None else "inside this computer"))
    if is_serial(report.address) and settings is not None:
        found.append(("Line", line_text(report.settings)))
    if report.receive_only:
        found.append(("Sends to it", "nothing: receive only"))
    else:
        found.append(("Sends to it", report.driver.sends or "nothing: this monitor speaks by itself"))
    found.append(("How well tried", report.driver.standing))
    return found


def _counts(checkup: Checkup) -> list[tuple[str, str]]:
    counters, report = checkup.report.counters, checkup.report
    drops = max(0, counters.opens - 1)
    return [
        ("Now", pace_text(checkup.bytes_per_s, checkup.events_per_s)),
        ("Bytes received", amount(counters.bytes_in)),
        ("Bytes sent", amount(counters.bytes_out)),
        ("Readings understood", amount(counters.events)),
        ("Pieces rejected", amount(counters.rejected)),
        ("Reconnected", _times(drops) if drops else "never"),
        ("Troubles noted", amount(len(report.troubles)) if report.troubles else "none"),
    ]


def _advice(checkup: Checkup) -> list[AdviceView]:
    return [
        AdviceView(
            title=one.title,
            text=one.text,
            try_this=one.try_this,
            word=_SEVERITY[one.severity][0],
            tone=_SEVERITY[one.severity][1],
        )
        for one in checkup.advice
    ]


_SEVERITY = {
    Severity.FAULT: ("Fault", Tone.BAD),
    Severity.TROUBLE: ("Trouble", Tone.WARN),
    Severity.NOTE: ("Worth knowing", Tone.SOFT),
    Severity.GOOD: ("Good", Tone.GOOD),
}


def _times(n: int) -> str:
    return "once" if n == 1 else f"{amount(n)} times"


def _checkup(monitor: str, bench: BenchState) -> Checkup | None:
    return next((link for link in bench.links if link.report.id == monitor), None)


def _link(monitor: str, chair: ChairSnapshot | None) -> LinkView | None:
    return next((link for link in chair.links if link.monitor == monitor), None) if chair is not None else None
