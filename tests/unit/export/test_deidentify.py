"""No format says who a de-identified session was about, and every number of it stays."""

import dataclasses
import enum
import gzip
import io
import json
import re
import types
import typing
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.clock import Moment
from devices.events import AdmissionState
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.chain import GENESIS, to_json
from nursestation.core.model import ChartKind, ConfirmedHow, Driver, Patient, Provenance
from nursestation.core.presets import AlarmPreset
from nursestation.core.protocols import Protocol
from nursestation.core.wording import FLAG_ANSWERS
from nursestation.export.deidentify import LEFT_OUT, deidentified, pseudonym, read_key
from nursestation.export.errors import ExportError
from nursestation.export.formats import FORMATS, ExportOptions, export_session
from nursestation.export.jsonl import session_jsonl
from nursestation.export.verifier import verify
from nursestation.export.visit import load_visit
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.leaving import answer_all, asking, observing, without_driver
from tests.helpers.station_views import make_protocol
from tests.helpers.visit import CLINICIAN as CLINICIAN_ID
from tests.helpers.visit import CLINICIAN_PIN
from tests.helpers.written_visit import CLINICIAN, DRIVER, NURSE, PATIENT, SESSION, START, all_records, minute
from tests.unit.export.test_report import FONTS

KEY = bytes(range(32))
SERIAL = "SN-77120-ZQ"
ADAPTER = "serial number A50285BI"
PHONE = "555 010 0192"
NOTE = "asks for Dr Wintergreen, lives at 4 Harbour Lane"


def told_records():
    """The written visit, with what says most of who it was about: notes, serials, a host's name, what a monitor was told."""
    records = all_records(step_s=30, with_waves=True)
    at = minute(40)
    told = {"at": at, "chair": 2, "session": SESSION, "operator": NURSE.id}
    facts = r.MonitorFacts(
        monitor="2:berry_pm6750", driver="berry_pm6750", title="Berry PM6750 on monitor-7.harbourclinic.example",
        port="monitor-7.harbourclinic.example", adapter=ADAPTER, vendor="Berry", model="PM6750", serial=SERIAL,
    )  # fmt: skip
    more = [
        r.SessionMonitors(**told, monitors=(facts,)),
        r.Charted(
            **told, entry_id=f"{SESSION}-e9", kind=ChartKind.NOTE, text=NOTE, severity=None, reason=NOTE, vitals=()
        ),
        r.AvailableNamed(**told, name="Dr Wintergreen"),
        r.CompanionRecorded(**told, name="Tom Wintergreen", stays=True, brought=True),
        r.ReferralRecorded(**told, from_whom="Dr Wintergreen", dated=date(2026, 2, 11)),
        r.AllergiesRecorded(**told, text=NOTE, none_known=False),
        r.MonitorPatient(
            **told, monitor="2:berry_pm6750",
            told=r.ToldPatient(admission=next(iter(AdmissionState)), patient_id="PX-99812", name="Wintergreen"),
        ),
    ]  # fmt: skip
    place = next(place for place, one in enumerate(records) if one.at > at)
    records = [*records[:place], *more, *records[place:]]
    return [
        replace(one, serial=SERIAL) if isinstance(one, r.MonitorIdentified)
        else replace(one, device_time="03/03/2026 14:05:11") if isinstance(one, r.Sample) else one
        for one in records
    ]  # fmt: skip


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    path = tmp_path_factory.mktemp("record") / "record.sqlite3"
    store = Store.open(path)
    store.append(told_records())
    store.close()
    return path


@pytest.fixture(scope="module")
def visit(record):
    with StoreReader.open(record) as reader:
        return load_visit(reader, SESSION, "0.1.0", with_waves=True, with_raw=True)


NAMES = [
    PATIENT.given_name, PATIENT.family_name, PATIENT.record_number, "1984-03-09", "Mar 1984", "09-MAR-1984", "19840309",
    DRIVER.name, "Maria", DRIVER.phone, PHONE.replace(" ", ""), NURSE.name, "Alvarez", CLINICIAN.name, "Lindqvist", NURSE.id,
    SERIAL, ADAPTER, "A50285BI", "harbourclinic", "Wintergreen", "Harbour Lane", "PX-99812", "penicillin", SESSION,
]  # fmt: skip
DATES = [
    "2026-03-03", "2026-03-04", "20260303", "20260304", "3 March 2026", "03.03.26", "03-MAR-2026", "03/03/2026", "2026-02-11",
    "20260211",
]  # fmt: skip


