import pytest

from devices.driver import ProbeState
from devices.drivers.nellcor import Model, Nellcor, NellcorMonitor
from devices.events import (
    AlarmKind,
    DeviceAlarm,
    DeviceInfo,
    DeviceStatus,
    FrameRejected,
    Numeric,
    RejectReason,
    SensorStatus,
    Validity,
)
from tests.helpers.bedside import Bedside, S, ScriptedPatient

OFF = {"spo2_probe": ProbeState.OFF, "spo2": None, "pulse_rate": None, "perfusion_index": None}
HEADING = b"N-560    VERSION 1.50.00    CRC:4F2C  SpO2 Limit: 85-100%    PR Limit: 40-170BPM\r\n"
XON, XOFF = b"\x11", b"\x13"


def line(spo2=" 97", pulse=" 71", pa=" 44", codes="", stars="  ", clock="04-Jul-24 10:20:30"):
    text = f"{clock}   {spo2}{stars[0]}    {pulse}{stars[1]}    {pa}    {codes}"
    return f"{text:61}\r\n".encode()


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def told(data, driver=None):
    return (driver or Nellcor()).feed(data, 0)


def numbers(data):
    return [(e.value, e.validity) for e in of(told(data), Numeric)]


def status(data):
    (found,) = of(told(data), DeviceStatus)
    return found.status, found.text


def alarms(data, driver=None):
    return [(e.code, e.active) for e in of(told(data, driver), DeviceAlarm)]


class TestLines:
    @pytest.mark.parametrize(
        "month", ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    )
    def test_months_are_english(self, month):
        found = of(told(line(clock=f"28-{month}-24 10:20:30")), Numeric)
        assert found[0].device_time.startswith("2024-")
        assert found[0].device_time.endswith("-28T10:20:30")

    def test_a_day_that_is_none_is_passed_on_as_text(self):
        assert of(told(line(clock="31-Feb-24 10:20:30")), Numeric)[0].device_time == "31-Feb-24 10:20:30"

    @pytest.mark.parametrize(
        ("damaged", "why"),
        [
            (line(clock="04-Mai-24 10:20:30"), RejectReason.UNKNOWN),
            (line(clock="04-jul-24 10:20:30"), RejectReason.UNKNOWN),
            (line(clock="04/07/24 10:20:30 "), RejectReason.UNKNOWN),
            (line(spo2="97 "), RejectReason.FRAMING),
            (line(pulse="71 "), RejectReason.FRAMING),
            (line(pa="44 "), RejectReason.FRAMING),
            (line(spo2=" 9x"), RejectReason.UNKNOWN),
            (line(spo2="-- "), RejectReason.UNKNOWN),
            (line(spo2="9 7"), RejectReason.UNKNOWN),
            (line(pulse="   "), RejectReason.UNKNOWN),
            (line(pulse=" 71 12"), RejectReason.UNKNOWN),
            (line(codes="SO XX"), RejectReason.UNKNOWN),
            (line(codes="S"), RejectReason.UNKNOWN),
            (line(codes="SOS"), RejectReason.UNKNOWN),
            (line(codes="so"), RejectReason.UNKNOWN),
            (line(spo2="101"), RejectReason.RANGE),
            (line(pulse=" 19"), RejectReason.RANGE),
            (line(pulse="251"), RejectReason.RANGE),
            (line(pa="255"), RejectReason.RANGE),
            (line().replace(b"97", b"9\xb7"), RejectReason.UNKNOWN),
            (b"MENU 1 2 3\r\n", RejectReason.UNKNOWN),
            (b"TIME\r\n", RejectReason.UNKNOWN),
            (line()[1:], RejectReason.UNKNOWN),
        ],
    )
    def test_a_line_that_does_not_fit_is_dropped_whole(self, damaged, why):
        (rejected,) = told(damaged)
        assert isinstance(rejected, FrameRejected)
        assert rejected.reason is why

    def test_a_shifted_line_with_an_unknown_code_is_no_data_line(self):
        assert told(line(spo2="97 ", codes="XX"))[0].reason is RejectReason.UNKNOWN

    def test_a_line_cut_short_may_have_lost_its_codes(self):
        """An oximeter that fills its lines up never sends a short one."""
        cut = line(codes="PS")[:44] + b"\r\n"
        driver = Nellcor()
        assert of(told(cut, driver), Numeric)  # of one that does not, nothing is known yet
        told(line(), driver)
        assert [e.reason for e in told(cut, driver)] == [RejectReason.FRAMING]
        driver.reset(S)
        assert of(told(cut, driver), Numeric)

    def test_short_lines_one_after_another_are_a_models_own_way(self):
        driver = Nellcor()
        short = line().rstrip() + b"\r\n"
        told(line(), driver)
        assert of(told(short, driver), FrameRejected)
        assert of(told(short, driver), Numeric)
        told(line(), driver)
        assert of(told(short, driver), Numeric)

    def test_filled_lines_between_short_ones_do_not_make_them_usual(self):
        driver = Nellcor()
        short = line().rstrip() + b"\r\n"
        assert len(of(told((line() + short) * 3, driver), FrameRejected)) == 3

    def test_a_code_at_the_end_of_a_line_does_not_make_it_a_filled_one(self):
        driver = Nellcor()
        told(line(codes="               AO"), driver)
        assert of(told(line().rstrip() + b"\r\n", driver), Numeric)

    @pytest.mark.parametrize("text", ["ADULT      0SAT-S", "NEONATE   50SAT-S", "NEO 100 SAT-S  SPO2 RESP MODE: FAST"])
    def test_second_headings_are_known(self, text):
        assert not told(f"{'':30}{text}\r\n".encode())

    def test_the_limits_may_be_any(self):
        assert not of(told(HEADING), FrameRejected)


