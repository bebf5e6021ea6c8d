"""The place of the next visit in a patient's treatment, and what departs from the plan."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.clock import NS_PER_S
from nursestation.core.history import PastVisit, PatientHistory
from nursestation.core.model import Phase, SeriesPlace, VisitKind
from nursestation.core.protocols import Protocol, SeriesPlan
from nursestation.core.series import days_between, months_after, propose, words
from tests.helpers.visit import load_protocol

COURSE, MAINTENANCE, BOOSTER = VisitKind.COURSE, VisitKind.MAINTENANCE, VisitKind.BOOSTER
MONDAY = date(2026, 3, 2)


def on(plan: dict[str, Any] | None = None) -> Protocol:
    """Return a protocol with this series."""
    given = {"length": 6, "interval_days_min": 2, "interval_days_max": 3} if plan is None else plan
    series = SeriesPlan.model_validate(given) if given else None
    return load_protocol().model_copy(update={"series": series})


def past(
    day: date, place: SeriesPlace | None = None, *, was_treated: bool = True, protocol: str = "depression_iv"
) -> PastVisit:
    """Return a visit of a day, checked in at noon UTC."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return PastVisit(
        session=str(day),
        opened_utc_ns=int(noon.timestamp()) * NS_PER_S,
        protocol=protocol,
        protocol_name=protocol,
        phase=Phase.DISCHARGED,
        was_treated=was_treated,
        series=place,
    )


def history(*visits: PastVisit) -> PatientHistory:
    """Return a history, newest first."""
    newest = tuple(sorted(visits, key=lambda visit: -visit.opened_utc_ns))
    return PatientHistory(record_number="1", given_name="", family_name="", birth_date=MONDAY, visits=newest)


def test_the_first_visit_is_one_of_the_series() -> None:
    found = propose(None, on(), MONDAY, UTC)
    assert (found.place, found.note, found.warning, found.booster_due) == (
        SeriesPlace(COURSE, 1, 6),
        "1 of 6",
        "",
        None,
    )


def test_without_a_series_visits_are_counted() -> None:
    found = propose(history(past(MONDAY)), on({}), MONDAY + timedelta(9), UTC)
    assert (found.place, found.note, found.warning) == (SeriesPlace(COURSE, 2), "visit 2", "")


def test_treatments_on_this_protocol_alone_are_counted() -> None:
    visits = (
        past(MONDAY),
        past(MONDAY + timedelta(2), was_treated=False),
        past(MONDAY + timedelta(2), protocol="chronic_pain"),
        past(MONDAY + timedelta(3)),
    )
    assert propose(history(*visits), on(), MONDAY + timedelta(5), UTC).place == SeriesPlace(COURSE, 3, 6)


def test_what_staff_told_of_the_last_goes_before_what_is_counted() -> None:
    found = propose(history(past(MONDAY, SeriesPlace(COURSE, 4, 8))), on(), MONDAY + timedelta(2), UTC)
    assert found.note == "5 of 8"


@pytest.mark.parametrize(
    ("days", "warning"),
    [
        (0, "The last was today, the protocol says 2 to 3."),
        (1, "1 day since the last, the protocol says 2 to 3."),
        (2, ""),
        (3, ""),
        (4, "4 days since the last, the protocol says 2 to 3."),
    ],
)
def test_an_interval_outside_the_plan_is_told(days: int, warning: str) -> None:
    assert propose(history(past(MONDAY)), on(), MONDAY + timedelta(days), UTC).warning == warning


def test_a_weekend_between_counts_for_nothing_where_weekdays_are_planned() -> None:
    plan = on({"length": 5, "interval_days_min": 1, "interval_days_max": 1, "weekdays_only": True})
    friday = MONDAY + timedelta(4)
    assert propose(history(past(friday)), plan, friday + timedelta(3), UTC).warning == ""
    tuesday = propose(history(past(friday)), plan, friday + timedelta(4), UTC)
    assert tuesday.warning == "2 weekdays since the last, the protocol says 1."
    saturday = propose(None, plan, friday + timedelta(1), UTC)
    assert saturday.warning == "Today is a weekend day, and the protocol plans weekdays."


BOOSTERS = {"length": 2, "booster_months_min": 3, "booster_months_max": 6}


def test_after_the_series_comes_a_booster_in_its_time() -> None:
    done = history(past(MONDAY, SeriesPlace(COURSE, 2, 2)))
    due = (date(2026, 6, 2), date(2026, 9, 2))
    early = propose(done, on(BOOSTERS), date(2026, 4, 1), UTC)
    assert (early.place, early.note, early.booster_due) == (SeriesPlace(BOOSTER, 1), "booster 1", due)
    assert early.warning == "A booster is planned from 2 June 2026 to 2 Sept 2026."
    assert propose(done, on(BOOSTERS), date(2026, 6, 2), UTC).warning == ""
    later = history(past(MONDAY, SeriesPlace(BOOSTER, 1)))
    assert propose(later, on(BOOSTERS), date(2026, 8, 1), UTC).note == "booster 2"


def test_the_last_of_a_series_says_when_the_booster_is_due() -> None:
    found = propose(history(past(MONDAY)), on(BOOSTERS), MONDAY + timedelta(2), UTC)
    assert (found.note, found.booster_due) == ("2 of 2", (date(2026, 6, 4), date(2026, 9, 4)))


def test_without_boosters_maintenance_follows() -> None:
    done = history(past(MONDAY, SeriesPlace(COURSE, 6, 6)))
    found = propose(done, on(), MONDAY + timedelta(30), UTC)
    assert (found.note, found.warning, found.booster_due) == ("maintenance 1", "", None)


def test_days_are_the_clinic_s_own() -> None:
    """Noon UTC is the next day already at UTC+14, and the interval begins there."""
    far = timezone(timedelta(hours=14))
    assert propose(history(past(MONDAY)), on(), MONDAY + timedelta(2), far).warning.startswith("1 day since")


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 15), 3, date(2027, 2, 15)),
        (date(2026, 3, 2), 1.5, date(2026, 4, 17)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months_later_is_the_same_day_or_the_month_s_last(day: date, months: float, then: date) -> None:
    assert months_after(day, months) == then


DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(DAYS, st.integers(0, 400))
def test_weekdays_are_five_of_seven(day: date, n: int) -> None:
    later = day + timedelta(n)
    counted = days_between(day, later, weekdays_only=True)
    assert days_between(day, later, weekdays_only=False) == n
    assert counted == sum((day + timedelta(k)).weekday() < 5 for k in range(1, n + 1))
    assert abs(counted - n * 5 / 7) <= 2


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_more_months_are_never_earlier(day: date, few: int, more: int) -> None:
    few, more = sorted((few, more))
    assert months_after(day, few) <= months_after(day, more)


@given(st.lists(st.tuples(st.integers(0, 300), st.booleans()), max_size=12), st.integers(1, 8))
def test_a_course_counts_on_to_its_length_and_then_goes_over(visits: list[tuple[int, bool]], length: int) -> None:
    found = propose(
        history(*(past(MONDAY + timedelta(n), was_treated=treated) for n, treated in visits)),
        on({"length": length}),
        MONDAY + timedelta(400),
        UTC,
    )
    n_treated = sum(treated for _, treated in visits)
    assert found.place == (
        SeriesPlace(COURSE, n_treated + 1, length) if n_treated < length else SeriesPlace(MAINTENANCE, 1)
    )
    assert found.note == words(found.place)
