"""`nursestation sessions`, `export` and `verify`: what the office does with the record, without a window."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from devices.clock import Clock
from nursestation import __version__
from nursestation.commandline.noting import ending_noted, note_asked
from nursestation.config.load import load_settings
from nursestation.core.notes import WrittenFile
from nursestation.errors import NurseStationError
from nursestation.export.batch import NotExported, export_sessions, sessions_between
from nursestation.export.deidentify import read_key
from nursestation.export.errors import ExportError
from nursestation.export.files import SIDECAR, Exported, is_export, verify_export
from nursestation.export.formats import ExportOptions, find_format
from nursestation.export.formats import export_session as write_session
from nursestation.export.localtime import iso
from nursestation.export.lock import is_locked, passphrase_problem
from nursestation.export.verifier import SUFFIX, chain_of, is_bundle
from nursestation.export.verifier import verify as verify_bundle
from nursestation.export.watched import Progress, silently
from nursestation.paths import Profile, resource
from nursestation.runtime.export_job import kind_of_place
from nursestation.store.backup import read_sum, sum_on_drive
from nursestation.store.reader import SessionSummary, StoreReader
from nursestation.store.verify import verify_store

_CHAIN_FIGURES = 64
_UNSEEN = " It is locked: unpack it with its passphrase to have what is in it checked too."


class VerifyError(NurseStationError):
    """There is nothing at the path that could be verified."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify` says of one file."""

    path: Path
    intact: bool
    text: str


@dataclass(frozen=True, slots=True)
class ChainPlace:
    """Where a chain value is.

    Attributes:
        path: The record or bundle.
        session: The visit; "" for the station's own log.
        n_following: Records of that chain that were made after it.
        text: All of it as a sentence.
    """

    path: Path
    session: str
    n_following: int
    text: str


