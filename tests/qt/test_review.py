"""Visits found, opened and looked at: what the pages ask for, what they show, and that nothing stays for somebody else."""

from dataclasses import replace
from datetime import UTC, date

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPushButton, QTableView, QWidget

from devices.clock import NS_PER_S
from nursestation.core.commands import HoldSession, ReleaseHold
from nursestation.core.model import Phase, Role, SeriesPlace, VisitKind
from nursestation.core.overlay import VisitLine
from nursestation.core.past import Mark, Sought, VisitCard
from nursestation.core.records import SessionMonitors
from nursestation.runtime.review_job import CompareVisits, OpenVisit, ReadWaves, ReviewDesk, WavesRead
from nursestation.store.store import Store
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.controls import ElidingLabel
from nursestation.ui.plots.readout_line import ReadoutLine
from nursestation.ui.plots.trend import Trend
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.plots.wave_look import MetricLook, WaveLook
from nursestation.ui.review.compare_view import minutes_of, pieces, pressures_of, rates_of
from nursestation.ui.review.film_view import TICK_MS
from nursestation.ui.review.interval_rows import IntervalRows
from nursestation.ui.review.page import ReviewPage
from nursestation.ui.review.prepared import trend_of
from nursestation.ui.review.scrub import Scrub
from nursestation.ui.review.visits_page import VisitsPage
from nursestation.ui.theme import DARK_THEME, LIGHT_THEME
from tests.helpers.station_views import CLINICIAN, LEAD, make_chair, make_station, make_visit
from tests.helpers.written_visit import SESSION, START, all_records, minute

CARD = VisitCard(
    session="s-1",
    chair=2,
    opened_utc_ns=START.utc_ns,
    record_number="MR-204471",
    given_name="Jonas",
    family_name="Keller",
    birth_date=date(1984, 3, 9),
    protocol="Depression IV",
    phase=Phase.DISCHARGED,
    ended_utc_ns=START.utc_ns + 6000 * NS_PER_S,
    marks=frozenset({Mark.BP_SPIKE, Mark.OVERRIDE}),
)


def texts(page, name):
    found = page.findChild(QLabel, name)
    assert found is not None, name
    return found.text()


# --- the list -----------------------------------------------------------------------------------------------------


@pytest.fixture
def visits(qtbot, tmp_path):
    page = VisitsPage(DARK_THEME, UTC, most=3, exports=tmp_path)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    page.render(make_station())
    return page


def test_everything_is_asked_for_to_begin_with_and_shown_in_words(visits, qtbot):
    with qtbot.waitSignal(visits.visits_wanted) as asked:
        visits.begin()
    assert asked.args == [Sought()]
    visits.show_visits(Sought(), (CARD, replace(CARD, session="s-2", ended_utc_ns=None, phase=Phase.INFUSION,
                                               marks=frozenset({Mark.RUNNING}))))  # fmt: skip
    model = visits.findChild(QTableView, "visits_table").model()
    cells = [str(model.index(0, column).data()) for column in range(4)]
    assert cells == [
        "3 March 2026\n18:20 to 20:00 · chair 2",
        "Keller, Jonas\nborn 9 March 1984 · …4471",
        "Depression IV",
        "Discharged\nBP spike · Override",
    ]
    assert model.index(1, 3).data() == "Runs: infusion"
    assert texts(visits, "visits_note") == "2 visits"


def test_what_is_typed_and_chosen_narrows(visits, qtbot):
    visits.begin()
    with qtbot.waitSignal(visits.visits_wanted) as asked:
        visits._text.setText("keller")
    assert asked.args[0].text == "keller"
    with qtbot.waitSignal(visits.visits_wanted) as asked:
        visits._mark.setCurrentIndex(visits._mark.findData(Mark.BP_SPIKE.value))
    assert asked.args[0].mark is Mark.BP_SPIKE
    with qtbot.waitSignal(visits.visits_wanted) as asked:
        visits._day.setText("2026-03-03")
    begin = START.utc_ns - (18 * 3600 + 20 * 60) * NS_PER_S
    assert (asked.args[0].since_utc_ns, asked.args[0].until_utc_ns) == (begin, begin + 86400 * NS_PER_S)
    visits._day.setText("soon")
    qtbot.waitUntil(lambda: texts(visits, "visits_note").startswith("A day reads"))


