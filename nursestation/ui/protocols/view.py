"""What the protocols' page shows: every protocol with its version and where it comes from, and one in short. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nursestation.config.protocol_files import ProtocolFile, Shelf
from nursestation.core.access import may
from nursestation.core.inputs import ProtocolsChanged
from nursestation.core.model import Operator, Route
from nursestation.core.protocols import Protocol, SeriesPlan
from nursestation.core.snapshot import StationSnapshot
from nursestation.core.wording import long_span
from nursestation.ui.roles import Tone

ROUTE_WORDS = {Route.IV: "IV", Route.IM: "IM"}


@dataclass(frozen=True, slots=True)
class Row:
    """A protocol in the list."""

    name: str
    title: str
    version: str
    course: str
    badge: str
    tone: Tone
    is_example: bool

    @property
    def spoken(self) -> str:
        """Return the row for who hears it."""
        return f"{self.title}, {self.version}, {self.course}, {self.badge}{', not reviewed' if self.is_example else ''}"


@dataclass(frozen=True, slots=True)
class Overview:
    """Every protocol.

    Attributes:
        rows: By title.
        notice: Why nothing may be changed, "" where it may.
        broken: What is wrong with files of the clinic's folder.
        may_edit: Whether whoever is signed in may edit.
    """

    rows: tuple[Row, ...]
    notice: str
    broken: tuple[str, ...]
    may_edit: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """One protocol in short.

    Attributes:
        back: What going back to the shipped one means, "" where there is nothing to go back to.
        back_word: The word on that button.
        note: Why it cannot be edited now, "" where it can.
    """

    name: str
    title: str
    badge: str
    tone: Tone
    facts: tuple[tuple[str, str], ...]
    note: str
    back: str
    back_word: str


def may_edit(operator: Operator | None) -> bool:
    """Say whether this member of staff may change protocols."""
    return may(operator, ProtocolsChanged)


def overview(snapshot: StationSnapshot, shelf: Shelf) -> Overview:
    """Return every protocol that counts."""
    allowed = may_edit(snapshot.operator)
    running = sorted(snapshot.protocols, key=lambda one: one.title.casefold())
    return Overview(
        rows=tuple(_row(one, shelf) for one in running),
        notice=""
        if allowed
        else "Only a lead nurse or a clinician changes protocols; you can look at everything here.",
        broken=tuple(one.problem for one in shelf.broken),
        may_edit=allowed,
    )


def detail(name: str, snapshot: StationSnapshot, shelf: Shelf) -> Detail | None:
    """Return a protocol in short; None where it is gone."""
    protocol = running(name, snapshot)
    if protocol is None:
        return None
    badge, tone = _origin(protocol, shelf)
    file = shelf.file(name)
    is_own = file is not None and file.is_own
    back, word = "", ""
    if is_own and file is not None and may_edit(snapshot.operator):
        back, word = _back(protocol, file)
    return Detail(
        name=name,
        title=protocol.title,
        badge=badge,
        tone=tone,
        facts=facts(protocol),
        note=_note(protocol, snapshot.operator, shelf),
        back=back,
        back_word=word,
    )


def is_example(author: str) -> bool:
    """Say whether nobody of the clinic answers for a protocol yet."""
    return author.strip().casefold().startswith("nursestation example")


def running(name: str, snapshot: StationSnapshot) -> Protocol | None:
    """Return the protocol that counts for the next check-in."""
    return next((one for one in snapshot.protocols if one.name == name), None)


def facts(protocol: Protocol) -> tuple[tuple[str, str], ...]:
    """Return what a protocol says, in short."""
    cuff, discharge = protocol.cuff, protocol.discharge
    found = [
        ("Version", str(protocol.version)),
        ("Who answers for it", protocol.author),
        ("Route", ROUTE_WORDS[protocol.route]),
        ("Dose", protocol.dose_text),
    ]
    if protocol.route is Route.IV:
        found.append(("Length", _length(protocol)))
    found += [
        ("Observation", f"{protocol.observation_planned_min:g} min planned, {protocol.observation_min:g} min at least"),
        ("Series", series_text(protocol.series) if protocol.series is not None else "none"),
        (
            "Cuff",
            f"every {cuff.infusion_first_20_min:g} min at first, then {cuff.infusion_later_min:g}; "
            f"observation {cuff.observation_min:g}"
            if protocol.route is Route.IV
            else f"observation every {cuff.observation_min:g} min",
        ),
        ("Start", f"not above {protocol.bp.start_ceiling_sys:g}/{protocol.bp.start_ceiling_dia:g} mmHg"),
        ("Fasting", f"food {protocol.gates.food_hours:g} h, drink {protocol.gates.drink_hours:g} h"),
        (
            "Home",
            f"BP within {discharge.bp_within_percent:g} % of baseline, vitals steady for {discharge.stable_min:g} min",
        ),
    ]
    return tuple(found)


def series_text(series: SeriesPlan) -> str:
    """Return a series in a line: "6 (4 to 9), 2 to 4 days apart, weekdays; booster after 3 to 6 months"."""
    least, most = series.length_min or series.length, series.length_max or series.length
    text = str(series.length) if least == most else f"{series.length} ({least} to {most})"
    if series.interval_days_min is not None and series.interval_days_max is not None:
        low, high = series.interval_days_min, series.interval_days_max
        text += (
            f", {low} to {high} days apart" if low != high else ", day after day" if low == 1 else f", {low} days apart"
        )
    if series.weekdays_only:
        text += ", weekdays"
    if series.booster_months_min is not None and series.booster_months_max is not None:
        text += f"; booster after {series.booster_months_min:g} to {series.booster_months_max:g} months"
    return text


def slug(title: str, taken: Sequence[str]) -> str:
    """Return a file name for a title, another one than those that are taken."""
    stem = re.sub(r"[^a-z0-9]+", "_", title.casefold()).strip("_")[:32]
    stem = stem if stem[:1].isalpha() else f"protocol_{stem}".strip("_")
    name, n = stem, 1
    while name in taken:
        n += 1
        name = f"{stem}_{n}"
    return name


def _row(protocol: Protocol, shelf: Shelf) -> Row:
    badge, tone = _origin(protocol, shelf)
    parts = [ROUTE_WORDS[protocol.route]]
    parts += [_length(protocol)] if protocol.route is Route.IV else []
    parts += [protocol.author] if not is_example(protocol.author) else []
    return Row(
        name=protocol.name,
        title=protocol.title,
        version=f"version {protocol.version}",
        course=" · ".join(parts),
        badge=badge,
        tone=tone,
        is_example=is_example(protocol.author),
    )


def _length(protocol: Protocol) -> str:
    planned = long_span(protocol.planned_min * 60)
    if protocol.planned_allowed_min is None:
        return planned
    least, most = protocol.planned_allowed_min
    return f"{planned} ({long_span(least * 60)} to {long_span(most * 60)})"


def _origin(protocol: Protocol, shelf: Shelf) -> tuple[str, Tone]:
    if any(one.path.stem == protocol.name for one in shelf.broken):
        return "File has a mistake", Tone.WARN
    file = shelf.file(protocol.name)
    if file is None or file.protocol != protocol:
        return "Changed by hand", Tone.WARN
    return ("Clinic's own", Tone.ACCENT) if file.is_own else ("Shipped", Tone.SOFT)


def _note(protocol: Protocol, operator: Operator | None, shelf: Shelf) -> str:
    badge, _ = _origin(protocol, shelf)
    if badge == "File has a mistake":
        return "Its file was changed by hand and has a mistake; what is shown is what counts. Mend the file first."
    if badge == "Changed by hand":
        return "Its file was changed by hand and says something else; that counts from the next start of Nursestation."
    return "" if may_edit(operator) else "Only a lead nurse or a clinician changes it."


def _back(protocol: Protocol, file: ProtocolFile) -> tuple[str, str]:
    kept = "An open visit keeps the version that it began with, and the file is kept as a copy."
    if file.shipped is None:
        return f"{protocol.title} can no longer be chosen at check-in. {kept}", "Take away…"
    return (
        f"From the next check-in on the version {file.shipped.version} that comes with Nursestation counts again. {kept}",
        "Back to the shipped one…",
    )
