"""Commands note what they do with the record before they do it, and how it ended; the station brings it into the record.

Rules of the file:
1. What gives patients' data out, shows it, or changes how the record is kept, is noted first: no note, and it is not done.
2. docs/staff.md lists every command and says whether it is noted, and why not.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from devices.clock import Clock
from nursestation.core.notes import Asked, Ended, Outcome, WrittenFile
from nursestation.errors import NurseStationError
from nursestation.export.errors import ExportCancelled
from nursestation.paths import Profile
from nursestation.store import spool
from nursestation.store.backup import BackupStopped

_STOPPED = (ExportCancelled, BackupStopped, KeyboardInterrupt, GeneratorExit)


def account() -> str:
    """Return the account of the computer that this process runs in, as the system knows it."""
    if sys.platform == "win32":
        return os.getlogin()
    import pwd  # late: Windows has none

    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"number {number}"


def note_asked(
    profile: Profile,
    clock: Clock,
    command: str,
    *,
    sessions: Sequence[str] = (),
    format_name: str = "",
    is_deidentified: bool = False,
    is_encrypted: bool = False,
    target: Literal["", "folder", "drive"] = "",
    monitor: str = "",
) -> Asked:
    """Note that something is asked for; return the note.

    A profile that is not there has no record to be asked of: nothing is noted, and the command says so itself.

    Args:
        profile: Whose record.
        clock: For the time of the note.
        command: Its words, a key of `audit_outside.NOTED`.
        sessions: Which visits it gives out: of the record, never what somebody typed.
        format_name: Of the files.
        is_deidentified: Without who it is about.
        is_encrypted: Locked with a passphrase.
        target: Where files go.
        monitor: Whose bytes are taken out, likewise of those that are kept.

    Raises:
        NotNoted: it cannot be noted, and is not to be begun.
    """
    asked = Asked(
        note=spool.new_id(clock.now().utc_ns),
        utc_ns=clock.now().utc_ns,
        account=account(),
        command=command,
        sessions=tuple(sessions),
        format=format_name,
        is_deidentified=is_deidentified,
        is_encrypted=is_encrypted,
        target=target,
        monitor=monitor,
    )
    if profile.folder.is_dir():
        spool.leave(profile.notes, asked)
    return asked


@contextmanager
def ending_noted(profile: Profile, clock: Clock, asked: Asked) -> Iterator[list[WrittenFile]]:
    """Note how something ended that was noted, with the files that are put into the list meanwhile.

    Raises:
        NotNoted: how it ended cannot be noted; the message says why it was not done, too, where it was not.
    """
    files: list[WrittenFile] = []
    outcome: Outcome = "failed"
    why = ""
    try:
        yield files
        outcome = "done"
    except _STOPPED:
        outcome = "stopped"
        raise
    except NurseStationError as error:
        why = f"{error} "
        raise
    finally:
        ended = Ended(
            note=asked.note,
            utc_ns=clock.now().utc_ns,
            account=asked.account,
            command=asked.command,
            outcome=outcome,
            files=tuple(files),
        )
        if profile.folder.is_dir():
            try:
                spool.leave(profile.notes, ended)
            except spool.NotNoted as error:
                raise spool.NotNoted(f"{why}{error}") from error
