"""The numbers of a visit: hand-computed cases, the report's numbers, and a slow second-by-second count that must agree."""

from dataclasses import replace
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.clock import NS_PER_S, Moment
from devices.events import Mode, Priority, Validity
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core import watching
from nursestation.core.fold import fold
from nursestation.core.history import Told
from nursestation.core.model import CuffReading, Grade, Phase, Provenance, TimedStep
from nursestation.core.presets import AlarmPreset
from nursestation.core.protocols import BpRules, FlagRule, LimitRule
from nursestation.core.state import StationState
from nursestation.core.summary import Outside, Summary, summarize
from nursestation.core.summary_words import Figure, figures
from nursestation.core.timeline import Timeline
from nursestation.export.story import tell
from nursestation.export.visit import VisitRecord
from tests.helpers.station_views import PATIENT, make_protocol
from tests.helpers.stored_visit import stored
from tests.helpers.visit import Clinic, make_clinic, run_visit
from tests.helpers.written_visit import all_records

START = Moment(5_000 * NS_PER_S, 1_767_279_600 * NS_PER_S)
SESSION = "20260101-1500-1"
LADDER = BpRules(
    flags=(
        FlagRule(grade=Grade.WATCH, priority=Priority.LOW, prompt="", sys_at_or_above=150),
        FlagRule(grade=Grade.SPIKE, priority=Priority.MEDIUM, prompt="", sys_at_or_above=170, rise_sys=40),
        FlagRule(grade=Grade.SEVERE, priority=Priority.HIGH, prompt="", dia_at_or_above=120),
        FlagRule(grade=Grade.LOW, priority=Priority.MEDIUM, prompt="", sys_below=90),
    ),
    red_flag_symptoms=(),
)
PROTOCOL = make_protocol(
    bp=LADDER,
    limits=(LimitRule(metric="spo2", low=92.0), LimitRule(metric="heart_rate", low=50.0, high=120.0)),
)


def second(seconds: float) -> Moment:
    return START.shifted(round(seconds * NS_PER_S))


def opened(until_s: float = 3600.0, start_s: float | None = 0.0) -> list[r.Record]:
    """Return a visit that begins its baseline and (at `start_s`) its infusion at second 0, and still runs at `until_s`."""
    about = {"chair": 2, "session": SESSION}
    found: list[r.Record] = [
        r.SessionOpened(at=second(0), **about, operator="op-1", patient=PATIENT, protocol=PROTOCOL, simulated=False),
        r.PhaseChanged(at=second(0), **about, before=None, after=Phase.CHECK_IN),
        r.PhaseChanged(at=second(0), **about, before=Phase.CHECK_IN, after=Phase.BASELINE),
    ]
    if start_s is not None:
        found += [
            r.PhaseChanged(at=second(start_s), **about, before=Phase.BASELINE, after=Phase.INFUSION),
            r.InfusionStarted(at=second(start_s), **about, dose_text="36 mg"),
        ]
    return [*found, r.IdentityConfirmed(at=second(until_s), **about)]


def cuff(seconds: float, sys: int, dia: int = 80) -> r.CuffTaken:
    at = second(seconds)
    reading = CuffReading(sys, dia, None, None, at.utc_ns, at.mono_ns, Provenance.DEVICE, "2:x")
    return r.CuffTaken(at=at, chair=2, session=SESSION, reading=reading)


def sample(
    seconds: float, value: float | None, metric: str = "spo2", monitor: str = "2:x", **fields: object
) -> r.Sample:
    known = {"validity": Validity.VALID, "mode": Mode.REAL, "provenance": Provenance.DEVICE, "source": "", **fields}
    return r.Sample(at=second(seconds), chair=2, session=SESSION, metric=metric, value=value, monitor=monitor, **known)  # type: ignore[arg-type]  # the fields are those of a sample


def numbers(records: list[r.Record], samples: list[r.Sample] | None = None) -> Summary:
    in_order = tuple(sorted(records, key=lambda one: one.at.mono_ns))
    found = summarize(Told(records=in_order, timeline=Timeline((START,))), samples or [])
    assert found is not None
    return found


def of_file(visit: VisitRecord) -> Summary:
    told = Told(records=visit.records, timeline=visit.timeline)
    found = summarize(told, visit.samples, visit.station, visit.name)
    assert found is not None
    return found


def line(summary: Summary, key: str) -> Figure:
    return next(one for one in figures(summary) if one.key == key)


# --- a whole visit ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> VisitRecord:
    """The visit that was written by hand: spike of 182/111 at 48.8 min after check-in, 31.8 after the start."""
    return stored(tmp_path_factory.mktemp("record"), all_records(step_s=5))


