"""Locking an exported file with a passphrase: a zip file with AES-256, which 7-Zip, WinZip and many others open.

The form is WinZip's AE-2 (https://www.winzip.com/en/support/aes-encryption/): the key is made from the passphrase by PBKDF2
with SHA-1 and 1000 rounds, which is little by today's measure: the passphrase has to be long, nothing here makes a short one
safe. The name of the file inside, its size and its time can be seen without the passphrase. Two locked files of the same content
differ: each has a salt of its own.
"""

import io

from nursestation.export.errors import ExportError

SUFFIX = ".zip"
SHORTEST = 12
"""Characters of a passphrase."""

_BITS = 256
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def passphrase_problem(passphrase: str) -> str:
    """Return what stands against a passphrase, "" where nothing does."""
    if len(passphrase) < SHORTEST:
        return f"The passphrase needs {SHORTEST} characters at least: four words that do not belong together are good."
    if passphrase != passphrase.strip():
        return "The passphrase begins or ends with a space: nobody would see that when it is typed again."
    return ""


def locked(name: str, content: bytes, passphrase: str) -> bytes:
    """Return a zip file that holds `content` under `name` and opens with the passphrase alone.

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
        archive.writestr(entry, content)
    return stream.getvalue()
