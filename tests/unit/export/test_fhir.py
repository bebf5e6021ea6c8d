"""The FHIR bundle: valid R4, whole in itself, and value by value what the record holds."""

import base64
import html
import json
import statistics
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.bundle import Bundle
from fhirclient.models.bundle import Bundle as BundleR4
from fhirclient.models.fhirelementfactory import FHIRElementFactory

from devices.clock import NS_PER_S, Moment
from devices.events import Validity
from nursestation.core.model import ChartKind, DrugUse, Provenance, Route, ScoreKind, Severity, TimedStep
from nursestation.core.records import (
    ChartCorrected,
    Charted,
    ChartStruck,
    CuffFailed,
    CuffTaken,
    DischargeSigned,
    DrugRecorded,
    InfusionStopped,
    NotMeasurable,
    Sample,
    ScoreRecorded,
    SessionOpened,
    TimeCorrected,
    VitalsEntered,
)
from nursestation.export.fhir import fhir_bundle
from nursestation.export.fhir_words import MINUTES
from tests.helpers.stored_visit import stored
from tests.helpers.written_visit import (
    CHAIR,
    CLINICIAN,
    DRIVER,
    NURSE,
    PATIENT,
    SESSION,
    all_records,
    minute,
)

NEW_YORK = ZoneInfo("America/New_York")
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
R4_VITALS = {
    "heart_rate": ["8867-4"],
    "pulse_rate": ["8889-8", "8867-4"],
    "spo2": ["59408-5", "2708-6"],
    "resp_rate": ["9279-1"],
    "etco2": ["19891-1"],
}


def render(visit, zone=NEW_YORK):
    return fhir_bundle(visit, zone, lambda _done: None)


def more(*, corrected=False):
    """Return what the written visit does not hold: drug records, scores, vitals by hand, corrections."""
    said = {"chair": CHAIR, "session": SESSION, "operator": NURSE.id}
    use = DrugUse(
        drug="Ketamine", concentration="50 mg/mL", lot="L-77<&>", drawn_mg=50, given_mg=36.5, wasted_mg=13.5, vial="9"
    )
    found = [
        DrugRecorded(at=minute(67), drug_id="d1", use=use, witness=CLINICIAN.id, **said),
        ScoreRecorded(at=minute(70), kind=ScoreKind.PAIN, value=3, note="knee", **said),
        ScoreRecorded(at=minute(71), kind=ScoreKind.RASS, value=-1, **said),
        VitalsEntered(
            at=minute(74), values=(("temp", 36.6), ("spo2", 97.0)), happened_utc_ns=minute(73).utc_ns, **said
        ),
        NotMeasurable(at=minute(76), metric="spo2", reason="cold fingers", **said),
        Charted(
            at=minute(40), entry_id="c9", kind=ChartKind.DOSE_CHANGE, text="rate to 60 mL/h", severity=None, reason="",
            vitals=(), **said,
        ),
        Charted(
            at=minute(41), entry_id="c8", kind=ChartKind.MEDICATION, text="ondansetron 4 mg", severity=None,
            reason="nausea", vitals=(), **said,
        ),
    ]  # fmt: skip
    if corrected:
        fixed = replace(use, given_mg=35.0, wasted_mg=15.0)
        found += [
            DrugRecorded(at=minute(69), drug_id="d2", use=fixed, replaces="d1", reason="misread syringe", **said),
            ChartCorrected(at=minute(60), entry_id="c1", reason="worse", severity=Severity.SEVERE, **said),
            ChartStruck(at=minute(61), entry_id="c8", reason="other patient", **said),
            TimeCorrected(
                at=minute(68), what=TimedStep.INFUSION_PAUSED, before_utc_ns=minute(49.5).utc_ns,
                happened_utc_ns=minute(49.2).utc_ns, reason="pump's own time", **said,
            ),
        ]  # fmt: skip
    return found


