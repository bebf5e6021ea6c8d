"""Locking an exported file with a passphrase: a zip file with AES-256, which 7-Zip, WinZip and many others open.

The form is WinZip's AE-2 (https://www.winzip.com/en/support/aes-encryption/): the key is made from the passphrase by PBKDF2
with SHA-1 and 1000 rounds, which is little by today's measure: the passphrase has to be long, nothing here makes a short one
safe. The name of the file inside, its size and its time can be seen without the passphrase. Two locked files of the same content
differ: each has a salt of its own.
"""

import io
import zipfile
from pathlib import Path

from nursestation.export.errors import ExportError
from nursestation.export.watched import Progress, silently

SUFFIX = ".zip"
SHORTEST = 12
"""Characters of a passphrase."""

_BITS = 256
_ENCRYPTED = 1  # bit 0 of an entry's flags (APPNOTE.TXT, 4.4.4)
_PIECE_BYTES = 4 << 20  # between two words of how far it is
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def passphrase_problem(passphrase: str) -> str:
    """Return what stands against a passphrase, "" where nothing does."""
    if len(passphrase) < SHORTEST:
        return f"The passphrase needs {SHORTEST} characters at least: four words that do not belong together are good."
    if passphrase != passphrase.strip():
        return "The passphrase begins or ends with a space: nobody would see that when it is typed again."
    return ""


def is_locked(path: Path) -> bool:
    """Say whether a file is a zip of which something opens with a passphrase alone."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(entry.flag_bits & _ENCRYPTED for entry in archive.infolist())
    except (OSError, zipfile.BadZipFile):
        return False


def locked(name: str, content: bytes, passphrase: str, progress: Progress = silently) -> bytes:
    """Return a zip file that holds `content` under `name` and opens with the passphrase alone.

    Args:
        name: Of the file inside; it can be seen without the passphrase.
        content: What is locked.
        passphrase: See `passphrase_problem`.
        progress: Told how much is done (0 to 1); what it raises ends the work.

    Raises:
        ExportError: the passphrase is too short, or the library for this is missing.
    """
    problem = passphrase_problem(passphrase)
    if problem:
        raise ExportError(problem)
    try:
        import pyzipper  # type: ignore[import-untyped]  # late: few exports are locked, and it brings a library of ciphers
    except ImportError as error:
        raise ExportError("The library for locked files (pyzipper) is missing. Tell support.") from error
    stream = io.BytesIO()
    with pyzipper.AESZipFile(stream, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        archive.setpassword(passphrase.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=_BITS, force_wz_aes_version=2)
        entry = archive.zipinfo_cls(name, _LONG_AGO)
        entry.compress_type = pyzipper.ZIP_DEFLATED
        entry.file_size = len(content)
        with archive.open(entry, "w") as packed:
            for start in range(0, len(content), _PIECE_BYTES):
                progress(start / len(content))
                packed.write(content[start : start + _PIECE_BYTES])
    return stream.getvalue()
