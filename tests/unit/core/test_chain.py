"""The chain: the same record has the same text before it is stored and after, and any change changes the hash."""

from datetime import date

import pytest

from devices.clock import Moment
from devices.events import AdmissionState
from nursestation.core import records as r
from nursestation.core.chain import GENESIS, from_json, link, to_json
from nursestation.core.model import MonitorFacts, Patient, ToldPatient
from nursestation.core.records import ClockStepped, ConditionRaised, Refused
from tests.helpers.visit import run_visit


@pytest.mark.parametrize("step", [2, 2.0, 2.5, -3.0])
def test_a_record_reads_back_to_the_text_it_was_stored_as(step):
    body = to_json(ClockStepped(at=Moment(1, 2), step_s=step))
    assert to_json(from_json("ClockStepped", body)) == body


def test_every_record_of_a_visit_reads_back_to_the_text_it_was_stored_as():
    for record in run_visit()[1]:
        kind = type(record).__name__
        if kind not in ("Sample", "Wave", "Gap", "Refused"):
            body = to_json(record)
            assert from_json(kind, body) == record
            assert to_json(from_json(kind, body)) == body


_AT = {"at": Moment(1, 2), "chair": 2, "session": "s", "operator": "r.alvarez", "monitor": "2:a"}
_FACTS = MonitorFacts(
    monitor="2:a", driver="a", title="A on ttyUSB0", port="/dev/ttyUSB0", adapter="socket 1-1.2", simulated=True,
    vendor="V", model="M", serial="7",
)  # fmt: skip
_OF_CHAIR = {key: _AT[key] for key in ("at", "chair", "session", "operator")}


@pytest.mark.parametrize(
    "record",
    [
        r.MonitorBound(**_AT, driver="a", title="A", port="COM3", adapter="", may_start_cuff=True),
        r.MonitorUnbound(**_AT, driver="a", title="A"),
        r.MonitorPatient(
            **_AT, told=ToldPatient(admission=AdmissionState.ADMITTED, patient_id="1", name="Ä"), asks=True
        ),
        r.MonitorPatient(**_AT, told=ToldPatient(admission=AdmissionState.NONE)),
        r.MonitorPatientConfirmed(**_AT, same=False),
        r.SessionMonitors(**_OF_CHAIR, monitors=(_FACTS, MonitorFacts(monitor="2:b", driver="b", title="B"))),
        r.MonitorsConfirmed(**_OF_CHAIR, monitors=()),
        r.CuffStarted(**_AT),
        r.CuffStopped(**_AT),
    ],
    ids=lambda record: type(record).__name__,
)
def test_what_a_monitors_setup_and_patient_record_reads_back(record):
    body = to_json(record)
    assert from_json(type(record).__name__, body) == record
    assert to_json(from_json(type(record).__name__, body)) == body


def test_bulk_data_and_refusals_have_no_place_in_a_chain():
    with pytest.raises(KeyError):
        to_json(Refused(at=Moment(1, 2), command="x", reason="y"))


def test_a_change_of_record_kind_or_place_changes_the_hash():
    body = to_json(ClockStepped(at=Moment(1, 2), step_s=1))
    hashes = {
        link(GENESIS, "ClockStepped", body),
        link(GENESIS, "ClockStepped", body.replace("1", "3")),
        link(GENESIS, ConditionRaised.__name__, body),
        link("1" * 64, "ClockStepped", body),
    }
    assert len(hashes) == 4


def test_initials_never_say_the_name():
    assert Patient("Jane", "Kowalski", date(1985, 1, 1), "4471", 72).initials == "J. K."