class TestColumns:
    ELSEWHERE = b"04-Jul-24 10:20:30   98     71     44    SO  AS\r\n"

    def layout_unknown(self, events):
        return [e.text for e in of(events, DeviceStatus) if e.status is SensorStatus.STOPPED]

    def test_after_ten_lines_the_layout_is_said_to_be_unknown(self):
        driver = Nellcor()
        assert not self.layout_unknown(told(self.ELSEWHERE * 9, driver))
        assert len(self.layout_unknown(told(self.ELSEWHERE, driver))) == 1
        events = told(self.ELSEWHERE * 5, driver)
        assert {type(event) for event in events} == {FrameRejected}

    @pytest.mark.parametrize("between", [line(), b"rubbish\r\n"])
    def test_they_must_come_in_a_row(self, between):
        driver = Nellcor()
        assert not self.layout_unknown(told((self.ELSEWHERE * 9 + between) * 3, driver))

    def test_headings_between_do_not_matter(self):
        assert self.layout_unknown(told((self.ELSEWHERE * 5 + HEADING) * 2))


class TestCodes:
    @pytest.mark.parametrize(
        ("code", "validity", "state", "text"),
        [
            ("", Validity.VALID, SensorStatus.OK, "measuring"),
            ("MO", Validity.QUESTIONABLE, SensorStatus.OK, "motion or interference: keep the hand still"),
            ("SD", Validity.UNAVAILABLE, SensorStatus.UNPLUGGED, "sensor unplugged"),
            ("SO", Validity.UNAVAILABLE, SensorStatus.SENSOR_OFF, "sensor off the finger"),
            ("LP", Validity.UNAVAILABLE, SensorStatus.SEARCHING, "pulse lost"),
            ("LM", Validity.UNAVAILABLE, SensorStatus.SEARCHING, "pulse lost, with motion"),
            ("PS", Validity.CALIBRATING, SensorStatus.SEARCHING, "searching for the pulse"),
            ("MO PS", Validity.CALIBRATING, SensorStatus.SEARCHING, "searching for the pulse"),
            ("PS SO", Validity.UNAVAILABLE, SensorStatus.SENSOR_OFF, "sensor off the finger"),
        ],
    )
    def test_digits_never_outweigh_a_code(self, code, validity, state, text):
        keeps = validity in (Validity.VALID, Validity.QUESTIONABLE)
        assert numbers(line(codes=code)) == [(97 if keeps else None, validity), (71 if keeps else None, validity)]
        assert status(line(codes=code)) == (state, text)

    @pytest.mark.parametrize("none", ["---", "  0", "000"])
    def test_nothing_printed_is_nothing(self, none):
        assert numbers(line(spo2=none, pulse=none)) == [(None, Validity.UNAVAILABLE)] * 2
        assert status(line(spo2=none, pulse=none)) == (SensorStatus.SEARCHING, "no reading")

    def test_one_value_may_be_missing(self):
        assert numbers(line(pulse="---")) == [(97, Validity.VALID), (None, Validity.UNAVAILABLE)]

    @pytest.mark.parametrize(
        ("pa", "validity"), [("  9", Validity.QUESTIONABLE), (" 10", Validity.VALID), ("---", Validity.VALID)]
    )
    def test_a_low_amplitude_is_doubted_and_said(self, pa, validity):
        assert numbers(line(pa=pa))[1] == (71, validity)
        assert ("amplitude 9" in status(line(pa=pa))[1]) is (validity is Validity.QUESTIONABLE)

    def test_the_amplitude_is_counted_as_a_number_without_a_place(self):
        driver = Nellcor()
        told(line() * 3 + line(pa="---") + line(pa="255"), driver)
        assert driver.unknown == {"PA": 3}


