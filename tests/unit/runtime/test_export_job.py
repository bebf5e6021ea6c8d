"""An export beside a running station: it ends with a file, or with a sentence."""

import hashlib
import os
import threading
from pathlib import Path

import pytest

from devices.clock import Moment
from nursestation.core.commands import AskExport
from nursestation.core.inputs import ExportDone
from nursestation.core.model import Phase
from nursestation.core.records import ExportAsked, PhaseChanged, Refused, SessionOpened
from nursestation.export.formats import ExportOptions
from nursestation.paths import resource
from nursestation.runtime.export_job import ExportAnswer, ExportJob, ExportOrder, kind_of_place
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.station_views import make_protocol
from tests.helpers.visit import run_visit
from tests.helpers.written_visit import PATIENT, START

DAY_NS = 24 * 3600 * 10**9


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    path = tmp_path_factory.mktemp("record") / "record.sqlite3"
    store = Store.open(path)
    store.append(run_visit()[1])
    store.close()
    return path


OPTIONS = ExportOptions(fonts=resource("fonts"), version="test")


def start(record, session, path, format_name="csv", ask=None, **wanted) -> ExportJob:
    order = ExportOrder(sessions=(session,), format=format_name, folder=path.parent, name=path.name, **wanted)
    more = () if ask is None else (ask,)
    return ExportJob(record, order, OPTIONS, record.with_name("deidentify.key"), *more)


def export(*arguments, **wanted) -> ExportAnswer:
    job = start(*arguments, **wanted)
    job.join()
    answer = job.poll()
    assert answer is not None
    return answer


def session_of(record) -> str:
    with StoreReader.open(record) as reader:
        return reader.sessions()[0].id


def test_the_file_is_written_into_a_folder_made_for_it(record, tmp_path):
    target = tmp_path / "exports" / "visit.csv"
    assert export(record, session_of(record), target) == ExportAnswer(target)
    assert target.read_text(encoding="utf-8").startswith("time,metric,value")


def test_what_cannot_be_written_ends_with_a_sentence(record, tmp_path):
    (tmp_path / "in the way").write_text("")
    answer = export(record, session_of(record), tmp_path / "in the way" / "visit.csv")
    assert answer.path is None
    assert "cannot be made" in answer.text


def test_an_unknown_session_or_format_ends_with_a_sentence(record, tmp_path):
    assert "no-such-session" in export(record, "no-such-session", tmp_path / "a.csv").text
    assert "docx" in export(record, session_of(record), tmp_path / "a.docx", "docx").text
    assert list(tmp_path.iterdir()) == []


def test_it_says_how_far_it_is_and_can_be_stopped(record, tmp_path):
    job = start(record, session_of(record), tmp_path / "out" / "visit.bundle.zip", "bundle")
    job.cancel()
    job.join()
    assert job.poll() == ExportAnswer(None, "Stopped. No file was saved.")
    assert 0 <= job.done < 1
    assert list((tmp_path / "out").iterdir()) == []
    whole = start(record, session_of(record), tmp_path / "out" / "visit.csv")
    whole.join()
    assert whole.done == 1
    whole.cancel()  # too late: what is there stays
    assert whole.poll() == ExportAnswer(tmp_path / "out" / "visit.csv")


def test_the_station_is_asked_before_and_told_afterwards(record, tmp_path):
    heard = []

    def ask(item):
        heard.append(item)
        return ()

    session = session_of(record)
    answer = export(record, session, tmp_path / "visit.csv.zip", ask=ask, passphrase="four words that belong")
    asked, told = heard
    assert (asked.sessions, asked.format, asked.is_encrypted, asked.target) == ((session,), "csv", True, "folder")
    assert told.made[0].sha256 == hashlib.sha256(answer.path.read_bytes()).hexdigest()
    assert told.made[0].session == session
    assert told.is_encrypted


def test_a_deidentified_file_is_named_after_nobody_and_noted_under_its_visit(record, tmp_path):
    heard = []
    session = session_of(record)
    order = ExportOrder(sessions=(session,), format="jsonl", folder=tmp_path, is_deidentified=True)
    job = ExportJob(record, order, OPTIONS, tmp_path / "key", lambda item: heard.append(item) or ())
    job.join()
    path = job.poll().path
    assert path.name.startswith("visit-")
    assert session not in path.read_text(encoding="utf-8")
    assert heard[1].made[0].session == session
    with StoreReader.open(record) as reader:
        assert heard[1].made[0].chain_head == reader.chain_heads()[session]


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    path = tmp_path_factory.mktemp("several") / "record.sqlite3"
    store = Store.open(path)
    for day in range(3):
        told = {"at": START.shifted(day * DAY_NS), "chair": 2, "session": f"s-{day}", "operator": "op-1"}
        store.append([
            SessionOpened(**told, patient=PATIENT, protocol=make_protocol(), simulated=False),
            PhaseChanged(**told, before=None, after=Phase.CHECK_IN),
        ])  # fmt: skip
    store.close()
    return path


