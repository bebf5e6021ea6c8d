from devices.clock import NS_PER_S, ManualClock
from devices.events import AlarmKind, Priority
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.alarm_log import AlarmLog, RowKind, StepKind, fold
from nursestation.core.model import ChartKind, CuffReading, FlagOutcome, Grade, Provenance
from tests.helpers.visit import NURSE, Clinic, make_clinic


class _Book:
    """Records by the clock."""

    def __init__(self):
        self.clock = ManualClock()
        self.records = []

    def add(self, record, after_s=0.0, /, *, chair=2, session="s-1", **fields):
        self.clock.advance(after_s)
        self.records.append(record(at=self.clock.now(), chair=chair, session=session, **fields))

    def station(self, record, after_s=0.0, /, **fields):
        self.add(record, after_s, chair=None, session=None, **fields)

    def raised(self, name="a", after_s=0.0, **changes):
        fields = {
            "rule": "limit.spo2.low", "kind": AlarmKind.PHYSIOLOGICAL, "priority": Priority.MEDIUM,
            "text": "SpO₂ 88 < 90 %", "metric": "spo2", "value": 88.0, "limit": 90.0, "preset": "clinic",
        } | changes  # fmt: skip
        self.add(r.ConditionRaised, after_s, condition_id=name, **fields)

    def changed(self, after_s, priority, text, value=None, name="a"):
        self.add(r.ConditionChanged, after_s, condition_id=name, priority=priority, text=text, value=value)

    @property
    def rows(self):
        return {row.id: row for row in fold(self.records)}


def _kinds(row):
    return [step.kind for step in row.steps]


def test_a_condition_is_one_row_from_its_onset_to_its_end_with_its_limit_and_preset():
    book = _Book()
    book.raised()
    book.add(r.ConditionEnded, 12, condition_id="a")
    row = book.rows["a"]
    assert (row.rule, row.kind, row.chair, row.session) == ("limit.spo2.low", RowKind.PATIENT, 2, "s-1")
    assert (row.limit, row.preset, row.value, row.quality) == (90.0, "clinic", 88.0, "valid, as the monitor says")
    assert row.lasted_s(book.clock.now().shifted(99 * NS_PER_S)) == 12


def test_a_present_condition_lasts_until_now():
    book = _Book()
    book.raised()
    assert book.rows["a"].ended is None
    assert book.rows["a"].lasted_s(book.clock.now().shifted(14 * NS_PER_S)) == 14


def test_the_words_the_value_and_the_gravest_priority_are_those_at_its_worst():
    book = _Book()
    book.raised()
    book.changed(1, Priority.HIGH, "SpO₂ 82 < 90 %", 82.0)
    book.changed(1, Priority.MEDIUM, "SpO₂ 87 < 90 %", 87.0)
    row = book.rows["a"]
    assert (row.priority, row.gravest, row.value, row.text) == (Priority.MEDIUM, Priority.HIGH, 82.0, "SpO₂ 82 < 90 %")


def test_of_a_high_limit_the_highest_value_is_the_worst():
    book = _Book()
    book.raised(rule="limit.heart_rate.high", text="HR 125 > 120", metric="heart_rate", value=125.0, limit=120.0)
    book.changed(1, Priority.MEDIUM, "HR 140 > 120", 140.0)
    book.changed(1, Priority.MEDIUM, "HR 131 > 120", 131.0)
    assert (book.rows["a"].value, book.rows["a"].text) == (140.0, "HR 140 > 120")


def test_each_change_of_its_signals_is_a_step_with_who_and_when():
    book = _Book()
    book.raised()
    book.add(r.ConditionEscalated, 120, condition_id="a")
    book.add(r.ConditionAcknowledged, 5, condition_id="a", operator="op-1")
    book.add(r.ConditionRealarmed, 180, condition_id="a", reason="3 min")
    book.add(r.ConditionLatched, 1, condition_id="a")
    row = book.rows["a"]
    assert _kinds(row) == [StepKind.ESCALATED, StepKind.ACKNOWLEDGED, StepKind.REALARMED, StepKind.LATCHED]
    assert row.acknowledged is not None
    assert (row.acknowledged.operator, row.acknowledged.at.mono_ns - row.onset.mono_ns) == ("op-1", 125 * NS_PER_S)
    assert row.steps[2].reason == "3 min"


