"""Two recovery scores in our own words, and what the record suggests for the items that it can judge.

Sources: modified Aldrete score, Aldrete JA, J Clin Anesth 1995;7:89-91 (five items, 0-2 each; circulation within 20 % and
50 % of the pressure before the drug; SpO2 above 92 % on room air, above 90 % with oxygen). MOAA/S, Chernik DA et al.,
J Clin Psychopharmacol 1990;10:244-251 (0-5). The wording here is ours; the tables are the publishers'.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from nursestation.core.model import ChartKind
from nursestation.core.snapshot import ChairSnapshot, Freshness

_NEAR_PERCENT = 20
_FAR_PERCENT = 50
_SPO2_ROOM_AIR = 92
_SPO2_OXYGEN = 90
MAX_ITEM = 2


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One item of the modified Aldrete score; `choices` are the words for 2, 1 and 0 points, in that order."""

    id: str
    title: str
    choices: tuple[str, str, str]


ALDRETE = (
    ScoreItem("activity", "Moves when asked", ("four limbs", "two limbs", "none")),
    ScoreItem("breathing", "Breathing", ("deep, coughs", "shallow or short", "none")),
    ScoreItem("circulation", "BP against baseline", ("within 20 %", "20–49 % off", "50 % or more")),
    ScoreItem("consciousness", "Awake", ("fully awake", "wakes when called", "no response")),
    ScoreItem("spo2", "SpO₂", ("> 92 % on air", "> 90 % on O₂", "< 90 % on O₂")),
)

MOAAS = (
    (5, "answers at once"),
    (4, "answers slowly"),
    (3, "only when called loudly or again"),
    (2, "only to a mild shake"),
    (1, "only to a painful squeeze"),
    (0, "no answer"),
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Points that the record suggests for an item, and on what evidence; `points` is None where it cannot tell."""

    points: int | None
    because: str


def suggest_circulation(chair: ChairSnapshot) -> Suggestion:
    """Suggest the circulation item from the last cuff reading and the baseline, both systolic [mmHg]."""
    visit = chair.visit
    reading = chair.cuff.reading
    if visit is None or visit.baseline is None:
        return Suggestion(None, "no baseline to compare with")
    if reading is None or chair.cuff.is_overdue:
        return Suggestion(None, "no recent cuff reading")
    percent = 100 * abs(reading.sys - visit.baseline.sys) / visit.baseline.sys
    points = 2 if percent <= _NEAR_PERCENT else 1 if percent < _FAR_PERCENT else 0
    return Suggestion(points, f"{reading} against {visit.baseline}, {percent:.1f} % off")


def suggest_spo2(chair: ChairSnapshot) -> Suggestion:
    """Suggest the oxygen item from the live SpO2 [%] and from whether oxygen was charted and not ended."""
    view = chair.numeric("spo2")
    if view is None or view.value is None or view.freshness is not Freshness.LIVE:
        return Suggestion(None, "no live SpO₂")
    chart = chair.visit.chart if chair.visit is not None else ()
    on_oxygen = any(entry.kind is ChartKind.OXYGEN and entry.resolved is None and not entry.struck for entry in chart)
    air = "on oxygen" if on_oxygen else "room air, no oxygen charted"
    because = f"{view.value:g} %, {air}"
    if on_oxygen:
        points = 1 if view.value > _SPO2_OXYGEN else 0 if view.value < _SPO2_OXYGEN else None
    else:
        points = MAX_ITEM if view.value > _SPO2_ROOM_AIR else None
    return Suggestion(points, because)


def suggestions(chair: ChairSnapshot) -> Mapping[str, Suggestion]:
    """Return what the record suggests, by item; items that only a person can judge are absent."""
    return {"circulation": suggest_circulation(chair), "spo2": suggest_spo2(chair)}


def total(points: Mapping[str, int]) -> int | None:
    """Return the score out of ten, or None while an item is unanswered."""
    if any(item.id not in points for item in ALDRETE):
        return None
    return sum(points[item.id] for item in ALDRETE)


def aldrete_evidence(points: Mapping[str, int]) -> str:
    """Return the score in words with its items, for the record: "10 of 10: moves when asked 2, ..."."""
    items = ", ".join(f"{item.title[:1].lower()}{item.title[1:]} {points[item.id]}" for item in ALDRETE[:2])
    rest = ", ".join(f"{item.title} {points[item.id]}" for item in ALDRETE[2:])
    return f"{total(points)} of 10: {items}, {rest}"


def moaas_evidence(score: int) -> str:
    """Return a MOAA/S score in words: "MOAA/S 5, answers at once to name, normal voice"."""
    return f"MOAA/S {score}, {dict(MOAAS)[score]}"
