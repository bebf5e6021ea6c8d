"""Finding the key of a protected record: from a file that holds the passphrase, from the keyring, or from what a person typed."""

from collections.abc import Mapping
from pathlib import Path

from nursestation.store import oskeyring, sqlite
from nursestation.store.errors import StoreLocked, WrongPassphrase
from nursestation.store.keys import Way, read_keys, recovery_code, unwrap

PASSPHRASE_FILE = "NURSESTATION_PASSPHRASE_FILE"
"""Names the environment variable that names a file with the passphrase in its first line (a descriptor is `/dev/fd/3`)."""


def is_locked(path: Path) -> bool:
    """Say whether somebody has to unlock a record before it can be opened."""
    return not sqlite.is_unlocked(path)


def key_of_typed(path: Path, typed: str) -> bytes:
    """Return the key of a record for a passphrase or a recovery code; takes about a second of one processor, on purpose.

    Raises:
        WrongPassphrase: it is neither.
        StoreKeyDamaged: the key file is missing or damaged.
    """
    file = read_keys(path)
    code = recovery_code(typed)
    if code is not None and file.slot(Way.RECOVERY) is not None:
        try:
            return unwrap(file, Way.RECOVERY, code)
        except WrongPassphrase:
            if file.slot(Way.PASSPHRASE) is None:
                raise
    return unwrap(file, Way.PASSPHRASE, typed)


def key_unasked(path: Path, environ: Mapping[str, str]) -> bytes | None:
    """Return the key of a record without asking anybody; None where a person has to be asked.

    Raises:
        WrongPassphrase: the file that the environment names holds another passphrase.
        StoreEnvironmentError: that file cannot be read, or the key file is missing or damaged.
    """
    file = read_keys(path)
    named = environ.get(PASSPHRASE_FILE, "")
    if named:
        return key_of_typed(path, passphrase_in(named))
    if file.slot(Way.KEYRING) is None:
        return None
    try:
        secret = oskeyring.kept(file.id)
        return None if secret is None else unwrap(file, Way.KEYRING, secret)
    except (oskeyring.KeyringAway, WrongPassphrase):
        return None  # a person can still type the passphrase or the recovery code


def passphrase_in(name: str) -> str:
    """Return the first line of a file.

    Raises:
        StoreLocked: it cannot be read, or is empty.
    """
    try:
        with Path(name).open(encoding="utf-8") as stream:
            line = stream.readline().rstrip("\r\n")
    except (OSError, ValueError) as error:
        raise StoreLocked(f"The passphrase cannot be read from {name}, which {PASSPHRASE_FILE} names.") from error
    if not line:
        raise StoreLocked(f"{name}, which {PASSPHRASE_FILE} names, holds no passphrase in its first line.")
    return line
