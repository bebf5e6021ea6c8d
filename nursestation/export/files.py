"""Writing an exported file so that it is whole or not there, and checking it later.

Beside every export lies `<file>.sha256`: the line that `sha256sum -c` reads, under a comment that names the session, its
newest record's hash (the chain head) and the format.

What was written is read back and compared before it counts: a drive that is full of faults, or no longer there, is found out
now and not by whoever needs the file. Where the system can, it is made to read from the drive and not from its memory
(`posix_fadvise`); Windows has no such call, and there the comparison sees what the system believes it wrote.
"""

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nursestation.export.errors import ExportError
from nursestation.export.watched import Progress, silently
from nursestation.wholefile import sync_folder

SIDECAR = ".sha256"
_PIECE_BYTES = 1 << 20
_SPARE_BYTES = 1 << 20  # a disk that is filled to its last byte is of no use to anybody
_COMMENT = re.compile(
    r"# nursestation export; session (?P<session>\S+); format (?P<format>\S+); chain (?P<chain>[0-9a-f]{64})"
)
_LINE = re.compile(r"(?P<sha256>[0-9a-f]{64}) [ *](?P<name>.+)")


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written."""

    path: Path
    sha256: str
    n_bytes: int
    session: str
    format: str
    chain_head: str


@dataclass(frozen=True, slots=True)
class ExportVerdict:
    """Whether an exported file is as it was written; `text` says so in a sentence."""

    ok: bool
    text: str
    session: str = ""
    format: str = ""
    chain_head: str = ""


def write_export(
    path: Path,
    content: bytes,
    *,
    session: str,
    format_name: str,
    chain_head: str,
    progress: Progress = silently,
    read_back: Callable[[Path], bytes] | None = None,
) -> Exported:
    """Write a file and its sidecar, both whole or neither; files of that name are replaced.

    Args:
        path: The file.
        content: What it is to hold.
        session: For the sidecar, as the next two.
        format_name: Key of the format.
        chain_head: Hash of the session's newest record.
        progress: Told how much is written (0 to 1); whatever it raises leaves nothing behind.
        read_back: Gives the SHA-256 of a written file as the drive has it; None for `on_drive`.

    Raises:
        ExportError: the folder is missing or cannot be written, the disk has no room, or gives back something else.
    """
    if not path.parent.is_dir():
        raise ExportError(f"The folder {path.parent} does not exist. Make it, or choose another.")
    if path.is_dir():
        raise ExportError(f"{path} is a folder. Name a file in it.")
    sha256 = hashlib.sha256(content).hexdigest()
    comment = f"# nursestation export; session {session}; format {format_name}; chain {chain_head}\n"
    sidecar = path.with_name(path.name + SIDECAR)
    line = f"{comment}{sha256}  {path.name}\n".encode()
    try:
        look_for_room(path, len(content) + len(line))
        check = read_back or on_drive
        with _beside(path, content, check, progress) as file, _beside(sidecar, line, check) as beside:
            file.replace(path)
            beside.replace(sidecar)
        sync_folder(path.parent)
    except OSError as error:
        raise ExportError(
            f"{path} cannot be written ({error.strerror}). Choose another folder, or free some space."
        ) from error  # fmt: skip
    return Exported(path, sha256, len(content), session, format_name, chain_head)


def look_for_room(path: Path, n_bytes: int) -> None:
    """Find out whether a file of that size has room where it is to lie.

    Raises:
        ExportError: it has none.
    """
    free = shutil.disk_usage(path.parent).free
    if free < n_bytes + _SPARE_BYTES:
        raise ExportError(
            f"There is no room for {path.name}: it takes {_megabytes(n_bytes)}, and {_megabytes(free)} are free in "
            f"{path.parent}. Free some space, or choose another place."
        )


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f} MB"


def is_export(path: Path) -> bool:
    """Say whether `path` is an exported file with its sidecar, or the sidecar itself."""
    return path.name.endswith(SIDECAR) or path.with_name(path.name + SIDECAR).exists()


def verify_export(path: Path) -> ExportVerdict:
    """Check an exported file against its sidecar; either of the two may be named.

    Raises:
        ExportError: the file or its sidecar is missing or is none of ours.
    """
    file = path.with_name(path.name.removesuffix(SIDECAR))
    sidecar = file.with_name(file.name + SIDECAR)
    for wanted in (file, sidecar):
        if not wanted.is_file():
            raise ExportError(f"{wanted} is missing. Put the exported file and its {SIDECAR} file in one folder.")
    try:
        comment, line, *_ = sidecar.read_text("utf-8").splitlines()
        content = file.read_bytes()
    except (OSError, ValueError) as error:
        raise ExportError(f"{sidecar} cannot be read as written by Nursestation.") from error
    told, named = _COMMENT.fullmatch(comment), _LINE.fullmatch(line)
    if told is None or named is None:
        raise ExportError(f"{sidecar} cannot be read as written by Nursestation.")
    ok = hashlib.sha256(content).hexdigest() == named["sha256"]
    text = f"{file.name} is as it was exported." if ok else f"{file.name} was altered after it was exported."
    return ExportVerdict(ok, text, told["session"], told["format"], told["chain"])


@contextlib.contextmanager
def _beside(
    path: Path,
    content: bytes,
    read_back: Callable[[Path], bytes],
    progress: Progress = silently,
) -> Iterator[Path]:
    """Write under another name in the same folder, sync, read back; what is not renamed by the end is taken away."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            for start in range(0, len(content), _PIECE_BYTES):
                progress(start / len(content))
                stream.write(content[start : start + _PIECE_BYTES])
            stream.flush()
            os.fsync(stream.fileno())
        if read_back(temporary) != hashlib.sha256(content).digest():
            raise ExportError(
                f"{path.name} was written, but {path.parent} gave back something else. Do not trust this drive: use another."
            )
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def on_drive(path: Path) -> bytes:
    """Return the SHA-256 of a file as the drive has it, past what the system remembers of it where that can be asked for."""
    with path.open("rb", buffering=0) as stream:
        if hasattr(os, "posix_fadvise"):
            with contextlib.suppress(OSError):  # a file system without it: the comparison is worth less, not the file
                os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(stream, "sha256").digest()
