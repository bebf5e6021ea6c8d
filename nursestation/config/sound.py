"""What a station's settings say of its sound: how loud, and whose loudspeaker is which."""

from collections.abc import Mapping

from nursestation.config.schema import StationSettings
from nursestation.core.sounds.tones import VOLUME_STEPS
from nursestation.core.sounds.wishes import Place, QuietSound, SoundPlan


def sound_plan(settings: StationSettings) -> SoundPlan:
    """Return how the room is to sound."""
    chairs = sorted((chair.number, QuietSound(chair.quiet_sound)) for chair in settings.chair if chair.sound_output)
    return SoundPlan(volume=settings.sound_volume / VOLUME_STEPS, chairs=tuple(chairs))


def output_names(settings: StationSettings) -> Mapping[Place, str]:
    """Return the name or id of every place's sound output, the station's first; "" is the computer's usual one."""
    chairs = sorted((chair.number, chair.sound_output) for chair in settings.chair if chair.sound_output)
    return {None: settings.sound_output, **dict(chairs)}