def list_sessions(profile: Profile, as_json: bool, clock: Clock) -> Iterator[str]:
    """Yield a line for each session, oldest first; initials alone, since a terminal is not a chart. That somebody looks is noted.

    Raises:
        StoreError: there is no record, it cannot be read, or the look cannot be noted.
    """
    with StoreReader.open(profile.record) as reader:
        note_asked(profile, clock, "sessions")
        for session in reader.sessions():
            yield json.dumps(_as_json(session), ensure_ascii=False) if as_json else _as_text(session)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be taken out, and how.

    Attributes:
        format: A key of `FORMATS`.
        out: The file, or a folder that is there.
        session: Which; None for all from `first` to `last`.
        first, last: Days, both included.
        is_deidentified: Without who it is about.
        passphrase: What each file is locked with; None for open ones.
        progress: Told how much is done (0 to 1).
    """

    format: str
    out: Path
    session: str | None = None
    first: date | None = None
    last: date | None = None
    is_deidentified: bool = False
    passphrase: str | None = field(default=None, repr=False)
    progress: Progress = silently


def export_wanted(profile: Profile, wanted: Wanted, clock: Clock) -> Iterator[Exported | NotExported]:
    """Note what is wanted, write it, and tell of each file as soon as it is there.

    Raises:
        NurseStationError: session, days, format or folder are not there, the file cannot be written, or it cannot be noted.
    """
    find_format(wanted.format)
    settings = load_settings(profile.settings)
    with StoreReader.open(profile.record) as reader:
        options = ExportOptions(
            fonts=resource("fonts"),
            version=__version__,
            paper=settings.paper,
            clinic=settings.clinic,
            progress=wanted.progress,
            deidentify_key=read_key(profile.deidentify_key) if wanted.is_deidentified else None,
            passphrase=wanted.passphrase,
        )
        if wanted.session is not None:
            sessions: tuple[str, ...] = (wanted.session,)
            noted = () if reader.session(wanted.session) is None else sessions  # what else somebody typed may be a name
        else:
            sessions = noted = sessions_between(reader, wanted.first or date.min, wanted.last or date.max, options)
        if not sessions:
            raise ExportError("No session was checked in on those days. `nursestation sessions` lists those there are.")
        asked = note_asked(
            profile,
            clock,
            "export",
            sessions=noted,
            format_name=wanted.format,
            is_deidentified=wanted.is_deidentified,
            is_encrypted=wanted.passphrase is not None,
            target=kind_of_place(wanted.out.resolve()),
        )
        with ending_noted(profile, clock, asked) as files:
            for session, made in zip(sessions, _written(reader, sessions, wanted, options), strict=True):
                if isinstance(made, Exported):
                    files.append(WrittenFile(session=session, sha256=made.sha256))
                yield made


def _written(
    reader: StoreReader, sessions: tuple[str, ...], wanted: Wanted, options: ExportOptions
) -> Iterator[Exported | NotExported]:
    if wanted.session is None:
        return export_sessions(reader, sessions, wanted.format, wanted.out, options)
    return iter([write_session(reader, wanted.session, wanted.format, wanted.out, options)])


def read_passphrase(descriptor: int | None, variable: str | None, ask: Callable[[], str]) -> str:
    """Return the passphrase for locked files: the first line of a file descriptor, an environment variable, or as typed.

    Raises:
        ExportError: it is not there, or is no good.
    """
    if descriptor is not None:
        try:
            with os.fdopen(descriptor, encoding="utf-8", closefd=False) as stream:
                passphrase = stream.readline().rstrip("\r\n")
        except (OSError, ValueError) as error:
            raise ExportError(f"Nothing can be read from file descriptor {descriptor}.") from error
    elif variable is not None:
        passphrase = os.environ.get(variable, "")
        if not passphrase:
            raise ExportError(f"The environment variable {variable} holds no passphrase.")
    else:
        passphrase = ask()
    problem = passphrase_problem(passphrase)
    if problem:
        raise ExportError(problem)
    return passphrase


def verify_path(path: Path) -> Iterable[Verified]:
    """Verify an exported file, a bundle, a record, or everything of these kinds in a folder.

    Raises:
        VerifyError: nothing there can be verified.
        NurseStationError: a file cannot be read.
    """
    return [_verify(file) for file in _files(path)]


def read_chain_value(text: str) -> str:
    """Return a chain value as it is stored, from what is printed on a report or what its code says.

    Raises:
        VerifyError: it is none.
    """
    plain = "".join(text.rpartition(":")[2].split()).casefold()
    if len(plain) != _CHAIN_FIGURES or set(plain) - set("0123456789abcdef"):
        raise VerifyError(
            f"A chain value is {_CHAIN_FIGURES} figures from 0 to 9 and a to f; this one has {len(plain)} characters. "
            "Type it from the report's last section, in quotes; blanks between its groups do not matter."
        )
    return plain


def find_chain_value(path: Path, value: str) -> list[ChainPlace]:
    """Return every record and bundle in which a record has this chain value, as `read_chain_value` gives it.

    Raises:
        VerifyError: there is neither.
        NurseStationError: a file cannot be read.
    """
    places: list[ChainPlace] = []
    looked = False
    for file in _files(path):
        whole = file.with_name(file.name.removesuffix(SIDECAR))
        if is_bundle(whole) and not is_locked(whole):
            looked = True
            session, hashes = chain_of(whole)
            if value in hashes:
                places.append(_place(whole, session, len(hashes) - 1 - hashes.index(value)))
        elif whole.suffix == ".sqlite3":
            looked = True
            with StoreReader.open(whole) as reader:
                found = reader.chain_place(value)
            if found is not None:
                places.append(_place(whole, *found))
    if not looked:
        raise VerifyError(
            f"{path} is neither a record nor a bundle, or a bundle that is locked: there is no chain to look in."
        )
    return places


def _place(path: Path, session: str | None, n_following: int) -> ChainPlace:
    whose = f"visit {session}" if session else "the station's own log"
    follow = "1 record follows" if n_following == 1 else f"{n_following} records follow"
    after = f"{follow} it: what was printed is older" if n_following else "it is the newest"
    return ChainPlace(path, session or "", n_following, f"{path}: the chain value is of {whose}; {after}.")


def _files(path: Path) -> list[Path]:
    if path.is_dir() and not is_bundle(path):
        files = sorted(
            {
                file.with_name(file.name.removesuffix(SIDECAR))
                for file in path.rglob("*")
                if file.suffix == ".sqlite3" or file.name.endswith((SIDECAR, SUFFIX))
            }
        )
        if not files:
            raise VerifyError(f"{path} holds no record and no exported file.")
    elif path.exists():
        files = [path]
    else:
        raise VerifyError(f"There is no file or folder {path}: check the name.")
    return files


def _verify(file: Path) -> Verified:
    whole = file.with_name(file.name.removesuffix(SIDECAR))
    if is_bundle(whole) and not is_locked(whole):
        return _verify_bundle(whole)
    if whole.suffix == ".sqlite3":
        return _verify_record(whole)
    if is_export(file):
        verdict = verify_export(file)
        unseen = _UNSEEN if verdict.format == "bundle" and is_locked(whole) else ""
        return Verified(file, verdict.ok, f"{file.parent}: {verdict.text}{unseen}")
    raise VerifyError(f"{file} has no {SIDECAR} file beside it, so there is nothing to compare it with.")


def _verify_record(file: Path) -> Verified:
    """Look at a record, and at the sum of a backup where one lies beside it."""
    told = read_sum(file)
    found = verify_store(file)
    words = [finding.text for finding in found.findings]
    if told is not None and told != sum_on_drive(file):
        words.insert(0, "It is not as the backup was written.")
    if words:
        return Verified(file, False, f"{file} was altered: {' '.join(words)}")
    counts = f"{found.n_sessions} sessions, {found.n_records} records, {found.n_bulk} readings and stretches of waves"
    return Verified(file, True, f"{file} is intact: {counts}.")


def _verify_bundle(file: Path) -> Verified:
    """Look into a bundle with its own verifier, and at its sum where one lies beside it."""
    verdict = verify_bundle(file)
    words = list(verdict.findings)
    if file.is_file() and is_export(file):
        outside = verify_export(file)
        words += [] if outside.ok else [outside.text]
    if words:
        return Verified(file, False, f"{file} was altered: {' '.join(words)}")
    return Verified(file, True, f"{file} is intact: {verdict.told}")


def _as_json(session: SessionSummary) -> dict[str, object]:
    return {
        "session": session.id,
        "chair": session.chair,
        "patient": session.patient.initials,
        "protocol": session.protocol,
        "protocol_version": session.protocol_version,
        "opened": iso(session.opened.utc_ns, None),
        "phase": session.phase.value,
        "ended": None if session.ended_utc_ns is None else iso(session.ended_utc_ns, None),
        "simulated": session.simulated,
        "signed_by": session.signed_by or None,
        "readings": session.n_readings,
        "chain_head": session.chain_head,
    }


def _as_text(session: SessionSummary) -> str:
    mark = "  SIMULATED" if session.simulated else ""
    signed = f", signed by {session.signed_by}" if session.signed_by else ""
    phase = session.phase.value.replace("_", " ")
    opened = iso(session.opened.utc_ns, None)[:16].replace("T", " ")
    return f"{session.id}  {opened}  chair {session.chair}  {session.patient.initials}  {phase}{signed}{mark}"