def test_an_answer_to_an_older_question_is_left_out(visits, qtbot):
    visits.begin()
    visits.show_visits(Sought(text="before"), (CARD,))
    assert visits.findChild(QTableView, "visits_table").model().rowCount() == 0
    visits.show_visits(Sought(), (), "The disk does not answer.")
    assert texts(visits, "visits_trouble") == "The disk does not answer."


def test_a_tap_or_return_opens_a_visit_once_and_a_refusal_is_told(visits, qtbot):
    visits.begin()
    visits.show_visits(Sought(), (CARD,))
    table = visits.findChild(QTableView, "visits_table")
    table.setCurrentIndex(table.model().index(0, 0))
    with qtbot.waitSignal(visits.visit_wanted) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == ["s-1"]
    with qtbot.assertNotEmitted(visits.visit_wanted):
        table.clicked.emit(table.model().index(0, 1))
    visits.not_opened("Nobody is signed in: sign in first.")
    assert texts(visits, "visits_trouble") == "Nobody is signed in: sign in first."
    with qtbot.waitSignal(visits.visit_wanted):
        table.clicked.emit(table.model().index(0, 1))


def test_who_was_found_goes_with_the_page(visits):
    visits.begin()
    visits.show_visits(Sought(), (CARD,))
    visits.hide()
    assert visits.findChild(QTableView, "visits_table").model().rowCount() == 0


SECOND, THIRD = replace(CARD, session="s-2"), replace(CARD, session="s-3")


def tap(visits, row):
    table = visits.findChild(QTableView, "visits_table")
    table.clicked.emit(table.model().index(row, 0))


def press(visits, name):
    visits.findChild(QPushButton, name).click()


@pytest.fixture
def ticking(visits):
    visits.begin()
    visits.show_visits(Sought(), (THIRD, SECOND, CARD))
    press(visits, "visits_several")
    return visits


def test_several_visits_are_ticked_and_none_is_opened_by_it(ticking, qtbot):
    assert not ticking.findChild(QPushButton, "visits_export").isEnabled()
    with qtbot.assertNotEmitted(ticking.visit_wanted):
        tap(ticking, 0)
        tap(ticking, 2)
        table = ticking.findChild(QTableView, "visits_table")
        table.setCurrentIndex(table.model().index(1, 0))
        qtbot.keyClick(table, Qt.Key.Key_Space)
        tap(ticking, 1)  # and not
    assert texts(ticking, "visits_chosen") == "2 visits chosen"
    states = [table.model().index(row, 0).data(Qt.ItemDataRole.CheckStateRole) for row in range(3)]
    assert [Qt.CheckState(one) is Qt.CheckState.Checked for one in states] == [True, False, True]
    press(ticking, "visits_none")
    assert texts(ticking, "visits_chosen") == "Tap the visits to take out."
    press(ticking, "visits_several")
    with qtbot.waitSignal(ticking.visit_wanted):
        tap(ticking, 0)


def test_all_that_the_search_shows_are_taken_out_in_one_order_oldest_first(ticking, qtbot, tmp_path):
    press(ticking, "visits_all")
    press(ticking, "visits_export")
    assert texts(ticking, "export_title") == "Export 3 visits"
    assert texts(ticking, "export_file") == f"Files: 3, in {tmp_path}"
    with qtbot.waitSignal(ticking.export_sheet.export_requested) as asked:
        press(ticking, "export_send")
    order = asked.args[0]
    assert (order.sessions, order.name, order.folder) == (("s-1", "s-2", "s-3"), "", tmp_path)
    ticking.export_sheet.exported(tmp_path, 2, "Not saved: 1 of 3 visits. s-2: The disk is full.")
    told = texts(ticking, "export_notice")
    assert told == (f"Not saved: 1 of 3 visits. s-2: The disk is full. Saved and checked: 2 files in {tmp_path}")
    press(ticking, "export_close")
    assert ticking.findChild(QTableView, "visits_table").isVisible()


def test_what_a_search_no_longer_shows_is_no_longer_chosen(ticking):
    press(ticking, "visits_all")
    ticking._mark.setCurrentIndex(ticking._mark.findData(Mark.OVERRIDE.value))
    ticking.show_visits(Sought(mark=Mark.OVERRIDE), (SECOND,))
    assert texts(ticking, "visits_chosen") == "1 visit chosen"
    press(ticking, "visits_export")
    assert texts(ticking, "export_title") == "Export 1 visit"


