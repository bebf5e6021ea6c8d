from dataclasses import replace

import pytest

from nursestation.core.sounds.figures import DEFAULT, RAMP_OUTSIDE, SoundFigureError


def changed(name, pulse=None, **burst):
    """The default set with figures of one sound changed."""
    before = getattr(DEFAULT, name)
    return replace(DEFAULT, **{name: replace(before, pulse=replace(before.pulse, **pulse or {}), **burst)})


def test_the_bursts_are_as_long_as_their_pulses_and_gaps():
    assert DEFAULT.high.gaps_ms == (100, 100, 350, 100, 500, 100, 100, 350, 100)
    assert (DEFAULT.high.length_ms, DEFAULT.medium.length_ms, DEFAULT.low.length_ms) == (3300, 1000, 600)
    assert (DEFAULT.high.half_ms, DEFAULT.medium.half_ms) == (1400, 1000)


@pytest.mark.parametrize(
    ("name", "edge"),
    [
        ("high", {"pause_ms": 2_500}),
        ("high", {"pause_ms": 15_000}),
        ("high", {"middle_ms": 350}),
        ("high", {"middle_ms": 1300}),
        ("high", {"gap_ms": 125}),
        ("high", {"pulse": {"td_ms": 200, "rise_ms": 40, "fall_ms": 30}}),
        ("high", {"pulse": {"td_ms": 75, "rise_ms": 7.5}}),
        ("medium", {"gap_ms": 250}),
        ("medium", {"pause_ms": 30_000}),
        ("low", {"n_pulses": 1}),
        ("low", {"pause_ms": 15_001}),
        ("low", {"pulse": {"fundamental_hz": 150}}),
        ("low", {"pulse": {"partials_db": (0, 15, -15, 0, 0)}}),
        ("reminder", {"pause_ms": 60_000}),
    ],
)
def test_what_touches_a_bound_is_allowed(name, edge):
    assert changed(name, **edge)


@pytest.mark.parametrize(
    ("name", "figures", "says"),
    [
        ("high", {"pulse": {"fundamental_hz": 149}}, "high is 149 Hz, and may be 150 to 1000 Hz (IEC 60601-1-8 Table 4)"),
        ("high", {"pulse": {"fundamental_hz": float("nan")}}, "fundamental of high is nan Hz"),
        ("low", {"pulse": {"fundamental_hz": 1000.5}}, "150 to 1000 Hz"),
        ("medium", {"pulse": {"partials_db": (0, -3, -6, -9)}}, "medium has 3 harmonics between 300 and 4000 Hz, and needs 4"),
        ("high", {"pulse": {"fundamental_hz": 990}}, "high has 3 harmonics"),
        ("high", {"pulse": {"partials_db": (0, -3, -6, -9, -15.1)}}, "partial 5 of high is -15.1 dB, and may be -15 to 15 dB"),
        ("high", {"pulse": {"partials_db": (-1, -3, -6, -9, -12)}}, "at 0 dB by definition"),
        ("high", {"pulse": {"partials_db": ()}}, "at 0 dB by definition"),
        ("high", {"pulse": {"td_ms": 74, "rise_ms": 10}}, "td of high is 74 ms, and may be 75 to 200 ms"),
        ("high", {"pulse": {"td_ms": 201, "rise_ms": 30}}, "75 to 200 ms"),
        ("medium", {"pulse": {"td_ms": 124, "rise_ms": 20}, "gap_ms": 250}, "125 to 250 ms"),
        ("low", {"pulse": {"td_ms": 251}}, "125 to 250 ms"),
        ("reminder", {"pulse": {"td_ms": 251}}, "75 to 250 ms (docs/adr/0015)"),
        ("high", {"pulse": {"rise_ms": 14}}, "rise time of high is 14 ms, and may be 15 to 30 ms (10 to 20 % of td"),
        ("low", {"pulse": {"rise_ms": 41}}, "20 to 40 ms"),
        ("high", {"pulse": {"fall_ms": 60}}, "it ends before the next pulse begins"),
        ("high", {"pulse": {"fall_ms": 0}}, "fall time of high is 0 ms"),
        ("reminder", {"pulse": {"fall_ms": 151}}, "fall time of reminder"),
        ("high", {"n_pulses": 9}, "high has 9 pulses, and may have 10 (IEC 60601-1-8 Table 3)"),
        ("high", {"middle_ms": None}, "pause after the fifth pulse"),
        ("medium", {"n_pulses": 2}, "medium has 2 pulses, and may have 3"),
        ("medium", {"middle_ms": 500}, "only that of high is in two halves"),
        ("low", {"n_pulses": 3}, "may have 1 or 2"),
        ("reminder", {"n_pulses": 2}, "may have 1"),
        ("high", {"gap_ms": 126}, "x of high is 126 ms, and may be 50 to 125 ms"),
        ("high", {"gap_ms": 49}, "50 to 125 ms"),
        ("medium", {"gap_ms": 251}, "y of medium is 251 ms, and may be 125 to 250 ms"),
        ("low", {"gap_ms": 124}, "y of low"),
        ("high", {"middle_ms": 349}, "350 to 1300 ms"),
        ("high", {"pause_ms": 2_499}, "2500 to 15000 ms"),
        ("medium", {"pause_ms": 30_001}, "2500 to 30000 ms"),
        ("low", {"pause_ms": 15_000}, "more than 15000 ms"),
        ("reminder", {"pause_ms": 300_001}, "60000 to 300000 ms"),
    ],
)  # fmt: skip
def test_what_leaves_a_range_is_refused_with_range_and_source(name, figures, says):
    with pytest.raises(SoundFigureError) as refused:
        changed(name, **figures)
    assert says in str(refused.value)


def test_medium_may_not_be_quicker_than_high():
    slow_high = replace(DEFAULT.high, gap_ms=125, pulse=replace(DEFAULT.high.pulse, td_ms=200, rise_ms=30))
    quick_medium = replace(
        DEFAULT.medium, gap_ms=150, pulse=replace(DEFAULT.medium.pulse, td_ms=130, rise_ms=20, fall_ms=40)
    )
    assert replace(DEFAULT, medium=quick_medium)
    with pytest.raises(SoundFigureError, match=r"td \+ y of medium.* is 280 ms, and may be at least 325 ms"):
        replace(DEFAULT, medium=quick_medium, high=slow_high)


def test_a_raised_cosine_is_at_nine_tenths_after_its_outer_part():
    assert pytest.approx(1.347, abs=0.0005) == RAMP_OUTSIDE
