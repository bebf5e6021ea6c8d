"""One visit through the real window: check-in to signed discharge, a spike, a pulled cable, a kill, and the export.

The program runs as a process of its own on a throw-away profile; its monitors are processes of their own on ptys, and go on
when the station is killed. The clock runs `SPEED` times as fast as the wall's, for all of them.
"""

import csv
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.clock import NS_PER_S, SystemClock
from nursestation.core.records import FlagDecided, LinkChanged, OrthostaticRecorded, StationStarted, StationStopped
from nursestation.store.reader import StoreReader
from nursestation.store.verify import verify_store
from tests.e2e.program import CuedMonitor, Monitor, Program, XServer
from tests.e2e.quick_visit import SCENARIO, SPEED, write_protocol, write_settings

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]

PIN = "482913"
CHAIR = 2
SIZES = ((1280, 800), (1920, 1080))
PICTURES = os.environ.get("NURSESTATION_PICTURES")  # keep the screenshots there, to be looked at


class Visit:
    """The stage: profile, monitors, clock, and the program on it, as often as it is started."""

    def __init__(self, folder: Path, platform: dict[str, str]) -> None:
        self.folder = folder
        self._platform = platform
        self.profile = folder / "profile"
        self.pictures = Path(PICTURES) if PICTURES else folder / "pictures"
        self.pictures.mkdir(exist_ok=True, parents=True)
        write_protocol(self.profile / "protocols")
        scenario = folder / "quick.toml"
        scenario.write_text(SCENARIO, encoding="utf-8")
        links = {driver: folder / driver for driver in ("berry_pm6750", "capnostream20")}
        write_settings(self.profile / "station.toml", links)
        arguments = ("--scenario", str(scenario), "--seed", "3", "--speed", str(SPEED))
        self.cued = CuedMonitor("berry_pm6750", links["berry_pm6750"], scenario, 3, SPEED)
        self.capnograph = Monitor("capnostream20", links["capnostream20"], *arguments)
        self.monitors = (self.cued, self.capnograph)
        self.start = SystemClock().now()

    @property
    def record(self) -> Path:
        return self.profile / "record.sqlite3"

    def program(self) -> Program:
        clock = ("--speed", str(SPEED), "--start", str(self.start.mono_ns), str(self.start.utc_ns))
        return Program(self.profile, *clock, env=self._platform, log=self.folder / "log")

    def picture(self, program: Program, name: str) -> None:
        """Keep the window at both sizes; no label may be cut off in either."""
        for width, height in SIZES:
            program.do("resize", width, height)
            clipped = program.do("clipped")
            assert program.do("grab", str(self.pictures / f"{name}-{width}x{height}.png")) == [width, height]
            assert not clipped, f"{name} at {width}x{height}"


