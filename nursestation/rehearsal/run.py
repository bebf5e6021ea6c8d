"""Plays a scenario's whole visit and leaves report, readings, pictures and summary in a folder."""

import json
import secrets
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC
from functools import partial
from pathlib import Path

from devices.clock import NS_PER_S, ManualClock, SystemClock
from devices.simulator.scenario import Scenario, load_scenario
from nursestation import __version__
from nursestation.assembly import Bedside, RunningStation
from nursestation.bedside import SimulatedBedside
from nursestation.commandline.interruption import interruption
from nursestation.config.protocol_files import load_protocols
from nursestation.config.schema import StationSettings
from nursestation.core.commands import AddOperator, CreateFirstOperator
from nursestation.core.model import Role
from nursestation.core.protocols import Protocol
from nursestation.core.snapshot import StationSnapshot, VisitView
from nursestation.export.formats import FORMATS, ExportOptions, export_every_format
from nursestation.paths import Profile, resource
from nursestation.pins import Argon2Pins
from nursestation.rehearsal.lockstep import Lockstep, RehearsalError
from nursestation.rehearsal.pictures import Pictures
from nursestation.rehearsal.standin import Staff, StandInNurse
from nursestation.rehearsal.summary import Json, summarise
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store

CHAIR = 1
PROTOCOL = "depression_iv"
LONGEST_S = 12 * 3600.0
_LOOK_NS = NS_PER_S  # the stand-in nurse looks once a second of the visit
_AFTER_S = 3.0

Tell = Callable[[str], None]