def texts(name, content):
    """Yield everything that can be read in a file: as it is, unpacked, and a report's text."""
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield inner.encode()
                yield from texts(inner, archive.read(inner))
    elif content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    elif content.startswith(b"%PDF"):
        pdf = pypdf.PdfReader(io.BytesIO(content))
        yield "\n".join(page.extract_text() for page in pdf.pages).encode()
        yield str(pdf.metadata).encode()


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_says_who_it_was_or_when(record, tmp_path, name):
    options = ExportOptions(FONTS, "0.1.0", deidentify_key=KEY)
    with StoreReader.open(record) as reader:
        open_one = export_session(reader, SESSION, name, tmp_path, replace(options, deidentify_key=None))
        made = export_session(reader, SESSION, name, tmp_path, options)
        heads = reader.chain_heads()
    files = (made.path, made.path.with_name(made.path.name + ".sha256"))
    found = b"\n".join([text for file in files for text in texts(file.name, file.read_bytes())]).lower()
    for secret in (*NAMES, *DATES, *(head for head in heads.values() if head != GENESIS)):
        assert secret.lower().encode() not in found, secret
    days = {int(ns) // 86_400_000_000_000 for ns in re.findall(rb"(?<![\d.])1[5-9]\d{17}(?!\d)", found)}
    assert START.utc_ns // 86_400_000_000_000 not in days
    # and the same words are found where they stand: the search can see into this format
    whole = b"\n".join(texts(name, open_one.path.read_bytes())).lower()
    assert any(word.lower().encode() in whole for word in (*NAMES, *DATES))


def test_a_bundle_without_the_chain_can_still_be_verified(record, tmp_path):
    with StoreReader.open(record) as reader:
        made = export_session(reader, SESSION, "bundle", tmp_path, ExportOptions(FONTS, "0.1.0", deidentify_key=KEY))
    assert verify(made.path).ok
    assert "de-identified" in verify(made.path).told
    with zipfile.ZipFile(made.path) as bundle:
        assert not [name for name in bundle.namelist() if name.startswith("record/")]


def test_a_visit_of_the_real_station_with_everything_asked_comes_out_in_every_format(tmp_path):
    """Signed without a driver, with drug record, instructions, orientation and an override: formats look into all of it."""
    clinic = observing(asking())
    clinic.do(
        c.ShortenObservation(chair=2, minutes=10, reason="calm", clinician_id=CLINICIAN_ID, pin=CLINICIAN_PIN),
        c.ConfirmDriver(chair=2, how=ConfirmedHow.SEEN_IN_PERSON, identity_seen="driving licence"),
    )
    clinic.run(900, every_s=10)
    clinic.cuff(126, 78)
    clinic.do(c.MarkReady(chair=2), without_driver())
    answer_all(clinic, driver=False)
    clinic.do(clinic.sign())
    store = Store.open(tmp_path / "record.sqlite3")
    store.append(clinic.records)
    store.close()
    session, patient = clinic.visit.session, clinic.visit.patient
    with StoreReader.open(tmp_path / "record.sqlite3") as reader:
        staff = [one.name for one in reader.operators().values()]
        made = export_session(reader, session, "bundle", tmp_path, ExportOptions(FONTS, "0.1.0", deidentify_key=KEY))
    assert verify(made.path).ok
    with zipfile.ZipFile(made.path) as bundle:
        assert json.loads(bundle.read("manifest.json"))["left_out"] == {}
    found = b"\n".join(texts(made.path.name, made.path.read_bytes())).lower()
    drivers = [one.driver for one in clinic.records if isinstance(one, r.DriverNamed)]
    secrets = [patient.full_name, patient.family_name, patient.record_number, session, session[:8], *staff]
    secrets += [drivers[0].name, drivers[0].phone, "KT4471", "broke down", "rides along", "driving licence"]
    for secret in secrets:
        assert secret
        assert secret.lower().encode() not in found, secret


def test_every_number_and_every_span_stays(visit):
    other = deidentified(visit, KEY)
    assert other.is_deidentified
    assert [(one.metric, one.value, one.validity) for one in other.samples] == [
        (one.metric, one.value, one.validity) for one in visit.samples
    ]
    assert [one.samples for one in other.waves] == [one.samples for one in visit.waves]
    assert [type(one) for one in other.records] == [type(one) for one in visit.records]
    moved = {now.at.utc_ns - before.at.utc_ns for now, before in zip(other.records, visit.records, strict=True)}
    assert len(moved) == 1
    assert moved.pop() % 86_400_000_000_000 == 0
    spans = [other.timeline.steady_ns(one.at) - other.timeline.steady_ns(other.records[0].at) for one in other.records]
    assert spans == [
        visit.timeline.steady_ns(one.at) - visit.timeline.steady_ns(visit.records[0].at) for one in visit.records
    ]
    cuffs = [one.reading for one in other.records if isinstance(one, r.CuffTaken)]
    assert [str(one) for one in cuffs] == [str(one.reading) for one in visit.records if isinstance(one, r.CuffTaken)]
    assert {one.source for one in cuffs if one.provenance is Provenance.MANUAL} == {"by hand"}


def test_who_did_what_can_still_be_told_apart(visit):
    other = deidentified(visit, KEY)
    assert {one.name for one in other.operators.values()} == {"staff 1", "staff 2"}
    assert {one.pin_hash for one in other.operators.values()} == {""}
    by = {before.operator: now.operator for now, before in zip(other.records, visit.records, strict=True)}
    assert by[NURSE.id] == "staff-1"
    assert other.summary.signed_by == "staff 1"
    assert other.summary.id == pseudonym(SESSION, KEY) != pseudonym(SESSION, bytes(32))


@pytest.mark.parametrize(
    ("born", "age"), [(date(1984, 3, 9), 41), (date(1984, 3, 3), 42), (date(1930, 1, 1), 90), (date(1900, 1, 1), 90)]
)
def test_birth_keeps_the_age_and_the_oldest_are_ninety(visit, born, age):
    patient = replace(visit.summary.patient, birth_date=born)
    other = deidentified(replace(visit, summary=replace(visit.summary, patient=patient)), KEY)
    told = other.summary.patient.birth_date
    opened = datetime.fromtimestamp(other.summary.opened.utc_ns / 1e9, UTC).date()
    assert (told.month, told.day) == (1, 1)
    assert opened.year - told.year == age


def test_all_visits_of_a_patient_move_alike_and_those_of_others_do_not(visit):
    def moved(number, key=KEY):
        patient = replace(visit.summary.patient, record_number=number)
        other = deidentified(replace(visit, summary=replace(visit.summary, patient=patient)), key)
        return visit.summary.opened.utc_ns - other.summary.opened.utc_ns, other.summary.patient.record_number

    assert moved("MR-1") == moved("mr-1")
    assert len({moved(f"MR-{n}") for n in range(6)}) == 6
    assert moved("MR-1") != moved("MR-1", bytes(32))
    assert all(moved(f"MR-{n}")[0] > 0 for n in range(6))


@settings(max_examples=25, deadline=None)
@given(
    word=st.text(st.characters(categories=("L", "N")), min_size=6, max_size=30).filter(
        lambda one: one.casefold() not in LEFT_OUT
    ),
)
def test_whatever_is_typed_about_the_patient_is_left_out(visit, word):
    word = f"Zq{word}"
    typed = Patient(word, word, date(1984, 3, 9), word, 72.0, word)
    summary = replace(visit.summary, patient=typed, protocol=word, signed_by=word)
    told = {"at": minute(41), "chair": 2, "session": SESSION, "operator": word}
    protocol = make_protocol().model_copy(update={"title": word, "author": word, "dose_text": word})
    records = (
        r.SessionOpened(**told, patient=typed, protocol=protocol, simulated=False),
        r.DriverNamed(**told, driver=Driver(word, word, word, booking=word), code=word),
        r.InfusionStarted(**told, dose_text=word),
        r.ScoreRecorded(**told, kind=next(iter(r.ScoreKind)), value=3, note=word, label=word),
        *visit.records[1:],
    )
    other = deidentified(replace(visit, summary=summary, records=records, samples=visit.samples[:5], waves=()), KEY)
    assert word.casefold() not in session_jsonl(other, lambda _: None).decode().casefold()
    assert word.casefold() not in repr(other.summary).casefold()


CANARY = "Quentin Zebra, 4 Harbour Lane"
KEPT = {
    ("NotMeasurable", "metric"), ("SensorChanged", "metric"),
    ("LimitsChanged", "metric"), ("LimitsChanged", "why"),
    ("ConditionRaised", "metric"), ("ConditionRaised", "rule"), ("ConditionRaised", "quality"), ("ConditionRaised", "text"),
    ("ConditionRealarmed", "reason"),
    ("GateOverridden", "gate"),
    ("GateOverridden", "lacking"), ("CriterionAnswered", "criterion"), ("CriterionAnswered", "variant"),
    ("CriterionAnswered", "items"), ("CriterionOverridden", "criterion"), ("CriterionEvidence", "criterion"),
    ("CriterionEvidence", "title"), ("CriterionEvidence", "state"), ("Charted", "vitals"), ("ChartCorrected", "vitals"),
    ("ScoreRecorded", "items"), ("VitalsEntered", "values"), ("InstructionsPrinted", "language"),
    ("MonitorIdentified", "vendor"), ("MonitorIdentified", "model"), ("MonitorIdentified", "software"),
    ("MonitorFacts", "vendor"), ("MonitorFacts", "model"), ("MonitorFacts", "driver"), ("MonitorFacts", "title"),
    ("MonitorBound", "driver"), ("MonitorBound", "title"), ("MonitorUnbound", "driver"), ("MonitorUnbound", "title"),
    ("StationStarted", "version"), ("CuffReading", "source"),
}  # fmt: skip
"""Fields whose text nobody types: ids and words of the program, of a driver or of a monitor's make. This list grows with care."""


def filled(kind, name=""):
    """Return a value of a type with `CANARY` wherever a text can stand."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is str:
        return CANARY
    if origin in (typing.Union, types.UnionType):
        return filled(next(one for one in arguments if one is not type(None)), name)
    if origin is typing.Literal:
        return arguments[0]
    if origin is tuple:
        return (filled(arguments[0]),) if arguments[-1] is ... else tuple(map(filled, arguments))
    if kind is Protocol:
        return make_protocol()
    if kind is AlarmPreset:
        return None
    if kind is Moment:
        return START
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return next(iter(kind))
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(**{one.name: filled(hints[one.name], one.name) for one in dataclasses.fields(kind)})
    return {int: START.utc_ns if name.endswith("_ns") else 7, float: 1.5, bool: False, date: date(2026, 3, 3)}[kind]


def canaries(value, kind=""):
    """Yield (record, field) of each place where `CANARY` stands."""
    if dataclasses.is_dataclass(value):
        for one in dataclasses.fields(value):
            yield from canaries(getattr(value, one.name), (type(value).__name__, one.name))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from canaries(one, kind)
    elif isinstance(value, str) and "Zebra" in value:
        yield kind


@pytest.mark.parametrize("kind", r.DISCRETE)
def test_no_record_keeps_a_text_that_somebody_may_have_typed(visit, kind):
    before = filled(kind)
    before = replace(before, operator="op-9", session=SESSION)
    (after,) = deidentified(replace(visit, records=(before,), samples=(), waves=(), gaps=()), KEY).records
    assert set(canaries(after)) <= KEPT
    told = to_json(after)
    assert str(START.utc_ns) not in told
    assert "2026-03-03" not in told
    assert "op-9" not in told
    assert SESSION not in told


@pytest.mark.parametrize("kind", r.DISCRETE)
def test_a_choice_that_readers_branch_on_stays(visit, kind):
    before = replace(filled(kind), session=SESSION)
    (after,) = deidentified(replace(visit, records=(before,), samples=(), waves=(), gaps=()), KEY).records
    for name, hint in typing.get_type_hints(kind).items():
        if typing.get_origin(hint) is typing.Literal:
            assert getattr(after, name) == getattr(before, name)


def test_the_key_is_made_once_and_kept_from_others(tmp_path):
    path = tmp_path / "deidentify.key"
    key = read_key(path)
    assert len(key) == 32
    assert read_key(path) == key
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("not a key")
    with pytest.raises(ExportError, match="holds no key"):
        read_key(path)
    with pytest.raises(ExportError, match="cannot be used"):
        read_key(tmp_path)


def test_the_header_says_that_it_is_deidentified(visit):
    header = json.loads(session_jsonl(deidentified(visit, KEY), lambda _: None).splitlines()[0])
    assert header["is_deidentified"] is True
    assert header["chain_head"] is None


def test_an_answer_of_a_tap_stays_and_what_was_typed_goes(visit):
    answered = replace(filled(r.FlagAnswered), session=SESSION)
    words = [*FLAG_ANSWERS.values(), "paused by Zebra"]
    told = deidentified(replace(visit, records=tuple(replace(answered, action=one) for one in words)), KEY).records
    assert [one.action for one in told] == [*FLAG_ANSWERS.values(), LEFT_OUT]
    assert {one.reason for one in told} == {LEFT_OUT}


def test_an_alarm_condition_keeps_its_rule_and_its_numbers(visit):
    raised = replace(
        filled(r.ConditionRaised), session=SESSION, condition_id="c9", rule="bp.spike", value=171.0, limit=None,
        limit_text="systolic 25 mmHg or more above baseline",
    )  # fmt: skip
    changed = replace(filled(r.ConditionChanged), session=SESSION, condition_id="c9", value=172.0, limit=None)
    other = replace(changed, condition_id="of before")
    typed = replace(raised, limit_text="systolic 160 or more, says Zebra")
    records = deidentified(replace(visit, records=(raised, changed, other, typed)), KEY).records
    assert [one.text for one in records] == ["bp spike, 171", "bp spike, 172", "changed, 172", "bp spike, 171"]
    assert [records[0].limit_text, records[3].limit_text] == ["systolic 25 mmHg or more above baseline", LEFT_OUT]
