"""A program that is killed while somebody types has the text again; the whole station, without threads."""

import logging
import shutil
from pathlib import Path

from devices.clock import ManualClock
from nursestation.assembly import RunningStation
from nursestation.config.schema import ChairSettings, StationSettings
from nursestation.core import commands as c
from nursestation.core.model import Role
from nursestation.core.snapshot import ChairSnapshot
from nursestation.paths import Profile
from tests.helpers.visit import NURSE_PIN, PATIENT, START, PlainPins

TYPED = (("given", "Jana"), ("family", "Kell"))


def opened(folder: Path) -> RunningStation:
    settings = StationSettings(chair=(ChairSettings(number=1, monitor=()), ChairSettings(number=2, monitor=())))
    return RunningStation(Profile(folder), settings, ManualClock(START), PlainPins())


def give(running: RunningStation, *commands: c.Command) -> None:
    for command in commands:
        running.inbox.post(command)
    running.engine.step(0)
    running.writer.drain()


def chair(running: RunningStation, number: int) -> ChairSnapshot:
    running.engine.step(0)
    assert running.outbox.latest is not None
    return running.outbox.latest.chair(number)


def as_left_by_a_kill(source: Path, target: Path) -> Path:
    """Copy a profile as it lies on the disk this moment: what a program that is killed now would leave."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.lock"))
    return target


def test_what_was_typed_is_there_again_after_a_kill(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    first = opened(tmp_path / "first")
    give(
        first,
        c.CreateFirstOperator(name="R. Alvarez RN", role=Role.LEAD_NURSE, pin=NURSE_PIN),
        c.KeepDraft(chair=1, form="patient", fields=TYPED),
        c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"),
        c.KeepDraft(chair=2, form="driver", fields=(("name", "Mar"),)),
        c.KeepDraft(chair=2, form="allergies", fields=(("text", "lat"),)),
        c.RecordAllergies(chair=2, text="latex", none_known=False),
    )
    second = opened(as_left_by_a_kill(tmp_path / "first", tmp_path / "second"))
    assert chair(second, 1).draft("patient") == dict(TYPED)
    assert [form for form, _ in chair(second, 2).drafts] == ["driver"]
    assert chair(second, 2).draft("driver") == {"name": "Mar"}
    for running in (first, second):
        running.stop()
    assert "Jana" not in caplog.text
    assert "latex" not in caplog.text


def test_what_was_sent_does_not_come_back(tmp_path):
    first = opened(tmp_path / "first")
    give(
        first,
        c.CreateFirstOperator(name="R. Alvarez RN", role=Role.LEAD_NURSE, pin=NURSE_PIN),
        c.KeepDraft(chair=2, form="patient", fields=TYPED),
        c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"),
    )
    first.stop()
    second = opened(tmp_path / "first")
    assert chair(second, 2).drafts == ()
    second.stop()
