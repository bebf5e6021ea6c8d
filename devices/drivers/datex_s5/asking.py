"""When to ask the monitor, and for what.

Rules of the file:
1. A request is not acknowledged. It is sent again every 5 s until what it asks for flows: a monitor that was switched off and on
   has forgotten it, and one whose line was blocked for 2 s has dropped the waves.
2. The level that the monitor tells decides: the first extension from level 3, alarms from level 10. The extension is asked for
   5 s after the first request, lest the monitor take two of them for one.
3. The auxiliary record is asked for before the displayed values: should a monitor keep one request only, it keeps the one
   that matters.
4. Waves are asked for when the first values have come: these tell the lead of the ECG, the unit of CO2 and which pressure is that
   of an artery. Should none come, waves are asked for all the same. A request takes the place of the one before.

Source: GE "S/5 Computer Interface Specification", M1017617; times: project decision.
"""

from collections.abc import Sequence

from devices.drivers.datex_s5 import requests
from devices.drivers.datex_s5.record import FIRST_LEVEL_WITH_ALARMS, FIRST_LEVEL_WITH_EXT, Values
from devices.drivers.datex_s5.requests import AlarmCommand, Classes

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
        self._has_other_waves = False
        self._quiet_ns = max(_LEAST_QUIET_S, 3 * interval_s) * _S
        self._dead_ns = (interval_s + 2) * _S
        self._level = 0
        self._classes = Classes.BASIC
        self._opened_ns: int | None = None
        self._values_ns: int | None = None
        self._waves_ns: int | None = None
        self._hears_alarms = False
        self._asked_values_ns: int | None = None
        self._asked_waves_ns: int | None = None
        self._asked_alarms_ns: int | None = None

    def note_values(self, level: int, now_ns: int) -> None:
        """Displayed values have come from a monitor of that level."""
        self._level = level
        self._values_ns = now_ns

    def want_waves(self, waves: Sequence[int]) -> None:
        """Ask for these waves from now on."""
        wanted = tuple(waves)
        self._has_other_waves |= wanted != self._waves
        self._waves = wanted

    def note_waves(self, now_ns: int) -> None:
        """Waves have come."""
        self._waves_ns = now_ns

    def note_alarms(self) -> None:
        """Alarms have come."""
        self._hears_alarms = True

    def is_silent(self, now_ns: int) -> bool:
        """Say whether displayed values have come once and then no more."""
        return self._values_ns is not None and now_ns - self._values_ns > self._quiet_ns

    def pending(self, now_ns: int) -> bytes:
        """Return what is to be sent now; b"" for nothing."""
        if self._opened_ns is None:
            self._opened_ns = now_ns
        has_values = self._values_ns is not None and not self.is_silent(now_ns) and not self._is_dead(now_ns)
        return self._ask_values(has_values, now_ns) + self._ask_waves(now_ns) + self._ask_alarms(has_values, now_ns)

    def farewell(self) -> bytes:
        """Return what stops all that was asked for; alarms only where they exist."""
        out = requests.values(Values.DISPLAYED, requests.STOP) + requests.values(Values.AUXILIARY, requests.STOP)
        if self._waves:
            out += requests.no_waves()
        if self._level >= FIRST_LEVEL_WITH_ALARMS:
            out += requests.alarms(AlarmCommand.LEAVE)
        return out

    def _ask_values(self, has_values: bool, now_ns: int) -> bytes:
        wanted = Classes.EXT1 if self._level >= FIRST_LEVEL_WITH_EXT else Classes.BASIC
        if (has_values and self._classes == wanted) or not _is_due(self._asked_values_ns, now_ns):
            return b""
        if not has_values:
            self._hears_alarms = False
        self._asked_values_ns = now_ns
        self._classes = wanted
        displayed = requests.values(Values.DISPLAYED, self._interval_s, wanted)
        return displayed if has_values else requests.values(Values.AUXILIARY, self._interval_s) + displayed

    def _ask_waves(self, now_ns: int) -> bytes:
        flow = self._waves_ns is not None and now_ns - self._waves_ns <= WAVES_QUIET_NS and not self._has_other_waves
        is_time = self._values_ns is not None or _is_due(self._opened_ns, now_ns)
        if not self._waves or flow or not is_time or not _is_due(self._asked_waves_ns, now_ns):
            return b""
        self._asked_waves_ns = now_ns
        self._has_other_waves = False
        return requests.waves(self._waves)

    def _ask_alarms(self, has_values: bool, now_ns: int) -> bytes:
        has_alarms = has_values and self._level >= FIRST_LEVEL_WITH_ALARMS
        if not has_alarms or self._hears_alarms or not _is_due(self._asked_alarms_ns, now_ns):
            return b""
        self._asked_alarms_ns = now_ns
        return requests.alarms(AlarmCommand.ENTER)

    def _is_dead(self, now_ns: int) -> bool:
        """Say whether waves have stopped and no values have come since: the monitor was switched off."""
        if self._waves_ns is None or self._values_ns is None:
            return False
        return now_ns - max(self._waves_ns, self._values_ns) > self._dead_ns


def _is_due(asked_ns: int | None, now_ns: int) -> bool:
    return asked_ns is None or now_ns - asked_ns >= AGAIN_NS
