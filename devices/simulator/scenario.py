"""Scenario files: who the patient is, what happens to them and to their monitors, and what the operator does about it.

Rules of the file:
1. A scenario says what differs; what it leaves out is drawn for each seed from the distributions in `traits`.
2. A mistake is a `ScenarioError` that names the file, the key, its line where that is known, and what is expected.
3. Every patient here is obviously none: the name must begin with "Sim ".
"""

import importlib.resources
import re
import tomllib
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from devices.driver import CuffFault, ProbeState
from devices.errors import ScenarioError
from devices.simulator.faults import FaultKind
from devices.simulator.script import Anchor, CheckIn, OperatorStep, Seconds, Table, Timed

Positive = Annotated[float, Field(gt=0)]
Sensor = Literal["ecg", "spo2", "nibp", "co2", "temp"]
ALL_SENSORS: tuple[Sensor, ...] = ("ecg", "spo2", "nibp", "co2", "temp")


class Spread(Table):
    """A value drawn once for each seed, from a normal distribution, and held between `low` and `high`."""

    mean: float
    sd: float = Field(default=0.0, ge=0)
    low: float | None = None
    high: float | None = None


Level = float | Spread
"""A fixed value, or a distribution to draw it from."""


class PatientSheet(Table):
    """Who the simulated patient is; `weight_kg` scales dose and concentrations."""

    name: str
    age: int = Field(ge=18, le=100)
    sex: Literal["female", "male"]
    weight_kg: float = Field(ge=35, le=200)
    hypertensive: bool = False

    @field_validator("name")
    @classmethod
    def _is_obviously_simulated(cls, name: str) -> str:
        if not name.startswith("Sim "):
            raise ValueError('expected a name that begins with "Sim ", so that nobody takes it for a patient')
        return name


class Resting(Table):
    """Values before any drug; None = drawn as `traits` says. Units: /min, mmHg, %, degC."""

    heart_rate: Level | None = None
    sys: Level | None = None
    dia: Level | None = None
    spo2: Level | None = None
    resp_rate: Level | None = None
    etco2: Level | None = None
    temp: Level | None = None
    perfusion_index: Level | None = None


class Response(Table):
    """Peak shift under 0.5 mg/kg over 40 minutes; None = drawn as `traits` says. Units: mmHg, /min, %."""

    sys: Level | None = None
    dia: Level | None = None
    heart_rate: Level | None = None
    resp_rate: Level | None = None
    spo2: Level | None = None


class InfusionPlan(Table):
    """What is given. `unattended_start` [s] is when it starts by itself where nobody charts it (`serve`)."""

    route: Literal["iv", "im"] = "iv"
    mg_per_kg: float = Field(default=0.5, gt=0, le=5)
    minutes: float = Field(default=40, gt=0, le=480)
    unattended_start: Seconds = 600.0


class Target(Timed):
    """Push one value `to` a level or `by` an amount: ramp up, hold, and settle again.

    Attributes:
        metric: What is pushed.
        to: Level reached at the end of the ramp; the usual drift gives way to it.
        by: Amount added at the end of the ramp; exactly one of the two is given.
        ramp: Way up [s].
        hold: How long it stays [s]; None = until `until`.
        until: "infusion_paused_or_ended" lets go at the first pause, or the end, after its start.
        settle: Way back [s].
    """

    metric: Literal["sys", "dia", "heart_rate", "resp_rate", "spo2", "etco2", "perfusion_index"]
    to: float | None = None
    by: float | None = None
    ramp: Seconds = 60.0
    hold: Seconds | None = None
    until: Literal["infusion_paused_or_ended"] | None = None
    settle: Seconds = 60.0

    @model_validator(mode="after")
    def _one_way(self) -> "Target":
        if (self.to is None) is (self.by is None):
            raise ValueError("expected exactly one of to and by")
        if (self.hold is None) is (self.until is None):
            raise ValueError("expected exactly one of hold and until")
        return self


