"""A wish for the protocols: looked over, told to the station, written; and taken back where it cannot be written."""

import pytest

from nursestation.config.protocol_files import load_protocols
from nursestation.core.model import Operator, Role
from nursestation.errors import NurseStationError
from nursestation.paths import resource
from nursestation.runtime.protocol_desk import (
    CopyProtocol,
    LookAtProtocols,
    ProtocolDesk,
    SaveProtocol,
    TakeBackProtocol,
)

SHIPPED = resource("protocols")
LEAD = Operator("j.okafor", "J. Okafor RN", Role.LEAD_NURSE, "not a hash")


class Station:
    """A station that takes every change, or none with a sentence."""

    def __init__(self, refusal=""):
        self.known = load_protocols(SHIPPED)
        self.refusal = refusal
        self.told = []

    def protocols(self):
        return self.known

    def set_protocols(self, protocols, operator):
        if self.refusal:
            raise NurseStationError(self.refusal)
        self.told.append(operator)
        self.known = protocols


@pytest.fixture
def station():
    return Station()


@pytest.fixture
def desk(tmp_path, station):
    return ProtocolDesk(SHIPPED, tmp_path / "own", station)


def named(station, name="depression_iv"):
    return next((one for one in station.known if one.name == name), None)


def save(station, **fields):
    return SaveProtocol(protocol=named(station).model_copy(update=fields), operator=LEAD)


def test_a_look_tells_what_is_there(desk):
    answer = desk.carry_out(LookAtProtocols())
    assert answer.problem == ""
    assert len(answer.shelf.files) == len(load_protocols(SHIPPED))


def test_a_save_counts_at_once_and_at_the_next_start(desk, station, tmp_path):
    before = named(station).version
    answer = desk.carry_out(save(station, planned_min=50.0))
    assert (answer.problem, answer.name, station.told) == ("", "depression_iv", ["j.okafor"])
    assert (named(station).planned_min, named(station).version) == (50, before + 1)
    assert {one.name: one for one in load_protocols(SHIPPED, tmp_path / "own")} == {
        one.name: one for one in station.known
    }
    assert answer.shelf.file("depression_iv").is_own


def test_what_the_station_refuses_is_not_written(tmp_path):
    station = Station("Protocols are changed by a lead nurse.")
    answer = ProtocolDesk(SHIPPED, tmp_path / "own", station).carry_out(save(station, planned_min=50.0))
    assert answer.problem == "Protocols are changed by a lead nurse."
    assert answer.name == ""
    assert not (tmp_path / "own").exists()


def test_what_cannot_be_written_does_not_count(tmp_path, station):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "depression_iv.toml.before").mkdir()  # where the copy of the file before would go
    (tmp_path / "own" / "depression_iv.toml").write_bytes((SHIPPED / "general_iv.toml").read_bytes())
    before = station.known
    answer = ProtocolDesk(SHIPPED, tmp_path / "own", station).carry_out(save(station, planned_min=50.0))
    assert answer.problem
    assert station.known == before


def test_a_file_that_was_changed_by_hand_is_left(desk, station, tmp_path):
    desk.carry_out(save(station, planned_min=50.0))
    path = tmp_path / "own" / "depression_iv.toml"
    by_hand = path.read_text(encoding="utf-8").replace("planned_min = 50", "planned_min = 51")
    path.write_text(by_hand, encoding="utf-8")
    answer = desk.carry_out(save(station, planned_min=52.0))
    assert "was changed by hand since Nursestation started" in answer.problem
    assert path.read_text(encoding="utf-8") == by_hand
    assert named(station).planned_min == 50


def test_a_copy_is_added_and_can_be_taken_away(desk, station):
    answer = desk.carry_out(CopyProtocol(name="ptsd_iv", title="PTSD, slow", new_name="ptsd_slow", operator=LEAD))
    assert answer.name == "ptsd_slow"
    assert named(station, "ptsd_slow").title == "PTSD, slow"
    assert desk.carry_out(TakeBackProtocol(name="ptsd_slow", operator=LEAD)).problem == ""
    assert named(station, "ptsd_slow") is None


def test_going_back_brings_the_shipped_one(desk, station):
    shipped = named(station)
    desk.carry_out(save(station, planned_min=50.0))
    answer = desk.carry_out(TakeBackProtocol(name="depression_iv", operator=LEAD))
    assert not answer.shelf.file("depression_iv").is_own
    assert named(station) == shipped


def test_wishes_are_carried_out_one_after_the_other(desk, station):
    desk.ask(save(station, planned_min=50.0))
    desk.ask(LookAtProtocols())
    answers = []
    while len(answers) < 2:
        answer = desk.poll()
        if answer is not None:
            answers.append(answer)
    assert [type(answer.wish) for answer in answers] == [SaveProtocol, LookAtProtocols]
    assert answers[1].shelf.file("depression_iv").protocol.planned_min == 50
    assert desk.poll() is None
    desk.stop()


def test_a_stop_waits_for_what_is_done_and_begins_nothing_more(desk, station):
    desk.ask(save(station, planned_min=50.0))
    desk.ask(save(station, planned_min=55.0))
    desk.stop()
    assert named(station).planned_min == 50
    desk.stop()
