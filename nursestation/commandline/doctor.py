"""`nursestation doctor`: looks at what a station depends on, and says what to do about each.

Rule: looking changes nothing; no port is opened, no table is made.
"""

import os
import shlex
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from devices.checkup import Severity, adapter_advice, chip_name, hub_of
from devices.clock import NS_PER_S, Clock
from devices.errors import DriverLookupError, LinkError
from devices.registry import lookup
from devices.transport import PortFacts
from nursestation.config.load import SettingsError, load_preset, load_settings
from nursestation.config.protocol_files import load_protocols
from nursestation.config.schema import StationSettings
from nursestation.config.sound import output_names
from nursestation.paths import Profile, resource
from nursestation.runtime.awake import CANNOT_HOLD, Hold
from nursestation.runtime.loudspeaker import NoOutput
from nursestation.runtime.soundnames import OutputFacts, assign, place_text
from nursestation.store import space, spool
from nursestation.store.backup import FoundBackup, backups_in, identity, own_backups
from nursestation.store.errors import StoreDamaged, StoreError
from nursestation.store.keys import Way, read_keys
from nursestation.store.reader import StoreReader
from nursestation.store.rescue import naming_a_copy
from nursestation.store.sqlite import is_protected
from nursestation.store.tables import quick_check
from nursestation.store.unlocking import PASSPHRASE_FILE, is_locked

_T = TypeVar("_T")
_RELEASED_UTC_NS = 1_760_000_000 * NS_PER_S  # no true clock shows a time before this program was written


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: `text` says it, and what to do unless all is well."""

    check: str
    verdict: Verdict
    text: str


def examine(
    profile: Profile,
    clock: Clock,
    list_ports: Callable[[], Iterable[PortFacts]],
    sound_outputs: Callable[[], Sequence[OutputFacts]],
    hold: Hold,
) -> tuple[Finding, ...]:
    """Return the findings of all checks, in the order in which they are shown."""
    settings, found = check_settings(profile)
    return (
        check_qt(),
        found,
        *check_ports(settings, list_ports),
        check_disk(profile, settings),
        check_backup(profile, settings, clock),
        check_clock(profile, clock),
        *check_sound(settings, sound_outputs),
        check_sleep(hold),
        check_store(profile, settings),
        check_notes(profile),
        *check_protection(profile),
        *check_readers(profile, settings),
    )


def check_qt() -> Finding:
    """Refuse the one pair of Qt binding and Python that aborts in mid-shift (docs/adr/0002)."""
    import PySide6

    bad = PySide6.__version_info__[:2] >= (6, 12) and sys.version_info < (3, 12)
    if bad:
        text = f"PySide6 {PySide6.__version__} aborts Python {sys.version.split()[0]}: install PySide6 below 6.12."
        return Finding("window", Verdict.FAILED, text)
    return Finding("window", Verdict.OK, f"PySide6 {PySide6.__version__} on Python {sys.version.split()[0]}")


def check_settings(profile: Profile) -> tuple[StationSettings, Finding]:
    """Read settings and treatment protocols; give the defaults where they have a mistake, so that the other checks go on."""
    try:
        settings = load_settings(profile.settings)
        for chair in settings.chair:
            for monitor in chair.monitor:
                lookup(monitor.driver)
        n_protocols = len(load_protocols(resource("protocols"), profile.protocols))
        load_preset(resource("presets"), profile.presets)
    except DriverLookupError as error:
        return settings, Finding("settings", Verdict.FAILED, f"{profile.settings}: {error}")
    except SettingsError as error:
        return StationSettings(), Finding("settings", Verdict.FAILED, str(error))
    text = f"{profile.settings}: {len(settings.chair)} chairs; {n_protocols} treatment protocols"
    return settings, Finding("settings", Verdict.OK, text)


def check_ports(settings: StationSettings, list_ports: Callable[[], Iterable[PortFacts]]) -> tuple[Finding, ...]:
    """Look at the serial ports present, and whether each chair's is among them."""
    try:
        ports = tuple(list_ports())
    except LinkError as error:
        return (Finding("ports", Verdict.WARNING, str(error)),)
    found = []
    if not ports:
        found.append(Finding("ports", Verdict.WARNING, "No serial port was found: plug the monitor's adapter in."))
    for port in ports:
        if os.access(port.path, os.R_OK | os.W_OK):
            found.append(Finding("ports", Verdict.OK, f"{port.path}: {_adapter(port)}"))
        else:
            text = f"{port.path} may not be opened by this account: add it to the port's group (usually dialout), log in again."
            found.append(Finding("ports", Verdict.FAILED, text))
        found += [
            Finding("ports", Verdict.WARNING, f"{advice.text} {' '.join(advice.try_this)}")
            for advice in adapter_advice(port, ports)
            if advice.severity is Severity.TROUBLE
        ]
    for chair in settings.chair:
        for monitor in chair.monitor:
            if "://" not in monitor.port and not monitor.port.startswith("replay:") and not Path(monitor.port).exists():
                text = f"Chair {chair.number}: {monitor.port} ({monitor.driver}) is not there: plug it in."
                found.append(Finding("ports", Verdict.WARNING, text))
    return tuple(found)