@pytest.fixture
def visit(tmp_path):
    """Return a function that stores records and loads the visit."""
    return lambda records: stored(tmp_path, records)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return a whole visit as loaded."""
    records = sorted([*all_records(step_s=5), *more()], key=lambda record: record.at.mono_ns)
    return stored(tmp_path_factory.mktemp("whole"), records)


@pytest.fixture(scope="module")
def content(written):
    """Return its bundle as bytes."""
    return render(written)


@pytest.fixture
def read(content):
    """Return it as plain JSON."""
    return json.loads(content)


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """Return the bundle of a visit with corrections."""
    records = sorted([*all_records(step_s=60), *more(corrected=True)], key=lambda record: record.at.mono_ns)
    return render(stored(tmp_path_factory.mktemp("changed"), records))


def resources(bundle, kind=None):
    found = [entry["resource"] for entry in bundle["entry"]]
    return found if kind is None else [one for one in found if one["resourceType"] == kind]


def only(bundle, kind, **wanted):
    (found,) = [one for one in resources(bundle, kind) if all(one.get(name) == value for name, value in wanted.items())]
    return found


def walk(value):
    """Yield every mapping within."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from walk(one)
    elif isinstance(value, list):
        for one in value:
            yield from walk(one)


def utc_ms(text):
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def codes(concept, system=LOINC):
    return [one["code"] for one in concept.get("coding", ()) if one["system"] == system]


def named(bundle, text):
    return [one for one in resources(bundle, "Observation") if one["code"]["text"] == text]


# --- valid and whole ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("upto_min", "is_simulated"), [(0.5, False), (30, True), (55, False), (100, True)])
def test_a_visit_at_any_moment_is_valid_for_the_models_of_4_0_1_and_of_4_3(visit, upto_min, is_simulated):
    records = all_records(step_s=60, upto_min=upto_min, simulated=is_simulated)
    content = render(visit(records))
    Bundle.model_validate_json(content)
    BundleR4(json.loads(content), strict=True)


def test_every_resource_is_valid_with_drugs_scores_and_corrections(changed):
    Bundle.model_validate_json(changed)
    BundleR4(json.loads(changed), strict=True)


def test_the_elements_in_use_are_the_same_in_4_0_1_and_4_3(read):
    for kind in {one["resourceType"] for one in resources(read)}:
        newer = set(get_fhir_model_class(kind).elements_sequence())
        older = {one[1] for one in FHIRElementFactory.instantiate(kind, None).elementProperties()}
        used = {name for one in resources(read, kind) for name in one} - {"resourceType"}
        assert used <= older, kind
        assert used <= newer, kind


OPEN_LISTS = {
    "Observation.status": (
        "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown",
    ),
    "Encounter.status": ("planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled"),
    "DetectedIssue.status": (
        "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown",
    ),
}  # fmt: skip
"""Value sets of FHIR R4 that the models name in part."""


def bound(model, value, where):
    """Yield (where, code, allowed codes) and (where, type, allowed types) of everything that a model binds."""
    names = {field.alias or name: field for name, field in type(model).model_fields.items()}
    for name, content in value.items():
        extra = names[name].json_schema_extra if name in names else None
        attribute = next((key for key, field in type(model).model_fields.items() if (field.alias or key) == name), name)
        if extra and extra.get("enum_values") and isinstance(content, str):
            yield f"{where}.{name}", content, extra["enum_values"]
        child = getattr(model, attribute, None)
        pairs = zip(child, content, strict=True) if isinstance(content, list) else [(child, content)]
        for one, part in pairs:
            if not isinstance(part, dict):
                continue
            if extra and extra.get("enum_reference_types") and "type" in part:
                yield f"{where}.{name}", part["type"], extra["enum_reference_types"]
            yield from bound(one, part, f"{where}.{name}")


def test_every_code_of_a_required_binding_is_one_of_it_and_every_reference_of_an_allowed_type(changed):
    bundle = json.loads(changed)
    kinds = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in bundle["entry"]}
    for one in walk(bundle):
        if one.get("reference", "").startswith("urn:uuid:"):
            one["type"] = kinds[one["reference"]]
    n = 0
    for resource in resources(bundle):
        model = get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        for where, value, allowed in bound(model, resource, resource["resourceType"]):
            assert value in OPEN_LISTS.get(where, allowed) or allowed == ["Resource"], (where, value, allowed)
            n += 1
    assert n > 500


