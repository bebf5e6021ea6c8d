"""Writes the clinic's own treatment protocols: looks a change over, gives it its version, puts it into the clinic's folder.

Rules of the file:
1. A shipped file is never touched. What a clinic changes is its own copy, which stands whole in the profile's folder.
2. What is written is read again before it replaces anything: it must say what was asked for and nothing else.
3. A version names one content: each save has the next one, and a copy that was taken away is kept beside its place
   (`.before`), so that its versions are not given again.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from nursestation.config.load import SettingsError, parse_document, validated
from nursestation.config.protocol_files import ProtocolFile, Shelf
from nursestation.config.protocol_text import rewritten, since, whole_text
from nursestation.core.protocols import Protocol
from nursestation.wholefile import mode_of, put

BEFORE = ".before"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class ProtocolPlan:
    """A change that was looked over and can be written.

    Attributes:
        path: The clinic's own file.
        old: What it holds now; None where there is none.
        new: What it will hold; None where it goes.
        protocol: What counts from then on; None where the protocol goes.
    """

    path: Path
    old: bytes | None
    new: bytes | None
    protocol: Protocol | None


def plan_save(shelf: Shelf, folder: Path, wanted: Protocol, who: str) -> ProtocolPlan:
    """Look over a changed protocol; nothing is written yet.

    Args:
        shelf: The files as they are.
        folder: The clinic's own.
        wanted: What it shall say; its version is given here.
        who: The name of whoever changes it, for the comments.

    Raises:
        SettingsError: there is no such protocol, its file is broken, or it cannot be changed safely.
    """
    file = _file(shelf, wanted.name)
    _refuse_broken(shelf, folder, wanted.name)
    path = folder / f"{wanted.name}.toml"
    old = _read(path)
    after = wanted.model_copy(update={"version": _next_version(file, path)})
    text = _text(file)
    new = rewritten(text, file.protocol, after, since(after.version, who))
    return ProtocolPlan(path, old, _checked(new, path, after), after)


def plan_copy(shelf: Shelf, folder: Path, name: str, title: str, new_name: str) -> ProtocolPlan:
    """Look over a new protocol that begins as a copy of another.

    Raises:
        SettingsError: there is none to copy, or the new name or title will not do.
    """
    file = _file(shelf, name)
    if not _NAME.fullmatch(new_name):
        raise SettingsError("Choose a short name of small letters, digits and underscores, for example pain_two_hours.")
    path = folder / f"{new_name}.toml"
    if shelf.file(new_name) is not None or path.exists():
        raise SettingsError(f"There is a protocol called {new_name} already: choose another name.")
    if not title.strip() or any(one.protocol.title.casefold() == title.strip().casefold() for one in shelf.files):
        raise SettingsError("Give the copy a title of its own: staff choose by it at check-in.")
    last = _kept_version(path)
    after = file.protocol.model_copy(update={"name": new_name, "title": title.strip(), "version": last + 1})
    new = rewritten(_text(file), file.protocol, after, lambda _path, told, _was: told)
    return ProtocolPlan(path, None, _checked(new, path, after), after)


def plan_removal(shelf: Shelf, folder: Path, name: str) -> ProtocolPlan:
    """Look over going back to the shipped protocol, or taking away one that only the clinic has.

    Raises:
        SettingsError: the clinic has none of that name.
    """
    file = _file(shelf, name)
    path = folder / f"{name}.toml"
    if not file.is_own:
        raise SettingsError(f"{file.protocol.title} is the one that comes with Nursestation already.")
    return ProtocolPlan(path, _read(path), None, file.shipped)


def write_protocol(plan: ProtocolPlan) -> None:
    """Write what was looked over.

    Raises:
        SettingsError: the file was changed meanwhile, or cannot be written. It is left as it is.
    """
    if _read(plan.path) != plan.old:
        raise SettingsError(f"{plan.path} was changed by another program just now. Nothing is lost: save again.")
    try:
        plan.path.parent.mkdir(parents=True, exist_ok=True)
        if plan.old is not None:
            put(_before(plan.path), plan.old, mode_of(plan.path))
        if plan.new is not None:
            put(plan.path, plan.new, mode_of(plan.path))
        else:
            plan.path.unlink()
    except OSError as error:
        raise SettingsError(
            f"{plan.path} cannot be written ({error.strerror}): give this user write permission, or free some space."
        ) from error


def _file(shelf: Shelf, name: str) -> ProtocolFile:
    file = shelf.file(name)
    if file is None:
        raise SettingsError(f"There is no protocol called {name} any more: close this page and open it again.")
    return file


def _refuse_broken(shelf: Shelf, folder: Path, name: str) -> None:
    path = folder / f"{name}.toml"
    broken = next((one for one in shelf.broken if one.path == path), None)
    if broken is not None:
        raise SettingsError(
            f"Nothing was saved, because the file has a mistake that was made by hand: {broken.problem}"
        )


def _text(file: ProtocolFile) -> str:
    return file.path.read_text(encoding="utf-8") if file.is_own else whole_text(file.path)


def _next_version(file: ProtocolFile, path: Path) -> int:
    return max(file.protocol.version, _kept_version(path)) + 1


def _kept_version(path: Path) -> int:
    """Return the version of the copy that was there before, 0 for none that can be read."""
    kept = _read(_before(path))
    if kept is None:
        return 0
    try:
        return int(str(parse_document(kept.decode("utf-8"), path).get("version", 0)))
    except (SettingsError, UnicodeDecodeError, ValueError):
        return 0


def _checked(text: str, path: Path, wanted: Protocol) -> bytes:
    try:
        told = validated(Protocol, parse_document(text, path), path)
    except SettingsError as error:
        raise _unwritable(path, str(error)) from error
    if told != wanted:
        raise _unwritable(path, "")
    return text.encode()


def _unwritable(path: Path, why: str) -> SettingsError:
    return SettingsError(
        f"{path} is written in a way that cannot be changed safely from here. Nothing was changed: edit it by hand, then "
        f"start Nursestation again.{f' ({why})' if why else ''}"
    )


def _before(path: Path) -> Path:
    return path.with_name(path.name + BEFORE)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
