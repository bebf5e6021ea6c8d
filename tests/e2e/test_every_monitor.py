"""Every monitor through a pty into the real engine: whole visits on the two bedside systems, first minutes on the others."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from devices.registry import all_drivers
from nursestation.store.verify import verify_store

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "resources" / "scenarios"
WHOLE = {"philips_intellivue": "intellivue-monitor", "datex_s5": "s5-monitor"}

FIRST_MINUTES = """
[[operator]]
after = "infusion_start"
at = "00:02:00"
do = "end_early"
reason = "rehearsal of the first minutes"
"""

CHAIRS = {
    "an oximeter, a cuff module and a capnograph": ("nonin", "suntech", "capnostream20:co2"),
    "another oximeter, a spot monitor and a capnograph": (
        "masimo_radical7",
        "ge_dinamap:nibp,temp",
        "capnostream20:co2",
    ),
    "an oximeter beside a transport monitor": ("nellcor", "berry_pm6750:ecg,nibp,temp"),
    "a wrist oximeter beside a transport monitor": ("contec_cms50", "berry_pm6750:ecg,nibp,temp"),
    "an oximeter board beside a transport monitor": ("berrymed_bci", "berry_pm6750:ecg,nibp,temp"),
    "a waiting-room monitor beside a spot monitor": ("ivy_450c:ecg,spo2,co2,temp", "ge_dinamap:nibp"),
}
"""What might stand at a chair: each driver with the sensors that are plugged into its monitor (all, where none are named)."""


def rehearse(scenario: str, out: Path) -> dict:
    command = [sys.executable, "-m", "nursestation", "rehearse", scenario, "--out", str(out), "--speed", "5000"]
    done = subprocess.run([*command, "--seed", "7", "--json"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def first_minutes(chair: tuple[str, ...], folder: Path) -> str:
    head = (SCENARIOS / "normal.toml").read_text(encoding="utf-8").partition("[[monitor]]")[0]
    monitors = ""
    for one in chair:
        driver, _, sensors = one.partition(":")
        plugged = f"sensors = {json.dumps(sensors.split(','))}\n" if sensors else ""
        monitors += f'[[monitor]]\ndriver = "{driver}"\n{plugged}\n'
    file = folder / "first-minutes.toml"
    file.write_text(f"{head}\n{FIRST_MINUTES}\n{monitors}", encoding="utf-8")
    return str(file)


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "session.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_driver_has_a_chair_here():
    named = {one.partition(":")[0] for chair in CHAIRS.values() for one in chair}
    assert named | set(WHOLE) == set(all_drivers())


@pytest.mark.parametrize("driver", WHOLE)
def test_a_whole_visit_on_one_bedside_system(driver, tmp_path):
    summary = rehearse(WHOLE[driver], tmp_path)
    assert [span["phase"] for span in summary["phases"]][-1] == "discharged"
    seconds = sum(span.get("seconds", 0) for span in summary["phases"])
    rates = {"philips_intellivue": (500, 125, 62.5), "datex_s5": (300, 100, 25)}[driver]
    for wave, rate in zip(("ecg", "pleth", "resp"), rates, strict=True):
        assert summary["waves"][wave] >= rate * (seconds - 5)
    for metric in ("heart_rate", "pulse_rate", "spo2", "resp_rate"):
        assert summary["longest_gap_s"][metric] <= 5.5
    assert len(summary["baseline"]["readings"]) >= 2
    assert summary["signature"]["role"] == "lead_nurse"
    assert {flag["grade"] for flag in summary["flags"]} <= {"watch"}
    assert {one["priority"] for one in summary["conditions"]} <= {"low"}
    assert summary["record_intact"]
    assert verify_store(tmp_path / "record.sqlite3").ok
    assert {row["provenance"] for row in rows_of(tmp_path)} == {"simulated"}
    report = "\n".join(page.extract_text() for page in PdfReader(tmp_path / "session.pdf").pages)
    assert {"philips_intellivue": "IntelliVue", "datex_s5": "S/5"}[driver] in report


@pytest.mark.parametrize("chair", CHAIRS.values(), ids=CHAIRS)
def test_the_first_minutes_on_smaller_monitors(chair, tmp_path):
    summary = rehearse(first_minutes(chair, tmp_path), tmp_path / "out")
    phases = [span["phase"] for span in summary["phases"]]
    assert phases == ["check_in", "baseline", "infusion", "ended_early"]
    told_by = {row["monitor"].partition(":")[2] for row in rows_of(tmp_path / "out") if row["value"]}
    assert told_by == {one.partition(":")[0] for one in chair}
    assert summary["baseline"]["sys"] > 80
    assert summary["samples"]["spo2"] > 120
    assert summary["record_intact"]
