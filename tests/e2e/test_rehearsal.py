"""`nursestation rehearse`: a whole visit by itself, and the same seed gives the same numbers."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from nursestation.store.verify import verify_store

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]

ROOT = Path(__file__).parents[2]


def rehearse(scenario: str, out: Path, seed: int = 7) -> dict:
    command = [sys.executable, "-m", "nursestation", "rehearse", scenario, "--out", str(out), "--speed", "5000"]
    done = subprocess.run(
        [*command, "--seed", str(seed), "--json"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert json.loads(done.stdout) == summary
    return summary


def test_a_spike_is_flagged_confirmed_answered_and_the_patient_signed_out(tmp_path):
    summary = rehearse("bp-spike", tmp_path)
    phases = [span["phase"] for span in summary["phases"]]
    assert phases == ["check_in", "baseline", "infusion", "observation", "ready", "discharged"]
    spike = summary["flags"][0]
    baseline = summary["baseline"]
    assert spike["grade"] == "spike"
    assert spike["reading"]["sys"] >= 160
    assert spike["reading"]["sys"] - baseline["sys"] < 40, "more would be severe"
    assert spike["outcome"] == "confirmed"
    assert spike["confirmation"]["sys"] >= 160
    assert spike["confirmation"]["at"] > spike["reading"]["at"]
    assert [answer["action"] for answer in spike["answers"]] == ["paused"]
    assert [one["what"] for one in summary["infusion"]][:2] == ["started", "paused"]
    assert len(baseline["readings"]) >= 2
    assert summary["driver"]["confirmed"][-1]["how"] == "seen_in_person"
    assert summary["signature"]["role"] == "lead_nurse"
    assert {line["state"] for line in summary["signature"]["criteria"]} == {"met"}
    seconds = sum(span.get("seconds", 0) for span in summary["phases"])
    for metric in ("heart_rate", "spo2", "resp_rate"):
        assert summary["samples"][metric] >= seconds - 5
        assert summary["longest_gap_s"][metric] <= 2
    assert summary["waves"]["ecg"] >= 250 * (seconds - 5)
    assert summary["record_intact"]
    assert summary["simulated"]

    for name, told in summary["exports"].items():
        assert (tmp_path / name).stat().st_size == told["bytes"]
    for name in summary["pictures"]:
        assert (tmp_path / name).stat().st_size > 20_000
    assert verify_store(tmp_path / "record.sqlite3").ok
    with (tmp_path / "session.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["metric"] == "spo2" for row in rows) == summary["samples"]["spo2"]
    assert {row["provenance"] for row in rows} == {"simulated"}
    report = "\n".join(page.extract_text() for page in PdfReader(tmp_path / "session.pdf").pages)
    for words in ("SIMULATED", f"{baseline['sys']}/{baseline['dia']}", "Rehearsal Nurse", "Sim Driver", "second"):
        assert words.lower() in report.lower()


SHORT = """
[[operator]]
after = "infusion_start"
at = "00:02:00"
do = "end_early"
reason = "rehearsal of the first minutes"
"""


def test_the_same_seed_gives_the_same_files_and_another_seed_does_not(tmp_path):
    scenario = tmp_path / "short.toml"
    shipped = ROOT / "resources" / "scenarios" / "cable-pulled.toml"
    text = shipped.read_text(encoding="utf-8").replace("[[monitor]]", f"{SHORT}\n[[monitor]]", 1)
    scenario.write_text(text, encoding="utf-8")
    first, second, third = (
        rehearse(str(scenario), tmp_path / name, seed) for name, seed in (("a", 7), ("b", 7), ("c", 8))
    )
    assert first == second
    assert first["exports"] != third["exports"]
    assert first["phases"][-1]["phase"] == "ended_early"
    for name in ("session.csv", "session.pdf"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_visit_with_a_polled_monitor_is_repeatable_too(tmp_path):
    text = (ROOT / "resources" / "scenarios" / "normal.toml").read_text(encoding="utf-8")
    head = text.partition("[[monitor]]")[0]
    monitors = '[[monitor]]\ndriver = "ge_dinamap"\n[[monitor]]\ndriver = "capnostream20"\nsensors = ["co2"]\n'
    scenario = tmp_path / "polled.toml"
    scenario.write_text(f"{head}\n{SHORT}\n{monitors}", encoding="utf-8")
    first, second = (rehearse(str(scenario), tmp_path / name) for name in ("a", "b"))
    assert first == second
    assert first["baseline"]["sys"] > 80
    assert first["samples"]["pulse_rate"] > 100
