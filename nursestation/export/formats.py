"""The formats a session can be taken out in; adding one is adding an entry here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from pathlib import Path
from types import MappingProxyType

from nursestation.export.alarms import alarms_csv
from nursestation.export.bundle import bundle_zip
from nursestation.export.csv import session_csv
from nursestation.export.deidentify import deidentified
from nursestation.export.errors import ExportCancelled, ExportError
from nursestation.export.events_csv import events_csv
from nursestation.export.files import Exported, write_export
from nursestation.export.hl7v2 import hl7_messages
from nursestation.export.jsonl import session_jsonl
from nursestation.export.lock import SUFFIX, locked, passphrase_problem
from nursestation.export.visit import VisitRecord, load_visit
from nursestation.export.watched import Progress, portion, silently
from nursestation.store.reader import StoreReader


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What an export needs to know besides the session.

    Attributes:
        fonts: Folder with the Inter font files.
        version: Version of the program, for the file.
        zone: Time zone of the times in the file; None for the computer's own.
        paper: "a4" or "letter".
        clinic: The clinic's name on what is printed; "" for none.
        progress: Told now and then how much of the work is done (0 to 1); it raises `ExportCancelled` when the person who
            waits for the file stops it. A format that takes longer than a second calls it at least once a second.
        deidentify_key: The clinic's secret key (`deidentify.read_key`) where the file is to say nothing of who it is about.
        passphrase: What the file is locked with; None for an open one.
    """

    fonts: Path
    version: str
    zone: tzinfo | None = None
    paper: str = "a4"
    clinic: str = ""
    progress: Progress = silently
    deidentify_key: bytes | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format.

    Attributes:
        name: As on the command line.
        suffix: Ending of the file, with its dot.
        title: For people.
        holds: What is in it.
        leaves_out: What is not.
        render: Makes the content; the same visit and options give the same bytes.
        needs_waves: It is rendered from waveforms and gaps too.
        needs_raw: It is rendered from the rows as they are stored too.
    """

    name: str
    suffix: str
    title: str
    holds: str
    leaves_out: str
    render: Callable[[VisitRecord, ExportOptions], bytes]
    needs_waves: bool = False
    needs_raw: bool = False


def _csv(visit: VisitRecord, options: ExportOptions) -> bytes:
    return session_csv(visit, options.zone, options.progress)


def _alarms(visit: VisitRecord, options: ExportOptions) -> bytes:
    return alarms_csv(visit, options.zone)


def _events(visit: VisitRecord, options: ExportOptions) -> bytes:
    return events_csv(visit, options.zone)


def _pdf(visit: VisitRecord, options: ExportOptions) -> bytes:
    from nursestation.export.report import session_pdf  # late: the window starts sooner without the report's library

    return session_pdf(
        visit,
        options.zone,
        fonts=options.fonts,
        paper=options.paper,
        clinic=options.clinic,
        progress=options.progress,
    )


def _receipt(visit: VisitRecord, options: ExportOptions) -> bytes:
    from nursestation.export.receipt import receipt_pdf  # late: as the report

    return receipt_pdf(visit, options.zone, fonts=options.fonts, paper=options.paper, clinic=options.clinic)


def _fhir(visit: VisitRecord, options: ExportOptions) -> bytes:
    try:
        from nursestation.export.fhir import fhir_bundle  # late: the window starts sooner without the models of FHIR
    except ImportError as error:
        raise ExportError(
            "FHIR needs the Python package fhir.resources. Install it, or choose another format."
        ) from error
    return fhir_bundle(visit, options.zone, options.progress)


def _hl7v2(visit: VisitRecord, options: ExportOptions) -> bytes:
    return hl7_messages(visit, options.zone, options.progress)


def _edf(visit: VisitRecord, options: ExportOptions) -> bytes:
    try:
        from nursestation.export.edf import edf_file  # late: the window starts sooner without the library
    except ImportError as error:
        raise ExportError("EDF+ needs the Python package edfio. Install it, or choose another format.") from error
    return edf_file(visit, options)


def _vital(visit: VisitRecord, options: ExportOptions) -> bytes:
    from nursestation.export.vital import vital_file  # late: as EDF+

    return vital_file(visit, options)


def _jsonl(visit: VisitRecord, options: ExportOptions) -> bytes:
    return session_jsonl(visit, options.progress)


def _bundle(visit: VisitRecord, options: ExportOptions) -> bytes:
    files: dict[str, bytes] = {}
    left_out: dict[str, str] = {}
    others = [one for one in FORMATS.values() if one.name != _BUNDLE]
    for index, one in enumerate(others):
        of_one = part_of(options, index / len(others) * _BUNDLED, (index + 1) / len(others) * _BUNDLED)
        of_one.progress(0)
        try:
            files[f"session{one.suffix}"] = one.render(visit, of_one)
        except ExportCancelled:
            raise
        except ExportError as error:
            left_out[one.name] = str(error)
    return bundle_zip(visit, files, left_out, portion(options.progress, _BUNDLED, 1))


def part_of(options: ExportOptions, start: float, end: float) -> ExportOptions:
    """Return the options for a part of the work, whose progress goes from `start` to `end`."""
    return replace(options, progress=portion(options.progress, start, end))


_BUNDLE = "bundle"
_BUNDLED = 0.8  # of the work: how far it is when all that goes into the zip is made

FORMATS: Mapping[str, ExportFormat] = MappingProxyType({
    one.name: one
    for one in (
        ExportFormat(
            "pdf", ".pdf", "Report (PDF)",
            holds="a page that sums the visit up; trend, treatment with its pauses, vital signs at each cuff reading, "
            "blood-pressure flags, scores, events, the alarm log, proof of watching, check-in, discharge with evidence, driver, "
            "signatures, the record's chain value as a two-dimensional code",
            leaves_out="single readings between the cuff readings, waveforms",
            render=_pdf,
        ),
        ExportFormat(
            "csv", ".csv", "Readings (CSV)",
            holds="every reading with time, unit, validity, provenance and source; cuff readings by hand included",
            leaves_out="who the patient is, waveforms, events, alarm conditions, signatures",
            render=_csv,
        ),
        ExportFormat(
            "alarms", ".alarms.csv", "Alarms (CSV)",
            holds="every alarm condition with onset, end, priority, worst value, limit, what happened to its signals with "
            "who and when, and its delays; pauses of the sound, changed limits, self-tests",
            leaves_out="who the patient is, readings, waveforms, events, signatures",
            render=_alarms,
        ),
        ExportFormat(
            "events", ".events.csv", "Events (CSV)",
            holds="every event of the report with its number, time and who: check-in, treatment, charting, scores, corrections, "
            "overrides, leaving",
            leaves_out="readings, waveforms, alarm conditions",
            render=_events,
        ),
        ExportFormat(
            "receipt", ".receipt.pdf", "Receipt (PDF)",
            holds="a page for the patient: services with their times, drugs with lot and amounts, empty fields for codes, prices "
            "and the clinic's signature",
            leaves_out="readings, alarms, events, prices, codes",
            render=_receipt,
        ),
        ExportFormat(
            _BUNDLE, ".bundle.zip", "Everything, with proof (zip)",
            holds="every other format, the record as it is stored with its hashes and seals, a list of all files with "
            "their SHA-256, and a program that checks all of it",
            leaves_out="what other visits recorded, what a monitor sent while it was held, staff's PINs",
            render=_bundle, needs_waves=True, needs_raw=True,
        ),
        ExportFormat(
            "fhir", ".fhir.json", "For a hospital's system (FHIR R4)",
            holds="patient, visit, staff, monitors, every cuff reading, the other vital signs as one-minute medians with lowest "
            "and highest, treatment with its pauses, drug records, blood-pressure flags, alarms, scores, charted events, "
            "discharge criteria, driver; a signed visit is a document with its signature",
            leaves_out="single readings between the cuff readings, waveforms (they are in EDF+ and .vital), proof of watching, "
            "allergies, medicines and other check-in answers as resources (a document tells them in words)",
            render=_fhir,
        ),
        ExportFormat(
            "hl7v2", ".hl7", "For a hospital's system (HL7 v2)",
            holds="one message a minute (ORU^R01, IHE PCD-01): every cuff reading, vital signs by hand, the other vital "
            "signs as one-minute medians, with monitor, time and unit",
            leaves_out="single readings between the cuff readings, waveforms, alarms, treatment, events, scores, discharge, what "
            "has no public code (inspired CO₂, ST)",
            render=_hl7v2,
        ),
        ExportFormat(
            "edf", ".edf", "Waveforms (EDF+)",
            holds="every waveform with its own samples, every reading once a second as it stood on the screen, cuff readings, "
            "phases, events, blood-pressure flags and alarm conditions as annotations, and where there is no data",
            leaves_out="single readings within a second, why a reading has no value, monitors in test or demonstration, "
            "check-in answers, signatures",
            render=_edf, needs_waves=True,
        ),
        ExportFormat(
            "vital", ".vital", "Waveforms (VitalDB)",
            holds="every waveform and every reading with a value at its own time, monitor by monitor; cuff readings and what "
            "was measured by hand; phases, events, blood-pressure flags and alarm conditions",
            leaves_out="who the patient is, but for what events say; why a reading has no value, monitors in test or "
            "demonstration, check-in answers, signatures",
            render=_vital, needs_waves=True,
        ),
        ExportFormat(
            "jsonl", ".jsonl", "For research (JSON lines)",
            holds="every record, reading, waveform and gap as a line of JSON with unit, UTC time, validity and provenance",
            leaves_out="hashes, signatures' proof, a layout for reading",
            render=_jsonl, needs_waves=True,
        ),
    )
})  # fmt: skip
"""Every format by name, in the order in which the window and the command line offer them."""


def export_session(reader: StoreReader, session: str, format_name: str, path: Path, options: ExportOptions) -> Exported:
    """Write a session, finished or running, as a file with its `.sha256` beside it.

    Args:
        reader: The record.
        session: Which session.
        format_name: A key of `FORMATS`.
        path: The file; where it is a folder, the file is named after the session in it.
        options: See there.

    Raises:
        ExportError: session, format or target is not there, or the target cannot be written.
        StoreEnvironmentError: the record cannot be read.
    """
    chosen = find_format(format_name)
    if options.passphrase is not None:
        problem = passphrase_problem(options.passphrase)
        if problem:
            raise ExportError(problem)  # before the work, not after it
    visit = load_visit(
        reader,
        session,
        options.version,
        with_waves=chosen.needs_waves,
        with_raw=chosen.needs_raw,
        progress=portion(options.progress, 0, _LOADED),
    )
    done = _LOADED
    if options.deidentify_key is not None:
        visit = deidentified(visit, options.deidentify_key, portion(options.progress, _LOADED, _CHANGED))
        options = replace(options, zone=UTC)
        done = _CHANGED
    return _write(chosen, visit, _target(path, visit, chosen, options), part_of(options, done, 1))


def find_format(name: str) -> ExportFormat:
    """Return a format by its name.

    Raises:
        ExportError: there is none of that name.
    """
    chosen = FORMATS.get(name)
    if chosen is None:
        raise ExportError(f"There is no format {name}. There are: {', '.join(FORMATS)}.")
    return chosen


def _target(path: Path, visit: VisitRecord, chosen: ExportFormat, options: ExportOptions) -> Path:
    if not path.is_dir():
        return path
    return path / f"{visit.summary.id}{chosen.suffix}{'' if options.passphrase is None else SUFFIX}"


def export_every_format(
    reader: StoreReader, session: str, folder: Path, stem: str, options: ExportOptions
) -> tuple[Exported, ...]:
    """Write a session in every format but the bundle, each with its `.sha256` beside it, as it stands at this one moment.

    The bundle is these files once more, with the station's own log, whose hashes no two stations share.

    Args:
        reader: The record.
        session: Which session.
        folder: Where the files go.
        stem: Their name without its ending.
        options: See there.

    Raises:
        ExportError: there is no such session, or a file cannot be written.
        StoreEnvironmentError: the record cannot be read.
    """
    visit = load_visit(reader, session, options.version, with_waves=True)
    alone = [one for one in FORMATS.values() if not one.needs_raw]
    return tuple(_write(one, visit, folder / f"{stem}{one.suffix}", options) for one in alone)


def formats_table() -> str:
    """Return the table of all formats in docs/exports.md."""
    rows = [f"| `{one.name}` | `{one.suffix}` | {one.holds} | {one.leaves_out} |" for one in FORMATS.values()]
    return "\n".join(["| format | ending | holds | leaves out |", "|---|---|---|---|", *rows, ""])


def _write(chosen: ExportFormat, visit: VisitRecord, target: Path, options: ExportOptions) -> Exported:
    rendered = _RENDERED if options.passphrase is None else _RENDERED_TO_LOCK
    content = chosen.render(visit, part_of(options, 0, rendered))
    if options.passphrase is not None:
        packing = portion(options.progress, rendered, _RENDERED)
        content = locked(target.name.removesuffix(SUFFIX), content, options.passphrase, packing)
    exported = write_export(
        target,
        content,
        session=visit.summary.id,
        format_name=chosen.name,
        chain_head=visit.summary.chain_head,
        progress=part_of(options, _RENDERED, 1).progress,
    )
    options.progress(1)
    return exported


_LOADED, _CHANGED = 0.3, 0.45  # of the work: how far it is after each
_RENDERED_TO_LOCK, _RENDERED = 0.7, 0.9  # of the rest; what follows is locking where it is wished, then writing
