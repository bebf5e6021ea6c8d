"""Who looks after a chair: a record of the station, for every visit in it."""

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.chain import from_json, to_json
from nursestation.core.model import Role
from nursestation.core.station import ChairSetup, Station
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.visit import CLINICIAN, NURSE, Clinic, PlainPins, binding, load_protocol, make_clinic


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    clinic.start()
    return clinic


def nurse(clinic: Clinic, chair: int) -> str:
    found = clinic.station.snapshot(clinic.clock.now()).chair(chair).nurse
    return found.id if found is not None else ""


def test_a_chair_is_given_to_somebody_and_to_nobody_again(clinic: Clinic) -> None:
    assert nurse(clinic, 2) == ""
    (told,) = clinic.do(c.AssignNurse(chair=2, nurse=CLINICIAN))
    assert isinstance(told, r.NurseAssigned)
    assert (told.chair, told.session, told.nurse, told.operator) == (2, None, CLINICIAN, NURSE)
    assert (nurse(clinic, 1), nurse(clinic, 2)) == ("", CLINICIAN)
    clinic.do(c.AssignNurse(chair=2, nurse=None))
    assert nurse(clinic, 2) == ""


def test_a_free_chair_has_somebody_too(clinic: Clinic) -> None:
    clinic.do(c.AssignNurse(chair=1, nurse=NURSE))
    assert nurse(clinic, 1) == NURSE


def test_only_who_cares_for_patients_is_taken(clinic: Clinic) -> None:
    assert "not on the staff" in clinic.refused(c.AssignNurse(chair=2, nurse="op-99"))
    clinic.do(c.ChangeRole(operator_id=CLINICIAN, role=Role.OFFICE))
    assert "Office staff look after no chair" in clinic.refused(c.AssignNurse(chair=2, nurse=CLINICIAN))
    assert "Nobody looks after chair 2 already." in clinic.refused(c.AssignNurse(chair=2, nurse=None))
    assert clinic.of(r.NurseAssigned) == []


def test_who_left_looks_after_nothing(clinic: Clinic) -> None:
    clinic.do(c.AssignNurse(chair=2, nurse=CLINICIAN), c.LetGo(operator_id=CLINICIAN))
    assert nurse(clinic, 2) == ""


def test_it_stands_after_a_restart_as_it_was_stored(clinic: Clinic, tmp_path) -> None:
    (told,) = clinic.do(c.AssignNurse(chair=2, nurse=CLINICIAN))
    assert from_json(type(told).__name__, to_json(told)) == told
    store = Store.open(tmp_path / "record.sqlite3")
    store.append(clinic.records)
    store.close()
    station = Station(
        (ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=(binding(),))),
        [load_protocol()],
        PlainPins(),
        "0.1.0",
    )
    with StoreReader.open(tmp_path / "record.sqlite3") as reader:
        station.restore(reader.restore_records(), clinic.clock.now(), unclean=True)
    found = station.snapshot(clinic.clock.now()).chair(2).nurse
    assert found is not None
    assert found.id == CLINICIAN
