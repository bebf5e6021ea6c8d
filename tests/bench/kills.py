"""A running station killed again and again over one profile, and what that cost.

    python -m tests.bench kills [ROUNDS] [--seed SEED] [--first ROUND] [--chairs N]

Each round a station of eight chairs is started on the record that the last one left, with sessions open, waves coming and
something charted all the time, and killed with SIGKILL: at a random moment, while it starts, while it closes, or aimed into a
commit or into one that moves pages into the file (`killed_station.py`); every tenth time with its window. Then it is looked at

- what the monitors had sent (their own account, `numbered_monitors.py`) until half a second before the kill, against what is
  stored: each sample of a wave, each reading, in order and without a hole, from the first that this run stored on; and each
  record that a screen had shown until then;
- whether the record, as the kill left it, is intact (`verify`);
- whether the next start shows every session that was open.

Rules of the file:
1. A round is drawn from SEED and its number alone; its line names both, and what the kill left is kept where something was wrong.
   `kills 1 --seed SEED --first ROUND` does it again.
2. What counts as sent is what the line took: a pseudo-terminal that nobody empties drops the rest, as a wire does.
"""

import argparse
import json
import os
import queue
import random
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devices.clock import NS_PER_S, SystemClock
from nursestation.store.reader import StoreReader
from nursestation.store.verify import verify_store
from tests.bench.figures import percentiles, tell
from tests.bench.machine import ROOT, environment
from tests.bench.monitors import link_of
from tests.bench.station import write_settings

ROUNDS, CHAIRS = 300, 8
ALLOWED_NS = NS_PER_S // 2
AIMS = ("random", "commit", "start", "random", "close", "checkpoint", "random", "commit")
WINDOW_EVERY = 10
RUNS_S = 0.6, 2.5
CLOSES_S = 0.0, 0.15
START_WITHIN_S = 60.0
_ALIGN = 12
_CHUNK = 64
"""A driver tells a wave in stretches of at most so many samples."""
_SOONER_NS = NS_PER_S // 4
"""A port notes the time just before it reads: on a busy computer what it then reads may have been sent a little later."""

Sent = dict[str, dict[str, list[tuple[int, Any]]]]
_clock = SystemClock()


@dataclass
class Told:
    """What a station said until it was killed, and when it was."""

    started_ns: int
    started_utc_ns: int
    sessions: dict[int, str] | None = None
    ready_ns: int | None = None
    heard_ns: int | None = None
    killed_ns: int = 0
    told: list[tuple[str, int]] = field(default_factory=list)

    def take(self, line: str) -> None:
        """Take note of a line; what a kill cut off is none."""
        try:
            what, *more = json.loads(line)
        except ValueError:
            return
        match what:
            case "sessions":
                self.sessions = {int(chair): session for chair, session in more[0].items()}
                self.ready_ns = _clock.now().mono_ns
            case "heard":
                self.heard_ns = more[0]
            case "killing" | "closed":
                self.killed_ns = more[0]
            case "told":
                self.told.append((more[0], more[1]))


@dataclass
class Loss:
    """What a kill cost beyond the half second."""

    samples: int = 0
    readings: int = 0
    records: int = 0
    proved: int = 0
    newest_lost_s: float = 0.0  # how old the oldest of what is not there was at the kill, beyond or within
    notes: list[str] = field(default_factory=list)


