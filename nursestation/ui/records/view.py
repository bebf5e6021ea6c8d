"""How the record is looked after, in words; no Qt."""

from dataclasses import dataclass
from datetime import tzinfo

from nursestation.runtime.record_keeper import RecordCare
from nursestation.store.retention import KeptVisit
from nursestation.store.space import hours_text
from nursestation.ui.timetext import clock_text, date_text, day_and_clock_text, local_time

ALL = "all"
"""The choice of every visit that is over its time."""

_MOST = 12  # what is done with one stands below the list; the others come up once these are gone


@dataclass(frozen=True, slots=True)
class CareView:
    """What the page says.

    Attributes:
        room: How long there is room for.
        is_short: Whether that is too little.
        backup: When the newest backup was made, and where they go.
        backup_trouble: Why there is none of late, "" where there is.
        may_back_up: Whether one can be made now.
        kept: How long visits are kept.
        options: The visits that are over their time or held, (key, label).
        words: What came of the newest purge.
    """

    room: str
    is_short: bool
    backup: str
    backup_trouble: str
    may_back_up: bool
    kept: str
    options: tuple[tuple[str, str], ...]
    words: str


def care_view(care: RecordCare, now_utc_ns: int, zone: tzinfo | None = None) -> CareView:
    """Return what the page says at `now_utc_ns`, UTC [ns]."""
    kept = care.kept or ()
    over = [visit for visit in kept if visit.is_over]
    options = [(visit.session, _option(visit, zone)) for visit in kept[:_MOST]]
    if len(over) > 1:
        options.insert(0, (ALL, f"All {len(over)} that are over their time"))
    return CareView(
        room=room_text(care),
        is_short=care.is_short,
        backup=backup_text(care, now_utc_ns, zone),
        backup_trouble=care.backup_trouble,
        may_back_up=bool(care.backup_folder) and not care.is_backing_up,
        kept=_kept_text(care, len(over)),
        options=tuple(options),
        words=care.purge_words,
    )


def chosen_sessions(care: RecordCare, key: str | None) -> tuple[str, ...]:
    """Return the visits that a choice means."""
    if key == ALL:
        return tuple(visit.session for visit in care.kept or () if visit.is_over)
    return () if key is None else (key,)


def is_held(care: RecordCare, key: str | None) -> bool:
    """Say whether the chosen visit is held."""
    return any(visit.session == key and visit.held_because for visit in care.kept or ())


def room_text(care: RecordCare) -> str:
    """Return for how long the disk has room."""
    if care.room is None:
        return "Being looked at…"
    how = (
        "as fast as in the last hour of visits"
        if care.room.is_measured
        else "reckoned with 12 MB an hour for each chair"
    )
    return f"About {hours_text(care.room.hours)} of recording, {how}."


def backup_text(care: RecordCare, now_utc_ns: int, zone: tzinfo | None = None) -> str:
    """Return when the newest backup was made, and where they go."""
    if not care.backup_folder:
        return "No backup is made: no folder is set. Whoever looks after this computer sets one in station.toml."
    if care.is_backing_up:
        return f"A backup to {care.backup_folder} is being made…"
    if care.last_backup_utc_ns is None:
        return f"No backup in {care.backup_folder} yet."
    when = day_and_clock_text(care.last_backup_utc_ns, now_utc_ns, zone)
    return f"Newest backup {when}, in {care.backup_folder}."


def card_text(care: RecordCare, now_utc_ns: int, zone: tzinfo | None = None) -> str:
    """Return the line for the station's page: room, and the newest backup."""
    hours = "" if care.room is None else f"Room for about {hours_text(care.room.hours)} of recording. "
    if not care.backup_folder:
        return f"{hours}No backup is made."
    if care.last_backup_utc_ns is None:
        return f"{hours}No backup yet."
    return f"{hours}Newest backup {day_and_clock_text(care.last_backup_utc_ns, now_utc_ns, zone)}."


def _kept_text(care: RecordCare, n_over: int) -> str:
    if care.keep_years is None:
        return "Visits are kept for ever."
    years = "1 year" if care.keep_years == 1 else f"{care.keep_years} years"
    over = {0: "None is over its time", 1: "1 is over its time"}.get(n_over, f"{n_over} are over their time")
    return f"Visits are kept for {years}. {over}; nothing is purged by itself."


def _option(visit: KeptVisit, zone: tzinfo | None) -> str:
    day = f"{date_text(local_time(visit.ended_utc_ns, zone).date())}, {clock_text(visit.ended_utc_ns, zone)}"
    held = f" · held: {visit.held_because}" if visit.held_because else ""
    return f"{visit.initials} · {day}{held}"
