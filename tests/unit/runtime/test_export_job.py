"""An export beside a running station: it ends with a file, or with a sentence."""

import pytest

from nursestation.export.formats import ExportOptions
from nursestation.paths import resource
from nursestation.runtime.export_job import ExportAnswer, ExportJob
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.visit import run_visit


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    path = tmp_path_factory.mktemp("record") / "record.sqlite3"
    store = Store.open(path)
    store.append(run_visit()[1])
    store.close()
    return path


def export(record, session, path, format_name="csv") -> ExportAnswer:
    options = ExportOptions(fonts=resource("fonts"), version="test")
    job = ExportJob(record, session, format_name, path, options)
    job.join()
    answer = job.poll()
    assert answer is not None
    return answer


def session_of(record) -> str:
    with StoreReader.open(record) as reader:
        return reader.sessions()[0].id


def test_the_file_is_written_into_a_folder_made_for_it(record, tmp_path):
    target = tmp_path / "exports" / "visit.csv"
    assert export(record, session_of(record), target) == ExportAnswer(target)
    assert target.read_text(encoding="utf-8").startswith("time,metric,value")


def test_what_cannot_be_written_ends_with_a_sentence(record, tmp_path):
    (tmp_path / "in the way").write_text("")
    answer = export(record, session_of(record), tmp_path / "in the way" / "visit.csv")
    assert answer.path is None
    assert "cannot be made" in answer.text


def test_an_unknown_session_or_format_ends_with_a_sentence(record, tmp_path):
    assert "no-such-session" in export(record, "no-such-session", tmp_path / "a.csv").text
    assert "docx" in export(record, session_of(record), tmp_path / "a.docx", "docx").text
    assert list(tmp_path.iterdir()) == []
