"""Many sessions at once: those of a range of days, a whole file each, and the others though one fails."""

from dataclasses import replace
from datetime import UTC, date

import pytest

from nursestation.core.model import Phase
from nursestation.core.records import PhaseChanged, SessionOpened
from nursestation.export.batch import NotExported, export_sessions, sessions_between
from nursestation.export.errors import ExportCancelled, ExportError
from nursestation.export.files import Exported, verify_export
from nursestation.export.formats import ExportOptions
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.station_views import make_protocol
from tests.helpers.written_visit import PATIENT, START, station_records
from tests.unit.export.test_report import FONTS, NEW_YORK

DAY_NS = 24 * 3600 * 10**9
OPTIONS = ExportOptions(FONTS, "0.1.0", NEW_YORK)


@pytest.fixture
def reader(tmp_path):
    store = Store.open(tmp_path / "record.sqlite3")
    store.append(station_records())
    for day in range(4):  # 3 to 6 March, 18:20 UTC
        told = {"at": START.shifted(day * DAY_NS), "chair": 2, "session": f"s-{day}", "operator": "op-1"}
        store.append([
            SessionOpened(**told, patient=PATIENT, protocol=make_protocol(), simulated=False),
            PhaseChanged(**told, before=None, after=Phase.CHECK_IN),
        ])  # fmt: skip
    store.close()
    (tmp_path / "out").mkdir()
    with StoreReader.open(tmp_path / "record.sqlite3") as reader:
        yield reader


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [(3, 6, "s-0 s-1 s-2 s-3"), (4, 5, "s-1 s-2"), (6, 6, "s-3"), (7, 9, ""), (5, 4, "")],
)
def test_days_are_counted_with_both_ends(reader, first, last, found):
    assert sessions_between(reader, date(2026, 3, first), date(2026, 3, last), OPTIONS) == tuple(found.split())


def test_a_day_is_one_of_the_clinics_calendar(reader):
    late = replace(OPTIONS, zone=UTC)
    assert sessions_between(reader, date(2026, 3, 3), date(2026, 3, 3), late) == ("s-0",)


def test_each_session_is_a_file_and_the_progress_goes_once_over_all(reader, tmp_path):
    heard = []
    options = replace(OPTIONS, progress=heard.append)
    made = list(export_sessions(reader, ("s-0", "s-1", "s-2"), "csv", tmp_path / "out", options))
    assert [one.path.name for one in made] == ["s-0.csv", "s-1.csv", "s-2.csv"]
    assert all(verify_export(one.path).ok for one in made)
    assert heard == sorted(heard)
    assert heard[-1] == 1


def test_one_that_cannot_be_written_does_not_keep_the_others_from_it(reader, tmp_path):
    (tmp_path / "out" / "s-1.csv").mkdir()
    made = list(export_sessions(reader, ("s-0", "s-1", "none", "s-2"), "csv", tmp_path / "out", OPTIONS))
    assert [type(one) for one in made] == [Exported, NotExported, NotExported, Exported]
    assert "is a folder" in made[1].text
    assert "There is no session none" in made[2].text


def test_who_stops_it_keeps_what_is_whole_and_nothing_else(reader, tmp_path):
    def stop(done):
        if done > 0.5:
            raise ExportCancelled("Stopped.")

    made = []
    with pytest.raises(ExportCancelled):
        made.extend(
            one
            for one in export_sessions(
                reader, ("s-0", "s-1", "s-2"), "jsonl", tmp_path / "out", replace(OPTIONS, progress=stop)
            )
        )
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["s-0.jsonl", "s-0.jsonl.sha256"]


def test_a_format_or_folder_that_is_not_there_is_told_first(reader, tmp_path):
    with pytest.raises(ExportError, match="There is no format fax"):
        next(export_sessions(reader, ("s-0",), "fax", tmp_path / "out", OPTIONS))
    with pytest.raises(ExportError, match="does not exist"):
        next(export_sessions(reader, ("s-0",), "csv", tmp_path / "none", OPTIONS))
