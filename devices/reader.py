"""The one I/O thread over all ports.

Rules of the file:
1. One plain, named thread for all ports; joined, never a daemon. It looks at every port, waits on none, and rests 8 ms, or as
   long as it is told.
2. Each port is read with its own moment, taken just before its bytes: that is their arrival.
3. The thread that dies is noticed: `last_pass` stands still, and `on_failure` has been told why.
4. `poll_once` is the whole work, so that a rehearsal or a test can drive it without the thread.
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Sequence

from devices.clock import Clock, Moment
from devices.errors import LinkError, PortBusy
from devices.events import PortEvent
from devices.port import Port, failure_place

_PASS_S = 0.008
_AFTER_FAILURE_S = 1.0
_JOIN_S = 5.0

_log = logging.getLogger(__name__)

Sink = Callable[[str, tuple[PortEvent, ...], Moment], None]
"""Is given a monitor's id, its new events (at least one, oldest first) and their moment; must not block, nor
call the reader back."""


class Reader:
    """Reads every port and hands on what comes.

    Args:
        ports: The first ports.
        clock: Stamps the bytes.
        sink: Where events go; called in the reader's thread, and in the caller's by `remove` and `stop`.
        on_failure: Is told of an exception that nothing else caught (a bug). The reader tries again after a second.
        after_pass: Is called when all ports were looked at and the sink has what came; must not block.
        rest_s: Says how long the thread is to rest after a pass [s]; 8 ms each time when None.

    Raises:
        PortBusy: two of the ports claim one device.

    Thread:
        All methods may be called from any thread.
    """

    def __init__(
        self,
        ports: Iterable[Port],
        clock: Clock,
        sink: Sink,
        on_failure: Callable[[Exception], None] | None = None,
        after_pass: Callable[[], None] | None = None,
        rest_s: Callable[[], float] | None = None,
    ) -> None:
        self._clock = clock
        self._sink = sink
        self._on_failure = on_failure
        self._after_pass = after_pass
        self._rest_s = rest_s
        self._ports: dict[str, Port] = {}
        self._busy = threading.Lock()  # held through a pass, so that nobody takes away a port while it is read
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._last_pass: Moment | None = None
        for port in ports:
            self.add(port)

    @property
    def ports(self) -> tuple[Port, ...]:
        """Return the ports, in the order of adding."""
        return tuple(self._ports.values())

    @property
    def last_pass(self) -> Moment | None:
        """Return when all ports were last looked at without a failure; the start counts too. None before that."""
        return self._last_pass

    @property
    def is_running(self) -> bool:
        """Say whether the thread was started and not stopped; whether it still works, `last_pass` tells."""
        return self._thread is not None

    def add(self, port: Port) -> None:
        """Take a port in; it is opened with the next pass.

        Raises:
            PortBusy: another port of this reader has its device; the message names the holder.
            ValueError: a port of this id is there already.
        """
        wanted = _claim(port)
        with self._busy:
            if port.id in self._ports:
                raise ValueError(f"a port {port.id} is there already")
            _refuse_taken(port, wanted, self._ports.values())
            port.ask_when_busy(self._who_has)
            self._ports = {**self._ports, port.id: port}

    def refuse_taken(self, ports: Sequence[Port], leaving: Collection[str] = ()) -> None:
        """Say whether ports could be added together once those of the ids `leaving` are gone.

        Raises:
            PortBusy: two would claim one device; the message names the holder.
        """
        with self._busy:
            present = [port for port in self._ports.values() if port.id not in leaving]
            for number, port in enumerate(ports):
                _refuse_taken(port, _claim(port), (*present, *ports[:number]))

    def remove(self, id: str) -> None:
        """Close a port and let it go; does nothing for an unknown id."""
        with self._busy:
            port = self._ports.get(id)
            if port is None:
                return
            self._ports = {key: other for key, other in self._ports.items() if key != id}
            self._close(port)

    def start(self) -> None:
        """Start the thread; does nothing when it runs."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._stopping.clear()
        self._last_pass = self._clock.now()
        self._thread = threading.Thread(target=self._run, name="reader", daemon=False)
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread and close the ports; may be called again. The ports stay, for another `start`."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(_JOIN_S)
            if thread.is_alive():
                # The system holds the thread in a call on some port; closing ports from here would wait for it too.
                _log.error("the reader did not stop within %s s", _JOIN_S)
                return
        with self._busy:
            for port in self._ports.values():
                self._close(port)

    def poll_once(self) -> None:
        """Look at every port once and hand on what came.

        Raises:
            Exception: a bug in a port or the sink, after the other ports have had their turn.
        """
        failure: Exception | None = None
        with self._busy:
            for port in self._ports.values():
                try:
                    now = self._clock.now()
                    events = port.poll(now)
                    if events:
                        self._sink(port.id, events, now)
                except Exception as error:  # noqa: BLE001 -- raised again below: the others come first
                    failure = failure or error
        if self._after_pass is not None:
            self._after_pass()
        if failure is not None:
            raise failure
        self._last_pass = self._clock.now()

    def _run(self) -> None:
        pause_s = _PASS_S
        while not self._stopping.wait(pause_s):
            try:
                self.poll_once()
                pause_s = _PASS_S if self._rest_s is None else self._rest_s()
            except Exception as error:  # noqa: BLE001 -- a bug, told to `on_failure`; the monitors are tried again
                pause_s = _AFTER_FAILURE_S
                _log.error("the reader failed: %s", failure_place(error))
                if self._on_failure is not None:
                    self._on_failure(error)

    def _who_has(self, port: Port) -> str:
        """Return which port here has a port's device; "" for none. Told apart anew: a link may have been made since `add`."""
        others = [other for other in self._ports.values() if other is not port]
        try:
            _refuse_taken(port, _claim(port), others)
        except PortBusy as busy:
            return str(busy)
        return ""

    def _close(self, port: Port) -> None:
        now = self._clock.now()
        self._post(port, port.close(now), now)

    def _post(self, port: Port, events: tuple[PortEvent, ...], now: Moment) -> None:
        if events:
            self._sink(port.id, events, now)


def _refuse_taken(port: Port, wanted: str | None, others: Iterable[Port]) -> None:
    for other in others:
        if wanted is not None and wanted == _claim(other):
            raise PortBusy(f"{port.address} is already used by {other.title}: choose another port for {port.title}.")


def _claim(port: Port) -> str | None:
    try:
        return port.device()
    except LinkError:
        # Not known while an adapter is being plugged in. The port is taken all the same, or it would stay unread; the
        # system refuses to open it twice.
        return None
