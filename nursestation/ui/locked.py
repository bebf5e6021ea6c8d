"""What the window says and hides while nobody is signed in, or somebody who runs no visit; no Qt.

Numbers, waves and alarms stay as they are. Who a patient is stands there as initials or the chair's number alone.
"""

from nursestation.core.access import may
from nursestation.core.commands import Acknowledge, Chart, Command, EndAudioPause, PauseAudio
from nursestation.core.snapshot import StationSnapshot

HIDDEN = "sign in to see who"
"""Stands where numbers of the patient stand otherwise."""
HIDDEN_QUESTION = "The monitor at chair {} may be on another patient: sign in to answer."
"""Stands where a monitor's question names two patients."""
_BY_PIN = (Acknowledge, PauseAudio, EndAudioPause)


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


def needs_pin(snapshot: StationSnapshot, command: Command) -> bool:
    """Say whether a command is an alarm's answer that who is signed in may not give, so that somebody gives it by PIN."""
    return (
        isinstance(command, _BY_PIN)
        and not may(snapshot.operator, type(command))
        and any(may(one, type(command)) for one in snapshot.operators)
    )
