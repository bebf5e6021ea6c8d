"""What each role may ask of the station: one table, looked at before any command is carried out.

Rules of the file:
1. Every command has a row, also what is asked beside the visit (exports, past visits, settings). A command without one is
   allowed to nobody; the tests walk all of them.
2. A row says what the person who may not is told: what to do instead.
3. What needs a second person's PIN beside this (an override, a witness) is the command's own rule, not the table's.
4. Until somebody is signed in, nothing is allowed but signing in; an alarm may be answered by PIN (`ByPin`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

from nursestation.core import commands as c
from nursestation.core.inputs import ChairsChanged, ProtocolsChanged
from nursestation.core.model import Operator, Role

EVERYBODY = frozenset(Role)
CARING = frozenset({Role.NURSE, Role.LEAD_NURSE, Role.CLINICIAN})
LEADING = frozenset({Role.LEAD_NURSE, Role.CLINICIAN})
LEAD_NURSE = frozenset({Role.LEAD_NURSE})


@dataclass(frozen=True, slots=True)
class Row:
    """Who may, and what everybody else is told."""

    who: frozenset[Role]
    otherwise: str = ""


_VISIT = Row(CARING, "Office staff can look and export, not run a visit: ask a nurse to sign in.")
_ALARM = Row(CARING, "Office staff do not answer alarms: call a nurse.")
_STAFF = "Only a lead nurse or a clinician can {}: ask one to sign in."

_TABLE: dict[type, Row] = {
    **dict.fromkeys(get_args(c.ChairCommand), _VISIT),
    c.Acknowledge: _ALARM,
    c.PauseAudio: _ALARM,
    c.EndAudioPause: _ALARM,
    c.SwitchAudioOn: _ALARM,
    c.SelfTest: _ALARM,
    c.SwitchAudioOff: Row(
        LEAD_NURSE, "Only a lead nurse can switch the alarm sound off: ask one to sign in. You can pause it."
    ),
    c.SignOut: Row(EVERYBODY),
    c.ChangePin: Row(EVERYBODY),
    c.AddOperator: Row(LEADING, "Only a lead nurse or a clinician can add staff."),
    c.ResetPin: Row(LEADING, _STAFF.format("give somebody a new PIN")),
    c.Unlock: Row(LEADING, _STAFF.format("unlock somebody")),
    c.ChangeRole: Row(LEADING, _STAFF.format("change a role")),
    c.LetGo: Row(LEADING, _STAFF.format("take somebody off the staff")),
    c.TakeBack: Row(LEADING, _STAFF.format("take somebody back")),
    c.ViewPast: Row(EVERYBODY),
    c.ViewAudit: Row(LEADING, _STAFF.format("look at who did what")),
    c.AskExport: Row(EVERYBODY),
    c.NoteSetting: Row(EVERYBODY),  # of what was changed on the screen; what is restricted has a command of its own
    c.HoldSession: Row(LEADING, _STAFF.format("hold a visit")),
    c.ReleaseHold: Row(LEADING, _STAFF.format("release a hold")),
    c.AskPurge: Row(LEAD_NURSE, "Only a lead nurse can purge visits: ask one to sign in."),
    ChairsChanged: Row(LEADING, "Monitors are set up by a lead nurse or a clinician: ask one to sign in."),
    ProtocolsChanged: Row(LEADING, "Protocols are changed by a lead nurse or a clinician: ask one to sign in."),
}

ACCESS: Mapping[type, Row] = MappingProxyType(_TABLE)
"""Who may what, by the type of what is asked."""

_NO_ROW = Row(frozenset(), "Nobody may do this: tell support.")


def may(operator: Operator | None, kind: type) -> bool:
    """Say whether somebody may ask this; nobody signed in may not."""
    return operator is not None and not refused(operator, kind)


def refused(operator: Operator, kind: type) -> str:
    """Return why somebody may not ask this, as a sentence for them; "" where they may."""
    row = ACCESS.get(kind, _NO_ROW)
    return "" if operator.role in row.who else row.otherwise
