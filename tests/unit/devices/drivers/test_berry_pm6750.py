import pytest

from devices.driver import ProbeState
from devices.drivers.berry_pm6750 import SWITCH_ON, BerryPm6750, BerryPm6750Monitor, encode
from devices.events import (
    MISSING_SAMPLE,
    DeviceInfo,
    DeviceStatus,
    FrameRejected,
    Numeric,
    RejectReason,
    SensorStatus,
    Validity,
    WaveformChunk,
)
from tests.helpers.bedside import MS, S, ScriptedPatient

MEASURING = encode(3, 1 << 2, 0x44, 0, 0, 0)
FINISHED = encode(3, 0, 0, 124, 95, 81)


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def feed(*frames):
    driver = BerryPm6750()
    return [event for i, frame in enumerate(frames) for event in driver.feed(frame, i * S)]


def test_streams_are_switched_on_once_a_second_after_opening():
    driver = BerryPm6750()
    assert [driver.pending_writes(t * MS) for t in (0, 999, 1000, 5000)] == [b"", b"", SWITCH_ON, b""]
    driver.reset(10 * S)
    assert [driver.pending_writes(t * MS) for t in (10_000, 10_999, 11_000, 15_000)] == [b"", b"", SWITCH_ON, b""]


def test_no_frame_that_is_sent_concerns_the_cuff():
    frames = [SWITCH_ON[i : i + 6] for i in range(0, len(SWITCH_ON), 6)]
    assert {frame[3] for frame in frames} == {0x01, 0x03, 0x04, 0xFB, 0xFE, 0xFF}


def test_leads_can_be_chosen():
    driver = BerryPm6750(leads=("I", "V"))
    driver.feed(encode(1, 10, 20, 30, 40, 50, 60, 70), 0)
    chunks = driver.reset(0)
    assert [(c.source, list(c.samples)) for c in chunks] == [("I", [10, 0]), ("V", [70, 0])]


def test_a_lead_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="tuple"):
        BerryPm6750(leads=("V6",))


@pytest.mark.parametrize("frame", [encode(0xFE, 101), encode(0xFF, 251)])
def test_wave_samples_above_their_range_are_missing(frame):
    driver = BerryPm6750()
    driver.feed(frame, 0)
    (chunk,) = driver.reset(0)
    assert memoryview(chunk.samples).cast("h")[0] == MISSING_SAMPLE


class TestCuff:
    def cycles(self, *frames):
        return [(e.cycle, e.value, e.validity, e.measured_ns) for e in of(feed(*frames), Numeric) if "sys" in e.metric]

    def test_two_cycles_with_the_same_numbers_are_two_readings(self):
        assert self.cycles(MEASURING, FINISHED, FINISHED, MEASURING, FINISHED, FINISHED) == [
            (1, 124, Validity.VALID, S),
            (2, 124, Validity.VALID, 4 * S),
        ]

    def test_a_result_after_a_failure_without_measuring_is_not_told_again(self):
        assert len(self.cycles(MEASURING, FINISHED, encode(3, 4 << 2, 0, 0, 0, 0), FINISHED)) == 1

    def test_another_result_without_measuring_is_questionable(self):
        assert self.cycles(FINISHED, encode(3, 0, 0, 140, 110, 90))[1] == (2, 140, Validity.QUESTIONABLE, None)

    def test_a_reconnect_while_measuring_does_not_give_a_time_that_nobody_saw(self):
        driver = BerryPm6750()
        driver.feed(MEASURING, 0)
        driver.reset(S)
        numbers = of(driver.feed(FINISHED, 50 * S), Numeric)
        assert {(e.validity, e.measured_ns) for e in numbers} == {(Validity.QUESTIONABLE, None)}

    @pytest.mark.parametrize("result", [11, 12, 15])
    def test_a_result_that_the_protocol_does_not_know(self, result):
        (event,) = feed(encode(3, result << 2, 0, 124, 95, 81))
        assert event.reason is RejectReason.RANGE

    @pytest.mark.parametrize("result", [2, 3, 4, 5, 6, 7, 8, 9, 10])
    def test_no_other_result_has_numbers(self, result):
        assert not of(feed(MEASURING, encode(3, result << 2, 0, 124, 95, 81)), Numeric)

    def test_the_patient_type_and_reserved_bits_change_nothing(self):
        assert len(self.cycles(encode(3, 0xC5, 10, 0, 0, 0), encode(3, 0xC2, 0, 124, 95, 81))) == 1

    def test_nonsense_is_rejected_once_while_it_repeats(self):
        nonsense = encode(3, 0, 0, 81, 95, 124)
        assert len(of(feed(MEASURING, nonsense, nonsense, nonsense), FrameRejected)) == 1

    def test_zeros_after_ready_say_nothing(self):
        assert [e.text for e in feed(encode(3, 10 << 2, 0, 0, 0, 0), encode(3, 0, 0, 0, 0, 0))] == ["ready"]


