from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nursestation.config.changes import ChangeError, PutMonitor, RemoveChair, RemoveMonitor, changed
from nursestation.config.load import SettingsError, load_settings, parse_settings
from nursestation.config.schema import MonitorSettings
from nursestation.config.write import plan_change, with_change, write_plan

WRITTEN = """# Clinic North, ground floor
clinic = "North"  # prints on reports

# The chair at the window
[[chair]]
number = 1  # left of the door

# bought 2024
[[chair.monitor]]
driver = "ge_dinamap"
port = "/dev/ttyUSB0" # the desk's adapter

# CO2 only here
[[chair.monitor]]
driver = "capnostream20"
port = "/dev/ttyUSB1"
baud = 9600

[chair.prefer]
spo2 = "capnostream20"  # better probe
pulse_rate = "ge_dinamap"

# The chair at the door
[[chair]]
number = 2
# end
"""
INLINE = (
    'chair = [{number = 1, monitor = [{driver = "ge_dinamap", port = "COM3"}]}, {number = 2}] # both\nclinic = "N"\n'
)
NEW = MonitorSettings(driver="berry_pm6750", port="/dev/ttyUSB2", usb_serial="FT1")


def lines_gone(before, after):
    kept = after.splitlines()
    return [line for line in before.splitlines() if line.strip() and line not in kept]


def put(text, chair, monitor, replaces=""):
    return with_change(text, PutMonitor(chair=chair, monitor=monitor, replaces=replaces))


def chairs(text):
    return parse_settings(text, Path("station.toml")).chair


def test_a_new_monitor_stands_after_the_others_of_its_chair_and_changes_no_other_line():
    after = put(WRITTEN, 1, NEW)
    assert lines_gone(WRITTEN, after) == []
    assert [monitor.driver for monitor in chairs(after)[0].monitor] == ["ge_dinamap", "capnostream20", "berry_pm6750"]
    added = '[[chair.monitor]]\ndriver = "berry_pm6750"\nport = "/dev/ttyUSB2"\nusb_serial = "FT1"\n'
    assert after == WRITTEN.replace("[chair.prefer]", f"{added}\n[chair.prefer]")


def test_the_first_monitor_of_a_chair_and_of_a_new_chair():
    second = put(WRITTEN, 2, NEW)
    assert lines_gone(WRITTEN, second) == []
    assert chairs(second)[1].monitor == (NEW,)
    third = put(WRITTEN, 3, NEW)
    assert third.startswith(WRITTEN)
    assert [(chair.number, len(chair.monitor)) for chair in chairs(third)] == [(1, 2), (2, 0), (3, 1)]
    assert chairs(put("", 1, NEW))[0].monitor == (NEW,)


def test_a_changed_monitor_keeps_its_place_and_its_comments():
    monitor = MonitorSettings(driver="ge_dinamap", port="/dev/ttyUSB7", receive_only=True)
    after = put(WRITTEN, 1, monitor, replaces="ge_dinamap")
    expected = WRITTEN.replace(
        'port = "/dev/ttyUSB0" # the desk\'s adapter',
        'port = "/dev/ttyUSB7" # the desk\'s adapter\nreceive_only = true',
    )
    assert after == expected


def test_a_setting_that_goes_back_to_the_usual_one_is_taken_out():
    monitor = MonitorSettings(driver="capnostream20", port="/dev/ttyUSB1")
    assert lines_gone(WRITTEN, put(WRITTEN, 1, monitor, replaces="capnostream20")) == ["baud = 9600"]


def test_another_driver_in_its_place_leaves_no_preference_for_the_one_before():
    after = put(WRITTEN, 1, NEW, replaces="capnostream20")
    assert chairs(after)[0].prefer == {"pulse_rate": "ge_dinamap"}
    assert "# CO2 only here" in after


def test_a_removed_monitor_goes_with_its_own_lines_alone():
    after = with_change(WRITTEN, RemoveMonitor(chair=1, driver="ge_dinamap"))
    assert lines_gone(WRITTEN, after) == [
        "# bought 2024",
        'driver = "ge_dinamap"',
        'port = "/dev/ttyUSB0" # the desk\'s adapter',
        'pulse_rate = "ge_dinamap"',
    ]
    assert "# CO2 only here\n[[chair.monitor]]\n" in after


def test_a_remark_that_stands_alone_after_a_removed_monitor_stays():
    text = WRITTEN.replace("baud = 9600\n", "baud = 9600\n\n# cables come from the store room\n\n")
    after = with_change(text, RemoveMonitor(chair=1, driver="capnostream20"))
    assert "# cables come from the store room\n" in after


def test_a_key_of_a_later_version_is_kept():
    text = WRITTEN.replace("baud = 9600\n", 'baud = 9600\ncolour = "blue" # later\n')
    monitor = MonitorSettings(driver="capnostream20", port="COM9", baud=9600)
    assert 'colour = "blue" # later\n' in put(text, 1, monitor, replaces="capnostream20")


