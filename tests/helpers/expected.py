"""What a scenario's visit must raise, when, and how bad; read from `tests/expected/*.toml`, and held against the record.

Rules of the file:
1. The list is whole: a condition or flag that is not on it is as wrong as one that is missing.
2. A condition is known by rule and subject; it must begin in its window (and become as grave as it gets, and be over,
   in theirs, if they are given), with the kind and the worst priority that are written down.
3. Times count from an anchor of the visit, as in scenarios. `sooner` moves all that the scenario does after the infusion's
   start to an earlier time, and leaves out what would come before it: the calm half hour before is not what is tried.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, model_validator

from devices.clock import NS_PER_S, Moment
from devices.events import AlarmKind, Priority
from devices.simulator.scenario import Scenario, load_scenario
from devices.simulator.script import Anchor, EndEarly, Table, Timed, seconds
from nursestation.core import records as r
from nursestation.core.model import FlagOutcome, Grade

TimedT = TypeVar("TimedT", bound=Timed)
FOLDER = Path(__file__).parents[1] / "expected"


def _window(value: object) -> object:
    return tuple(seconds(part) for part in value) if isinstance(value, list) else value


Window = tuple[float, float]
"""From and until [s] after the anchor, each as scenarios write times."""


class Windowed(Table):
    """Something that begins between two times after an anchor."""

    after: Anchor = Anchor.INFUSION_START
    begins: Window

    @model_validator(mode="before")
    @classmethod
    def _read_times(cls, table: object) -> object:
        if isinstance(table, dict):
            return {
                key: _window(value) if key in ("begins", "worst_from", "over") else value
                for key, value in table.items()
            }
        return table


class ExpectedCondition(Windowed):
    """A condition; `worst_from` is when it must have become as grave as `worst`, `over` when it must have ended.

    None for whenever.
    """

    rule: str
    subject: str = ""
    kind: AlarmKind
    worst: Priority
    worst_from: Window | None = None
    over: Window | None = None


class ExpectedFlag(Windowed):
    """A flag of the BP ladder."""

    grade: Grade
    outcome: FlagOutcome
    answered: tuple[str, ...] = ()


class Expected(Table):
    """One file."""

    scenario: str
    why: str
    seed: int = 7
    sooner: Annotated[float, Field(ge=0)] = 0.0
    end: float | None = None
    condition: tuple[ExpectedCondition, ...] = ()
    flag: tuple[ExpectedFlag, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read_clock_faces(cls, table: object) -> object:
        if isinstance(table, dict):
            return {key: seconds(value) if key in ("sooner", "end") else value for key, value in table.items()}
        return table

    def played(self) -> Scenario:
        """Return the scenario as it is to be played."""
        return shortened(load_scenario(self.scenario), self.sooner, self.end)


def load_expected() -> dict[str, Expected]:
    """Return what is written down, by the files' names."""
    files = sorted(FOLDER.glob("*.toml"))
    return {file.stem: Expected.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files}


def shortened(scenario: Scenario, sooner_s: float, end_s: float | None) -> Scenario:
    """Return the scenario with what it does after the infusion's start `sooner_s` earlier, closed `end_s` after it [s]."""

    def moved(events: Iterable[TimedT]) -> tuple[TimedT, ...]:
        return tuple(
            event if event.after is not Anchor.INFUSION_START else event.model_copy(update={"at": event.at - sooner_s})
            for event in events
            if event.after is not Anchor.INFUSION_START or event.at >= sooner_s
        )

    operator = []
    for step in scenario.operator:
        if step.after != "infusion_start":
            operator.append(step)
        elif step.at >= sooner_s:
            over = getattr(step, "resolved", None)
            changes = {"at": step.at - sooner_s} | ({} if over is None else {"resolved": over - sooner_s})
            operator.append(step.model_copy(update=changes))
    if end_s is not None:
        operator.append(
            EndEarly(do="end_early", reason="the part that is tried is over", after="infusion_start", at=end_s)
        )
    cuff = scenario.cuff.model_copy(
        update={name: moved(getattr(scenario.cuff, name)) for name in ("times", "trouble", "misreading")}
    )
    return scenario.model_copy(
        update={
            "operator": tuple(operator),
            "cuff": cuff,
            **{name: moved(getattr(scenario, name)) for name in ("target", "sensor", "artefact", "fault")},
        }
    )


# --- what was recorded ----------------------------------------------------------------------------------------------


@dataclass
class SeenCondition:
    """A condition from its records; `worst` is the gravest priority that it had."""

    rule: str
    subject: str
    kind: AlarmKind
    worst: Priority
    text: str
    began: Moment
    worst_since: Moment
    ended: Moment | None = None


@dataclass
class SeenFlag:
    """A flag from its records."""

    grade: Grade
    began: Moment
    outcome: FlagOutcome = FlagOutcome.OPEN
    answered: tuple[str, ...] = ()


SeenT = TypeVar("SeenT", SeenCondition, SeenFlag)


def seen_conditions(records: Iterable[r.Record]) -> list[SeenCondition]:
    """Return every condition that was recorded, in order of their onset."""
    seen: dict[str, SeenCondition] = {}
    for record in records:
        match record:
            case r.ConditionRaised():
                seen[record.condition_id] = SeenCondition(
                    record.rule, record.subject, record.kind, record.priority, record.text, record.at, record.at
                )
            case r.ConditionChanged():
                one = seen[record.condition_id]
                if record.priority.rank > one.worst.rank:
                    one.worst, one.worst_since = record.priority, record.at
            case r.ConditionEnded():
                seen[record.condition_id].ended = record.at
            case _:
                pass
    return list(seen.values())


