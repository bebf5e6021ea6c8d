"""Visits in a list: what is sought, and what is told of each before it is opened."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from nursestation.core.model import Phase


class Mark(StrEnum):
    """What makes a visit one to look at again."""

    BP_SPIKE = "bp_spike"  # a BP flag of spike, severe or crisis
    OVERRIDE = "override"  # a clinician let something unmet pass
    ENDED_EARLY = "ended_early"
    AGAINST_ADVICE = "against_advice"
    RUNNING = "running"  # it is not over yet
    HELD = "held"  # it must be kept until a hold is released


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which visits are wanted; each field narrows the list, and one that is left as it is does not.

    Attributes:
        text: Words of the patient: name, record number, date of birth; every word must be found.
        since_utc_ns, until_utc_ns: Checked in from then on, and before then, UTC [ns].
        protocol: Name of the protocol.
        mark: What must hold of it.
    """

    text: str = field(default="", repr=False)
    since_utc_ns: int | None = None
    until_utc_ns: int | None = None
    protocol: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitCard:
    """A visit in a list.

    Attributes:
        session, chair, opened_utc_ns: Which, where, and when it was checked in, UTC [ns].
        protocol: Title of the protocol.
        phase: Where it stands, or how it ended.
        ended_utc_ns: When it was over, UTC [ns]; None while it runs.
        marks: What holds of it.
        simulated: It was checked in with simulated monitors.
    """

    session: str
    chair: int
    opened_utc_ns: int
    record_number: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    protocol: str
    phase: Phase
    ended_utc_ns: int | None
    marks: frozenset[Mark] = frozenset()
    simulated: bool = False