def rehearse(
    scenario: str,
    out: Path,
    *,
    speed: float = 60,
    seed: int = 1,
    with_pictures: bool = True,
    tell: Tell | None = None,
) -> Json:
    """Play a visit and return what summary.json holds. The same scenario, seed and version give the same numbers.

    Args:
        scenario: Name of a shipped scenario, or a file.
        out: Folder for the files; made if need be, earlier ones of the same names are replaced.
        speed: At most so many times real time.
        seed: Of patient, monitors and faults.
        with_pictures: Whether the window is drawn at each turn of the visit.
        tell: Is given a line now and then.

    Raises:
        RehearsalError: the visit did not come to its end, or the folder cannot be written: that is found out first.
        DeviceError, NurseStationError: the scenario has a mistake, or a file cannot be written.
    """
    tell = tell or _tell_nobody
    plan = load_scenario(scenario)
    make_folder(out)
    wall = SystemClock()
    began = wall.now()
    # A KeyboardInterrupt in the middle of a paint would be printed by Qt and lost: the loop looks at a flag instead.
    with interruption() as told, tempfile.TemporaryDirectory(prefix="nursestation-") as scratch:
        tell(f"Rehearsing {plan.title} (seed {seed}, at most {speed:g} times real time).")
        folder = Path(scratch)
        clock = ManualClock()
        bedside = SimulatedBedside([scenario], seed, clock.now(), folder / "ports")
        station = RunningStation(
            Profile(folder),
            StationSettings(wire_log=False, lock_after_min=0),  # the stand-in nurse touches nothing
            clock,
            Argon2Pins(),
            Bedside(chairs=bedside.settings, heed=bedside.heed),
            partial(Store.open, is_scratch=True),  # a rehearsal that is cut short is played again
        )
        try:
            step_ns = round(plan.step * NS_PER_S)
            lockstep = Lockstep(station, bedside, clock, wall, speed, step_ns, told.is_set)
            with Pictures(station, clock, out, tell, wanted=with_pictures) as pictures:
                nurse = StandInNurse(plan, _protocol(plan), CHAIR, _staff(station, lockstep))
                session = _play(lockstep, station, nurse, tell, pictures)
        finally:
            station.stop()
            bedside.close()
        record = folder / "record.sqlite3"
        summary = _leave_files(record, session, out)
        shutil.copyfile(record, out / "record.sqlite3")
    summary = {
        "scenario": scenario,
        "title": plan.title,
        "seed": seed,
        "version": __version__,
        **summary,
        "pictures": pictures.made,
    }
    (out / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    passed_s = (wall.now().mono_ns - began.mono_ns) / NS_PER_S
    tell(f"Done in {passed_s:.0f} s. Files:")
    for name in (
        *(f"session{one.suffix}" for one in FORMATS.values()),
        "summary.json",
        "record.sqlite3",
        *pictures.made,
    ):
        tell(f"  {out / name}")
    return summary


def make_folder(out: Path) -> None:
    """Make the folder that takes the files, and see that it takes one: better than at the end of an hour's visit.

    Raises:
        RehearsalError: it does not.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise RehearsalError(
            f"{out} cannot be written ({error.strerror}): name a folder with --out that can."
        ) from error


def _play(lockstep: Lockstep, station: RunningStation, nurse: StandInNurse, tell: Tell, pictures: Pictures) -> str:
    """Let the stand-in nurse take the visit to its end; return the session's id."""
    phases: list[str] = []
    next_look_ns = 0

    def is_over() -> bool:
        nonlocal next_look_ns
        snapshot = _latest(station)
        if snapshot.at.mono_ns < next_look_ns:
            return False
        next_look_ns = snapshot.at.mono_ns + _LOOK_NS
        visit = snapshot.chair(CHAIR).visit
        pictures.look(snapshot)
        if visit is not None and visit.phase.value not in phases:
            phases.append(visit.phase.value)
            tell(f"  {_since(visit, snapshot)}  {visit.phase.value.replace('_', ' ')}")
        for command in nurse.act(snapshot):
            station.inbox.post(command)
        return visit is not None and visit.phase.is_over

    lockstep.run(is_over, LONGEST_S)
    end_ns = _latest(station).at.mono_ns + round(_AFTER_S * NS_PER_S)
    lockstep.run(lambda: _latest(station).at.mono_ns >= end_ns, LONGEST_S)
    pictures.look(_latest(station))
    visit = _latest(station).chair(CHAIR).visit
    assert visit is not None
    return visit.session


def _latest(station: RunningStation) -> StationSnapshot:
    snapshot = station.outbox.latest
    assert snapshot is not None  # a restart publishes the first
    return snapshot


def _since(visit: VisitView, snapshot: StationSnapshot) -> str:
    minutes, seconds = divmod((snapshot.at.mono_ns - visit.opened.mono_ns) // NS_PER_S, 60)
    return f"{minutes:>3}:{seconds:02}"


def _staff(station: RunningStation, lockstep: Lockstep) -> Staff:
    """Let a nurse and a clinician join; their PINs are drawn for this run and kept nowhere."""
    nurse_pin, clinician_pin = (f"{secrets.randbelow(900_000) + 100_000}" for _ in range(2))
    station.inbox.post(CreateFirstOperator(name="Rehearsal Nurse", role=Role.LEAD_NURSE, pin=nurse_pin))
    station.inbox.post(AddOperator(name="Rehearsal Clinician", role=Role.CLINICIAN, pin=clinician_pin))
    lockstep.run(lambda: len(_latest(station).operators) == 2, 10)
    clinician = next(one for one in _latest(station).operators if one.role is Role.CLINICIAN)
    return Staff(nurse_pin, clinician.id, clinician_pin)


def _protocol(plan: Scenario) -> Protocol:
    name = plan.protocol or PROTOCOL
    for protocol in load_protocols(resource("protocols")):
        if protocol.name == name:
            return protocol
    raise RehearsalError(f"The scenario {plan.title!r} names the protocol {name!r}, and there is none of that name.")


def _leave_files(record: Path, session: str, out: Path) -> Json:
    """Write the exports and return the summary of what was stored."""
    options = ExportOptions(fonts=resource("fonts"), version=__version__, zone=UTC, paper="letter")
    with StoreReader.open(record) as reader:
        exports: dict[str, Json] = {
            made.path.name: {"sha256": made.sha256, "bytes": made.n_bytes}
            for made in export_every_format(reader, session, out, "session", options)
        }
        return {**summarise(reader, session), "exports": exports, "record_intact": verify_store(record).ok}


def _tell_nobody(line: str) -> None:
    pass
