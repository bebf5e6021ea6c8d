"""The key of a protected record: random, and kept wrapped in a small file beside it, once for each way of unlocking it.

Rules of the file:
1. The record's key is 32 random bytes that never change; it lies on disk only wrapped. Another passphrase is another wrapping,
   and the record itself is not written anew.
2. Each slot wraps the same key with AES-256-GCM under a key of its own: derived by Argon2id from a passphrase or from the
   recovery code, or 32 random bytes that the operating system's keyring keeps (`oskeyring.py`). What a slot is and what it
   costs is authenticated with it.
3. The file has a checksum, so that a damaged one is told from a wrong passphrase. It is replaced whole or not at all.
4. Python cannot promise that a key leaves memory: strings and bytes go when the collector pleases. What is held for long is
   overwritten when it is let go of (`sqlite.held`).

Argon2id with 64 MiB, three passes and four lanes: RFC 9106, section 4, second recommended option. AES-GCM: NIST SP 800-38D.
"""

import base64
import hashlib
import json
import secrets
import unicodedata
import uuid
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from nursestation.store.errors import StoreEnvironmentError, StoreKeyDamaged, StoreReadOnly, WrongPassphrase
from nursestation.store.sqlite import KEY_BYTES, key_file
from nursestation.wholefile import put

_FORM = "nursestation-record-key-1"
_SALT_BYTES = 16
_NONCE_BYTES = 12
_TAG_BYTES = 16

_SIGNS = (
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O or U; https://www.crockford.com/base32.html
)
_MISREAD = str.maketrans("ILO", "110")
_GROUPS, _GROUP = 6, 4  # 120 bits: no guessing, with or without Argon2id


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs: passes, memory [KiB] and lanes of Argon2id."""

    passes: int
    memory_kib: int
    lanes: int


USUAL = Cost(passes=3, memory_kib=65_536, lanes=4)
_HIGHEST = Cost(passes=64, memory_kib=1 << 20, lanes=64)
"""A damaged or malicious file must not take the computer's memory."""


class Way(StrEnum):
    """How a slot is opened."""

    PASSPHRASE = "passphrase"
    RECOVERY = "recovery"
    KEYRING = "keyring"


