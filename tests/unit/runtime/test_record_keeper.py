"""The keeper warns early, backs up in quiet times, says when it could not for days, and purges only what may go."""

import contextlib
import shutil
import threading

import pytest

from devices.clock import NS_PER_S, ManualClock
from devices.events import Priority
from nursestation.config.schema import BackupSettings, ChairSettings, RetentionSettings, StationSettings
from nursestation.core.inputs import BackupDone, PurgeDone, StationFault
from nursestation.core.model import Phase
from nursestation.core.records import PhaseChanged, PurgeAsked, SessionHeld, SessionPurged, StationStarted
from nursestation.runtime.record_keeper import HOUR_NS, LONGEST_WAIT_NS, RecordKeeper, is_due
from nursestation.store import space
from nursestation.store.backup import backups_in, make_backup
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import NURSE, SESSION, START, minute, station_records, visit_records

DAY_NS = 24 * HOUR_NS
YEAR_NS = 366 * DAY_NS


class Told(list):
    """What the keeper told the station."""

    def faults(self, id_):
        return [one for one in self if isinstance(one, StationFault) and one.id == id_]

    def backups(self):
        return [one for one in self if isinstance(one, BackupDone)]


class Desk:
    """A record, a folder for backups, a station that stores what it is told, and a clock."""

    def __init__(self, tmp_path):
        self.record = tmp_path / "profile" / "record.sqlite3"
        self.folder = tmp_path / "drive"
        self.folder.mkdir()
        self.clock = ManualClock(START)
        self.told = Told()
        self.free = 10**12
        self.held = set()
        with contextlib.closing(Store.open(self.record)) as store:
            store.append([*station_records(), *visit_records(step_s=60)])

    def keeper(self, *, folder=None, keep_years=None, n_chairs=1, is_on_disk=True, **backup):
        settings = StationSettings(
            backup=BackupSettings(folder=str(folder or ""), **backup),
            retention=RetentionSettings(keep_years=keep_years),
            chair=tuple(ChairSettings(number=number) for number in range(1, n_chairs + 1)),
        )
        return RecordKeeper(
            self.record,
            settings,
            self.clock,
            self.told.append,
            self.ask,
            lambda _s: is_on_disk,
            lambda _path: self.free_bytes(),
        )

    def free_bytes(self):
        return self.free

    def store(self, *records):
        with contextlib.closing(Store.open(self.record)) as store:
            store.append(records)

    def ask(self, done: PurgeDone):
        if done.session in self.held:
            return ()
        record = SessionPurged(
            at=self.clock.now(), purged=done.session, chain_head=done.chain_head, n_records=done.n_records,
            n_bulk=done.n_bulk, places=done.places,
        )  # fmt: skip
        self.store(record)
        return (record,)

    def sessions(self):
        with StoreReader.open(self.record) as reader:
            return [one.id for one in reader.sessions()]


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def phase(after, session="20260304-0900-1"):
    return PhaseChanged(at=START, session=session, before=None, after=after)


# --- room ---


def test_plenty_of_room_is_not_told(desk):
    keeper = desk.keeper()
    keeper.look()
    assert desk.told == []
    assert keeper.state.room.hours > 1000


@pytest.mark.parametrize(
    ("hours", "priority", "words"),
    [
        (23.5, Priority.LOW, "about 23 hours"),
        (3.5, Priority.MEDIUM, "about 3 hours"),
        (0.5, Priority.MEDIUM, "less than an hour"),
    ],
)
def test_little_room_is_told_early_and_again_with_a_higher_priority(desk, hours, priority, words):
    keeper = desk.keeper(n_chairs=2)
    desk.free = int(hours * 2 * space.BYTES_A_CHAIR_HOUR)
    keeper.look()
    keeper.look()
    (fault,) = desk.told.faults("space")
    assert (fault.priority, words in fault.text) == (priority, True)


