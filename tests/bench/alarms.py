"""False alarms in seeded calm visits, and what of scripted events is told: prints one JSON line of counts.

    python -m tests.bench.alarms calm FIRST LAST MINUTES      visits of these seeds, up to MINUTES of the infusion
    python -m tests.bench.alarms scripted FIRST LAST          the scenarios of tests/expected, with these seeds

False is every physiological condition of a calm visit, for nothing is wrong with the patient: fingers move and get cold, and
a probe is put on anew, as `quick_visit.disturbed` draws it for each seed. Caught is an expected condition that begins in its
window, with the priority that is expected.
"""

import json
import sys
from collections import Counter

from devices.clock import NS_PER_S
from devices.events import AlarmKind
from devices.simulator.scenario import load_scenario
from nursestation.core.records import SessionOpened
from tests.bench import quick_visit
from tests.helpers.expected import Expected, ExpectedCondition, differences, load_expected, seen_conditions, shortened

CALM = "normal"


def calm(first: int, last: int, minutes: float) -> dict[str, object]:
    """Return what calm visits raised, by kind and rule, and how long they were [s]."""
    raised: Counter[str] = Counter()
    seconds = 0.0
    for seed in range(first, last):
        scenario = shortened(load_scenario(CALM), 0.0, minutes * 60)
        records = quick_visit.play(quick_visit.disturbed(scenario, seed), seed)
        opened = next(record.at for record in records if isinstance(record, SessionOpened))
        seconds += (records[-1].at.mono_ns - opened.mono_ns) / NS_PER_S
        raised.update(f"{one.kind} {one.rule}" for one in seen_conditions(records))
    return {"visits": last - first, "seconds": seconds, "raised": raised}


def scripted(first: int, last: int) -> dict[str, object]:
    """Return how many of the expected physiological conditions were caught, and what was wrong, flags too."""
    expected, caught, wrong = 0, 0, []
    for name, plan in load_expected().items():
        wanted = tuple(one for one in plan.condition if one.kind is AlarmKind.PHYSIOLOGICAL)
        if not wanted:
            continue
        for seed in range(first, last):
            records = quick_visit.play(plan.played(), seed)
            lines = differences(_only(plan, wanted), records)
            missed = {line.split()[1].rstrip(",") for line in lines if line.startswith(("missing", "wrong"))}
            expected += len(wanted)
            caught += sum(one.rule not in missed for one in wanted)
            wrong += [f"{name} seed {seed}: {line}" for line in lines if "technical" not in line]
    return {"expected": expected, "caught": caught, "wrong": wrong}


def _only(plan: Expected, wanted: tuple[ExpectedCondition, ...]) -> Expected:
    """Return the plan with these conditions alone, and whatever end: the numbers here come once a second, and end by it."""
    return plan.model_copy(update={"condition": tuple(one.model_copy(update={"over": None}) for one in wanted)})


def main() -> None:
    what, *numbers = sys.argv[1:]
    first, last, *rest = (int(number) for number in numbers)
    result = calm(first, last, rest[0]) if what == "calm" else scripted(first, last)
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
