import re
import tomllib

import pytest
from pydantic import ValidationError

from nursestation.config.protocol_files import whole_document
from nursestation.core.model import Grade, Route
from nursestation.core.protocols import BpRules, LimitRule, Protocol, SeriesPlan
from tests.helpers.visit import PROTOCOLS, load_protocol

NAMES = sorted(path.stem for path in PROTOCOLS.glob("*.toml"))
NOT_ASKED_YET = {
    "discharge": {
        "recovery_score",
        "mpadss_at_least",
        "ask_orientation",
        "ask_gait",
        "ask_orthostatic",
        "orthostatic_fall_sys",
        "orthostatic_fall_dia",
        "driver_code",
        "observation_floor_min",
        "end_early_needs_handover",
        "instructions_printed",
        "instructions_by_language",
        "meaning_no_driver",
        "meaning_against_advice",
    },
}
"""What a file may leave out, because no shipped protocol asks for it; the list only shrinks."""


def test_what_is_shipped() -> None:
    assert set(NAMES) == {
        "chronic_pain_iv", "depression_iv", "general_iv", "im_injection", "migraine_iv", "multiday_pain_5",
        "multiday_pain_8_10", "ptsd_iv",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "minutes", "allowed"),
    [
        ("depression_iv", 45, None),
        ("general_iv", 60, None),
        ("chronic_pain_iv", 240, (120, 480)),
        ("multiday_pain_5", 240, (120, 480)),
        ("multiday_pain_8_10", 240, (120, 480)),
        ("im_injection", 0, None),
    ],
)
def test_how_long_an_infusion_is_planned(name: str, minutes: float, allowed: tuple[float, float] | None) -> None:
    protocol = load_protocol(name)
    assert (protocol.planned_min, protocol.planned_allowed_min) == (minutes, allowed)


@pytest.mark.parametrize(
    ("name", "length", "days"),
    [
        ("depression_iv", (4, 6, 9), (2, 4)),
        ("chronic_pain_iv", (None, 1, 10), (1, 1)),
        ("multiday_pain_5", (None, 5, None), (1, 1)),
        ("multiday_pain_8_10", (8, 10, None), (1, 1)),
        ("migraine_iv", (None, 1, 2), (None, None)),
        ("ptsd_iv", (None, 1, 2), (None, None)),
    ],
)
def test_how_a_series_runs(name: str, length: tuple[int | None, ...], days: tuple[int | None, ...]) -> None:
    series = load_protocol(name).series
    assert series is not None
    assert (series.length_min, series.length, series.length_max) == length
    assert (series.interval_days_min, series.interval_days_max) == days
    pain_or_depression = name not in ("migraine_iv", "ptsd_iv")
    assert (series.booster_months_min, series.booster_months_max) == ((3, 6) if pain_or_depression else (None, None))
    assert series.weekdays_only is (name in ("depression_iv", "multiday_pain_5", "multiday_pain_8_10"))


@pytest.mark.parametrize("name", NAMES)
def test_every_number_in_a_shipped_file_has_its_source_beside_it(name: str) -> None:
    """Beside it, over its block, or in the list above it; "same" refers to the line before."""
    lines = (PROTOCOLS / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    bare = [line for line in lines if re.match(r"\w+ = [\d.\[]*\d", line) and "#" not in line]
    assert [line for line in bare if line.split()[0] not in _SOURCED_ABOVE] == []


_SOURCED_ABOVE = {"version", "schema_version"}


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_protocol_is_whole(name: str) -> None:
    protocol = load_protocol(name)
    assert protocol.name == name
    assert [rule.grade for rule in protocol.bp.flags] == list(Grade)
    assert {rule.metric for rule in protocol.limits} == {"heart_rate", "spo2", "resp_rate", "etco2"}
    assert protocol.gates.food_hours == 6
    assert protocol.gates.drink_hours == 2
    assert protocol.discharge.instructions.strip()
    assert protocol.observation_min <= protocol.observation_planned_min
    assert (protocol.planned_min == 0) is (protocol.route is Route.IM)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_in_the_file_of_the_model_is_said(name: str) -> None:
    """A default in code would be a clinical number that no clinic sees."""
    given = whole_document(PROTOCOLS / f"{name}.toml")
    protocol = Protocol.model_validate(given)
    for section in ("technical", "cuff", "gates", "discharge", "watch"):
        unsaid = set(type(getattr(protocol, section)).model_fields) - set(given[section])
        assert unsaid <= NOT_ASKED_YET.get(section, set())


def test_a_mistake_is_told_with_its_place() -> None:
    given = tomllib.loads((PROTOCOLS / "general_iv.toml").read_text(encoding="utf-8"))
    given["discharge"]["spo2_lo"] = 90
    with pytest.raises(ValidationError, match=r"discharge\.spo2_lo"):
        Protocol.model_validate(given)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"metric": "sugar"}, "unknown metric"),
        ({"metric": "nibp_sys", "high": 180}, "judged by"),
        ({"metric": "spo2", "low": 95, "high": 90}, "is not below"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(fields: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        LimitRule.model_validate(fields)


def test_a_ladder_out_of_order_is_refused() -> None:
    rules = load_protocol().bp
    with pytest.raises(ValidationError, match="in the order"):
        BpRules.model_validate(rules.model_dump() | {"flags": tuple(reversed(rules.flags))})
    with pytest.raises(ValidationError, match="is above"):
        BpRules.model_validate(rules.model_dump() | {"baseline_min_apart_min": 9})


def test_a_baseline_that_is_too_old_before_its_last_reading_is_refused() -> None:
    rules = load_protocol().bp.model_dump() | {"baseline_readings": 3, "baseline_min_apart_min": 2}
    assert BpRules.model_validate(rules | {"baseline_max_age_min": 4}).baseline_max_age_min == 4
    with pytest.raises(ValidationError, match="baseline_max_age_min: the readings take 4 min at least"):
        BpRules.model_validate(rules | {"baseline_max_age_min": 3.9})


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"length": 6, "length_min": 7}, "length_min 7 is above length 6"),
        ({"length": 6, "length_max": 5}, "length_max 5 is below length 6"),
        ({"length": 6, "interval_days_min": 2}, "interval_days_min and interval_days_max are given together"),
        ({"length": 6, "booster_months_min": 6, "booster_months_max": 3}, "booster_months_min 6 is above"),
    ],
)
def test_a_series_that_cannot_be_is_refused(fields: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        SeriesPlan.model_validate(fields)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"planned_allowed_min": [120, 480]}, "planned_allowed_min 120 to 480 does not hold planned_min"),
        ({"observation_min": 40}, "observation_min 40 is above observation_planned_min 30"),
    ],
)
def test_lengths_that_contradict_each_other_are_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Protocol.model_validate(load_protocol().model_dump() | changes)


def test_a_session_of_an_earlier_version_is_read_with_its_series() -> None:
    stored = load_protocol().model_dump()
    del stored["series"]
    assert Protocol.model_validate(stored | {"series_length": 6}).series == SeriesPlan(length=6)
    assert Protocol.model_validate(stored | {"series_length": None}).series is None