def test_a_batch_that_is_being_written_is_found_again_and_nothing_else_is(ticking):
    press(ticking, "visits_all")
    press(ticking, "visits_export")
    ticking.hide()
    ticking.show()
    assert ticking.findChild(QTableView, "visits_table").isVisible()
    assert not ticking.findChild(QAbstractButton, "visits_several").isChecked()
    ticking.begin()
    ticking.show_visits(Sought(), (CARD, SECOND))
    press(ticking, "visits_several")
    press(ticking, "visits_all")
    press(ticking, "visits_export")
    press(ticking, "export_send")
    ticking.hide()
    ticking.show()
    assert ticking.export_sheet.isVisible()
    assert texts(ticking, "export_title") == "Export 2 visits"


# --- one visit ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    path = tmp_path_factory.mktemp("review") / "record.sqlite3"
    store = Store.open(path)
    store.append(all_records(step_s=5, with_waves=True))
    store.close()
    return ReviewDesk(path, prepare=trend_of)


@pytest.fixture(scope="module")
def opened(desk):
    desk.ask(OpenVisit(SESSION))
    return desk.wait().opened


@pytest.fixture
def review(qtbot, opened):
    page = ReviewPage(DARK_THEME, UTC)
    qtbot.addWidget(page)
    page.resize(1000, 660)
    page.show()
    page.expect(SESSION)
    page.render(make_station())
    page.show_visit(opened)
    return page


def test_it_is_marked_as_what_was(review):
    assert texts(review, "review_mark") == "REVIEW · not live"
    assert texts(review, "review_title") == "Keller, Jonas · …4471"
    assert texts(review, "review_when") == "3 March 2026 · 18:20 to 19:58 · chair 2 · Depression IV"
    assert review.findChild(ElidingLabel, "review_when").short == "2026-03-03, 18:20–19:58"
    assert not review.findChild(QPushButton, "review_again").isVisible()


def test_its_numbers_stand_with_what_they_mean(review):
    assert texts(review, "review_figure_peak_sys") == "182 mmHg"
    meaning = review.findChild(QLabel, "review_figure_bp_above_meaning")
    assert not meaning.isVisible()
    review.findChild(QPushButton, "review_meanings").click()
    assert meaning.isVisible()
    review.findChild(QPushButton, "review_figure_peak_sys_show").click()
    assert review._look._plot.cursor_minute == pytest.approx(31.8, abs=0.01)
    told = review.findChild(ReadoutLine, "review_readout").text
    assert "182/111" in told
    assert "HR 87" in told


def test_a_line_of_events_moves_the_cursor_and_the_waves_are_asked_for(review, qtbot):
    review.findChild(QPushButton, "review_side_events").click()
    listed = review._look._events
    rows = [listed.model().index(n, 0) for n in range(listed.model().rowCount())]
    spoken = [str(one.data()) for one in rows]
    spike = next(one for one in rows if "high priority alarm: BP spike" in str(one.data()))
    assert "answered in 0:18 by R. Alvarez RN" in str(spike.data())
    assert spoken[0].startswith("18:20")
    assert any("Nausea" in one for one in spoken)
    with qtbot.waitSignal(review.waves_wanted) as asked:
        listed.setCurrentIndex(spike)
    assert review._look._plot.cursor_minute == pytest.approx(32, abs=0.01)
    assert asked.args[0].until_utc_ns == pytest.approx(minute(49).utc_ns, abs=NS_PER_S)


def test_the_trend_is_of_the_monitor_that_the_chair_preferred(opened):
    visit = opened.record
    before = trend_of(visit).series(2, SESSION)
    told = SessionMonitors(at=minute(1), chair=2, session=SESSION, monitors=(), prefer=(("resp_rate", "2:another"),))
    after = trend_of(replace(visit, records=(*visit.records, told))).series(2, SESSION)
    assert set(before) - set(after) == {"resp_rate"}


