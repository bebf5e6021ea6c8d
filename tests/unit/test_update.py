"""A visit that is open while the program is updated: its records were written with fewer fields, and its chain goes on."""

import contextlib
import json
import sqlite3
from dataclasses import fields
from pathlib import Path

import pytest

from devices.clock import ManualClock
from nursestation.assembly import RunningStation
from nursestation.config.schema import ChairSettings, MonitorSettings, StationSettings
from nursestation.core import commands as c
from nursestation.core.chain import GENESIS, from_json, link, to_json
from nursestation.core.model import Phase
from nursestation.core.snapshot import VisitView
from nursestation.paths import Profile
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.visit import NURSE, NURSE_PIN, Clinic, PlainPins, make_clinic

STAMP = {"at", "chair", "session", "operator"}


def written_by_an_older_version(path: Path) -> set[str]:
    """Rewrite a record as a version wrote it that knew no field which stands at its default; return the kinds that changed."""
    changed: set[str] = set()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM seal")
        heads: dict[int | None, str] = {}
        for seq, session, kind, body in connection.execute("SELECT seq, session, kind, body FROM record").fetchall():
            record = from_json(kind, body)
            newer = {one.name for one in fields(record) if getattr(record, one.name) == one.default} - STAMP
            told = {key: value for key, value in json.loads(body).items() if key not in newer}
            older = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            if older != body:
                changed.add(kind)
            heads[session] = link(heads.get(session, GENESIS), kind, older)
            connection.execute("UPDATE record SET body = ?, hash = ? WHERE seq = ?", (older, heads[session], seq))
        for _, sql in guards:
            connection.execute(sql)
        connection.commit()
    return changed


@pytest.fixture
def clinic() -> Clinic:
    """A patient who is ready to go home; all but the signature is there."""
    clinic = make_clinic()
    clinic.start()
    clinic.cuff(182, 111)
    clinic.run(60)
    clinic.cuff(126, 78)
    clinic.do(c.StopInfusion(chair=2, reason="enough"))
    clinic.run(900)
    clinic.cuff(126, 78)
    clinic.do(c.MarkReady(chair=2))
    clinic.assess()
    return clinic


@pytest.fixture
def profile(clinic: Clinic, tmp_path: Path) -> Profile:
    """The record of that visit, as an older version of the program left it."""
    profile = Profile(tmp_path)
    store = Store.open(profile.record)
    store.append(clinic.records)
    store.close()
    assert "ConditionRaised" in written_by_an_older_version(profile.record)
    return profile


def visit(running: RunningStation) -> VisitView:
    running.engine.step(0)
    snapshot = running.outbox.latest
    assert snapshot is not None
    view = snapshot.chair(2).visit
    assert view is not None
    return view


def test_what_an_older_version_wrote_is_intact_though_this_one_would_write_it_otherwise(profile: Profile) -> None:
    assert verify_store(profile.record).ok
    with contextlib.closing(sqlite3.connect(profile.record)) as connection:
        rows = connection.execute("SELECT kind, body FROM record").fetchall()
    assert any(to_json(from_json(kind, body)) != body for kind, body in rows)


def test_a_visit_goes_on_over_an_update_and_its_signature_covers_what_is_stored(
    clinic: Clinic, profile: Profile
) -> None:
    with StoreReader.open(profile.record) as reader:
        (head,) = (head for name, head in reader.chain_heads().items() if name is not None)
    monitor = MonitorSettings(driver="berry_pm6750", port="/dev/ttyNOTHERE0")
    settings = StationSettings(chair=(ChairSettings(number=1, monitor=()), ChairSettings(number=2, monitor=(monitor,))))
    running = RunningStation(profile, settings, ManualClock(clinic.clock.now()), PlainPins())
    running.inbox.post(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
    readiness = visit(running).readiness
    assert readiness is not None
    running.inbox.post(c.SignDischarge(chair=2, meaning=readiness.meaning, seen=readiness.digest, pin=NURSE_PIN))
    assert visit(running).phase is Phase.DISCHARGED
    running.stop()
    verdict = verify_store(profile.record)
    assert verdict.ok, verdict.findings
    assert head not in dict(verdict.heads).values(), "the chain has gone on"