def test_the_warning_ends_with_clearly_more_room_than_it_began_with(desk):
    keeper = desk.keeper()
    for hours in (23, 25, 26, 27):
        desk.free = int(hours * space.BYTES_A_CHAIR_HOUR)
        keeper.look()
    assert [bool(one.text) for one in desk.told.faults("space")] == [True, True, True, False]


def test_hours_are_measured_once_visits_have_run_for_a_while(desk):
    keeper = desk.keeper()
    keeper.heed([phase(Phase.INFUSION)])
    for _ in range(12):
        keeper.look()
        desk.clock.advance_ns(60 * NS_PER_S)
        with desk.record.open("ab") as stream:
            stream.write(bytes(100_000))  # what a file grows by; nobody reads it here
    assert keeper.state.room.is_measured
    assert keeper.state.room.bytes_an_hour == pytest.approx(6_000_000)


# --- backups ---


@pytest.mark.parametrize(
    ("age_h", "running_h", "is_quiet", "expected"),
    [
        (23, 30, True, False),
        (24, 30, True, True),
        (24, 30, False, False),
        (32, 30, False, True),
        (999, 1, False, False),
        (999, 8, False, True),
        (None, 0, True, True),
        (None, 1, False, False),
        (-5, 0, True, True),
    ],
)
def test_when_a_backup_is_due(age_h, running_h, is_quiet, expected):
    age_ns = None if age_h is None else age_h * HOUR_NS
    assert is_due(age_ns, running_h * HOUR_NS, DAY_NS, is_quiet=is_quiet) is expected


def test_a_backup_is_made_told_and_not_made_again_before_its_time(desk):
    keeper = desk.keeper(folder=desk.folder)
    keeper.look()
    keeper.look()
    (done,) = desk.told.backups()
    (found,) = backups_in(desk.folder)
    assert (done.place, done.n_sessions) == (str(found.path), 1)
    assert keeper.state.last_backup_utc_ns == START.utc_ns
    desk.clock.advance_ns(DAY_NS)
    keeper.look()
    assert len(desk.told.backups()) == 2


def test_one_that_lies_there_already_counts_after_a_restart(desk):
    desk.keeper(folder=desk.folder).look()
    desk.clock.advance_ns(HOUR_NS)
    keeper = desk.keeper(folder=desk.folder)
    keeper.look()
    assert len(desk.told.backups()) == 1
    assert keeper.state.last_backup_utc_ns == START.utc_ns


def test_one_of_another_computer_with_a_copy_of_the_profile_folder_does_not_count(desk, tmp_path):
    other = tmp_path / "copied" / desk.record.name
    shutil.copytree(desk.record.parent, other.parent)
    with contextlib.closing(Store.open(other)) as store:
        store.append([StationStarted(at=minute(200), version="0.1.0")])
    make_backup(other, desk.folder, START.utc_ns, keep=3, rest=lambda _s: False)
    desk.clock.advance_ns(HOUR_NS)
    desk.keeper(folder=desk.folder).look()
    assert len(desk.told.backups()) == 1


def test_a_due_backup_waits_while_an_infusion_runs_but_not_for_ever(desk):
    keeper = desk.keeper(folder=desk.folder)
    keeper.heed([phase(Phase.INFUSION)])
    keeper.look()
    assert desk.told.backups() == []
    desk.clock.advance_ns(LONGEST_WAIT_NS)
    keeper.look()
    assert len(desk.told.backups()) == 1


def test_it_is_made_as_soon_as_the_infusion_is_over(desk):
    keeper = desk.keeper(folder=desk.folder)
    keeper.heed([phase(Phase.INFUSION)])
    keeper.look()
    keeper.heed([phase(Phase.DISCHARGED)])
    keeper.look()
    assert len(desk.told.backups()) == 1


def test_a_person_can_have_one_made_at_once(desk):
    keeper = desk.keeper(folder=desk.folder)
    keeper.heed([phase(Phase.INFUSION)])
    keeper.back_up()
    keeper.look()
    assert len(desk.told.backups()) == 1


