"""A visit that is over its time, purged by a lead nurse in the real window: gone from the record, and verify agrees."""

import contextlib
from dataclasses import replace

import pytest

from devices.clock import NS_PER_S
from nursestation.core.records import DischargeSigned, SessionPurged
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.e2e.program import Program
from tests.helpers.written_visit import SESSION, visit_records

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

PIN = "482913"
LONG_AGO_NS = -10 * 366 * 86_400 * NS_PER_S


def test_a_visit_is_purged_with_a_reason_the_pin_and_a_second_button(tmp_path):
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "station.toml").write_text("[[chair]]\nnumber = 2\n\n[retention]\nkeep_years = 7\n")
    old = [replace(one, at=one.at.shifted(LONG_AGO_NS)) for one in visit_records(step_s=60)]
    with contextlib.closing(Store.open(profile / "record.sqlite3")) as store:
        store.append([one for one in old if not isinstance(one, DischargeSigned)])  # it signs the hashes of before
    with Program(profile, env={"QT_QPA_PLATFORM": "offscreen"}, log=tmp_path / "stderr") as program:
        program.click("first_run_understood")
        program.type("first_run_name", "R. Alvarez RN")
        program.click("first_run_role_lead_nurse")
        program.type("first_run_pin", PIN)
        program.type("first_run_pin_again", PIN)
        program.click("first_run_create")
        program.until(lambda: program.do("shown", "chair_page"), "the chairs are shown")
        program.click("station")
        program.click("station_record")
        program.click(f"records_visit_{SESSION}")
        program.type("records_reason", "kept ten years")
        program.type("records_pin", PIN)
        program.click("records_purge")
        program.click("records_purge_sure")
        program.until(lambda: not program.do("shown", f"records_visit_{SESSION}"), "the visit is gone from the list")
        assert program.close() == 0
    with StoreReader.open(profile / "record.sqlite3") as reader:
        assert reader.sessions() == []
        (purged,) = reader.of_kinds([SessionPurged])
    assert purged.purged == SESSION
    assert verify_store(profile / "record.sqlite3").ok
