"""From starting a process to its first picture, ours and a bare window, in turn: goal U1."""

from pathlib import Path
from time import monotonic_ns

from devices.clock import NS_PER_S
from tests.bench.figures import spread, tell
from tests.bench.goals import Verdicts
from tests.bench.monitors import N_CHAIRS, link_of
from tests.bench.processes import run
from tests.bench.station import write_settings

N_STARTS = 5
GOALS = ("U1",)
ONE_MS = 1e6


def bench(folder: Path, verdicts: Verdicts) -> None:
    """Print how long a start takes until something is seen, and until the chair's page can be used."""
    profile = folder / "starts"
    write_settings(profile, {chair: link_of(folder, chair) for chair in range(1, N_CHAIRS + 1)})
    took: dict[str, list[float]] = {"bare": [], "nursestation": [], "usable": []}
    began_ns = monotonic_ns()
    for n in range(N_STARTS + 1):
        for what in ("bare", "nursestation"):
            start_ns = monotonic_ns()
            first_ns, usable_ns = (int(one) for one in run("startup", what, str(profile)).split())
            if n:  # the first one warms the disk's cache
                took[what].append((first_ns - start_ns) / ONE_MS)
                if what != "bare":
                    took["usable"].append((usable_ns - start_ns) / ONE_MS)
    seconds = (monotonic_ns() - began_ns) / NS_PER_S
    for measure, what in (
        ("start_to_first_paint", "nursestation"), ("start_of_bare_window", "bare"), ("start_to_usable_chair", "usable"),
    ):  # fmt: skip
        tell(measure, "ms", seconds, **spread(took[what], 0))
    ratios = [ours / bare for ours, bare in zip(took["nursestation"], took["bare"], strict=True)]
    verdicts.judge("U1", ratios, "times a bare window's time", seconds)
