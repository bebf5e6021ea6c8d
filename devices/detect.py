"""Which monitor is on this port? Listens, then greets, and names what answers.

    listen at each line setting --understood--> name it, take leave
             | silence, or nothing that makes sense
    greet with each driver at each of its line settings, and listen --understood--> name it, take leave
             | nothing
    say that it is not known

Where the time goes on a quiet line, for N line settings, U drivers that greet, and R further settings of these:

    | what                                  | how long                                          |
    |---------------------------------------|---------------------------------------------------|
    | listen at the likeliest setting       | 2.2 s: no monitor that speaks by itself is slower |
    | glance at each of the others          | (N - 1) x 0.2 s                                   |
    | greet at each driver's usual setting  | U x 2 s                                           |
    | greet at its further ones             | R x 0.4 to 2 s, so that the greetings end by 27 s |
    | take leave after each greeting        | (U + R) x 0.1 s                                   |
    | in all                                | never more than 29 s                              |

With more than ten drivers that greet, each gets less at its usual setting too; one that answers is heard out.

Bytes at a wrong speed are bytes all the same, so a line that is quiet at one setting is quiet at all; the glances are for
bursts too short to show at another speed. Where bytes do arrive, each setting gets 2.2 s, 6 s while they are few and no
driver has turned any down, and up to 16 s while one understands some of them; then the whole may take 60 s. A protocol
without a check is named only when no other setting makes more sense: the right monitor at a wrong speed can look like a
simple one.

Rules of the file:
1. No thread and no clock: all happens in `step`, at the moment it is given.
2. Nothing is written but what a driver's `pending_writes` and `closing_writes` give, one driver at a time; nothing at all
   while listening. A cuff cannot start: `StartsCuff` is never called.
3. Whoever was greeted is taken leave of, and the line is given time to carry that before it is closed.
4. What cannot be told apart is not guessed: `Finding.best` is None, and the candidates are named.
5. On a line without line settings (a pseudo-terminal, TCP, a recording) every driver listens at once.
"""

from collections.abc import Generator, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from devices.addresses import is_simulated
from devices.capture import ReplayOpener
from devices.clock import Moment
from devices.driver import DriverInfo, SerialSettings
from devices.errors import LinkError, PortBusy, PortMissing
from devices.events import DeviceInfo
from devices.evidence import Candidate, Tally, standing
from devices.port import Tap
from devices.registry import DriverEntry
from devices.transport import ByteStream, Opener, SerialOpener, TcpOpener, UdpOpener

__all__ = ["Candidate", "Detector", "Finding", "Progress"]

