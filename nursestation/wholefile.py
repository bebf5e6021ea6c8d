"""Writes a file whole or not at all, synced beside its place before it takes it; makes a folder for its owner alone."""

import contextlib
import os
import tempfile
from pathlib import Path


def put(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file whole or not at all, on disk when it returns.

    Args:
        path: The file; what stands there is replaced.
        content: What it holds from then on.
        mode: Who may read and write it (POSIX permission bits).

    Raises:
        OSError: it cannot be written; what stood there stands.
    """
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def mode_of(path: Path) -> int:
    """Return who may read and write a file (POSIX permission bits); as others may read it where there is none."""
    return path.stat().st_mode & 0o777 if path.exists() else 0o644


def own_folder(folder: Path) -> None:
    """Make a folder for its owner alone (0700 on POSIX) where there is none; one that is there keeps the mode that it was given.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Have what was renamed in a folder on disk, where its file system takes such a wish; Windows knows none and needs none."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