def test_the_table_is_at_cuff_readings_and_else_medians_and_says_so(review):
    review.findChild(QPushButton, "review_side_table").click()
    model = review._look._table.model()
    assert texts(review, "review_table_note").startswith("At each cuff reading")
    assert model.rowCount() == 15
    review.findChild(QPushButton, "review_steps_15").click()
    assert texts(review, "review_table_note").startswith("HR, SpO₂, RR: median of each 15 minutes.")
    rows = [model.index(n, 0).data(Qt.ItemDataRole.UserRole) for n in range(model.rowCount())]
    assert [row.minute for row in rows] == [
        "+75 min",
        "+60 min",
        "+45 min",
        "+30 min",
        "+15 min",
        "0 min",
        "-15 min",
        "-30 min",
    ]
    half = next(row for row in rows if row.minute == "+30 min")
    assert (half.pressure, half.spo2) == ("139/85", "98")
    assert rows[0].pressure == ""
    assert rows[-1].heart_rate in ("72", "73", "---")


def test_rows_of_a_visit_that_was_left_open_are_made_when_they_are_looked_at(review):
    look = review._look
    minutes_of_a_thousand_years = 526_000_000
    short = IntervalRows(look._visit, look._view, look._series(), 1, look._until, UTC)
    rows = IntervalRows(look._visit, look._view, look._series(), 1, minutes_of_a_thousand_years, UTC)
    assert (rows[0].minute, rows[0].pressure, rows[0].spo2) == ("+526000000 min", "", "---")
    assert len(rows) == minutes_of_a_thousand_years + 1 - round(short[-1].at)
    assert rows[len(rows) - len(short) :] == short[:]
    assert sum(row.pressure != "" for row in short) == 15
    of_a_year = IntervalRows(look._visit, look._view, look._series(), 1, 500_000, UTC)
    look._table.show_others(of_a_year)
    assert look._table.model().rowCount() == len(of_a_year)


def test_waves_of_the_cursor_are_drawn(review, desk, qtbot):
    asked = ReadWaves(SESSION, minute(20).utc_ns, minute(20).utc_ns + 9 * NS_PER_S)
    desk.ask(asked)
    answer = desk.wait()
    assert isinstance(answer, WavesRead)
    review.show_waves(asked, answer.waves, answer.text)  # nobody asked for these
    assert texts(review, "review_waves_title") == ""
    review._look._asked = asked
    review.show_waves(asked, answer.waves, answer.text)
    assert texts(review, "review_waves_title") == "Waves up to 18:40:09"
    painter = review._look._waves._painter
    (key,) = painter._store.keys(2)
    assert painter.shown(2, key) is not None
    assert painter.drawn_until(2, key) > 0

    def to_the_edge_px():
        group = painter._where[2, key][0].group
        return group.width - group.end * group._pace % group.width

    assert 0 < to_the_edge_px() < 8  # it is read from left to right, and the cursor's moment is at the end
    review.resize(1300, 700)
    QApplication.processEvents()
    assert 0 < to_the_edge_px() < 8
    review.set_look(WaveLook((MetricLook("ecg", 50.0),)))
    assert 0 < to_the_edge_px() < 8
    review.show_waves(asked, (), "")
    assert painter.why_none == "No waves were recorded at this moment."
    review.show_waves(asked, answer.waves, "")
    review.hide()
    assert painter._store.keys(2) == ()  # they go with the page


def test_the_chair_s_own_visit_is_asked_for_where_none_was_chosen(qtbot):
    page = ReviewPage(DARK_THEME, UTC)
    qtbot.addWidget(page)
    page.show()
    page.show_chair(2)
    with qtbot.waitSignal(page.visit_wanted) as asked:
        page.render(make_station(make_chair(make_visit(session="s-now"))))
    assert asked.args == ["s-now"]
    with qtbot.assertNotEmitted(page.visit_wanted):
        page.render(make_station(make_chair(make_visit(session="s-now"))))
    page.not_opened("The disk does not answer.")
    assert texts(page, "review_none") == "The disk does not answer."


