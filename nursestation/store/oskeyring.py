"""What the operating system's keyring keeps for a protected record: the key that opens one of its slots.

Windows has its Credential Manager, macOS the Keychain, Linux the Secret Service of the desktop; all open with the user's log-in.
The library `keyring` speaks to them, and is asked for nothing else.
"""

import base64
import binascii

from nursestation.store.errors import StoreEnvironmentError

_SERVICE = "nursestation record"


class KeyringAway(StoreEnvironmentError):
    """There is no keyring here, or it does not answer."""


def keep(id_: str, secret: bytes) -> None:
    """Let the keyring keep the secret of a key file.

    Raises:
        KeyringAway: it cannot.
    """
    import keyring  # late, here and below: it looks for the system's services
    import keyring.errors

    try:
        keyring.set_password(_SERVICE, id_, base64.b64encode(secret).decode("ascii"))
    except keyring.errors.KeyringError as error:
        raise _away() from error


def kept(id_: str) -> bytes | None:
    """Return the secret of a key file; None where the keyring has none of it.

    Raises:
        KeyringAway: there is no keyring, or it does not answer.
    """
    try:
        import keyring
        import keyring.errors
    except ImportError as error:
        raise _away() from error
    try:
        found = keyring.get_password(_SERVICE, id_)
    except keyring.errors.KeyringError as error:
        raise _away() from error
    try:
        return None if found is None else base64.b64decode(found, validate=True)
    except binascii.Error:
        return None


def forget(id_: str) -> None:
    """Let the keyring forget the secret of a key file; no error where it never had one."""
    import keyring
    import keyring.errors

    try:
        keyring.delete_password(_SERVICE, id_)
    except keyring.errors.PasswordDeleteError:
        return
    except keyring.errors.KeyringError as error:
        raise _away() from error


def _away() -> KeyringAway:
    return KeyringAway("This computer has no keyring that answers. Use a passphrase.")
