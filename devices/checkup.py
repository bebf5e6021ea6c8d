"""The cable doctor: from what a link has been doing to sentences that say what to try.

Rules of the file:
1. Pure: report and ports in, advice out; nothing is opened, listed or sent.
2. It speaks of the cable and of settings, never of the patient; each sentence is one that a nurse or a technician can act on.
3. The gravest comes first; of equals, the cause that is most often the one. When nothing is wrong it says so.
4. What it says of adapter chips has its source, and how sure it is, beside it.
"""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from devices.addresses import PortFacts, find_facts, find_port
from devices.clock import NS_PER_S, Moment
from devices.events import LinkPhase, RejectReason
from devices.history import MINUTES, Cause, PortReport, Trouble

_DAMAGE = (RejectReason.CHECKSUM, RejectReason.FRAMING, RejectReason.OVERFLOW)
_FOREIGN = (RejectReason.RANGE, RejectReason.UNKNOWN)
_LOOK_BACK_NS = MINUTES * 60 * NS_PER_S
_RHYTHM_MIN = 4
"""Losses from which on a rhythm is looked for: three equal pauses are no longer chance."""
_RHYTHM_SPREAD = 0.2
"""Standard deviation of the pauses, as a share of their mean, up to which they count as equal."""
_MANY_DAMAGED = 0.05
"""Share of damaged frames from which on the line is called bad rather than not perfect."""


class Severity(StrEnum):
    """How much an advice matters."""

    FAULT = "fault"  # nothing from this monitor reaches the screen
    TROUBLE = "trouble"  # it works, and something is lost now and then
    NOTE = "note"  # worth knowing
    GOOD = "good"  # nothing is wrong

    @property
    def rank(self) -> int:
        """Return 0 for a fault up to 3 for good."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that was found.

    Attributes:
        severity: How much it matters.
        title: What it is, in a few words.
        text: What was seen, in a sentence or two.
        try_this: What to do, the likeliest remedy first; empty when there is nothing to do.
    """

    severity: Severity
    title: str
    text: str
    try_this: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Chip:
    """What is known of the adapters with one USB vendor id."""

    name: str
    text: str
    try_this: tuple[str, ...] = ()


_CHIPS = {
    # FTDI's support page on the latency timer: 16 ms unless it is changed
    0x0403: _Chip("FTDI", "It hands bytes on in packets, up to 16 ms late as delivered. That costs nothing else."),
    # Reported by users of Prolific's Windows driver: HXA and XA are refused from Windows 8 on; not checked with the maker
    0x067B: _Chip(
        "Prolific",
        "Prolific's present Windows driver refuses its older chips (PL2303 HXA, XA) and the many copies of them.",
        ("If Windows marks this adapter with a warning sign, use another adapter rather than an old driver.",),
    ),
    # Reported by users: of the CH340 family only the CH340B keeps a serial number; not checked with the maker
    0x1A86: _Chip(
        "CH340",
        "Most of these carry no serial number: two of them are told apart only by the USB socket they are in.",
        ("Keep it in its socket, or use an adapter with a serial number.",),
    ),
    # Reported by users, who cite AN721: parts that were not customized share one serial number; not checked with the maker
    0x10C4: _Chip(
        "CP210x",
        "Cheap adapters with this chip often all have the serial number 0001, which tells none from another.",
        ("Where there is more than one, keep each in its socket.",),
    ),
}


def chip_name(facts: PortFacts) -> str | None:
    """Return the family of the adapter's chip ("FTDI"); None when it is not a known one."""
    chip = _CHIPS.get(facts.vid) if facts.vid is not None else None
    return None if chip is None else chip.name


def hub_of(location: str | None) -> str | None:
    """Return the hub that a USB socket belongs to ("1-1.2" is behind hub "1-1"); None for a socket of the computer itself.

    Source: Linux Documentation/admin-guide/sysfs naming, bus-port.port: each dot is one hub. Some of these hubs are
    built into the computer.
    """
    device, _, _ = (location or "").partition(":")
    hub, dot, _ = device.rpartition(".")
    return hub if dot else None