def test_a_missing_drive_is_told_after_days_and_no_longer_once_it_is_back(desk):
    keeper = desk.keeper(folder=desk.folder, tell_after_days=2)
    keeper.look()
    away = desk.folder.rename(desk.folder.with_name("unplugged"))
    for _ in range(2):
        desk.clock.advance_ns(DAY_NS)
        keeper.look()
    (fault,) = desk.told.faults("backup")
    assert fault.priority is Priority.LOW
    assert fault.text.startswith("No backup of the record for 2 days. The folder for backups ")
    assert "connect its drive" in keeper.state.backup_trouble
    away.rename(desk.folder)
    keeper.look()
    assert len(desk.told.backups()) == 1  # not tried again at once
    desk.clock.advance_ns(HOUR_NS)
    keeper.look()
    assert len(desk.told.backups()) == 2
    assert [one.text for one in desk.told.faults("backup")][1:] == [""]


def test_the_first_backup_that_fails_is_told_at_once(desk):
    keeper = desk.keeper(folder=desk.folder / "none")
    keeper.look()
    (fault,) = desk.told.faults("backup")
    assert fault.text.startswith("There is no backup of the record yet. ")


def test_one_that_somebody_made_by_hand_ends_the_warning(desk):
    away = desk.folder.rename(desk.folder.with_name("unplugged"))
    keeper = desk.keeper(folder=desk.folder)
    keeper.heed([phase(Phase.INFUSION)])
    keeper.back_up()
    keeper.look()
    assert desk.told.faults("backup")[-1].text
    away.rename(desk.folder)
    desk.clock.advance_ns(HOUR_NS)
    keeper.look()
    assert keeper.state.backup_trouble  # none was made yet
    make_backup(desk.record, desk.folder, desk.clock.now().utc_ns, keep=1, rest=lambda _s: False)
    desk.clock.advance_ns(HOUR_NS)
    keeper.look()
    assert (desk.told.faults("backup")[-1].text, keeper.state.backup_trouble) == ("", "")
    assert desk.told.backups() == []  # an infusion runs


class Hasty(ManualClock):
    """A clock by which a minute passes at each look: the keeper looks around at each rest."""

    def now(self):
        self.advance_ns(61 * NS_PER_S)
        return super().now()


def test_what_is_asked_for_while_a_backup_runs_does_not_wait_for_its_end(desk):
    desk.clock = Hasty(START.shifted(8 * YEAR_NS))
    keeper = desk.keeper(folder=desk.folder, keep_years=7)
    ask = asked(desk)
    seen = []

    def look_at_room():
        seen.append((keeper.state.is_backing_up, keeper.state.kept is not None, keeper.state.purge_words != ""))
        if len(seen) == 2:
            keeper.heed([ask])
        return 10**12

    desk.free_bytes = look_at_room
    keeper.look()
    assert seen[:2] == [(False, False, False), (True, False, False)]
    assert (True, True, True) in seen
    assert desk.sessions() == []
    (copy,) = backups_in(desk.folder)
    assert verify_store(copy.path).ok


def test_a_backup_that_a_fault_ended_is_not_said_to_be_made_for_ever(desk, log_lines):
    desk.clock = Hasty(START.shifted(DAY_NS))
    keeper = desk.keeper(folder=desk.folder)
    looks = iter((10**12,))
    desk.free_bytes = lambda: next(looks)  # the second look, while the copy is made, fails
    keeper.turn(is_due=True)
    assert not keeper.state.is_backing_up
    assert len(desk.told.faults("keeper")) == 1
    assert any("StopIteration" in line for line in log_lines)
    assert list(desk.folder.iterdir()) == []


# --- purges ---


def asked(desk):
    record = PurgeAsked(at=desk.clock.now(), operator=NURSE.id, sessions=(SESSION,), reason="over its time")
    desk.store(record)
    return record