class SensorEvent(Timed):
    """A sensor comes off (or its cable out) for a while [s]; `lasting` None = for good."""

    sensor: Literal["ecg_lead", "spo2_probe", "co2_line", "temp_probe"]
    state: Literal[ProbeState.OFF, ProbeState.UNPLUGGED, ProbeState.SEARCHING] = ProbeState.OFF
    lasting: Seconds | None = None


class Artefact(Timed):
    """Movement of the hand, or a cold finger, for a while [s]."""

    kind: Literal["motion", "low_perfusion"]
    lasting: Seconds


class AutoCuff(Timed):
    """The bedside monitor's automatic cycle, every `every` [s] from its start until a later entry's start."""

    every: Annotated[Seconds, Field(ge=60)]


class CuffTrouble(Timed):
    """Cycles begun in this stretch [s] fail; the monitor's one retry succeeds or fails too."""

    lasting: Seconds
    fault: CuffFault
    retry: Literal["succeeds", "fails"] = "fails"


class CuffMisreading(Timed):
    """Cycles begun in this stretch [s] read `sys` and `dia` [mmHg] too high (below 0: too low): an arm moved or held too low."""

    lasting: Seconds
    sys: float = Field(default=0.0, ge=-80, le=80)
    dia: float = Field(default=0.0, ge=-60, le=60)


_USUAL_AUTO = (
    AutoCuff(after=Anchor.SESSION_START, at=60.0, every=180.0),
    AutoCuff(after=Anchor.INFUSION_START, at=300.0, every=300.0),
    AutoCuff(after=Anchor.INFUSION_END, at=300.0, every=300.0),
)


class CuffPlan(Table):
    """The simulated monitor's cuff.

    Attributes:
        auto: Its automatic cycles; the newest entry that has begun counts.
        times: Further single cycles, as if somebody pressed START.
        scatter: Standard deviation of the device's error [mmHg]; ISO 81060-2 allows 8.
        bias: Standard deviation of the device's lasting error [mmHg]; ISO 81060-2 allows a mean of 5.
        same_arm_as_probe: True: a cycle stops the oximeter's finger from being read.
        trouble: When cycles fail.
        misreading: When they do not fail, and read wrong.
    """

    auto: tuple[AutoCuff, ...] = _USUAL_AUTO
    times: tuple[Timed, ...] = ()
    scatter: float = Field(default=3.0, ge=0, le=8)
    bias: float = Field(default=1.5, ge=0, le=5)
    same_arm_as_probe: bool = False
    trouble: tuple[CuffTrouble, ...] = ()
    misreading: tuple[CuffMisreading, ...] = ()


class Variation(Table):
    """How far values wander slowly: standard deviations. Source: as the distributions in `traits`."""

    sys: float = Field(default=5.0, ge=0, le=15)
    dia: float = Field(default=4.0, ge=0, le=15)
    heart_rate: float = Field(default=3.0, ge=0, le=10)
    resp_rate: float = Field(default=0.8, ge=0, le=5)
    spo2: float = Field(default=0.3, ge=0, le=2)


class ScriptedFault(Timed):
    """Trouble on the wire of one monitor (`monitor` = its driver's name) or of all; see `faults.FaultKind`."""

    kind: FaultKind
    lasting: Seconds | None = None
    rate: float | None = Field(default=None, gt=0, le=1)
    monitor: str | None = None


class Monitor(Table):
    """One bedside monitor: which driver speaks to it, and which sensors of the patient are plugged into it."""

    driver: str
    sensors: tuple[Sensor, ...] = ALL_SENSORS


