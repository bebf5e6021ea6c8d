"""Who sits down: found while it is typed, or new; the last visit beside it, and the place in the series."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget

from nursestation.core.history import PatientCard
from nursestation.core.model import SeriesPlace, VisitKind
from nursestation.core.protocols import SeriesPlan
from tests.helpers.hands import find, press, sent_by, shown_check_in
from tests.helpers.station_views import NOW, make_protocol, make_station
from tests.unit.ui.patients.test_patients_view import HISTORY

CARD = PatientCard(
    record_number=HISTORY.record_number,
    given_name=HISTORY.given_name,
    family_name=HISTORY.family_name,
    birth_date=HISTORY.birth_date,
    last_visit_utc_ns=NOW.utc_ns,
    n_visits=1,
)
PLAN = SeriesPlan(length=6, interval_days_min=1, interval_days_max=2)


@pytest.fixture
def page(qtbot):
    made = shown_check_in(qtbot)
    made.render(make_station(protocols=(make_protocol(series=PLAN), make_protocol(name="other", title="Other"))))
    return made


@pytest.fixture
def sent(page):
    return sent_by(page)


def type_in(qtbot, page, **fields):
    for name, text in fields.items():
        qtbot.keyClicks(find(page, f"check_in_{name}"), text)


def take(qtbot, page):
    """Type a name, and take over the one who is found."""
    with qtbot.waitSignal(page.patients_wanted, timeout=2000) as wanted:
        type_in(qtbot, page, family_name="kell")
    page.show_patients(wanted.args[0], (CARD,))
    with qtbot.waitSignal(page.history_wanted, timeout=2000) as asked:
        press(qtbot, page, "check_in_found_0")
    assert asked.args == [CARD.record_number]
    page.show_history(CARD.record_number, HISTORY)


def test_typing_searches_once_it_rests_with_all_that_is_typed(qtbot, page):
    asked = []
    page.patients_wanted.connect(asked.append)
    type_in(qtbot, page, family_name="kell", given_name="jo")
    qtbot.waitUntil(lambda: asked == ["jo kell"], timeout=2000)


def test_an_answer_to_an_older_search_is_let_go(qtbot, page):
    with qtbot.waitSignal(page.patients_wanted, timeout=2000):
        type_in(qtbot, page, family_name="kell")
    page.show_patients("ke", (CARD,))
    assert page.findChild(QWidget, "check_in_found_0") is None


def test_whoever_is_taken_over_fills_in_who_they_are_and_nothing_of_today(qtbot, page, sent):
    take(qtbot, page)
    assert find(page, "check_in_given_name").text() == "Jonas"
    assert find(page, "check_in_birth_date").text() == "1984-03-09"
    assert find(page, "check_in_patient_weight").text() == ""
    assert find(page, "check_in_patient_allergies").text() == ""
    assert "3 of 6" in find(page, "check_in_history_last").text()
    assert sent == []


def test_earlier_visits_go_with_who_asked_for_them_and_the_next_person_asks_again(qtbot, page):
    take(qtbot, page)
    page.forget_history()
    assert not find(page, "check_in_history_last").isVisibleTo(page)
    with qtbot.assertNotEmitted(page.history_wanted, wait=0):
        page.render(replace(make_station(), operator=None))
    with qtbot.waitSignal(page.history_wanted, timeout=2000) as asked:
        page.render(make_station())
    assert asked.args == [CARD.record_number]
    with qtbot.assertNotEmitted(page.history_wanted, wait=0):
        page.render(make_station())


def test_the_place_in_the_series_is_proposed_with_a_word_on_the_interval(qtbot, page, sent):
    take(qtbot, page)
    press(qtbot, page, "check_in_protocol_depression-iv")
    type_in(qtbot, page, patient_weight="72")
    assert find(page, "check_in_series_words").text() == "4 of 6"
    assert find(page, "check_in_series_warning").text() == "3 days since the last, the protocol says 1 to 2."
    assert find(page, "check_in_open").text() == "Open the visit: 4 of 6"
    press(qtbot, page, "check_in_open")
    assert sent[0].series == SeriesPlace(VisitKind.COURSE, 4, 6)


def test_another_place_is_chosen_and_stays(qtbot, page, sent):
    take(qtbot, page)
    press(qtbot, page, "check_in_protocol_depression-iv")
    type_in(qtbot, page, patient_weight="72")
    press(qtbot, page, "check_in_series_more")
    page.show_history(CARD.record_number, HISTORY)
    assert find(page, "check_in_open").text() == "Open the visit: 5 of 6"
    press(qtbot, page, "check_in_series_maintenance")
    press(qtbot, page, "check_in_open")
    assert sent[0].series == SeriesPlace(VisitKind.MAINTENANCE, 1)


def test_somebody_elses_history_goes_when_the_name_is_changed(qtbot, page):
    take(qtbot, page)
    type_in(qtbot, page, family_name="x")
    assert not find(page, "check_in_history_last").isVisibleTo(page)


def test_a_record_number_of_somebody_else_opens_no_visit(qtbot, page, sent):
    type_in(
        qtbot,
        page,
        family_name="Sandoval",
        given_name="Tom",
        birth_date="1990-01-01",
        record_number=CARD.record_number,
    )
    press(qtbot, page, "check_in_protocol_depression-iv")
    type_in(qtbot, page, patient_weight="80")
    assert find(page, "check_in_open").isEnabled()
    page.show_history(CARD.record_number, HISTORY)
    assert not find(page, "check_in_open").isEnabled()
    assert "Jonas Keller" in find(page, "check_in_patient_problem").text()


def test_another_patient_begins_anew(qtbot, page):
    take(qtbot, page)
    press(qtbot, page, "check_in_another_patient")
    assert find(page, "check_in_family_name").text() == ""
    assert not find(page, "check_in_history_last").isVisibleTo(page)


def test_why_nobody_could_be_looked_up_is_said(qtbot, page):
    with qtbot.waitSignal(page.patients_wanted, timeout=2000):
        type_in(qtbot, page, family_name="kell")
    page.show_patients("kell", (), "Earlier visits could not be read. Check in by hand.")
    assert find(page, "check_in_found_note").text() == "Earlier visits could not be read. Check in by hand."


def test_more_than_fit_ask_for_more_letters(qtbot, page):
    with qtbot.waitSignal(page.patients_wanted, timeout=2000):
        type_in(qtbot, page, family_name="kell")
    page.show_patients("kell", tuple(replace(CARD, record_number=f"MR-{n}") for n in range(9)))
    assert find(page, "check_in_found_note").text() == "Here before; type on for fewer"
    assert page.findChild(QWidget, "check_in_found_5") is None