def test_a_running_visit_is_opened_from_its_trend_and_read_again(qtbot, tmp_path):
    store = Store.open(tmp_path / "record.sqlite3")
    store.append(all_records(step_s=20, upto_min=55))
    store.close()
    desk = ReviewDesk(tmp_path / "record.sqlite3", prepare=trend_of)
    desk.ask(OpenVisit(SESSION))
    page = ReviewPage(DARK_THEME, UTC)
    qtbot.addWidget(page)
    page.resize(1000, 660)
    page.show()
    page.expect(SESSION)
    page.show_visit(desk.wait().opened)
    assert texts(page, "review_when").startswith("running, read up to 19:15 · 3 March 2026 · since 18:20")
    with qtbot.waitSignal(page.visit_wanted) as asked:
        page.findChild(QPushButton, "review_again").click()
    assert asked.args == [SESSION]
    trend = Trend(DARK_THEME, TrendModel())
    qtbot.addWidget(trend)
    with qtbot.waitSignal(trend.review_wanted):
        trend.findChild(QPushButton, "trend_review").click()
    trend.let_review(wanted=False)
    assert trend.findChild(QPushButton, "trend_review").isHidden()


def test_somebody_else_at_the_station_sees_nothing_of_it(review):
    assert review._look.isVisible()
    review.render(make_station(operator=CLINICIAN))
    assert texts(review, "review_none") == "Somebody else signed in: open the visit again."
    assert texts(review, "review_title") == ""
    assert review._look._events.model().rowCount() == 0


def test_it_goes_with_the_page(review):
    review.hide()
    assert texts(review, "review_title") == ""
    assert review._opened is None


def test_it_is_dressed_anew(review):
    review.set_theme(LIGHT_THEME)
    QApplication.processEvents()
    assert review._look._plot._theme is LIGHT_THEME
    assert review._look._events.currentIndex() == QModelIndex()


# --- replay -------------------------------------------------------------------------------------------------------


@pytest.fixture
def film(review):
    review._look._plot.point_at(30.0)
    review.findChild(QPushButton, "review_way_film").click()
    film = review._film
    assert film is not None
    return film


def told(film, name):
    return texts(film, name)


def test_it_is_played_from_the_cursor_on_the_chair_s_own_page(film, opened):
    assert film.at_ns == opened.film.first_ns + 47 * 60 * NS_PER_S
    assert told(film, "film_time") == "REPLAY 19:07:00"
    assert told(film, "header_chair") == "Chair 2"
    assert told(film, "header_ident").startswith("…4471")  # who looks is signed in
    assert told(film, "nibp_value").startswith("164")


def test_it_goes_on_as_fast_as_it_is_told_and_stands_at_the_end(film, opened):
    begin = film.at_ns
    film.findChild(QPushButton, "film_play").click()
    assert film.is_playing
    film.tick()
    assert film.at_ns - begin == TICK_MS * 1_000_000
    film.findChild(QPushButton, "film_speed_60").click()
    for _ in range(60):
        film.tick()
    assert film.at_ns - begin == (1 + 60 * 60) * TICK_MS * 1_000_000
    assert told(film, "nibp_value").startswith("182")  # 49 min after the check-in
    film.seek(opened.film.last_ns - NS_PER_S)
    film.tick()
    assert (film.at_ns, film.is_playing) == (opened.film.last_ns, False)
    assert told(film, "header_chair") == "Chair 2"


