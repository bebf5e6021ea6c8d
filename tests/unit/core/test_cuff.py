import pytest

from devices.events import DeviceStatus, Mode, Numeric, SensorStatus, Validity
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Provenance
from tests.helpers.visit import Clinic, make_clinic


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    clinic.start()
    clinic.run(5)
    clinic.records.clear()
    return clinic


def part(
    clinic: Clinic,
    metric: str,
    value: float | None,
    *,
    cycle: int | None = 7,
    measured_ns: int | None = -1,
    validity: Validity = Validity.VALID,
    mode: Mode = Mode.REAL,
) -> tuple[r.Record, ...]:
    now_ns = clinic.clock.now().mono_ns
    return clinic.event(
        Numeric(
            t_ns=now_ns,
            metric=metric,
            value=value,
            validity=validity,
            mode=mode,
            cycle=cycle,
            measured_ns=now_ns if measured_ns == -1 else measured_ns,
        )
    )


def test_a_triple_is_one_reading(clinic: Clinic) -> None:
    assert [type(record) for record in part(clinic, "nibp_sys", 121)] == [r.Sample]
    assert [type(record) for record in part(clinic, "nibp_dia", 74)] == [r.Sample]
    assert [type(record) for record in part(clinic, "nibp_mean", 90)] == [r.Sample, r.CuffTaken]
    clinic.tick()
    (taken,) = clinic.of(r.CuffTaken)
    reading = taken.reading
    assert (reading.sys, reading.dia, reading.mean, reading.pulse, reading.cycle) == (121, 74, 90, None, 7)
    assert (reading.provenance, reading.source) == (Provenance.DEVICE, "Berry PM6750 on ttyUSB0")
    assert reading.measured_mono_ns == clinic.clock.now().mono_ns


def test_without_a_mean_anything_else_completes_it(clinic: Clinic) -> None:
    part(clinic, "nibp_sys", 121)
    part(clinic, "nibp_dia", 74)
    out = clinic.numeric("spo2", 97.0)
    assert [type(record) for record in out] == [r.CuffTaken, r.Sample]
    assert clinic.of(r.CuffTaken)[0].reading.mean is None


def test_a_command_completes_it_too(clinic: Clinic) -> None:
    part(clinic, "nibp_sys", 121)
    part(clinic, "nibp_dia", 74)
    out = clinic.do(c.PauseInfusion(chair=2))
    assert [type(record) for record in out] == [r.CuffTaken, r.InfusionPaused]


def test_half_a_reading_is_none(clinic: Clinic) -> None:
    part(clinic, "nibp_sys", 121)
    clinic.tick()
    part(clinic, "nibp_dia", 74)
    clinic.tick()
    assert clinic.of(r.CuffTaken) == []
    assert len(clinic.of(r.Sample)) == 2


def test_a_pulse_before_the_mean_belongs_to_it_and_a_late_one_makes_no_second(clinic: Clinic) -> None:
    part(clinic, "nibp_sys", 121)
    part(clinic, "nibp_dia", 74)
    part(clinic, "nibp_pulse_rate", 70)
    part(clinic, "nibp_mean", 90)
    part(clinic, "nibp_pulse_rate", 70)
    clinic.tick()
    (taken,) = clinic.of(r.CuffTaken)
    assert taken.reading.pulse == 70


def test_a_late_part_of_a_finished_cycle_makes_no_second(clinic: Clinic) -> None:
    part(clinic, "nibp_sys", 121)
    part(clinic, "nibp_dia", 74)
    clinic.tick()
    part(clinic, "nibp_mean", 90)
    clinic.tick()
    assert len(clinic.of(r.CuffTaken)) == 1


def test_two_cycles_are_two_readings_even_with_the_same_values(clinic: Clinic) -> None:
    clinic.cuff(121, 74)
    clinic.run(60)
    clinic.cuff(121, 74)
    assert len(clinic.of(r.CuffTaken)) == 2


