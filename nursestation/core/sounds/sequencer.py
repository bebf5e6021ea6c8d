"""Says which burst sounds, and when: a state machine over the monotonic time, without a loudspeaker.

    quiet --wanted and due--> sounding --its length is over--> quiet
                               |   |
                               |   +--the condition ended: at the end of what must be heard--> quiet
                               +--an operator silenced it: at once--> quiet
                               +--a higher priority is wanted: at once--> sounding (the higher one)

Rules of the file:

| rule | what | source |
|---|---|---|
| S1 | one burst at a time, that of the highest priority wanted | IEC 60601-1-8 6.3.3 |
| S2 | a higher priority cuts in at once; a lower one begins `BETWEEN_MS` after the burst | docs/adr/0015 |
| S3 | when the condition ends, high finishes the half it is in, medium and low the burst | IEC 60601-1-8 Table 3, note |
| S4 | what an operator silences stops at once | IEC 60601-1-8 Table 3, note: "if not silenced by the operator" |
| S5 | a burst comes again after its pause; for a new condition of its priority after the shortest there may be | Table 3 |
| S6 | AUDIO PAUSED ends by itself, also when nothing more is heard from the engine | IEC 60601-1-8 6.8 |
| S7 | while AUDIO OFF, nothing but the reminder, an interval after it began and then each interval | docs/adr/0015 |
| S8 | what is to be louder is as good as new (S5); what is made softer by an operator's hand stops at once (S4) | docs/adr/0017 |
"""

from dataclasses import dataclass
from enum import StrEnum

from devices.events import Priority
from nursestation.core.sounds.figures import PAUSE_HIGH, PAUSE_LOW, PAUSE_MEDIUM, Burst, SoundSet

NS_PER_MS = 1_000_000
BETWEEN_MS = PAUSE_HIGH.low
"""From a burst to that of a lower priority [ms]. Source: project decision, the shortest pause that there is."""


class Sound(StrEnum):
    """What can be heard."""

    REMINDER = "reminder"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundWish:
    """What the alarms want to be heard, as of one snapshot.

    Attributes:
        priority: The highest of the conditions that sound: present or latched, not acknowledged, their alarm not paused.
        paused_until_ns: Monotonic time at which AUDIO PAUSED ends [ns]; None while it is not on.
        is_off: AUDIO OFF is on.
        n_onsets: How often a condition of this priority has begun to sound (raised, worsened, alarmed again) since the start.
        n_silenced: How often an operator has silenced something (acknowledged, paused an alarm) since the start.
        volume: How loud, 0 to 1: see `tones.amplitude`.
        reminder_s: From one reminder of AUDIO OFF to the next [s]; None: the sound set's; infinite: there is none.
    """

    priority: Priority | None = None
    paused_until_ns: int | None = None
    is_off: bool = False
    n_onsets: int = 0
    n_silenced: int = 0
    volume: float = 1.0
    reminder_s: float | None = None

    def heard(self, now_ns: int) -> Priority | None:
        """Return the priority that is to be heard at a time, with pause and off taken into account."""
        is_paused = self.paused_until_ns is not None and now_ns < self.paused_until_ns
        return None if self.is_off or is_paused else self.priority

    def is_quieter_by_hand(self, before: "SoundWish") -> bool:
        """Say whether an operator has silenced something since the wish before."""
        return (
            self.n_silenced != before.n_silenced
            or (self.is_off and not before.is_off)
            or (self.paused_until_ns is not None and self.paused_until_ns != before.paused_until_ns)
        )