@dataclass(frozen=True, slots=True)
class _Case:
    """What the rules look at."""

    report: PortReport
    present: Sequence[PortFacts]
    facts: PortFacts | None
    now: Moment

    @property
    def path(self) -> str:
        return self.report.address

    @property
    def monitor(self) -> str:
        return self.report.driver.models[0]

    @property
    def is_serial(self) -> bool:
        """Whether there is a cable with a serial plug to look at, and not a network."""
        return self.report.identity is not None

    @property
    def plugs(self) -> str:
        """What to do about a loose connection."""
        if self.is_serial:
            return "Push both plugs in and tighten their screws."
        return "Look at the network plugs of the monitor and of this computer."

    @property
    def open_s(self) -> float:
        opened = self.report.opened
        return 0.0 if opened is None else (self.now.mono_ns - opened.mono_ns) / NS_PER_S

    @property
    def quiet_s(self) -> float:
        """Since when no byte has come on the line that is open now [s]."""
        known = [moment.mono_ns for moment in (self.report.last_byte, self.report.opened) if moment is not None]
        return (self.now.mono_ns - max(known, default=self.now.mono_ns)) / NS_PER_S

    @property
    def has_spoken(self) -> bool:
        """Whether a byte has come since the line was opened."""
        last, opened = self.report.last_byte, self.report.opened
        return opened is not None and last is not None and last.mono_ns >= opened.mono_ns

    def troubles(self, *causes: Cause) -> tuple[Trouble, ...]:
        """Return the troubles of these causes in the time that is looked back on."""
        start_ns = self.now.mono_ns - _LOOK_BACK_NS
        return tuple(t for t in self.report.troubles if t.cause in causes and t.at.mono_ns >= start_ns)

    def n_rejected(self, reasons: Sequence[RejectReason]) -> int:
        return sum(minute.rejected.get(reason, 0) for minute in self.report.minutes for reason in reasons)

    @property
    def n_events(self) -> int:
        return sum(minute.events for minute in self.report.minutes)


def examine(report: PortReport, present: Sequence[PortFacts], now: Moment) -> tuple[Advice, ...]:
    """Look at a link and say what was found, the gravest first.

    Args:
        report: From `Port.report`.
        present: The serial ports of this computer now (`transport.list_ports`).
        now: The present.

    Returns:
        At least one advice; `Severity.GOOD` alone when nothing is wrong.
    """
    case = _Case(report, present, _facts_of(report, present), now)
    found = [advice for rule in _RULES for advice in rule(case)]
    if not any(advice.severity in (Severity.FAULT, Severity.TROUBLE) for advice in found):
        found.append(_all_is_well(case))
    return tuple(sorted(found, key=lambda advice: advice.severity.rank))


def adapter_advice(facts: PortFacts, present: Sequence[PortFacts]) -> tuple[Advice, ...]:
    """Say what is worth knowing of an adapter, whether a monitor is bound to it or not."""
    return (*_indistinct(facts, present), *_chip(facts))


# -- the rules, each about one thing


def _not_open(case: _Case) -> Iterator[Advice]:
    report = case.report
    if report.phase is not LinkPhase.DISCONNECTED or not report.troubles or report.troubles[-1].text != report.reason:
        return
    match report.troubles[-1].cause:
        case Cause.BUSY:
            yield Advice(
                Severity.FAULT,
                "The port is in use",
                f"{case.path} is held by another program, or by another chair.",
                ("Close the other program.", "Look whether another chair is set to this port.", "Choose another port."),
            )
        case Cause.MISSING | Cause.GONE if case.facts is None:
            yield _missing(case)
        case Cause.MISSING | Cause.GONE | Cause.REFUSED:
            tries = ("Pull the adapter's USB plug, and push it in again.",) if case.facts else ()
            yield Advice(Severity.FAULT, "The port cannot be used", report.reason, tries)
        case _:
            return  # it is opened again in a moment; the rules below tell of it