_MS = 1_000_000
_LISTEN_NS = 2_200 * _MS
_GLANCE_NS = 200 * _MS
_SENSELESS_NS = 1_000 * _MS
_SENSELESS_BYTES = 256
_CROSS_CHECK_NS = 1_000 * _MS
_CROSS_CHECK_PROMISING_NS = 8_000 * _MS
_TRICKLE_NS = 6_000 * _MS  # three bytes a second, the least there is, make four groups that agree
_PROMISING_NS = 16_000 * _MS
_LOOSE_SETTLE_NS = 3_000 * _MS  # what fits by chance does not fit for long
_SETTLE_NS = 1_000 * _MS  # once sure: what looks alike may need a little longer to be understood
# Drivers of look-alikes doubt their numbers when the pace of the stream is another's (`devices.pace`).
_TIE_NS = 7_000 * _MS
_LEAVE_NS = 100 * _MS
_GREET_MOST_NS = 2_000 * _MS
_GREET_LEAST_NS = 400 * _MS
_GREET_HEARD_NS = 3_000 * _MS
_GREET_PROMISING_NS = 8_000 * _MS
_GREET_END_NS = 27_000 * _MS
_QUIET_END_NS = 29_000 * _MS
_BUSY_END_NS = 59_000 * _MS
_ECHO_MAX = 1_024


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the search is.

    Attributes:
        text: What is being tried, for people.
        fraction: From 0 to 1, never going back.
    """

    text: str
    fraction: float


@dataclass(frozen=True, slots=True)
class Finding:
    """How a search ended.

    Attributes:
        best: The monitor, when there is no doubt; else None.
        candidates: All that it may be, the likeliest first.
        sentence: The same for people, with what to do when nothing was found.
    """

    best: Candidate | None
    candidates: tuple[Candidate, ...]
    sentence: str


class Detector:
    """Finds out which monitor is on a port. Call `step` every 10 ms or so until there is a `finding`.

    Args:
        opener: Opens the port, once for each of the line settings.
        drivers: Those to try (`devices.registry.all_drivers`).
        tap: Is given every chunk received.
        sent_tap: Is given every chunk handed to the line.
    """

    def __init__(
        self,
        opener: Opener,
        drivers: Mapping[str, DriverEntry],
        *,
        tap: Tap | None = None,
        sent_tap: Tap | None = None,
    ) -> None:
        self._opener = opener
        self._drivers = drivers
        self._tap = tap
        self._sent_tap = sent_tap
        self._has_settings = not _is_without_settings(opener)
        self._visits = _by_settings(drivers) if self._has_settings else _all_at_once(drivers)
        self._greetings = _greetings(self._visits, drivers)
        n_usual = sum(rank == 0 for rank, _, _ in self._greetings)
        self._budget = budget(len(self._visits), n_usual, len(self._greetings) - n_usual)
        self._search = self._run()
        self._finding: Finding | None = None
        self._is_closed = False
        self._now = Moment(0, 0)
        self._start_ns: int | None = None
        self._text = f"Opening {opener.name}."
        self._fraction = 0.0

        self._stream: ByteStream | None = None
        self._visit: _Visit | None = None
        self._tallies: dict[str, Tally] = {}
        self._verdicts: dict[tuple[str, SerialSettings], list[Candidate | None]] = {}  # of each visit with bytes
        self._greeted: Tally | None = None  # whom we have to take leave of
        self._sure_since_ns: int | None = None
        self._n_heard = 0
        self._n_heard_here = 0  # at this line setting
        self._said = self._heard = b""  # since the driver's turn to greet began
        self._n_echoed = 0
        self._refusal = ""
        self._was_open = False

    @property
    def settings(self) -> SerialSettings | None:
        """Return the line settings of the moment; None while the port is closed, and on a line that has none."""
        return None if self._visit is None or not self._has_settings else self._visit.settings

    @property
    def progress(self) -> Progress:
        """Return how far the search is."""
        return Progress(self._text, 1.0 if self._finding is not None else self._fraction)

    @property
    def finding(self) -> Finding | None:
        """Return how the search ended; None while it goes on."""
        return self._finding

    def step(self, now: Moment) -> None:
        """Do what is due. Does not block, but for opening the port.

        Args:
            now: The present; never goes back.
        """
        if self._finding is not None or self._is_closed:
            return
        self._now = now
        if self._start_ns is None:
            self._start_ns = now.mono_ns
        try:
            next(self._search)
        except StopIteration as end:
            self._finding = end.value
        except (LinkError, OSError) as error:
            self._finding = self._broken_off(error)
        if self._finding is not None:
            self._let_go()
        whole_ns = _BUSY_END_NS if self._n_heard else self._budget.whole_ns
        self._fraction = max(self._fraction, min(0.99, self._passed_ns / whole_ns))

    def close(self, now: Moment) -> None:
        """Take leave of the monitor and let go of the port. May be called again, and before there is a finding."""
        self._now = now
        self._is_closed = True
        with suppress(LinkError, OSError):  # the line is going anyway
            self._say_goodbye()
        self._let_go()

    # The search, in order of time: each `yield` waits for the next step.

    def _run(self) -> Generator[None, None, Finding]:
        loose: tuple[Tally, ...] = ()
        for visit in self._visits:
            self._text = f"Listening{self._at(visit)}."
            found = yield from self._listen(visit, is_cross_check=loose != ())
            if found and found[0].has_check:
                return self._found(found)
            loose += tuple(tally for tally in found if tally.name not in [other.name for other in loose])
            if self._is_out_of_time:
                break
        if loose:
            return self._found(loose)
        for rank, visit, name in self._greetings:
            self._text = f"Asking for a {self._drivers[name].info.models[0]}{self._at(visit)}."
            found = yield from self._greet(visit, name, self._budget.further_ns if rank else self._budget.usual_ns)
            yield from self._leave()
            if self._is_echo:
                self._n_echoed += len(self._heard)
            if found:
                return self._found(found)
            if self._is_out_of_time:
                break
        return self._not_found()

    def _listen(self, visit: "_Visit", *, is_cross_check: bool) -> Generator[None, None, tuple[Tally, ...]]:
        if not self._open(visit):
            return ()
        start_ns = self._now.mono_ns
        while True:
            self._hear()
            tallies = self._tallies.values()
            if any(tally.is_promising for tally in tallies):
                limit_ns = _PROMISING_NS if not is_cross_check else _CROSS_CHECK_PROMISING_NS
            elif is_cross_check:
                limit_ns = _CROSS_CHECK_NS
            elif self._n_heard_here >= _SENSELESS_BYTES:
                limit_ns = _SENSELESS_NS
            elif self._n_heard_here and not all(tally.has_rejected for tally in tallies):
                limit_ns = _TRICKLE_NS
            else:
                limit_ns = _LISTEN_NS if self._n_heard or visit is self._visits[0] else _GLANCE_NS
            is_over = self._now.mono_ns - start_ns >= limit_ns or self._is_out_of_time
            found = self._decided(is_over=is_over)
            if found or is_over:
                return found
            yield

    def _greet(self, visit: "_Visit", name: str, silent_ns: int) -> Generator[None, None, tuple[Tally, ...]]:
        if visit is not self._visit and not self._open(visit):
            return ()
        greeted = self._tallies[name]
        self._said = self._heard = b""
        was_quiet = self._n_heard == self._n_echoed
        start_ns = self._now.mono_ns
        while True:
            self._hear()
            self._say(greeted)
            if greeted.is_promising:
                limit_ns = _GREET_PROMISING_NS
            else:
                is_answered = was_quiet and self._heard and not self._is_echo
                limit_ns = _GREET_HEARD_NS if is_answered else silent_ns
            is_over = self._now.mono_ns - start_ns >= limit_ns or self._is_out_of_time
            found = self._decided(is_over=is_over, is_answer=greeted.is_sure)
            if found and greeted not in found and not found[0].has_check:
                found = ()  # it has not answered, and what speaks by itself had its hearing before
            if found or is_over:
                return found
            yield

    def _leave(self) -> Generator[None, None, None]:
        """Take leave of whom we greeted, and let the line carry it."""
        if not self._say_goodbye():
            return
        until_ns = self._now.mono_ns + _LEAVE_NS
        while self._now.mono_ns < until_ns:
            yield
            self._hear()

    # The line.

    def _open(self, visit: "_Visit") -> bool:
        """Open the port for a visit, with fresh drivers; say whether the port takes these settings."""
        self._let_go()
        try:
            self._stream = self._opener.open(visit.settings)
        except (PortMissing, PortBusy):
            raise
        except LinkError as error:  # not every adapter can do every speed
            self._refusal = str(error)
            return False
        self._was_open = True
        self._visit = visit
        self._tallies = {name: Tally(self._drivers[name], settings) for name, settings in visit.members}
        self._n_heard_here = 0
        self._sure_since_ns = None
        return True

    def _hear(self) -> None:
        data = b"" if self._stream is None else self._stream.read()
        if data:
            self._n_heard += len(data)
            self._n_heard_here += len(data)
            self._heard += data[: _ECHO_MAX - len(self._heard)] if len(self._heard) < _ECHO_MAX else b""
            if self._tap is not None:
                self._tap(self._now, data)
        for tally in self._tallies.values():
            tally.feed(data, self._now.mono_ns)

    def _say(self, greeted: Tally) -> None:
        """Write what the driver wants to say now."""
        wanted = greeted.pending_writes(self._now.mono_ns)
        if wanted and self._stream is not None:
            self._greeted = greeted
            self._write(self._stream, wanted)

    def _say_goodbye(self) -> bool:
        """Write what takes leave of whom we greeted; say whether anybody was."""
        greeted, self._greeted = self._greeted, None
        if greeted is None or self._stream is None:
            return False
        leave = greeted.closing_writes(self._now.mono_ns)
        if leave:
            self._write(self._stream, leave)
        return True

    def _write(self, stream: ByteStream, data: bytes) -> None:
        self._said = (self._said + data)[:_ECHO_MAX]
        stream.write(data)
        if self._sent_tap is not None:
            self._sent_tap(self._now, data)

    def _let_go(self) -> None:
        if self._n_heard_here:
            for tally in self._tallies.values():
                self._verdicts.setdefault((tally.name, tally.settings), []).append(
                    tally.candidate if tally.is_likely else None
                )
        self._n_heard_here = 0
        self._tallies = {}
        self._visit = None
        self._greeted = None
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    # What to make of it.

    @property
    def _passed_ns(self) -> int:
        return self._now.mono_ns - (self._start_ns or 0)

    @property
    def _is_out_of_time(self) -> bool:
        return self._passed_ns >= (_BUSY_END_NS if self._n_heard else _QUIET_END_NS)

    @property
    def _is_echo(self) -> bool:
        """Say whether all that was heard since the greeting is the greeting itself."""
        return self._heard != b"" and self._said.startswith(self._heard)

    def _decided(self, *, is_over: bool, is_answer: bool = False) -> tuple[Tally, ...]:
        """Return who it is once that is sure: one, or several when time has not told them apart."""
        found = standing(self._tallies.values())
        if not found:
            self._sure_since_ns = None
            return ()
        if self._sure_since_ns is None:
            self._sure_since_ns = self._now.mono_ns
        settle_ns = _SETTLE_NS if is_answer or found[0].has_check else _LOOSE_SETTLE_NS
        wait_ns = _TIE_NS if len(found) > 1 else settle_ns
        return found if is_over or self._now.mono_ns - self._sure_since_ns >= wait_ns else ()

    def _found(self, found: tuple[Tally, ...]) -> Finding:
        candidates = tuple(tally.candidate for tally in found)
        if len(found) == 1:
            (one,) = candidates
            what = _title(found[0].entry.info, one.device)
            line = f" at {one.settings}" if self._has_settings else ""
            return Finding(one, candidates, f"{what} is on {self._opener.name} (driver {one.driver}{line}).")
        return Finding(
            None,
            candidates,
            f"The monitor on {self._opener.name} is one of these, which look alike on the line: {self._names(candidates)}. "
            "Choose the one whose name is on the monitor.",
        )

    def _not_found(self) -> Finding:
        self._let_go()
        port = self._opener.name
        likely = self._likely if self._n_heard > self._n_echoed else ()
        if likely:
            text = (
                f"Too little was understood on {port} to be sure: it may be {self._names(likely)}. "
                "Try again with a patient connected."
            )
        elif self._n_heard > self._n_echoed:
            text = (
                f"Bytes arrive at {port}, but of no monitor that Nursestation knows: check the speed and the output format "
                "in the monitor's own menu."
            )
        elif self._n_heard:
            text = f"What was sent on {port} came straight back, and nothing else: check that the cable is the monitor's own."
        elif self._refusal and not self._was_open:
            text = self._refusal
        else:
            text = (
                f"Nothing was heard on {port}: check the cable, that the monitor is on, and that its serial output is "
                "switched on."
            )
        return Finding(None, likely, text)

    def _broken_off(self, error: LinkError | OSError) -> Finding:
        """Return what is known when the line has gone."""
        if found := standing(self._tallies.values()):
            return self._found(found)
        self._let_go()
        text = (
            str(error)
            if isinstance(error, LinkError)
            else f"{self._opener.name} has stopped working: check that the cable and its adapter are plugged in."
        )
        return Finding(None, self._likely, text)

    @property
    def _likely(self) -> tuple[Candidate, ...]:
        """Return whom each visit that heard anything spoke for: what fits once and not again is chance."""
        steady = [
            max((verdict for verdict in verdicts if verdict is not None), key=lambda candidate: candidate.score)
            for verdicts in self._verdicts.values()
            if None not in verdicts
        ]
        return tuple(sorted(steady, key=lambda candidate: -candidate.score))

    def _names(self, candidates: Iterable[Candidate]) -> str:
        return ", ".join(f"{_model(self._drivers[c.driver].info, c.device)} (driver {c.driver})" for c in candidates)

    def _at(self, visit: "_Visit") -> str:
        return f" at {visit.settings}" if self._has_settings else ""


@dataclass(frozen=True, slots=True)
class Budget:
    """How a search on a quiet line spends its time.

    Attributes:
        listen_ns: Listening and glancing, all in all [ns].
        usual_ns: For the answer to a greeting at a driver's usual line setting [ns].
        further_ns: The same at one of its further ones [ns].
        whole_ns: The search [ns].
    """

    listen_ns: int
    usual_ns: int
    further_ns: int
    whole_ns: int


def budget(n_settings: int, n_usual: int, n_further: int) -> Budget:
    """Share out the time of a quiet line; see the head of the file.

    Args:
        n_settings: Line settings to listen at.
        n_usual: Greetings at a driver's usual setting.
        n_further: Greetings at a driver's further settings.
    """
    listen_ns = _LISTEN_NS + max(0, n_settings - 1) * _GLANCE_NS
    left_ns = _GREET_END_NS - listen_ns - (n_usual + n_further) * _LEAVE_NS
    usual_ns = _greet_ns(left_ns - n_further * _GREET_LEAST_NS, n_usual)
    further_ns = _greet_ns(left_ns - n_usual * usual_ns, n_further)
    whole_ns = listen_ns + n_usual * (usual_ns + _LEAVE_NS) + n_further * (further_ns + _LEAVE_NS)
    return Budget(listen_ns, usual_ns, further_ns, min(whole_ns, _QUIET_END_NS))


def _greet_ns(left_ns: int, n: int) -> int:
    return min(max(left_ns // max(1, n), _GREET_LEAST_NS), _GREET_MOST_NS)


@dataclass(frozen=True, slots=True)
class _Visit:
    """One opening of the port: its line settings, and which drivers listen, each with the settings it is tried for."""

    settings: SerialSettings
    members: tuple[tuple[str, SerialSettings], ...]


def _by_settings(drivers: Mapping[str, DriverEntry]) -> tuple[_Visit, ...]:
    """Return one visit for each line setting: that of the most drivers first, usual settings counting more."""
    weights: dict[SerialSettings, float] = {}
    members: dict[SerialSettings, list[tuple[str, SerialSettings]]] = {}
    for name, entry in drivers.items():
        for rank, settings in enumerate(entry.info.serial):
            weights[settings] = weights.get(settings, 0.0) + 1 / (1 + rank)
            members.setdefault(settings, []).append((name, settings))
    ordered = sorted(members, key=lambda settings: (-weights[settings], -settings.baud))
    return tuple(_Visit(settings, tuple(members[settings])) for settings in ordered)


def _all_at_once(drivers: Mapping[str, DriverEntry]) -> tuple[_Visit, ...]:
    """Return the one visit of a line that has no settings."""
    usual = tuple((name, entry.info.serial[0]) for name, entry in drivers.items())
    return (_Visit(usual[0][1], usual),) if usual else ()


def _greetings(visits: tuple[_Visit, ...], drivers: Mapping[str, DriverEntry]) -> tuple[tuple[int, _Visit, str], ...]:
    """Return who greets, and where: every driver at its usual settings first (rank 0), then at its second, and so on."""
    greeting = {name for name, entry in drivers.items() if entry.info.sends and _greets(entry)}
    pairs = [
        (drivers[name].info.serial.index(settings), number, name)
        for number, visit in enumerate(visits)
        for name, settings in visit.members
        if name in greeting
    ]
    return tuple((rank, visits[number], name) for rank, number, name in sorted(pairs))


def _greets(entry: DriverEntry) -> bool:
    """Say whether a driver speaks before it has heard anything; some that send never do."""
    tried = Tally(entry, entry.info.serial[0])
    for t_ns in range(0, _GREET_MOST_NS // 2, _GREET_LEAST_NS // 4):
        tried.feed(b"", t_ns)
        if tried.pending_writes(t_ns):
            return True
    return False


def _is_without_settings(opener: Opener) -> bool:
    if isinstance(opener, SerialOpener):
        return is_simulated(opener.identity)
    return isinstance(opener, TcpOpener | UdpOpener | ReplayOpener)


def _model(info: DriverInfo, device: DeviceInfo | None) -> str:
    """Return vendor and model, as the monitor itself says where it does."""
    if device is not None and device.model:
        return f"{device.vendor or info.vendor} {device.model}"
    return f"{info.vendor} {info.models[0]}"


def _title(info: DriverInfo, device: DeviceInfo | None) -> str:
    is_one_of_several = len(info.models) > 1 and (device is None or not device.model)
    return _model(info, device) + (", or one that speaks as it does," if is_one_of_several else "")
