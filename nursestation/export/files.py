"""Writing an exported file so that it is whole or not there, and checking it later.

Beside every export lies `<file>.sha256`: the line that `sha256sum -c` reads, under a comment that names the session, its
newest record's hash (the chain head) and the format.
"""

import contextlib
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nursestation.export.errors import ExportError

SIDECAR = ".sha256"
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


def write_export(path: Path, content: bytes, *, session: str, format_name: str, chain_head: str) -> Exported:
    """Write a file and its sidecar, each whole or not at all; a file of that name is replaced.

    Raises:
        ExportError: the folder is missing or cannot be written, or the disk is full.
    """
    if not path.parent.is_dir():
        raise ExportError(f"The folder {path.parent} does not exist. Make it, or choose another.")
    if path.is_dir():
        raise ExportError(f"{path} is a folder. Name a file in it.")
    sha256 = hashlib.sha256(content).hexdigest()
    comment = f"# nursestation export; session {session}; format {format_name}; chain {chain_head}\n"
    sidecar = path.with_name(path.name + SIDECAR)
    try:
        _replace(path, content)
        _replace(sidecar, f"{comment}{sha256}  {path.name}\n".encode())
    except OSError as error:
        raise ExportError(
            f"{path} cannot be written ({error.strerror}). Choose another folder, or free some space."
        ) from error  # fmt: skip
    return Exported(path, sha256, len(content), session, format_name, chain_head)


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


def _replace(path: Path, content: bytes) -> None:
    """Write beside, sync, rename, and sync the folder where the system can."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the rename last; Windows has no such call and needs none."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
