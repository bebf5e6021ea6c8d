"""A purge from the question of a lead nurse to the file: through the real station, keeper and store, without threads."""

import contextlib
from pathlib import Path

from devices.clock import NS_PER_S, ManualClock, Moment
from nursestation.assembly import RunningStation
from nursestation.config.schema import BackupSettings, RetentionSettings, StationSettings
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Role
from nursestation.paths import Profile
from nursestation.store.backup import backups_in
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.visit import NURSE_PIN, PlainPins
from tests.helpers.written_visit import SESSION, START, visit_records

LATER = Moment(9_000 * NS_PER_S, START.utc_ns + 8 * 366 * 86_400 * NS_PER_S)


def test_an_old_visit_is_purged_with_a_record_of_it_and_lives_on_in_the_backup(tmp_path: Path) -> None:
    profile = Profile(tmp_path / "profile")
    with contextlib.closing(Store.open(profile.record)) as store:
        store.append(visit_records(step_s=60))
    folder = tmp_path / "drive"
    folder.mkdir()
    settings = StationSettings(backup=BackupSettings(folder=str(folder)), retention=RetentionSettings(keep_years=7))
    station = RunningStation(profile, settings, ManualClock(LATER), PlainPins())
    try:
        station.inbox.post(c.CreateFirstOperator(name="R. Alvarez RN", role=Role.LEAD_NURSE, pin=NURSE_PIN))
        station.engine.step(0)
        station.writer.drain()
        station.keeper.look()
        made = station.engine.ask(c.AskPurge(sessions=(SESSION,), reason="over its time", pin=NURSE_PIN), 1)
        assert [type(one) for one in made] == [r.PurgeAsked]
        station.keeper.look()
        assert station.keeper.state.purge_words.startswith(f"{SESSION} was purged.")
    finally:
        station.stop()
    verdict = verify_store(profile.record)
    assert verdict.ok, verdict.findings
    with StoreReader.open(profile.record) as reader:
        assert reader.sessions() == []
        kinds = [type(one) for one in reader.station_records()]
    order = [r.BackupMade, r.PurgeAsked, r.SessionPurged, r.StationStopped]
    assert [kind for kind in kinds if kind in order] == order
    (backup,) = backups_in(folder)
    with StoreReader.open(backup.path) as reader:
        assert [one.id for one in reader.sessions()] == [SESSION]
