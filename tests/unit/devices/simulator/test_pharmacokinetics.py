"""The drug's course against the published numbers."""

import pytest

from devices.simulator import pharmacokinetics as pk

# Domino 1984 constants, 70 kg, 35 mg over 40 min, Euler with dt 0.01 min: minute -> (plasma, effect site) [ng/mL]
VECTOR = {
    5: (155, 56),
    10: (182, 106),
    20: (210, 170),
    30: (227, 204),
    40: (240, 225),
    45: (91, 178),
    50: (71, 135),
    60: (55, 84),
    80: (46, 52),
    100: (40, 43),
    120: (36, 38),
}


def course(schedule, minutes, weight_kg=70):
    """Return (plasma, effect site) at every whole minute."""
    amounts, out = pk.no_drug(), {}
    for second in range(1, minutes * 60 + 1):
        given_mg = schedule.delivered_mg(second) - schedule.delivered_mg(second - 1)
        amounts = pk.advanced(amounts, weight_kg, given_mg)
        if second % 60 == 0:
            out[second // 60] = (pk.plasma_ng_ml(amounts, weight_kg), pk.effect_site_ng_ml(amounts))
    return out


def infusion(weight_kg=70):
    schedule = pk.DoseSchedule()
    schedule.start(0, pk.Infusion(0.5 * weight_kg, 40))
    return schedule


def test_published_vector():
    found = course(infusion(), 120)
    for minute, expected in VECTOR.items():
        assert found[minute] == pytest.approx(expected, rel=0.02), minute


def test_weight_scales_out_when_the_dose_goes_by_weight():
    assert course(infusion(50), 41, 50)[40] == pytest.approx(course(infusion(110), 41, 110)[40])


def test_pump_stops_when_its_dose_is_given():
    assert infusion().delivered_mg(50 * 60) == 35


def test_pause_keeps_the_rest_of_the_dose_for_later():
    schedule = infusion()
    schedule.pause(15 * 60)
    assert schedule.delivered_mg(25 * 60) == pytest.approx(35 * 15 / 40)
    schedule.resume(25 * 60)
    assert schedule.delivered_mg(49 * 60) == pytest.approx(35 * 39 / 40)
    assert schedule.delivered_mg(51 * 60) == 35


def test_concentration_falls_in_a_pause_and_rises_after_it():
    schedule = infusion()
    schedule.pause(15 * 60)
    schedule.resume(25 * 60)
    found = course(schedule, 40)
    assert found[24][1] < 0.65 * found[15][1]
    assert found[40][1] > found[25][1]


def test_pausing_twice_and_resuming_a_running_pump_change_nothing():
    schedule = infusion()
    schedule.resume(60)
    schedule.pause(600)
    schedule.pause(700)
    assert schedule.delivered_mg(3600) == pytest.approx(35 * 10 / 40)


def test_second_start_is_refused():
    schedule = infusion()
    with pytest.raises(ValueError, match="started before"):
        schedule.start(5, pk.Infusion(35, 40))


def test_injection_peaks_at_22_minutes():
    schedule = pk.DoseSchedule()
    schedule.inject(0, 35)
    found = course(schedule, 60)
    assert max(found, key=lambda minute: found[minute][0]) == 22
    assert schedule.delivered_mg(3600) == pytest.approx(35 * 0.93)