def _missing(case: _Case) -> Advice:
    identity = case.report.identity
    if identity is None:
        return Advice(Severity.FAULT, "Nobody is there", case.report.reason)
    others = [facts.path for facts in case.present if facts.path != identity.path]
    twins = [f for f in case.present if identity.is_usb and (f.vid, f.pid) == (identity.vid, identity.pid)]
    if len(twins) > 1:
        return Advice(
            Severity.FAULT,
            "The adapter cannot be told from another",
            f"The adapter chosen as {case.path} is not where it was, and {len(twins)} of its kind are plugged in. "
            "A guess could show one patient's numbers on another's chair.",
            ("Put each adapter back into its own USB socket.", "Choose the port anew in the device setup."),
        )
    there = f" Plugged in now: {', '.join(others)}." if others else " No other serial port is plugged in."
    return Advice(
        Severity.FAULT,
        "The adapter is not there",
        f"This computer has no port {case.path} now.{there}",
        (
            "Push the adapter's USB plug in firmly, or try another USB socket.",
            "If a light on the adapter stays dark, try another adapter.",
            "If the monitor was moved to another adapter, choose that port.",
        ),
    )


def _may_not_ask(case: _Case) -> Iterator[Advice]:
    report = case.report
    if report.receive_only and report.driver.sends and report.phase is not LinkPhase.CONNECTED:
        yield Advice(
            Severity.FAULT,
            "The monitor is not asked",
            f"{case.monitor} speaks when it is asked ({report.driver.sends}), and this port is set to receive only.",
            ("Turn the receive-only setting off.",),
        )


def _nothing_arrives(case: _Case) -> Iterator[Advice]:
    report = case.report
    if report.opened is None or case.has_spoken or case.open_s * 1000 <= report.driver.max_quiet_ms:
        return
    asked = any(minute.bytes_out for minute in report.minutes)
    told = (
        "It was asked and has not answered."
        if asked
        else "It should speak by itself."
        if not report.driver.sends
        else "It was not asked."
    )
    yield Advice(
        Severity.FAULT,
        "Nothing arrives",
        f"Not one byte has come at {case.path} in the {_duration(case.open_s)} since it was opened. {told}",
        _serial_tries(report) if case.is_serial else _NETWORK_TRIES,
    )


_NETWORK_TRIES = (
    "Is the monitor on, and its network cable plugged in?",
    "Is this the monitor's own address? Its network page shows it.",
    "Is data export over the network turned on in the monitor's setup?",
    "Are the monitor and this computer in one network, with no firewall between them?",
)


def _serial_tries(report: PortReport) -> tuple[str, ...]:
    tries = [
        "Is the monitor on, and the cable plugged in at both ends, into the monitor's serial data port?",
        f"Is serial output turned on in the monitor's setup, and set to {report.settings}?",
        "Is it the right kind of cable? A straight cable where a crossed one (null modem) is needed, or the other way "
        "round, carries nothing.",
        "Try the cable and the adapter on a monitor that works.",
    ]
    if report.settings.rtscts:
        tries.insert(
            2,
            "This monitor uses hardware handshake: a cable with three wires only carries nothing. Use one with RTS and CTS.",
        )
    return tuple(tries)