def test_the_delays_run_from_the_arrival_of_the_bytes():
    book = _Book()
    book.raised(cause_ns=book.clock.now().mono_ns - 40_000_000)
    book.add(r.SignalShown, 0.1, condition_id="a", delay_ms=140.0)
    book.add(r.SignalShown, 0.1, condition_id="a", delay_ms=900.0)  # a second window, later: the first signal counts
    assert (book.rows["a"].condition_delay_ms, book.rows["a"].signal_delay_ms) == (40.0, 140.0)


def test_what_a_limit_waits_for_on_purpose_is_in_the_conditions_delay_and_not_in_the_signals():
    book = _Book()
    now_ns = book.clock.now().mono_ns
    book.raised(cause_ns=now_ns - 40_000_000, since_ns=now_ns - 10 * NS_PER_S)
    book.add(r.SignalShown, 0.1, condition_id="a", delay_ms=140.0)
    assert (book.rows["a"].condition_delay_ms, book.rows["a"].signal_delay_ms) == (10_000.0, 140.0)


def test_the_quality_of_the_data_is_the_recorded_one():
    book = _Book()
    book.raised(rule="apnoea", quality="the monitor's own alarm")
    assert book.rows["a"].quality == "the monitor's own alarm"


def test_a_condition_of_silence_has_no_byte_to_measure_from():
    book = _Book()
    book.raised(rule="link.lost", kind=AlarmKind.TECHNICAL, metric=None, value=None, limit=None)
    row = book.rows["a"]
    assert (row.kind, row.condition_delay_ms, row.signal_delay_ms, row.quality) == (RowKind.EQUIPMENT, None, None, "")


def test_a_pause_of_the_sound_is_a_row_and_a_step_on_what_was_present_and_on_what_began_meanwhile():
    book = _Book()
    book.raised("before")
    book.add(r.ConditionEnded, 1, condition_id="before")
    book.raised("present")
    book.station(r.AudioPaused, 5, operator="op-1", until_utc_ns=0)
    book.raised("meanwhile", 10)
    book.station(r.AudioPauseEnded, 60, reason="a new condition")
    book.raised("after")
    rows = book.rows
    assert _kinds(rows["before"]) == []
    assert _kinds(rows["present"]) == [StepKind.AUDIO_PAUSED, StepKind.AUDIO_PAUSE_ENDED]
    assert _kinds(rows["meanwhile"]) == [StepKind.AUDIO_PAUSED, StepKind.AUDIO_PAUSE_ENDED]
    assert _kinds(rows["after"]) == []
    (pause,) = [row for row in rows.values() if row.rule == "audio.paused"]
    assert (pause.kind, pause.by, pause.chair, pause.text) == (RowKind.SIGNALS, "op-1", None, "AUDIO PAUSED")
    assert pause.lasted_s(pause.onset) == 70


def test_a_pause_that_begins_anew_goes_on_as_one_row():
    book = _Book()
    book.station(r.AudioPaused, operator="op-1", until_utc_ns=0)
    book.station(r.AudioPaused, 30, operator="op-2", until_utc_ns=0)
    book.station(r.AudioPauseEnded, 120, reason="time")
    (row,) = book.rows.values()
    assert [step.operator for step in row.steps] == ["op-1", "op-2", None]
    assert row.lasted_s(row.onset) == 150


def test_audio_off_stays_over_a_pause_that_ends():
    book = _Book()
    book.station(r.AudioSwitched, operator="op-2", on=False, reason="theatre next door")
    book.station(r.AudioPaused, 1, operator="op-1", until_utc_ns=0)
    book.station(r.AudioPauseEnded, 1, reason="time")
    book.raised()
    assert _kinds(book.rows["a"]) == [StepKind.AUDIO_OFF]
    book.station(r.AudioSwitched, 9, operator="op-2", on=True)
    (off,) = [row for row in book.rows.values() if row.rule == "audio.off"]
    assert (off.text, off.by, off.lasted_s(off.onset)) == ("AUDIO OFF: theatre next door", "op-2", 11)


