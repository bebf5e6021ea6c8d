"""What the alarms want to be heard, out of a snapshot: the only place where a snapshot becomes a sound."""

from devices.events import Priority
from nursestation.core.snapshot import AudioState, StationSnapshot
from nursestation.core.sounds.sequencer import SoundWish

DEAD_ENGINE = Priority.HIGH
"""Nothing is judged any more: as urgent as the worst that might go unseen. Source: project decision."""


def sound_wish(snapshot: StationSnapshot, *, tested: Priority | None = None, is_dead: bool = False) -> SoundWish:
    """Return what is to be heard.

    A new condition breaks through AUDIO PAUSED: the station then names it in `sound`, while what the pause holds back waits
    in `audio.held` for its end.

    Args:
        snapshot: The newest.
        tested: What a self-test plays now; it is heard whatever is paused, and an alarm of the same priority or above
            goes before it.
        is_dead: The engine has fallen silent: nobody judges alarms.
    """
    audio = snapshot.audio
    wanted = DEAD_ENGINE if is_dead else snapshot.sound
    if tested is not None and (wanted is None or tested.rank > wanted.rank):
        return SoundWish(priority=tested, n_onsets=audio.n_onsets, n_silenced=audio.n_silenced)
    return SoundWish(
        priority=wanted or audio.held,
        paused_until_ns=audio.until_ns if audio.state is AudioState.PAUSED and wanted is None else None,
        is_off=audio.state is AudioState.OFF,
        n_onsets=audio.n_onsets,
        n_silenced=audio.n_silenced,
    )
