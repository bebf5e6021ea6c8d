"""`nursestation backup`, `restore` and `retention`: copies of the record, and how long its visits are kept.

Rules of the file: a backup is made beside a running station too; a restore never is, and says first what it would change.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from devices.clock import NS_PER_S, Clock
from nursestation.commandline.keys import unlocked_unasked
from nursestation.commandline.noting import ending_noted, note_asked
from nursestation.config.load import load_settings
from nursestation.core.notes import WrittenFile
from nursestation.export.localtime import iso
from nursestation.paths import Profile
from nursestation.runtime.export_job import kind_of_place
from nursestation.store.backup import BackupError, Rest, make_backup
from nursestation.store.restore import Between, check_backup, compare, restore
from nursestation.store.retention import KeptVisit, kept_visits
from nursestation.store.store import take_lock
from nursestation.store.unlocking import PASSPHRASE_FILE
from nursestation.wholefile import own_folder

_MOST_NAMED = 20


def run_backup(profile: Profile, to: Path | None, clock: Clock, rest: Rest) -> Iterator[str]:
    """Note that the record is copied, copy it into a folder, and yield what to say.

    Args:
        profile: Whose record.
        to: The folder; None for that of the settings.
        clock: For the copy's name.
        rest: Waits between two pieces, and says whether to stop.

    Raises:
        NurseStationError: there is no folder or no record, no copy could be made, or it cannot be noted.
    """
    settings = load_settings(profile.settings).backup
    if to is None and not settings.folder:
        raise BackupError(f"Say where the backup goes with --to, or set `folder` under [backup] in {profile.settings}.")
    folder = to or Path(settings.folder)
    asked = note_asked(profile, clock, "backup", target=kind_of_place(folder.resolve()))
    with ending_noted(profile, clock, asked) as files:
        made = make_backup(profile.record, folder, clock.now().utc_ns, keep=settings.keep, rest=rest)
        files.append(WrittenFile(session="", sha256=made.sha256))
    yield f"{made.path}: {_counted(made.n_sessions)}, {made.n_bytes / 1e6:.1f} MB, copied and checked."


def run_restore(
    profile: Profile,
    file: Path,
    clock: Clock,
    agree: Callable[[str], bool],
    agree_to_plain: Callable[[str], bool],
    environ: Mapping[str, str],
) -> Iterator[str]:
    """Put a backup in the record's place, and yield what to say.

    Args:
        profile: Whose record.
        file: The backup.
        clock: For the record of the restore.
        agree: Asked before anything is changed.
        agree_to_plain: Asked before that where a protected record would be a plain one afterwards.
        environ: May name a file with the passphrase of the present record, which is not asked for.

    Raises:
        NurseStationError: a station runs, the backup is not whole, or the disk does not take it; the record is as it was.
    """
    if profile.folder.is_dir():
        take_lock(profile.record).release()  # refused at once, and not after a long look at the backup
    check_backup(file)
    with unlocked_unasked(profile.record, environ):
        between = compare(file, profile.record)
    yield from between_lines(file, profile.record, between)
    if between.loses_key and not agree_to_plain("Have a record without protection from now on?"):
        yield "Nothing was changed."
        return
    if not agree("Put this backup in the record's place?"):
        yield "Nothing was changed."
        return
    own_folder(profile.folder)  # a new computer has none yet, and no place for the note
    with ending_noted(profile, clock, note_asked(profile, clock, "restore")):
        done = restore(file, profile.record, clock.now())
    if done.set_aside is not None:
        yield f"The record of before lies in {done.set_aside}."
    yield f"{profile.record} is restored and intact: {_counted(done.n_sessions)}."


def between_lines(file: Path, record: Path, between: Between) -> Iterator[str]:
    """Yield what a restore would change, as sentences."""
    yield f"{file} was made at {iso(between.made_utc_ns, None)} and is whole: {_counted(between.n_sessions)}."
    if between.is_locked:
        yield (
            f"The present record {record} is protected, and was not unlocked: what it has beyond the backup is not known, unless "
            f"{PASSPHRASE_FILE} names a file with its passphrase. It will be set aside."
        )
    elif not between.is_readable:
        yield f"The present record {record} cannot be read: what it has beyond the backup is not known. It will be set aside."
    elif record.exists():
        yield f"The present record has {_counted(between.n_present)}. It will be set aside, not overwritten."
    if between.loses_key:
        yield (
            "The present record is protected and this backup is not: the restored record will be plain, and whoever has the "
            "disk can read it. `nursestation protect` puts it behind a key again."
        )
    if between.lost:
        yield f"Not in the backup: {_named(between.lost)}."
    if between.behind:
        yield f"The backup has only the beginning of: {_named(between.behind)}."
    if between.open_sessions:
        yield f"Open when the backup was made, and open again after the next start: {_named(between.open_sessions)}."
    if between.purged_since:
        yield f"Purged since, and there again: {_named(between.purged_since)}. Have them purged again."


def retention_lines(profile: Profile, clock: Clock, *, every: bool, as_json: bool) -> Iterator[str]:
    """Yield a line for each visit that is over its time, or for every one; changes nothing. That somebody looks is noted.

    Raises:
        NurseStationError: settings or record cannot be read, or the look cannot be noted.
    """
    keep_years = load_settings(profile.settings).retention.keep_years
    visits = kept_visits(profile.record, keep_years, clock.now().utc_ns)
    note_asked(profile, clock, "retention")
    shown = [visit for visit in visits if every or visit.is_over]
    for visit in shown:
        yield _retention_json(visit) if as_json else f"{visit.session}  {visit.initials}  {_kept(visit)}"
    if as_json:
        return
    if keep_years is None:
        yield "Visits are kept for ever: `keep_years` under [retention] is not set."
    elif not shown:
        yield f"No visit is older than the {keep_years} years that visits are kept for."
    else:
        yield "Nothing was changed. A lead nurse purges what is over its time in the window: Station… > Record…."


def _counted(n: int) -> str:
    return "1 session" if n == 1 else f"{n} sessions"


def _named(sessions: tuple[str, ...]) -> str:
    more = len(sessions) - _MOST_NAMED
    return ", ".join(sessions[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _kept(visit: KeptVisit) -> str:
    if visit.held_because:
        return f"held: {visit.held_because}"
    if visit.until_utc_ns is None:
        return "kept for ever"
    day = datetime.fromtimestamp(visit.until_utc_ns / NS_PER_S, UTC).date().isoformat()
    return f"over its time since {day}" if visit.is_over else f"kept until {day}"


def _retention_json(visit: KeptVisit) -> str:
    return json.dumps({
        "session": visit.session,
        "patient": visit.initials,
        "newest_record": iso(visit.ended_utc_ns, None),
        "keep_until": None if visit.until_utc_ns is None else iso(visit.until_utc_ns, None),
        "held_because": visit.held_because or None,
        "open": visit.is_open,
        "over": visit.is_over,
    }, ensure_ascii=False)  # fmt: skip
