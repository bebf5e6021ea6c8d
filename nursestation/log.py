"""The program's log. Rule: it names chairs, monitors and sessions, never a patient, a driver or a PIN."""

import logging
import logging.handlers
import time
from pathlib import Path

_BYTES = 2_000_000
_KEPT = 3


def to_file(path: Path) -> logging.Handler:
    """Log to `path`, UTC, rotated at 2 MB with three old files kept; return the handler so that the caller can remove it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
    formatter = logging.Formatter(
        "%(asctime)sZ %(levelname)s %(threadName)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return handler