def _adapter(port: PortFacts) -> str:
    """Return what is known of an adapter, in a few words."""
    chip, hub = chip_name(port), hub_of(port.location)
    facts = [port.description or "serial port"]
    facts += [f"chip {chip}"] if chip else []
    facts += [f"serial number {port.serial_number}"] if port.serial_number else []
    facts += ["no serial number: keep it in its USB socket"] if port.vid is not None and not port.serial_number else []
    facts += [f"behind USB hub {hub}"] if hub else []
    return ", ".join(facts)


def check_disk(profile: Profile, settings: StationSettings) -> Finding:
    """Turn free space into hours of recording with every chair in use."""
    folder = next(folder for folder in (profile.folder, *profile.folder.parents) if folder.exists())
    room = space.room(space.free_bytes(profile.record), None, len(settings.chair))
    text = (
        f"{profile.folder}: {room.free_bytes / 1e9:.1f} GB free, about {space.hours_text(room.hours)} of recording "
        "with every chair in use"
    )
    if not os.access(folder, os.W_OK):
        return Finding(
            "disk", Verdict.FAILED, f"{folder} may not be written by this account: choose another with --profile."
        )
    if room.hours < settings.disk.early_h:
        return Finding("disk", Verdict.WARNING, f"{text}: make room on this disk.")
    return Finding("disk", Verdict.OK, text)


def check_backup(profile: Profile, settings: StationSettings, clock: Clock) -> Finding:
    """Look whether backups are made, to where, and how old the newest is."""
    if not settings.backup.folder:
        text = f"No backup is made: set `folder` under [backup] in {profile.settings}, on another drive."
        return Finding("backup", Verdict.WARNING, text)
    folder = Path(settings.backup.folder)
    if not folder.is_dir():
        return Finding("backup", Verdict.WARNING, f"{folder} is not there: connect its drive, or make the folder.")
    if not os.access(folder, os.W_OK):
        return Finding("backup", Verdict.FAILED, f"{folder} may not be written by this account: give it permission.")
    if not profile.record.exists():
        return Finding("backup", Verdict.OK, f"{folder}: none yet; there is no record yet")
    try:
        found = own_backups(profile.record, folder)
        n_alike = len(backups_in(folder, identity(profile.record))) - len(found)
    except (OSError, StoreError) as error:
        return Finding("backup", Verdict.WARNING, f"{folder}: {error}")
    if not found:
        return Finding(
            "backup", Verdict.WARNING, f"{folder} holds no backup of this record: run `nursestation backup`."
        )
    age_h = max(0, clock.now().utc_ns - found[-1].made_utc_ns) / (3600 * NS_PER_S)
    text = f"{folder}: {len(found)} of this record, the newest {space.hours_text(age_h)} old"
    if n_alike:
        text += (
            f"; also {n_alike} of another computer with a copy of this profile folder, or newer than a backup that was "
            "restored, which stay until somebody deletes them"
        )
    if folder.stat().st_dev == profile.folder.stat().st_dev:
        text += "; it is on the record's own disk, which may be lost together with it: choose another drive."
        return Finding("backup", Verdict.WARNING, text)
    if age_h > settings.backup.every_h + settings.backup.tell_after_days * 24:
        return Finding("backup", Verdict.WARNING, f"{text}: run `nursestation backup`.")
    return Finding("backup", Verdict.OK, text)