@pytest.fixture(params=["offscreen", "xcb"])
def platform(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The window without a screen, and on a real X server where there is one to be had."""
    if request.param == "offscreen":
        yield {"QT_QPA_PLATFORM": "offscreen"}
        return
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed (apt-get install xvfb)")
    server = XServer()
    yield {"QT_QPA_PLATFORM": "xcb", "DISPLAY": server.display}
    server.stop()


@pytest.fixture
def visit(tmp_path: Path, platform: dict[str, str]) -> Iterator[Visit]:
    made = Visit(tmp_path, platform)
    try:
        for monitor in made.monitors:
            monitor.plug_in()
        yield made
    finally:
        for monitor in made.monitors:
            monitor.pull()


def reveal(program: Program, answer: str, field: str) -> None:
    """Open a gate's or criterion's form unless it stands open already."""
    program.until(lambda: program.do("shown", answer) or program.do("shown", field), f"{answer} or {field}")
    if not program.do("shown", field):
        program.click(answer)


def gate_is_met(program: Program, gate: str) -> bool:
    return program.chair(CHAIR)["gates"][gate] == "met"


def phase_is(program: Program, phase: str) -> bool:
    return program.chair(CHAIR).get("phase") == phase


def conditions(program: Program) -> list[str]:
    return [condition["rule"] for condition in program.do("station")["conditions"]]


def _saw_that_it_ended(program: Program) -> bool:
    if "station.ended" in conditions(program) and program.usable("acknowledge"):
        program.do("click", "acknowledge")
    return "station.ended" not in conditions(program)


def make_the_first_operator(program: Program) -> None:
    program.click("first_run_understood")
    program.type("first_run_name", "R. Alvarez RN")
    program.click("first_run_role_lead_nurse")
    program.type("first_run_pin", PIN)
    program.type("first_run_pin_again", PIN)
    program.click("first_run_create")


def check_in(program: Program, visit: Visit) -> None:
    program.click("action_check_in")
    patient = {
        "given_name": "Jane",
        "family_name": "Kowalski",
        "birth_date": "1985-04-12",
        "record_number": "4471",
    }
    for field, text in patient.items():
        program.type(f"check_in_{field}", text)
    program.click("check_in_protocol_quick")
    program.click("check_in_open")
    program.click("check_in_identity_both")
    program.type("check_in_weight", "72")
    program.click("check_in_weight_measured")
    program.click("check_in_allergies_none")
    program.click("check_in_consent_on_file")
    visit.picture(program, "1-check-in")
    for what in ("food", "drink"):
        program.click(f"check_in_{what}_quick_yesterday_18_00")
    program.click("check_in_fasting_record")
    program.until(lambda: gate_is_met(program, "fasting_food"), "fasting told")
    program.click("check_in_exclusions_record")
    program.until(lambda: gate_is_met(program, "exclusions"), "exclusions answered")
    program.click("check_in_pregnancy_not_possible")
    program.click("check_in_medicines_record")
    program.type("check_in_referral_from", "Dr. Holm")
    program.click("check_in_referral_record")
    program.type("check_in_available_name", "Dr. Okafor")
    program.click("check_in_available_record")
    program.click("check_in_checks_all")
    program.click("check_in_driver_way_family_or_friend")
    program.type("check_in_driver_name", "Maria Kowalski")
    program.type("check_in_driver_relation", "sister")
    program.type("check_in_driver_phone", "555 0192")
    program.click("check_in_driver_how_by_phone")
    program.until(lambda: gate_is_met(program, "driver"), "driver confirmed")
    program.click("check_in_companion_driver")
    program.click("check_in_gate_baseline_scores")
    program.click("check_in_score_moaas_5")
    program.click("check_in_score_pain_2")
    program.click("check_in_gate_baseline")


def stand_up(program: Program) -> None:
    """Take the pressure lying, let the patient stand, and let the cuff measure after one minute and after three."""
    program.click("discharge_orthostatic_take_lying")
    assert not program.usable("discharge_orthostatic_take_minute_1"), "the same reading cannot stand for two postures"
    assert program.do("text", "discharge_orthostatic_take_minute_1") == "Waiting for a new reading"
    program.click("discharge_orthostatic_stands")
    for posture in ("minute_1", "minute_3"):
        came = f"discharge_orthostatic_take_{posture}"
        program.until(
            lambda came=came: program.do("text", came).startswith("From the cuff"), f"a reading for {posture}"
        )


def discharge(program: Program, visit: Visit) -> None:
    program.click("action_discharge")
    visit.picture(program, "6-discharge")
    reveal(program, "discharge_aldrete_more", "discharge_aldrete_record")
    for item in ("activity", "breathing", "circulation", "consciousness", "spo2"):
        program.click(f"discharge_aldrete_{item}_2")
    program.click("discharge_aldrete_record")
    for line in ("sedation", "gait", "iv_removed"):
        program.click(f"discharge_{line}_answer")
    program.click("discharge_orthostatic_more")
    stand_up(program)
    visit.picture(program, "6-standing")
    program.click("discharge_orthostatic_well")
    program.click("discharge_instructions_answer")
    program.until(lambda: program.chair(CHAIR)["instructions"] == "file", "the instructions are made")
    program.click("discharge_instructions_answer")
    program.type("discharge_driver_code", program.chair(CHAIR)["driver_code"])
    program.until(lambda: program.chair(CHAIR)["may_sign"], "every line is met")
    program.type("discharge_pin", "999999")
    program.click("discharge_sign")
    program.until(lambda: program.do("shown", "message"), "a wrong PIN is told")
    assert "PIN" in program.do("text", "message")
    assert phase_is(program, "ready")
    program.type("discharge_pin", PIN)
    visit.picture(program, "7-sign")
    program.click("discharge_sign")
    program.until(lambda: phase_is(program, "discharged"), "signed out")


def test_from_check_in_to_signed_discharge_through_a_spike_a_pulled_cable_and_a_kill(visit: Visit) -> None:
    with visit.program() as program:
        visit.picture(program, "0-first-run")
        make_the_first_operator(program)
        check_in(program, visit)

        program.click("check_in_begin_baseline")
        program.until(lambda: program.usable("check_in_take_baseline"), "two cuff readings")
        visit.picture(program, "2-baseline")
        program.click("check_in_take_baseline")
        program.until(lambda: program.chair(CHAIR)["may_start"], "every gate is met")
        program.click("check_in_gate_start")
        program.click("check_in_start")
        program.until(lambda: phase_is(program, "infusion") and program.do("shown", "chair_page"), "the infusion runs")
        visit.cued.start_infusion()
        program.until(lambda: program.chair(CHAIR)["run_s"] > 30, "it runs for a while")
        visit.picture(program, "3-infusion")

        # the pressure jumps: flagged at once, then confirmed by the second reading
        program.until(lambda: program.chair(CHAIR)["flags"], "a BP flag")
        assert program.chair(CHAIR)["flags"][0]["outcome"] == "open"
        visit.picture(program, "4-spike")
        program.click("action_pause_infusion")
        program.until(lambda: program.chair(CHAIR)["flags"][0]["outcome"] == "confirmed", "the repeat confirms it")
        program.click("action_flag_clinician_told")

        # a cable is pulled and comes back by itself
        visit.capnograph.pull()
        program.until(lambda: any(rule.startswith("link") for rule in conditions(program)), "the lost link is told")
        program.until(lambda: program.chair(CHAIR)["numerics"]["etco2"] is None, "its number is blanked")
        assert program.chair(CHAIR)["numerics"]["heart_rate"] is not None
        visit.picture(program, "4-cable-pulled")
        visit.capnograph.plug_in()
        program.until(lambda: program.chair(CHAIR)["numerics"]["etco2"] is not None, "its number is back")
        program.until(lambda: not any(rule.startswith("link") for rule in conditions(program)), "the condition ended")

        # the process is killed in the middle of the infusion
        session = program.chair(CHAIR)["session"]
        cuffs = program.chair(CHAIR)["cuffs"]
        killed_at = program.do("station")["at"]
        program.kill()

    with StoreReader.open(visit.record) as reader:
        stored = [(sample.at, sample.metric, sample.value) for sample in reader.samples(session)]
    newest = max(at.utc_ns for at, _, _ in stored)
    # half a second of the wall's time, and a second between two numbers of the monitor
    assert (killed_at - newest) / NS_PER_S <= 0.5 * SPEED + 1

    with visit.program() as program:
        program.until(lambda: program.chair(CHAIR).get("session") == session, "the session resumed")
        again = program.chair(CHAIR)
        assert (again["phase"], again["paused"]) == ("infusion", True)
        assert again["cuffs"][: len(cuffs)] == cuffs
        assert again["flags"][0]["outcome"] == "confirmed"
        visit.picture(program, "4-locked-after-restart")
        assert "station.ended" in conditions(program), "that nobody watched is told until somebody has seen it"
        program.type("sign_in_pin", PIN)
        program.click("sign_in_button")
        program.until(lambda: _saw_that_it_ended(program), "it was seen")
        program.click("action_resume_infusion")
        program.until(lambda: not program.chair(CHAIR)["paused"], "resumed")

        program.click("action_event")
        program.click("event_effect_nausea_mild")
        visit.picture(program, "4-event")
        program.click("event_close")

        # the log tells the spike, who answered, and the condition of before the kill
        program.click("station")
        program.click("station_alarm_log")
        program.click("alarm_log_scope_today")
        program.until(lambda: program.do("text", "alarm_log_note")[:1].isdecimal() is True, "the record was read")
        visit.picture(program, "4-alarm-log")
        program.click("alarm_log_close")
        program.click("station")
        program.click("station_delays")
        program.until(lambda: program.do("text", "delays_figures_0").startswith("half within"), "delays are measured")
        visit.picture(program, "4-delays")
        program.click("delays_close")

        program.until(lambda: program.chair(CHAIR)["run_s"] > 245, "the planned end")
        program.click("action_stop_infusion")
        program.until(lambda: phase_is(program, "observation"), "observation")
        visit.picture(program, "5-observation")
        program.click("action_event")
        program.click("event_part_other")
        program.until(lambda: _over_button(program), "nausea can be called over")
        program.click(_over_button(program))
        program.click("event_close")
        program.until(lambda: not conditions(program), "the pressure is back")
        program.until(lambda: program.usable("action_mark_ready"), "the observation's minimum")
        program.click("action_mark_ready")
        program.until(lambda: phase_is(program, "ready"), "ready")
        discharge(program, visit)
        visit.picture(program, "8-discharged")

        program.click("discharge_export")
        visit.picture(program, "9-export")
        program.type("export_folder", str(visit.folder))
        program.click("export_send")
        pdf = visit.folder / f"session-{session}.pdf"
        program.until(pdf.exists, "the report is written", 20)
        assert program.close() == 0

    look_at_the_record(visit, session, stored)


def _over_button(program: Program) -> str:
    return next((name for name in program.do("names") if name.startswith("event_over_")), "")


def look_at_the_record(visit: Visit, session: str, stored: list) -> None:
    """Everything of before the kill is there, the chain holds, and the exports say what happened."""
    with StoreReader.open(visit.record) as reader:
        after = [(sample.at, sample.metric, sample.value) for sample in reader.samples(session)]
        records = list(reader.discrete())
        assert reader.session(session).signed_by == "R. Alvarez RN"
    assert after[: len(stored)] == stored
    assert verify_store(visit.record).ok
    (standing,) = [record for record in records if isinstance(record, OrthostaticRecorded)]
    measured = [reading.measured_utc_ns for reading in standing.came_from]
    assert [(later - measured[0]) / NS_PER_S > 30 for later in measured[1:]] == [True, True]
    assert measured == sorted(set(measured))
    starts = [record for record in records if isinstance(record, StationStarted)]
    assert [(start.unclean, start.resumed) for start in starts] == [(False, ()), (True, (session,))]
    assert isinstance(records[-1], StationStopped)
    assert any(isinstance(record, LinkChanged) and record.monitor == "2:capnostream20" for record in records)
    assert any(isinstance(record, FlagDecided) and record.outcome == "confirmed" for record in records)

    nursestation = [shutil.which("nursestation", path=str(Path(os.sys.executable).parent)) or "nursestation"]
    profile = ["--profile", str(visit.profile)]
    target = visit.folder / "visit.csv"
    subprocess.run([*nursestation, *profile, "export", session, "--format", "csv", "--out", str(target)], check=True)
    subprocess.run([*nursestation, "verify", str(target)], check=True)
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["provenance"] for row in rows} == {"simulated"}
    assert sum(row["metric"] == "heart_rate" for row in rows) == sum(metric == "heart_rate" for _, metric, _ in after)
    log = (visit.profile / "nursestation.log").read_text() if (visit.profile / "nursestation.log").exists() else ""
    for word in ("Kowalski", "Jane", "4471", "Maria", PIN):
        assert word not in log + (visit.folder / "log").read_text()
