"""The program and its simulated monitors as processes of their own, and a way to wait for what a person would wait for."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select

ROOT = Path(__file__).parents[2]
ROBOT = Path(__file__).with_name("robot.py")
CUED = Path(__file__).with_name("cued_monitor.py")


def run_command(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command of the program's command line to its end."""
    return subprocess.run(
        [sys.executable, "-m", "nursestation", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def running_command(*arguments: object, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Start a command of the program's command line; one that still runs at the end is killed."""
    with subprocess.Popen(
        [sys.executable, "-m", "nursestation", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


class ProgramError(AssertionError):
    """The program did not do what it was told."""


class Program:
    """The real window in a process of its own, driven through its widgets (robot.py)."""

    def __init__(self, profile: Path, *arguments: str, env: dict[str, str] | None = None, log: Path) -> None:
        self._log = log.open("ab")
        self.log_path = log
        self._process = subprocess.Popen(
            [sys.executable, "-u", str(ROBOT), "--profile", str(profile), *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        )
        assert self._answer(60) == "ready"

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(10)
        for stream in (self._process.stdin, self._process.stdout, self._log):
            stream.close()

    def do(self, verb: str, *arguments: object):
        """Do one thing and return what was seen."""
        self._process.stdin.write(json.dumps([verb, *arguments]).encode() + b"\n")
        self._process.stdin.flush()
        return self._answer(60)

    def click(self, name: str) -> None:
        """Click as soon as it can be clicked."""
        self.until(lambda: self.usable(name), f"{name} can be clicked")
        self.do("click", name)

    def usable(self, name: str) -> bool:
        """Say whether a person could use it now."""
        return self.do("usable", name)

    def type(self, name: str, text: str) -> None:
        self.until(lambda: self.do("shown", name), f"{name} is shown")
        self.do("type", name, text)

    def chair(self, number: int) -> dict:
        return self.do("station").get("chairs", {}).get(str(number), {})

    def until(self, holds, what: str, within_s: float = 60):
        """Wait until `holds()` is true, and return it."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            held = holds()
            if held:
                return held
            select([], [], [], 0.05)
        raise ProgramError(f"waited {within_s} s in vain: {what}\n{json.dumps(self.do('station'), indent=1)[-3000:]}")

    def kill(self) -> None:
        """SIGKILL: no chance to say goodbye."""
        self._process.kill()
        self._process.wait(10)

    def close(self) -> int:
        """Close the window as a person does, and return the exit status."""
        self._process.stdin.write(b'["close"]\n')
        self._process.stdin.flush()
        return self._process.wait(30)

    def _answer(self, within_s: float):
        ready, _, _ = select([self._process.stdout], [], [], within_s)
        line = self._process.stdout.readline() if ready else b""
        if not line:
            raise ProgramError(f"no answer; {self.log_path.read_text()[-3000:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise ProgramError(answer["error"])
        return answer["ok"]


class Monitor:
    """`nursestation simulate` on a pty, in a process of its own; outlives a killed station, as a bedside monitor does."""

    def __init__(self, driver: str, link: Path, *arguments: str) -> None:
        self.link = link
        self._command = [sys.executable, "-m", "nursestation", "simulate", driver, "--pty", str(link), *arguments]
        self._process: subprocess.Popen[bytes] | None = None

    def plug_in(self) -> None:
        self._start()

    def _start(self, stdin: int | None = None) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, env=environment, stdin=stdin, stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 30
        while not self.link.is_symlink():
            assert time.monotonic() < deadline
            select([], [], [], 0.05)

    def pull(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None


class CuedMonitor(Monitor):
    """A simulated monitor whose patient gets the infusion when the nurse starts it, however long the check-in took."""

    def __init__(self, driver: str, link: Path, scenario: Path, seed: int, speed: float) -> None:
        super().__init__(driver, link)
        self._command = [sys.executable, str(CUED), driver, str(link), str(scenario), str(seed), str(speed)]

    def plug_in(self) -> None:
        self._start(stdin=subprocess.PIPE)

    def start_infusion(self) -> None:
        """Let the drug run into the patient from now on."""
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()

    def pull(self) -> None:
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait(20)
            self._process = None


class XServer:
    """A real X server without a screen: Xvfb on a display that it picks itself."""

    def __init__(self) -> None:
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]
        self._process = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as told:
            self.display = f":{told.readline().strip()}"

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