def _no_sense(case: _Case) -> Iterator[Advice]:
    report = case.report
    if report.phase is not LinkPhase.SILENT or not case.has_spoken or not _is_babbling(case):
        return
    others = [str(usual) for usual in report.driver.serial if usual != report.settings]
    tries = [f"Is the monitor really a {case.monitor}? `nursestation detect` tries all monitor types."]
    if case.is_serial:
        tries.append(
            f"Compare the monitor's serial setup with {report.settings}: speed, data bits, parity and stop bits all count."
        )
        if others:
            tries.append(f"This type of monitor may also be set to {', or '.join(others)}.")
        tries.append("If the settings are right, try another cable: a broken ground wire looks the same.")
    yield Advice(
        Severity.FAULT,
        "Bytes arrive and make no sense",
        f"Bytes come ({_n_bytes(report)} in the last {_span(report)}), and nothing in them can be understood now.",
        tuple(tries),
    )


def _fell_quiet(case: _Case) -> Iterator[Advice]:
    report = case.report
    if report.phase is not LinkPhase.SILENT or not case.has_spoken or _is_babbling(case):
        return
    yield Advice(
        Severity.FAULT,
        "The monitor has fallen quiet",
        f"The last byte came {_duration(case.quiet_s)} ago; before that the line worked."
        if report.counters.last_good is not None
        else f"A few bytes came, the last of them {_duration(case.quiet_s)} ago, and nothing since.",
        (
            "Is the monitor on, and not in standby or in a service menu?",
            case.plugs,
        ),
    )


def _driver_failed(case: _Case) -> Iterator[Advice]:
    times = len(case.troubles(Cause.DRIVER))
    if times:
        yield Advice(
            Severity.TROUBLE,
            "Nursestation has failed to read this monitor",
            f"It failed {_times(times)} in the last {MINUTES} minutes and started again. This is a fault of the program.",
            (f"Report it, with the log and the wire log: `nursestation wirelog {case.report.id} --out FILE`.",),
        )


def _drops(case: _Case) -> Iterator[Advice]:
    losses = case.troubles(Cause.GONE)
    if not losses:
        return
    shared = _sharing(case)
    hub = hub_of(case.facts.location) if case.facts else None
    behind = f" It is plugged in behind a USB hub ({hub})" if hub else ""
    behind += f", together with {', '.join(f.path for f in shared)}." if hub and shared else "." if hub else ""
    direct = "Plug the adapter straight into the computer, or use a hub with its own power supply."
    rhythm_s = _rhythm_s(losses)
    if rhythm_s is not None:
        yield Advice(
            Severity.TROUBLE,
            "The adapter drops out in a rhythm",
            f"It was lost {_times(len(losses))} in the last {MINUTES} minutes, about every {_duration(rhythm_s)}. "
            f"Cables do not fail by the clock: the computer saves power on its USB sockets, or the hub has too little.{behind}",
            ("Turn off power saving for USB (selective suspend) on this computer.", direct, "Try another USB socket."),
        )
    elif len(losses) > 1:
        yield Advice(
            Severity.TROUBLE,
            "The adapter drops out",
            f"It was lost {_times(len(losses))} in the last {MINUTES} minutes, "
            f"at no regular times: a loose plug is likeliest.{behind}",
            (
                "Change the USB cable or socket, and keep the cable off wheels and footrests.",
                direct,
                "Try another adapter.",
            ),
        )
    else:
        ago = _duration((case.now.mono_ns - losses[0].at.mono_ns) / NS_PER_S)
        yield Advice(
            Severity.NOTE,
            "The adapter was lost once",
            f"That was {ago} ago. If nobody pulled it, its plug may be loose.{behind}",
        )


def _jams(case: _Case) -> Iterator[Advice]:
    times = len(case.troubles(Cause.JAMMED))
    if times:
        tries = ["Is the monitor on, and the cable plugged in at both ends?"]
        if case.report.settings.rtscts:
            tries.insert(0, "Use a cable with all wires: RTS and CTS must be connected through.")
        yield Advice(
            Severity.TROUBLE,
            "The line takes no bytes",
            f"What was to be sent stayed in this computer {_times(times)} in the last {MINUTES} minutes: "
            "the other end does not say that it is ready (flow control).",
            tuple(tries),
        )


