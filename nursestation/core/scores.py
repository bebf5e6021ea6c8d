"""Recovery and sedation scores in our own words, and what the record suggests for the items that it can judge.

Sources: modified Aldrete score, Aldrete JA, J Clin Anesth 1995;7:89-91 (five items, 0-2 each; circulation within 20 % and
50 % of the pressure before the drug; SpO2 above 92 % on room air, above 90 % with oxygen). PADSS, Chung F, Chan VW, Ong D,
J Clin Anesth 1995;7:500-506 (five items, 0-2 each; vital signs within 20 % and 40 %); modified PADSS, without intake and
output and with nausea apart from pain, Chung F, Can J Anaesth 1995;42:1056-1058, and Marshall SI, Chung F, Anesth Analg
1999;88:508-517. An infusion leaves no wound: in place of the surgical bleeding stands the site of the needle, so that the
score is called adapted and no MPADSS. MOAA/S, Chernik DA et al., J Clin Psychopharmacol 1990;10:244-251 (0-5). The wording
here is ours; the tables are the publishers'. `RecoveryScore.variant` is kept with each answer: tables of one name differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nursestation.core.model import ChartKind, Phase, ScoreKind, Severity
from nursestation.core.snapshot import ChairSnapshot, ChartEntryView, Freshness

_NEAR_PERCENT = 20
_FAR_PERCENT = 50
_MPADSS_FAR_PERCENT = 40
_PAIN_MILD, _PAIN_MODERATE = 3, 6
_NAUSEA = ("nausea", "vomit")
_SPO2_ROOM_AIR = 92
_SPO2_OXYGEN = 90
MAX_ITEM = 2


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One item of a recovery score; `choices` are the words for 2, 1 and 0 points, in that order."""

    id: str
    title: str
    choices: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class RecoveryScore:
    """A score of five items, 0 to 2 points each.

    Attributes:
        id: Of the discharge criterion, as [discharge] recovery_score names it.
        variant: Which table of that name.
        title: For people.
        items: In their order.
    """

    id: str
    variant: str
    title: str
    items: tuple[ScoreItem, ...]

    @property
    def highest(self) -> int:
        """Return the most points that there can be."""
        return MAX_ITEM * len(self.items)


ALDRETE = (
    ScoreItem("activity", "Moves when asked", ("four limbs", "two limbs", "none")),
    ScoreItem("breathing", "Breathing", ("deep, coughs", "shallow or short", "none")),
    ScoreItem("circulation", "BP against baseline", ("within 20 %", "20–49 % off", "50 % or more")),
    ScoreItem("consciousness", "Awake", ("fully awake", "wakes when called", "no response")),
    ScoreItem("spo2", "SpO₂", ("> 92 % on air", "> 90 % on O₂", "< 90 % on O₂")),
)

MPADSS = (
    ScoreItem("vital_signs", "BP against baseline", ("within 20 %", "20–40 % off", "more than 40 % off")),
    ScoreItem("walking", "Walking", ("steady, not dizzy, or as before", "with help", "cannot walk")),
    ScoreItem("nausea", "Nausea and vomiting", ("none or slight", "moderate", "goes on despite treatment")),
    ScoreItem("pain", "Pain", ("0–3 of 10", "4–6 of 10", "7–10 of 10")),
    ScoreItem("site", "IV or injection site", ("dry", "oozes", "bleeds")),
)

RECOVERY: Mapping[str, RecoveryScore] = MappingProxyType(
    {
        "aldrete": RecoveryScore("aldrete", "aldrete-1995-percent", "Modified Aldrete score", ALDRETE),
        "mpadss": RecoveryScore("mpadss", "mpadss-adapted-site", "Recovery score (MPADSS, adapted)", MPADSS),
    }
)
"""The scores that a protocol may ask for, by [discharge] recovery_score."""

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


