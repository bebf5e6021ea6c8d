import pytest

from nursestation.core.commands import AnswerFlag, Chart, EnterCuffReading, PauseInfusion, StopInfusion
from nursestation.core.model import ChartKind, FlagOutcome, Phase
from nursestation.core.protocols import EventButton
from nursestation.ui.sheets import view
from tests.helpers.station_views import MINUTE_NS, NOW, make_flag, make_protocol, make_visit


@pytest.mark.parametrize(
    ("spec", "kind"),
    [(view.PAUSE, PauseInfusion), (view.STOP, StopInfusion), (view.NOTIFY, Chart)],
)
def test_each_reason_sheet_makes_its_command(spec, kind):
    command = spec.make(3, "BP rise: 182/111")
    assert isinstance(command, kind)
    assert command.chair == 3
    assert command.reason == "BP rise: 182/111"


def test_chosen_and_typed_reason_become_one_line():
    assert view.full_reason("BP rise", " 182/111,\n repeat ") == "BP rise: 182/111, repeat"
    assert view.full_reason("", "vomited") == "vomited"
    assert view.full_reason("", " ") == ""


def test_the_usual_events_are_offered_beside_the_protocols_own():
    own = EventButton(text="Turned to the left side", kind=ChartKind.POSITION, key=1)
    offered = [one.text for one in view.one_tap_events(make_protocol(events=(own,)))]
    assert offered == ["Turned to the left side", "Oxygen on", "Oxygen off", "Clinician told"]
    # side effects of the default list ask how strong they are and are no single tap
    assert "Nausea" not in [one.text for one in view.one_tap_events(make_protocol())]


def test_a_symptom_is_a_symptom():
    assert view.symptom(2, "Chest pain").kind is ChartKind.SYMPTOM


def test_dose_change_names_old_new_and_reason():
    command = view.dose_change(2, "30 mL/h", "20 mL/h", "BP rise")
    assert (command.kind, command.text, command.reason) == (ChartKind.DOSE_CHANGE, "30 mL/h to 20 mL/h", "BP rise")
    assert view.dose_change(2, "", "20 mL/h", "BP rise").text == "Now 20 mL/h"


@pytest.mark.parametrize(("after", "reason"), [("", "BP rise"), ("slower", "BP rise"), ("20 mL/h", "")])
def test_dose_change_says_what_is_missing(after, reason):
    assert isinstance(view.dose_change(2, "30 mL/h", after, reason), str)


ACTIONS = {action.name: action for action in view.FLAG_ACTIONS}


def _answer(name, reason="", **changes):
    visit = make_visit(Phase.INFUSION, **changes)
    return view.answer_flag(visit, 2, make_flag(), ACTIONS[name], reason)


def test_an_artefact_needs_a_word_on_why():
    assert isinstance(_answer("artefact", " "), str)
    assert _answer("artefact", "arm moved") == (
        AnswerFlag(chair=2, flag_id="flag-1", action="artefact", reason="arm moved", outcome=FlagOutcome.NOT_CONFIRMED),
    )


def test_only_artefact_judges_the_reading():
    for name in ACTIONS.keys() - {"artefact"}:
        assert _answer(name)[0].outcome is None


def test_an_infusion_paused_for_a_flag_is_noted_as_paused():
    assert _answer("paused", "dizzy")[1] == PauseInfusion(chair=2, reason="BP 182/111: dizzy")
    assert len(_answer("paused", paused=True)) == 1
    assert _answer("stopped")[1] == StopInfusion(chair=2, reason="BP 182/111")
    observed = view.answer_flag(make_visit(Phase.OBSERVATION), 2, make_flag(), ACTIONS["stopped"], "")
    assert len(observed) == 1


def test_the_pump_is_asked_about_only_while_an_infusion_is_on():
    names = [action.name for action in view.flag_actions(make_visit(Phase.OBSERVATION))]
    assert names == ["repeat", "clinician_told", "artefact"]
    assert view.flag_actions(make_visit(Phase.INFUSION, paused=True)) == view.FLAG_ACTIONS


def test_a_note_needs_words():
    assert view.note(2, ChartKind.OXYGEN, " 2 L/min\n nasal ").text == "2 L/min nasal"
    assert isinstance(view.note(2, ChartKind.NOTE, "  "), str)


def test_the_unanswered_flag_is_the_one_in_question():
    older = make_flag("old", raised=NOW.shifted(-20 * MINUTE_NS))
    newer = make_flag("new", answered="paused")
    visit = make_visit(Phase.INFUSION, flags=(older, newer))
    assert view.flag_in_question(visit, None) is older
    assert view.flag_in_question(visit, "new") is newer
    assert view.flag_in_question(visit, "gone") is None
    assert view.flag_in_question(make_visit(flags=(newer,)), None) is newer
    past = make_flag("past", answered="paused", is_present=False)
    assert view.flag_in_question(make_visit(flags=(past,)), None) is None


def test_a_cuff_reading_by_hand():
    assert view.cuff_by_hand(2, "128", "79", "") == EnterCuffReading(chair=2, sys=128, dia=79)
    assert view.cuff_by_hand(2, "128", "79", " 72").pulse == 72


@pytest.mark.parametrize(
    ("sys", "dia", "pulse"),
    [
        ("", "79", ""),
        ("128", "x", ""),
        ("1280", "79", ""),
        ("128", "5", ""),
        ("79", "79", ""),
        ("128", "79", "7"),
        ("128", "79", "fast"),
    ],
)
def test_a_slip_is_told_before_it_is_recorded(sys, dia, pulse):
    assert isinstance(view.cuff_by_hand(2, sys, dia, pulse), str)


def test_stop_before_the_planned_end_is_early():
    assert view.stop_is_early(make_visit(Phase.INFUSION, infusion_run_s=2399.0))
    assert not view.stop_is_early(make_visit(Phase.INFUSION, infusion_run_s=2400.0))
    assert not view.stop_is_early(make_visit(Phase.BASELINE))


def test_export_name_is_a_plain_file_name():
    assert view.export_name("2026-05-06/2:7", "pdf") == "session-2026-05-06-2-7.pdf"
    assert view.export_name("2026-05-06/2:7", "events") == "session-2026-05-06-2-7.events.csv"


def test_an_export_says_what_it_holds_and_what_it_does_not():
    assert view.export_holds("alarms").startswith("Every alarm condition with onset")
    assert view.export_holds("alarms").endswith(
        ". Without who the patient is, readings, waveforms, events, signatures."
    )
