"""What the doctor says of loudspeakers."""

import subprocess
import sys

import pytest

from nursestation.commandline.doctor import Verdict, check_sound
from nursestation.config.schema import ChairSettings, StationSettings
from nursestation.runtime.loudspeaker import NoOutput
from nursestation.runtime.soundnames import OutputFacts

DESK = OutputFacts(id="alsa_output.pci", name="Built-in Audio", is_usual=True)
ARM = OutputFacts(id="alsa_output.usb-3", name="USB speaker 2")
ROOM = StationSettings(chair=(ChairSettings(number=3, sound_output="USB speaker 2"),))


def lines(settings, *present):
    return [(finding.verdict, finding.text) for finding in check_sound(settings, lambda: present)]


def test_every_output_is_listed_with_what_names_it_and_whose_it_is():
    assert lines(ROOM, DESK, ARM) == [
        (Verdict.OK, '"Built-in Audio", id "alsa_output.pci": the station'),
        (Verdict.OK, '"USB speaker 2", id "alsa_output.usb-3": chair 3'),
    ]
    assert lines(StationSettings(), DESK, ARM)[1] == (
        Verdict.OK,
        '"USB speaker 2", id "alsa_output.usb-3": not used',
    )


def test_a_loudspeaker_that_a_chair_misses_is_told_with_the_chair():
    *_, (verdict, text) = lines(ROOM, DESK)
    assert verdict is Verdict.WARNING
    assert text.startswith('Chair 3: The sound output "USB speaker 2" is not here')


def test_a_computer_without_any_output_is_told_once_for_the_station():
    ((verdict, text),) = lines(StationSettings())
    assert verdict is Verdict.WARNING
    assert text.startswith("No sound output was found")


def test_a_computer_on_which_qts_sound_part_does_not_load_is_told():
    def lacking():
        raise NoOutput("Qt's sound part cannot be loaded: apt-get install libpulse0.")

    (found,) = check_sound(ROOM, lacking)
    assert (found.verdict, found.text) == (
        Verdict.WARNING,
        "Qt's sound part cannot be loaded: apt-get install libpulse0.",
    )


@pytest.mark.parametrize("look", ["with sound.lent_application(): pass", "sound.sound_outputs()"])
def test_a_window_can_be_opened_after_a_look_at_the_outputs(look):
    """In a process of its own, where no application is yet."""
    script = (
        "import contextlib\n"
        "from PySide6.QtWidgets import QApplication, QLabel\n"
        "from nursestation.runtime.loudspeaker import NoOutput\n"
        "from nursestation.ui import sound\n"
        f"with contextlib.suppress(NoOutput):\n    {look}\n"
        "application = QApplication([])\n"
        "label = QLabel('here')\n"
        "label.show()\n"
        "print(label.isVisible())\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told == "True\n"
