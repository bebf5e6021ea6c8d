"""A visit looked at again: what the screen saw then is what is seen now, in whatever order it is looked at."""

from dataclasses import replace
from random import Random

import pytest

from devices.clock import NS_PER_S, Moment
from devices.events import DeviceStatus, LinkPhase, LinkState, Numeric, SensorStatus, Validity
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.inputs import ChairsChanged, ChairSetup
from nursestation.core.model import ChartKind, Phase
from nursestation.core.presets import AlarmPreset, AutoRule, Bounds
from nursestation.core.replay import KEPT_NS, KEPT_RECORDS, Film
from nursestation.core.snapshot import ChairSnapshot, Freshness
from nursestation.core.timeline import Timeline
from tests.helpers.visit import NURSE, Clinic, binding, make_clinic, run_visit
from tests.unit.core.test_restore import restarted, stored


def film_of(records: list[r.Record], runs: tuple[Moment, ...] = ()) -> Film:
    """Return the film of what a station made; `runs` names the moments at which its runs began."""
    own = [one for one in stored(records) if one.session is not None]
    operators = {one.added.id: one.added for one in records if isinstance(one, r.OperatorAdded)}
    discrete = [one for one in own if not isinstance(one, r.Sample)]
    samples = [one for one in own if isinstance(one, r.Sample)]
    starts = [one for one in records if isinstance(one, r.StationStarted)]
    return Film(discrete, samples, Timeline(runs or (starts[0].at,)), operators, starts)


def told(chair: ChairSnapshot) -> dict[str, object]:
    """Return what a chair shows of patient and visit, without what lies on another clock."""
    visit = chair.visit
    assert visit is not None
    return {
        "numbers": {one.metric: (one.value, one.freshness, one.low, one.change) for one in chair.numerics},
        "cuff": (str(chair.cuff.reading), chair.cuff.due_in_s),
        "phase": (visit.phase, visit.paused, visit.infusion_run_s, visit.observation_s),
        "flags": [(one.grade, one.outcome, one.is_present) for one in visit.flags],
        "chart": [(one.text, one.by, one.resolved is None) for one in visit.chart],
        "alarms": [(one.rule, one.priority, one.text) for one in chair.conditions],
        "coverage": [part for _, part, _ in visit.watching.coverage],
        "baseline": str(visit.baseline),
        "signed": visit.signed_by,
    }


def test_what_was_on_the_screen_is_on_it_again() -> None:
    clinic = make_clinic()
    seen: list[tuple[Moment, dict[str, object]]] = []

    def look() -> None:
        seen.append((clinic.clock.now(), told(clinic.view)))
        clinic.clock.advance(0.5)  # what comes next comes later

    clinic.start(every_s=2)
    look()
    clinic.run(500, {"heart_rate": 88.0}, every_s=2)
    clinic.cuff(184, 112)
    look()
    clinic.do(c.PauseInfusion(chair=2, reason="blood pressure"))
    clinic.do(c.Chart(chair=2, kind=ChartKind.SIDE_EFFECT, text="Nausea"))
    clinic.run(95, every_s=2)
    look()
    clinic.cuff(150, 90)
    clinic.run(12)
    look()
    clinic.wait(5)
    look()
    film = film_of(clinic.records)
    later_ns = film.first_ns - clinic.of(r.SessionOpened)[0].at.mono_ns
    for at, then in reversed(seen):
        now = film.at(at.mono_ns + later_ns)
        assert told(now.chair(2)) == then
        assert now.at.utc_ns == at.utc_ns
        assert (now.operator, now.sound) == (None, None)
    assert seen[-1][1]["numbers"]["spo2"][1] is Freshness.STALE  # type: ignore[index]


@pytest.fixture(scope="module")
def whole() -> list[r.Record]:
    return run_visit(every_s=10, free=True)[1]


def test_the_order_of_looks_makes_no_difference(whole: list[r.Record]) -> None:
    film, again = film_of(whole), film_of(whole)
    random = Random(7)
    times = [random.randint(film.first_ns, film.last_ns) for _ in range(12)]
    in_order = {t_ns: film.at(t_ns) for t_ns in sorted(times)}
    assert {t_ns: again.at(t_ns) for t_ns in times} == in_order


