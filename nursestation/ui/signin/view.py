"""What first run, sign-in and new staff show, and what they make of what is typed; no Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from nursestation.core.access import LEADING
from nursestation.core.model import Operator, Role
from nursestation.ui.peopletext import ROLE_WORDS

PIN_DIGITS = 6
"""Least length of a PIN. Source: project decision, ADR-0007; the station's PIN check has the last word."""

STAFF_ROLES = tuple(Role)
FIRST_ROLES = tuple(role for role in STAFF_ROLES if role in LEADING)

PURPOSE = "Nursestation shows the vitals of every chair a second time and keeps the record of each visit."

IS_NOT = (
    (
        "It is not the alarm to rely on.",
        "The bedside monitor is. Keep its alarms on and loud enough to hear.",
    ),
    (
        "It does not replace looking.",
        "It can be late, miss readings, or stop without telling you. Patient and monitor come first.",
    ),
    (
        "It does not decide treatment.",
        "Do not start, hold back or change anything only because of what it shows.",
    ),
    (
        "It is not a medical device.",
        "No authority has cleared, approved or certified it, and it claims to meet no standard or law.",
    ),
    (
        "Its limits and protocols are examples.",
        "A clinician of your clinic checks them and sets your own.",
    ),
)
"""What the product is not, for first run and About. Sources: 21 CFR 880.6310 (device data systems exclude active patient
monitoring); IEC 60601-1-8 on secondary displays; project decision."""

UNDERSTOOD = "I understand: a second display and a record, never the primary alarm."
FOR_USE = "For evaluation, teaching and research."


@dataclass(frozen=True, slots=True)
class StaffDraft:
    """What is typed of a new member of staff."""

    name: str = ""
    role: Role | None = None
    pin: str = ""
    again: str = ""


def check_staff(draft: StaffDraft) -> str:
    """Return the sentence that says what is still missing, "" when the draft can be sent."""
    if not draft.name.strip():
        return "Enter the name as it shall stand on records, for example R. Alvarez RN."
    if draft.role is None:
        return "Choose a role."
    return check_pin(draft.pin, draft.again)


def check_pin(pin: str, again: str) -> str:
    """Return what is wrong with a new PIN that was typed twice, "" when nothing is."""
    if not (pin.isascii() and pin.isdigit()) or len(pin) < PIN_DIGITS:
        return f"Choose a PIN of at least {PIN_DIGITS} digits."
    if not again:
        return "Enter the same PIN once more."
    return "" if pin == again else "The two PINs differ. Enter the second one again."


@dataclass(frozen=True, slots=True)
class OperatorTile:
    """One person to choose at sign-in."""

    id: str
    name: str
    role: str


def operator_tiles(operators: Sequence[Operator]) -> tuple[OperatorTile, ...]:
    """Return everybody who may sign in, by name."""
    tiles = (OperatorTile(one.id, one.name, ROLE_WORDS[one.role]) for one in operators)
    return tuple(sorted(tiles, key=lambda tile: tile.name.casefold()))


def clinicians(operators: Sequence[Operator], role: Role) -> tuple[OperatorTile, ...]:
    """Return the clinicians, and who else may let a gate pass by a protocol that names `role` for it."""
    return operator_tiles([one for one in operators if one.role in (role, Role.CLINICIAN)])