class Monitors:
    """The other side, in a process of its own."""

    def __init__(self, folder: Path, n_chairs: int, seed: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.numbered_monitors", str(folder), str(n_chairs), str(seed)],
            cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._read() == "ready\n"

    def take(self) -> Sent:
        """Return what was sent since the last time."""
        assert self._process.stdin is not None
        self._process.stdin.write("take\n")
        self._process.stdin.flush()
        sent: Sent = json.loads(self._read())
        return sent

    def close(self) -> None:
        try:
            self._process.communicate(timeout=20)
        finally:
            self._process.kill()
            self._process.wait()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


class Victim:
    """A started station."""

    def __init__(self, profile: Path, pin: str, *, window: bool, aim: str, seed: int) -> None:
        now = _clock.now()
        self.told = Told(now.mono_ns, now.utc_ns)
        arguments = (str(profile), pin, str(int(window)), aim, str(seed))
        self._log = profile.with_name("station.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.killed_station", *arguments],
            cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._thread = threading.Thread(target=self._read, name="lines")
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def until_heard(self) -> bool:
        """Wait until every chair's readings come; False when the station ended instead."""
        while self.told.heard_ns is None:
            line = self._lines.get(timeout=START_WITHIN_S)
            if line is None:
                return False
            self.told.take(line)
        return True

    def ask_to_close(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it unless it has ended."""
        at_ns = _clock.now().mono_ns
        self._process.kill()
        self.end(at_ns)

    def end(self, at_ns: int = 0) -> None:
        """Wait for its end and read what it said."""
        self._process.wait(START_WITHIN_S)
        self._thread.join()
        self._log.close()
        assert self._process.stdout is not None
        self._process.stdout.close()
        while not self._lines.empty():
            line = self._lines.get()
            if line is not None:
                self.told.take(line)
        self.told.killed_ns = self.told.killed_ns or at_ns


def lost_of(
    sent: Sequence[tuple[int, Any]], stored: Sequence[tuple[int, Any]], since_ns: int | None, until_ns: int
) -> tuple[int, int, int | None]:
    """Compare one trace: what was sent, oldest first, with what one run stored.

    Args:
        sent: (ns of sending, value).
        stored: (ns of its stretch, value).
        since_ns: From when on it must be there where nothing is; None where nothing need be.
        until_ns: Until when it must be there.

    Returns:
        How many are not there, how many were proved to be there, and when the first that is not there was sent.
    """
    if not stored:
        missing = [at for at, _ in sent if since_ns is not None and since_ns <= at < until_ns]
        return len(missing), 0, missing[0] if missing else None
    begins = [value for _, value in stored[:_ALIGN]]
    fits = [
        n
        for n in range(len(sent) - len(begins) + 1)
        if sent[n][0] <= stored[0][0] + _SOONER_NS and [value for _, value in sent[n : n + len(begins)]] == begins
    ]
    if not fits:
        must = sum(at < until_ns and at >= stored[0][0] for at, _ in sent)
        return max(must, 1), 0, sent[0][0] if sent else None
    place = fits[-1]
    n_same = 0
    for (_, value), (_, wanted) in zip(stored, sent[place:], strict=False):
        if value != wanted:
            break
        n_same += 1
    rest = sent[place + n_same :]
    missing = [at for at, _ in rest if at < until_ns]
    n_strange = len(stored) - n_same  # stored, and never sent so
    if (
        not rest and n_strange <= _CHUNK
    ):  # the account was taken before the monitor's own decoder had told its last stretch
        n_strange = 0
    return len(missing) + n_strange, n_same, rest[0][0] if rest else None


def account(record: Path, sent: Sent, told: Told, sessions: Mapping[int, str]) -> Loss:
    """Compare what was sent and shown with what a run's record holds."""
    loss = Loss()
    until_ns = told.killed_ns - ALLOWED_NS
    since = told.started_utc_ns
    oldest: list[int] = []
    with StoreReader.open(record) as reader:
        for chair, session in sessions.items():
            stored: dict[str, list[tuple[int, Any]]] = {}
            for sample in reader.samples(session, since_utc_ns=since):
                stored.setdefault(f"number {sample.metric}", []).append((sample.at.mono_ns, sample.value))
            for wave in reader.waves(session, since_utc_ns=since):
                values = memoryview(wave.samples).cast("h").tolist()
                stored.setdefault(f"wave {wave.metric}", []).extend((wave.at.mono_ns, value) for value in values)
            n_gaps = len(list(reader.gaps(session, since_utc_ns=since)))
            if n_gaps:
                loss.notes.append(f"chair {chair}: {n_gaps} gaps")
            for what, pieces in sent.get(str(chair), {}).items():
                flat = list(_flat(pieces))
                missing, proved, first = lost_of(flat, stored.get(what, []), told.heard_ns, until_ns)
                loss.proved += proved
                if first is not None and told.heard_ns is not None:
                    oldest.append(first)
                if missing:
                    loss.notes.append(f"chair {chair}, {what}: {missing}")
                if what.startswith("wave"):
                    loss.samples += missing
                else:
                    loss.readings += missing
        stored_records = Counter(
            (type(one).__name__, one.at.mono_ns) for one in reader.discrete() if one.at.utc_ns >= since
        )
    shown = Counter(one for one in told.told if one[1] < until_ns and one[0] not in ("Refused", "DraftKept"))
    missing_records = shown - stored_records
    loss.records = missing_records.total()
    loss.notes += [f"not stored: {kind}" for kind, _ in missing_records]
    if oldest:
        loss.newest_lost_s = max(0.0, (told.killed_ns - min(oldest)) / NS_PER_S)
    return loss


def _flat(pieces: Sequence[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    for at_ns, value in pieces:
        if isinstance(value, list):
            yield from ((at_ns, one) for one in value)
        else:
            yield at_ns, value


def copy_of(record: Path, folder: Path) -> Path:
    """Copy a record as a kill left it, with its journal."""
    folder.mkdir(parents=True, exist_ok=True)
    for ending in ("", "-wal"):
        source = record.with_name(record.name + ending)
        if source.exists():
            shutil.copyfile(source, folder / source.name)
    return folder / record.name


@dataclass
class Count:
    """What all rounds together cost."""

    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    lost_samples: int = 0
    lost_readings: int = 0
    lost_records: int = 0
    damaged: int = 0
    not_resumed: int = 0
    never_started: int = 0
    proved: int = 0
    at_risk_s: list[float] = field(default_factory=list)
    start_s: list[float] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        lost = self.lost_samples + self.lost_readings + self.lost_records
        return not (lost or self.damaged or self.not_resumed or self.never_started)


class Kills:
    """Rounds over one profile.

    Args:
        folder: For the profile, the monitors' lines, and what a kill left where something was wrong.
        seed: Everything is drawn from it.
        chairs: How many.
        window_every: Every how many rounds the window is there; 0 for never.
    """

    def __init__(
        self,
        folder: Path,
        seed: int,
        chairs: int = CHAIRS,
        window_every: int = WINDOW_EVERY,
        aims: Sequence[str] = AIMS,
    ) -> None:
        self._folder, self._seed, self._n_chairs = folder, seed, chairs
        self._window_every, self._aims = window_every, aims
        self._profile = folder / "profile"
        self._pin = f"{secrets.randbelow(900_000) + 100_000}"
        self._sessions: dict[int, str] = {}
        self._start_s = 1.5
        write_settings(self._profile, {chair: link_of(folder, chair) for chair in range(1, chairs + 1)})
        (self._profile / "station.toml").write_text(
            "lock_after_min = 0\n" + (self._profile / "station.toml").read_text(encoding="utf-8"), encoding="utf-8"
        )
        self.count = Count()

    @property
    def record(self) -> Path:
        return self._profile / "record.sqlite3"

    def run(self, n_rounds: int, first: int = 1) -> Count:
        """Open the sessions, kill so many times, and look at a last start."""
        monitors = Monitors(self._folder, self._n_chairs, self._seed)
        try:
            self._round(0, monitors, "random", is_counted=False)  # everybody is checked in
            for number in range(first, first + n_rounds):
                self._round(number, monitors, self._aims[number % len(self._aims)])
            self._look_at_last_start()
        finally:
            monitors.close()
        return self.count

    def _round(self, number: int, monitors: Monitors, aim: str, *, is_counted: bool = True) -> None:
        chance = random.Random(f"{self._seed}/{number}")
        has_window = is_counted and bool(self._window_every) and number % self._window_every == 0
        if has_window:
            aim = "random"
        monitors.take()
        seed = chance.randrange(2**31)
        victim = Victim(self._profile, self._pin, window=has_window, aim=aim, seed=seed)
        asked_ns = self._run_and_kill(victim, aim, chance)
        told = victim.told
        began_ns = _clock.now().mono_ns
        sent = monitors.take()
        kept = copy_of(self.record, self._folder / f"round-{number}") if self.record.exists() else None
        if not is_counted:
            assert told.heard_ns is not None, "the first start must be heard"
            with StoreReader.open(self.record) as reader:
                self._sessions = {one.chair: one.id for one in reader.sessions()}
            assert len(self._sessions) == self._n_chairs
        loss, damage = Loss(), ""
        if kept is not None:
            if told.heard_ns is not None:
                told.killed_ns = min(told.killed_ns, asked_ns or told.killed_ns)
                loss = account(kept, sent, told, self._sessions)
            verdict = verify_store(kept)
            damage = "" if verdict.ok else "; ".join(one.text for one in verdict.findings)
        resumed = self._missing_sessions(told)
        is_wrong = bool(loss.samples or loss.readings or loss.records or damage or resumed)
        if not is_wrong:
            shutil.rmtree(self._folder / f"round-{number}", ignore_errors=True)
        if not is_counted:
            return
        self._add(aim, has_window, told, loss, damage, resumed)
        ran_s = (told.killed_ns - told.started_ns) / NS_PER_S
        tell(
            "kill", "s", (_clock.now().mono_ns - began_ns) / NS_PER_S + ran_s, value=round(ran_s, 3), round=number,
            seed=self._seed, aim=aim, window=has_window, lost_samples=loss.samples, lost_readings=loss.readings,
            lost_records=loss.records, proved=loss.proved, newest_s=round(loss.newest_lost_s, 3), damage=damage,
            not_resumed=resumed, notes=loss.notes[:6],
        )  # fmt: skip

    def _run_and_kill(self, victim: Victim, aim: str, chance: random.Random) -> int | None:
        """Let it run and kill it; return when it was asked to close, where it was."""
        if aim == "start":
            _wait(chance.uniform(0.05, 1.2 * self._start_s))
            victim.kill()
            return None
        if not victim.until_heard():
            victim.end(_clock.now().mono_ns)
            return None
        assert victim.told.heard_ns is not None
        self._start_s = (victim.told.heard_ns - victim.told.started_ns) / NS_PER_S
        self.count.start_s.append(self._start_s)
        if aim in ("commit", "checkpoint"):
            victim.end()  # by its own hand
            return None
        _wait(chance.uniform(*RUNS_S))
        asked_ns = None
        if aim == "close":
            asked_ns = _clock.now().mono_ns
            victim.ask_to_close()
            _wait(chance.uniform(*CLOSES_S))
        victim.kill()
        return asked_ns

    def _missing_sessions(self, told: Told) -> int:
        if told.sessions is None or not self._sessions:
            return 0
        return sum(told.sessions.get(chair) != session for chair, session in self._sessions.items())

    def _add(self, aim: str, has_window: bool, told: Told, loss: Loss, damage: str, resumed: int) -> None:
        count = self.count
        count.rounds += 1
        count.kills["window" if has_window else aim] += 1
        count.lost_samples += loss.samples
        count.lost_readings += loss.readings
        count.lost_records += loss.records
        count.damaged += bool(damage)
        count.not_resumed += resumed
        count.never_started += told.heard_ns is None and aim != "start"
        count.proved += loss.proved
        if loss.newest_lost_s:
            count.at_risk_s.append(loss.newest_lost_s)

    def _look_at_last_start(self) -> None:
        """Start once more and close in order: every session stands, and the record is intact."""
        victim = Victim(self._profile, self._pin, window=False, aim="random", seed=0)
        is_heard = victim.until_heard()
        if is_heard:
            victim.ask_to_close()
        victim.end()
        self.count.never_started += not is_heard
        self.count.not_resumed += self._missing_sessions(victim.told)
        self.count.damaged += not verify_store(self.record).ok


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)


def report(count: Count, seconds: float, seed: int) -> None:
    """Print what all rounds together cost."""
    more = {"rounds": count.rounds, "seed": seed, "goal": 0}
    lost = count.lost_samples + count.lost_readings + count.lost_records
    tell(
        "kills_lost", "samples, readings and records", seconds, value=lost, samples=count.lost_samples,
        readings=count.lost_readings, records=count.lost_records, proved=count.proved, **more,
    )  # fmt: skip
    tell("kills_damaged", "databases", seconds, value=count.damaged, **more)
    tell("kills_not_resumed", "sessions", seconds, value=count.not_resumed, **more)
    tell("kills_never_started", "starts", seconds, value=count.never_started, **more)
    tell("kills_aimed", "kills", seconds, **dict(count.kills))
    if count.at_risk_s:
        tell("kills_not_stored_yet", "s", seconds, **percentiles(count.at_risk_s, 3))
    if count.start_s:
        tell("kills_start_to_readings", "s", seconds, **percentiles(count.start_s, 2))


def main(arguments: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m tests.bench kills")
    options.add_argument("rounds", nargs="?", type=int, default=ROUNDS)
    options.add_argument("--seed", type=int, default=None, help="draw the rounds from this")
    options.add_argument("--first", type=int, default=1, help="number of the first round")
    options.add_argument("--chairs", type=int, default=CHAIRS)
    wanted = options.parse_args(arguments)
    seed = secrets.randbelow(1_000_000) if wanted.seed is None else wanted.seed
    out = ROOT / "out"
    out.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="kills-", dir=out))
    began_ns = _clock.now().mono_ns
    kills = Kills(folder, seed, wanted.chairs)
    count = kills.run(wanted.rounds, wanted.first)
    report(count, (_clock.now().mono_ns - began_ns) / NS_PER_S, seed)
    if count.ok:
        shutil.rmtree(folder)
    else:
        sys.stderr.write(f"What the kills left is kept in {os.path.relpath(folder, ROOT)}.\n")
    return 0 if count.ok else 1
