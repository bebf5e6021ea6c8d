"""Every format: registered with what it holds, written from finished and running visits, the same each time."""

import csv
import gzip
import io
import zipfile
from dataclasses import replace

import pypdf
import pytest

from nursestation.export.errors import ExportCancelled, ExportError
from nursestation.export.files import verify_export
from nursestation.export.formats import FORMATS, ExportOptions, export_every_format, export_session
from nursestation.export.watched import EVERY
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.written_visit import SESSION, all_records, minute, visit_records
from tests.unit.export.test_report import FONTS, NEW_YORK

OPTIONS = ExportOptions(FONTS, "0.1.0", NEW_YORK)


@pytest.fixture
def store(tmp_path):
    (tmp_path / "out").mkdir()
    store = Store.open(tmp_path / "record.sqlite3")
    store.append(all_records(step_s=30, upto_min=50))
    yield store
    store.close()


@pytest.fixture
def reader(store, tmp_path):
    with StoreReader.open(tmp_path / "record.sqlite3") as reader:
        yield reader


def test_every_format_says_what_it_holds_and_leaves_out():
    assert set(FORMATS) == {
        "pdf", "receipt", "csv", "alarms", "events", "bundle", "fhir", "hl7v2", "edf", "vital", "jsonl",
    }  # fmt: skip
    assert all(one.title and one.holds and one.leaves_out and one.suffix.startswith(".") for one in FORMATS.values())


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_is_named_verified_and_the_same_each_time(reader, tmp_path, name):
    first = export_session(reader, SESSION, name, tmp_path / "out", OPTIONS)
    assert first.path == tmp_path / "out" / f"{SESSION}{FORMATS[name].suffix}"
    assert first.chain_head == reader.chain_heads()[SESSION]
    assert verify_export(first.path).ok
    again = export_session(reader, SESSION, name, tmp_path / "out" / "other", OPTIONS)
    assert again.sha256 == first.sha256


@pytest.mark.parametrize("name", FORMATS)
def test_a_running_visit_is_exported_again_with_what_came_since(store, reader, tmp_path, name):
    first = export_session(reader, SESSION, name, tmp_path / "out", OPTIONS)
    store.append([record for record in visit_records(step_s=30) if record.at > minute(50)])
    later = export_session(reader, SESSION, name, tmp_path / "out", OPTIONS)
    assert later.sha256 != first.sha256
    assert later.chain_head == reader.chain_heads()[SESSION] != first.chain_head


def _words(name, content):
    """Return what a file says, as far as a person or program reads it as text."""
    match name:
        case "pdf" | "receipt":
            return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
        case "vital":
            return gzip.decompress(content).decode("utf-8", "replace")
        case "bundle":
            with zipfile.ZipFile(io.BytesIO(content)) as bundle:
                return bundle.read("README.txt").decode()
    return content.decode("utf-8", "replace")


@pytest.mark.parametrize("is_simulated", [False, True])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_that_a_visit_is_simulated_where_it_is(tmp_path, name, is_simulated):
    store = Store.open(tmp_path / "record.sqlite3")
    store.append(all_records(step_s=60, simulated=is_simulated))
    store.close()
    with StoreReader.open(tmp_path / "record.sqlite3") as reader:
        path = export_session(reader, SESSION, name, tmp_path / "out.file", OPTIONS).path
    words = _words(name, path.read_bytes())
    assert ("SIMULATED" in words) is is_simulated
    if name in ("csv", "alarms", "events"):
        rows = list(csv.DictReader(io.StringIO(words, newline="")))
        assert {row["mark"] for row in rows} == {"SIMULATED" if is_simulated else ""}
        assert list(rows[0])[-1] == "mark"


@pytest.fixture(scope="module")
def long_reader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    store = Store.open(folder / "record.sqlite3")
    store.append(all_records(step_s=1))
    store.close()
    with StoreReader.open(folder / "record.sqlite3") as reader:
        yield reader


@pytest.mark.parametrize("key", [None, b"k" * 32])
@pytest.mark.parametrize("name", ["csv", "events", "pdf", "hl7v2", "jsonl"])
def test_the_work_is_told_from_the_loading_to_the_writing(long_reader, tmp_path, name, key):
    told = []
    export_session(
        long_reader, SESSION, name, tmp_path / "file", replace(OPTIONS, progress=told.append, deidentify_key=key)
    )
    assert told == sorted(told)
    assert told[0] < 0.05
    assert told[-1] == 1
    n_samples = sum(1 for _ in long_reader.samples(SESSION))
    loading = [done for done in told if done < 0.3]
    assert len(loading) >= n_samples // EVERY > 3
    if key is not None:
        assert len([done for done in told if 0.3 <= done < 0.45]) >= n_samples // EVERY


@pytest.mark.parametrize(("name", "stopped_at"), [("events", 0), ("events", 0.1), ("events", 0.4), ("bundle", 0.89)])
def test_who_stops_it_while_it_is_loaded_changed_or_packed_leaves_nothing(long_reader, tmp_path, name, stopped_at):
    def stop(done):
        if done >= stopped_at:
            raise ExportCancelled("stopped")

    options = replace(OPTIONS, progress=stop, deidentify_key=b"k" * 32)
    with pytest.raises(ExportCancelled):
        export_session(long_reader, SESSION, name, tmp_path / "file", options)
    assert list(tmp_path.iterdir()) == []


def test_a_session_or_format_that_is_not_there_is_told(reader, tmp_path):
    with pytest.raises(ExportError, match="There is no session none"):
        export_session(reader, "none", "csv", tmp_path / "out", OPTIONS)
    with pytest.raises(ExportError, match="There are: pdf, csv"):
        export_session(reader, SESSION, "fax", tmp_path / "out", OPTIONS)


def test_all_formats_at_once_are_the_files_that_each_alone_is(reader, tmp_path):
    made = export_every_format(reader, SESSION, tmp_path, "visit", OPTIONS)
    names = [name for name in FORMATS if name != "bundle"]
    assert [one.path.name for one in made] == [f"visit{FORMATS[name].suffix}" for name in names]
    for told, name in zip(made, names, strict=True):
        alone = export_session(reader, SESSION, name, tmp_path / f"alone{FORMATS[name].suffix}", OPTIONS)
        assert told.path.read_bytes() == alone.path.read_bytes()
        assert (told.sha256, told.n_bytes) == (alone.sha256, alone.n_bytes)