def check_clock(profile: Profile, clock: Clock) -> Finding:
    """Look whether the wall clock can be right: not before this program, not before the newest record."""
    now = clock.now().utc_ns
    if now < _RELEASED_UTC_NS:
        return Finding("clock", Verdict.FAILED, "This computer's clock shows a time long past: set it.")
    newest = _of_record(profile, StoreReader.newest_utc_ns, None)
    if newest is not None and now < newest:
        text = "This computer's clock is behind the newest record: it was set back. Set it right before the next visit."
        return Finding("clock", Verdict.WARNING, text)
    return Finding("clock", Verdict.OK, "plausible, and not behind the record")


def check_sound(settings: StationSettings, sound_outputs: Callable[[], Sequence[OutputFacts]]) -> tuple[Finding, ...]:
    """List the sound outputs with what names them in the settings, and see whether the station and its chairs have theirs."""
    try:
        present = tuple(sound_outputs())
    except NoOutput as error:
        return (Finding("sound", Verdict.WARNING, str(error)),)
    assigned = assign(output_names(settings), present)
    owners = {found.output: place_text(place) for place, found in assigned.items() if found.output is not None}
    found = [
        Finding("sound", Verdict.OK, f'"{output.name}", id "{output.id}": {owners.get(output, "not used")}')
        for output in present
    ]
    for place, told in assigned.items():
        if told.problem:
            text = told.problem if place is None else f"Chair {place}: {told.problem}"
            found.append(Finding("sound", Verdict.WARNING, text))
    return tuple(found)


def check_sleep(hold: Hold) -> Finding:
    """Hold sleep off for a moment, to see whether this computer lets itself be held."""
    try:
        with hold() as is_held:
            pass
    except RuntimeError:
        is_held = False
    if not is_held:
        return Finding("sleep", Verdict.WARNING, CANNOT_HOLD)
    return Finding("sleep", Verdict.OK, "held off while a visit is open, and the screen stays lit")


def check_store(profile: Profile, settings: StationSettings) -> Finding:
    """Open the record for reading, and look through it as a start does."""
    if not profile.record.exists():
        return Finding("store", Verdict.OK, f"{profile.record}: none yet; it is made at the first start")
    if is_locked(profile.record):
        text = f"{profile.record}: not looked into, for it is protected; {PASSPHRASE_FILE} may name a file with its passphrase"
        return Finding("store", Verdict.OK, text)
    try:
        with naming_a_copy(profile.record, settings.backup.folder):
            with StoreReader.open(profile.record) as reader:
                sessions = reader.sessions()
            trouble = quick_check(profile.record)
            if trouble:
                raise StoreDamaged(f"The record {profile.record} is damaged ({trouble}).")
    except StoreError as error:
        return Finding("store", Verdict.FAILED, str(error))
    return Finding("store", Verdict.OK, f"{profile.record}: {len(sessions)} sessions")


def check_notes(profile: Profile) -> Finding:
    """Count the notes of commands that are not in the record yet (docs/adr/0032): all that lie there, where it cannot be read."""
    if profile.notes.exists() and not os.access(profile.notes, os.R_OK | os.W_OK | os.X_OK):
        text = (
            f"{profile.notes} may not be written by this account, so commands can leave no note there and do nothing: "
            "give it permission."
        )
        return Finding("notes", Verdict.WARNING, text)
    taken: frozenset[tuple[str, str]] = _of_record(profile, StoreReader.notes_taken, frozenset())
    n_waiting = sum(spool.key_of(one.note) not in taken for one in spool.waiting(profile.notes))
    if not n_waiting:
        return Finding("notes", Verdict.OK, "no note of a command waits for the station")
    text = (
        f"{n_waiting} {'note of commands waits' if n_waiting == 1 else 'notes of commands wait'} for the station, which takes "
        "them up within seconds while it runs, else at its next start. If they wait for minutes while it runs, tell support."
    )
    return Finding("notes", Verdict.OK, text)