QUIET = SoundWish()
"""The wish of a room in which nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Play:
    """Begin this sound now, from its first sample, at this volume (`tones.amplitude`)."""

    sound: Sound
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class EndAt:
    """Let the sound that plays go no further than this, counted from its first sample [ms]: there it is silent."""

    offset_ms: float


@dataclass(frozen=True, slots=True)
class Cut:
    """Stop what plays, at once."""


Action = Play | EndAt | Cut
"""What the player is to do."""


def burst_of(sounds: SoundSet, sound: Sound) -> Burst:
    """Return the figures of a sound."""
    return {
        Sound.HIGH: sounds.high,
        Sound.MEDIUM: sounds.medium,
        Sound.LOW: sounds.low,
        Sound.REMINDER: sounds.reminder,
    }[sound]


@dataclass(slots=True)
class _Burst:
    sound: Sound
    start_ns: int
    end_ns: int
    """When its last fall is over; of what was cut, when it would be over had it fallen then."""
    n_onsets: int
    volume: float
    is_ending: bool = False


class Sequencer:
    """The state machine. Ask it often: what is due begins with the first question after its time.

    Args:
        sounds: The figures.
    """

    def __init__(self, sounds: SoundSet) -> None:
        self._sounds = sounds
        self._wish = QUIET
        self._now: _Burst | None = None
        self._before: _Burst | None = None
        """The last burst of an alarm, over or cut."""
        self._reminded_ns: int | None = None
        """Since when there was no reminder; None while audio is not off."""

    def forget(self) -> None:
        """Take it that nothing was heard so far: what is wanted begins at the next step."""
        self._now = self._before = None

    def step(self, wish: SoundWish, now_ns: int) -> tuple[Action, ...]:
        """Return what is to be done now.

        Args:
            wish: The newest there is, in the order of the snapshots.
            now_ns: Monotonic time, not before that of the step before [ns].
        """
        is_by_hand = wish.is_quieter_by_hand(self._wish)
        self._wish = wish
        heard = wish.heard(now_ns)
        self._note_off(wish.is_off, now_ns)
        if self._now is not None and now_ns >= self._now.end_ns:
            self._end(self._now.end_ns)
        actions: list[Action] = []
        if self._now is not None:
            actions += self._judge_sounding(self._now, heard, is_by_hand, now_ns)
        if self._now is None:
            actions += self._judge_quiet(heard, now_ns)
        return tuple(actions)

    def _note_off(self, is_off: bool, now_ns: int) -> None:
        if not is_off:
            self._reminded_ns = None
        elif self._reminded_ns is None:
            self._reminded_ns = now_ns

    def _end(self, at_ns: int) -> None:
        if self._now is not None and self._now.sound is not Sound.REMINDER:
            self._before = self._now
            self._before.end_ns = at_ns
        self._now = None

    def _judge_sounding(self, now: _Burst, heard: Priority | None, is_by_hand: bool, now_ns: int) -> tuple[Action, ...]:
        rank = 0 if heard is None else heard.rank
        is_less = rank < _rank(now.sound) or self._wish.volume < now.volume
        if rank > _rank(now.sound) or (is_less and is_by_hand):
            self._end(now_ns + _ns(burst_of(self._sounds, now.sound).tail_ms))
            return (Cut(),)
        if rank < _rank(now.sound) and not now.is_ending:
            now.is_ending = True
            burst = burst_of(self._sounds, now.sound)
            half_ms = burst.lead_ms + burst.half_ms + burst.tail_ms
            half_ns = now.start_ns + _ns(half_ms)
            if now_ns < half_ns < now.end_ns:
                now.end_ns = half_ns
                return (EndAt(half_ms),)
        return ()

    def _judge_quiet(self, heard: Priority | None, now_ns: int) -> tuple[Action, ...]:
        if heard is not None:
            sound = Sound(heard.value)
            return self._begin(sound, now_ns) if now_ns >= self._due_ns(sound) else ()
        if self._reminded_ns is None:
            return ()
        pause_ms = self._sounds.reminder.pause_ms if self._wish.reminder_s is None else self._wish.reminder_s * 1000
        if (now_ns - self._reminded_ns) / NS_PER_MS < pause_ms:
            return ()
        self._reminded_ns = now_ns
        return self._begin(Sound.REMINDER, now_ns)

    def _due_ns(self, sound: Sound) -> int:
        """Return when a burst of this sound may begin: its first sample."""
        before = self._before
        if before is None or _rank(sound) > _rank(before.sound):
            return 0
        burst = burst_of(self._sounds, before.sound)
        ended_ns = before.end_ns - _ns(burst.tail_ms)  # where a pause begins: the 90 % point
        if sound is not before.sound:
            pause_ms = BETWEEN_MS
        elif self._wish.n_onsets != before.n_onsets or self._wish.volume > before.volume:
            pause_ms = _SHORTEST_MS[sound]
        else:
            pause_ms = burst.pause_ms
        return ended_ns + _ns(pause_ms - burst_of(self._sounds, sound).lead_ms)

    def _begin(self, sound: Sound, now_ns: int) -> tuple[Action, ...]:
        burst = burst_of(self._sounds, sound)
        end_ns = now_ns + _ns(burst.lead_ms + burst.length_ms + burst.tail_ms)
        self._now = _Burst(sound, now_ns, end_ns, self._wish.n_onsets, self._wish.volume)
        return (Play(sound, self._wish.volume),)


_SHORTEST_MS = {Sound.HIGH: PAUSE_HIGH.low, Sound.MEDIUM: PAUSE_MEDIUM.low, Sound.LOW: PAUSE_LOW.low + 1}


def _rank(sound: Sound) -> int:
    return 0 if sound is Sound.REMINDER else Priority(sound.value).rank


def _ns(ms: float) -> int:
    return round(ms * NS_PER_MS)