def _pauses(case: _Case) -> Iterator[Advice]:
    times = len(case.troubles(Cause.QUIET, Cause.NONSENSE))
    if case.report.phase is LinkPhase.CONNECTED and times:
        quiet_s = case.report.driver.max_quiet_ms / 1000
        yield Advice(
            Severity.TROUBLE if times > 1 else Severity.NOTE,
            "The monitor falls quiet at times",
            f"Nothing could be understood for more than {quiet_s:g} s, {_times(times)} in the last {MINUTES} minutes.",
            (
                case.plugs,
                "Look whether it goes quiet when the monitor or the chair is moved.",
            ),
        )


def _damage(case: _Case) -> Iterator[Advice]:
    if case.report.phase is not LinkPhase.CONNECTED:
        return
    # The line is opened in the middle of a frame: one that is cut in two at each opening is no damage.
    n_openings = sum(case.now.mono_ns - at.mono_ns <= _LOOK_BACK_NS for at in case.report.openings)
    n_damaged = case.n_rejected(_DAMAGE) - n_openings
    if n_damaged <= 0:
        return
    share = n_damaged / (n_damaged + case.n_events)
    is_bad = share >= _MANY_DAMAGED
    a_minute = n_damaged / len(case.report.minutes)
    yield Advice(
        Severity.TROUBLE if is_bad else Severity.NOTE,
        "Many bytes arrive damaged" if is_bad else "A few bytes arrive damaged",
        f"{_amount(n_damaged, 'message')} in the last {_span(case.report)} could not be used, about {a_minute:.2g} a minute. "
        "Damaged messages are thrown away, never shown.",
        _noise_tries(case, is_bad),
    )


def _noise_tries(case: _Case, is_bad: bool) -> tuple[str, ...]:
    if not case.is_serial:
        return (case.plugs,)
    if not is_bad:
        return ("If it grows, lead the cable away from power cords and tighten its plugs.",)
    return (
        "Lead the cable away from power cords, infusion pumps and electrosurgery.",
        "Tighten the screws of both plugs: a loose ground wire lets noise in.",
        "Use a shorter cable; RS-232 is meant for up to 15 m.",
        "Try another cable, then another adapter.",
    )


def _foreign(case: _Case) -> Iterator[Advice]:
    n_foreign = case.n_rejected(_FOREIGN)
    if case.report.phase is LinkPhase.CONNECTED and n_foreign:
        yield Advice(
            Severity.NOTE,
            "The monitor says things that are not known here",
            f"{_amount(n_foreign, 'whole message')} in the last {_span(case.report)} held something that its document does not "
            "allow or name; a newer or an optional part of the monitor may be the reason.",
            (f"Support can learn from the wire log: `nursestation wirelog {case.report.id} --out FILE`.",),
        )


def _unknown_numerics(case: _Case) -> Iterator[Advice]:
    names = sorted(case.report.unknown)
    if names:
        listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        yield Advice(
            Severity.NOTE,
            "The monitor sends numbers that are not shown",
            f"They have no name here: {listed}.",
        )


def _adapter(case: _Case) -> Iterator[Advice]:
    if case.facts is not None:
        yield from adapter_advice(case.facts, case.present)


def _shared_hub(case: _Case) -> Iterator[Advice]:
    shared = _sharing(case)
    if case.facts is None or len(shared) < 2:
        return
    yield Advice(
        Severity.NOTE,
        "Several monitors hang on one USB hub",
        f"{case.facts.path} shares the hub {hub_of(case.facts.location)} with {', '.join(f.path for f in shared)}: "
        "if the hub fails, all of them are lost together. It may be built into the computer.",
        ("If it is a hub of your own, use one with its own power supply.",),
    )


