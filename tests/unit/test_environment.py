"""Making the environment: sound is installed where it can be, and where it cannot nothing fails."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "packaging" / "environment.py"


@pytest.fixture(scope="module")
def environment():
    spec = importlib.util.spec_from_file_location("making_the_environment", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Computer:
    """Lacks libraries until a package is installed; `can_install` says whether it may be."""

    def __init__(self, lacks, can_install):
        self.lacks = set(lacks)
        self.can_install = can_install
        self.looked_at = []
        self.asked_for = []

    def missing_for(self, parts):
        self.looked_at.append(parts)
        return set(self.lacks)

    def install(self, packages):
        self.asked_for.append(packages)
        if self.can_install:
            self.lacks.clear()
        return self.can_install


def test_the_library_of_qt_s_sound_is_installed_without_a_word(environment, capsys):
    computer = Computer(["libpulse.so.0"], can_install=True)
    environment.check_sound(computer.missing_for, computer.install)
    assert computer.asked_for == [["libpulse0"]]
    assert computer.looked_at == [("Qt/lib/libQt6Multimedia.so.6",)] * 2
    assert capsys.readouterr().out == ""


def test_where_it_cannot_be_installed_a_sentence_says_so_and_nothing_fails(environment, capsys):
    computer = Computer(["libpulse.so.0"], can_install=False)
    environment.check_sound(computer.missing_for, computer.install)
    told = capsys.readouterr().out
    assert told.startswith("Qt's sound lacks libpulse.so.0: a station on this computer would have silent alarms.")
    assert told.endswith("To have it: sudo apt-get install libpulse0\n")


def test_a_library_that_no_package_is_known_of_is_told_too(environment, capsys):
    computer = Computer(["libother.so.1"], can_install=True)
    environment.check_sound(computer.missing_for, computer.install)
    assert computer.asked_for == []
    assert "libother.so.1" in capsys.readouterr().out


def test_where_nothing_is_missing_nothing_is_asked_for(environment, capsys):
    computer = Computer([], can_install=True)
    environment.check_sound(computer.missing_for, computer.install)
    assert (computer.asked_for, capsys.readouterr().out) == ([], "")
