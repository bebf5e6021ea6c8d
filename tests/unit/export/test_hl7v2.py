"""The HL7 v2 messages: valid by the tables of v2.6, and value by value what the record holds."""

import re
import statistics
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message

from devices.clock import NS_PER_S
from devices.events import Validity
from nursestation.core.model import MonitorFacts, Patient, Provenance
from nursestation.core.records import (
    CuffFailed,
    CuffTaken,
    NotMeasurable,
    Sample,
    SessionMonitors,
    SessionOpened,
    VitalsEntered,
)
from nursestation.export.hl7v2 import hl7_messages
from nursestation.export.hl7v2_text import escaped
from tests.helpers.stored_visit import stored
from tests.helpers.written_visit import BEDSIDE, CHAIR, NURSE, PATIENT, SESSION, all_records, minute

NEW_YORK = ZoneInfo("America/New_York")
MINUTE_NS = 60 * NS_PER_S
MDC = {
    "heart_rate": ("147842", "MDC_ECG_HEART_RATE", "264864", "/min"),
    "pulse_rate": ("149530", "MDC_PULS_OXIM_PULS_RATE", "264864", "/min"),
    "spo2": ("150456", "MDC_PULS_OXIM_SAT_O2", "262688", "%"),
    "resp_rate": ("151594", "MDC_CO2_RESP_RATE", "264928", "/min"),
    "etco2": ("151708", "MDC_AWAY_CO2_ET", "266016", "mm[Hg]"),
    "nibp_sys": ("150021", "MDC_PRESS_BLD_NONINV_SYS", "266016", "mm[Hg]"),
    "nibp_dia": ("150022", "MDC_PRESS_BLD_NONINV_DIA", "266016", "mm[Hg]"),
    "nibp_mean": ("150023", "MDC_PRESS_BLD_NONINV_MEAN", "266016", "mm[Hg]"),
    "nibp_pulse_rate": ("149546", "MDC_PULS_RATE_NON_INV", "264864", "/min"),
    "temp": ("150344", "MDC_TEMP", "268192", "Cel"),
}
METRIC_OF = {row[0]: metric for metric, row in MDC.items()}


def render(visit, zone=NEW_YORK):
    return hl7_messages(visit, zone, lambda _done: None)


def split(content):
    """Return the messages of a file, as a sender would."""
    return [f"MSH|{part}" for part in content.decode("utf-8").split("MSH|")[1:]]


