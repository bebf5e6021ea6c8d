"""What each field of a treatment protocol is called by people, and what differs between two versions, in words.

Rules of the file:
1. A field is named by its path: `cuff.baseline_min`, `limits.spo2.low`, `bp.flags.spike.sys_at_or_above`. Lists of tables
   are gone through by the key that tells their entries apart.
2. Every field that may be edited stands in `WORDS`, with `*` for the entry's key; the window's form and the record use the
   same words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.vocabulary import METRICS
from nursestation.core.protocols import Protocol

Plain = str | int | float | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]
"""What a protocol's fields hold once it is written down."""

NAMED_BY = {"limits": "metric", "flags": "grade"}
"""Lists of tables, and the key that tells their entries apart."""

GRADE_WORDS = {"watch": "Watch", "spike": "Spike", "severe": "Severe", "crisis": "Crisis", "low": "Low"}
_OWN = ("name", "version", "schema_version")


@dataclass(frozen=True, slots=True)
class Words:
    """A field's name, and its unit, "" for none."""

    title: str
    unit: str = ""


WORDS: Mapping[str, Words] = {
    "title": Words("Title"),
    "author": Words("Who answers for it"),
    "route": Words("Route"),
    "dose_text": Words("Dose in words"),
    "dose_mg_per_kg": Words("Dose", "mg/kg"),
    "planned_min": Words("Planned length", "min"),
    "planned_allowed_min": Words("Lengths that may be chosen", "min"),
    "observation_min": Words("Observation, at least", "min"),
    "observation_planned_min": Words("Observation, planned", "min"),
    "series": Words("Series"),
    "series.length": Words("Treatments in a series"),
    "series.length_min": Words("Treatments, fewest"),
    "series.length_max": Words("Treatments, most"),
    "series.interval_days_min": Words("Days between treatments, fewest"),
    "series.interval_days_max": Words("Days between treatments, most"),
    "series.weekdays_only": Words("Weekdays only"),
    "series.booster_months_min": Words("Booster after, fewest months"),
    "series.booster_months_max": Words("Booster after, most months"),
    "limits.*.low": Words("low limit"),
    "limits.*.high": Words("high limit"),
    "limits.*.priority": Words("priority"),
    "limits.*.persist_s": Words("outside for", "s"),
    "limits.*.rearm": Words("ends this far back inside"),
    "limits.*.rearm_s": Words("and inside for", "s"),
    "limits.*.at_once_at_or_below": Words("at once at or below"),
    "limits.*.high_priority_at_or_below": Words("high priority at or below"),
    "limits.*.sat_seconds": Words("depth x time", "% s"),
    "technical.stale_after_s": Words("Number shown as old after", "s"),
    "technical.lost_after_s": Words("No number after", "s"),
    "technical.no_data_low_s": Words("No data, low priority after", "s"),
    "technical.no_data_medium_s": Words("No data, medium priority after", "s"),
    "technical.doubted_after_s": Words("Doubted values told after", "s"),
    "bp.baseline_readings": Words("Baseline readings"),
    "bp.baseline_min_apart_min": Words("Baseline readings apart, at least", "min"),
    "bp.baseline_max_apart_min": Words("Baseline readings apart, at most", "min"),
    "bp.baseline_max_age_min": Words("Baseline readings no older than", "min"),
    "bp.start_ceiling_sys": Words("No start above, systolic", "mmHg"),
    "bp.start_ceiling_dia": Words("No start above, diastolic", "mmHg"),
    "bp.red_flag_symptoms": Words("Red-flag symptoms"),
    "bp.flags.*.priority": Words("priority"),
    "bp.flags.*.prompt": Words("what staff are told"),
    "bp.flags.*.sys_at_or_above": Words("systolic from", "mmHg"),
    "bp.flags.*.dia_at_or_above": Words("diastolic from", "mmHg"),
    "bp.flags.*.rise_sys": Words("systolic over baseline by", "mmHg"),
    "bp.flags.*.rise_dia": Words("diastolic over baseline by", "mmHg"),
    "bp.flags.*.rise_percent": Words("over baseline by", "%"),
    "bp.flags.*.sys_below": Words("systolic under", "mmHg"),
    "bp.flags.*.mean_below": Words("mean under", "mmHg"),
    "bp.flags.*.fall_percent": Words("under baseline by", "%"),
    "bp.flags.*.high_priority_sys_below": Words("high priority, systolic under", "mmHg"),
    "bp.flags.*.with_symptom_from": Words("also with a red-flag symptom from"),
    "bp.flags.*.confirm": Words("a second reading decides"),
    "bp.flags.*.repeat_within_min": Words("repeat within", "min"),
    "bp.flags.*.latching": Words("stays until acknowledged"),
    "cuff.baseline_min": Words("Cuff in the baseline, every", "min"),
    "cuff.first_stretch_min": Words("First stretch of the infusion", "min"),
    "cuff.infusion_first_20_min": Words("Cuff in the first stretch, every", "min"),
    "cuff.infusion_later_min": Words("Cuff later in the infusion, every", "min"),
    "cuff.observation_min": Words("Cuff in the observation, every", "min"),
    "cuff.while_flagged_min": Words("Cuff while a flag is open, every", "min"),
    "cuff.overdue_after_min": Words("Cuff overdue, low priority after", "min"),
    "cuff.overdue_medium_min": Words("Cuff overdue, medium priority after", "min"),
    "cuff.failed_medium_n": Words("Failed cuffs in a row, medium priority from"),
    "gates.food_hours": Words("Nothing to eat for", "h"),
    "gates.drink_hours": Words("Nothing to drink for", "h"),
    "gates.ask_weight": Words("Ask for today's weight"),
    "gates.ask_allergies": Words("Ask for allergies"),
    "gates.ask_pregnancy": Words("Ask for pregnancy"),
    "gates.medicines": Words("Medicines asked for"),
    "gates.referral": Words("Referral"),
    "gates.available": Words("Name who is immediately available"),
    "gates.checks": Words("Checks before the start"),
    "gates.baseline_scores": Words("Scores before the start"),
    "gates.transports": Words("Ways home that are allowed"),
    "gates.exclusions": Words("Exclusions"),
    "gates.required_metrics": Words("Readings that must arrive"),
    "gates.override_role": Words("Who may override"),
    "discharge.bp_within_percent": Words("Blood pressure within", "% of baseline"),
    "discharge.bp_readings": Words("Readings that must be so"),
    "discharge.bp_max_age_min": Words("Last reading no older than", "min"),
    "discharge.stable_min": Words("Vitals steady for", "min"),
    "discharge.stable_gap_s": Words("Longest gap in that time", "s"),
    "discharge.vitals_max_age_min": Words("Sensors off no longer than", "min"),
    "discharge.score_max_age_min": Words("Score no older than", "min"),
    "discharge.hr_low": Words("Heart rate from", "/min"),
    "discharge.hr_high": Words("Heart rate to", "/min"),
    "discharge.spo2_low": Words("SpO₂ from", "%"),
    "discharge.rr_low": Words("Breathing from", "/min"),
    "discharge.rr_high": Words("Breathing to", "/min"),
    "discharge.recovery_score": Words("Recovery score"),
    "discharge.aldrete_at_least": Words("Modified Aldrete at least"),
    "discharge.mpadss_at_least": Words("MPADSS at least"),
    "discharge.moaas_at_least": Words("MOAA/S at least"),
    "discharge.no_driving_hours": Words("No driving for", "h"),
    "discharge.ask_orientation": Words("Ask for orientation"),
    "discharge.ask_gait": Words("Ask for gait and dizziness"),
    "discharge.ask_orthostatic": Words("Ask for the check lying and standing"),
    "discharge.orthostatic_fall_sys": Words("Fall on standing, systolic from", "mmHg"),
    "discharge.orthostatic_fall_dia": Words("Fall on standing, diastolic from", "mmHg"),
    "discharge.require_drug_record": Words("Drug record before discharge"),
    "discharge.driver_code": Words("Code for the driver"),
    "discharge.observation_floor_min": Words("A clinician may shorten observation to", "min"),
    "discharge.end_early_needs_handover": Words("Ending early names who takes over"),
    "discharge.instructions_printed": Words("Instructions printed and acknowledged"),
    "discharge.instructions_by_language": Words("Instructions in other languages"),
    "discharge.instructions": Words("Instructions for home"),
    "discharge.meaning": Words("What the signature means"),
    "discharge.meaning_no_driver": Words("What it means without a driver"),
    "discharge.meaning_against_advice": Words("What it means against advice"),
    "side_effects": Words("Side effects"),
    "events": Words("Event buttons"),
    "scores": Words("Scores that fall due"),
    "watch.gap_s": Words("A gap in the data counts from", "s"),
    "watch.side_effect_open_min": Words("Side effect still open is told after", "min"),
}
"""Every field that may be edited. Source of the words: the field's own comments in the shipped files."""


