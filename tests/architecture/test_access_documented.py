"""docs/staff.md says of each command who may ask it, as the table of access has it, and what is audited."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from nursestation.cli import main
from nursestation.core import audit_log
from nursestation.core import commands as c
from nursestation.core.access import ACCESS
from nursestation.core.audit_outside import NOTED
from nursestation.core.inputs import ChairsChanged, ProtocolsChanged
from nursestation.core.model import Role
from nursestation.ui.staff.audit_view import KIND_WORDS

PAGE = (Path(__file__).parents[2] / "docs" / "staff.md").read_text(encoding="utf-8")
_AT_A_CHAIR = (
    "all that is done at a chair: check in, chart, start, pause, stop, cuff, scores, vitals, limits, discharge, sign"
)
_ALARMS = (c.Acknowledge, *(kind for kind in get_args(c.SignalCommand) if kind is not c.SwitchAudioOff))
_SAID: dict[type, str] = {
    c.SignOut: "lock the station",
    c.ChangePin: "change one's own PIN",
    c.ViewPast: "look at visits that are over",
    c.AskExport: "take visits out as files",
    c.NoteSetting: "choose colours, waves and what screens say of patients",
    c.AddOperator: "add staff",
    c.ResetPin: "give somebody a new PIN",
    c.Unlock: "unlock somebody",
    c.ChangeRole: "change a role",
    c.LetGo: "take somebody off the staff",
    c.TakeBack: "take somebody back",
    c.ViewAudit: "look at who did what",
    ChairsChanged: "set up chairs and monitors",
    ProtocolsChanged: "change treatment protocols",
    c.HoldSession: "hold a visit back from purging",
    c.ReleaseHold: "release that hold",
    c.SwitchAudioOff: "switch the alarm sound off (with a reason)",
    c.AskPurge: "purge visits that are over their time",
}


def _grouped() -> Iterator[tuple[str, frozenset[Role]]]:
    """Give what may be asked in words, and by whom."""
    at_a_chair = [kind for kind in get_args(c.ChairCommand) if kind is not c.Acknowledge]
    for words, kinds in ((_AT_A_CHAIR, at_a_chair), ("answer alarms: acknowledge, pause the sound, test it", _ALARMS)):
        (who,) = {ACCESS[kind].who for kind in kinds}
        yield words, who
    for kind, words in _SAID.items():
        yield words, ACCESS[kind].who


def table() -> list[str]:
    """Return the table of docs/staff.md."""
    head = ["| what | nurse | lead nurse | clinician | office |", "|---|---|---|---|---|"]
    roles = (Role.NURSE, Role.LEAD_NURSE, Role.CLINICIAN, Role.OFFICE)
    return head + [
        f"| {words} | {' | '.join('yes' if role in who else '' for role in roles)} |" for words, who in _grouped()
    ]


def test_every_command_is_in_the_table_and_the_table_in_the_page() -> None:
    at_a_chair = set(get_args(c.ChairCommand))
    assert set(_SAID) | set(_ALARMS) | at_a_chair == set(ACCESS)
    expected = "\n".join(table())
    assert expected in PAGE, f"docs/staff.md should have\n{expected}"


def test_every_sort_of_what_is_audited_is_told() -> None:
    assert set(KIND_WORDS) == set(audit_log.AuditKind)
    for words in KIND_WORDS.values():
        assert f"| {words} |" in PAGE, words


def test_every_command_of_the_command_line_is_told_as_noted_or_not() -> None:
    said = dict(re.findall(r"^\| `(\w+)` \| (yes|no) \| ", PAGE, re.MULTILINE))
    noted = {name.partition(" ")[0] for name in NOTED}
    assert said == {name: "yes" if name in noted else "no" for name in main.commands}