def more():
    said = {"chair": CHAIR, "session": SESSION, "operator": NURSE.id}
    return [
        VitalsEntered(
            at=minute(74), values=(("temp", 36.6), ("spo2", 97.0)), happened_utc_ns=minute(73).utc_ns, **said
        ),
        NotMeasurable(at=minute(76), metric="spo2", reason="cold fingers | both", **said),
        SessionMonitors(
            at=minute(1.5),
            chair=CHAIR,
            session=SESSION,
            monitors=(
                MonitorFacts(
                    monitor=BEDSIDE, driver="berry_pm6750", title="Berry", vendor="Berry", model="A & B ^ 6750",
                    serial="B-1",
                ),
            ),
        ),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return a whole visit as loaded."""
    records = sorted([*all_records(step_s=5), *more()], key=lambda record: record.at.mono_ns)
    return stored(tmp_path_factory.mktemp("whole"), records)


@pytest.fixture(scope="module")
def content(written):
    return render(written)


@pytest.fixture(scope="module")
def parsed(content):
    """Return its messages as hl7apy reads them, each checked strictly against the tables of v2.6."""
    return [parse_message(one, validation_level=VALIDATION_LEVEL.STRICT) for one in split(content)]


@pytest.fixture
def visit(tmp_path):
    return lambda records: stored(tmp_path, records)


def orders(message):
    return list(message.oru_r01_patient_result.oru_r01_order_observation)


def rows(order):
    return [one.obx for one in order.oru_r01_observation]


def results(message):
    """Return the rows of a message that are values, with the order that they stand in."""
    return [(order, row) for order in orders(message) for row in rows(order) if row.obx_2.value == "NM"]


def code(row):
    return row.obx_3.obx_3_1.value


def utc_ms(text):
    return round(datetime.strptime(text, "%Y%m%d%H%M%S.%f%z").timestamp() * 1000)


# --- the messages -------------------------------------------------------------------------------------------------


def test_every_message_is_valid_by_the_tables_of_its_version(parsed):
    assert len(parsed) > 90
    assert all(message.validate() for message in parsed)
    assert {message.version for message in parsed} == {"2.6"}


def test_the_file_is_messages_of_segments_that_end_with_a_carriage_return(content):
    assert content.startswith(b"MSH|^~\\&|")
    assert content.endswith(b"\r")
    assert b"\n" not in content
    names = [line[:3] for line in content.decode().split("\r")[:-1]]
    assert set(names) == {"MSH", "PID", "PV1", "OBR", "OBX", "NTE"}


def test_the_head_says_what_a_receiver_needs(parsed):
    heads = [message.msh for message in parsed]
    assert {head.msh_9.to_er7() for head in heads} == {"ORU^R01^ORU_R01"}
    assert {head.msh_15.value + head.msh_16.value for head in heads} == {"NEAL"}
    assert {head.msh_18.value for head in heads} == {"UNICODE UTF-8"}
    assert {head.msh_21.to_er7() for head in heads} == {"IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"}
    controls = [head.msh_10.value for head in heads]
    assert len(set(controls)) == len(controls)
    assert max(map(len, controls)) <= 20


def test_messages_go_by_time_a_minute_each(parsed):
    times = [utc_ms(message.msh.msh_7.value) for message in parsed]
    assert times == sorted(set(times))
    for message in parsed:
        assert message.msh.msh_7.value.endswith("-0500")
        for order in orders(message):
            begin, end = utc_ms(order.obr.obr_7.value), utc_ms(order.obr.obr_8.value)
            assert (begin % 60_000, end - begin) == (0, 60_000)
            assert all(begin <= utc_ms(row.obx_14.value) < end for row in rows(order) if row.obx_2.value == "NM")


def test_who_was_measured_and_where(parsed):
    for message in parsed:
        patient = message.oru_r01_patient_result.oru_r01_patient
        assert patient.pid.pid_3.to_er7() == f"{PATIENT.record_number}^^^^MR"
        assert patient.pid.pid_5.to_er7() == "Keller^Jonas^^^^^L"
        assert patient.pid.pid_7.to_er7() == "19840309"
        assert patient.oru_r01_visit.pv1.pv1_2.value == "O"
        assert patient.oru_r01_visit.pv1.pv1_3.to_er7() == f"^^Chair {CHAIR}"
        assert patient.oru_r01_visit.pv1.pv1_19.to_er7() == SESSION


@pytest.mark.parametrize(("is_simulated", "processing"), [(False, "P"), (True, "T")])
def test_a_simulated_visit_is_for_training_and_says_so(visit, is_simulated, processing):
    messages = split(render(visit(all_records(step_s=60, upto_min=10, simulated=is_simulated))))
    for one in messages:
        message = parse_message(one, validation_level=VALIDATION_LEVEL.STRICT)
        assert message.msh.msh_11.to_er7() == processing
        notes = list(message.oru_r01_patient_result.oru_r01_patient.nte)
        assert ["SIMULATED" in note.nte_3.value for note in notes] == ([True] if is_simulated else [])


# --- the values ---------------------------------------------------------------------------------------------------


def test_every_median_and_nothing_else_is_a_periodic_row(parsed, written):
    wanted = defaultdict(list)
    for sample in written.samples:
        if sample.validity is Validity.VALID and not sample.metric.startswith("nibp_"):
            wanted[sample.at.utc_ns // MINUTE_NS, sample.metric].append(sample)
    found = {}
    for message in parsed:
        for order, row in results(message):
            if row.obx_17.to_er7() != "^Median of the valid readings of one minute":
                continue
            key = utc_ms(order.obr.obr_7.value) // 60_000, METRIC_OF[code(row)]
            assert key not in found
            found[key] = row
    assert set(found) == set(wanted)
    for key, samples in wanted.items():
        row, (_, reference, unit, ucum) = found[key], MDC[key[1]]
        assert float(row.obx_5.value) == statistics.median(sample.value for sample in samples)
        assert row.obx_3.to_er7() == f"{code(row)}^{reference}^MDC"
        assert (row.obx_6.obx_6_1.value, row.obx_6.obx_6_4.value) == (unit, ucum)
        assert row.obx_11.value == "R"
        assert utc_ms(row.obx_14.value) == samples[-1].at.utc_ns // 1_000_000


def cuff_rows(parsed):
    """Return (time, {metric: value}, result status, instrument) of each cuff cycle."""
    found = []
    for message in parsed:
        for order in orders(message):
            cycles = defaultdict(dict)
            for row in rows(order):
                metric = METRIC_OF.get(code(row), "")
                if row.obx_2.value == "NM" and metric.startswith("nibp_"):
                    cycles[row.obx_4.value.rsplit(".", 1)[0]][metric] = row
            for cycle in cycles.values():
                first = cycle["nibp_sys"]
                assert len({row.obx_14.value for row in cycle.values()}) == 1
                values = {metric: row.obx_5.value for metric, row in cycle.items()}
                found.append((utc_ms(first.obx_14.value), values, first.obx_11.value, first.obx_18.to_er7()))
    return found


def text(value):
    return "" if value is None else f"{value:g}"


def test_every_cuff_cycle_stands_in_its_minute_with_its_own_time(parsed, written):
    wanted = []
    for record in written.records:
        if isinstance(record, CuffTaken):
            one = record.reading
            values = {"nibp_sys": text(one.sys), "nibp_dia": text(one.dia), "nibp_mean": text(one.mean)}
            values |= {"nibp_pulse_rate": text(one.pulse)} if one.pulse is not None else {}
            is_by_hand = one.provenance is Provenance.MANUAL
            device = "" if is_by_hand else "B-1^A \\T\\ B \\S\\ 6750"
            wanted.append((one.measured_utc_ns // 1_000_000, values, "F" if is_by_hand else "R", device))
        elif isinstance(record, CuffFailed):
            values = dict.fromkeys(("nibp_sys", "nibp_dia", "nibp_mean"), "")
            wanted.append((record.at.utc_ns // 1_000_000, values, "X", "B-1^A \\T\\ B \\S\\ 6750"))
    assert len(wanted) > 10
    assert sorted(cuff_rows(parsed), key=lambda one: one[0]) == sorted(wanted, key=lambda one: one[0])


def test_two_cuff_cycles_of_one_minute_and_monitor_are_told_apart(visit):
    records = all_records(step_s=60, upto_min=30)
    again = []
    for record in records:
        if isinstance(record, CuffTaken):
            reading = replace(record.reading, sys=record.reading.sys + 5, cycle=99)
            again.append(replace(record, reading=reading, at=record.at.shifted(1)))
        elif isinstance(record, Sample) and record.metric == "nibp_sys":
            again.append(replace(record, value=record.value + 5, cycle=99, at=record.at.shifted(1)))
    content = render(visit(sorted([*records, *again], key=lambda record: record.at.mono_ns)))
    parsed = [parse_message(one, validation_level=VALIDATION_LEVEL.STRICT) for one in split(content)]
    found = cuff_rows(parsed)
    assert len(found) == len(again) == 8
    assert {device for *_, device in found} == {"B-1^PM6750"}


def test_a_model_that_is_too_long_for_its_field_gives_way_to_its_maker(visit):
    facts = MonitorFacts(
        monitor=BEDSIDE, driver="", title="", vendor="Berry", model="PM6750 (revision 01, board B)", serial="7"
    )
    told = SessionMonitors(at=minute(1.5), chair=CHAIR, session=SESSION, monitors=(facts,))
    records = sorted([*all_records(step_s=60, upto_min=4), told], key=lambda record: record.at.mono_ns)
    for one in split(render(visit(records))):
        message = parse_message(one, validation_level=VALIDATION_LEVEL.STRICT)
        assert "7^Berry" in {row.obx_18.to_er7() for order in orders(message) for row in rows(order)}


def test_values_by_hand_name_who_took_them_and_no_instrument(parsed):
    by_hand = [row for message in parsed for _, row in results(message) if row.obx_16.to_er7()]
    assert {row.obx_16.to_er7() for row in by_hand} == {f"{NURSE.id}^{NURSE.name}"}
    assert {row.obx_18.to_er7() for row in by_hand} == {""}
    (temp,) = [row for row in by_hand if code(row) == "150344"]
    assert (temp.obx_5.value, temp.obx_11.value, temp.obx_17.to_er7()) == ("36.6", "F", "^Measured and entered by hand")
    assert utc_ms(temp.obx_14.value) == minute(73).utc_ns // 1_000_000
    (missing,) = [row for row in by_hand if row.obx_11.value == "X" and code(row) == "150456"]
    assert missing.obx_5.value in (None, "")


def test_what_was_taken_twice_by_hand_in_a_minute_is_told_apart(visit):
    said = {"chair": CHAIR, "session": SESSION, "operator": NURSE.id}
    by_hand = [
        VitalsEntered(at=minute(20.1), values=(("temp", 36.6),), **said),
        NotMeasurable(at=minute(20.2), metric="temp", reason="probe", **said),
        VitalsEntered(at=minute(20.3), values=(("temp", 36.8),), **said),
        NotMeasurable(at=minute(20.4), metric="nibp_sys", reason="moving", **said),
    ]
    records = sorted([*all_records(step_s=60, upto_min=21), *by_hand], key=lambda record: record.at.mono_ns)
    found = {}
    for one in split(render(visit(records))):
        for fields in (line.split("|") for line in one.split("\r")):
            if fields[0] == "OBX" and fields[2] == "NM" and len(fields) > 16 and fields[16]:
                assert fields[4] not in found
                found[fields[4]] = fields[5]
    assert sorted(found.values()) == ["", "", "36.6", "36.8"]


def test_why_there_is_no_value_stands_below_it(content):
    lines = content.decode().split("\r")
    below = [
        lines[n + 1] for n, line in enumerate(lines) if line.startswith("OBX|") and "|NM|" in line and "|X|" in line
    ]
    assert "NTE|1||Not measurable: cold fingers \\F\\ both" in below
    assert "NTE|1||Cuff cycle without a result: cuff loose or not connected" in below


def test_minutes_without_a_valid_reading_have_no_row(visit):
    begin, end = minute(30).utc_ns, minute(33).utc_ns
    records = [
        record
        for record in all_records(step_s=20, upto_min=36)
        if not (isinstance(record, Sample) and record.metric == "heart_rate" and begin <= record.at.utc_ns < end)
    ]
    found = set()
    for one in split(render(visit(records))):
        for line in one.split("\r"):
            fields = line.split("|")
            if fields[0] == "OBX" and fields[3].startswith("147842"):
                found.add(utc_ms(fields[14]) // 60_000)
    first = begin // MINUTE_NS
    assert {first - 1, first + 3} <= found
    assert not {first, first + 1, first + 2} & found


def test_the_way_to_a_value_is_one_of_its_order_and_each_part_of_it_is_named(parsed):
    n = 0
    for message in parsed:
        for order in orders(message):
            assert [row.obx_1.value for row in rows(order)] == [str(k) for k in range(1, len(rows(order)) + 1)]
            ways = [row.obx_4.value for row in rows(order)]
            assert len(set(ways)) == len(ways)
            groups = {row.obx_4.value for row in rows(order) if row.obx_11.value == "X" and not row.obx_2.value}
            for row in rows(order):
                mds, vmd, _, metric = row.obx_4.value.split(".")
                if mds == "0" or metric == "0":
                    continue
                assert f"{mds}.0.0.0" in groups
                assert vmd == "0" or f"{mds}.{vmd}.0.0" in groups
                n += 1
    assert n > 300


def test_the_same_value_has_the_same_way_throughout_the_visit(parsed):
    ways = defaultdict(set)
    for message in parsed:
        for _, row in results(message):
            if not METRIC_OF[code(row)].startswith("nibp_") and row.obx_18.to_er7():
                ways[code(row), row.obx_18.to_er7()].add(row.obx_4.value)
    assert len(ways) == 5
    assert all(len(found) == 1 for found in ways.values())


# --- text ---------------------------------------------------------------------------------------------------------


def unescaped(text):
    return re.sub(r"\\([EFSTR])\\", lambda found: "\\|^&~"["EFSTR".index(found[1])], text)


@pytest.mark.parametrize("name", ["O'Br|en^&~\\", "a\\F\\b", "Zoë Łukasz 王", "\\", "||"])
def test_a_name_comes_back_as_it_was_typed(visit, name):
    person = Patient(name, name, PATIENT.birth_date, "MR|^1", 72.0)
    records = [
        replace(record, patient=person) if isinstance(record, SessionOpened) else record
        for record in all_records(step_s=60, upto_min=4)
    ]
    for one in split(render(visit(records))):
        pid = next(line for line in one.split("\r") if line.startswith("PID|"))
        number, _, family_given = pid.split("|")[3:6]
        assert unescaped(number.split("^")[0]) == "MR|^1"
        assert [unescaped(part) for part in family_given.split("^")[:2]] == [name, name]
        message = parse_message(one, validation_level=VALIDATION_LEVEL.STRICT)
        assert message.validate()
        read = message.oru_r01_patient_result.oru_r01_patient.pid.pid_5
        assert unescaped(read.pid_5_1.value) == name


def test_no_text_can_end_a_segment():
    assert escaped("a\rb\nc\x0b\x1cd") == "a b c\ufffd\ufffdd"


def test_the_same_visit_gives_the_same_bytes(written, content):
    assert render(written) == content


def test_the_progress_is_told_and_may_stop_it(written):
    told = []

    class Stopped(Exception):
        pass

    def stop(done):
        told.append(done)
        if len(told) == 3:
            raise Stopped

    with pytest.raises(Stopped):
        hl7_messages(written, NEW_YORK, stop)
    assert told == sorted(told)


def test_a_visit_without_a_measurement_has_no_message(visit):
    assert render(visit(all_records(step_s=60, upto_min=1.5))) == b""