def test_inline_chairs_are_changed_where_they_stand():
    assert chairs(put(INLINE, 1, NEW))[0].monitor[1] == NEW
    assert chairs(put(INLINE, 2, NEW))[1].monitor == (NEW,)
    assert chairs(put(INLINE, 5, NEW))[2].monitor == (NEW,)
    moved = put(INLINE, 1, MonitorSettings(driver="ge_dinamap", port="COM4"), replaces="ge_dinamap")
    assert moved == INLINE.replace("COM3", "COM4")
    assert chairs(with_change(INLINE, RemoveMonitor(chair=1, driver="ge_dinamap")))[0].monitor == ()


def test_an_empty_chair_is_taken_away_with_its_own_lines_alone():
    after = with_change(WRITTEN, RemoveChair(chair=2))
    assert lines_gone(WRITTEN, after) == ["# The chair at the door", "number = 2"]
    assert chairs(after) == changed(chairs(WRITTEN), RemoveChair(chair=2))
    assert [chair.number for chair in chairs(with_change(INLINE, RemoveChair(chair=2)))] == [1]


@pytest.mark.parametrize("text", [WRITTEN, INLINE])
@pytest.mark.parametrize("number", [1, 9])
def test_a_chair_with_monitors_stays(text, number):
    with pytest.raises(ChangeError):
        with_change(text, RemoveChair(chair=number))
    with pytest.raises(ChangeError, match="take its monitors away first"):
        changed(chairs(text), RemoveChair(chair=number))


def test_a_chair_keeps_its_loudspeaker_when_its_monitors_change(tmp_path):
    text = WRITTEN.replace("number = 2", 'number = 2\nsound_output = "USB 2" # under the arm\nquiet_sound = "low"')
    path = tmp_path / "station.toml"
    path.write_text(text)
    change = PutMonitor(chair=2, monitor=NEW)
    plan = plan_change(path, change, chairs(text))
    chair = plan.settings.chair[1]
    assert (chair.sound_output, chair.quiet_sound, chair.monitor) == ("USB 2", "low", (NEW,))
    assert changed(chairs(text), change) == plan.settings.chair
    assert lines_gone(text, plan.new.decode()) == []


def test_windows_line_ends_stay():
    after = put(WRITTEN.replace("\n", "\r\n"), 1, NEW)
    assert after.replace("\r\n", "").count("\n") == 0
    assert after.replace("\r\n", "\n") == put(WRITTEN, 1, NEW)


def test_a_bracket_and_a_hash_inside_a_value_are_no_table_and_no_comment():
    text = 'clinic = """North\n[[chair]]\n# not a remark"""\n[[chair]]\nnumber = 1\n'
    after = put(text, 1, NEW)
    assert after.startswith(text)
    assert chairs(after)[0].monitor == (NEW,)


@pytest.mark.parametrize("text", [WRITTEN, INLINE])
def test_what_is_not_there_cannot_be_changed(text):
    with pytest.raises(ChangeError, match="changed by hand"):
        with_change(text, RemoveMonitor(chair=1, driver="nonin"))
    with pytest.raises(ChangeError, match="changed by hand"):
        with_change(text, RemoveMonitor(chair=9, driver="nonin"))


def test_the_settings_refuse_what_the_text_would():
    before = chairs(WRITTEN)
    with pytest.raises(ChangeError, match="already has a monitor of this type"):
        changed(before, PutMonitor(chair=1, monitor=MonitorSettings(driver="ge_dinamap", port="COM1")))
    with pytest.raises(ChangeError, match="cannot be set up so"):
        changed(before, PutMonitor(chair=17, monitor=NEW))
    with pytest.raises(ChangeError, match="any more"):
        changed(before, RemoveMonitor(chair=2, driver="nonin"))


# --- whatever a person wrote ---

REMARK = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12)
GAP = st.sampled_from(["", "\n", "\n\n", "  \n"])
NAME = st.sampled_from(["ge_dinamap", "capnostream20", "berry_pm6750", "nonin"])


@st.composite
def monitors(draw):
    """A driver's name, and the lines that bind it: comment, keys in any order, remarks behind them."""
    name = draw(NAME)
    keys = [f'driver = "{name}"', 'port = "/dev/ttyUSB0"']
    keys += draw(st.lists(st.sampled_from(["baud = 9600", "receive_only = true", "usb_serial = 'A'"]), unique=True))
    lines = [f"{key} # {draw(REMARK)}" if draw(st.booleans()) else key for key in draw(st.permutations(keys))]
    lead = f"# {draw(REMARK)}\n" if draw(st.booleans()) else ""
    return name, f"{lead}[[chair.monitor]]\n" + "\n".join(lines) + "\n"


@st.composite
def files(draw):
    """A file in pieces; a piece that binds a monitor is told by its chair and driver."""
    pieces = [(None, f'# {draw(REMARK)}\nclinic = "#[["\n{draw(GAP)}')]
    for number in draw(st.lists(st.integers(1, 16), unique=True, max_size=3)):
        pieces.append((None, f"# {draw(REMARK)}\n[[chair]]\nnumber = {number}\n{draw(GAP)}"))
        for name, text in draw(st.lists(monitors(), max_size=3, unique_by=lambda one: one[0])):
            pieces += [((number, name), text), (None, draw(GAP))]
    return pieces


