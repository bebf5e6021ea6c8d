"""The two-step confirmation: the first reading flags at once, the second decides."""

import pytest

from devices.events import Priority
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import FlagOutcome, Grade
from nursestation.core.records import Record
from tests.helpers.visit import Clinic, make_clinic


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    clinic.start()
    clinic.records.clear()
    return clinic


def story(clinic: Clinic) -> list[str]:
    """Return what happened to flags and conditions, in short words."""

    def word(record: Record) -> str | None:
        match record:
            case r.FlagRaised():
                return f"raised {record.grade}"
            case r.FlagDecided():
                return str(record.outcome)
            case r.FlagEnded():
                return "ended"
            case r.ConditionRaised():
                return f"+{record.rule}"
            case r.ConditionEnded():
                return "-condition"
            case r.CuffRequested():
                return "repeat"
            case _:
                return None

    return [found for record in clinic.records if (found := word(record)) is not None]


def test_the_first_reading_flags_at_once_and_asks_for_a_repeat(clinic: Clinic) -> None:
    clinic.cuff(165, 90)
    assert story(clinic) == ["raised severe", "repeat", "+bp.severe"]
    asked = clinic.of(r.CuffRequested)[0]
    assert (asked.operator, asked.reason) == (None, "repeat for BP severe 165/90")
    (flag,) = clinic.visit.flags
    assert (flag.outcome, flag.repeat_in_s, flag.confirmed_by) == (FlagOutcome.OPEN, 120, None)
    assert clinic.view.cuff.doing == "repeat: press START on the monitor"
    assert clinic.view.cuff.due_in_s == 120


@pytest.mark.parametrize(("sys", "expected"), [(164, "confirmed"), (190, "confirmed"), (163, "not_confirmed")])
def test_the_second_reading_decides(clinic: Clinic, sys: int, expected: str) -> None:
    clinic.cuff(170, 80)  # severe: 46 over the baseline of 124
    clinic.run(60)
    clinic.cuff(sys, 80)
    flag = clinic.visit.flags[0]
    assert flag.outcome.value == expected
    assert flag.confirmed_by.sys == sys
    assert flag.repeat_in_s is None


def test_confirmed_stays_until_a_later_reading_is_back(clinic: Clinic) -> None:
    clinic.cuff(182, 80)
    clinic.run(60)
    clinic.cuff(184, 80)
    assert "184/80" in clinic.view.conditions[0].text
    assert clinic.view.conditions[0].text.endswith("confirmed")
    clinic.run(300)
    clinic.cuff(186, 80)
    assert [flag.is_present for flag in clinic.visit.flags] == [True]
    clinic.run(300)
    clinic.cuff(130, 80)
    assert [flag.is_present for flag in clinic.visit.flags] == [False]
    assert clinic.view.conditions == ()
    assert story(clinic) == ["raised severe", "repeat", "+bp.severe", "confirmed", "ended", "-condition"]


def test_not_confirmed_ends_the_flag_and_its_condition(clinic: Clinic) -> None:
    clinic.cuff(182, 111)
    clinic.run(60)
    clinic.cuff(128, 80)
    assert story(clinic) == ["raised severe", "repeat", "+bp.severe", "not_confirmed", "ended", "-condition"]
    assert clinic.view.conditions == ()


def test_a_second_reading_on_a_lower_rung_is_a_confirmed_flag_of_that_rung(clinic: Clinic) -> None:
    clinic.cuff(182, 80)
    clinic.run(60)
    clinic.cuff(152, 80)
    severe, spike = clinic.visit.flags
    assert (severe.outcome, severe.is_present) == (FlagOutcome.NOT_CONFIRMED, False)
    assert (spike.grade, spike.outcome, spike.is_present) == (Grade.SPIKE, FlagOutcome.CONFIRMED, True)
    assert (spike.reading.sys, spike.confirmed_by.sys) == (152, 182)
    assert [condition.rule for condition in clinic.view.conditions] == ["bp.spike"]
    assert len(clinic.of(r.CuffRequested)) == 1


def test_a_second_reading_on_a_higher_rung_confirms_and_asks_again(clinic: Clinic) -> None:
    clinic.cuff(152, 80)
    clinic.run(60)
    clinic.cuff(182, 80)
    spike, severe = clinic.visit.flags
    assert (spike.outcome, spike.is_present) == (FlagOutcome.CONFIRMED, False)
    assert (severe.grade, severe.outcome, severe.repeat_in_s) == (Grade.SEVERE, FlagOutcome.OPEN, 120)
    assert [condition.rule for condition in clinic.view.conditions] == ["bp.severe"]