class Scenario(Table):
    """One scenario file.

    `step` [s] is how finely a rehearsal plays it: coarser is faster, and where there is no wave to look at, no worse.
    """

    title: str
    description: str
    patient: PatientSheet
    resting: Resting = Resting()
    response: Response = Response()
    variation: Variation = Variation()
    infusion: InfusionPlan = InfusionPlan()
    cuff: CuffPlan = CuffPlan()
    target: tuple[Target, ...] = ()
    sensor: tuple[SensorEvent, ...] = ()
    artefact: tuple[Artefact, ...] = ()
    fault: tuple[ScriptedFault, ...] = ()
    monitor: Annotated[tuple[Monitor, ...], Field(min_length=1)]
    operator: tuple[OperatorStep, ...] = ()
    step: float = Field(default=0.1, ge=0.1, le=1)

    @property
    def protocol(self) -> str | None:
        """Return the treatment protocol that the script checks the patient in on; None where it does not say."""
        steps = (step for step in self.operator if isinstance(step, CheckIn))
        return next((step.protocol for step in steps if step.protocol is not None), None)

    @property
    def dose_mg(self) -> float:
        """Return the planned dose [mg]."""
        return self.infusion.mg_per_kg * self.patient.weight_kg

    @model_validator(mode="after")
    def _faults_meet_monitors(self) -> "Scenario":
        names = [monitor.driver for monitor in self.monitor]
        for fault in self.fault:
            if fault.monitor is not None and fault.monitor not in names:
                raise ValueError(f"a fault names the monitor {fault.monitor!r}; expected one of {', '.join(names)}")
        return self


def scenario_folder() -> Path:
    """Return the folder of the shipped scenarios: in the source tree, else inside the installed program."""
    in_tree = Path(__file__).resolve().parents[2] / "resources" / "scenarios"
    if in_tree.is_dir():
        return in_tree
    return Path(str(importlib.resources.files("nursestation"))) / "resources" / "scenarios"


def scenario_names(folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of the scenarios in `folder` (the shipped ones by default), sorted."""
    return tuple(sorted(path.stem for path in (folder or scenario_folder()).glob("*.toml")))


def load_scenario(name_or_path: str | Path, folder: Path | None = None) -> Scenario:
    """Load a shipped scenario by its name, or any file by its path.

    Raises:
        ScenarioError: There is none, it cannot be read, or it has a mistake.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = (folder or scenario_folder()) / f"{name_or_path}.toml"
        if not path.is_file():
            known = ", ".join(scenario_names(folder))
            raise ScenarioError(f"There is no scenario named {str(name_or_path)!r}. Choose one of: {known}.")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"The scenario file {path} cannot be read: {error}.") from error
    return parse_scenario(text, path.name)


def parse_scenario(text: str, file_name: str) -> Scenario:
    """Read a scenario from its text; `file_name` is for the messages.

    Raises:
        ScenarioError: It has a mistake.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{file_name} is not a TOML file: {error}.") from error
    try:
        return Scenario.model_validate(tables)
    except ValidationError as error:
        raise ScenarioError(_what_is_wrong(error, text, file_name)) from error


def _what_is_wrong(error: ValidationError, text: str, file_name: str) -> str:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"]) or "the whole file"
    line = _line_of(first["loc"], text)
    place = f"{file_name}, line {line}" if line else file_name
    expected = first["msg"].removeprefix("Value error, ")
    got = "" if first["type"] in ("missing", "value_error") else f" (it says {first['input']!r})"
    more = f" There are {error.error_count() - 1} more mistakes." if error.error_count() > 1 else ""
    return f"{place}: {key}: {expected}{got}.{more}"


def _line_of(location: Sequence[int | str], text: str) -> int | None:
    """Return the line (from 1) of the key at `location`, or of the table it is missing from; None when not found."""
    lines = text.splitlines()
    found, path = 0, ""
    for part, following in zip_longest(location, location[1:]):
        if isinstance(part, int):
            continue
        path = f"{path}.{part}" if path else part
        wanted = following + 1 if isinstance(following, int) else 1
        header = re.compile(rf"\s*\[\[?\s*{re.escape(path)}\s*\]\]?")
        headers = [number for number, line in enumerate(lines, 1) if header.match(line)]
        if len(headers) >= wanted:
            found = headers[wanted - 1]
            continue
        pair = re.compile(rf"\s*{re.escape(part)}\s*=")
        found = next((number for number, line in enumerate(lines, 1) if number > found and pair.match(line)), found)
    return found or None
