import hashlib

from nursestation.export.formats import ExportOptions
from nursestation.export.instructions import InstructionSheet
from nursestation.paths import resource
from nursestation.runtime.sheet_job import SheetJob
from tests.helpers.visit import PATIENT

SHEET = InstructionSheet("s-1", PATIENT, "Depression IV", 1_767_279_600 * 10**9, (24, 48), "", "Rest.")
OPTIONS = ExportOptions(fonts=resource("fonts"), version="0.1.0")


def _answer(folder, print_=lambda _: ""):
    job = SheetJob(2, SHEET, folder, OPTIONS, print_)
    job.join()
    return job.poll()


def test_the_file_that_is_printed_is_the_one_that_is_named(tmp_path):
    seen = []

    def paper(path):
        seen.append(hashlib.sha256(path.read_bytes()).hexdigest())
        return "Desk printer"

    answer = _answer(tmp_path / "exports", paper)
    assert (answer.sha256, answer.printer, answer.text) == (seen[0], "Desk printer", "")


def test_without_a_printer_the_file_is_there(tmp_path):
    answer = _answer(tmp_path)
    assert answer.printer == ""
    assert answer.path == tmp_path / "instructions-s-1.pdf"
    assert hashlib.sha256(answer.path.read_bytes()).hexdigest() == answer.sha256


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "exports").write_text("a file", encoding="utf-8")
    answer = _answer(tmp_path / "exports")
    assert answer.path is None
    assert "cannot be written" in answer.text


def test_a_fault_of_printing_is_told_without_its_words(tmp_path, log_lines):
    name = "".join(("Kel", "ler"))  # a trace quotes the program's lines, and no value

    def broken(_):
        raise RuntimeError(name)

    answer = _answer(tmp_path, broken)
    assert answer.path is None
    assert answer.text.startswith("The instructions could not be made")
    (line,) = log_lines
    assert line.startswith("nursestation.runtime.sheet_job: the instructions failed: RuntimeError")
    assert "in broken" in line  # where it failed
    assert "Keller" not in line