def batch(record, folder, ask, sessions=("s-0", "s-1", "s-2"), **wanted) -> ExportAnswer:
    order = ExportOrder(sessions=sessions, format="csv", folder=folder, **wanted)
    job = ExportJob(record, order, OPTIONS, record.with_name("deidentify.key"), ask)
    job.join()
    answer = job.poll()
    assert answer is not None
    return answer


def test_several_visits_are_asked_for_once_and_told_at_the_end(several, tmp_path):
    heard = []
    answer = batch(several, tmp_path / "out", lambda item: heard.append(item) or ())
    assert answer == ExportAnswer(tmp_path / "out", "", 3)
    assert [type(item) for item in heard] == [AskExport, ExportDone]
    assert heard[0].sessions == ("s-0", "s-1", "s-2")
    assert [one.session for one in heard[1].made] == ["s-0", "s-1", "s-2"]
    assert sorted(one.name for one in (tmp_path / "out").glob("*.csv")) == ["s-0.csv", "s-1.csv", "s-2.csv"]


def test_what_was_written_is_noted_for_who_asked_though_somebody_else_is_signed_in_by_then(several, tmp_path):
    heard = []

    def station(item):
        heard.append(item)
        asked = ExportAsked(
            at=START, chair=None, session=None, operator="n.nurse", sessions=("s-0",), format="csv", target="folder",
            is_deidentified=False, is_encrypted=False,
        )  # fmt: skip
        return (asked,) if isinstance(item, AskExport) else ()

    batch(several, tmp_path, station, ("s-0",))
    assert [item.operator for item in heard if isinstance(item, ExportDone)] == ["n.nurse"]


def test_one_of_several_that_cannot_be_written_is_told_and_not_noted(several, tmp_path):
    heard = []
    sessions = ("s-0", "none", "s-2")
    answer = batch(several, tmp_path, lambda item: heard.append(item) or (), sessions, is_deidentified=True)
    assert (answer.path, answer.n_files) == (tmp_path, 2)
    assert answer.text.startswith("Not saved: 1 of 3 visits. none: There is no session none")
    assert [one.session for one in heard[1].made] == ["s-0", "s-2"]
    with StoreReader.open(several) as reader:
        assert [one.chain_head for one in heard[1].made] == [reader.chain_heads()[key] for key in ("s-0", "s-2")]
    assert not [one.name for one in tmp_path.iterdir() if "s-0" in one.name]


def test_who_stops_several_keeps_those_that_are_whole_and_they_are_noted(several, tmp_path):
    heard = []

    class StopsAfterOne(ExportJob):
        def _progress(self, done):
            if done > 1 / 3:
                self.cancel()
            super()._progress(done)

    order = ExportOrder(sessions=("s-0", "s-1", "s-2"), format="csv", folder=tmp_path)
    job = StopsAfterOne(several, order, OPTIONS, tmp_path / "key", lambda item: heard.append(item) or ())
    job.join()
    assert job.poll() == ExportAnswer(tmp_path, "Stopped. 1 of 3 files were saved and stay.", 1)
    assert [one.name for one in tmp_path.glob("*.csv")] == ["s-0.csv"]
    assert [one.session for one in heard[1].made] == ["s-0"]


@pytest.mark.parametrize(("sessions", "n_files"), [(("s-0",), 1), (("s-0", "s-1", "s-2"), 0)])
def test_a_program_that_closes_waits_for_one_visit_and_gives_several_up(several, tmp_path, sessions, n_files):
    may_begin = threading.Event()

    def ask(_item):
        may_begin.wait(5)
        return ()

    job = ExportJob(
        several, ExportOrder(sessions=sessions, format="csv", folder=tmp_path, name=""), OPTIONS, tmp_path / "key", ask
    )
    closing = threading.Thread(target=job.finish)
    closing.start()
    assert len(sessions) == 1 or job._cancelled.wait(5)
    may_begin.set()
    closing.join()
    assert len(list(tmp_path.glob("*.csv"))) == n_files
    assert job.poll().path == (None if not n_files else next(tmp_path.glob("*.csv")))


def test_a_refusal_of_several_writes_none(several, tmp_path):
    refusal = Refused(at=Moment(0, 0), command="AskExport", reason="Sign in first.")
    assert batch(several, tmp_path / "out", lambda _item: (refusal,)) == ExportAnswer(None, "Sign in first.")
    assert not (tmp_path / "out").exists()


def test_what_the_station_refuses_is_not_written(record, tmp_path):
    def refuse(_item):
        return (Refused(at=Moment(0, 0), command="AskExport", reason="Sign in first."),)

    assert export(record, session_of(record), tmp_path / "visit.csv", ask=refuse) == ExportAnswer(
        None, "Sign in first."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_station_that_does_not_answer_is_told(record, tmp_path):
    def silent(_item):
        raise TimeoutError

    assert "busy" in export(record, session_of(record), tmp_path / "visit.csv", ask=silent).text


@pytest.mark.skipif(os.name == "nt", reason="drives have letters there")
@pytest.mark.parametrize(
    ("folder", "kind"), [("/media/nurse/STICK/out", "drive"), ("/home/nurse/media", "folder"), ("/mnt/usb", "drive")]
)
def test_a_drive_that_can_be_taken_away_is_known_by_where_it_is(folder, kind):
    assert kind_of_place(Path(folder)) == kind