def test_the_invariants_of_r4_hold_that_the_models_do_not_check(read, changed):
    """Named as in the specification: mad-1, per-1, obs-6, vs-2, vs-3, cmp-1, qty-3, bdl-7, bdl-9, bdl-10, bdl-11."""
    for bundle in (read, json.loads(changed)):
        assert "identifier" in bundle
        assert "timestamp" in bundle
        assert bundle["entry"][0]["resource"]["resourceType"] == "Composition"
        for one in resources(bundle, "MedicationAdministration"):
            assert "dosage" not in one or {"dose", "rateRatio", "rateQuantity"} & set(one["dosage"])
        for one in resources(bundle, "Observation"):
            values = [name for name in one if name.startswith("value")]
            assert not (values and "dataAbsentReason" in one)
            if codes(one["category"][0], "http://terminology.hl7.org/CodeSystem/observation-category") == [
                "vital-signs"
            ]:
                assert values or {"dataAbsentReason", "component", "hasMember"} & set(one)
                for part in one.get("component", ()):
                    assert any(name.startswith("value") or name == "dataAbsentReason" for name in part)
        for one in resources(bundle, "Composition")[0]["section"]:
            assert {"text", "entry"} & set(one)
        for one in walk(bundle):
            if {"start", "end"} <= set(one):
                assert utc_ms(one["start"]) <= utc_ms(one["end"])
            assert "unit" not in one or {"system", "code"} <= set(one)
            assert all(value not in ("", [], {}, None) for value in one.values())


def test_a_clock_that_was_set_back_gives_no_period_that_ends_before_it_begins(visit):
    back = -3600 * NS_PER_S
    records = [
        replace(record, at=Moment(record.at.mono_ns, record.at.utc_ns + back)) if record.at > minute(40) else record
        for record in all_records(step_s=60)
    ]
    bundle = json.loads(render(visit(records)))
    for one in walk(bundle):
        if {"start", "end"} <= set(one):
            assert utc_ms(one["start"]) <= utc_ms(one["end"])


def test_every_reference_is_to_a_resource_of_the_bundle_and_no_id_comes_twice(read):
    names = [entry["fullUrl"] for entry in read["entry"]]
    assert max(Counter(names).values()) == 1
    assert [f"urn:uuid:{one['id']}" for one in resources(read)] == names
    references = [one["reference"] for one in walk(read) if "reference" in one]
    assert len(references) > 100
    assert set(references) <= set(names)


def test_everything_in_a_document_is_reached_from_its_composition(read):
    by_name = {entry["fullUrl"]: entry["resource"] for entry in read["entry"]}
    open_, reached = [read["entry"][0]["fullUrl"]], set()
    while open_:
        name = open_.pop()
        if name in reached:
            continue
        reached.add(name)
        open_ += [one["reference"] for one in walk(by_name[name]) if "reference" in one]
    left = {by_name[name]["resourceType"] for name in set(by_name) - reached}
    assert left == {"Provenance"}  # which names the Composition as its target, as FHIR R4 wants of a document


def test_the_same_visit_gives_the_same_bytes_and_an_entry_is_a_line(written, content):
    assert content == render(written)
    assert len(content.splitlines()) == len(json.loads(content)["entry"]) + 2


def test_a_later_export_is_another_bundle_of_the_same_resources(tmp_path):
    found = []
    for name, upto_min in (("early", 40), ("late", 60)):
        (tmp_path / name).mkdir()
        found.append(json.loads(render(stored(tmp_path / name, all_records(step_s=60, upto_min=upto_min)))))
    early, late = found
    assert early["identifier"] != late["identifier"]
    assert {one["id"] for one in resources(early)} < {one["id"] for one in resources(late)}