class TestAlarms:
    @pytest.mark.parametrize("code", ["SL", "SH", "PL", "PH", "AS", "AO", "LB"])
    def test_each_is_told_and_takes_no_number_away(self, code):
        assert alarms(line(codes=code)) == [(code, True)]
        assert numbers(line(codes=code)) == [(97, Validity.VALID), (71, Validity.VALID)]
        (alarm,) = of(told(line(codes=code)), DeviceAlarm)
        assert (alarm.kind is AlarmKind.PHYSIOLOGICAL) is (code in ("SL", "SH", "PL", "PH"))

    def test_a_star_without_a_code_is_told(self):
        assert alarms(line(stars="* ")) == [("SPO2*", True)]
        assert alarms(line(stars=" *")) == [("BPM*", True)]
        assert alarms(line(stars="**", codes="SH PL")) == [("SH", True), ("PL", True)]

    def test_they_are_told_when_they_begin_and_end_and_again_after_a_reset(self):
        driver = Nellcor()
        assert alarms(line(codes="SL") * 2, driver) == [("SL", True)]
        assert alarms(line(codes="SL AS"), driver) == [("AS", True)]
        driver.reset(S)
        assert alarms(line(codes="AS"), driver) == [("SL", False), ("AS", True)]

    def test_the_heading_gives_the_limits(self):
        driver = Nellcor()
        told(HEADING, driver)
        texts = [e.text for e in of(told(line(codes="SL PH AO"), driver), DeviceAlarm)]
        assert texts[:2] == ["SpO2 low (limit 85)", "pulse rate high (limit 170)"]

    def test_the_model_is_told_once_and_after_a_reset(self):
        driver = Nellcor()
        assert [(e.model, e.software) for e in of(told(HEADING * 2, driver), DeviceInfo)] == [("N-560", "1.50.00")]
        driver.reset(S)
        assert of(told(HEADING, driver), DeviceInfo)


