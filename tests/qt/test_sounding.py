import subprocess
import sys
import threading
from pathlib import Path

import pytest

from devices.clock import ManualClock, SystemClock
from devices.events import Priority
from nursestation.core.sounds.sequencer import SoundWish
from nursestation.runtime.loudspeaker import STALLED_NS
from nursestation.ui import soundlevel
from nursestation.ui.sounding import NO_ANSWER, Sounding
from nursestation.ui.soundlevel import Level, LevelWatch, commands, level_problem, parse
from tests.helpers.handsound import HandOutputs

HIGH = SoundWish(priority=Priority.HIGH)


@pytest.fixture
def outputs():
    return HandOutputs(is_hungry=True)


@pytest.fixture
def make(qapp):
    made = []

    def build(outputs, clock=None, **more):
        made.append(Sounding(clock or SystemClock(), outputs=outputs, **more))
        return made[-1]

    yield build
    for sounding in made:
        sounding.stop()


def test_no_class_of_qt_is_first_asked_for_in_a_thread_of_the_sound():
    """In a process of its own, where nobody has asked yet; looks without asking."""
    script = (
        "import sys\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "from nursestation.ui.sound import QtOutputs\n"
        "application = QCoreApplication([])\n"
        "try:\n    outputs = QtOutputs({None: ''}, None)\n"
        "except ImportError:\n    print('no sound here')\n"
        "else:\n    made = vars(sys.modules['PySide6.QtMultimedia'])\n"
        "    print(*(name for name in ('QAudioFormat', 'QAudioSink', 'QtAudio') if name not in made))\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()
    if told == "no sound here":
        pytest.skip("Qt's sound part does not load here")
    assert told == ""


def test_an_alarm_sounds_in_a_thread_of_its_own(qtbot, make, outputs):
    fed_by = set()
    sounding = make(lambda: outputs)
    sounding.start()
    qtbot.waitUntil(lambda: bool(outputs.opened))
    write = outputs.last.write
    outputs.last.write = lambda pcm: (fed_by.add(threading.get_ident()), write(pcm))
    sounding.wish(HIGH)
    qtbot.waitUntil(lambda: bool(outputs.last.heard.any()))
    assert sounding.trouble == ""
    assert len(fed_by) == 1
    assert threading.get_ident() not in fed_by


def test_a_wish_from_before_the_start_counts(qtbot, make, outputs):
    sounding = make(lambda: outputs)
    sounding.wish(HIGH)
    sounding.start()
    sounding.start()
    qtbot.waitUntil(lambda: bool(outputs.opened and outputs.last.heard.any()))
    assert len(outputs.opened) == 1


def test_a_window_that_stands_still_stops_no_sound(qtbot, make, outputs):
    sounding = make(lambda: outputs)
    sounding.start()
    qtbot.waitUntil(lambda: bool(outputs.opened))
    sounding.wish(HIGH)
    is_heard = threading.Event()
    write = outputs.last.write

    def listen(pcm):
        write(pcm)
        if any(pcm):
            is_heard.set()

    outputs.last.write = listen
    assert is_heard.wait(5)  # this thread is the window's: none of its timers ran meanwhile


def test_an_output_that_goes_and_comes_back_is_told_both_times(qtbot, make, outputs):
    sounding = make(lambda: outputs)
    sounding.start()
    qtbot.waitUntil(lambda: bool(outputs.opened))
    with qtbot.waitSignal(sounding.trouble_changed, check_params_cb=lambda text: text == HandOutputs.NONE):
        outputs.unplug()
    with qtbot.waitSignal(sounding.trouble_changed, check_params_cb=lambda text: text == ""):
        outputs.plug()
    assert len(outputs.opened) == 2


def test_stopping_closes_the_output_and_may_be_said_twice(qtbot, make, outputs):
    sounding = make(lambda: outputs)
    sounding.stop()
    sounding.start()
    qtbot.waitUntil(lambda: bool(outputs.opened))
    sounding.stop()
    sounding.stop()
    assert outputs.last.is_closed


def test_a_program_whose_output_hangs_to_the_end_ends_with_its_own_status():
    script = (
        "import threading\n"
        "from PySide6.QtCore import QCoreApplication, QDeadlineTimer\n"
        "from devices.clock import SystemClock\n"
        "from nursestation.entry import leave_if_stuck\n"
        "from nursestation.ui.sounding import Sounding\n"
        "from tests.helpers.handsound import HandOutputs\n"
        "application = QCoreApplication([])\n"
        "outputs, is_inside = HandOutputs(), threading.Event()\n"
        "outputs.open = lambda: (is_inside.set(), threading.Event().wait())\n"
        "sounding = Sounding(SystemClock(), outputs=lambda: outputs)\n"
        "sounding.start()\n"
        "is_inside.wait()\n"
        "sounding.stop(QDeadlineTimer(0))\n"
        "print('said')\n"
        "leave_if_stuck(3)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.returncode) == ("said\n", 3)


def test_a_computer_without_qts_sound_part_lives_and_says_so(qtbot, make):
    def lacking():
        raise ImportError("libpulse.so.0: cannot open shared object file")

    sounding = make(lacking)
    with qtbot.waitSignal(sounding.trouble_changed) as told:
        sounding.start()
    assert told.args == [
        "Qt's sound part cannot be loaded: on Debian and Ubuntu, apt-get install libpulse0 "
        "(libpulse.so.0: cannot open shared object file)."
    ]
    sounding.wish(HIGH)


def test_a_thread_that_does_not_answer_is_told(qtbot, make, outputs, log_lines):
    gate, clock = threading.Event(), ManualClock()
    sounding = make(lambda: outputs, clock)
    outputs.open = gate.wait  # a system that hangs while it opens
    sounding.start()
    sounding.look()
    clock.advance_ns(STALLED_NS)
    sounding.look()
    assert sounding.trouble == ""
    clock.advance(1.5)
    sounding.look()
    assert sounding.trouble == NO_ANSWER
    gate.set()
    sounding.stop()
    log_lines.clear()  # what the gate returned is no output


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Mute: no\nVolume: front-left: 65536 / 100% / 0.00 dB,   front-right: 6554 /  10% / -60.00 dB\n", Level(False, 100)),
        ("Mute: yes\nVolume: mono: 26214 /  40% / -23.88 dB\n", Level(True, 40)),
        ("output volume:7, input volume:50, alert volume:100, output muted:false\n", Level(False, 7)),
        ("output volume:missing value, input volume:50, alert volume:100, output muted:missing value\n", Level()),
        ("Failed to get sink information: No such entity\n", Level()),
        ("", Level()),
    ],
)  # fmt: skip
def test_what_the_systems_say_of_their_volume(text, level):
    assert parse(text) == level


