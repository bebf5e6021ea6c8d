"""A long visit as EDF+ and `.vital`: how long it takes, how much memory, how often it is told. One JSON line a format.

Run by itself: `.venv/bin/python -m tests.bench.signal_files [hours]`.
"""

import resource
import sys
from dataclasses import replace
from datetime import UTC
from multiprocessing import get_context
from time import perf_counter, process_time

import numpy as np

from nursestation.export.edf import edf_file
from nursestation.export.vital import vital_file
from tests.bench.figures import tell
from tests.helpers.signal_visit import OPTIONS, reading, stretch, visit

HOURS = 8
WAVES = (("ecg", "II", 250, 0.0078125), ("pleth", "oximeter", 50, 0.01), ("resp", "impedance", 50, 0.008))
READINGS = ("heart_rate", "spo2", "pulse_rate", "resp_rate", "temp", "st", "perfusion_index", "etco2")


def main() -> None:
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else HOURS
    for name in ("edf", "vital"):
        process = get_context("spawn").Process(target=_measure, args=(name, hours))
        process.start()
        process.join()
        assert process.exitcode == 0


def _measure(name: str, hours: float) -> None:
    one = _long_visit(hours)
    told = [perf_counter()]
    before, began = _peak_mib(), process_time()
    options = replace(OPTIONS, zone=UTC, progress=lambda _done: told.append(perf_counter()))
    content = {"edf": edf_file, "vital": vital_file}[name](one, options)
    told.append(perf_counter())
    took = told[-1] - told[0]
    tell(
        f"export_{name}", "s", took,
        value=round(took, 1), processor_s=round(process_time() - began, 1), hours=hours,
        megabytes=round(len(content) / 1e6, 1), loaded_mib=round(before), peak_mib=round(_peak_mib()),
        longest_untold_s=round(float(np.diff(told).max()), 2),
    )  # fmt: skip


def _long_visit(hours: float) -> object:
    noise = np.random.default_rng(1)
    waves, samples = [], []
    for second in range(round(hours * 3600)):
        for metric, source, rate, scale in WAVES:
            t = second + np.arange(rate) / rate
            raw = np.rint(100 + 60 * np.sin(7 * t) + noise.normal(0, 2, rate)).astype(int).tolist()
            waves.append(stretch(second, raw, metric=metric, source=source, rate=float(rate), scale=scale))
        samples += [reading(second + 1, 30.0 + second % 7, metric=metric) for metric in READINGS]
    return visit(waves=waves, samples=samples)


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


if __name__ == "__main__":
    main()
