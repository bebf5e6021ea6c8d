"""The line over the waves as text: where they come from; while they are frozen, since when, and that the rest goes on."""

from dataclasses import dataclass
from datetime import tzinfo

from devices.clock import NS_PER_S, Moment
from nursestation.core.snapshot import ChairSnapshot
from nursestation.ui.durations import duration_text
from nursestation.ui.plots.wave_look import LONGEST_FREEZE_S, WaveLook
from nursestation.ui.timetext import local_time

ALL_HIDDEN = "Every wave of this chair is switched off. Waves… shows them again."


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveHeadView:
    """Two short lines.

    Attributes:
        title: What the picture is.
        note: More of it, in smaller letters; `short` the same for a narrow place.
        is_frozen: The picture stands.
    """

    title: str
    note: str
    short: str = ""
    is_frozen: bool = False


def wave_head_view(chair: ChairSnapshot, at: Moment, frozen: Moment | None, zone: tzinfo | None) -> WaveHeadView:
    """Return the head over the waves of `chair`.

    Args:
        chair: Whose waves.
        at: Now.
        frozen: When the picture was frozen; None while it runs.
        zone: The clinic's time zone, None for the machine's.
    """
    if frozen is None:
        return WaveHeadView(title="Waves" if chair.waves else "No waves", note=_sources(chair))
    stood_s = (at.mono_ns - frozen.mono_ns) / NS_PER_S
    now = f"now {_to_the_second(at, zone)}"
    return WaveHeadView(
        title=f"FROZEN {_to_the_second(frozen, zone)}",
        note=f"recording goes on · {now} · runs again in {duration_text(LONGEST_FREEZE_S - stood_s)}",
        short=f"recording goes on · {now}",
        is_frozen=True,
    )


def why_no_waves(chair: ChairSnapshot, look: WaveLook) -> str:
    """Return what stands where no wave is drawn."""
    if chair.waves and not look.arranged(chair.waves):
        return ALL_HIDDEN
    if not chair.links:
        return "No monitor is set up for this chair."
    troubled = next((link for link in chair.links if link.reason), None)
    return troubled.reason if troubled is not None else "No waves are coming from this chair's monitors."


def _sources(chair: ChairSnapshot) -> str:
    giving = {monitor for _, monitor, _ in chair.waves}
    return " · ".join(link.title.partition(" on ")[0] for link in chair.links if link.monitor in giving)


def _to_the_second(at: Moment, zone: tzinfo | None) -> str:
    return f"{local_time(at.utc_ns, zone):%H:%M:%S}"