def test_peak_and_rise_are_told_with_the_time_since_the_start(whole: VisitRecord) -> None:
    summary = of_file(whole)
    assert summary.peak_sys is not None
    assert summary.peak_dia is not None
    assert (summary.peak_sys.value, summary.peak_dia.value) == (182, 111)
    assert (summary.rise, summary.rise_percent) == (58, 47)
    assert summary.peak_sys.since_start_s == pytest.approx(31.8 * 60, abs=0.01)
    assert line(summary, "peak_sys").note == "58 mmHg (47 %) above baseline, 31:48 after the start"


def test_lengths_are_told_without_pauses(whole: VisitRecord) -> None:
    summary = of_file(whole)
    assert summary.infusion_s == pytest.approx((49 - 8.5) * 60)  # from 17 to 66 min, paused from 49.5 to 58
    assert (summary.n_pauses, summary.paused_s) == (1, pytest.approx(8.5 * 60))
    assert summary.observation_s == pytest.approx((98.01 - 66) * 60)
    assert line(summary, "treatment").value == "40:30"


def test_alarms_are_counted_by_the_highest_priority_that_each_reached(whole: VisitRecord) -> None:
    high, medium, low = of_file(whole).alarms
    assert (high.n, high.n_patient, high.n_answered) == (1, 1, 1)
    assert high.median_s == high.slowest_s == pytest.approx(0.3 * 60)
    assert (medium.n, medium.n_patient, medium.n_answered, medium.median_s) == (1, 0, 0, None)
    assert low.n == 0
    assert line(of_file(whole), "alarms").value == "1 high · 1 medium · 0 low"


def test_its_numbers_are_the_report_s(whole: VisitRecord) -> None:
    summary, story = of_file(whole), tell(whole)
    assert story.peak is not None
    assert summary.peak_sys is not None
    assert summary.peak_sys.value == story.peak.reading.sys
    assert summary.infusion_s == pytest.approx(story.infusion_ns / NS_PER_S)
    observed = story.time_in(Phase.OBSERVATION) + story.time_in(Phase.READY)
    assert summary.observation_s == pytest.approx(observed / NS_PER_S)
    assert summary.n_flags == len(story.flags)


def test_a_running_visit_is_told_up_to_now(tmp_path) -> None:
    summary = of_file(stored(tmp_path, all_records(step_s=5, upto_min=55)))
    assert (summary.is_running, summary.phase) == (True, Phase.INFUSION)
    assert summary.infusion_s == pytest.approx((49.5 - 17) * 60)  # paused since
    assert summary.paused_s == pytest.approx((55 - 49.5) * 60, abs=5)
    assert summary.observation_s is None
    assert "still running" in line(summary, "treatment").note


def test_the_live_station_says_the_same() -> None:
    clinic = make_clinic()
    clinic.start(every_s=5)
    clinic.run(600, every_s=5)
    clinic.cuff(150, 90)
    seen = clinic.visit.watching
    summary = _of_clinic(clinic.records)
    assert summary.watching.coverage == seen.coverage
    assert summary.watching.cuffs_taken == seen.cuffs_taken
    assert summary.observation_least_s == clinic.visit.protocol.observation_min * 60


def test_a_corrected_time_is_followed() -> None:
    clinic = make_clinic()
    clinic.start(every_s=5)
    started = clinic.of(r.InfusionStarted)[-1].at
    clinic.run(600, every_s=5)
    _correct_start(clinic, started, later_s=120)
    summary = _of_clinic(clinic.records)
    assert summary.infusion_s == pytest.approx(480, abs=1)


def _correct_start(clinic: Clinic, started: Moment, later_s: float) -> None:
    clinic.do(
        c.CorrectTime(
            chair=2,
            what=TimedStep.INFUSION_STARTED,
            at_utc_ns=started.utc_ns + round(later_s * NS_PER_S),
            reason="noted late",
        )
    )


def _of_clinic(records: list[r.Record]) -> Summary:
    own = tuple(one for one in records if isinstance(one, r.DISCRETE) and one.session is not None)
    samples = [one for one in records if isinstance(one, r.Sample) and one.session is not None]
    station = [one for one in records if isinstance(one, r.DISCRETE) and one.session is None]
    found = summarize(Told(records=own, timeline=Timeline((own[0].at,))), samples, station)
    assert found is not None
    return found


def test_every_line_has_a_definition_and_no_line_is_told_twice() -> None:
    lines = figures(_of_clinic(run_visit(every_s=10)[1]))
    assert all(one.definition.endswith(".") and one.value for one in lines)
    assert len({one.key for one in lines}) == len(lines) == 14


def test_where_nothing_was_measured_nothing_is_told_as_a_number() -> None:
    summary = numbers(opened(60, start_s=None))
    assert (summary.baseline, summary.peak_sys, summary.bp_above, summary.ranges) == (None, None, None, ())
    assert (summary.infusion_s, summary.observation_s) == (None, None)
    for key in ("baseline", "peak_sys", "bp_above", "spo2_low", "range_hr", "treatment", "observation"):
        assert line(summary, key).value == "—"
    assert summarize(Told(records=(), timeline=Timeline(())), []) is None


