"""What the window says and hides while nobody is signed in, or somebody who runs no visit; no Qt.

Numbers, waves and alarms stay as they are. Who a patient is stands there as initials or the chair's number alone.
"""

from nursestation.core.access import may
from nursestation.core.commands import Chart
from nursestation.core.snapshot import StationSnapshot

HIDDEN = "sign in to see who"
"""Stands where numbers of the patient stand otherwise."""
HIDDEN_QUESTION = "The monitor at chair {} may be on another patient: sign in to answer."
"""Stands where a monitor's question names two patients."""


def locked_text(snapshot: StationSnapshot) -> str:
    """Return that the station is locked, and by itself after how long; "" while somebody runs visits, or nobody could.

    Who is signed in and may not is told so here, where a finger finds no tip of a button.
    """
    if snapshot.operator is not None:
        return "" if may(snapshot.operator, Chart) else "To look and export · a nurse signs in to act"
    if not snapshot.operators:
        return ""
    if snapshot.locked_itself and snapshot.lock_after_s is not None:
        return f"Locked after {snapshot.lock_after_s / 60:.0f} min · sign in to act"
    return "Locked · sign in to act"


def is_answered_by_pin(snapshot: StationSnapshot, asked: type) -> bool:
    """Say whether who is signed in may not give this answer to an alarm, so that somebody else gives it by PIN."""
    return not may(snapshot.operator, asked) and any(may(one, asked) for one in snapshot.operators)
