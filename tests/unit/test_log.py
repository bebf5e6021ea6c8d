"""The log: where it goes, and that a disk that takes none of it disturbs nobody."""

import logging

import pytest

from nursestation.log import to_file


@pytest.fixture
def logging_to():
    root = logging.getLogger()
    level, handlers = root.level, []

    def make(path):
        handlers.append(to_file(path))
        return handlers[-1]

    yield make
    for handler in handlers:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def test_lines_carry_time_level_and_thread(tmp_path, logging_to):
    path = tmp_path / "profile" / "nursestation.log"
    logging_to(path)
    logging.getLogger("nursestation.test").info("chair %d", 2)
    assert "Z INFO MainThread nursestation.test: chair 2\n" in path.read_text()


def test_a_full_disk_costs_lines_and_nothing_else(tmp_path, logging_to, capfd):
    path = tmp_path / "nursestation.log"
    path.symlink_to("/dev/full")  # takes nothing, ever
    handler = logging_to(path)
    logging.getLogger("nursestation.test").info("chair 2")
    handler.close()
    assert capfd.readouterr().err == ""


def test_a_place_that_cannot_be_a_log_is_an_error(tmp_path):
    with pytest.raises(OSError, match="Is a directory"):
        to_file(tmp_path)