class TestNumbers:
    def test_the_rhythm_is_text(self):
        texts = [e.text for code in range(15) for e in of(feed(encode(2, 0xE8, 70, 14, 0, code)), DeviceStatus)]
        assert texts[0] == "learning the rhythm"
        assert texts[1] == "normal rhythm"
        assert texts[3] == "monitor notes: ventricular fibrillation or tachycardia"
        assert texts[13] == "rhythm code 13 not known"

    def test_st_needs_the_diagnostic_filter(self):
        st = of(feed(encode(2, 0xD8, 70, 14, 5, 1)), Numeric)[2]
        assert (st.value, st.validity) == (0.05, Validity.QUESTIONABLE)

    def test_st_out_of_its_range_is_invalid(self):
        assert of(feed(encode(2, 0xE8, 70, 14, 120, 1)), Numeric)[2].validity is Validity.INVALID

    @pytest.mark.parametrize("n_numbers", [3, 4])
    def test_shorter_ecg_frames_of_older_firmware(self, n_numbers):
        events = feed(encode(2, *(0xE8, 70, 14, 5)[:n_numbers]))
        assert [e.text for e in of(events, DeviceStatus)] == ["measuring"]
        assert len(of(events, Numeric)) == n_numbers - 1

    @pytest.mark.parametrize(("heart_rate", "resp_rate"), [(14, 151), (5, 250)])
    def test_rates_that_cannot_be_are_invalid(self, heart_rate, resp_rate):
        numbers = of(feed(encode(2, 0xE8, heart_rate, resp_rate, 0, 1)), Numeric)[:2]
        assert {e.validity for e in numbers} == {Validity.INVALID}

    def test_an_unknown_spo2_state_shows_no_number(self):
        assert {e.validity for e in of(feed(encode(4, 9, 97, 70)), Numeric)} == {Validity.INVALID}

    @pytest.mark.parametrize(("whole", "tenths"), [(36, 10), (46, 0), (0, 0)])
    def test_temperatures_that_cannot_be_are_invalid(self, whole, tenths):
        assert of(feed(encode(5, 0, whole, tenths)), Numeric)[0].validity is Validity.INVALID

    def test_the_bytes_of_a_second_probe_are_let_pass(self):
        assert of(feed(encode(5, 0, 36, 8, 37, 1)), Numeric)[0].value == 36.8

    @pytest.mark.parametrize(
        "frame", [encode(1, 1, 2), encode(2, 0, 1), encode(3, 0), encode(4, 0, 97), encode(5, 0, 3)]
    )
    def test_frames_of_the_wrong_length_are_rejected(self, frame):
        (event,) = feed(frame)
        assert (event.reason, event.raw) == (RejectReason.RANGE, frame)

    def test_versions_are_told(self):
        events = feed(encode(0xFC, *b"V3.2\x00"), encode(0xFD, *b"PM6750"))
        assert [e.software for e in of(events, DeviceInfo)] == ["V3.2", "hardware PM6750"]


class TestMonitor:
    def decode(self, *commands, patient=None):
        monitor, patient = BerryPm6750Monitor(), patient or ScriptedPatient()
        monitor.transmit(patient, 0)
        for command in commands:
            monitor.receive(command, MS)
        return BerryPm6750().feed(monitor.transmit(patient, 2 * S), 0)

    @pytest.mark.parametrize(
        ("command", "gone"),
        [
            (0x01, {"heart_rate", "resp_rate", "st", "ecg"}),
            (0x03, {"spo2", "pulse_rate"}),
            (0x04, {"temp"}),
            (0xFB, {"ecg"}),
            (0xFE, {"pleth"}),
            (0xFF, {"resp"}),
        ],
    )
    def test_streams_can_be_switched_off_and_on(self, command, gone):
        everything = {"heart_rate", "resp_rate", "st", "spo2", "pulse_rate", "temp", "ecg", "pleth", "resp"}
        found = {e.metric for e in self.decode(encode(command, 0)) if isinstance(e, Numeric | WaveformChunk)}
        assert found == everything - gone
        both = self.decode(encode(command, 0), encode(command, 1))
        assert {e.metric for e in both if isinstance(e, Numeric | WaveformChunk)} == everything

    def test_it_tells_its_versions_and_does_not_start_a_cuff(self):
        events = self.decode(encode(0xFC, 0), encode(0xFD, 0), encode(0x02, 1))
        assert [e.software for e in of(events, DeviceInfo)] == ["V3.2 simulated", "hardware simulated"]
        assert [e.text for e in of(events, DeviceStatus) if e.metric == "nibp"] == []

    def test_electrodes_that_settle_and_a_probe_that_searches(self):
        patient = ScriptedPatient([(0.0, {"ecg_lead": ProbeState.SEARCHING, "spo2_probe": ProbeState.SEARCHING})])
        statuses = {e.metric: e.status for e in of(self.decode(patient=patient), DeviceStatus)}
        assert statuses["ecg"] is SensorStatus.CALIBRATING
        assert statuses["spo2"] is SensorStatus.SEARCHING

    def test_it_starts_up_before_it_is_ready_after_a_power_cycle(self):
        monitor, patient = BerryPm6750Monitor(), ScriptedPatient()
        monitor.transmit(patient, 0)
        monitor.restart(S)
        events = BerryPm6750().feed(monitor.transmit(patient, 4 * S), 0)
        assert [e.text for e in of(events, DeviceStatus) if e.metric == "nibp"] == ["starting", "ready"]

    def test_time_that_does_not_pass_sends_nothing(self):
        monitor = BerryPm6750Monitor()
        assert monitor.transmit(ScriptedPatient(), S)
        assert monitor.transmit(ScriptedPatient(), S) == b""