def test_one_batch_of_two_cycles_is_two_readings(clinic: Clinic) -> None:
    now_ns = clinic.clock.now().mono_ns
    for cycle, age_ns in ((7, 4_000_000_000), (8, 0)):
        part(clinic, "nibp_sys", 121, cycle=cycle, measured_ns=now_ns - age_ns)
        part(clinic, "nibp_dia", 74, cycle=cycle, measured_ns=now_ns - age_ns)
    clinic.tick()
    assert len(clinic.of(r.CuffTaken)) == 2


@pytest.mark.parametrize(("late_s", "n"), [(0, 1), (3, 1), (4, 2)])
def test_a_determination_told_again_is_known_by_time_and_values(clinic: Clinic, late_s: float, n: int) -> None:
    clinic.cuff(121, 74, cycle=1)
    clinic.run(100)
    clinic.cuff(121, 74, age_s=100 - late_s, cycle=50)
    assert len(clinic.of(r.CuffTaken)) == n


def test_other_values_at_the_same_time_are_another_reading(clinic: Clinic) -> None:
    clinic.cuff(121, 74, cycle=1)
    clinic.run(100)
    clinic.cuff(122, 74, age_s=100, cycle=50)
    assert len(clinic.of(r.CuffTaken)) == 2


def test_without_a_time_of_measurement_the_arrival_counts_and_is_marked(clinic: Clinic) -> None:
    for _ in range(2):
        for metric, value in (("nibp_sys", 121), ("nibp_dia", 74), ("nibp_mean", 90)):
            part(clinic, metric, value, measured_ns=None)
        clinic.run(10)
    (taken,) = clinic.of(r.CuffTaken)
    assert not taken.reading.time_known


def test_what_was_measured_before_the_visit_is_not_of_it() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.run(10)
    clinic.records.clear()
    clinic.cuff(182, 111, age_s=11)
    assert clinic.of(r.CuffTaken) == []
    assert all(sample.session is None for sample in clinic.of(r.Sample))
    assert clinic.view.cuff.reading is None
    clinic.cuff(121, 74, age_s=9)
    assert len(clinic.of(r.CuffTaken)) == 1


def test_a_doubted_reading_is_none_and_says_so(clinic: Clinic) -> None:
    part(clinic, "nibp_sys", 182, validity=Validity.QUESTIONABLE)
    part(clinic, "nibp_dia", 111)
    part(clinic, "nibp_mean", 130)
    assert clinic.of(r.CuffTaken) == []
    assert clinic.of(r.CuffFailed)[0].text == "the monitor doubts its reading 182/111: measure again"
    assert clinic.visit.flags == ()
    assert [condition.rule for condition in clinic.view.conditions] == ["cuff.failed"]
    assert clinic.view.cuff.doing.startswith("the monitor doubts")


def test_test_and_missing_values_make_no_reading(clinic: Clinic) -> None:
    for mode, validity, value in ((Mode.TEST, Validity.VALID, 120), (Mode.REAL, Validity.INVALID, None)):
        for metric in ("nibp_sys", "nibp_dia", "nibp_mean"):
            part(clinic, metric, value, mode=mode, validity=validity)
        clinic.tick()
    assert clinic.of(r.CuffTaken) == []


def test_a_failed_cycle_is_told_until_a_reading_comes(clinic: Clinic) -> None:
    for status, text in ((SensorStatus.MEASURING, "measuring"), (SensorStatus.FAILED, "cuff loose or not connected")):
        clinic.event(DeviceStatus(t_ns=0, metric="nibp", status=status, text=text))
        assert clinic.view.cuff.doing == text
    clinic.event(DeviceStatus(t_ns=0, metric="nibp", status=SensorStatus.FAILED, text="cuff loose or not connected"))
    assert len(clinic.of(r.CuffFailed)) == 1
    assert [condition.text for condition in clinic.view.conditions] == ["No cuff reading: cuff loose or not connected"]
    clinic.cuff(121, 74)
    assert clinic.view.conditions == ()
    assert clinic.view.cuff.doing == ""


def fail(clinic: Clinic, text: str = "cuff loose or not connected") -> None:
    for status in (SensorStatus.MEASURING, SensorStatus.FAILED):
        clinic.event(DeviceStatus(t_ns=0, metric="nibp", status=status, text=text))


