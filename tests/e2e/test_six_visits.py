"""Six whole visits in one run, each from check-in to the signed discharge, with its report.

They play in steps of a second over monitors that send numbers alone; one run is shared by every test of the file.
"""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from devices.clock import NS_PER_S
from nursestation.core.records import OrthostaticRecorded
from nursestation.store.reader import StoreReader
from nursestation.store.verify import verify_store

ROOT = Path(__file__).parents[2]
SIX = ("visit-plain", "visit-spike", "visit-early-stop", "visit-injection", "visit-no-driver", "visit-pain")

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200), pytest.mark.xdist_group("six_visits")]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rehearse the six and return their folder."""
    out = tmp_path_factory.mktemp("six")
    command = [sys.executable, "-m", "nursestation", "rehearse", *SIX, "--out", str(out)]
    options = ["--speed", "1000000", "--seed", "7", "--no-pictures"]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "6 of 6 visits passed" in done.stdout
    return out


def summary(played: Path, name: str) -> dict:
    return json.loads((played / name / "summary.json").read_text(encoding="utf-8"))


def report(played: Path, name: str) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(played / name / "session.pdf").pages)


def course(told: dict) -> list[str]:
    return [one["what"] for one in told["infusion"]]


def lasted_s(told: dict, first: str, last: str) -> float:
    """Return how long it was from one step of the treatment to another [s]."""
    at = {one["what"]: datetime.fromisoformat(one["at"]) for one in told["infusion"]}
    return (at[last] - at[first]).total_seconds()


def test_the_overall_summary_names_each_visit_and_how_it_ended(played: Path) -> None:
    whole = json.loads((played / "summary.json").read_text(encoding="utf-8"))
    assert whole["passed"] is True
    assert [visit["folder"] for visit in whole["visits"]] == list(SIX)
    assert {visit["ended"] for visit in whole["visits"]} == {"discharged"}
    assert [visit["leaving"] for visit in whole["visits"]] == [
        "no_driver" if name == "visit-no-driver" else "with_driver" for name in SIX
    ]


@pytest.mark.parametrize("name", SIX)
def test_the_record_is_intact_and_the_report_is_whole(played: Path, name: str) -> None:
    told = summary(played, name)
    assert told["record_intact"]
    assert verify_store(played / name / "record.sqlite3").ok
    assert told["longest_gap_s"]["spo2"] <= 3
    text = report(played, name)
    for words in (
        "SIMULATED", told["patient"], "Proof of watching", "Check-in and driver", "Does not take:",
        "Signed by Rehearsal Nurse (lead nurse)", told["signature"]["covers"][:16], "Sim Clinician",
    ):  # fmt: skip
        assert words in text, words
    assert "not recorded" not in text
    assert "INTERIM" not in text


@pytest.mark.parametrize("name", SIX)
def test_the_pressure_was_measured_anew_in_each_posture(played: Path, name: str) -> None:
    with StoreReader.open(played / name / "record.sqlite3") as reader:
        checks = [record for record in reader.discrete() if isinstance(record, OrthostaticRecorded)]
    assert checks
    for check in checks:
        lying, one, three = check.came_from
        assert one.measured_utc_ns - lying.measured_utc_ns >= 40 * NS_PER_S
        assert 60 * NS_PER_S <= three.measured_utc_ns - one.measured_utc_ns <= 260 * NS_PER_S
        assert (check.standing_3[:2], three.provenance) == ((three.sys, three.dia), "simulated")


def test_a_plain_visit_runs_as_planned(played: Path) -> None:
    told = summary(played, "visit-plain")
    assert course(told) == ["started", "stopped"]
    assert lasted_s(told, "started", "stopped") == pytest.approx(45 * 60, abs=10)
    assert told["flags"] == []
    assert told["overrides"] == []
    assert told["driver"]["confirmed"][-1]["how"] == "seen_in_person"
    assert {line["state"] for line in told["signature"]["criteria"]} == {"met"}
    assert [(one["text"], one["over"] is not None) for one in told["side_effects"]] == [("Nausea", True)]


def test_a_spike_is_confirmed_the_infusion_paused_and_the_rest_given(played: Path) -> None:
    told = summary(played, "visit-spike")
    spike = told["flags"][0]
    assert (spike["grade"], spike["outcome"]) == ("spike", "confirmed")
    assert [answer["action"] for answer in spike["answers"]] == ["paused"]
    assert course(told) == ["started", "paused", "resumed", "stopped"]
    pause_s = lasted_s(told, "paused", "resumed")
    assert pause_s > 300
    assert lasted_s(told, "started", "stopped") - pause_s == pytest.approx(45 * 60, abs=10)
    text = report(played, "visit-spike")
    assert "(BP spike); resumed " in text
    assert "SPIKE flag" in text


def test_an_early_stop_is_told_with_its_reason(played: Path) -> None:
    told = summary(played, "visit-early-stop")
    assert lasted_s(told, "started", "stopped") == pytest.approx(20 * 60, abs=10)
    assert [(one["kind"], one["value"]) for one in told["scores"] if one["kind"] == "unreal"] == [
        ("unreal", 9), ("unreal", 1),
    ]  # fmt: skip
    text = report(played, "visit-early-stop")
    assert "Stopped early Patient asks to stop: the feeling is too strong" in text


def test_an_injection_is_observed_from_its_moment_on(played: Path) -> None:
    told = summary(played, "visit-injection")
    assert told["protocol"]["name"] == "im_injection"
    assert [span["phase"] for span in told["phases"]] == ["check_in", "baseline", "observation", "ready", "discharged"]
    assert course(told) == ["started"]
    text = report(played, "visit-injection")
    assert "injection: no IV access" in text
    assert "Treatment time" not in text


def test_without_a_driver_a_clinician_answers_for_the_way_home(played: Path) -> None:
    told = summary(played, "visit-no-driver")
    assert [one["what"] for one in told["overrides"]] == ["no driver"]
    states = {line["criterion"]: line["state"] for line in told["signature"]["criteria"]}
    assert states.pop("driver") == "overridden"
    assert set(states.values()) == {"met"}
    assert [one["phase"] for one in told["driver"]["confirmed"]] == ["check_in"]
    text = report(played, "visit-no-driver")
    assert (
        text.count("LEFT WITHOUT A DRIVER: The driver does not come and nobody else can; arranged instead: A nurse")
        == 2
    )
    assert "signed for by Rehearsal Clinician" in text


def test_four_hours_for_pain_keep_their_scores_and_fill_whole_pages(played: Path) -> None:
    told = summary(played, "visit-pain")
    assert told["protocol"]["name"] == "chronic_pain_iv"
    pause_s = lasted_s(told, "paused", "resumed")
    assert lasted_s(told, "started", "stopped") - pause_s == pytest.approx(240 * 60, abs=10)
    pain = [one["value"] for one in told["scores"] if one["kind"] == "pain"]
    assert pain[0] == 7
    assert pain[-1] == 3
    assert pain == sorted(pain, reverse=True)
    assert told["samples"]["spo2"] > 4 * 3600
    text = report(played, "visit-pain")
    assert "Dose: Rate from 15 to 20 mg/h" in text
    assert "4:00:00" in text
