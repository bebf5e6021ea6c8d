"""A settings file and a protocol that are edited between two starts: the whole station, without threads."""

from devices.clock import ManualClock
from nursestation.assembly import RunningStation
from nursestation.config.load import load_settings
from nursestation.core import records as r
from nursestation.paths import Profile, resource
from nursestation.store.reader import StoreReader
from nursestation.store.verify import verify_store
from tests.helpers.visit import START, PlainPins


def start(profile):
    """Start and close the station with its files as they are; return the settings and protocols that it tells as changed."""
    running = RunningStation(profile, load_settings(profile.settings), ManualClock(START), PlainPins())
    running.stop()
    with StoreReader.open(profile.record) as reader:
        return [
            (type(one).__name__, getattr(one, "setting", None) or one.title)
            for one in reader.of_kinds([r.SettingChanged, r.ProtocolChanged])
        ]


def test_what_somebody_edited_while_it_was_closed_is_in_the_record_after_the_next_start(tmp_path):
    profile = Profile(tmp_path)
    assert start(profile) == []
    assert start(profile) == []
    profile.settings.write_text("lock_after_min = 0\n\n[[chair]]\nnumber = 4\n")
    profile.protocols.mkdir()
    shipped = (resource("protocols") / "general_iv.toml").read_text(encoding="utf-8")
    (profile.protocols / "general_iv.toml").write_text(shipped.replace("\nplanned_min = 60", "\nplanned_min = 45", 1))
    told = start(profile)
    assert told == [
        ("SettingChanged", "Minutes without a touch until the station locks itself"),
        ("SettingChanged", "Chair 4"),
        ("ProtocolChanged", "General IV"),
    ]
    assert start(profile) == told  # and once
    assert verify_store(profile.record).ok