_RULES: tuple[Callable[[_Case], Iterator[Advice]], ...] = (
    _not_open,
    _may_not_ask,
    _nothing_arrives,
    _no_sense,
    _fell_quiet,
    _driver_failed,
    _drops,
    _jams,
    _pauses,
    _damage,
    _foreign,
    _unknown_numerics,
    _adapter,
    _shared_hub,
)


def _indistinct(facts: PortFacts, present: Sequence[PortFacts]) -> Iterator[Advice]:
    if facts.vid is None:
        return
    twins = [
        f
        for f in present
        if f.path != facts.path
        and (f.vid, f.pid, f.serial_number) == (facts.vid, facts.pid, facts.serial_number)
        and _device(f) != _device(facts)
    ]
    if twins:
        yield Advice(
            Severity.TROUBLE,
            "Two adapters cannot be told apart",
            f"{facts.path} and {', '.join(f.path for f in twins)} say the same of themselves. After a move to another USB "
            "socket a chair could not find its adapter again.",
            ("Keep each adapter in its own USB socket, and label both.", "Better: use adapters with serial numbers."),
        )
    elif facts.serial_number is None:
        yield Advice(
            Severity.NOTE,
            "The adapter has no serial number",
            f"{facts.path} is known by its USB socket alone. In another socket it is not found again by itself.",
            ("Keep it in its socket, or use an adapter with a serial number.",),
        )


def _chip(facts: PortFacts) -> Iterator[Advice]:
    chip = _CHIPS.get(facts.vid) if facts.vid is not None else None
    if chip is not None:
        yield Advice(Severity.NOTE, f"Adapter chip: {chip.name}", chip.text, chip.try_this)


def _all_is_well(case: _Case) -> Advice:
    report = case.report
    if report.phase is LinkPhase.CONNECTED:
        return Advice(
            Severity.GOOD,
            "The link works",
            f"{_n_bytes(report)} bytes and {case.n_events} readings came in the last {_span(report)}.",
        )
    return Advice(
        Severity.GOOD,
        "Nothing to say yet",
        "The line has not been looked at for long enough.",
        ("Wait a few seconds and look again.",),
    )


# -- what the rules count


def _facts_of(report: PortReport, present: Sequence[PortFacts]) -> PortFacts | None:
    if report.identity is None:
        return None
    path = find_port(report.identity, present)
    return None if path is None else find_facts(path, present)


def _is_babbling(case: _Case) -> bool:
    """Whether bytes still come. As the port has it: within the last half of the quiet time."""
    return case.quiet_s * 2000 <= case.report.driver.max_quiet_ms


def _rhythm_s(losses: Sequence[Trouble]) -> float | None:
    """Return the pause between losses [s] when it is always about the same; None otherwise."""
    if len(losses) < _RHYTHM_MIN:
        return None
    pauses_s = [(b.at.mono_ns - a.at.mono_ns) / NS_PER_S for a, b in pairwise(losses)]
    mean_s = statistics.fmean(pauses_s)
    return mean_s if statistics.pstdev(pauses_s) <= _RHYTHM_SPREAD * mean_s else None


def _sharing(case: _Case) -> list[PortFacts]:
    """Return the other adapters behind the same hub."""
    hub = hub_of(case.facts.location) if case.facts else None
    if case.facts is None or hub is None:
        return []
    mine = _device(case.facts)
    return [f for f in case.present if f.path != case.facts.path and hub_of(f.location) == hub and _device(f) != mine]


def _device(facts: PortFacts) -> str:
    """Return the USB socket without the interface: all ports of a four-port adapter are one device."""
    return (facts.location or facts.path).partition(":")[0]


def _n_bytes(report: PortReport) -> int:
    return sum(minute.bytes_in for minute in report.minutes)


def _span(report: PortReport) -> str:
    n_minutes = len(report.minutes)
    return "minute" if n_minutes <= 1 else f"{n_minutes} minutes"


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n} times")


def _amount(n: int, what: str) -> str:
    return f"1 {what}" if n == 1 else f"{n} {what}s"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.0f} h"
