"""`nursestation protect`, `unprotect` and `key`: putting the record under a key, taking it out, and looking after the key.

Rules of the file:
1. A passphrase or a code is typed, or comes from a file; it is never an argument, and never in a message or the log.
2. That a lost key cannot be replaced is said before there is one, and the recovery code counts only once a part of it was typed.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from devices.clock import SystemClock
from nursestation.commandline.noting import ending_noted, note_asked
from nursestation.errors import NurseStationError
from nursestation.export.lock import passphrase_problem
from nursestation.paths import Profile
from nursestation.store import cipher, oskeyring, sqlite
from nursestation.store.errors import StoreEnvironmentError, StoreUnreachable, WrongPassphrase
from nursestation.store.keys import (
    USUAL,
    Cost,
    KeyFile,
    Way,
    new_id,
    new_key,
    new_recovery_code,
    read_keys,
    recovery_code,
    wrap,
    write_keys,
)
from nursestation.store.sqlite import is_protected
from nursestation.store.store import take_lock
from nursestation.store.unlocking import PASSPHRASE_FILE, is_locked, key_of_typed, key_unasked, passphrase_in

_TRIES = 3

WARNING = """\
A protected record opens with its passphrase, with its recovery code, or with this computer's keyring, and with nothing else.
If all of them are lost, nobody can read the record again: not you, not whoever made the program, not a specialist.
Keep the recovery code on paper, away from this computer, where the clinic keeps what it must not lose."""


class KeyRefused(NurseStationError):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True, slots=True)
class Talk:
    """How a person is spoken to.

    Attributes:
        tell: Shows a line.
        ask: Asks for a line that may be seen.
        ask_secret: Asks for one that may not; the second argument says whether it is asked for twice.
        agree: Asks for a yes; no is the answer where nothing is said.
    """

    tell: Callable[[str], None]
    ask: Callable[[str], str]
    ask_secret: Callable[[str, bool], str]
    agree: Callable[[str], bool]


def key_asked(record: Path, environ: Mapping[str, str], talk: Talk) -> bytes | None:
    """Return the key of a record, asking for it where it has to be; None where the record is open to everybody.

    Raises:
        WrongPassphrase: typed wrongly three times.
        StoreEnvironmentError: the key file is missing or damaged.
    """
    if not is_locked(record):
        return None
    key = key_unasked(record, environ)
    if key is not None:
        return key
    for left in reversed(range(_TRIES)):
        try:
            return key_of_typed(record, talk.ask_secret(f"Passphrase or recovery code of {record.name}", False))
        except WrongPassphrase as error:
            if not left:
                raise
            talk.tell(str(error))
    raise AssertionError("a loop that returns or raises")


@contextmanager
def unlocked(record: Path, environ: Mapping[str, str], talk: Talk) -> Iterator[None]:
    """Hold the key of a record while inside, where it needs one.

    Raises:
        WrongPassphrase, StoreEnvironmentError: as `key_asked`.
    """
    key = key_asked(record, environ, talk)
    if key is None:
        yield
        return
    with sqlite.held(record, key):
        yield


@contextmanager
def unlocked_unasked(record: Path, environ: Mapping[str, str]) -> Iterator[None]:
    """Hold the key of a record while inside, where it can be had without asking anybody; else it stays locked."""
    key = None
    with suppress(StoreEnvironmentError):  # whoever opens the record tells of it
        key = key_unasked(record, environ) if is_locked(record) else None
    with nullcontext() if key is None else sqlite.held(record, key):
        yield


def locked_records(path: Path) -> Iterator[Path]:
    """Yield the records at a path, or in a folder, that nothing yet opens; what was unlocked for one may open the next."""
    found = sorted(path.rglob("*.sqlite3")) if path.is_dir() else [path]
    for record in found:
        if record.suffix == ".sqlite3" and record.exists() and is_protected(record) and not sqlite.opens(record):
            yield record


def protect(
    profile: Profile, environ: Mapping[str, str], talk: Talk, *, with_keyring: bool = False, cost: Cost = USUAL
) -> None:
    """Turn the record of a profile into a protected one.

    Args:
        profile: Whose.
        environ: May name a file with the new passphrase.
        talk: With whom.
        with_keyring: This computer's keyring opens it, and no passphrase.
        cost: Of a guess at the passphrase.

    Raises:
        KeyRefused: somebody did not go on.
        StoreEnvironmentError: a station holds the record, it is damaged, the disk is full, a library is missing.
    """
    record = profile.record
    if not record.exists():
        raise StoreUnreachable(f"There is no record at {record} yet: start Nursestation once, then protect it.")
    if is_protected(record):
        raise StoreEnvironmentError(
            f"{record} is protected already. `nursestation key change` sets another passphrase."
        )
    take_lock(record).release()  # before anybody has thought of a passphrase in vain
    sqlite.require_library()
    talk.tell(WARNING)
    key, file = new_key(), KeyFile(new_id(), ())
    if with_keyring:
        file = _with_keyring(file, key)
    else:
        file = file.with_slot(wrap(key, file.id, Way.PASSPHRASE, _new_passphrase(environ, talk), cost))
    try:
        file = _with_recovery(file, key, talk, cost)
        with _noted(profile, "protect"):
            kept = cipher.protect(record, key, file, talk.tell)
    except BaseException:
        if with_keyring and not is_protected(record):
            oskeyring.forget(file.id)
        raise
    talk.tell(f"The record {record} is protected.")
    _offer_to_wipe(kept, record, key, talk)
    talk.tell(
        "Backups and exports that were made before are as they were: open. Delete them, or keep them locked away."
    )


def unprotect(profile: Profile, environ: Mapping[str, str], talk: Talk) -> None:
    """Turn the protected record of a profile into a plain one.

    Raises:
        KeyRefused: somebody did not go on.
        NurseStationError: wrong passphrase, or as `protect`.
    """
    record = profile.record
    take_lock(record).release()
    key = key_asked(record, environ, talk)
    if key is None:
        raise StoreEnvironmentError(f"{record} is not protected.")
    if not talk.agree(
        "Without protection whoever has this disk can read the record, unless the disk is encrypted. Go on?"
    ):
        raise KeyRefused("Nothing was changed.")
    with _noted(profile, "unprotect"):
        kept = cipher.unprotect(record, key, talk.tell)
    talk.tell(
        f"The record {record} is not protected any more. The protected file is kept as {kept}, with its key file."
    )


def change(profile: Profile, environ: Mapping[str, str], talk: Talk, cost: Cost = USUAL) -> None:
    """Set another passphrase; the record itself stays as it is. A recovery code that was lost is no hindrance, and stays.

    Raises:
        NurseStationError: wrong passphrase, or the key file cannot be written.
    """
    with _changing(profile, environ, talk, "key change") as (key, file):
        slot = wrap(key, file.id, Way.PASSPHRASE, _new_passphrase({}, talk), cost)
        write_keys(profile.record, file.with_slot(slot))
    talk.tell("The passphrase was changed. Copies of the record that were made before still open with the old one.")


def recovery(profile: Profile, environ: Mapping[str, str], talk: Talk, cost: Cost = USUAL) -> None:
    """Make another recovery code; the one before opens the record no more.

    Raises:
        KeyRefused: it was not typed as it was shown.
        NurseStationError: wrong passphrase, or the key file cannot be written.
    """
    with _changing(profile, environ, talk, "key recovery") as (key, file):
        write_keys(profile.record, _with_recovery(file, key, talk, cost))
    talk.tell("The recovery code was changed: the old one opens the record no more.")


def keyring(profile: Profile, environ: Mapping[str, str], talk: Talk, *, forget: bool) -> None:
    """Let this computer's keyring open the record, or let it forget.

    Raises:
        KeyRefused: there would be no passphrase.
        NurseStationError: wrong passphrase, no keyring, or the key file cannot be written.
    """
    command = "key forget-keyring" if forget else "key keyring"
    with _changing(profile, environ, talk, command) as (key, file):
        if not forget:
            write_keys(profile.record, _with_keyring(file, key))
            talk.tell("This computer's keyring now opens the record for whoever is logged in to this account.")
            return
        if file.slot(Way.PASSPHRASE) is None:
            raise KeyRefused("The record has no passphrase yet: set one with `nursestation key change` first.")
        write_keys(profile.record, file.without(Way.KEYRING))
        oskeyring.forget(file.id)
        talk.tell("The keyring opens the record no more: the passphrase is asked for.")


@contextmanager
def _noted(profile: Profile, command: str) -> Iterator[None]:
    clock = SystemClock()
    with ending_noted(profile, clock, note_asked(profile, clock, command)):
        yield


@contextmanager
def _changing(
    profile: Profile, environ: Mapping[str, str], talk: Talk, command: str
) -> Iterator[tuple[bytes, KeyFile]]:
    """Give the key and the key file of a protected record, unlocked, with no station or other change beside; noted."""
    if not is_protected(profile.record):
        raise StoreEnvironmentError(f"{profile.record} is not protected. `nursestation protect` protects it.")
    lock = take_lock(profile.record)
    try:
        key = key_asked(profile.record, environ, talk)
        assert key is not None
        with _noted(profile, command):
            yield key, read_keys(profile.record)
    finally:
        lock.release()


def _new_passphrase(environ: Mapping[str, str], talk: Talk) -> str:
    named = environ.get(PASSPHRASE_FILE, "")
    passphrase = passphrase_in(named) if named else talk.ask_secret("New passphrase", True)
    problem = passphrase_problem(passphrase)
    if problem:
        raise KeyRefused(problem)
    return passphrase


def _with_keyring(file: KeyFile, key: bytes) -> KeyFile:
    secret = new_key()
    oskeyring.keep(file.id, secret)
    return file.with_slot(wrap(key, file.id, Way.KEYRING, secret))


def _with_recovery(file: KeyFile, key: bytes, talk: Talk, cost: Cost) -> KeyFile:
    """Return the file with a recovery code that a person has seen and typed a part of."""
    code = new_recovery_code()
    talk.tell(f"The recovery code, shown this once. Write it down or print it:\n\n    {code}\n")
    groups = code.split("-")
    first, second = sorted(secrets.SystemRandom().sample(range(len(groups)), 2))
    wanted = f"{groups[first]}-{groups[second]}"
    for _ in range(_TRIES):
        typed = talk.ask(f"Read it from your paper: groups {first + 1} and {second + 1}")
        if _as_printed(typed) == wanted:
            return file.with_slot(wrap(key, file.id, Way.RECOVERY, code, cost))
        talk.tell(f"Groups {first + 1} and {second + 1} of the code are others.")
    raise KeyRefused("The recovery code was not typed as it was shown. Nothing was changed.")


def _as_printed(typed: str) -> str:
    """Return two groups as they were printed, by way of a whole code."""
    whole = recovery_code(f"{typed} 0000 0000 0000 0000")
    return "" if whole is None else whole[:9]


def _offer_to_wipe(kept: Path, record: Path, key: bytes, talk: Talk) -> None:
    with sqlite.held(record, key):
        opens = sqlite.opens(record)
    if opens and talk.agree(f"The unprotected file is still there as {kept.name}. Overwrite and delete it now?"):
        cipher.wipe(kept, record)
        talk.tell("It was overwritten and deleted. On a disk of flash memory (SSD) parts of it may outlive that.")
    else:
        talk.tell(
            f"The unprotected file is still there: {kept}. Whoever has this disk can read it; delete it yourself."
        )