class TestXon:
    def test_it_is_sent_once_when_an_oximeter_that_was_heard_has_stopped(self):
        driver = Nellcor()
        driver.feed(line(), 0)
        assert driver.pending_writes(9 * S) == b""
        assert driver.pending_writes(10 * S) == XON
        assert driver.pending_writes(99 * S) == b""
        driver.feed(line(), 100 * S)
        assert driver.pending_writes(111 * S) == XON

    def test_a_port_where_nothing_was_understood_gets_nothing(self):
        driver = Nellcor()
        driver.feed(b"rubbish\r\n", 0)
        assert driver.pending_writes(0) == driver.pending_writes(60 * S) == b""

    def test_a_reconnect_waits_anew(self):
        driver = Nellcor()
        driver.feed(line(), 0)
        driver.reset(30 * S)
        assert driver.pending_writes(31 * S) == b""
        assert driver.pending_writes(40 * S) == XON
        assert not driver.tick(41 * S)
        assert driver.closing_writes(41 * S) == b""

    def test_it_wakes_an_oximeter_that_took_noise_for_a_stop(self):
        side = Bedside(Nellcor(), NellcorMonitor(), ScriptedPatient()).run(20)
        side.monitor.receive(XOFF, side.now_ns)
        side.run(40)
        assert [data for _, data in side.sent] == [XON]
        assert max(e.t_ns for e in side.of(Numeric)) > 58 * S


class TestMonitor:
    @pytest.mark.parametrize("model", list(Model))
    def test_each_models_lines_are_read(self, model):
        script = (
            (10, OFF),
            (30, {"spo2_probe": ProbeState.ON, "spo2": 85.0, "pulse_rate": 130.0, "perfusion_index": 0.3}),
        )
        side = Bedside(Nellcor(), NellcorMonitor(model), ScriptedPatient(script)).run(60)
        assert not side.of(FrameRejected)
        spo2 = [(e.t_ns / S, e.value, e.validity) for e in side.of(Numeric, metric="spo2")]
        assert {(v, q) for t, v, q in spo2 if t < 10} == {(97, Validity.VALID)}
        assert {(v, q) for t, v, q in spo2 if 11 < t < 30} == {(None, Validity.UNAVAILABLE)}
        assert {(v, q) for t, v, q in spo2 if t > 31} == {(85, Validity.QUESTIONABLE)}
        assert [(e.code, e.text) for e in side.of(DeviceAlarm)] == [
            ("SL", "SpO2 low (limit 88)"),
            ("PH", "pulse rate high (limit 120)"),
        ]
        assert [e.model for e in side.of(DeviceInfo)] == [model.name.replace("_", "-")]

    def test_while_it_searches_it_prints_old_digits_and_then_zeros(self):
        patient = ScriptedPatient(((2, {"spo2_probe": ProbeState.SEARCHING}),))
        monitor = NellcorMonitor()
        said = (monitor.transmit(patient, 0) + monitor.transmit(patient, 14 * S)).decode().splitlines()[3:]
        assert [text[21:24] for text in said] == [" 97"] * 4 + ["  0"] * 4
        assert [text[44:46] for text in said] == ["  "] + ["PS"] * 7

    def test_an_unplugged_sensor_and_a_slow_pulse(self):
        script = ((0, {"pulse_rate": 40.0}), (10, {**OFF, "spo2_probe": ProbeState.UNPLUGGED}))
        side = Bedside(Nellcor(), NellcorMonitor(), ScriptedPatient(script)).run(20)
        assert [(e.code, e.active) for e in side.of(DeviceAlarm)] == [("PL", True), ("PL", False)]
        assert side.of(DeviceStatus, status=SensorStatus.UNPLUGGED)

    def test_its_menu_stops_the_data(self):
        monitor, patient = NellcorMonitor(), ScriptedPatient()
        monitor.transmit(patient, 0)
        monitor.receive(b"\x03\x03", S)
        assert monitor.transmit(patient, 9 * S) == b""
        monitor.receive(b"0", 9 * S)
        assert len(monitor.transmit(patient, 13 * S).splitlines()) == 2
        monitor.receive(XOFF, 15 * S)
        assert len(monitor.transmit(patient, 19 * S).splitlines()) == 1
        monitor.restart(20 * S)
        assert len(monitor.transmit(patient, 20 * S).splitlines()) == 4
