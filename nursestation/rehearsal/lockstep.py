"""Moves a whole station on, step by step, on a clock that stands still in between (docs/adr/0008).

In each step the simulated monitors send what is due, the reader looks at the ports until every byte that was sent has been
read (and every poll answered), the engine makes one step, and the store writes.
"""

import threading
from collections.abc import Callable

from devices.clock import NS_PER_S, Clock, ManualClock
from devices.simulator.monitor import ServedMonitor, SimulatedChair
from nursestation.assembly import RunningStation, monitor_id
from nursestation.bedside import SimulatedBedside
from nursestation.errors import NurseStationError

WRITE_EVERY_NS = 2 * NS_PER_S
"""Time of the visit between two writes to the store: 33 ms at 60 times real time, well within what a sample may wait."""

_PATIENCE_S = 5.0
_LOOK_AGAIN_S = 0.0002


class RehearsalError(NurseStationError):
    """The rehearsed visit did not come to its end."""


class Lockstep:
    """A station and its simulated bedside on one manual clock.

    Args:
        station: Built on `clock`, not started.
        bedside: Its simulated chairs.
        clock: The visit's clock.
        wall: Real time, for `speed`.
        speed: At most so many times real time.
        step_ns: One step [ns]: shorter than any monitor's time-out, long enough to play an hour in a minute.
        is_told_to_end: Asked before each step.
    """

    def __init__(
        self,
        station: RunningStation,
        bedside: SimulatedBedside,
        clock: ManualClock,
        wall: Clock,
        speed: float,
        step_ns: int = NS_PER_S // 10,
        is_told_to_end: Callable[[], bool] = lambda: False,
    ) -> None:
        self._station = station
        self._bedside = bedside
        self._clock = clock
        self._wall = wall
        self._speed = speed
        self._step_ns = step_ns
        self._is_told_to_end = is_told_to_end
        self._began_ns = wall.now().mono_ns
        self._start_ns = clock.now().mono_ns
        self._written_ns = self._start_ns
        self._pause = threading.Event()
        self._ports = {port.id: port for port in station.reader.ports}
        self._lost: dict[str, tuple[int, int]] = {}  # bytes that a pulled cable took with it: to us, to the monitor

    def step(self) -> None:
        """Move on by one step.

        Raises:
            RehearsalError: bytes that were sent do not arrive.
            KeyboardInterrupt: it was told to end.
        """
        if self._is_told_to_end():
            raise KeyboardInterrupt
        now_ns = self._clock.advance_ns(self._step_ns).mono_ns
        self._station.reader.poll_once()
        for number, chair in self._bedside.chairs.items():
            self._play_chair(number, chair, now_ns)
        self._station.engine.step(0)
        if now_ns - self._written_ns >= WRITE_EVERY_NS:
            self._written_ns = now_ns
            self._station.writer.drain()
        self._keep_to_speed()

    def run(self, until: Callable[[], bool], limit_s: float) -> None:
        """Step until `until` says so; `limit_s` is the longest, in seconds of the visit.

        Raises:
            RehearsalError: it did not come about in that time.
        """
        end_ns = self._clock.now().mono_ns + round(limit_s * NS_PER_S)
        while not until():
            if self._clock.now().mono_ns > end_ns:
                raise RehearsalError(f"The visit did not come to its end within {limit_s / 3600:g} h of its own time.")
            self.step()

    def _play_chair(self, number: int, chair: SimulatedChair, now_ns: int) -> None:
        """Let each monitor send, one at a time, and hear what was sent to it; then every byte has arrived.

        A real line needs no such patience; a comparison of two runs does, down to who was heard first.
        """

        def read_all(monitor: ServedMonitor) -> None:
            self._wait_for(lambda: self._under_way(number, monitor)[0] == 0, self._station.reader.poll_once)

        def heard_all() -> bool:
            return all(self._under_way(number, monitor)[1] == 0 for monitor in chair.monitors)

        chair.step(now_ns, read_all)
        self._wait_for(heard_all, lambda: chair.step(now_ns, read_all))

    def _wait_for(self, arrived: Callable[[], bool], look: Callable[[], None]) -> None:
        give_up_ns = self._wall.now().mono_ns + round(_PATIENCE_S * NS_PER_S)
        while not arrived():
            look()
            if arrived():  # mostly so, and a pause is dear: it takes longer than the step
                return
            if self._wall.now().mono_ns > give_up_ns:
                raise RehearsalError("A simulated monitor's bytes do not arrive: the pseudo-terminal is stuck.")
            self._pause.wait(_LOOK_AGAIN_S)

    def _under_way(self, number: int, monitor: ServedMonitor) -> tuple[int, int]:
        """Return the bytes sent and not read: to us, and to the monitor; those that a pulled cable took do not count."""
        name = monitor_id(number, monitor.driver)
        counted = self._ports[name].counters
        to_us = monitor.traffic.n_written - counted.bytes_in
        to_monitor = counted.bytes_out - monitor.traffic.n_read
        if monitor.is_unplugged:
            self._lost[name] = to_us, to_monitor
        lost_to_us, lost_to_monitor = self._lost.get(name, (0, 0))
        return to_us - lost_to_us, to_monitor - lost_to_monitor

    def _keep_to_speed(self) -> None:
        played_s = (self._clock.now().mono_ns - self._start_ns) / NS_PER_S
        passed_s = (self._wall.now().mono_ns - self._began_ns) / NS_PER_S
        ahead_s = played_s / self._speed - passed_s
        if ahead_s > 0.005:
            self._pause.wait(ahead_s)