# --- pressure above the limits ------------------------------------------------------------------------------------


def test_a_reading_stands_until_the_next_one() -> None:
    summary = numbers([*opened(1200), cuff(100, 140), cuff(400, 175), cuff(640, 130), cuff(900, 120, 121)])
    assert summary.bp_above == Outside("BP spike", (640 - 400) + (1200 - 900), 1100)
    assert summary.bp_below == Outside("BP low", 0, 1100)


def test_a_reading_stands_no_longer_than_the_next_one_may_be_late() -> None:
    # planned every 5 min in the first 20, 3 min late at the most: 8 min; later every 10: 13 min
    summary = numbers([*opened(7200), cuff(60, 180), cuff(1800, 180)])
    assert summary.bp_above == Outside("BP spike", 8 * 60 + 13 * 60, 8 * 60 + 13 * 60)


def test_what_was_measured_before_the_start_counts_for_nothing() -> None:
    summary = numbers([*opened(1200, start_s=600), cuff(300, 180), cuff(700, 120)])
    assert summary.bp_above == Outside("BP spike", 0, 480)


# --- continuous vitals --------------------------------------------------------------------------------------------


def test_lowest_spo2_is_told_with_its_length_and_the_time_below_the_limit() -> None:
    values = [97, 97, 91, 88, 88, 91, 92, 88, 97]
    summary = numbers(opened(), [sample(10 * n, value) for n, value in enumerate(values)])
    spo2 = summary.range_of("SpO₂")
    assert spo2 is not None
    assert (spo2.low.value, spo2.low.at.utc_ns, spo2.low_s) == (88, second(30).utc_ns, 30)
    assert spo2.below == Outside("SpO₂ below 92", 50, 80)
    assert spo2.above is None
    assert line(summary, "spo2_low").note == "for 0:30 in all, 0:30 after the start"
    assert line(summary, "range_spo2").note == "median 91, below 92 for 0:50"


def test_a_value_before_a_break_stands_for_nothing() -> None:
    gap_s = PROTOCOL.watch.gap_s
    spo2 = numbers(opened(), [sample(0, 88), sample(gap_s + 1, 95), sample(gap_s + 2, 95)]).range_of("SpO₂")
    assert spo2 is not None
    assert (spo2.low_s, spo2.below) == (0, Outside("SpO₂ below 92", 0, 1))


def test_a_limit_counts_from_when_it_was_set() -> None:
    change = r.LimitsChanged(
        at=second(20), chair=2, session=SESSION, operator="op-1", metric="spo2", low=90.0, high=None,
        before_low=92.0, before_high=None, why=r.EDITED,
    )  # fmt: skip
    spo2 = numbers([*opened(), change], [sample(10 * n, 91) for n in range(5)]).range_of("SpO₂")
    assert spo2 is not None
    assert spo2.below == Outside("SpO₂ below 92, then 90", 20, 40)


def test_what_is_doubted_in_test_or_of_another_sensor_counts_for_nothing() -> None:
    samples = [
        *(sample(n, 97) for n in range(5)),
        sample(5, 70, validity=Validity.QUESTIONABLE),
        sample(6, 71, mode=Mode.DEMO),
        sample(7, 60, monitor="2:other"),
        sample(8, None, validity=Validity.UNAVAILABLE),
    ]
    spo2 = numbers(opened(), samples).range_of("SpO₂")
    assert spo2 is not None
    assert (spo2.n, spo2.low.value, spo2.source) == (5, 97, "2:x")


def test_the_pulse_stands_in_for_the_heart_rate_and_says_so() -> None:
    summary = numbers(opened(), [sample(n, 130, "pulse_rate") for n in range(4)])
    rate = summary.range_of("HR")
    assert rate is not None
    assert (rate.metric, rate.above) == ("pulse_rate", Outside("HR above 120", 3, 3))
    assert line(summary, "range_hr").label == "HR (pulse rate)"


_STEPS = st.lists(st.tuples(st.integers(1, 45), st.sampled_from((86, 90, 91, 92, 95))), min_size=1, max_size=40)


