"""Several rehearsals in one run: a folder each, one summary over all, and one failure does not stop the others."""

import json
from pathlib import Path

from click.testing import CliRunner

from nursestation.cli import main
from nursestation.rehearsal.several import folder_names

QUICK = """
title = "Turned away"
description = "The visit ends before the start."

[patient]
name = "Sim Patient 99"
age = 40
sex = "female"
weight_kg = 70

[[operator]]
at = "00:00:10"
do = "end_early"
reason = "ate two hours ago"

[[monitor]]
driver = "ge_dinamap"
"""


def test_each_scenario_has_a_folder_of_its_own() -> None:
    assert folder_names(["normal", "my/normal.toml", "other", "normal"]) == ["normal", "normal-2", "other", "normal-3"]


def test_a_visit_that_fails_is_told_and_the_others_are_played(tmp_path: Path) -> None:
    quick, wrong = tmp_path / "quick.toml", tmp_path / "wrong.toml"
    quick.write_text(QUICK, encoding="utf-8")
    elsewhere = '[[operator]]\ndo = "check_in"\nprotocol = "no_such"\n\n[[monitor]]'
    wrong.write_text(QUICK.replace("[[monitor]]", elsewhere), encoding="utf-8")
    out = tmp_path / "out"
    options = ["--out", str(out), "--speed", "100000", "--no-pictures", "--json"]
    result = CliRunner().invoke(main, ["rehearse", str(quick), str(wrong), "nowhere", str(quick), *options])
    assert result.exit_code == 1, result.output
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert json.loads(result.stdout) == summary
    assert not summary["passed"]
    assert [visit["passed"] for visit in summary["visits"]] == [True, False, False, True]
    assert [visit["folder"] for visit in summary["visits"]] == ["quick", "wrong", "nowhere", "quick-2"]
    assert "no_such" in summary["visits"][1]["problem"]
    assert "nowhere" in summary["visits"][2]["problem"]
    for name in ("quick", "quick-2"):
        own = json.loads((out / name / "summary.json").read_text(encoding="utf-8"))
        assert own["ended"] == "ended_early"
        assert (out / name / "session.pdf").stat().st_size > 10_000


def test_visits_that_all_come_to_their_end_give_status_0(tmp_path: Path) -> None:
    quick = tmp_path / "quick.toml"
    quick.write_text(QUICK, encoding="utf-8")
    options = ["--out", str(tmp_path / "out"), "--speed", "100000", "--no-pictures"]
    result = CliRunner().invoke(main, ["rehearse", str(quick), str(quick), *options])
    assert result.exit_code == 0, result.output
    assert "2 of 2 visits passed" in result.output


def test_a_folder_that_cannot_be_written_is_told_before_a_visit_is_played(tmp_path: Path) -> None:
    quick, taken = tmp_path / "quick.toml", tmp_path / "taken"
    quick.write_text(QUICK, encoding="utf-8")
    taken.write_text("a file, and no folder", encoding="utf-8")
    there = Path("/proc/self")  # of Linux: it takes no file from anybody
    for scenarios in ([str(quick)], [str(quick), str(quick)]):
        for out in (taken / "out", *([there] if there.is_dir() else [])):
            result = CliRunner().invoke(main, ["rehearse", *scenarios, "--out", str(out), "--no-pictures"])
            assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True)
            assert result.output.startswith(f"Error: {out} cannot be written (")
            assert "--out" in result.output
