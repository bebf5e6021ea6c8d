"""The station locks itself when nobody has touched it for a while: vitals and alarms stay, acting needs a sign-in.

The length is the clinic's setting. Source of the shipped 10 min: NIST SP 800-63B asks for a new sign-in after 15 to 30 min
without a touch; 5 to 15 min is common at shared clinical desks (project decision).
"""

from devices.clock import NS_PER_S
from nursestation.core import records as r
from nursestation.core.turn import Turn


def note_touch(turn: Turn) -> None:
    """Take note that somebody uses the station now."""
    turn.state.touched_ns = turn.now.mono_ns


def note_time(turn: Turn) -> None:
    """Lock the station where it was left alone for too long."""
    state = turn.state
    if state.operator is None or state.lock_after_s is None:
        return
    if turn.now.mono_ns - state.touched_ns >= state.lock_after_s * NS_PER_S:
        turn.emit(r.SignedOut(**turn.acted(None), is_idle=True))
