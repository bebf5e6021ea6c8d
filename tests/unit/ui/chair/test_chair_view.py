from dataclasses import replace
from datetime import UTC

import pytest

from nursestation.core.model import Companion, ConfirmedHow, FlagOutcome, Phase, SeriesPlace, VisitKind
from nursestation.core.snapshot import LinkPhase, LinkView, PhaseSpan
from nursestation.ui.chair.view import flag_strip, header_view, monitor_question
from nursestation.ui.roles import Tone
from tests.helpers.station_views import (
    DRIVER,
    MINUTE_NS,
    NOW,
    make_chair,
    make_flag,
    make_link,
    make_reading,
    make_station,
    make_visit,
)


def _header(visit, **changes):
    chair = make_chair(visit, **changes)
    return header_view(chair, make_station(chair), UTC)


def test_the_head_tells_the_weight_of_today_and_none_before_it_is_known():
    visit = make_visit()
    rules = visit.protocol.gates.model_copy(update={"ask_weight": True})
    asking = replace(visit, protocol=visit.protocol.model_copy(update={"gates": rules}))
    assert _header(asking).ident == "…4471 · 42 y · not weighed"
    assert _header(replace(asking, weight_kg=71.5)).ident == "…4471 · 42 y · 71.5 kg"


def test_a_locked_station_names_neither_of_two_patients_of_a_monitor():
    chair = make_chair(make_visit(), links=(make_link(question="says Ann Other: is this still Jonas Keller?"),))
    assert monitor_question(chair) == "says Ann Other: is this still Jonas Keller?"
    assert (
        monitor_question(chair, is_locked=True)
        == "The monitor at chair 2 may be on another patient: sign in to answer."
    )
    assert monitor_question(make_chair(make_visit()), is_locked=True) == ""


def test_the_head_names_nobody_in_full():
    head = _header(make_visit(Phase.INFUSION, infusion_run_s=2050.0, dose_text="IV 36 mg / 40 min", paused=True))
    assert (head.chair, head.who) == ("Chair 2", "J. K.")
    assert head.ident == "…4471 · 42 y · 72 kg"
    assert head.treatment == "Depression IV · IV 36 mg / 40 min"
    assert (head.timer, head.beside) == ("34:10", "of 40:00 · paused")


def test_the_driver_is_good_only_when_confirmed():
    assert _header(make_visit()).driver == "No driver named"
    assert _header(make_visit(driver=DRIVER)).driver_tone is Tone.WARN
    confirmed = _header(make_visit(driver=DRIVER, driver_confirmed=ConfirmedHow.BY_PHONE))
    assert (confirmed.driver, confirmed.driver_tone) == ("✓ Driver", Tone.GOOD)


def test_a_silent_monitor_stands_in_the_head():
    link = LinkView(
        monitor="m", driver="d", title="t", phase=LinkPhase.SILENT, reason="", quiet_s=22.0, simulated=False
    )
    assert _header(make_visit(), links=(link,)).trouble == "MONITOR SILENT 0:22"


def test_a_closed_visit_tells_when_and_by_whom():
    spans = (PhaseSpan(phase=Phase.DISCHARGED, start=NOW.shifted(-5 * MINUTE_NS), end=None),)
    head = _header(make_visit(Phase.DISCHARGED, spans=spans, signed_by="R. Alvarez RN"))
    assert (head.timer, head.beside) == ("Discharged", "13:55 · R. Alvarez RN")


def test_a_free_chair_has_no_patient():
    head = _header(None)
    assert (head.who, head.ident, head.timer) == ("free", "", "")


def test_the_newest_unanswered_flag_asks_for_an_answer():
    strip = flag_strip(make_visit(Phase.INFUSION, flags=(make_flag(),)))
    assert strip.headline == "BP spike 182/111 · 47 % above baseline 124/76"
    assert strip.short == "BP spike 182/111 · 47 % over 124/76"
    assert strip.prompt == "Repeat asked for: 0:25 left · Pause the infusion and repeat the reading"


def test_the_rule_that_was_crossed_stands_in_the_whole_text_only():
    flag = make_flag(because="182/111, 47 % above baseline 124/76 (systolic 180 or more)")
    strip = flag_strip(make_visit(Phase.INFUSION, flags=(flag,)))
    assert "(" not in strip.headline
    assert "(systolic 180 or more)" in strip.whole


def test_an_answered_or_past_flag_asks_nothing():
    assert flag_strip(make_visit(flags=(make_flag(answered="paused"), make_flag("b", is_present=False)))) is None
    assert flag_strip(None) is None


def test_a_flag_tells_how_its_second_reading_ended():
    def prompt(**changes):
        return flag_strip(make_visit(flags=(make_flag(**changes),))).prompt

    confirmed = prompt(outcome=FlagOutcome.CONFIRMED, confirmed_by=make_reading(184, 112))
    assert confirmed.startswith("Confirmed by 184/112 · ")
    assert "did not confirm" in prompt(outcome=FlagOutcome.NOT_CONFIRMED)
    assert "measure again" in prompt(outcome=FlagOutcome.NOT_REPEATED)
    assert "overdue" in prompt(repeat_in_s=-2.0)


@pytest.mark.parametrize(
    ("place", "title"),
    [
        (None, "Depression IV"),
        (SeriesPlace(VisitKind.COURSE, 3, 6), "Depression IV 3 of 6"),
        (SeriesPlace(VisitKind.COURSE, 3), "Depression IV visit 3"),
        (SeriesPlace(VisitKind.MAINTENANCE, 2), "Depression IV maintenance 2"),
    ],
)
def test_the_place_in_the_series_stands_behind_the_protocol_and_outlasts_the_dose(place, title):
    head = _header(make_visit(Phase.INFUSION, infusion_run_s=60.0, dose_text="36 mg", series=place))
    assert (head.treatment, head.treatment_short) == (f"{title} · 36 mg", title)


def test_who_comes_when_called_and_who_is_with_the_patient():
    visit = make_visit(
        driver=DRIVER,
        driver_confirmed=ConfirmedHow.BY_PHONE,
        available="Dr. Okafor",
        companion=Companion("Anna", stays=True, brought=True),
    )
    head = _header(visit)
    assert (head.driver, head.help) == ("✓ Driver + company", "Dr. Okafor at hand")
    assert head.driver_tip == "Maria K. (sister), confirmed: by phone. Anna came along and stays with the patient."
    assert _header(replace(visit, driver_confirmed_at_handover=True)).driver == "✓ Driver here"
