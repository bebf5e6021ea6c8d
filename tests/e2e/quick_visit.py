"""A visit that fits a test: the shipped protocol with short times, and a patient whose pressure jumps early.

The clock of these tests runs `SPEED` times as fast as the wall's, so a protocol minute takes a few seconds.
"""

import re
from pathlib import Path

from nursestation.paths import resource

SPEED = 8

_SHORTER = {
    "name": '"quick"',
    "title": '"Quick IV"',
    "dose_text": '"Ketamine 0.5 mg/kg IV over 4 min"\ndose_mg_per_kg = 0.5',
    "planned_min": "4",
    "observation_min": "1",
    "observation_planned_min": "1.5",
    "observation_floor_min": "0.5",
    "stable_min": "1",
    "baseline_min_apart_min": "0.5",
    "repeat_within_min": "2",
}

SCENARIO = """
title = "Quick spike"
description = "A pressure that jumps soon after the start of the infusion, and settles by itself."

[patient]
name = "Sim Patient 11"
age = 41
sex = "female"
weight_kg = 72

[resting]
sys = 122
dia = 76
heart_rate = 72
spo2 = 98
resp_rate = 15

[response]
sys = 2
dia = 1
heart_rate = 4
resp_rate = 0.5
spo2 = -0.2

[variation]
sys = 0.5
dia = 0.5

[infusion]
minutes = 4
unattended_start = 86400

[cuff]
scatter = 0.5
bias = 0.5
auto = [{ at = 5, every = 60 }]

[[target]]
metric = "sys"
to = 172
after = "infusion_start"
at = 75
ramp = 20
hold = 240
settle = 20

[[target]]
metric = "dia"
to = 104
after = "infusion_start"
at = 75
ramp = 20
hold = 240
settle = 20

[[monitor]]
driver = "berry_pm6750"

[[monitor]]
driver = "capnostream20"
sensors = ["spo2", "co2"]
"""


PLAIN = SCENARIO[: SCENARIO.index("[[target]]")] + SCENARIO[SCENARIO.index("[[monitor]]") :]
"""The same patient without the jump: an ordinary visit."""


def write_protocol(folder: Path, **shorter: str) -> None:
    """Write the shipped general protocol with short times and a dose, as a clinic would change it.

    Args:
        folder: Where protocols are.
        shorter: Values that are shorter still, by key of the protocol.
    """
    text = (resource("protocols") / "general_iv.toml").read_text(encoding="utf-8")
    for key, value in {**_SHORTER, **shorter}.items():
        text, n = re.subn(rf"^{key} = [^#\n]*", f"{key} = {value} ", text, flags=re.MULTILINE)
        assert n, f"the shipped protocol has no {key}"
    folder.mkdir(parents=True)
    (folder / "quick.toml").write_text(text, encoding="utf-8")


def write_settings(file: Path, links: dict[str, Path]) -> None:
    """Write station.toml: chair 2 with one monitor on each link."""
    lines = ['theme = "dark"', "[[chair]]", "number = 2"]
    for driver, link in links.items():
        lines += ["[[chair.monitor]]", f'driver = "{driver}"', f'port = "{link}"']
    lines += ["[chair.prefer]", 'spo2 = "capnostream20"']
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
