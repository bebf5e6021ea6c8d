"""The program's log. Rule: it names chairs, monitors and sessions, never a patient, a driver or a PIN."""

import logging
import logging.handlers
import time
import traceback
from contextlib import suppress
from pathlib import Path

from nursestation.wholefile import own_folder

_BYTES = 2_000_000
_KEPT = 3


class _EnduringHandler(logging.handlers.RotatingFileHandler):
    """Leaves out the lines that a full disk does not take: the record's own condition tells of the disk."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Do nothing; the next line is tried again."""

    def close(self) -> None:
        """Let go of the file, also when the disk does not take its last lines."""
        with suppress(OSError):
            super().close()


def to_file(path: Path) -> logging.Handler:
    """Log to `path`, UTC, rotated at 2 MB with three old files kept; return the handler so that the caller can remove it.

    Raises:
        OSError: the file or its folder cannot be made.
    """
    own_folder(path.parent)
    handler = _EnduringHandler(path, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
    formatter = logging.Formatter(
        "%(asctime)sZ %(levelname)s %(threadName)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return handler


def trace_of(error: BaseException) -> str:
    """Return what an unexpected exception was and the lines it came through; not its text, which may quote a patient's data."""
    return "".join([type(error).__name__, "\n", *traceback.format_tb(error.__traceback__)]).rstrip()
