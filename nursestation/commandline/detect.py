"""`nursestation detect`: names the monitor on a port with its line settings, or keeps what was heard for support."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from devices.addresses import ReplayAddress, UdpAddress, parse_address
from devices.capture import CaptureWriter
from devices.clock import NS_PER_S, Clock, ManualClock, Moment
from devices.detect import Candidate, Detector, Finding
from devices.driver import SerialSettings
from devices.errors import CaptureError, LinkError
from devices.port import opener_for
from devices.registry import DriverEntry
from devices.transport import Opener
from nursestation.errors import NurseStationError

_STEP_S = 0.01
_KEPT_MAX = 8_000_000
"""Most bytes kept of one search: more than a minute of the fastest line."""

Pause = Callable[[float], bool]
"""Lets so many seconds pass, and says whether the program was told to end."""


class SearchError(NurseStationError):
    """The search was given up, or has no sense on such a port."""


def open_port(text: str, clock: Clock) -> Opener:
    """Return what opens the port that a person named.

    Raises:
        LinkError: it is no address.
        SearchError: it is on the network, where there is nothing to find out.
    """
    address = parse_address(text)
    if isinstance(address, UdpAddress):
        raise SearchError(
            f"{address} is on the network, where each kind of monitor is spoken to in its own way: "
            f"try the driver itself, for example nursestation watch philips_intellivue {address}."
        )
    return opener_for(address, clock)


def default_file(text: str, now: Moment) -> Path | None:
    """Return where to keep what an unknown monitor said; None where it is a recording already."""
    try:
        if isinstance(parse_address(text), ReplayAddress):
            return None
    except LinkError:
        return None
    return Path(f"nursestation-detect-{datetime.fromtimestamp(now.utc_ns // NS_PER_S, UTC):%Y%m%d-%H%M%S}.capture")


class Heard:
    """What went over the line during a search, with its times and line settings."""

    def __init__(self) -> None:
        self._chunks: list[tuple[SerialSettings | None, Moment, bool, bytes]] = []
        self._n_bytes = 0
        self._n_received = 0

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was received."""
        return self._n_received == 0

    @property
    def is_cut_off(self) -> bool:
        """Say whether there was more than can be kept."""
        return self._n_bytes > _KEPT_MAX

    def add(self, settings: SerialSettings | None, now: Moment, data: bytes, *, is_sent: bool) -> None:
        """Keep a chunk."""
        self._n_bytes += len(data)
        self._n_received += 0 if is_sent else len(data)
        if not self.is_cut_off:
            self._chunks.append((settings, now, is_sent, data))

    def write(self, file: Path, driver: str, *, may_identify: bool) -> None:
        """Write a capture, one part for each time that the port was opened with other settings.

        Raises:
            CaptureError: the file cannot be written.
        """
        writer: CaptureWriter | None = None
        before: SerialSettings | None = None
        for settings, now, is_sent, data in self._chunks:
            if writer is None or settings != before:
                if writer is not None:
                    writer.close()
                writer = CaptureWriter(file, ManualClock(now), driver, may_identify=may_identify, settings=settings)
                before = settings
            (writer.write_sent if is_sent else writer.write)(now, data)
            if writer.failure:
                raise CaptureError(writer.failure)
        if writer is not None:
            writer.close()


def detect(
    opener: Opener, drivers: Mapping[str, DriverEntry], clock: Clock, pause: Pause, tell: Callable[[str], None]
) -> tuple[Finding, Heard]:
    """Search to the end, telling what is being tried.

    Raises:
        SearchError: the program was told to end.
    """
    heard = Heard()
    detector = Detector(
        opener,
        drivers,
        tap=lambda now, data: heard.add(detector.settings, now, data, is_sent=False),
        sent_tap=lambda now, data: heard.add(detector.settings, now, data, is_sent=True),
    )
    told = ""
    try:
        while detector.finding is None:
            detector.step(clock.now())
            if detector.progress.text != told and detector.finding is None:
                told = detector.progress.text
                tell(told)
            if detector.finding is None and pause(_STEP_S):
                raise SearchError("The search was given up before its end.")
    finally:
        detector.close(clock.now())
    return detector.finding, heard


def kept_sentence(file: Path, heard: Heard, *, is_known: bool) -> str:
    """Return where what was heard is kept, and what to do with it."""
    first = f" Only the first {_KEPT_MAX // 1_000_000} MB are in it." if heard.is_cut_off else ""
    if is_known:
        return f"What was heard is kept in {file}.{first}"
    return f"What was heard is kept in {file}: send it to support.{first} It may tell who the patient is, where the monitor does."


def as_json(finding: Finding, capture: Path | None) -> str:
    """Return a finding as one line of JSON."""
    body = {
        "driver": None if finding.best is None else finding.best.driver,
        "line": None if finding.best is None else str(finding.best.settings),
        "candidates": [_candidate(candidate) for candidate in finding.candidates],
        "sentence": finding.sentence,
        "capture": None if capture is None else str(capture),
    }
    return json.dumps(body, ensure_ascii=False)


def _candidate(candidate: Candidate) -> dict[str, object]:
    device = None
    if candidate.device is not None:
        device = {key: value for key, value in asdict(candidate.device).items() if key != "t_ns"}
    body = {"driver": candidate.driver, "line": str(candidate.settings), "score": candidate.score}
    return body | {"device": device, "why": candidate.why}


def next_step(best: Candidate, usual: SerialSettings, port: str) -> str:
    """Return the command that shows what the monitor says."""
    names = {"N": "none", "E": "even", "O": "odd"}
    settings = best.settings
    options = "" if settings == usual else f" --baud {settings.baud} --parity {names[settings.parity]}"
    return f"See what it says: nursestation watch {best.driver} {port}{options}"
