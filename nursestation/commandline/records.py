"""`nursestation sessions`, `export` and `verify`: what the office does with the record, without a window."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nursestation import __version__
from nursestation.config.load import load_settings
from nursestation.errors import NurseStationError
from nursestation.export.files import SIDECAR, is_export, verify_export
from nursestation.export.formats import ExportOptions
from nursestation.export.formats import export_session as write_session
from nursestation.export.localtime import iso
from nursestation.paths import Profile, resource
from nursestation.store.reader import SessionSummary, StoreReader
from nursestation.store.verify import verify_store


class VerifyError(NurseStationError):
    """There is nothing at the path that could be verified."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify` says of one file."""

    path: Path
    intact: bool
    text: str


def list_sessions(profile: Profile, as_json: bool) -> Iterator[str]:
    """Yield a line for each session, oldest first; initials alone, since a terminal is not a chart.

    Raises:
        StoreError: there is no record, or it cannot be read.
    """
    with StoreReader.open(profile.record) as reader:
        for session in reader.sessions():
            yield json.dumps(_as_json(session), ensure_ascii=False) if as_json else _as_text(session)


def export_session(profile: Profile, session: str, format_name: str, out: Path) -> Path:
    """Write one session as a file and return its path.

    Raises:
        NurseStationError: session, format or folder is not there, or the file cannot be written.
    """
    settings = load_settings(profile.settings)
    options = ExportOptions(fonts=resource("fonts"), version=__version__, paper=settings.paper)
    with StoreReader.open(profile.record) as reader:
        return write_session(reader, session, format_name, out, options).path


def verify_path(path: Path) -> Iterable[Verified]:
    """Verify an exported file, a record, or everything of both kinds in a folder.

    Raises:
        VerifyError: nothing there can be verified.
        NurseStationError: a file cannot be read.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix == ".sqlite3" or file.name.endswith(SIDECAR))
        if not files:
            raise VerifyError(f"{path} holds no record and no exported file.")
    elif path.exists():
        files = [path]
    else:
        raise VerifyError(f"There is no file or folder {path}: check the name.")
    return [_verify(file) for file in files]


def _verify(file: Path) -> Verified:
    if is_export(file):
        verdict = verify_export(file)
        return Verified(file, verdict.ok, f"{file.parent}: {verdict.text}")
    if file.suffix != ".sqlite3":
        raise VerifyError(f"{file} has no {SIDECAR} file beside it, so there is nothing to compare it with.")
    found = verify_store(file)
    if found.ok:
        counts = (
            f"{found.n_sessions} sessions, {found.n_records} records, {found.n_bulk} readings and stretches of waves"
        )
        return Verified(file, True, f"{file} is intact: {counts}.")
    return Verified(file, False, f"{file} was altered: {' '.join(finding.text for finding in found.findings)}")


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
