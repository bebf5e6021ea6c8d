"""What the station is given: its chairs and monitors when it is made, then events, commands, ticks and faults."""

from dataclasses import dataclass
from typing import NamedTuple
from typing import Protocol as TypingProtocol

from devices.events import PortEvent, Priority
from nursestation.core.clinic_files import Setting
from nursestation.core.commands import Command
from nursestation.core.notes import Note
from nursestation.core.protocols import Protocol


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
        interval_ms: Time between two values of a continuous numeric [ms].
        port: Where it is plugged in, as set up ("/dev/ttyUSB0").
        adapter: The USB adapter as it is remembered, in words; "" when it is not.
        may_start_cuff: Whether a person may start its cuff from here.
    """

    id: str
    driver: str
    title: str
    numerics: tuple[str, ...]
    simulated: bool
    max_quiet_ms: int
    interval_ms: int = 1000
    port: str = ""
    adapter: str = ""
    may_start_cuff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairSetup:
    """A chair and its monitors. `prefer` maps a metric to the monitor whose value is shown; else the first that gives it."""

    number: int
    monitors: tuple[MonitorBinding, ...]
    prefer: tuple[tuple[str, str], ...] = ()


class MonitorInput(NamedTuple):
    """An event from a monitor's port; the moment it is applied with is its arrival.

    One is made for every event of every monitor, in the reader's thread: a tuple takes a third of a frozen dataclass's time.
    """

    monitor: str
    event: PortEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairsChanged:
    """The station's chairs are to be these from now on: all of them, changed by `operator` while the program runs.

    `settings` is what the clinic's files say then; None leaves what is known of them.
    """

    chairs: tuple[ChairSetup, ...]
    operator: str
    settings: tuple[Setting, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolsChanged:
    """The treatment protocols are to be these from now on: all of them, changed by `operator` while the program runs."""

    protocols: tuple[Protocol, ...]
    operator: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSeen:
    """The window painted or sounded the first signal of a condition, `delay_ms` after its cause had arrived [ms]."""

    condition_id: str
    delay_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSeen:
    """Somebody touched screen, mouse or keyboard; sent a few times a minute at most while they do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMade:
    """A visit as a file: its format, its SHA-256, and the chain head that it carries."""

    session: str
    format: str
    sha256: str
    chain_head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDone:
    """Files were written that somebody had asked for: who, may be signed out by now."""

    made: tuple[FileMade, ...]
    operator: str | None
    is_deidentified: bool = False
    is_encrypted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupDone:
    """The record was copied to `place`, and the copy checked."""

    place: str
    sha256: str
    n_bytes: int
    n_sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeDone:
    """What the purge of a visit takes; fields as in the record `SessionPurged`, whose writing is the purge."""

    session: str
    chain_head: str
    n_records: int
    n_bulk: int
    places: tuple[tuple[int, int], ...]


StationInput = (
    MonitorInput | Command | ChairsChanged | ProtocolsChanged | Tick | StationFault | SignalSeen | StaffSeen | ExportDone
    | BackupDone | PurgeDone | Note
)  # fmt: skip
"""All that the station takes."""