def test_a_paused_chair_concerns_that_chair_alone():
    book = _Book()
    book.raised("here")
    book.raised("there", chair=3, session="s-2")
    book.add(r.ChairAlarmsPaused, 1, operator="op-1", reason="bathroom", until_utc_ns=0)
    book.add(r.ChairAlarmsResumed, 60, reason="time")
    assert _kinds(book.rows["here"]) == [StepKind.ALARM_PAUSED, StepKind.ALARM_RESUMED]
    assert _kinds(book.rows["there"]) == []
    (pause,) = [row for row in book.rows.values() if row.rule == "alarm.paused"]
    assert (pause.chair, pause.text, pause.ended is None) == (2, "ALARM PAUSED: bathroom", False)


def test_changed_limits_and_the_self_test_are_rows_of_one_moment():
    book = _Book()
    change = {"metric": "spo2", "low": 88.0, "high": None, "before_low": 90.0, "before_high": None, "why": "edited"}
    book.add(r.LimitsChanged, operator="op-1", **change)
    book.add(
        r.LimitsChanged, operator="op-1", **(change | {"metric": "heart_rate", "before_high": 120.0, "high": 130.0})
    )
    book.station(r.SelfTested, 1, operator="op-2", heard=True, seen=False)
    book.station(r.SelfTested, 2, operator="op-2", heard=True, seen=True, chairs_not_heard=(2, 5))
    texts = [row.text for row in book.rows.values()]
    assert texts == [
        "SpO₂ limits 90 to — → 88 to —, set by hand",
        "HR limits 90 to 120 → 88 to 130, set by hand",
        "Self-test: sound heard, lamps NOT seen",
        "Self-test: station: sound heard, chair 2, 5: sound NOT heard, lamps seen",
    ]
    assert all(row.ended == row.onset and row.by for row in book.rows.values())


def test_of_a_cuff_flag_that_does_not_say_it_the_quality_is_that_of_its_reading():
    book = _Book()
    now = book.clock.now()
    by_hand = CuffReading(182, 111, None, None, now.utc_ns, now.mono_ns, Provenance.MANUAL, "R. Alvarez RN")
    book.add(
        r.FlagRaised, flag_id="f", grade=Grade.SEVERE, priority=Priority.HIGH, reading=by_hand, because="", prompt="",
        repeat_by_utc_ns=None,
    )  # fmt: skip
    book.raised(rule="bp.severe", metric="nibp_sys", value=182.0, limit=180.0)
    assert book.rows["a"].quality == "entered by hand"


def _flagged(*readings: tuple[float, int, int]) -> Clinic:
    """Return a running infusion with these cuff readings: seconds after the one before, systolic, diastolic."""
    clinic = make_clinic()
    clinic.start()
    for after_s, sys, dia in readings:
        clinic.run(after_s)
        clinic.cuff(sys, dia)
    return clinic


def _pressures(clinic: Clinic):
    return [row for row in fold(clinic.records) if row.rule.startswith("bp.")]


