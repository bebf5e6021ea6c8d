from dataclasses import replace

import pytest

from devices.checkup import Advice, Severity
from devices.clock import NS_PER_S
from devices.events import LinkPhase
from nursestation.core.model import Phase
from nursestation.ui.monitors.view import MOST_CHAIRS, detail, new_chair_number, overview
from nursestation.ui.roles import Tone
from tests.helpers.bench_states import CHAIRS, make_bench, make_checkup, make_link, make_report
from tests.helpers.station_views import CLINICIAN, LEAD, NOW, NURSE, make_chair, make_station, make_visit

SIMULATED = make_link("1:ge_dinamap", simulated=True, title="DINAMAP PRO")


def station(*chairs, operator=LEAD):
    own = (make_chair(None, number=2, links=(make_link(),)), make_chair(None, number=3))
    return make_station(*(chairs or own), operator=operator)


def row(bench, snapshot=None):
    return overview(snapshot or station(), bench).chairs[0].monitors[0]


def test_each_chair_has_its_monitors_with_adapter_state_and_pace():
    first, second = overview(station(), make_bench()).chairs
    assert (first.number, first.who, first.may_add, first.note) == (2, "free", True, "")
    monitor = first.monitors[0]
    assert (monitor.title, monitor.port, monitor.place) == (
        "Capnostream 20", "FTDI FT232R USB UART · no. A50285BI", "ttyUSB0",
    )  # fmt: skip
    assert (monitor.state, monitor.tone) == ("Connected for 2 min", Tone.GOOD)
    assert monitor.pace == "103 bytes/s · 4.2 readings/s"
    assert second.monitors == ()


@pytest.mark.parametrize(
    ("changes", "state", "tone"),
    [
        ({"phase": LinkPhase.SILENT}, "No data for 0 s", Tone.BAD),
        ({"phase": LinkPhase.CONNECTING}, "Waiting for the monitor for 2 min", Tone.WARN),
        ({"phase": LinkPhase.DISCONNECTED, "since": None}, "Not connected for 0 s", Tone.BAD),
    ],
)
def test_a_link_says_how_it_stands_and_how_long(changes, state, tone):
    found = row(make_bench(links=(make_checkup(make_report(**changes)),)))
    assert (found.state, found.tone) == (state, tone)


def test_receive_only_and_simulated_are_marked():
    receiving = CHAIRS[0].monitor[0].model_copy(update={"receive_only": True})
    chairs = (CHAIRS[0].model_copy(update={"monitor": (receiving,)}), CHAIRS[1])
    snapshot = station(make_chair(None, number=2, links=(make_link(simulated=True),)))
    found = row(make_bench(chairs=chairs), snapshot)
    assert [text for text, _ in found.badges] == ["SIMULATED", "Receive only"]
    assert "Receive only" in found.spoken


def test_a_simulated_chair_is_shown_and_says_why_it_cannot_be_changed():
    snapshot = station(make_chair(None, number=1, links=(SIMULATED,), simulated=True), make_chair(None, number=2))
    card = overview(snapshot, make_bench()).chairs[0]
    assert (card.number, card.may_add, card.monitors[0].port) == (1, False, "Simulated monitor")
    assert "--simulate" in card.note
    shown = detail("1:ge_dinamap", snapshot, make_bench())
    assert not shown.may_change
    assert "--simulate" in shown.note


@pytest.mark.parametrize(("operator", "may"), [(LEAD, True), (CLINICIAN, True), (NURSE, False), (None, False)])
def test_a_nurse_may_look_and_a_lead_nurse_or_clinician_change(operator, may):
    shown = overview(station(operator=operator), make_bench())
    assert (shown.may_change, shown.may_add_chair, shown.chairs[0].may_add) == (may, may, may)
    assert bool(shown.notice) is not may
    assert detail("2:capnostream20", station(operator=operator), make_bench()).may_change is may


def test_a_listing_problem_is_said():
    assert overview(station(), make_bench(listing_problem="Try again.")).notice == "Try again."


def test_a_new_chair_gets_the_lowest_free_number_up_to_sixteen():
    assert new_chair_number(station(), make_bench()) == 1
    full = make_station(*(make_chair(None, number=n) for n in range(1, MOST_CHAIRS + 1)))
    assert new_chair_number(full, make_bench()) is None


def test_one_monitor_in_depth():
    advice = Advice(Severity.TROUBLE, "The line is bad", "5 % of the frames are damaged.", ("Use a shorter cable.",))
    report = make_report(unknown={"SpO2 asymmetry (0x4bb0)": 12})
    shown = detail("2:capnostream20", station(), make_bench(links=(make_checkup(report, advice),)))
    assert shown.title == "Capnostream 20 · Chair 2"
    facts, counts = dict(shown.facts), dict(shown.counts)
    assert facts["Adapter"] == "FTDI FT232R USB UART · no. A50285BI"
    assert facts["Port"] == "/dev/ttyUSB0"
    assert facts["Line"].startswith("115200 baud")
    assert facts["Sends to it"].startswith("greets the monitor")
    assert counts["Bytes received"] == "12\u202f400"
    assert counts["Pieces rejected"] == "3"
    assert counts["Reconnected"] == "once"
    assert shown.unknown == ("SpO2 asymmetry (0x4bb0) (12 times)",)
    assert (shown.advice[0].word, shown.advice[0].tone, shown.advice[0].try_this) == (
        "Trouble", Tone.WARN, ("Use a shorter cable.",),
    )  # fmt: skip


def test_an_adapter_that_is_not_plugged_in_is_named_by_its_number():
    facts = dict(detail("2:capnostream20", station(), make_bench(present=())).facts)
    assert facts["Adapter"] == "not plugged in (no. A50285BI)"


def test_a_monitor_that_is_not_read_yet_and_one_that_is_gone():
    shown = detail("2:capnostream20", station(make_chair(None, number=2)), make_bench(links=()))
    assert (shown.state, shown.counts) == ("Starting", ())
    assert detail("2:nonin", station(), make_bench()) is None


def test_taking_a_monitor_away_says_what_it_means_for_a_visit():
    free = detail("2:capnostream20", station(), make_bench()).removal
    assert "patient" not in free
    taken = station(make_chair(make_visit(Phase.INFUSION, infusion_run_s=60.0), number=2, links=(make_link(),)))
    assert "A patient is in chair 2" in detail("2:capnostream20", taken, make_bench()).removal
    over = station(make_chair(make_visit(Phase.DISCHARGED), number=2, links=(make_link(),)))
    assert "A patient" not in detail("2:capnostream20", over, make_bench()).removal
    card = overview(taken, make_bench()).chairs[0]
    assert card.who.startswith("J. K. · ")


def test_a_link_that_was_good_a_while_ago_counts_from_then():
    ago = NOW.shifted(-90 * NS_PER_S)
    report = make_report(phase=LinkPhase.SILENT)
    report = replace(report, counters=replace(report.counters, last_good=ago))
    assert row(make_bench(links=(make_checkup(report),))).state == "No data for 1 min"
