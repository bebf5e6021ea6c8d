"""How long alarms take to the record and to the screen, and how many of them are false."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic_ns

from devices.clock import NS_PER_S
from tests.bench import alarm_monitors
from tests.bench.figures import percentiles, tell
from tests.bench.goals import Verdicts
from tests.bench.monitors import link_of
from tests.bench.processes import monitors, run
from tests.bench.station import write_settings

ALARMS = ("30", "15")  # seconds: the window at work, and held up for two seconds again and again
CALM_VISITS, CALM_MINUTES = 200, 7
SCRIPTED_SEEDS = ("1", "4")
ONE_MS = 1e6


def bench(folder: Path, _verdicts: Verdicts) -> None:
    """Print how soon an alarm is told, and what calm visits raise."""
    tell_alarm_latency(folder / "alarms")
    tell_false_alarms()


def tell_alarm_latency(folder: Path) -> None:
    """Print how long it takes from the bytes of an eight-chair station's alarms to their records and first pictures."""
    folder.mkdir()
    profile = folder / "profile"
    n_chairs = alarm_monitors.N_CHAIRS
    write_settings(profile, {chair: link_of(folder, chair) for chair in range(1, n_chairs + 1)})
    with monitors(folder, "alarm_monitors") as marks:
        result = json.loads(run("alarm_station", str(profile), *ALARMS))
    raised = [tuple(one) for one in result["raised"]]
    to_record: list[float] = []
    to_picture: list[float] = []
    blocked: list[float] = []
    for chair, written_ns in marks:
        found = next((one for one in raised if one[1] == chair and 0 <= one[3] - written_ns < NS_PER_S), None)
        if found is None or written_ns < result["began_ns"]:
            continue
        name, _, arrived_ns, recorded_ns = found
        record_ms = (recorded_ns - written_ns) / ONE_MS
        if any(from_ns <= written_ns < until_ns - NS_PER_S // 4 for from_ns, until_ns in result["blocks"]):
            blocked.append(record_ms)
        elif written_ns < result["blocks_from_ns"]:
            to_record.append(record_ms)
            if name in result["shown"]:
                to_picture.append((arrived_ns - written_ns) / ONE_MS + result["shown"][name])
    seconds = float(ALARMS[0])
    n_written = sum(result["began_ns"] <= written_ns < result["blocks_from_ns"] for _, written_ns in marks)
    tell("alarm_wire_to_record", "ms", seconds, **percentiles(to_record, 1), n_written=n_written, chairs=n_chairs)
    tell("alarm_wire_to_picture", "ms", seconds, **percentiles(to_picture, 1), n_written=n_written, chairs=n_chairs)
    tell("alarm_wire_to_record_window_blocked", "ms", float(ALARMS[1]), **percentiles(blocked, 1), blocked_s=2)


def tell_false_alarms() -> None:
    """Print what calm visits raise, and what of the scripted events is told; two processes at once."""
    began_ns = monotonic_ns()
    half = CALM_VISITS // 2
    parts = [("calm", "0", str(half)), ("calm", str(half), str(CALM_VISITS))]
    with ThreadPoolExecutor(max_workers=2) as pool:
        told = pool.submit(run, "alarms", "scripted", *SCRIPTED_SEEDS)
        halves = pool.map(lambda part: json.loads(run("alarms", *part, str(CALM_MINUTES))), parts)
        counts: Counter[str] = Counter()
        hours = 0.0
        for one in halves:
            counts.update(one["raised"])
            hours += one["seconds"] / 3600
        scripted = json.loads(told.result())
    seconds = (monotonic_ns() - began_ns) / NS_PER_S
    n_false = sum(n for name, n in counts.items() if name.startswith("physiological"))
    tell(
        "false_alarms", "conditions/hour", seconds,
        value=round(n_false / hours, 3), visits=CALM_VISITS, hours=round(hours, 1), raised=dict(counts),
    )  # fmt: skip
    tell("scripted_alarms", "caught", seconds, **scripted)