def test_a_visit_left_open_for_a_year_is_kept_as_often_as_it_has_something_to_tell() -> None:
    clinic = make_clinic()
    clinic.start(every_s=5)
    clinic.run(60, every_s=5)
    records = stored(clinic.records)
    last = next(one for one in reversed(records) if isinstance(one, r.Sample))
    daily = [replace(last, at=last.at.shifted(6 * 3600 * n * NS_PER_S)) for n in range(1, 4 * 365)]
    film = film_of([*records, *daily])
    assert 1 < len(film._kept) <= (len(records) + len(daily)) // KEPT_RECORDS + 1
    late = film.at(film.last_ns)
    assert film.at(daily[700].at.mono_ns + film.first_ns - clinic.of(r.SessionOpened)[0].at.mono_ns) != late
    assert film.at(film.last_ns) == late
    visit = late.chair(2).visit
    assert visit is not None
    assert visit.watching.coverage[0][1] < 0.001


def test_it_goes_from_the_check_in_to_the_end_and_no_further(whole: list[r.Record]) -> None:
    film = film_of(whole)
    first, last = film.at(0).chair(2).visit, film.at(film.last_ns + KEPT_NS).chair(2).visit
    assert first is not None
    assert last is not None
    assert (first.phase, first.cuffs) == (Phase.BASELINE, ())  # all of the check-in was told at one moment
    assert (last.phase, last.signed_by) == (Phase.DISCHARGED, "R. Alvarez RN")


def test_a_restart_in_between_is_one_film() -> None:
    before = make_clinic()
    before.start(every_s=5)
    before.run(120, every_s=5)
    after: Clinic = restarted(before, after_s=30)
    after.run(60, every_s=5)
    after.cuff(131, 82)
    runs = (before.of(r.SessionOpened)[0].at, after.records[0].at)
    film = film_of([*before.records, *after.records], runs)
    visit = film.at(film.last_ns).chair(2).visit
    assert visit is not None
    assert visit.infusion_run_s == pytest.approx(210, abs=1)
    assert film.moment(film.last_ns).utc_ns == after.clock.now().utc_ns
    assert str(visit.cuffs[-1]) == "131/82"
    assert film.last_ns - film.first_ns < 3600 * NS_PER_S


TIGHT, WIDE = (
    AlarmPreset(
        title=title,
        bounds=(Bounds(metric="heart_rate", low_min=low, low_max=60, high_min=100, high_max=high),),
        auto=(AutoRule(metric="heart_rate", low_times=0.7, low_least=low, high_times=1.5, high_most=high),),
    )
    for title, low, high in (("Tight", 55, 105), ("Wide", 30, 180))
)


def shown_by_preset(chair: ChairSnapshot) -> tuple[object, ...]:
    return chair.clinic_preset, chair.proposal, [(one.metric, one.high_min, one.high_max) for one in chair.limits]


def test_it_shows_the_clinic_s_preset_of_each_run_and_what_follows_from_it() -> None:
    before = make_clinic(preset=TIGHT)
    before.start(every_s=5)
    before.run(60, every_s=5)
    then = shown_by_preset(before.view)
    after = restarted(before, after_s=30, preset=WIDE)
    after.run(20, every_s=5)
    film = film_of([*before.records, *after.records], (before.records[0].at, after.records[0].at))
    earlier_ns = film.last_ns - 45 * NS_PER_S
    for _ in range(2):  # and back
        assert shown_by_preset(film.at(film.last_ns).chair(2)) == shown_by_preset(after.view)
        assert shown_by_preset(film.at(earlier_ns).chair(2)) == then
    assert (then[0], shown_by_preset(after.view)[0]) == ("Tight", "Wide")
    assert then[1]
    assert then[1] != shown_by_preset(after.view)[1]


def test_a_run_of_which_no_preset_is_known_is_not_shown_with_that_of_a_later_one() -> None:
    before = make_clinic(preset=TIGHT)
    before.start(every_s=5)
    before.run(60, every_s=5)
    after = restarted(before, after_s=30, preset=WIDE)
    after.run(20, every_s=5)
    unknown = [replace(one, preset=None) if isinstance(one, r.StationStarted) else one for one in before.records]
    film = film_of([*unknown, *after.records], (before.records[0].at, after.records[0].at))
    titles = [shown_by_preset(film.at(t_ns).chair(2))[0] for t_ns in (film.last_ns - 45 * NS_PER_S, film.last_ns)]
    assert titles == [AlarmPreset().title, "Wide"]


