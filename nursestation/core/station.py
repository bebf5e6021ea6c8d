"""The whole program without I/O: events and commands in, records out.

The station is the only mutable thing in the core. It is given its chairs and protocols when made, a monitor's event, an
operator's command or a tick at a time, and the present moment with each; it answers with records and folds those same
records into its state, so that a station restored from stored records stands exactly where the first one stood.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol as TypingProtocol

from devices.clock import Moment
from devices.events import PortEvent, Priority
from nursestation.core.commands import Command
from nursestation.core.protocols import Protocol
from nursestation.core.records import Record
from nursestation.core.snapshot import StationSnapshot


class PinVerifier(TypingProtocol):
    """Hashes and checks PINs; the program's is Argon2id, a test's may be plain."""

    def hash(self, pin: str) -> str:
        """Return a PHC string for a new PIN.

        Raises:
            ValueError: the PIN is too weak; the message says what is wanted.
        """
        ...

    def verify(self, pin_hash: str, pin: str) -> bool:
        """Say whether `pin` is the one that was hashed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorBinding:
    """A monitor that feeds a chair.

    Attributes:
        id: Unique over the station ("2:capnostream20").
        driver: Driver name.
        title: For people.
        numerics: What it may give (from the driver's info).
        simulated: True for a simulated monitor: every value from it is marked.
        max_quiet_ms: Longest silence of a healthy link [ms].
    """

    id: str
    driver: str
    title: str
    numerics: tuple[str, ...]
    simulated: bool
    max_quiet_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairSetup:
    """A chair and its monitors. `prefer` maps a metric to the monitor whose value is shown; else the first that gives it."""

    number: int
    monitors: tuple[MonitorBinding, ...]
    prefer: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorInput:
    """An event from a monitor's port; the moment it is applied with is its arrival."""

    monitor: str
    event: PortEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time passed; sent a few times a second even when nothing else comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationFault:
    """Trouble of the station itself, from the runtime: the store is stalled, a port reader died, sound is missing.

    `id` names it ("store", "reader"); `text` is the sentence for the operator, "" when the trouble is over.
    """

    id: str
    text: str
    priority: Priority = Priority.MEDIUM


StationInput = MonitorInput | Command | Tick | StationFault


class Station:
    """All chairs and all visits."""

    def __init__(
        self, chairs: Sequence[ChairSetup], protocols: Sequence[Protocol], pins: PinVerifier, version: str
    ) -> None: ...

    def restore(self, records: Iterable[Record], now: Moment, *, unclean: bool) -> tuple[Record, ...]:
        """Fold stored records of this station, oldest first, and return what the restart itself records.

        Open sessions go on: monotonic times of an earlier run are moved onto the present monotonic clock through UTC.
        """
        raise NotImplementedError

    def apply(self, item: StationInput, now: Moment) -> tuple[Record, ...]:
        """Take one event, command or tick, and return what it made happen, oldest first.

        A command that may not be carried out returns a single `Refused` with a sentence for the operator.

        Raises:
            Nothing for any input of the declared types; an exception is a bug.
        """
        raise NotImplementedError

    def snapshot(self, now: Moment) -> StationSnapshot:
        """Return what everything looks like at `now`."""
        raise NotImplementedError