def test_worsening_after_confirmation_raises_the_higher_flag(clinic: Clinic) -> None:
    for sys in (142, 144, 182):
        clinic.cuff(sys, 80)
        clinic.run(60)
    assert [(flag.grade, flag.outcome) for flag in clinic.visit.flags] == [
        (Grade.WATCH, FlagOutcome.CONFIRMED),
        (Grade.SEVERE, FlagOutcome.OPEN),
    ]
    assert [condition.rule for condition in clinic.view.conditions] == ["bp.severe"]


def test_no_second_reading_in_time_leaves_the_condition_and_says_so(clinic: Clinic) -> None:
    clinic.cuff(182, 80)
    clinic.run(120)
    assert clinic.visit.flags[0].outcome is FlagOutcome.OPEN
    clinic.run(1)
    flag = clinic.visit.flags[0]
    assert (flag.outcome, flag.is_present) == (FlagOutcome.NOT_REPEATED, True)
    assert clinic.view.conditions[0].text.endswith("not repeated in time: measure again")
    assert clinic.of(r.FlagDecided)[0].reading is None


@pytest.mark.parametrize(("sys", "outcome"), [(183, FlagOutcome.CONFIRMED), (128, FlagOutcome.NOT_CONFIRMED)])
def test_a_late_second_reading_still_decides(clinic: Clinic, sys: int, outcome: FlagOutcome) -> None:
    clinic.cuff(182, 80)
    clinic.run(200)
    clinic.cuff(sys, 80)
    assert clinic.visit.flags[0].outcome is outcome


def test_low_pressure_has_two_steps_of_its_own(clinic: Clinic) -> None:
    clinic.cuff(84, 60)
    clinic.run(60)
    assert clinic.view.conditions[0].priority is Priority.MEDIUM
    clinic.cuff(78, 60)
    (flag,) = clinic.visit.flags
    assert (flag.grade, flag.outcome) == (Grade.LOW, FlagOutcome.CONFIRMED)
    assert clinic.view.conditions[0].priority is Priority.HIGH
    clinic.run(60)
    clinic.cuff(110, 70)
    assert clinic.view.conditions == ()


def test_from_low_to_high_ends_one_side_and_raises_the_other(clinic: Clinic) -> None:
    clinic.cuff(84, 60)
    clinic.run(60)
    clinic.cuff(182, 80)
    low, severe = clinic.visit.flags
    assert (low.outcome, low.is_present) == (FlagOutcome.NOT_CONFIRMED, False)
    assert (severe.grade, severe.outcome) == (Grade.SEVERE, FlagOutcome.OPEN)
    assert [condition.rule for condition in clinic.view.conditions] == ["bp.severe"]


def test_a_crisis_latches_until_it_is_acknowledged(clinic: Clinic) -> None:
    clinic.cuff(205, 100)
    clinic.run(30)
    clinic.cuff(206, 100)
    clinic.run(60)
    clinic.cuff(128, 80)
    assert [flag.is_present for flag in clinic.visit.flags] == [False]
    (condition,) = clinic.view.conditions
    assert condition.rule == "bp.crisis"
    assert condition.text.endswith("now 128/80, acknowledge to clear")
    clinic.run(60)
    clinic.cuff(126, 80)
    assert clinic.view.conditions[0].text.count("; now") == 1
    clinic.do(c.Acknowledge(chair=2, condition_id=condition.id))
    assert clinic.view.conditions == ()


def test_an_acknowledged_crisis_ends_with_the_next_good_reading(clinic: Clinic) -> None:
    clinic.cuff(205, 100)
    clinic.do(c.Acknowledge(chair=2, condition_id=clinic.view.conditions[0].id))
    assert clinic.view.conditions[0].acknowledged
    clinic.run(30)
    clinic.cuff(128, 80)
    assert clinic.view.conditions == ()


def test_a_latched_crisis_gives_way_to_the_lower_flag_once_acknowledged(clinic: Clinic) -> None:
    clinic.cuff(205, 100)
    clinic.run(30)
    clinic.cuff(152, 80)
    assert [condition.rule for condition in clinic.view.conditions] == ["bp.crisis"]
    clinic.do(c.Acknowledge(chair=2, condition_id=clinic.view.conditions[0].id))
    assert [condition.rule for condition in clinic.view.conditions] == ["bp.spike"]


def test_what_was_done_is_kept_with_the_flag(clinic: Clinic) -> None:
    clinic.cuff(182, 80)
    flag_id = clinic.visit.flags[0].id
    clinic.do(c.AnswerFlag(chair=2, flag_id=flag_id, action="paused", reason="per protocol"))
    assert clinic.visit.flags[0].answered == "paused: per protocol"
    assert clinic.visit.flags[0].is_present


def test_saying_what_was_done_acknowledges(clinic: Clinic) -> None:
    clinic.cuff(182, 80)
    made = clinic.do(c.AnswerFlag(chair=2, flag_id=clinic.visit.flags[0].id, action="paused"))
    assert [type(record) for record in made] == [r.FlagAnswered, r.ConditionAcknowledged]
    assert made[1].operator == "r.alvarez"
    assert clinic.view.conditions[0].acknowledged
    made = clinic.do(c.AnswerFlag(chair=2, flag_id=clinic.visit.flags[0].id, action="clinician told"))
    assert [type(record) for record in made] == [r.FlagAnswered], "it is acknowledged already"


