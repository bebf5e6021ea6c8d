"""A de-identified visit as EDF+ and `.vital`: nobody is named, no date or place, every sample stays."""

import gzip

import pytest

from devices.clock import NS_PER_S
from nursestation.core.records import DischargeSigned
from nursestation.export.deidentify import deidentified
from nursestation.export.edf import edf_file
from nursestation.export.visit import load_visit
from nursestation.export.vital import vital_file
from nursestation.store.reader import StoreReader
from tests.helpers.signal_readers import read_edf, read_vital
from tests.helpers.signal_visit import OPTIONS, since_start
from tests.helpers.stored_visit import stored
from tests.helpers.written_visit import CLINICIAN, DRIVER, NURSE, PATIENT, SESSION, all_records

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return a whole visit as loaded."""
    folder = tmp_path_factory.mktemp("whole")
    stored(folder, all_records(step_s=30, with_waves=True))
    with StoreReader.open(folder / "record.sqlite3") as reader:
        return load_visit(reader, SESSION, "0.1.0", with_waves=True)


@pytest.fixture(scope="module")
def other(written):
    """Return the same, de-identified."""
    return deidentified(written, KEY)


def assert_names_nobody(visit, content):
    covers = [record.signature.covers for record in visit.records if isinstance(record, DischargeSigned)]
    for word in (
        PATIENT.given_name, PATIENT.family_name, PATIENT.record_number, DRIVER.name, DRIVER.phone, NURSE.name, NURSE.id,
        CLINICIAN.name, SESSION, "2026", "B-1", visit.summary.chain_head, *covers,
    ):  # fmt: skip
        assert word.encode() not in content


def shift_s(written, other):
    return (other.summary.opened.utc_ns - written.summary.opened.utc_ns) / NS_PER_S


def test_edf_names_nobody_and_keeps_every_sample_at_its_time(written, other, tmp_path):
    assert written.waves
    assert other.waves
    content = edf_file(other, OPTIONS)
    assert_names_nobody(written, content)
    assert content[8:88].rstrip() == b"X X X X"
    told, true = read_edf(content, tmp_path), read_edf(edf_file(written, OPTIONS), tmp_path)
    assert told.signals["ECG II"].values.tobytes() == true.signals["ECG II"].values.tobytes()
    assert told.signals["ECG II"].start_s - shift_s(written, other) == pytest.approx(0, abs=1)
    assert told.header["admincode"] in ("", "X")


def test_vital_names_nobody_and_keeps_every_sample_at_its_time(written, other, tmp_path):
    content = vital_file(other, OPTIONS)
    assert_names_nobody(written, gzip.decompress(content))
    told, true = read_vital(content, tmp_path), read_vital(vital_file(written, OPTIONS), tmp_path)
    name = next(one for one in told.trks if one.endswith("/ECG_II"))
    assert [one["val"].tobytes() for one in told.trks[name].recs] == [
        one["val"].tobytes() for one in true.trks[name].recs
    ]
    first, wanted = (since_start(one.trks[name].recs[0]["dt"]) for one in (told, true))
    assert first - shift_s(written, other) == pytest.approx(wanted, abs=1e-3)
    assert told.dgmt == 0
