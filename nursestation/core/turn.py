"""One input being worked: what it has made happen so far. Each record is folded as it is made, so later rules see it."""

from typing import TypedDict

from devices.clock import Moment
from nursestation.core.fold import chain, fold
from nursestation.core.inputs import PinVerifier
from nursestation.core.records import Record, Wave
from nursestation.core.state import ChairState, StationState


class Refusal(Exception):
    """An answer, not an error: the command may not be carried out.

    The message is the sentence for the operator, saying what to do.
    """


class Stamp(TypedDict):
    """The fields that every record has."""

    at: Moment
    chair: int | None
    session: str | None
    operator: str | None


class Turn:
    """One input's turn.

    Attributes:
        state: The station's, folded up to the last record made.
        pins: Checks PINs.
        now: The moment of the input.
        cause_ns: Monotonic arrival of the bytes that this input is, None where it is none [ns].
        by: Who acts by PIN in this turn, in place of who is signed in; None where nobody does.
        records: What was made to happen, oldest first.
    """

    def __init__(self, state: StationState, pins: PinVerifier, now: Moment, cause_ns: int | None = None) -> None:
        self.state = state
        self.pins = pins
        self.now = now
        self.cause_ns = cause_ns
        self.by: str | None = None
        self.records: list[Record] = []

    def emit(self, record: Record) -> None:
        """Make something happen."""
        fold(self.state, record)
        chain(self.state, record)
        self.records.append(record)

    def tell(self, record: Wave) -> None:
        """Let a stretch of waveform come out: no rule looks at it, so it is neither folded nor chained."""
        self.records.append(record)

    def noted(self, chair: ChairState | None) -> Stamp:
        """Return the stamp of what the program or a monitor did."""
        visit = chair.open_visit if chair is not None else None
        return Stamp(
            at=self.now,
            chair=chair.number if chair is not None else None,
            session=visit.session if visit is not None else None,
            operator=None,
        )

    def acted(self, chair: ChairState | None) -> Stamp:
        """Return the stamp of what the operator did who is signed in, or who acts by PIN."""
        stamp = self.noted(chair)
        stamp["operator"] = self.state.operator if self.by is None else self.by
        return stamp