@given(_STEPS, st.integers(0, 10**15))
@settings(max_examples=30, deadline=None)
def test_the_sums_are_those_of_a_count_second_by_second(steps: list[tuple[int, int]], later_ns: int) -> None:
    at, samples = 0, []
    for gap_s, value in steps:
        at += gap_s
        samples.append(sample(at, value))
    below = known = lowest = 0
    least = min(value for _, value in steps)
    for earlier, later in pairwise(samples):
        length = (later.at.mono_ns - earlier.at.mono_ns) // NS_PER_S
        for _ in range(length if length <= PROTOCOL.watch.gap_s else 0):
            known += 1
            below += earlier.value is not None and earlier.value < 92
            lowest += earlier.value == least
    records = opened(at + 60)
    spo2 = numbers(records, samples).range_of("SpO₂")
    assert spo2 is not None
    assert spo2.below == Outside("SpO₂ below 92", below, known)
    assert spo2.low_s == lowest
    moved = [replace(one, at=Moment(one.at.mono_ns + later_ns, one.at.utc_ns)) for one in (*records, *samples)]
    told = Told(
        records=tuple(one for one in moved if not isinstance(one, r.Sample)),
        timeline=Timeline((Moment(START.mono_ns + later_ns, START.utc_ns),)),
    )
    again = summarize(told, [one for one in moved if isinstance(one, r.Sample)])
    assert again == numbers(records, samples)


def test_no_length_is_negative_where_the_clock_was_set_back_between_two_starts() -> None:
    before = [sample(n, 91) for n in (100, 101, 102)]
    again = Moment(50 * NS_PER_S, START.utc_ns + 60 * NS_PER_S)  # a start of the computer, whose clock is a minute off
    after = [replace(one, at=again.shifted(n * NS_PER_S)) for n, one in enumerate(before)]
    told = Told(records=tuple(opened(0)), timeline=Timeline((START, again)))
    found = summarize(told, [*before, *after])
    assert found is not None
    spo2 = found.range_of("SpO₂")
    assert spo2 is not None
    assert (spo2.low_s, spo2.below) == (4, Outside("SpO₂ below 92", 4, 4))  # two stretches of 2 s, 38 s apart
    assert spo2.low.at.utc_ns == again.utc_ns


_STATION = st.sampled_from((
    r.SignedIn(at=START, operator="op-2"),
    r.SignedOut(at=START, operator="op-2"),
    r.StationStarted(at=START, version="1", unclean=True),
))  # fmt: skip


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(("spo2", "heart_rate", "pulse_rate", "etco2"))), max_size=40
    ),
    st.lists(st.tuples(st.integers(1, 600), _STATION), max_size=5),
    st.integers(0, 200),
)
@settings(max_examples=60, deadline=None)
def test_the_watch_is_that_of_a_fold_record_by_record(
    steps: list[tuple[int, str]], station: list[tuple[int, r.Record]], baseline_s: int
) -> None:
    times = [*accumulate(apart_s for apart_s, _ in steps)]
    samples = [sample(at_s, 95, metric) for at_s, (_, metric) in zip(times, steps, strict=True)]
    moved = replace(opened()[2], at=second(baseline_s))  # the baseline begins, and what was watched begins anew
    records = sorted([*opened(600, start_s=None), moved], key=lambda one: one.at.mono_ns)
    of_station = [replace(one, at=second(at_s)) for at_s, one in station]
    summary = summarize(Told(records=tuple(records), timeline=Timeline((START,))), samples, of_station)
    assert summary is not None
    state = StationState(chairs={}, configured=set(), protocols={}, preset=AlarmPreset(), monitors={})
    for one in sorted([*records, *samples, *of_station], key=lambda one: one.at.mono_ns):
        fold(state, one)
    visit = state.chairs[2].visit
    assert visit is not None
    spans = [(phase, span.start.mono_ns, span.end.mono_ns if span.end else None) for phase, span in visit.spans]
    last_ns = max(one.at.mono_ns for one in (*records, *samples))
    seen = watching.look(visit.watch, visit.protocol, spans, [], last_ns, str)
    assert [(who, since.utc_ns, until and until.utc_ns) for who, since, until in summary.watching.signed_in] == [
        (who, since.utc_ns, until and until.utc_ns) for who, since, until in seen.signed_in
    ]
    assert replace(summary.watching, signed_in=(), began=None) == replace(seen, signed_in=(), began=None)


@given(st.lists(st.tuples(st.integers(1, 1500), st.integers(80, 200)), max_size=12))
@settings(max_examples=30, deadline=None)
def test_pressure_is_known_no_longer_than_there_was_time(steps: list[tuple[int, int]]) -> None:
    at, readings = 0, []
    for gap_s, sys in steps:
        at += gap_s
        readings.append(cuff(at, sys))
    summary = numbers([*opened(at + 10), *readings])
    if not readings:
        assert summary.bp_above is None
        return
    assert summary.bp_above is not None
    assert summary.bp_below is not None
    assert summary.bp_above.known_s == summary.bp_below.known_s <= at + 10 - steps[0][0]
    assert summary.bp_above.outside_s + summary.bp_below.outside_s <= summary.bp_above.known_s
    is_high = any(sys >= 170 for _, sys in steps)
    assert (summary.bp_above.outside_s > 0) is is_high
