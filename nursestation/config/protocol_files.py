"""Treatment protocols as files: the shipped ones, which build on each other, and the clinic's own (docs/adr/0018).

Rules of the file:
1. A shipped file may say `based_on = "general_iv"` and give only what differs. What it builds on is a shipped file that
   stands whole, so that nobody has to follow a chain.
2. A clinic's own file stands whole: what it says cannot change because another file did. It replaces the shipped one of its
   name.
3. A key that is given replaces the one built on; a `[table]` is gone through key by key, `[[limits]]` by its metric and
   `[[bp.flags]]` by its grade.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nursestation.config.load import SettingsError, read_document, validated
from nursestation.core.protocol_words import NAMED_BY
from nursestation.core.protocols import Protocol

BASED_ON = "based_on"


@dataclass(frozen=True, slots=True)
class ProtocolFile:
    """A treatment protocol and where it stands.

    Attributes:
        protocol: What it says.
        path: Its file.
        is_own: Whether it is the clinic's own.
        shipped: The shipped protocol of that name; None where only the clinic has it.
    """

    protocol: Protocol
    path: Path
    is_own: bool
    shipped: Protocol | None


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A clinic's own file that cannot be used: `problem` names file, key and what is wanted."""

    path: Path
    problem: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every protocol by title, and the clinic's own files that are broken."""

    files: tuple[ProtocolFile, ...]
    broken: tuple[BrokenFile, ...] = ()

    def file(self, name: str) -> ProtocolFile | None:
        """Return a protocol by its name, None where there is none."""
        return next((file for file in self.files if file.protocol.name == name), None)


def load_protocols(shipped: Path, own: Path | None = None) -> tuple[Protocol, ...]:
    """Return every treatment protocol, by title.

    Args:
        shipped: The folder of the program.
        own: The folder of the clinic; it need not be there.

    Raises:
        SettingsError: a file has a mistake, or its `name` is not its file name.
    """
    shelf = read_shelf(shipped, own)
    if shelf.broken:
        raise SettingsError(shelf.broken[0].problem)
    return tuple(file.protocol for file in shelf.files)


def read_shelf(shipped: Path, own: Path | None = None) -> Shelf:
    """Return every treatment protocol, by title, and which of the clinic's own files are broken.

    The shipped protocol stands in for a broken file of its name: whoever asks decides whether that will do.

    Raises:
        SettingsError: a shipped file has a mistake.
    """
    found: dict[str, ProtocolFile] = {}
    broken: list[BrokenFile] = []
    for path in _paths(shipped):
        protocol = _named(validated(Protocol, whole_document(path), path), path)
        found[protocol.name] = ProtocolFile(protocol, path, is_own=False, shipped=protocol)
    for path in _paths(own) if own is not None else ():
        try:
            protocol = read_own(path)
        except SettingsError as error:
            broken.append(BrokenFile(path, str(error)))
            continue
        before = found.get(protocol.name)
        found[protocol.name] = ProtocolFile(
            protocol, path, is_own=True, shipped=before.shipped if before is not None else None
        )
    files = sorted(found.values(), key=lambda file: (file.protocol.title.casefold(), file.protocol.name))
    return Shelf(tuple(files), tuple(broken))


def read_own(path: Path) -> Protocol:
    """Return the protocol of one of the clinic's own files.

    Raises:
        SettingsError: it has a mistake.
    """
    given = read_document(path)
    if BASED_ON in given:
        raise SettingsError(
            f"{path}: {BASED_ON} is for the protocols that come with Nursestation; write the clinic's own whole. Station… > "
            "Protocols copies one."
        )
    return _named(validated(Protocol, given, path), path)


def whole_document(path: Path) -> dict[str, object]:
    """Return what a shipped file says together with what it builds on.

    Raises:
        SettingsError: it cannot be read, or builds on what is not there.
    """
    given = read_document(path)
    if BASED_ON not in given:
        return given
    base = base_path(path, given)
    under = read_document(base)
    if BASED_ON in under:
        raise SettingsError(
            f"{path}: {BASED_ON}: {base.stem} builds on another protocol itself; name one that stands whole"
        )
    return merged(under, {key: value for key, value in given.items() if key != BASED_ON})


def base_path(path: Path, given: Mapping[str, object]) -> Path:
    """Return the file that one builds on.

    Raises:
        SettingsError: there is none of that name.
    """
    base = path.with_name(f"{given[BASED_ON]}.toml")
    if not base.is_file():
        raise SettingsError(
            f"{path}: {BASED_ON}: there is no protocol {given[BASED_ON]!r} that comes with Nursestation"
        )
    return base


def merged(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Return `under` with what `over` says put over it; see rule 3."""
    made = dict(under)
    for key, value in over.items():
        before = made.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            made[key] = merged(before, value)
        elif key in NAMED_BY and isinstance(before, Sequence) and isinstance(value, Sequence):
            made[key] = _merged_entries(before, value, NAMED_BY[key])
        else:
            made[key] = value
    return made


def _merged_entries(under: Sequence[object], over: Sequence[object], by: str) -> list[object]:
    made = list(under)
    for entry in over:
        at = next((n for n, known in enumerate(made) if _is_same(known, entry, by)), None)
        if at is None:
            made.append(entry)
        else:
            known = made[at]
            assert isinstance(known, Mapping)
            assert isinstance(entry, Mapping)
            made[at] = merged(known, entry)
    return made


def _is_same(one: object, other: object, by: str) -> bool:
    return isinstance(one, Mapping) and isinstance(other, Mapping) and by in one and one[by] == other.get(by)


def _paths(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml")) if folder.is_dir() else []


def _named(protocol: Protocol, path: Path) -> Protocol:
    if protocol.name != path.stem:
        raise SettingsError(f"{path}: name is {protocol.name!r}; it must be the file's name, {path.stem!r}")
    return protocol
