"""Several rehearsals in one run, one after the other, each in a folder of its own, and what they came to in one summary.

A visit that goes wrong is told and the others are played all the same.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from devices.errors import DeviceError
from nursestation import __version__
from nursestation.errors import NurseStationError
from nursestation.rehearsal.run import Tell, make_folder, rehearse
from nursestation.rehearsal.summary import Json, in_short


def rehearse_all(
    scenarios: Sequence[str],
    out: Path,
    *,
    speed: float = 60,
    seed: int = 1,
    with_pictures: bool = True,
    tell: Tell | None = None,
) -> Json:
    """Play one visit after the other and return what the overall summary.json holds.

    Args:
        scenarios: Names of shipped scenarios, or files.
        out: Folder; each visit has one of its own in it, named after its scenario.
        speed: At most so many times real time.
        seed: Of each visit.
        with_pictures: See `rehearse`.
        tell: Is given a line now and then.

    Raises:
        RehearsalError: the folder cannot be written.
        OSError: a file cannot be written.
    """
    make_folder(out)
    visits: list[Json] = []
    for scenario, name in zip(scenarios, folder_names(scenarios), strict=True):
        visit: Json = {"scenario": scenario, "folder": name}
        try:
            summary = rehearse(scenario, out / name, speed=speed, seed=seed, with_pictures=with_pictures, tell=tell)
        except (DeviceError, NurseStationError) as error:
            visit |= {"passed": False, "problem": str(error)}
        else:
            visit |= in_short(summary)
        visits.append(visit)
        if tell is not None and not visit["passed"]:
            tell(f"FAILED: {scenario}: {visit['problem']}")
    whole: Json = {
        "version": __version__,
        "seed": seed,
        "passed": all(visit["passed"] for visit in visits),
        "visits": visits,
    }
    (out / "summary.json").write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if tell is not None:
        tell(f"{sum(bool(visit['passed']) for visit in visits)} of {len(visits)} visits passed: {out / 'summary.json'}")
    return whole


def folder_names(scenarios: Sequence[str]) -> list[str]:
    """Return a folder's name for each scenario: its own, with a number behind it where it was there before."""
    names: list[str] = []
    for scenario in scenarios:
        stem = Path(scenario).stem or "visit"
        name, n = stem, 2
        while name in names:
            name, n = f"{stem}-{n}", n + 1
        names.append(name)
    return names