@pytest.mark.parametrize(
    ("level", "says"),
    [(Level(True, 100), "muted"), (Level(False, 9), "turned down to 9 %"), (Level(False, 10), ""), (Level(), "")],
)
def test_a_level_at_which_nothing_is_heard_is_trouble(level, says):
    assert says in level_problem(level)
    assert bool(says) == bool(level_problem(level))


def test_each_system_is_asked_by_its_own_program():
    assert [command[0] for command in commands("linux")] == ["pactl", "pactl"]
    assert [command[0] for command in commands("darwin")] == ["osascript"]
    assert commands("win32") == ()


def test_an_output_of_its_own_is_asked_for_by_its_name_where_that_can_be():
    assert {command[-1] for command in commands("linux", "usb-2")} == {"usb-2"}
    assert {command[-1] for command in commands("linux")} == {"@DEFAULT_SINK@"}
    assert commands("darwin", "usb-2") == ()


def answering(*lines: str):
    return tuple((sys.executable, "-c", f"print({line!r})") for line in lines)


def test_a_muted_computer_is_told_through_the_sounding(qtbot, make, outputs):
    level = LevelWatch(answering("Mute: yes", "Volume: mono: 26214 /  40% / -23.88 dB"))
    sounding = make(lambda: outputs, level=level)
    with qtbot.waitSignal(sounding.trouble_changed) as told:
        sounding.start()
    assert told.args == [soundlevel.MUTED]


def test_another_output_than_the_named_one_is_told_and_is_heard(qtbot, make, outputs):
    sounding = make(lambda: outputs)
    outputs.problem = 'The sound output "USB" is not here, alarms sound at "Built-in" instead'
    with qtbot.waitSignal(sounding.trouble_changed) as told:
        sounding.start()
    assert told.args == [outputs.problem]
    assert sounding.is_heard
    outputs.unplug()
    with qtbot.waitSignal(sounding.trouble_changed) as told:
        pass
    assert told.args == [HandOutputs.NONE]
    assert not sounding.is_heard


def complaining(path, line):
    """Return a program that says `line` as an error while there is a file."""
    code = f"import os, sys; os.path.exists({str(path)!r}) and sys.exit({line!r})"
    return ((sys.executable, "-c", code),)


def test_an_output_that_the_sound_server_has_lost_is_let_go_of_until_it_is_back(qtbot, make, outputs, tmp_path):
    mark, clock = tmp_path / "gone", ManualClock()
    level = LevelWatch(complaining(mark, "Failed to get sink information: No such entity"))
    outputs.sink = "usb-2"
    sounding = make(lambda: outputs, clock, level=level)
    with qtbot.waitSignal(level.answered):
        sounding.start()
    qtbot.waitUntil(lambda: bool(outputs.opened))
    mark.touch()
    with qtbot.waitSignal(level.answered):
        level.ask()
    qtbot.waitUntil(lambda: sounding.trouble == HandOutputs.NONE)
    assert outputs.last.is_closed
    mark.unlink()
    with qtbot.waitSignal(level.answered):
        level.ask()
    qtbot.waitUntil(lambda: len(outputs.opened) == 2)
    clock.advance(1.5)
    qtbot.waitUntil(lambda: sounding.trouble == "")


def test_the_usual_output_is_never_taken_for_lost(qtbot, tmp_path):
    level = LevelWatch(complaining(tmp_path, "Failed to get sink information: No such entity"))
    with qtbot.waitSignal(level.answered):
        level.start()
    assert not level.is_gone
    level.stop()


def test_a_computer_that_is_loud_enough_is_no_trouble(qtbot):
    level = LevelWatch(answering("Mute: no", "Volume: mono: 26214 /  40% / -23.88 dB"))
    with qtbot.waitSignal(level.answered):
        level.start()
    assert level.trouble == ""
    level.stop()


def test_without_the_program_nothing_is_known_and_nothing_asked_again(qtbot, tmp_path: Path):
    level = LevelWatch(((str(tmp_path / "none"),),))
    level.start()
    qtbot.waitUntil(lambda: not level._timer.isActive())
    assert level.trouble == ""


def test_a_program_that_hangs_is_ended(qtbot):
    level = LevelWatch([*answering("Mute: yes"), (sys.executable, "-c", "import sys; sys.stdin.read()")])
    level.start()
    qtbot.waitUntil(lambda: level._left == [] and level._process.state() is level._process.ProcessState.Running)
    with qtbot.waitSignal(level.answered):
        level.ask()
    assert level.trouble == soundlevel.MUTED
    level.stop()