def text_of(pieces, without=None):
    return "".join(text for owner, text in pieces if owner != without or owner is None)


def is_kept(lines, text):
    """Whether all lines but blank ones stand in `text`, in the same order."""
    left = iter(text.splitlines())
    return all(line in left for line in lines.splitlines() if line.strip())


@given(files(), st.integers(1, 16), NAME)
def test_what_was_there_stays_when_a_monitor_is_added(pieces, number, name):
    text = text_of(pieces)
    change = PutMonitor(chair=number, monitor=MonitorSettings(driver=name, port="COM7", usb_location="1-1"))
    if (number, name) in [owner for owner, _ in pieces]:
        with pytest.raises(ChangeError):
            changed(chairs(text), change)
        return
    after = with_change(text, change)
    assert chairs(after) == changed(chairs(text), change)
    assert is_kept(text, after)


@given(files(), st.data())
def test_a_monitor_that_is_changed_or_removed_costs_no_line_of_another(pieces, data):
    bound = [owner for owner, _ in pieces if owner is not None]
    if not bound:
        return
    number, driver = data.draw(st.sampled_from(bound))
    text = text_of(pieces)
    if data.draw(st.booleans()):
        change = RemoveMonitor(chair=number, driver=driver)
    else:
        to = data.draw(NAME.filter(lambda name: name == driver or (number, name) not in bound))
        change = PutMonitor(chair=number, monitor=MonitorSettings(driver=to, port="COM8"), replaces=driver)
    after = with_change(text, change)
    assert chairs(after) == changed(chairs(text), change)
    assert is_kept(text_of(pieces, without=(number, driver)), after)


# --- the file ---


def save_change(path, change, known):
    plan = plan_change(path, change, known)
    write_plan(plan)
    return plan.settings


def test_a_saved_change_is_read_at_the_next_start_and_the_file_before_it_lies_beside(tmp_path):
    path = tmp_path / "station.toml"
    path.write_text(WRITTEN)
    path.chmod(0o640)
    told = save_change(path, PutMonitor(chair=2, monitor=NEW), chairs(WRITTEN))
    assert load_settings(path) == told
    assert told.chair[1].monitor == (NEW,)
    assert (tmp_path / "station.toml.before").read_text() == WRITTEN
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in tmp_path.iterdir()) == ["station.toml", "station.toml.before"]


def test_the_first_change_makes_the_file(tmp_path):
    path = tmp_path / "profile" / "station.toml"
    save_change(path, PutMonitor(chair=1, monitor=NEW), ())
    assert load_settings(path).chair[0].monitor == (NEW,)


def test_a_link_to_the_file_stays_a_link(tmp_path):
    real, link = tmp_path / "real.toml", tmp_path / "station.toml"
    real.write_text(WRITTEN)
    link.symlink_to(real)
    save_change(link, PutMonitor(chair=2, monitor=NEW), chairs(WRITTEN))
    assert link.is_symlink()
    assert load_settings(real).chair[1].monitor == (NEW,)


@pytest.mark.parametrize("damaged", ["clinic = ", WRITTEN + "[[chair]]\nnumber = 99\n", WRITTEN.replace("clinic", "x")])
def test_a_file_that_was_damaged_meanwhile_is_left_as_it_is(tmp_path, damaged):
    path = tmp_path / "station.toml"
    path.write_text(damaged)
    with pytest.raises(SettingsError, match=r"station\.toml"):
        save_change(path, PutMonitor(chair=2, monitor=NEW), chairs(WRITTEN))
    assert path.read_text() == damaged
    assert [one.name for one in tmp_path.iterdir()] == ["station.toml"]


def test_a_disk_that_cannot_be_written_is_a_sentence(tmp_path):
    path = tmp_path / "file" / "station.toml"
    path.parent.write_text("a file where the folder should be")
    with pytest.raises(SettingsError, match=r"cannot be (written|read)"):
        save_change(path, PutMonitor(chair=2, monitor=NEW), chairs(WRITTEN))


def test_a_change_by_hand_of_another_chair_stays_and_of_the_same_chair_is_asked_for(tmp_path):
    path = tmp_path / "station.toml"
    path.write_text(WRITTEN.replace("ttyUSB0", "ttyUSB9"))
    told = save_change(path, PutMonitor(chair=2, monitor=NEW), chairs(WRITTEN))
    assert told.chair[0].monitor[0].port == "/dev/ttyUSB9"
    written = path.read_text()
    with pytest.raises(ChangeError, match="Chair 1 was changed by hand"):
        save_change(path, PutMonitor(chair=1, monitor=NEW), chairs(WRITTEN))
    assert path.read_text() == written


def test_a_file_that_changes_while_the_change_is_looked_over_is_not_overwritten(tmp_path):
    path = tmp_path / "station.toml"
    path.write_text(WRITTEN)
    plan = plan_change(path, PutMonitor(chair=2, monitor=NEW), chairs(WRITTEN))
    path.write_text(WRITTEN + "# by hand\n")
    with pytest.raises(SettingsError, match="save again"):
        write_plan(plan)
    assert path.read_text() == WRITTEN + "# by hand\n"
