import pytest

from nursestation.ui.wall.screens import How, Place, ScreenFacts, options, others, place, told_apart

DESK = ScreenFacts("eDP-1", 0, 0, 1280, 800)
WALL = ScreenFacts("HDMI-1", 1280, 0, 1920, 1080)
LEFT = ScreenFacts("DP-2", -1920, 0, 1920, 1080)
MIRROR = ScreenFacts("HDMI-1", 0, 0, 1280, 800)


def test_screens_of_one_name_are_told_apart_by_where_they_stand():
    right, left = ScreenFacts("TV", 3200, 0, 1920, 1080), ScreenFacts("TV", -1920, 0, 1920, 1080)
    told = told_apart([right, DESK, left, ScreenFacts("", 0, 2000, 800, 600)])
    assert list(told.items()) == [
        ("TV", left),
        ("eDP-1", DESK),
        ("Screen", ScreenFacts("", 0, 2000, 800, 600)),
        ("TV 2", right),
    ]


@pytest.mark.parametrize(
    ("screens", "expected"),
    [([DESK], ()), ([DESK, WALL], ("HDMI-1",)), ([DESK, WALL, LEFT], ("DP-2", "HDMI-1")), ([DESK, MIRROR], ())],
)
def test_the_others_show_nothing_of_the_windows_screen(screens, expected):
    assert others(told_apart(screens), "eDP-1") == expected


def test_while_the_windows_screen_is_not_known_every_one_is_another():
    assert others(told_apart([DESK, WALL]), "") == ("eDP-1", "HDMI-1")


def test_it_fills_the_chosen_screen_or_the_first_other_one():
    screens = told_apart([DESK, WALL, LEFT])
    assert place(screens, "eDP-1", "HDMI-1") == Place(How.FULL, "HDMI-1")
    assert place(screens, "eDP-1", "") == Place(How.FULL, "DP-2")


def test_with_one_screen_it_is_a_window_and_says_so():
    for screens in ([DESK], [DESK, MIRROR]):
        found = place(told_apart(screens), "eDP-1", "")
        assert (found.how, found.screen) == (How.WINDOW, "")
        assert "one screen" in found.text


def test_it_waits_for_a_screen_that_is_away_and_takes_no_other_meanwhile():
    found = place(told_apart([DESK, LEFT]), "eDP-1", "HDMI-1")
    assert found == Place(How.WAITING, text="The screen HDMI-1 is not connected. The wall view comes back with it.")


@pytest.mark.parametrize(("screens", "home"), [([WALL], "HDMI-1"), ([DESK, WALL], "HDMI-1"), ([DESK, MIRROR], "eDP-1")])
def test_it_never_covers_the_window(screens, home):
    found = place(told_apart(screens), home, "HDMI-1")
    assert found.how is How.WAITING
    assert "would cover this window" in found.text


def test_a_screen_is_offered_by_where_it_stands_and_how_large_it_is():
    screens = told_apart(
        [DESK, WALL, LEFT, ScreenFacts("DP-3", 0, -1080, 1920, 1080), ScreenFacts("DP-4", 0, 800, 8, 6)]
    )
    assert options(screens, "eDP-1", "HDMI-1") == (
        ("DP-2", "On the left · 1920 × 1080 (DP-2)"),
        ("DP-3", "Above · 1920 × 1080 (DP-3)"),
        ("DP-4", "Below · 8 × 6 (DP-4)"),
        ("HDMI-1", "On the right · 1920 × 1080 (HDMI-1)"),
    )


def test_a_chosen_screen_stays_offered_while_it_is_away_or_taken():
    assert options(told_apart([DESK]), "eDP-1", "HDMI-1") == (
        ("", "A window on this screen"),
        ("HDMI-1", "HDMI-1, not connected"),
    )
    assert options(told_apart([DESK, WALL]), "HDMI-1", "HDMI-1")[-1] == ("HDMI-1", "HDMI-1, not free now")
