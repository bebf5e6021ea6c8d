"""PINs as Argon2id hashes; OWASP's minimum work (19 MiB, two passes), which costs the engine thread about 30 ms a check.

Source: OWASP Password Storage Cheat Sheet, Argon2id m=19456 t=2 p=1. A PIN is at least six digits (project decision, ADR-0007).
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_DIGITS = 6
_EASY = frozenset({"123456", "654321", "012345", "121212", "123123"})


class Argon2Pins:
    """The `PinVerifier` of the running program."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

    def hash(self, pin: str) -> str:
        """Return the PHC string of a new PIN.

        Raises:
            ValueError: it is too short, not digits, or one that everybody tries first.
        """
        if len(pin) < MIN_DIGITS or not (pin.isascii() and pin.isdigit()):
            raise ValueError(f"A PIN is at least {MIN_DIGITS} digits.")
        if pin in _EASY or len(set(pin)) == 1:
            raise ValueError("This PIN is one that anybody would try first; choose another.")
        return self._hasher.hash(pin)

    def verify(self, pin_hash: str, pin: str) -> bool:
        """Say whether `pin` is the one that was hashed; a damaged hash fits no PIN."""
        try:
            return self._hasher.verify(pin_hash, pin)
        except (VerificationError, InvalidHashError):
            return False