def test_the_progress_is_told_and_may_stop_it(written):
    told = []

    class Stopped(Exception):
        pass

    def stop(done):
        told.append(done)
        if len(told) == 3:
            raise Stopped

    with pytest.raises(Stopped):
        fhir_bundle(written, NEW_YORK, stop)
    assert told == sorted(told)
    assert len(told) == 3


# --- what was measured --------------------------------------------------------------------------------------------


def test_every_cuff_reading_is_a_panel_at_its_time_with_its_values(written, read):
    bundle = BundleR4(read)
    panels = [
        entry.resource
        for entry in bundle.entry
        if entry.resource.resource_type == "Observation" and entry.resource.code.text == "Cuff pressure"
    ]
    told = {}
    for panel in panels:
        assert "85354-9" in [coding.code for coding in panel.code.coding]
        assert panel.category[0].coding[0].code == "vital-signs"
        assert panel.valueQuantity is None
        told.setdefault(utc_ms(panel.effectiveDateTime.isostring), panel)
    readings = [record.reading for record in written.records if isinstance(record, CuffTaken)]
    failed = [record for record in written.records if isinstance(record, CuffFailed)]
    assert len(panels) == len(readings) + len(failed)
    for reading in readings:
        panel = told[reading.measured_utc_ns // 1_000_000]
        found = {part.code.coding[0].code: part for part in panel.component}
        wanted = {"8480-6": reading.sys, "8462-4": reading.dia, "8478-0": reading.mean}
        assert list(found) == list(wanted)
        for code, value in wanted.items():
            if value is None:
                assert found[code].valueQuantity is None
                assert found[code].dataAbsentReason.coding[0].code == "not-performed"
                continue
            assert (found[code].valueQuantity.value, found[code].valueQuantity.code) == (value, "mm[Hg]")
            assert found[code].dataAbsentReason is None
        is_by_hand = reading.provenance is Provenance.MANUAL
        assert (panel.performer is not None) is is_by_hand
        assert (panel.device is None) is is_by_hand
    for record in failed:
        panel = told[record.at.utc_ns // 1_000_000]
        assert [part.dataAbsentReason.coding[0].code for part in panel.component] == ["error"] * 3
        assert record.text in panel.note[0].text


def test_the_pulse_of_the_cuff_is_an_observation_of_its_own(read, written):
    wanted = [
        record.reading.pulse
        for record in written.records
        if isinstance(record, CuffTaken) and record.reading.pulse is not None
    ]
    found = named(read, "Pulse rate (cuff)")
    assert [one["valueQuantity"]["value"] for one in found] == wanted
    assert all(codes(one["code"]) == ["8867-4"] for one in found)


def by_minute(visit):
    """Return the valid readings by (minute, metric), counted anew from the stored samples."""
    found = defaultdict(list)
    for sample in visit.samples:
        if sample.validity is Validity.VALID and not sample.metric.startswith("nibp_"):
            found[sample.at.utc_ns // (60 * NS_PER_S), sample.metric].append(sample)
    return found


def test_a_minute_of_readings_is_their_median_with_lowest_highest_and_number(read, written):
    found = {}
    labels = {tuple(value): metric for metric, value in R4_VITALS.items()}
    for one in resources(read, "Observation"):
        if "effectivePeriod" not in one or "valueQuantity" not in one:
            continue
        metric = labels[tuple(codes(one["code"]))]
        at = utc_ms(one["effectivePeriod"]["start"]) // 60_000
        assert (at, metric) not in found
        found[at, metric] = one
    wanted = by_minute(written)
    assert set(found) == set(wanted)
    for key, samples in wanted.items():
        one, values = found[key], [sample.value for sample in samples]
        assert one["valueQuantity"]["value"] == statistics.median(values)
        assert one["valueQuantity"]["system"] == UCUM
        low, high, n = one["component"]
        assert low["valueQuantity"]["value"] == min(values)
        assert high["valueQuantity"]["value"] == max(values)
        assert n["valueInteger"] == len(values)
        assert utc_ms(one["effectivePeriod"]["start"]) == samples[0].at.utc_ns // 1_000_000
        assert utc_ms(one["effectivePeriod"]["end"]) == samples[-1].at.utc_ns // 1_000_000
        assert one["method"]["coding"][0]["code"] == "median"
        assert one["method"]["text"] == "Median of the valid readings of one minute"


def test_minutes_without_a_valid_reading_have_no_observation(visit):
    begin, end = minute(30).utc_ns, minute(33).utc_ns
    records = [
        record
        for record in all_records(step_s=5)
        if not (isinstance(record, Sample) and record.metric == "heart_rate" and begin <= record.at.utc_ns < end)
    ]
    bundle = json.loads(render(visit(records)))
    times = {utc_ms(one["effectivePeriod"]["start"]) // 60_000 for one in named(bundle, "Heart rate (ECG)")}
    first = begin // (60 * NS_PER_S)
    assert {first - 1, first + 3} <= times
    assert not {first, first + 1, first + 2} & times


def test_a_doubted_or_unavailable_reading_counts_nothing(visit):
    records = [
        replace(record, validity=Validity.QUESTIONABLE)
        if isinstance(record, Sample) and record.metric == "spo2" and record.value is not None
        else record
        for record in all_records(step_s=30)
    ]
    assert named(json.loads(render(visit(records))), "Oxygen saturation") == []


def test_breathing_has_the_11073_code_of_its_sensor(read):
    found = {
        code for one in named(read, "Respiration rate") for code in codes(one["code"], "urn:iso:std:iso:11073:10101")
    }
    assert found == {"151594"}


def test_vitals_by_hand_stand_as_taken_and_what_could_not_be_measured_says_why(read):
    (temp,) = named(read, "Body temperature") or named(read, "Temperature")
    assert codes(temp["code"]) == ["8310-5"]
    assert temp["valueQuantity"] == {"value": 36.6, "unit": "°C", "system": UCUM, "code": "Cel"}
    assert utc_ms(temp["effectiveDateTime"]) == minute(73).utc_ns // 1_000_000
    assert temp["method"]["text"] == "Measured and entered by hand"
    assert temp["performer"][0]["display"] == NURSE.name
    (missing,) = [one for one in named(read, "Oxygen saturation") if "dataAbsentReason" in one]
    assert "valueQuantity" not in missing
    assert missing["note"][0]["text"] == "Not measurable: cold fingers"


def test_the_baseline_is_derived_from_its_readings(read):
    (base,) = named(read, "Baseline cuff pressure")
    assert [part["valueQuantity"]["value"] for part in base["component"]] == [124, 76, 92]
    panels = {f"urn:uuid:{one['id']}": one for one in named(read, "Cuff pressure")}
    derived = [panels[one["reference"]]["component"][0]["valueQuantity"]["value"] for one in base["derivedFrom"]]
    assert derived == [126, 122]


def test_numbers_are_written_with_no_more_digits_than_they_have(content):
    read = json.loads(content, parse_float=Decimal)
    values = {one["value"] for one in walk(read) if "value" in one and "unit" in one}
    assert Decimal("36.6") in values
    assert all(len(str(value)) <= 6 for value in values)


# --- the treatment ------------------------------------------------------------------------------------------------


def test_the_infusion_stands_with_its_pause_and_its_dose(read):
    main = only(read, "Procedure", code={"text": "Intravenous infusion"})
    assert main["status"] == "completed"
    assert utc_ms(main["performedPeriod"]["start"]) == minute(17).utc_ns // 1_000_000
    assert utc_ms(main["performedPeriod"]["end"]) == minute(66).utc_ns // 1_000_000
    pause = only(read, "Procedure", code={"text": "Pause of the infusion"})
    assert pause["partOf"] == [{"reference": f"urn:uuid:{main['id']}"}]
    assert pause["reasonCode"] == [{"text": "BP spike"}]
    assert utc_ms(pause["performedPeriod"]["start"]) == minute(49.5).utc_ns // 1_000_000
    assert utc_ms(pause["performedPeriod"]["end"]) == minute(58).utc_ns // 1_000_000
    given = only(read, "MedicationAdministration", medicationCodeableConcept={"text": "Ketamine"})
    assert given["note"][0] == {"text": "Dose as written: 36 mg over 40 min"}


def test_a_corrected_time_moves_the_pause(changed):
    pause = only(json.loads(changed), "Procedure", code={"text": "Pause of the infusion"})
    assert utc_ms(pause["performedPeriod"]["start"]) == minute(49.2).utc_ns // 1_000_000


@pytest.mark.parametrize(("upto_min", "status"), [(30, "in-progress"), (55, "on-hold"), (100, "completed")])
def test_the_infusion_says_how_it_stands(visit, upto_min, status):
    bundle = json.loads(render(visit(all_records(step_s=60, upto_min=upto_min))))
    assert only(bundle, "Procedure", code={"text": "Intravenous infusion"})["status"] == status
    assert resources(bundle, "MedicationAdministration")[0]["status"] == status


def test_an_infusion_that_was_stopped_early_says_why(visit):
    records = [
        replace(record, early=True, reason="patient asks") if isinstance(record, InfusionStopped) else record
        for record in all_records(step_s=60)
    ]
    main = only(json.loads(render(visit(records))), "Procedure", code={"text": "Intravenous infusion"})
    assert (main["status"], main["statusReason"]) == ("stopped", {"text": "patient asks"})


def test_an_injection_is_given_at_one_time(visit):
    records = [
        replace(record, protocol=record.protocol.model_copy(update={"route": Route.IM}))
        if isinstance(record, SessionOpened)
        else record
        for record in all_records(step_s=60, upto_min=40)
    ]
    bundle = json.loads(render(visit(records)))
    main = only(bundle, "Procedure", code={"text": "Intramuscular injection"})
    assert main["status"] == "completed"
    assert utc_ms(main["performedDateTime"]) == minute(17).utc_ns // 1_000_000
    assert "effectiveDateTime" in resources(bundle, "MedicationAdministration")[0]


def test_a_drug_record_stands_with_amounts_lot_and_witness(read):
    medication = only(read, "Medication")
    assert medication["batch"] == {"lotNumber": "L-77<&>"}
    assert medication["code"]["text"] == "Ketamine, 50 mg/mL, Vial 9"
    drug = only(read, "MedicationAdministration", medicationReference={"reference": f"urn:uuid:{medication['id']}"})
    assert drug["dosage"]["dose"] == {"value": 36.5, "unit": "mg", "system": UCUM, "code": "mg"}
    assert drug["note"][0]["text"] == "Drawn 50 mg, given 36.5 mg, wasted 13.5 mg"
    who = [(one["function"]["coding"][0]["code"], one["actor"]["display"]) for one in drug["performer"]]
    assert who == [("performer", NURSE.name), ("witness", CLINICIAN.name)]


def test_a_change_of_rate_and_another_medicine_stand_as_charted(read):
    change = only(read, "MedicationAdministration", medicationCodeableConcept={"text": "Change of dose or rate"})
    assert change["note"] == [{"text": "rate to 60 mL/h"}]
    assert utc_ms(change["effectiveDateTime"]) == minute(40).utc_ns // 1_000_000
    other = only(read, "MedicationAdministration", medicationCodeableConcept={"text": "ondansetron 4 mg"})
    assert other["note"] == [{"text": "nausea"}]


def test_what_was_corrected_or_struck_out_stays_and_says_so(changed):
    bundle = json.loads(changed)
    drugs = [one for one in resources(bundle, "MedicationAdministration") if "medicationReference" in one]
    assert [(one["status"], one["dosage"]["dose"]["value"]) for one in drugs] == [
        ("entered-in-error", 36.5),
        ("completed", 35),
    ]
    assert "misread syringe" in drugs[0]["note"][-1]["text"]
    struck = only(bundle, "MedicationAdministration", medicationCodeableConcept={"text": "ondansetron 4 mg"})
    assert struck["status"] == "entered-in-error"
    assert "other patient" in struck["note"][-1]["text"]
    (nausea,) = named(bundle, "Side effect")
    assert nausea["status"] == "corrected"
    assert nausea["component"][0]["valueCodeableConcept"]["text"] == "Severe"


# --- flags, scores, signature -------------------------------------------------------------------------------------


def test_a_flag_has_its_readings_and_its_end(read):
    flag = only(read, "Flag")
    assert flag["status"] == "inactive"
    assert flag["code"]["text"] == "SPIKE flag: 182/111, 47 % above baseline 124/76 (repeat: confirmed)"
    panels = {f"urn:uuid:{one['id']}": one for one in named(read, "Cuff pressure")}
    assert {one["url"] for one in flag["extension"]} == {"http://hl7.org/fhir/StructureDefinition/flag-detail"}
    pressures = [
        panels[one["valueReference"]["reference"]]["component"][0]["valueQuantity"]["value"]
        for one in flag["extension"]
    ]
    assert pressures == [182, 178]
    assert utc_ms(flag["period"]["end"]) == minute(56).utc_ns // 1_000_000


def test_every_alarm_condition_is_an_issue_with_who_acknowledged_it(read):
    found = {one["code"]["text"]: one for one in resources(read, "DetectedIssue")}
    assert set(found) == {
        "Alarm condition of the equipment: link.lost",
        "Alarm condition of the patient: bp.spike",
    }
    spike = found["Alarm condition of the patient: bp.spike"]
    assert (spike["severity"], spike["status"]) == ("high", "final")
    assert spike["detail"].startswith("BP spike 182/111 mmHg; worst value 182; limit 180")
    seen = [one for one in spike["mitigation"] if one["action"]["text"] == "acknowledged"]
    assert [one["author"]["display"] for one in seen] == [NURSE.name]


def test_scores_are_observations(read):
    (pain,) = named(read, "Pain")
    assert (codes(pain["code"]), pain["valueInteger"], pain["note"]) == (["72514-3"], 3, [{"text": "knee"}])
    (rass,) = named(read, "RASS")
    assert (rass["valueInteger"], codes(rass["code"])) == (-1, [])
    (aldrete,) = named(read, "aldrete")
    assert aldrete["valueInteger"] == 10


def test_a_signed_visit_is_a_document_with_the_signature_as_it_was_given(read, written):
    (signed,) = [record for record in written.records if isinstance(record, DischargeSigned)]
    signature = signed.signature
    assert read["type"] == "document"
    first = read["entry"][0]["resource"]
    assert first["resourceType"] == "Composition"
    assert first["author"][0]["display"] == NURSE.name
    provenance = only(read, "Provenance")
    assert provenance["target"] == [{"reference": f"urn:uuid:{first['id']}"}]
    assert provenance["reason"] == [{"text": signature.meaning}]
    assert provenance["entity"][0]["what"]["identifier"]["value"] == signature.covers
    (kept,) = provenance["signature"]
    assert utc_ms(kept["when"]) == signature.signed_utc_ns // 1_000_000
    assert kept["who"]["display"] == signature.name
    content = json.loads(base64.b64decode(kept["data"]))
    assert content["meaning"] == signature.meaning
    assert content["covers_sha256"] == signature.covers
    assert content["name"] == signature.name


def test_the_discharge_shows_every_criterion_in_words_and_as_a_resource(read):
    first = read["entry"][0]["resource"]
    section = next(one for one in first["section"] if one["title"] == "Discharge")
    for words in ("Side effects settled", "overridden", "Modified Aldrete score ≥ 9"):
        assert words in section["text"]["div"]
    criteria = [one for one in resources(read, "Observation") if one["code"]["text"].startswith("Discharge criterion")]
    assert len(criteria) == len(section["entry"]) == 6
    assert Counter(one["valueCodeableConcept"]["text"] for one in criteria) == {"met": 5, "overridden": 1}


def test_a_document_names_the_phases_as_the_screen_does(read):
    course = read["entry"][0]["resource"]["section"][0]
    assert "; Infusion from 13:37" in html.unescape(course["text"]["div"])


def test_every_section_of_a_document_says_in_words_what_its_resources_hold(read, changed):
    """A receiver may show the words alone (FHIR R4, 3.3.1: the narrative tells the content of the section)."""
    for bundle in (read, json.loads(changed)):
        by_name = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
        for section in bundle["entry"][0]["resource"]["section"][1:]:
            named = [by_name[entry["reference"]] for entry in section.get("entry", ())]
            minutes = [one for one in named if "median" in json.dumps(one.get("method", ""))]
            silent = [*minutes, *(one for one in named if one["resourceType"] == "Medication")]
            rows = section["text"]["div"].count("<tr>")
            assert rows == len(named) - len(silent) + (1 if minutes else 0)
            assert (MINUTES in html.unescape(section["text"]["div"])) is bool(minutes)
    words = {one["title"]: one["text"]["div"] for one in bundle["entry"][0]["resource"]["section"]}
    assert "<td>systolic 182 mmHg, diastolic 111 mmHg, mean 134 mmHg</td>" in words["Vital signs"]
    assert "<td>Pain</td><td>3; knee</td>" in words["Scores"]
    assert "<td>Nausea; Severity Severe; until 14:17:00; Corrected by R. Alvarez RN: worse</td>" in words["Charted"]
    assert "Pause of the infusion" in words["Treatment"]
    assert ", lot " in words["Treatment"]
    assert "ENTERED IN ERROR" in words["Treatment"]
    assert "BP spike 182/111" in words["Flags and alarms"]
    assert DRIVER.name in words["Who takes the patient home"]


def test_the_driver_is_a_related_person(read):
    driver = only(read, "RelatedPerson")
    assert driver["name"] == [{"text": DRIVER.name}]
    assert driver["telecom"] == [{"system": "phone", "value": DRIVER.phone}]
    assert driver["relationship"][0] == {"text": DRIVER.relation}


def test_who_was_treated_by_whom(read):
    patient = only(read, "Patient")
    assert patient["identifier"][0]["value"] == PATIENT.record_number
    assert patient["name"] == [{"use": "official", "family": "Keller", "given": ["Jonas"]}]
    assert patient["birthDate"] == "1984-03-09"
    assert [one["name"][0]["text"] for one in resources(read, "Practitioner")] == [NURSE.name, CLINICIAN.name]
    encounter = only(read, "Encounter")
    assert (encounter["status"], encounter["class"]["code"]) == ("finished", "AMB")
    assert len(encounter["participant"]) == 2


def test_an_open_visit_is_a_collection_without_a_signature(visit):
    bundle = json.loads(render(visit(all_records(step_s=60, upto_min=55))))
    assert bundle["type"] == "collection"
    kinds = {one["resourceType"] for one in resources(bundle)}
    assert not kinds & {"Composition", "Provenance"}
    assert only(bundle, "Encounter")["status"] == "in-progress"
    assert "end" not in only(bundle, "Encounter")["period"]
    assert only(bundle, "Flag")["status"] == "active"


@pytest.mark.parametrize("is_simulated", [False, True])
def test_every_resource_says_that_it_is_simulated_where_it_is(visit, is_simulated):
    bundle = json.loads(render(visit(all_records(step_s=60, simulated=is_simulated))))
    for one in [bundle, *resources(bundle)]:
        tags = [tag["code"] for tag in one["meta"]["tag"]]
        assert tags == (["secondary-display", "HTEST"] if is_simulated else ["secondary-display"])
        assert ("security" in one["meta"]) is is_simulated


def test_text_that_people_typed_breaks_nothing(visit):
    text = 'a <b> & "c" \x07\x0b done'
    records = [replace(r, text=text) if isinstance(r, Charted) else r for r in all_records(step_s=60)]
    content = render(visit(records))
    Bundle.model_validate_json(content)
    bundle = json.loads(content)
    (nausea,) = named(bundle, "Side effect")
    assert nausea["valueString"] == 'a <b> & "c" \ufffd\ufffd done'
    div = bundle["entry"][0]["resource"]["section"][0]["text"]["div"]
    assert "a &lt;b&gt; &amp;" in div
