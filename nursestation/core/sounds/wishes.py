"""What each sound output is to play now: the only place where a snapshot becomes sounds. Pure.

| who | plays | how loud |
|---|---|---|
| the station | the highest priority of the room | its own volume |
| | the same, while a chair that nobody answered has no loudspeaker that can be heard | full |
| a chair's loudspeaker | the highest priority of its chair that nobody answered in time | full |
| | else the highest priority of its chair | as its setting says: not at all, or low |
| | the highest priority of its chair, while the station cannot be heard | full |

Rules of the file:
1. Acknowledging, AUDIO PAUSED, ALARM PAUSED and AUDIO OFF count at a chair as at the station: what is silenced is in neither.
2. A chair's loudspeaker that is in trouble is counted as none, and one that may be heard all the same plays its part too.
3. The reminder of AUDIO OFF and the sound for an engine that fell silent are the station's alone.

Source: project decision, docs/adr/0017.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from devices.events import Priority
from nursestation.core.snapshot import AudioState, StationSnapshot
from nursestation.core.sounds.sequencer import SoundWish
from nursestation.core.sounds.tones import VOLUME_STEPS

DEAD_ENGINE = Priority.HIGH
"""Nothing is judged any more: as urgent as the worst that might go unseen. Source: project decision."""
FULL = 1.0
LOW = 0.3
"""Volume of a chair's loudspeaker that is to be quiet: 21 dB below full. Source: project decision."""
STATION_STEP = 8
"""The station's volume unless a setting says otherwise, in steps of 3 dB: what nobody answers can get louder by 6 dB."""

Place = int | None
"""Whose sound output: a chair's by its number, or None, the station's."""


class QuietSound(StrEnum):
    """What a chair's own loudspeaker plays of an alarm before it was left unanswered for too long."""

    NONE = "none"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPlan:
    """How the room is to sound.

    Attributes:
        volume: Of the station, 0 to 1: see `tones.amplitude`.
        chairs: The chairs that have a loudspeaker of their own, and what it plays of an alarm before it escalates.
    """

    volume: float = STATION_STEP / VOLUME_STEPS
    chairs: tuple[tuple[int, QuietSound], ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """Return whose outputs there are, the station's first."""
        return (None, *(number for number, _ in self.chairs))


@dataclass(frozen=True, slots=True)
class Tried:
    """The sound of a priority that a self-test plays at one output now."""

    place: Place
    priority: Priority


def wishes(
    snapshot: StationSnapshot,
    plan: SoundPlan,
    *,
    unheard: Collection[Place] = (),
    tried: Tried | None = None,
    is_dead: bool = False,
) -> dict[Place, SoundWish]:
    """Return what each output of the plan is to play.

    Args:
        snapshot: The newest.
        plan: How the room is to sound.
        unheard: The outputs that are in trouble.
        tried: What a self-test plays; it is heard whatever is paused, but no alarm waits for it that is as urgent.
        is_dead: The engine has fallen silent: nobody judges alarms.
    """
    made: dict[Place, SoundWish] = {None: _station_wish(snapshot, plan, unheard, is_dead=is_dead)}
    for number, quiet in plan.chairs:
        made[number] = _chair_wish(snapshot, number, quiet, is_alone=None in unheard)
    if tried is not None and tried.place in made:
        made[tried.place] = _with_tried(made[tried.place], tried, snapshot, plan)
    return made


def unanswered_text(snapshot: StationSnapshot, plan: SoundPlan, unheard: Collection[Place] = ()) -> str:
    """Return what sounds because nobody answered, in a nurse's words; "" while everything is answered.

    Args:
        snapshot: The newest.
        plan: How the room is to sound.
        unheard: The outputs that are in trouble.
    """
    numbers = [number for number, _ in snapshot.chair_sound]
    own = [number for number in numbers if number in plan.places and number not in unheard]
    others = [number for number in numbers if number not in own]
    told = []
    if own:
        told.append(f"{_chairs_text(own)} not answered: the alarm sounds at the chair too.")
    if others:
        how = "louder" if plan.volume < FULL else "at full volume"
        told.append(f"{_chairs_text(others)} not answered: the station sounds {how}.")
    return " ".join(told)


def _station_wish(
    snapshot: StationSnapshot, plan: SoundPlan, unheard: Collection[Place], *, is_dead: bool
) -> SoundWish:
    """A new condition breaks through AUDIO PAUSED: it is in `sound`, while `audio.held` is what waits for the pause's end."""
    audio = snapshot.audio
    wanted = DEAD_ENGINE if is_dead else snapshot.sound
    needs_help = any(number not in plan.places or number in unheard for number, _ in snapshot.chair_sound)
    return SoundWish(
        priority=wanted or audio.held,
        paused_until_ns=audio.until_ns if audio.state is AudioState.PAUSED and wanted is None else None,
        is_off=audio.state is AudioState.OFF,
        n_onsets=audio.n_onsets,
        n_silenced=audio.n_silenced,
        volume=FULL if needs_help or is_dead else plan.volume,
        reminder_s=audio.reminder_s,
    )


def _chair_wish(snapshot: StationSnapshot, number: int, quiet: QuietSound, *, is_alone: bool) -> SoundWish:
    audio = snapshot.audio
    heard = dict(snapshot.chair_heard).get(number)
    escalated = dict(snapshot.chair_sound).get(number)
    wanted, volume = heard, LOW
    if is_alone:
        volume = FULL
    elif escalated is not None:
        wanted, volume = escalated, FULL
    elif quiet is QuietSound.NONE:
        wanted = None
    return SoundWish(
        priority=wanted,
        paused_until_ns=audio.until_ns if audio.state is AudioState.PAUSED and wanted is None else None,
        is_off=audio.state is AudioState.OFF,
        n_silenced=audio.n_silenced,
        volume=volume,
        reminder_s=math.inf,
    )


def _with_tried(wish: SoundWish, tried: Tried, snapshot: StationSnapshot, plan: SoundPlan) -> SoundWish:
    is_silent = wish.is_off or wish.paused_until_ns is not None or wish.priority is None
    if not is_silent and wish.priority is not None and wish.priority.rank >= tried.priority.rank:
        return wish
    volume = plan.volume if tried.place is None else FULL
    counts = snapshot.audio
    return SoundWish(
        priority=tried.priority, n_onsets=counts.n_onsets, n_silenced=counts.n_silenced, volume=max(volume, wish.volume)
    )


def _chairs_text(numbers: list[int]) -> str:
    *first, last = [str(number) for number in numbers]
    return f"Chairs {', '.join(first)} and {last}" if first else f"Chair {last}"