def test_saying_what_was_done_lets_a_latched_crisis_go(clinic: Clinic) -> None:
    clinic.cuff(205, 100)
    clinic.run(60)
    clinic.cuff(128, 80)
    assert [condition.rule for condition in clinic.view.conditions] == ["bp.crisis"]
    clinic.do(c.AnswerFlag(chair=2, flag_id=clinic.visit.flags[0].id, action="stopped"))
    assert clinic.view.conditions == ()


def test_a_crisis_that_is_called_an_artefact_leaves_no_latch(clinic: Clinic) -> None:
    clinic.cuff(205, 100)
    flag_id = clinic.visit.flags[0].id
    clinic.do(
        c.AnswerFlag(chair=2, flag_id=flag_id, action="artefact", reason="arm moved", outcome=FlagOutcome.NOT_CONFIRMED)
    )
    assert clinic.view.conditions == ()


def test_an_answer_to_an_earlier_flag_acknowledges_nothing(clinic: Clinic) -> None:
    clinic.cuff(182, 80)
    clinic.run(30)
    clinic.cuff(128, 80)
    clinic.run(30)
    clinic.cuff(183, 80)
    assert len(clinic.visit.flags) == 2
    old = min(clinic.visit.flags, key=lambda flag: flag.raised.mono_ns)
    clinic.do(c.AnswerFlag(chair=2, flag_id=old.id, action="clinician told"))
    assert not clinic.view.conditions[0].acknowledged


def test_an_artefact_ends_the_flag_with_a_reason(clinic: Clinic) -> None:
    clinic.cuff(182, 80)
    flag_id = clinic.visit.flags[0].id
    call = c.AnswerFlag(chair=2, flag_id=flag_id, action="artefact", outcome=FlagOutcome.NOT_CONFIRMED)
    assert "Say why" in clinic.refused(call)
    clinic.do(
        c.AnswerFlag(chair=2, flag_id=flag_id, action="artefact", reason="arm moved", outcome=FlagOutcome.NOT_CONFIRMED)
    )
    flag = clinic.visit.flags[0]
    assert (flag.outcome, flag.is_present, flag.confirmed_by) == (FlagOutcome.NOT_CONFIRMED, False, None)
    assert clinic.view.conditions == ()
    assert "ended already" in clinic.refused(
        c.AnswerFlag(chair=2, flag_id=flag_id, action="a", reason="b", outcome=FlagOutcome.NOT_CONFIRMED)
    )


def test_flag_answers_that_are_refused(clinic: Clinic) -> None:
    clinic.cuff(182, 80)
    clinic.run(60)
    clinic.cuff(183, 80)
    flag_id = clinic.visit.flags[0].id
    assert "Two readings agree" in clinic.refused(
        c.AnswerFlag(chair=2, flag_id=flag_id, action="a", reason="b", outcome=FlagOutcome.NOT_CONFIRMED)
    )
    assert "Only a cuff reading" in clinic.refused(
        c.AnswerFlag(chair=2, flag_id=flag_id, action="a", reason="b", outcome=FlagOutcome.CONFIRMED)
    )
    assert "what was done" in clinic.refused(c.AnswerFlag(chair=2, flag_id=flag_id, action=" "))
    assert "not of this visit" in clinic.refused(c.AnswerFlag(chair=2, flag_id="other", action="a"))


def test_a_reading_that_comes_late_ends_no_flag_of_a_newer_one(clinic: Clinic) -> None:
    clinic.run(120)
    clinic.do(c.EnterCuffReading(chair=2, sys=185, dia=112))
    clinic.run(5)
    clinic.records.clear()
    clinic.cuff(120, 76, age_s=60)  # measured before, told after a lost link
    assert story(clinic) == []
    assert clinic.visit.flags[0].outcome is FlagOutcome.OPEN
    assert str(clinic.view.cuff.reading) == "185/112"


def test_a_high_reading_that_comes_late_is_still_told(clinic: Clinic) -> None:
    clinic.run(120)
    clinic.do(c.EnterCuffReading(chair=2, sys=124, dia=76))
    clinic.run(5)
    clinic.records.clear()
    clinic.cuff(185, 112, age_s=60)
    assert story(clinic) == ["raised severe", "repeat", "+bp.severe"]
    assert "185/112" in clinic.view.conditions[0].text
    assert str(clinic.view.cuff.reading) == "124/76"
    clinic.run(30)
    clinic.cuff(122, 75)
    assert story(clinic)[3:] == ["not_confirmed", "ended", "-condition"]
