"""Many sessions at once: every one that was checked in within a range of days, a file each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nursestation.export.errors import ExportCancelled, ExportError
from nursestation.export.files import Exported
from nursestation.export.formats import ExportOptions, export_session, find_format, part_of
from nursestation.export.localtime import local
from nursestation.store.reader import StoreReader


@dataclass(frozen=True, slots=True)
class NotExported:
    """A session that could not be written, and why."""

    session: str
    text: str


def sessions_between(reader: StoreReader, first: date, last: date, options: ExportOptions) -> tuple[str, ...]:
    """Return the sessions that were checked in from one day to another, both included, by the calendar of the options' zone.

    Raises:
        StoreEnvironmentError: the record cannot be read.
    """
    return tuple(
        one.id for one in reader.sessions() if first <= local(one.opened.utc_ns, options.zone).date() <= last
    )  # fmt: skip


def export_sessions(
    reader: StoreReader, sessions: tuple[str, ...], format_name: str, folder: Path, options: ExportOptions
) -> Iterator[Exported | NotExported]:
    """Write sessions one after the other into a folder, and tell of each as soon as it is done.

    One that cannot be written does not keep the others from it. Who stops it keeps the files that are whole.

    Args:
        reader: The record.
        sessions: Which.
        format_name: A key of `FORMATS`.
        folder: Where the files go; each is named after its session.
        options: See there; their progress goes once over all sessions.

    Raises:
        ExportError: there is no such format or folder.
        ExportCancelled: somebody stopped it.
    """
    find_format(format_name)
    if not folder.is_dir():
        raise ExportError(f"The folder {folder} does not exist. Make it, or choose another.")
    for index, session in enumerate(sessions):
        try:
            part = part_of(options, index / len(sessions), (index + 1) / len(sessions))
            yield export_session(reader, session, format_name, folder, part)
        except ExportCancelled:
            raise
        except ExportError as error:
            yield NotExported(session, str(error))
