"""`nursestation wirelog`: what the wire log of a profile holds, and one monitor's line as a capture for support."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from devices.clock import NS_PER_S, Clock
from devices.errors import DriverLookupError
from devices.recorded import Recorded, list_recorded
from devices.recorded import export as export_capture
from devices.registry import lookup
from nursestation.commandline.noting import ending_noted, note_asked
from nursestation.export.localtime import iso
from nursestation.paths import Profile
from nursestation.runtime.export_job import kind_of_place


def list_lines(profile: Profile, as_json: bool) -> Iterator[str]:
    """Yield what is kept of each monitor's line; a sentence when there is nothing."""
    found = list_recorded(profile.wire)
    for recorded in found:
        yield json.dumps(_as_json(recorded), ensure_ascii=False) if as_json else _as_text(recorded)
    if not found and not as_json:
        yield f"There is no wire log in {profile.wire}: it is kept while Nursestation runs with a monitor."


def export_line(
    profile: Profile, monitor: str, out: Path, minutes: float | None, as_json: bool, clock: Clock
) -> Iterator[str]:
    """Note that one monitor's line is taken out, write it as a capture, and yield what it holds and whom it may be given to.

    Raises:
        CaptureError: nothing is kept of that monitor, or the file is there already or cannot be written.
        NotNoted: it cannot be noted.
    """
    is_kept = any(one.monitor == monitor for one in list_recorded(profile.wire))
    asked = note_asked(
        profile,
        clock,
        "wirelog",
        monitor=monitor if is_kept else "",  # what else somebody typed may be a name
        target=kind_of_place(out.parent.resolve()),
    )
    with ending_noted(profile, clock, asked):
        written = export_capture(profile.wire, monitor, out, minutes)
    if as_json:
        yield json.dumps(_as_json(written) | {"path": str(out)}, ensure_ascii=False)
        return
    yield f"{out}: {_as_text(written)}"
    yield _who_it_may_tell(written)
    yield f"Look at it with: nursestation decode {written.driver} {out}"


def unknown_sentence(unknown: Mapping[str, int]) -> str:
    """Return what a monitor sent that is shown nowhere, for want of a name here; "" for nothing."""
    names = ", ".join(f"{name} ({'once' if n == 1 else f'{n} times'})" for name, n in sorted(unknown.items()))
    return f"The monitor also sent numbers that are not shown, for they have no name here: {names}." if names else ""


def unknown_json(unknown: Mapping[str, int]) -> str:
    """Return the same as one line of JSON; "" for nothing."""
    return json.dumps({"unknown": dict(sorted(unknown.items()))}, ensure_ascii=False) if unknown else ""


def _who_it_may_tell(recorded: Recorded) -> str:
    if not recorded.may_identify:
        return "This protocol carries nothing that tells who the patient is; the file may be given to support."
    try:
        what = lookup(recorded.driver).info.identity
    except DriverLookupError:
        what = ""
    told = f" ({what})" if what else ""
    return f"This file may tell who the patient is{told}: treat it as a part of the patient's record."


def _as_text(recorded: Recorded) -> str:
    seconds = (recorded.last_ns - recorded.first_ns) / NS_PER_S
    parts = [
        f"{recorded.monitor}  {iso(recorded.first_ns, None)} to {iso(recorded.last_ns, None)} ({seconds / 60:.1f} min)",
        f"{recorded.bytes_in} bytes received",
        f"{recorded.bytes_out} sent",
    ]
    if recorded.lost:
        parts.append(f"{recorded.lost} not kept, for the disk did not take them")
    if recorded.is_damaged:
        parts.append("damaged in places")
    if recorded.unknown:
        parts.append(f"not known here: {', '.join(f'{name} ({n})' for name, n in sorted(recorded.unknown.items()))}")
    if recorded.may_identify:
        parts.append("may tell who the patient is")
    return ", ".join(parts)


def _as_json(recorded: Recorded) -> dict[str, object]:
    return {
        "monitor": recorded.monitor,
        "driver": recorded.driver,
        "from": iso(recorded.first_ns, None),
        "until": iso(recorded.last_ns, None),
        "seconds": round((recorded.last_ns - recorded.first_ns) / NS_PER_S, 3),
        "bytes_in": recorded.bytes_in,
        "bytes_out": recorded.bytes_out,
        "lost": recorded.lost,
        "may_identify": recorded.may_identify,
        "damaged": recorded.is_damaged,
        "unknown": dict(sorted(recorded.unknown.items())),
    }