def suggest_vital_signs(chair: ChairSnapshot) -> Suggestion:
    """Suggest the vital-signs item of the MPADSS from the last cuff reading and the baseline, both systolic [mmHg]."""
    found = suggest_circulation(chair)
    visit, reading = chair.visit, chair.cuff.reading
    if found.points is None or visit is None or visit.baseline is None or reading is None:
        return found
    percent = 100 * abs(reading.sys - visit.baseline.sys) / visit.baseline.sys
    points = 2 if percent <= _NEAR_PERCENT else 1 if percent <= _MPADSS_FAR_PERCENT else 0
    return Suggestion(points, found.because)


def suggest_nausea(chair: ChairSnapshot) -> Suggestion:
    """Suggest the nausea item from what was charted and is not over; nothing where none was charted, for nobody asked."""
    chart = chair.visit.chart if chair.visit is not None else ()
    charted = [entry for entry in chart if not entry.struck and _is_nausea(entry)]
    if not charted:
        return Suggestion(None, "none charted: ask")
    lasting = [entry for entry in charted if entry.resolved is None]
    if not lasting:
        return Suggestion(MAX_ITEM, f"{charted[-1].text} is over")
    worst = max(lasting, key=lambda entry: _RANK[entry.severity])
    if worst.severity is None:
        return Suggestion(None, f"{worst.text} is not over: ask how bad it is")
    points = {Severity.MILD: MAX_ITEM, Severity.MODERATE: 1, Severity.SEVERE: 0}[worst.severity]
    return Suggestion(points, f"{worst.text}, {worst.severity.value}, is not over")


def suggest_pain(chair: ChairSnapshot) -> Suggestion:
    """Suggest the pain item from the last pain score (0 to 10) since the treatment ended."""
    visit = chair.visit
    began = [span.start for span in visit.spans if span.phase is Phase.OBSERVATION] if visit is not None else []
    scored = [
        score
        for score in (visit.scores if visit is not None and began else ())
        if score.kind is ScoreKind.PAIN and score.at.mono_ns >= began[0].mono_ns
    ]
    if not scored:
        return Suggestion(None, "not scored since the treatment ended")
    value = scored[-1].value
    points = MAX_ITEM if value <= _PAIN_MILD else 1 if value <= _PAIN_MODERATE else 0
    return Suggestion(points, f"pain {value} of 10")


_RANK = {None: 0, Severity.MILD: 1, Severity.MODERATE: 2, Severity.SEVERE: 3}


def _is_nausea(entry: ChartEntryView) -> bool:
    is_lasting_kind = entry.kind in (ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM)
    return is_lasting_kind and any(word in entry.text.casefold() for word in _NAUSEA)


def suggestions(chair: ChairSnapshot, score: RecoveryScore = RECOVERY["aldrete"]) -> Mapping[str, Suggestion]:
    """Return what the record suggests, by item; items that only a person can judge are absent."""
    if score.id == "mpadss":
        return {"vital_signs": suggest_vital_signs(chair), "nausea": suggest_nausea(chair), "pain": suggest_pain(chair)}
    return {"circulation": suggest_circulation(chair), "spo2": suggest_spo2(chair)}


def total(points: Mapping[str, int], score: RecoveryScore = RECOVERY["aldrete"]) -> int | None:
    """Return the sum of a score's items, or None while one is unanswered."""
    if any(item.id not in points for item in score.items):
        return None
    return sum(points[item.id] for item in score.items)


def evidence(points: Mapping[str, int], score: RecoveryScore) -> str:
    """Return a whole score in words with its items, for the record: "10 of 10: moves when asked 2, ..."."""
    items = ", ".join(f"{_within(item.title)} {points[item.id]}" for item in score.items)
    return f"{total(points, score)} of {score.highest}: {items}"


def aldrete_evidence(points: Mapping[str, int]) -> str:
    """Return the modified Aldrete score in words with its items."""
    return evidence(points, RECOVERY["aldrete"])


def _within(title: str) -> str:
    """Return a title as it reads within a sentence; an abbreviation keeps its letters."""
    return title if title[:2].isupper() or title.startswith("SpO") else f"{title[:1].lower()}{title[1:]}"


def moaas_evidence(score: int) -> str:
    """Return a MOAA/S score in words: "MOAA/S 5, answers at once to name, normal voice"."""
    return f"MOAA/S {score}, {dict(MOAAS)[score]}"
