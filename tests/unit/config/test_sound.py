from nursestation.config.schema import ChairSettings, StationSettings
from nursestation.config.sound import output_names, sound_plan
from nursestation.core.sounds.wishes import QuietSound, SoundPlan


def test_settings_that_say_nothing_of_sound_have_the_station_alone():
    settings = StationSettings(chair=(ChairSettings(number=2),))
    assert sound_plan(settings) == SoundPlan()
    assert sound_plan(settings).places == (None,)
    assert output_names(settings) == {None: ""}


def test_chairs_with_a_loudspeaker_come_by_their_number():
    settings = StationSettings(
        sound_output="Built-in",
        sound_volume=10,
        chair=(
            ChairSettings(number=5, sound_output="USB 2", quiet_sound="low"),
            ChairSettings(number=3),
            ChairSettings(number=2, sound_output="USB 1"),
        ),
    )
    plan = sound_plan(settings)
    assert plan == SoundPlan(volume=1.0, chairs=((2, QuietSound.NONE), (5, QuietSound.LOW)))
    assert plan.places == (None, 2, 5)
    assert output_names(settings) == {None: "Built-in", 2: "USB 1", 5: "USB 2"}
