"""Processor time of the threads of this process, by what they are for."""

import os
import threading
from pathlib import Path

_TASKS = Path("/proc/self/task")


def thread_seconds() -> dict[str, float]:
    """Return processor time, user and system together, of every thread by its role [s]; "all" is the process."""
    times = os.times()
    seconds = {"all": times.user + times.system}
    if not _TASKS.is_dir():
        return seconds
    roles = {thread.native_id: thread.name for thread in threading.enumerate()}
    roles[threading.main_thread().native_id] = "window"
    for task in _TASKS.iterdir():
        role = roles.get(int(task.name), "other")
        seconds[role] = seconds.get(role, 0.0) + int((task / "schedstat").read_text().split()[0]) / 1e9
    seconds["all"] = sum(value for role, value in seconds.items() if role != "all")
    return seconds


def resident_mib() -> float | None:
    """Return the memory that the process holds [MiB]."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
