"""When to ask the monitor, and for what.

Rules of the file:
1. A request is not acknowledged. All are sent on opening, and again every 5 s until what they ask for flows: a monitor
   that was switched off and on has forgotten them, and one whose line was blocked for 2 s has dropped the waves.
2. The level that the monitor tells decides: the first extension from level 3, alarms from level 10.
3. The auxiliary record is asked for before the displayed values: should a monitor keep one request only, it
   keeps the one that matters.

Source: GE "S/5 Computer Interface Specification", M1017617; times: project decision.
"""

from collections.abc import Sequence

from devices.drivers.datex_s5 import requests
from devices.drivers.datex_s5.record import FIRST_LEVEL_WITH_ALARMS, FIRST_LEVEL_WITH_EXT, Values

_S = 1_000_000_000
AGAIN_NS = 5 * _S
WAVES_QUIET_NS = 3 * _S
_LEAST_QUIET_S = 15


class Asking:
    """Decides what is to be sent now."""

    def __init__(self, interval_s: int, waves: Sequence[int]) -> None:
        """Make one that wants displayed values every `interval_s` [s] and the `waves`."""
        self._interval_s = interval_s
        self._waves = tuple(waves)
        self._quiet_ns = max(_LEAST_QUIET_S, 3 * interval_s) * _S
        self._level = 0
        self._asked_ext = False
        self._asked_ns: int | None = None
        self._values_ns: int | None = None
        self._waves_ns: int | None = None
        self._alarms_ns: int | None = None
        self._asked_alarms_ns: int | None = None

    def note_values(self, level: int, now_ns: int) -> None:
        """Displayed values have come from a monitor of that level."""
        self._level = level
        self._values_ns = now_ns

    def note_waves(self, now_ns: int) -> None:
        """Waves have come."""
        self._waves_ns = now_ns

    def note_alarms(self, now_ns: int) -> None:
        """Alarms have come."""
        self._alarms_ns = now_ns

    def is_silent(self, now_ns: int) -> bool:
        """Say whether displayed values have come once and then no more."""
        return self._values_ns is not None and now_ns - self._values_ns > self._quiet_ns

    def pending(self, now_ns: int) -> bytes:
        """Return what is to be sent now; b"" for nothing."""
        wants_values = self._values_ns is None or self.is_silent(now_ns) or self._is_dead(now_ns)
        wants_waves = bool(self._waves) and (self._waves_ns is None or now_ns - self._waves_ns > WAVES_QUIET_NS)
        may_repeat = self._asked_ns is None or now_ns - self._asked_ns >= AGAIN_NS
        has_ext = self._level >= FIRST_LEVEL_WITH_EXT
        has_alarms = self._level >= FIRST_LEVEL_WITH_ALARMS
        out = b""
        if wants_values and may_repeat:
            self._asked_ext = has_ext
            out += requests.values(Values.AUXILIARY, self._interval_s)
            out += self._displayed()
            self._alarms_ns = self._asked_alarms_ns = None
        elif not wants_values and has_ext and not self._asked_ext:
            self._asked_ext = True
            out += self._displayed()
        if wants_waves and may_repeat:
            out += requests.waves(self._waves)
        if out:
            self._asked_ns = now_ns
        may_repeat = self._asked_alarms_ns is None or now_ns - self._asked_alarms_ns >= AGAIN_NS
        if not wants_values and has_alarms and self._alarms_ns is None and may_repeat:
            self._asked_alarms_ns = now_ns
            out += requests.alarms(requests.AlarmCommand.ENTER)
        return out

    def farewell(self) -> bytes:
        """Return what stops all that was asked for; alarms only where they exist."""
        out = requests.values(Values.DISPLAYED, requests.STOP) + requests.values(Values.AUXILIARY, requests.STOP)
        if self._waves:
            out += requests.no_waves()
        if self._level >= FIRST_LEVEL_WITH_ALARMS:
            out += requests.alarms(requests.AlarmCommand.LEAVE)
        return out

    def _displayed(self) -> bytes:
        classes = requests.Classes.EXT1 if self._asked_ext else requests.Classes.BASIC
        return requests.values(Values.DISPLAYED, self._interval_s, classes)

    def _is_dead(self, now_ns: int) -> bool:
        """Say whether waves have stopped and no values have come since: the monitor was switched off."""
        if self._waves_ns is None or self._values_ns is None:
            return False
        return now_ns - max(self._waves_ns, self._values_ns) > max(WAVES_QUIET_NS, (self._interval_s + 2) * _S)