def test_what_a_monitor_says_of_its_sensors_stands_where_it_stood_until_the_program_starts_anew() -> None:
    before = make_clinic()

    def status(metric: str, status: SensorStatus, text: str) -> DeviceStatus:
        return DeviceStatus(t_ns=before.clock.now().mono_ns, metric=metric, status=status, text=text)

    before.start(every_s=5)
    before.event(status("nibp", SensorStatus.MEASURING, "measuring 142"))
    before.event(status("spo2", SensorStatus.SENSOR_OFF, "finger probe off"))
    before.numeric("spo2", None)
    then = before.view
    after = restarted(before, after_s=10)
    after.event(LinkState(t_ns=after.clock.now().mono_ns, phase=LinkPhase.CONNECTED))
    after.run(5, every_s=1)
    film = film_of([*before.records, *after.records], (before.records[0].at, after.records[0].at))
    now = film.at(film.last_ns - 13 * NS_PER_S).chair(2)
    assert (now.cuff.doing, [one.why_blank for one in now.numerics]) == (
        then.cuff.doing,
        [one.why_blank for one in then.numerics],
    )
    assert now.cuff.doing == "measuring 142"
    assert "finger probe off" in [one.why_blank for one in now.numerics]
    assert [(metric, why) for metric, _, why in now.silent_waves] == [("pleth", "finger probe off")]
    assert film.at(film.last_ns).chair(2).cuff.doing == after.view.cuff.doing == ""


def test_of_two_monitors_the_preferred_one_s_value_is_shown_as_it_was() -> None:
    clinic = make_clinic()
    clinic.start(every_s=5)
    first, second = binding(), binding("2:capnostream20", driver="capnostream20", port="/dev/ttyUSB1")

    def prefer(monitor: str) -> None:
        chair = ChairSetup(number=2, monitors=(first, second), prefer=(("spo2", monitor),))
        clinic.apply(ChairsChanged(chairs=(ChairSetup(number=1, monitors=()), chair), operator=NURSE))
        clinic.clock.advance(0.5)

    def spo2(chair: ChairSnapshot) -> float | None:
        view = chair.numeric("spo2")
        return None if view is None else view.value

    seen: list[tuple[int, float | None]] = []
    for preferred in (second.id, first.id, second.id):
        prefer(preferred)
        for monitor, value in ((first.id, 97.0), (second.id, 91.0)):
            t_ns = clinic.clock.now().mono_ns
            clinic.event(Numeric(t_ns=t_ns, metric="spo2", value=value, validity=Validity.VALID), monitor)
        seen.append((clinic.clock.now().mono_ns, spo2(clinic.view)))
        clinic.clock.advance(0.5)
    assert [value for _, value in seen] == [91.0, 97.0, 91.0]
    film = film_of(clinic.records)
    assert [(t_ns, spo2(film.at(t_ns).chair(2))) for t_ns, _ in reversed(seen)] == seen[::-1]


def test_a_number_is_lost_when_it_was_lost_though_the_cuff_spoke_first() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.cuff(124, 76)
    clinic.take_baseline(every_s=5)
    for minutes in (4, 5):
        clinic.run(60 * minutes, every_s=5)
        clinic.cuff(126, 78)
    clinic.wait(90)
    film = film_of(clinic.records)
    now = film.at(film.last_ns).chair(2)
    assert [(one.metric, one.value) for one in now.numerics] == [
        (one.metric, one.value) for one in clinic.view.numerics
    ]
    assert {one.freshness for one in now.numerics if one.metric == "heart_rate"} == {Freshness.LOST}


@pytest.mark.parametrize("phase", [LinkPhase.CONNECTED, LinkPhase.DISCONNECTED])
def test_the_first_look_shows_the_monitor_as_it_was_at_the_check_in(phase: LinkPhase) -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.event(LinkState(t_ns=clinic.clock.now().mono_ns, phase=phase))
    clinic.check_in()
    assert [link.phase for link in clinic.view.links] == [phase]
    clinic.wait(3)
    clinic.event(LinkState(t_ns=clinic.clock.now().mono_ns, phase=LinkPhase.CONNECTED))
    clinic.run(5)
    film = film_of(clinic.records)
    for look_ns in (film.first_ns, film.first_ns + 2 * NS_PER_S):
        assert [link.phase for link in film.at(look_ns).chair(2).links] == [phase]
    assert [link.phase for link in film.at(film.last_ns).chair(2).links] == [LinkPhase.CONNECTED]


def test_records_without_a_visit_are_no_film() -> None:
    with pytest.raises(ValueError, match="open no visit"):
        Film([], [], Timeline(()), {})