def told(clinic: Clinic) -> dict[str, tuple[str, str]]:
    return {one.rule: (one.priority.value, one.text) for one in clinic.view.conditions}


def test_a_second_failure_in_a_row_is_of_medium_priority(clinic: Clinic) -> None:
    fail(clinic)
    assert told(clinic) == {"cuff.failed": ("low", "No cuff reading: cuff loose or not connected")}
    clinic.do(c.RequestCuff(chair=2))
    fail(clinic, "too much movement")
    assert told(clinic) == {"cuff.failed": ("medium", "No cuff reading 2 times in a row: too much movement")}
    (changed,) = clinic.of(r.ConditionChanged)
    assert changed.priority.value == "medium"
    clinic.cuff(121, 74)
    assert told(clinic) == {}
    fail(clinic)
    assert told(clinic)["cuff.failed"][0] == "low", "a good reading begins the count anew"


def test_a_failure_is_of_medium_priority_once_the_time_for_a_reading_is_over(clinic: Clinic) -> None:
    clinic.cuff(121, 74)
    clinic.run(290)
    fail(clinic)
    clinic.run(190)
    assert told(clinic)["cuff.failed"][0] == "low"
    clinic.run(1)
    assert {rule: priority for rule, (priority, _) in told(clinic).items()} == {
        "cuff.failed": "medium", "cuff.overdue": "low",
    }  # fmt: skip


def test_failures_before_the_start_stay_low_until_the_drug_runs() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.take_baseline()
    clinic.run(5)
    for _ in range(3):
        fail(clinic)
    assert told(clinic)["cuff.failed"][0] == "low"
    clinic.do(c.StartInfusion(chair=2, dose_text="Ketamine 36 mg IV over 40 min"))
    clinic.tick()
    assert told(clinic)["cuff.failed"] == ("medium", "No cuff reading 3 times in a row: cuff loose or not connected")


def test_a_request_is_noted_and_shown(clinic: Clinic) -> None:
    (asked,) = clinic.do(c.RequestCuff(chair=2))
    assert asked.operator == "r.alvarez"
    assert clinic.view.cuff.doing == "repeat: press START on the monitor"
    clinic.cuff(121, 74)
    assert clinic.view.cuff.doing == ""


def test_a_typed_reading_counts_and_is_marked(clinic: Clinic) -> None:
    out = clinic.do(c.EnterCuffReading(chair=2, sys=182, dia=111, pulse=90))
    taken = out[0]
    assert isinstance(taken, r.CuffTaken)
    assert (taken.operator, taken.reading.provenance, taken.reading.source) == (
        "r.alvarez",
        Provenance.MANUAL,
        "R. Alvarez RN",
    )
    raised = clinic.of(r.FlagRaised)[0]
    assert raised.operator is None


@pytest.mark.parametrize(
    ("sys", "dia", "pulse", "says"),
    [(301, 80, None, "systolic"), (120, 9, None, "diastolic"), (80, 80, None, "higher"), (120, 80, 400, "Pulse")],
)
def test_a_typed_reading_that_cannot_be_is_refused(
    clinic: Clinic, sys: int, dia: int, pulse: int | None, says: str
) -> None:
    assert says in clinic.refused(c.EnterCuffReading(chair=2, sys=sys, dia=dia, pulse=pulse))
    assert clinic.of(r.CuffTaken) == []


def test_a_reading_that_stands_on_the_monitor_after_a_restart_is_not_called_a_failure(clinic: Clinic) -> None:
    clinic.cuff(121, 74, 90, cycle=7)
    clinic.run(60)
    clinic.records.clear()
    for metric, value in (("nibp_sys", 121), ("nibp_dia", 74), ("nibp_mean", 90)):
        part(clinic, metric, value, cycle=1, measured_ns=None, validity=Validity.QUESTIONABLE)
    assert clinic.of(r.CuffTaken) + clinic.of(r.CuffFailed) == []
    assert clinic.view.conditions == ()