def test_a_finger_on_the_bar_goes_back(film, opened, qtbot):
    bar = film.findChild(Scrub, "film_place")
    assert bar.height() >= 44
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(bar.width() // 5, bar.height() // 2))
    minutes = (film.at_ns - opened.film.first_ns) / 60e9
    assert 15 < minutes < 25
    trend = film._trend.series(2, SESSION)["heart_rate"].arrays()[0]
    assert trend[-1] <= film._trend.until_s


def test_nothing_can_be_asked_of_what_was_and_nothing_flashes(film, opened, qtbot):
    film.seek(opened.film.first_ns + round(49.1 * 60 * NS_PER_S))
    for size in ((1000, 660), (1900, 1000)):  # a wider page shows more of itself
        film.window().resize(*size)
        QApplication.processEvents()
        assert [one for one in film._page.findChildren(QAbstractButton) if one.isVisible()] == []
    assert not film.findChild(Flashing).is_running
    assert {one.objectName() for one in film.stops()} >= {"film_play", "film_place"}
    assert not any(film._page.isAncestorOf(one) for one in film.stops())


def test_waves_are_read_ahead_and_drawn_up_to_four_times_as_fast(film, desk, opened, qtbot):
    with qtbot.waitSignal(film.waves_wanted) as asked:
        film.seek(opened.film.first_ns + (20 * 60 + 8) * NS_PER_S)
    desk.ask(asked.args[0])
    answer = desk.wait()
    film.show_waves(answer.asked, answer.waves, answer.text)
    (key,) = film._store.keys(2)
    film.findChild(QPushButton, "film_play").click()
    film.tick()
    before = film._painter.drawn_until(2, key)
    for _ in range(12):  # a stretch is a quarter of a second long
        film.tick()
    assert film._painter.drawn_until(2, key) > before > 0
    film.findChild(QPushButton, "film_speed_15").click()
    assert film._painter.why_none == "Waves are shown up to 4×."
    with qtbot.waitSignal(film.waves_wanted) as asked:
        film.findChild(QPushButton, "film_speed_4").click()
    film.show_waves(asked.args[0], answer.waves, "")
    film.show_visit(None)
    assert film._store.keys(2) == ()


def test_it_stands_still_once_nobody_looks(film, review):
    film.findChild(QPushButton, "film_play").click()
    review.findChild(QPushButton, "review_way_look").click()
    assert not film.is_playing
    assert review._look.isVisible()


# --- compared -----------------------------------------------------------------------------------------------------


def line(session, sys, **changes):
    cuffs = ((-5.0, 124, 76), (10.0, sys, 90), (40.0, 130, 80))
    base = VisitLine(
        session=session, opened_utc_ns=START.utc_ns, protocol="Depression IV",
        series=SeriesPlace(VisitKind.COURSE, 2, 6), cuffs=cuffs, heart_rate=((0.5, 72.0), (1.5, 74.0), (9.5, 80.0)),
        baseline=(124, 76), ended=40.0, phase=Phase.DISCHARGED,
    )  # fmt: skip
    return replace(base, **changes)


def test_a_patient_s_visits_are_asked_for_once_and_laid_over_each_other(review, qtbot):
    with qtbot.waitSignal(review.visits_wanted) as asked:
        review.findChild(QPushButton, "review_way_compare").click()
    assert asked.args == [CompareVisits(SESSION, "MR-204471")]
    assert texts(review, "compare_note") == "Reading the patient's visits…"
    review.show_compared("another", (line("x", 140),), "")
    assert review._compare._lines == ()
    review.show_compared(SESSION, (line("old", 151), line(SESSION, 182), line("new", 160, series=None)), "")
    assert texts(review, "compare_this") == "This: 3 March 2026 · 2 of 6 · highest 182/90"
    new, old = (review.findChild(QPushButton, f"compare_names_{name}") for name in ("new", "old"))
    assert [new.text(), old.text()] == ["3 March 2026 · highest 160/90", "3 March 2026 · 2 of 6 · highest 151/90"]
    before = review._compare._plot.grab().toImage()
    old.click()
    assert review._compare._plot.grab().toImage() != before
    review.findChild(QPushButton, "review_way_look").click()
    with qtbot.assertNotEmitted(review.visits_wanted):
        review.findChild(QPushButton, "review_way_compare").click()


def test_a_patient_without_another_visit_is_told(review):
    review.findChild(QPushButton, "review_way_compare").click()
    review.show_compared(SESSION, (line(SESSION, 182),), "")
    assert texts(review, "compare_note") == "There is no other visit of this patient with a treatment."


def test_the_axes_hold_every_line_in_whole_steps_and_a_gap_is_a_gap():
    lines = (line("a", 182), line("b", 205, heart_rate=((0.5, 131.0),)))
    assert (pressures_of(lines).low, pressures_of(lines).high) == (60, 220)
    assert rates_of(lines).ticks == (60, 80, 100, 120, 140)
    assert (minutes_of(lines).low, minutes_of(lines).high) == (-15, 60)
    assert pieces(lines[0].heart_rate) == [[(0.5, 72.0), (1.5, 74.0)], [(9.5, 80.0)]]


# --- what must be kept --------------------------------------------------------------------------------------------


def hold(review, *, held=frozenset(), operator=LEAD):
    review.render(make_station(operator=operator, held=held))
    review.show_visit(review.read)
    review.render(make_station(operator=operator, held=held))
    review.findChild(QPushButton, "review_hold").click()


@pytest.fixture
def holding(review, opened):
    review.read = opened
    return review


def shown(page, name):
    return not page.findChild(QWidget, name).isHidden()


def test_a_visit_is_held_with_a_reason_and_the_hold_is_released(holding, qtbot):
    hold(holding)
    assert texts(holding, "review_hold_state") == "Not held."
    assert not shown(holding, "review_held")
    button, reason = (
        holding.findChild(QPushButton, "review_hold_set"),
        holding.findChild(QLineEdit, "review_hold_reason"),
    )
    assert not button.isEnabled()
    assert texts(holding, "review_hold_note") == "Write the reason."
    reason.setText(" asked for by the court ")
    with qtbot.waitSignal(holding.command_requested) as sent:
        button.click()
    assert sent.args == [HoldSession(session=SESSION, reason="asked for by the court")]
    assert texts(holding, "review_hold_state") == "Not held."  # until the station says so
    holding.render(make_station(operator=LEAD, held=frozenset({SESSION})))
    assert texts(holding, "review_hold_state") == "Held: must be kept. Reason: asked for by the court"
    assert texts(holding, "review_held") == "Must be kept"
    assert (shown(holding, "review_held"), reason.text()) == (True, "")
    for name in ("review_held", "review_title"):
        assert holding.findChild(QLabel, name).width() >= 80, name
    reason.setText("the case is closed")
    with qtbot.waitSignal(holding.command_requested) as sent:
        holding.findChild(QPushButton, "review_hold_release").click()
    assert sent.args == [ReleaseHold(session=SESSION, reason="the case is closed")]
    holding.render(make_station(operator=LEAD))
    assert texts(holding, "review_hold_state") == "Not held."
    assert not shown(holding, "review_held")


def test_a_hold_that_stood_before_is_told_with_its_reason(holding, opened):
    holding.read = replace(opened, held_because="a complaint")
    hold(holding, held=frozenset({SESSION, "another"}))
    assert texts(holding, "review_hold_state") == "Held: must be kept. Reason: a complaint"
    assert shown(holding, "review_held")
    holding.hide()  # and nothing of it stays for the next visit
    assert not shown(holding, "review_held")
    assert texts(holding, "review_hold_state") == "Not held."


@pytest.mark.parametrize("role", [Role.NURSE, Role.OFFICE])
def test_who_may_not_hold_is_told_who_may(holding, role):
    hold(holding, operator=replace(LEAD, role=role))
    assert (
        texts(holding, "review_hold_note") == "Only a lead nurse or a clinician can hold a visit: ask one to sign in."
    )
    assert not any(shown(holding, f"review_hold_{name}") for name in ("set", "release"))
    assert not holding.findChild(QLineEdit, "review_hold_reason").isVisible()
    assert holding.findChild(QPushButton, "review_hold_back").hasFocus()


def test_a_refusal_stands_in_the_form_until_something_else_is_written(holding):
    hold(holding)
    holding.findChild(QLineEdit, "review_hold_reason").setText("x")
    holding.findChild(QPushButton, "review_hold_set").click()
    holding.refused("This visit is held already.")
    assert texts(holding, "review_hold_note") == "This visit is held already."
    holding.findChild(QLineEdit, "review_hold_reason").setText("xy")
    assert not shown(holding, "review_hold_note")


def test_a_reason_that_was_refused_is_told_of_no_other_hold(holding):
    hold(holding)
    holding.findChild(QLineEdit, "review_hold_reason").setText("x")
    holding.findChild(QPushButton, "review_hold_set").click()
    holding.refused("The disk does not answer.")
    holding.render(make_station(operator=LEAD, held=frozenset({SESSION})))
    assert texts(holding, "review_hold_state") == "Held: must be kept."


def test_a_hold_that_was_released_lends_its_reason_to_no_later_one(holding, opened):
    holding.read = replace(opened, held_because="a complaint")
    hold(holding, held=frozenset({SESSION}))
    holding.render(make_station(operator=LEAD))
    holding.render(make_station(operator=LEAD, held=frozenset({SESSION})))
    assert texts(holding, "review_hold_state") == "Held: must be kept."


def test_the_way_back_leads_to_what_stood_there(holding):
    hold(holding)
    form = holding.findChild(QWidget, "review_hold_form")
    assert form.isVisible()
    holding.findChild(QPushButton, "review_hold_back").click()
    assert holding.findChild(QWidget, "review_summary").isVisible()
    assert not form.isVisible()
    holding.findChild(QPushButton, "review_hold").click()
    holding.findChild(QAbstractButton, "review_side_numbers").click()
    assert holding.findChild(QWidget, "review_summary").isVisible()