@dataclass(frozen=True, slots=True)
class Slot:
    """The record's key, wrapped once.

    Attributes:
        way: What opens it.
        salt: Of Argon2id; empty for the keyring.
        cost: Of Argon2id; None for the keyring.
        nonce: Of AES-GCM.
        wrapped: The encrypted key with its tag.
    """

    way: Way
    salt: bytes
    cost: Cost | None
    nonce: bytes
    wrapped: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What lies beside a protected record: a name of its own, and the slots, one a way at most."""

    id: str
    slots: tuple[Slot, ...]

    def slot(self, way: Way) -> Slot | None:
        """Return the slot of a way, None where there is none."""
        return next((slot for slot in self.slots if slot.way is way), None)

    def with_slot(self, slot: Slot) -> "KeyFile":
        """Return it with this slot in the place of the one of the same way."""
        return replace(self, slots=(*(one for one in self.slots if one.way is not slot.way), slot))

    def without(self, way: Way) -> "KeyFile":
        """Return it without the slot of a way."""
        return replace(self, slots=tuple(one for one in self.slots if one.way is not way))


def new_key() -> bytes:
    """Return a key for a record, or for the keyring to keep."""
    return secrets.token_bytes(KEY_BYTES)


def new_id() -> str:
    """Return a name for a key file, by which the keyring finds its part."""
    return uuid.uuid4().hex


def new_recovery_code() -> str:
    """Return a code to be printed: six groups of four signs that are not mistaken for one another."""
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def recovery_code(typed: str) -> str | None:
    """Return a recovery code as it was printed, whatever the spaces and letter case; None where it cannot be one."""
    signs = "".join(typed.upper().translate(_MISREAD).replace("-", " ").split())
    if len(signs) != _GROUPS * _GROUP or set(signs) - set(_SIGNS):
        return None
    return "-".join(signs[start : start + _GROUP] for start in range(0, len(signs), _GROUP))


def wrap(key: bytes, id_: str, way: Way, secret: str | bytes, cost: Cost = USUAL) -> Slot:
    """Return a slot that holds `key`.

    Args:
        key: The record's.
        id_: The key file's name.
        way: What opens it.
        secret: The passphrase or code; for the keyring the 32 bytes that it keeps.
        cost: Of a guess at a passphrase or code.
    """
    is_derived = way is not Way.KEYRING
    slot = Slot(
        way=way,
        salt=secrets.token_bytes(_SALT_BYTES) if is_derived else b"",
        cost=cost if is_derived else None,
        nonce=secrets.token_bytes(_NONCE_BYTES),
        wrapped=b"",
    )
    from Cryptodome.Cipher import AES  # late: few records are protected

    cipher = AES.new(_wrapping_key(slot, secret), AES.MODE_GCM, nonce=slot.nonce)
    cipher.update(_authenticated(id_, slot))
    ciphertext, tag = cipher.encrypt_and_digest(key)
    return replace(slot, wrapped=ciphertext + tag)


def unwrap(file: KeyFile, way: Way, secret: str | bytes) -> bytes:
    """Return the record's key.

    Raises:
        WrongPassphrase: the secret is another, or there is no slot of this way.
    """
    slot = file.slot(way)
    if slot is None:
        raise WrongPassphrase(_WRONG[way])
    from Cryptodome.Cipher import AES  # late, as above

    cipher = AES.new(_wrapping_key(slot, secret), AES.MODE_GCM, nonce=slot.nonce)
    cipher.update(_authenticated(file.id, slot))
    try:
        return cipher.decrypt_and_verify(slot.wrapped[:-_TAG_BYTES], slot.wrapped[-_TAG_BYTES:])
    except ValueError:
        raise WrongPassphrase(_WRONG[way]) from None


_WRONG = {
    Way.PASSPHRASE: "This is not the passphrase of this record. Look at capital letters and the keyboard's language.",
    Way.RECOVERY: "This is not the recovery code of this record. Type it as it was printed.",
    Way.KEYRING: "What this computer's keyring keeps does not open this record. Type the passphrase or the recovery code.",
}


def read_keys(path: Path) -> KeyFile:
    """Return the key file of a record.

    Args:
        path: The record.

    Raises:
        StoreKeyDamaged: there is none, or it cannot be read; the message says what to do.
    """
    place = key_file(path)
    try:
        return _parsed(place.read_text(encoding="ascii"))
    except FileNotFoundError as error:
        raise StoreKeyDamaged(
            f"{path} is protected, and its key file {place.name} is missing beside it. "
            "Put a copy of that file back: each backup has one."
        ) from error
    except OSError as error:
        raise StoreKeyDamaged(f"The key file {place} cannot be read ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreKeyDamaged(
            f"The key file {place} is damaged. Put a copy in its place: each backup has one. The record is unharmed."
        ) from error


def write_keys(path: Path, file: KeyFile) -> None:
    """Write the key file of a record, whole or not at all, for this user's eyes.

    Raises:
        StoreReadOnly: it cannot be written.
    """
    place = key_file(path)
    try:
        put(place, _text(file).encode("ascii"), 0o600)
    except OSError as error:
        raise StoreReadOnly(f"The key file {place} cannot be written ({error.strerror}).") from error


def _wrapping_key(slot: Slot, secret: str | bytes) -> bytes:
    if slot.cost is None:
        if not isinstance(secret, bytes) or len(secret) != KEY_BYTES:
            raise WrongPassphrase(_WRONG[slot.way])
        return secret
    from argon2.low_level import Type, hash_secret_raw  # late, as above

    typed = secret if isinstance(secret, bytes) else unicodedata.normalize("NFC", secret).encode(errors="surrogatepass")
    try:
        return hash_secret_raw(
            typed,
            slot.salt,
            time_cost=slot.cost.passes,
            memory_cost=slot.cost.memory_kib,
            parallelism=slot.cost.lanes,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )
    except MemoryError as error:
        raise StoreEnvironmentError("There is too little memory to unlock the record. Close other programs.") from error


def _authenticated(id_: str, slot: Slot) -> bytes:
    return json.dumps([_FORM, id_, *_told(slot)]).encode()


def _told(slot: Slot) -> list[object]:
    cost = slot.cost
    return [slot.way.value, _b64(slot.salt), [] if cost is None else [cost.passes, cost.memory_kib, cost.lanes]]


def _text(file: KeyFile) -> str:
    slots = [[*_told(slot), _b64(slot.nonce), _b64(slot.wrapped)] for slot in file.slots]
    body: dict[str, object] = {"form": _FORM, "id": file.id, "slots": slots}
    return json.dumps(body | {"sha256": _sum(body)}, indent=1) + "\n"


def _sum(body: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _parsed(text: str) -> KeyFile:
    told = json.loads(text)
    if told.pop("sha256") != _sum(told) or told["form"] != _FORM:
        raise ValueError("not as it was written")
    return KeyFile(id=str(told["id"]), slots=tuple(_slot(*fields) for fields in told["slots"]))


def _slot(way: str, salt: str, cost: list[int], nonce: str, wrapped: str) -> Slot:
    found = Slot(
        way=Way(way),
        salt=base64.b64decode(salt, validate=True),
        cost=Cost(*map(int, cost)) if cost else None,
        nonce=base64.b64decode(nonce, validate=True),
        wrapped=base64.b64decode(wrapped, validate=True),
    )
    if len(found.wrapped) != KEY_BYTES + _TAG_BYTES or len(found.nonce) != _NONCE_BYTES:
        raise ValueError("a slot of another length")
    if (found.cost is None) != (found.way is Way.KEYRING):
        raise ValueError("a slot of another kind")
    if found.cost is not None and (
        len(found.salt) != _SALT_BYTES
        or found.cost.passes > _HIGHEST.passes
        or found.cost.memory_kib > _HIGHEST.memory_kib
        or found.cost.lanes > _HIGHEST.lanes
    ):
        raise ValueError("a slot that costs too much")
    return found


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
