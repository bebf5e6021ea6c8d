import subprocess
import sys

import pytest

from nursestation.runtime.soundserver import PulseWatch


@pytest.fixture
def threads(tmp_path):
    """A folder as Linux lists the threads of a process in, with one of the program's own."""
    own = tmp_path / "1" / "comm"
    own.parent.mkdir()
    own.write_text("python\n")
    return tmp_path


def connect(threads, number="2"):
    name = threads / number / "comm"
    name.parent.mkdir(exist_ok=True)
    name.write_text("QPulseAudioEngi\n")
    return name


def test_a_server_that_goes_is_lost_until_qt_has_it_again(threads):
    watch, name = PulseWatch(threads), connect(threads)
    watch.look()
    assert not watch.is_lost()
    name.unlink()
    assert watch.is_lost()
    connect(threads, "3")
    assert not watch.is_lost()


def test_a_lost_server_stays_lost_when_it_is_looked_at_again(threads):
    watch, name = PulseWatch(threads), connect(threads)
    watch.look()
    name.unlink()
    watch.look()
    assert watch.is_lost()


def test_a_sound_that_is_not_pulseaudios_is_never_lost(threads, tmp_path):
    for place in (threads, tmp_path / "no-such-folder"):
        watch = PulseWatch(place)
        watch.look()
        assert not watch.is_lost()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are named elsewhere on other systems")
def test_a_thread_of_this_process_is_found_by_its_name():
    script = (
        "import ctypes\n"
        "from nursestation.runtime.soundserver import PulseWatch\n"
        "watch = PulseWatch()\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.prctl(15, b'QPulseAudioEngi', 0, 0, 0)\n"  # PR_SET_NAME, as libpulse does it
        "watch.look()\n"
        "told = [watch.is_lost()]\n"
        "libc.prctl(15, b'other', 0, 0, 0)\n"
        "print([*told, watch.is_lost()])\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told == "[False, True]\n"