def flat(protocol: Protocol) -> dict[str, Plain]:
    """Return every field by its path, in the order of the model; a list of plain tables is one field."""
    return {path: value for path, value in _walked("", protocol.model_dump(mode="json")) if path not in _OWN}


def words_of(path: str) -> Words:
    """Return what a field is called, with what it belongs to: "SpO₂, low limit".

    Raises:
        KeyError: there is no such field.
    """
    parts = path.split(".")
    for place, list_name in ((1, "limits"), (2, "flags")):
        if len(parts) > place and parts[place - 1] == list_name:
            key = parts[place]
            words = WORDS[".".join([*parts[:place], "*", *parts[place + 1 :]])]
            owner = METRICS[key].short if list_name == "limits" else f"{GRADE_WORDS[key]} pressure"
            return Words(f"{owner}, {words.title}", words.unit)
    return WORDS[path]


def differences(before: Protocol, after: Protocol) -> tuple[str, ...]:
    """Return what differs, a sentence a field, in the order of the protocol: "Planned length: 50 min, before 45 min"."""
    old, new = flat(before), flat(after)
    told = []
    for path in [*old, *(path for path in new if path not in old)]:
        was, now = old.get(path), new.get(path)
        if was != now:
            told.append(_sentence(words_of(path), was, now))
    return tuple(told)