def seen_flags(records: Iterable[r.Record]) -> list[SeenFlag]:
    """Return every flag that was recorded, in order of their onset."""
    seen: dict[str, SeenFlag] = {}
    for record in records:
        match record:
            case r.FlagRaised():
                seen[record.flag_id] = SeenFlag(record.grade, record.at)
            case r.FlagDecided():
                seen[record.flag_id].outcome = record.outcome
            case r.FlagAnswered():
                seen[record.flag_id].answered += (record.action,)
            case _:
                pass
    return list(seen.values())


def differences(expected: Expected, records: Sequence[r.Record]) -> list[str]:
    """Return a line for everything that is missing, extra, or not as it should be; none when all is well."""
    anchors = _anchors(records)
    conditions, flags = seen_conditions(records), seen_flags(records)
    lines = []
    for wanted in expected.condition:
        same = [one for one in conditions if (one.rule, one.subject) == (wanted.rule, wanted.subject)]
        found = _best(same, wanted, anchors)
        name = f"{wanted.rule} {wanted.subject}".strip()
        if found is None:
            lines.append(f"missing  {name}, expected {_span(wanted.begins)} after {wanted.after}")
            continue
        conditions.remove(found)
        began_s = _since(found.began, wanted.after, anchors)
        faults = [_timing("begins", began_s, wanted.begins)]
        if wanted.worst_from is not None:
            faults.append(_timing("is worst", _since(found.worst_since, wanted.after, anchors), wanted.worst_from))
        if wanted.over is not None:
            ended_s = None if found.ended is None else _since(found.ended, wanted.after, anchors)
            faults.append(_timing("is over", ended_s, wanted.over))
        faults.append("" if found.worst is wanted.worst else f"is {found.worst} at worst, expected {wanted.worst}")
        faults.append("" if found.kind is wanted.kind else f"is {found.kind}, expected {wanted.kind}")
        lines += [f"wrong    {name} {fault}" for fault in faults if fault]
    lines += [f"extra    {_told(one, anchors)}" for one in conditions]
    for wanted_flag in expected.flag:
        found_flag = _best([one for one in flags if one.grade is wanted_flag.grade], wanted_flag, anchors)
        name = f"flag {wanted_flag.grade}"
        if found_flag is None:
            lines.append(f"missing  {name}, expected {_span(wanted_flag.begins)} after {wanted_flag.after}")
            continue
        flags.remove(found_flag)
        faults = [_timing("begins", _since(found_flag.began, wanted_flag.after, anchors), wanted_flag.begins)]
        if found_flag.outcome is not wanted_flag.outcome:
            faults.append(f"comes out {found_flag.outcome}, expected {wanted_flag.outcome}")
        if found_flag.answered != wanted_flag.answered:
            faults.append(f"is answered {found_flag.answered}, expected {wanted_flag.answered}")
        lines += [f"wrong    {name} {fault}" for fault in faults if fault]
    start = Anchor.INFUSION_START
    lines += [
        f"extra    flag {one.grade} at {_clock(_since(one.began, start, anchors))}, {one.outcome}" for one in flags
    ]
    return lines


def _anchors(records: Iterable[r.Record]) -> dict[Anchor, Moment]:
    kinds = {
        r.SessionOpened: Anchor.SESSION_START,
        r.InfusionStarted: Anchor.INFUSION_START,
        r.InfusionStopped: Anchor.INFUSION_END,
    }
    found: dict[Anchor, Moment] = {}
    for record in records:
        if type(record) in kinds:
            found.setdefault(kinds[type(record)], record.at)
    return found


def _best(found: Sequence[SeenT], wanted: Windowed, anchors: dict[Anchor, Moment]) -> SeenT | None:
    """Return the one in the window, else the nearest to it."""

    def off(one: SeenT) -> float:
        since_s = _since(one.began, wanted.after, anchors)
        return max(wanted.begins[0] - since_s, since_s - wanted.begins[1], 0.0)

    return min(found, key=off, default=None)


def _since(at: Moment, anchor: Anchor, anchors: dict[Anchor, Moment]) -> float:
    if anchor not in anchors:
        raise AssertionError(f"the visit never came to its {anchor}")
    return (at.mono_ns - anchors[anchor].mono_ns) / NS_PER_S


def _timing(what: str, at_s: float | None, window: Window) -> str:
    if at_s is None:
        return f"never {what}, expected {_span(window)}"
    if window[0] <= at_s <= window[1]:
        return ""
    return f"{what} at {_clock(at_s)}, expected {_span(window)}"


def _told(one: SeenCondition, anchors: dict[Anchor, Moment]) -> str:
    anchor = Anchor.INFUSION_START if Anchor.INFUSION_START in anchors else Anchor.SESSION_START
    name = f"{one.rule} {one.subject}".strip()
    begins = _clock(_since(one.began, anchor, anchors))
    ends = "the end" if one.ended is None else _clock(_since(one.ended, anchor, anchors))
    return f"{name}, {one.worst} {one.kind}, {begins} to {ends} after {anchor}: {one.text}"


def _span(window: Window) -> str:
    return f"{_clock(window[0])} to {_clock(window[1])}"


def _clock(at_s: float) -> str:
    minutes, rest = divmod(abs(at_s), 60)
    return f"{'-' if at_s < 0 else ''}{minutes:02.0f}:{rest:04.1f}"