def check_protection(profile: Profile) -> tuple[Finding, ...]:
    """Tell whether the record is encrypted, how it opens, and what lies open beside it."""
    record = profile.record
    if not record.exists():
        return ()
    if not is_protected(record):
        text = "the record is not encrypted: right where this disk is (BitLocker, FileVault, LUKS), else `nursestation protect`"
        return (Finding("key", Verdict.OK, text),)
    try:
        ways = {slot.way for slot in read_keys(record).slots}
    except StoreError as error:
        return (Finding("key", Verdict.FAILED, str(error)),)
    told = [text for way, text in _WAYS.items() if way in ways]
    found = [Finding("key", Verdict.OK, f"the record is encrypted; it opens with {', '.join(told)}")]
    if Way.RECOVERY not in ways:
        text = "The record has no recovery code: make one with `nursestation key recovery`."
        found.append(Finding("key", Verdict.WARNING, text))
    found += [
        Finding(
            "key", Verdict.WARNING, f"{file} is the record from before it was protected, open to everybody: delete it."
        )
        for file in sorted(record.parent.glob(f"{record.stem}.unprotected-*"))
    ]
    found += [
        Finding(
            "key",
            Verdict.WARNING,
            f"{file} was set aside by a restore and is open to everybody: delete it once nothing in it is needed.",
        )
        for file in sorted(record.parent.glob(f"{record.stem}.before-restore-*{record.suffix}"))
        if not is_protected(file)
    ]
    return tuple(found)


def check_readers(profile: Profile, settings: StationSettings) -> tuple[Finding, ...]:
    """Tell whether other accounts of this computer can read the record or its backups, where the system's files say so (POSIX).

    A record that is protected tells them nothing. One that a folder's group may read was shared by whoever set the group.
    """
    if os.name != "posix" or not profile.record.exists():
        return ()
    found = []
    if _others_read(profile.record):
        where = shlex.quote(str(profile.folder))
        text = (
            f"Other accounts of this computer can read the record: `chmod 700 {where}` keeps them out. Where several accounts "
            f"work on it, `chmod 770 {where}` lets in those of the folder's group alone."
        )
        found.append(Finding("readers", Verdict.WARNING, text))
    folder = Path(settings.backup.folder) if settings.backup.folder else None
    if folder is not None and any(_others_read(one.path) for one in _backups(folder)):
        where = shlex.quote(str(folder))
        text = f"Other accounts of this computer can read backups in {folder}: `chmod 600 {where}/record-*` keeps them out."
        found.append(Finding("readers", Verdict.WARNING, text))
    if found:
        return tuple(found)
    also = (
        " and those of its folder's group"
        if _lets_in(profile.record, stat.S_IRGRP, stat.S_IXGRP | stat.S_IXOTH)
        else ""
    )
    return (Finding("readers", Verdict.OK, f"no account of this computer but this one{also} can read the record"),)


def _backups(folder: Path) -> list[FoundBackup]:
    try:
        return backups_in(folder)
    except OSError:
        return []  # check_backup tells of it


def _others_read(file: Path) -> bool:
    """Say whether a file is open to accounts that are neither its owner nor of its group."""
    return _lets_in(file, stat.S_IROTH, stat.S_IXOTH)


def _lets_in(file: Path, reads: int, passes: int) -> bool:
    """Say whether a plain file has one of the bits `reads`, and each folder on the way to it one of `passes`."""
    whole = file.resolve()
    is_open = whole.stat().st_mode & reads and all(one.stat().st_mode & passes for one in whole.parents)
    return bool(is_open) and not is_protected(file)


_WAYS = {
    Way.PASSPHRASE: "a passphrase",
    Way.KEYRING: "this computer's keyring",
    Way.RECOVERY: "the recovery code",
}


def _of_record(profile: Profile, ask: Callable[[StoreReader], _T], otherwise: _T) -> _T:
    """Return what the record answers; something else where there is none, or it cannot be read."""
    if not profile.record.exists():
        return otherwise
    try:
        with StoreReader.open(profile.record) as reader:
            return ask(reader)
    except StoreError:
        return otherwise  # check_store tells of it
