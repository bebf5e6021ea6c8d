"""What the operating system's keyring keeps for a protected record: the key that opens one of its slots.

Windows has its Credential Manager, macOS the Keychain, Linux the Secret Service of the desktop; all open with the user's log-in.
The library `keyring` speaks to them, and is asked for nothing else.
"""

import base64
import binascii
import contextlib
from collections.abc import Iterator
from types import ModuleType

from nursestation.store.errors import StoreEnvironmentError

_SERVICE = "nursestation record"
_AWAY = "This computer has no keyring that answers. Use a passphrase."


class KeyringAway(StoreEnvironmentError):
    """There is no keyring here, or it does not answer."""


def keep(id_: str, secret: bytes) -> None:
    """Let the keyring keep the secret of a key file.

    Raises:
        KeyringAway: it cannot.
    """
    with _asking() as keyring:
        keyring.set_password(_SERVICE, id_, base64.b64encode(secret).decode("ascii"))


def kept(id_: str) -> bytes | None:
    """Return the secret of a key file; None where the keyring has none of it.

    Raises:
        KeyringAway: there is no keyring, or it does not answer.
    """
    with _asking() as keyring:
        found = keyring.get_password(_SERVICE, id_)
    try:
        return None if found is None else base64.b64decode(found, validate=True)
    except binascii.Error:
        return None


def forget(id_: str) -> None:
    """Let the keyring forget the secret of a key file; no error where it never had one.

    Raises:
        KeyringAway: there is no keyring, or it does not answer.
    """
    with _asking() as keyring:
        if keyring.get_password(_SERVICE, id_) is not None:
            keyring.delete_password(_SERVICE, id_)


@contextlib.contextmanager
def _asking() -> Iterator[ModuleType]:
    try:
        import keyring  # late: it looks for the system's services
        import keyring.errors
    except ImportError as error:
        raise KeyringAway(_AWAY) from error
    try:
        yield keyring
    except keyring.errors.KeyringError as error:
        raise KeyringAway(_AWAY) from error
