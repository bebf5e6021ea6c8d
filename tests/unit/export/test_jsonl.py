"""The lines for research say what the store says, value by value, and can be read by anything that reads JSON."""

import json
import struct
from datetime import datetime

import pytest

from nursestation.core.chain import from_json
from nursestation.core.records import Gap, Sample, Wave
from nursestation.export.errors import ExportCancelled
from nursestation.export.jsonl import session_jsonl
from nursestation.export.visit import load_visit
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.written_visit import SESSION, all_records


def visit_of(tmp_path, **options):
    store = Store.open(tmp_path / "record.sqlite3")
    store.append(all_records(with_waves=True, **options))
    store.close()
    with StoreReader.open(tmp_path / "record.sqlite3") as reader:
        return load_visit(reader, SESSION, "0.1.0", with_waves=True)


@pytest.fixture(scope="module")
def visit(tmp_path_factory):
    return visit_of(tmp_path_factory.mktemp("record"), step_s=20)


def lines_of(visit):
    content = session_jsonl(visit, lambda _: None)
    assert content.endswith(b"\n")
    return [json.loads(line) for line in content.splitlines()]


@pytest.fixture(scope="module")
def lines(visit):
    return lines_of(visit)


def told(lines, kind):
    return [line for line in lines if line["type"] == kind]


def test_the_first_line_says_what_the_file_is(lines, visit):
    header = lines[0]
    assert (header["type"], header["format"], header["version"]) == ("header", "nursestation-jsonl", 1)
    assert header["session"] == SESSION
    assert header["mark"] is None
    assert header["chain_head"] == visit.summary.chain_head
    assert header["metrics"]["nibp_sys"]["unit"] == "mmHg"
    counts = header["counts"]
    for name, kind in (("readings", "reading"), ("waves", "wave"), ("gaps", "gap")):
        assert counts[name] == len(told(lines, kind)) > 0
    assert counts["records_of_session"] + counts["records_of_station"] == len(told(lines, "record"))
    assert len(told(lines, "header")) == 1


def test_simulated_data_are_marked(tmp_path):
    assert lines_of(visit_of(tmp_path, step_s=300, simulated=True))[0]["mark"] == "SIMULATED"


def test_each_reading_is_the_stores(lines, visit):
    for line, sample in zip(told(lines, "reading"), visit.samples, strict=True):
        assert isinstance(sample, Sample)
        assert (line["metric"], line["value"], line["validity"]) == (sample.metric, sample.value, sample.validity.value)
        assert (line["utc_ns"], line["mono_ns"]) == (sample.at.utc_ns, sample.at.mono_ns)
        assert (line["provenance"], line["monitor"]) == (sample.provenance.value, sample.monitor)
        assert datetime.fromisoformat(line["time"]).timestamp() == pytest.approx(sample.at.utc_ns / 1e9, abs=1e-6)
        assert line["measured_utc_ns"] == sample.measured_utc_ns


def test_each_waveform_and_gap_is_the_stores(lines, visit):
    for line, wave in zip(told(lines, "wave"), visit.waves, strict=True):
        assert isinstance(wave, Wave)
        assert struct.pack(f"<{len(line['samples'])}h", *line["samples"]) == wave.samples
        assert (line["rate_hz"], line["scale"], line["offset"]) == (wave.rate_hz, wave.scale, wave.offset)
    for line, gap in zip(told(lines, "gap"), visit.gaps, strict=True):
        assert isinstance(gap, Gap)
        assert (line["metric"], line["n_samples"], line["reason"]) == (gap.metric, gap.n_samples, gap.reason)


def test_each_record_can_be_made_again_from_its_line(lines, visit):
    of_session = [line for line in told(lines, "record") if line["of"] == "session"]
    for line, record in zip(of_session, visit.records, strict=True):
        body = line["body"] | {
            "at": {"mono_ns": line["mono_ns"], "utc_ns": line["utc_ns"]}, "chair": line["chair"],
            "operator": line["operator"], "session": SESSION,
        }  # fmt: skip
        assert from_json(line["kind"], json.dumps(body)) == record


def test_whoever_waits_hears_how_far_it_is_and_may_stop_it(visit):
    heard = []
    session_jsonl(visit, heard.append)
    assert heard[0] == 0
    assert heard == sorted(heard)
    assert heard[-1] < 1

    def stop(_done):
        raise ExportCancelled("stopped")

    with pytest.raises(ExportCancelled):
        session_jsonl(visit, stop)
