"""A de-identified visit in the formats for hospitals' systems: nobody is named, every value stays."""

import json
from datetime import datetime, timedelta

import pytest
from fhir.resources.R4B.bundle import Bundle
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message

from nursestation.core.records import CuffTaken, DischargeSigned
from nursestation.export.deidentify import deidentified
from nursestation.export.fhir import fhir_bundle
from nursestation.export.hl7v2 import hl7_messages
from tests.helpers.stored_visit import stored
from tests.helpers.written_visit import CLINICIAN, DRIVER, NURSE, PATIENT, SESSION, all_records

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return a whole visit as loaded."""
    return stored(tmp_path_factory.mktemp("whole"), all_records(step_s=30))


@pytest.fixture(scope="module")
def other(written):
    """Return the same, de-identified."""
    return deidentified(written, KEY)


def quietly(_done):
    pass


def secrets_of(visit):
    """Return what must not come out."""
    covers = [record.signature.covers for record in visit.records if isinstance(record, DischargeSigned)]
    people = (PATIENT.given_name, PATIENT.family_name, PATIENT.record_number, DRIVER.name, DRIVER.phone, NURSE.name)
    return (
        *people,
        CLINICIAN.name,
        NURSE.id,
        SESSION,
        "2026-03-03",
        "20260303",
        "B-1",
        visit.summary.chain_head,
        *covers,
    )


def test_the_fhir_bundle_is_a_collection_that_names_nobody(written, other):
    content = fhir_bundle(other, None, quietly)
    Bundle.model_validate_json(content)
    text, bundle = content.decode(), json.loads(content)
    for word in secrets_of(written):
        assert word not in text
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert bundle["type"] == "collection"
    assert not {"Composition", "Provenance", "RelatedPerson"} & set(kinds)
    (patient,) = [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == "Patient"]
    assert set(patient) == {"resourceType", "id", "meta", "identifier", "birthDate"}
    assert len(patient["birthDate"]) == 4
    assert datetime.fromisoformat(bundle["timestamp"]).utcoffset() == timedelta(0)
    pressures = [
        one["resource"]["component"][0].get("valueQuantity", {}).get("value")
        for one in bundle["entry"]
        if one["resource"].get("code", {}).get("text") == "Cuff pressure"
    ]
    wanted = [record.reading.sys for record in written.records if isinstance(record, CuffTaken)]
    assert sorted(value for value in pressures if value is not None) == sorted(wanted)


def test_the_hl7_messages_are_for_training_and_name_nobody(written, other):
    text = hl7_messages(other, None, quietly).decode()
    for word in secrets_of(written):
        assert word not in text
    messages = [f"MSH|{part}" for part in text.split("MSH|")[1:]]
    assert len(messages) == len(hl7_messages(written, None, quietly).decode().split("MSH|")) - 1
    for one in messages[::20]:
        message = parse_message(one, validation_level=VALIDATION_LEVEL.STRICT)
        assert message.validate()
        assert message.msh.msh_11.to_er7() == "T"
        assert message.msh.msh_7.value.endswith("+0000")
        patient = message.oru_r01_patient_result.oru_r01_patient
        assert patient.pid.pid_5.to_er7() == "De-identified^^^^^^S"
        assert patient.pid.pid_3.to_er7().endswith("^ANON")
        assert len(patient.pid.pid_7.to_er7()) == 4
        assert "DE-IDENTIFIED" in patient.nte.nte_3.value