def _branches(row):
    began_ns = row.onset.mono_ns
    return [
        (step.kind.value, (step.at.mono_ns - began_ns) // NS_PER_S, step.operator, step.reason) for step in row.steps
    ]


def test_a_flag_that_is_confirmed_says_when_and_by_what_and_which_limit_it_crossed():
    (row,) = _pressures(_flagged((30, 152, 84), (70, 149, 84)))
    assert _branches(row) == [("repeat asked for", 0, None, "within 2:00"), ("confirmed", 70, None, "by 149/84")]
    assert (row.limit_text, row.preset) == ("systolic 25 mmHg or more above baseline", "Depression IV")
    assert (row.value, "152/84" in row.text) == (152.0, True), "at its worst, not at its newest"


def test_a_flag_that_is_not_confirmed_or_not_repeated_says_so_with_its_time():
    clinic = _flagged((30, 152, 84), (125, 130, 80))
    clinic.run(200)
    clinic.cuff(84, 55)
    first, second = _pressures(clinic)
    assert _branches(first) == [
        ("repeat asked for", 0, None, "within 2:00"),
        ("escalated to the chair", 120, None, ""),
        ("not repeated in time", 121, None, ""),
        ("not confirmed", 125, None, "by 130/80"),
    ]
    assert (second.rule, second.limit_text, first.signal_steps[0].kind) == (
        "bp.low",
        "systolic below 90",
        StepKind.ESCALATED,
    )


def test_what_was_done_about_a_flag_stands_with_who_and_why_also_after_it_is_over():
    clinic = _flagged((30, 152, 84))
    clinic.run(40)
    (flag,) = clinic.visit.flags
    made = c.AnswerFlag(chair=2, flag_id=flag.id, action="artefact", reason="moved", outcome=FlagOutcome.NOT_CONFIRMED)
    clinic.do(made)
    clinic.run(10)
    clinic.do(c.AnswerFlag(chair=2, flag_id=flag.id, action="clinician told", reason=""))
    (row,) = _pressures(clinic)
    assert _branches(row) == [
        ("repeat asked for", 0, None, "within 2:00"),
        ("answered", 40, NURSE, "artefact: moved"),
        ("acknowledged", 40, NURSE, ""),
        ("not confirmed", 40, NURSE, ""),
        ("answered", 50, NURSE, "clinician told"),
    ]


def test_the_flag_under_a_latched_crisis_keeps_its_outcome_for_its_own_row():
    clinic = _flagged((30, 205, 110))
    clinic.run(50)
    clinic.cuff(152, 84)
    crisis = next(one for one in clinic.view.conditions if one.rule == "bp.crisis")
    clinic.run(20)
    clinic.do(c.Acknowledge(chair=2, condition_id=crisis.id))
    rows = {row.rule: row for row in _pressures(clinic)}
    assert _branches(rows["bp.spike"]) == [("confirmed", -20, None, "by 205/110")]
    assert StepKind.NOT_CONFIRMED in [step.kind for step in rows["bp.crisis"].steps]


def test_a_crisis_by_a_symptom_says_the_symptom_as_its_limit():
    clinic = _flagged((30, 182, 100))
    clinic.do(c.Chart(chair=2, kind=ChartKind.SYMPTOM, text="Chest pain"))
    rows = {row.rule: row for row in _pressures(clinic)}
    assert rows["bp.crisis"].limit_text == "systolic 180 or more, with chest pain"


def test_over_a_restart_a_condition_is_timed_by_the_wall_clock():
    book = _Book()
    book.raised()
    again = ManualClock()
    ended = again.now().__class__(mono_ns=5, utc_ns=book.clock.now().utc_ns + 90 * NS_PER_S)
    book.records.append(r.StationStarted(at=ended, version="1"))
    book.records.append(r.ConditionEnded(at=ended, chair=2, session="s-1", condition_id="a"))
    assert book.rows["a"].lasted_s(ended) == 90


def test_what_is_told_of_a_condition_that_is_not_known_changes_nothing():
    book = _Book()
    book.changed(0, Priority.HIGH, "worse", name="elsewhere")
    book.add(r.ConditionAcknowledged, condition_id="elsewhere", operator="op-1")
    book.add(r.ConditionEnded, condition_id="elsewhere")
    book.add(r.SignalShown, condition_id="elsewhere", delay_ms=1.0)
    assert book.rows == {}


def test_it_looks_at_nothing_else_and_says_when_it_changed():
    book, log = _Book(), AlarmLog()
    book.add(r.ConsentRecorded, operator="op-1")
    log.take(book.records[-1])
    assert log.version == 0
    book.raised()
    log.take(book.records[-1])
    assert log.version == 1


def test_it_forgets_the_oldest_that_is_over_and_never_one_that_is_present():
    book, log = _Book(), AlarmLog(max_rows=3)
    book.raised("present")
    for name in ("b", "c", "d"):
        book.raised(name, 1)
        book.add(r.ConditionEnded, condition_id=name)
    for record in book.records:
        log.take(record)
    assert [row.id for row in log.rows()] == ["d", "c", "present"]