def test_a_visit_that_is_over_its_time_is_purged(desk):
    keeper = desk.keeper(keep_years=7)
    desk.clock.advance_ns(8 * YEAR_NS)
    keeper.heed([asked(desk)])
    keeper.look()
    assert desk.sessions() == []
    assert keeper.state.purge_words == f"{SESSION} was purged. Backups made before still hold it."


@pytest.mark.parametrize(
    ("keep_years", "years", "words"), [(7, 6, "to be kept for 7 years"), (None, 90, "kept for ever")]
)
def test_a_visit_that_is_to_be_kept_is_not_purged(desk, keep_years, years, words):
    keeper = desk.keeper(keep_years=keep_years)
    desk.clock.advance_ns(years * YEAR_NS)
    keeper.heed([asked(desk)])
    keeper.look()
    assert desk.sessions() == [SESSION]
    assert words in keeper.state.purge_words


@pytest.mark.parametrize(
    ("is_on_disk", "words"), [(True, "holds something else of it than was told"), (False, "has not taken it yet")]
)
def test_a_visit_that_is_still_in_the_record_is_not_said_to_be_purged(desk, is_on_disk, words):
    """The station agreed, and the store did not carry it out."""
    keeper = desk.keeper(keep_years=7, is_on_disk=is_on_disk)
    desk.clock.advance_ns(8 * YEAR_NS)
    desk.store = lambda *_records: None
    keeper.heed([asked(desk)])
    keeper.look()
    assert words in keeper.state.purge_words
    assert " was not purged. " in keeper.state.purge_words


def test_a_visit_that_is_held_meanwhile_is_not_purged(desk):
    keeper = desk.keeper(keep_years=7)
    desk.clock.advance_ns(8 * YEAR_NS)
    keeper.heed([asked(desk)])
    desk.held.add(SESSION)
    keeper.look()
    assert desk.sessions() == [SESSION]
    assert "did not take it" in keeper.state.purge_words
    desk.store(SessionHeld(at=minute(1), operator=NURSE.id, held=SESSION, reason="a complaint"))
    keeper.heed([asked(desk)])
    keeper.look()
    assert "legal hold" in keeper.state.purge_words


# --- its thread ---


def test_a_fault_is_told_until_a_look_goes_well(desk, log_lines):
    def fail():
        raise ZeroDivisionError

    desk.free_bytes = fail
    keeper = desk.keeper()
    keeper.turn(is_due=True)
    keeper.turn(is_due=False)
    keeper.turn(is_due=False)
    (fault,) = desk.told.faults("keeper")
    assert "Tell support" in fault.text
    assert any("ZeroDivisionError" in line for line in log_lines)
    desk.free_bytes = lambda: desk.free
    keeper.turn(is_due=True)
    assert [one.text for one in desk.told.faults("keeper")] == [fault.text, ""]


def test_its_thread_looks_at_once_and_stops_at_once(desk):
    keeper = desk.keeper(folder=desk.folder)
    keeper.start()
    keeper.stop()
    keeper.stop()
    assert len(desk.told.backups()) <= 1
    assert not list(desk.folder.glob("*.part"))


def test_the_end_does_not_wait_for_a_drive_that_hangs(desk, log_lines):
    is_hanging, may_go_on = threading.Event(), threading.Event()

    def hang():
        is_hanging.set()
        may_go_on.wait(20)
        return 10**12

    desk.free_bytes = hang
    keeper = desk.keeper(folder=desk.folder)
    keeper.start()
    assert is_hanging.wait(5)
    (thread,) = [one for one in threading.enumerate() if one.name == "record keeper"]
    keeper.stop(within_s=0.01)
    assert thread.is_alive()
    assert any("does not answer" in line for line in log_lines)
    may_go_on.set()
    thread.join()
    assert desk.told.backups() == []
