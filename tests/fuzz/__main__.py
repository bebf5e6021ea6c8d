"""`make fuzz`: looks for bytes that break a decoder, ten minutes over all drivers. `SECONDS=60 make fuzz` looks for one.

A failure is printed with the smallest example that hypothesis can find, and kept in `out/fuzz`, from where the next run
begins.
"""

import os
import sys
from pathlib import Path
from time import monotonic

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase

from devices.registry import all_drivers
from tests.fuzz.properties import damage_is_found, stands, streams
from tests.helpers.specimen import Check, specimen

EXAMPLES = 100  # between two looks at the clock
KEPT = Path("out") / "fuzz"


def main() -> int:
    seconds = float(os.environ.get("SECONDS", "600"))
    names = sorted(all_drivers())
    failed = [name for name in names if not fuzz(name, seconds / len(names))]
    if failed:
        sys.stdout.write(f"Broken: {', '.join(failed)}\n")
    return bool(failed)


def fuzz(name: str, seconds: float) -> bool:
    """Search for `seconds`; return whether everything held."""
    search = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=DirectoryBasedExampleDatabase(KEPT),
        suppress_health_check=list(HealthCheck),
        phases=(Phase.reuse, Phase.generate, Phase.shrink),
        print_blob=True,
    )

    @search
    @given(pieces=streams(name), step_ms=st.sampled_from([1, 40, 700, 4000]))
    def any_bytes(pieces: list[bytes], step_ms: int) -> None:
        stands(name, pieces, step_ms)

    @search
    @given(at=st.integers(0, 1 << 22), burst=st.integers(0, 1 << 16))
    def damage(at: int, burst: int) -> None:
        damage_is_found(name, at, burst)

    tries = [any_bytes] if specimen(name).check is Check.NONE else [any_bytes, damage]
    end, n_tried = monotonic() + seconds, 0
    while n_tried == 0 or monotonic() < end:
        for one in tries:
            try:
                one()
            except Exception as error:  # noqa: BLE001 -- whatever a decoder raises is the finding
                sys.stdout.write(f"{name}: broken after {n_tried} examples\n")
                sys.excepthook(type(error), error, error.__traceback__)
                return False
            n_tried += EXAMPLES
    sys.stdout.write(f"{name}: {n_tried} examples held\n")
    sys.stdout.flush()
    return True


if __name__ == "__main__":
    sys.exit(main())
