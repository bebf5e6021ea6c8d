"""Writes a file whole or not at all: a temporary file is synced, then takes its place."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


def put(path: Path, content: bytes, like: Path) -> None:
    """Write a file whole or not at all, as readable for others as `like` is."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(like.stat().st_mode & 0o777 if like.exists() else 0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    with _folder(path.parent) as folder:
        if folder is not None:
            os.fsync(folder)


@contextlib.contextmanager
def _folder(path: Path) -> Iterator[int | None]:
    """Open a folder where the system allows it, so that the new name is on disk too."""
    if os.name != "posix":
        yield None
        return
    number = os.open(path, os.O_RDONLY)
    try:
        yield number
    finally:
        os.close(number)
