"""What a command beside the window notes of itself: that it was asked for, before it gives anything out, and how it ended.

Rules of the file:
1. A note lies in plain on the disk until the record has it, also beside a protected record: it names a visit by its session, a
   file by its SHA-256, and never a patient, nor a file name that a person chose.
2. `account` is the account of the computer that the command ran in: no PIN was asked for, so it is no member of staff.
"""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["done", "failed", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something was asked for.

    Attributes:
        note: The note's id, unique.
        utc_ns: When, by the computer's clock, UTC [ns].
        account: The account of the computer.
        command: The command's words ("export", "key change").
        sessions: Which visits it gives out or shows; none where it is about the whole record.
        format: Of the files, "" where there are none.
        is_deidentified: Without who it is about.
        is_encrypted: Locked with a passphrase.
        target: Where files go, "" where there are none.
        monitor: Whose bytes are taken out, "" for nobody's.
    """

    note: str
    utc_ns: int
    account: str
    command: str
    sessions: tuple[str, ...] = ()
    format: str = ""
    is_deidentified: bool = False
    is_encrypted: bool = False
    target: Literal["", "folder", "drive"] = ""
    monitor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """A file that was written: of which visit ("" for none), and its SHA-256."""

    session: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How it ended; the first four fields as in `Asked`, with its id. `files` were written and stay, also of what was stopped."""

    note: str
    utc_ns: int
    account: str
    command: str
    outcome: Outcome
    files: tuple[WrittenFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A note that says nothing any more: damaged, or never written by a command of ours."""

    note: str


Note = Asked | Ended | Unreadable