def value_text(value: Plain, unit: str = "") -> str:
    """Return a value as people write it: "45 min", "120 to 480 min", "yes", "none"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return "none"
    if isinstance(value, (int, float)):
        return f"{value:g} {unit}".strip()
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ", ".join(str(key) for key in value) or "none"
    if len(value) == 2 and all(isinstance(one, (int, float)) for one in value):
        return f"{value_text(value[0])} to {value_text(value[1])} {unit}".strip()
    return ", ".join(_entry(one) for one in value) or "none"


def _sentence(words: Words, was: Plain, now: Plain) -> str:
    if _is_long(was) or _is_long(now):
        return f"{words.title}: another wording"
    if _is_list(was) and _is_list(now):
        old, new = _entries(was), _entries(now)
        parts = [f"added {one}" for one in new if one not in old] + [f"left out {one}" for one in old if one not in new]
        return f"{words.title}: {'; '.join(parts) or 'another order'}"
    return f"{words.title}: {value_text(now, words.unit)}, before {value_text(was, words.unit)}"


def _is_long(value: Plain) -> bool:
    return (isinstance(value, str) and "\n" in value.strip()) or isinstance(value, Mapping)


def _is_list(value: Plain) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and not any(isinstance(one, (int, float)) for one in value)
    )


def _entries(value: Plain) -> list[str]:
    assert isinstance(value, Sequence)
    return [_entry(one) for one in value]


def _entry(one: Plain) -> str:
    """Return an entry of a list: itself, or what tells a table apart with what else it says."""
    if isinstance(one, Mapping):
        first, *rest = [
            value for value in one.values() if value is not None and value != "" and not isinstance(value, bool)
        ]
        said = ", ".join(value_text(value).replace("_", " ") for value in rest)
        return f"{value_text(first)} ({said})" if said else value_text(first)
    if isinstance(one, Sequence) and not isinstance(one, str):
        return " or ".join(_entry(part) for part in one)
    return value_text(one)


def _walked(path: str, value: Plain) -> list[tuple[str, Plain]]:
    name = path.rpartition(".")[2]
    if name in NAMED_BY and isinstance(value, Sequence):
        found: list[tuple[str, Plain]] = []
        for entry in value:
            assert isinstance(entry, Mapping)
            key = f"{path}.{entry[NAMED_BY[name]]}"
            found += _walked_fields(key, {k: v for k, v in entry.items() if k != NAMED_BY[name]})
        return found
    if isinstance(value, Mapping) and name != "instructions_by_language":
        return _walked_fields(path, value)
    return [(path, value)]


def _walked_fields(path: str, table: Mapping[str, Plain]) -> list[tuple[str, Plain]]:
    found: list[tuple[str, Plain]] = []
    for key, value in table.items():
        found += _walked(f"{path}.{key}" if path else key, value)
    return found
