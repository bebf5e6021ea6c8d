"""The gates before the start: what must be met, what each rests on, and what a clinician may let pass.

| gate | met when | overridable |
|---|---|---|
| identity | two identifiers were checked with the patient | no |
| weight | today's weight is known, where the protocol asks | no |
| allergies | they were asked, where the protocol asks | no |
| consent | the signed consent is on file | no |
| fasting_food | `food_hours` since the last food | yes |
| fasting_drink | `drink_hours` since the last drink | yes |
| exclusions | every exclusion was answered, none is present | yes |
| pregnancy | it is not possible, tested or excluded, where the protocol asks | yes |
| medicines | each was answered, with a note where one is needed | yes |
| referral | there is one; where it is only asked for, the answer "none" will do | yes |
| available | who is immediately available is named, where the protocol asks | yes |
| checks | each of the protocol's checks was confirmed | yes |
| driver | a driver is named and confirmed | yes |
| baseline | the baseline was taken | yes |
| baseline_scores | each score that the protocol wants before the start was recorded | yes |
| bp_ceiling | baseline, and any newer reading, at or below `start_ceiling_sys`/`start_ceiling_dia` | yes |
| monitors | one metric of each required group is live, the cuff gave a reading of this visit, nothing is asked of them | yes |

Rules of the file:
1. All numbers come from the treatment protocol ([gates], [bp], [cuff]). A gate that the protocol does not ask for is not there.
2. An override is a clinician's own, with PIN and reason, for one gate; entering the gate's facts anew takes it back. So does,
   for the pressure's gate, a reading that is flagged, or higher than those it was given for. The monitors' gate is let pass
   for what they lacked then: it is shut again while they lack anything else.
3. A gate that a clock will turn says in how long, and turns by itself.
4. Of the monitors it is asked whether they are the right ones where they are not those of this chair's last session
   (`feeding.py`), and whether they are on this patient where one names another (`monitor_patient.py`).
5. After the start the clocks, the pressure and the monitors are shown as they stood then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from devices.clock import NS_PER_S, Moment
from nursestation.core import feeding, monitor_patient, vitals
from nursestation.core.model import ConfirmedHow, GateState, Identifier, MedicineAnswer, Pregnancy, Provenance
from nursestation.core.protocols import MedicineRule
from nursestation.core.scorings import SCALES
from nursestation.core.snapshot import Freshness, GateView
from nursestation.core.state import ChairState, StationState, Visit
from nursestation.core.wording import listed, long_left, long_span, number, staff_name

HARD = ("identity", "weight", "allergies", "consent")
"""Gates that nobody overrides. Source: two identifiers, allergies and a weight belong to every dose by weight (Joint
Commission NPSG.01.01.01; ISMP, medication safety self assessment); a consent is what off-label use rests on."""

_NS_PER_HOUR = 3600 * NS_PER_S
_GROUP_NAMES = {
    "heart_rate": "heart rate",
    "spo2": "SpO₂",
    "nibp_sys": "cuff pressure",
    "resp_rate": "respiration rate",
}
_HOW = {
    ConfirmedHow.BY_PHONE: "confirmed by phone",
    ConfirmedHow.SEEN_IN_PERSON: "seen in person",
    ConfirmedHow.BOOKING: "booking confirmed",
}
IDENTIFIER_WORDS = {
    Identifier.NAME: "name",
    Identifier.BIRTH_DATE: "date of birth",
    Identifier.RECORD_NUMBER: "record number",
    Identifier.PHOTO_ID: "photo ID",
}
PREGNANCY_WORDS = {
    Pregnancy.NOT_POSSIBLE: "not possible",
    Pregnancy.TEST_NEGATIVE: "test negative",
    Pregnancy.EXCLUDED: "excluded",
    Pregnancy.POSSIBLE: "possible",
    Pregnancy.PREGNANT: "pregnant",
}
_PREGNANCY_TODO = {Pregnancy.POSSIBLE: "do a test", Pregnancy.PREGNANT: "a clinician decides"}


def gates(state: StationState, chair: ChairState, visit: Visit, now: Moment) -> tuple[GateView, ...]:
    """Return every gate as it stands, in the page's order; after the start, as it stood then. Staff are told by their names."""
    at = visit.infusion_started or now
    found = (
        _identity(state, chair, visit),
        *_asked(visit, at),
        _driver(visit),
        _baseline(visit),
        *_baseline_scores(state, visit, at),
        _ceiling(visit, at),
        _monitors(chair, visit, at),
    )
    covers = covered(chair, visit, at)
    return tuple(
        _with_waiver(state, visit, told) if told.id != "monitors" or covers else told
        for told in (_told(state, visit, view) for view in found)
    )


def covered(chair: ChairState, visit: Visit, at: Moment) -> bool:
    """Say whether the override of the monitors' gate was given for what they lack now; after the start it was."""
    waiver = visit.gate_waivers.get("monitors")
    if waiver is None or visit.infusion_started is not None:
        return waiver is not None
    return set(lacking(chair, visit, at)) <= set(waiver.lacking)


def may_start(views: tuple[GateView, ...]) -> bool:
    """Say whether every gate is met or overridden."""
    return all(view.state in (GateState.MET, GateState.OVERRIDDEN) for view in views)


def _told(state: StationState, visit: Visit, view: GateView) -> GateView:
    """Say of a gate who gave what it rests on, and when."""
    said = visit.said.get(view.id)
    may_override = view.id not in HARD
    if said is None:
        return view if view.may_override == may_override else replace(view, may_override=may_override)
    by = staff_name(state.operators, said.by)
    return replace(view, by=by, at_utc_ns=said.at.utc_ns, may_override=may_override)


def _with_waiver(state: StationState, visit: Visit, view: GateView) -> GateView:
    waiver = visit.gate_waivers.get(view.id)
    if waiver is None or view.state is GateState.MET:
        return view
    return replace(
        view,
        state=GateState.OVERRIDDEN,
        detail=f"{view.detail}; overridden: {waiver.reason}",
        by=staff_name(state.operators, waiver.clinician),
        at_utc_ns=waiver.at.utc_ns,
    )


# --- who it is ----------------------------------------------------------------------------------------------------


def _identity(state: StationState, chair: ChairState, visit: Visit) -> GateView:
    alert = name_alert(state, chair, visit) if visit.infusion_started is None else ""
    if "identity" not in visit.said:
        found, detail = GateState.UNMET, "Check two identifiers with the patient"
    elif not visit.identifiers:  # recorded by an older version, which did not tell which
        found, detail = GateState.MET, "two identifiers"
    else:
        found, detail = GateState.MET, listed([IDENTIFIER_WORDS[one] for one in visit.identifiers])
    detail = f"{detail}. Careful: {alert}" if alert else detail
    return GateView(id="identity", title="Identity checked", state=found, detail=detail, warns=bool(alert))


def name_alert(state: StationState, chair: ChairState, visit: Visit) -> str:
    """Return which other patient here could be taken for this one, or "": same family name, or initials and date of birth."""
    mine = visit.patient
    family_name, initials = mine.family_name.casefold(), mine.initials
    alike = []
    for other in state.chairs.values():
        there = other.open_visit
        if other is chair or there is None:
            continue
        theirs = there.patient
        is_namesake = theirs.family_name.casefold() == family_name
        is_twin = theirs.birth_date == mine.birth_date and theirs.initials == initials
        if is_namesake or is_twin:
            alike.append(f"{theirs.full_name} is in chair {other.number}")
    return listed(alike) if alike else ""


# --- what was asked -----------------------------------------------------------------------------------------------


def _asked(visit: Visit, at: Moment) -> Iterator[GateView]:
    rules = visit.protocol.gates
    food_ns, drink_ns = visit.fasting if visit.fasting is not None else (None, None)
    if rules.ask_weight:
        yield _weight(visit)
    if rules.ask_allergies:
        yield _allergies(visit)
    yield _consent(visit)
    yield _fasting("fasting_food", "No food", food_ns, rules.food_hours, at)
    yield _fasting("fasting_drink", "No drink", drink_ns, rules.drink_hours, at)
    if rules.exclusions:
        yield _exclusions(visit)
    if rules.ask_pregnancy:
        yield _pregnancy(visit)
    if rules.medicines:
        yield _medicines(visit)
    if rules.referral != "off":
        yield _referral(visit)
    if rules.available:
        yield _available(visit)
    if rules.checks:
        yield _checks(visit)


def _weight(visit: Visit) -> GateView:
    title = "Weight today"
    if visit.weight is None:
        return GateView(id="weight", title=title, state=GateState.UNKNOWN, detail="Weigh the patient")
    kg, measured = visit.weight
    detail = f"{number(kg)} kg, {'measured' if measured else 'as the patient said'}"
    return GateView(id="weight", title=title, state=GateState.MET, detail=detail, warns=not measured)


def _allergies(visit: Visit) -> GateView:
    title = "Allergies"
    if visit.allergies is None:
        return GateView(id="allergies", title=title, state=GateState.UNKNOWN, detail="Ask for allergies")
    return GateView(id="allergies", title=title, state=GateState.MET, detail=visit.allergies or "none known")


def _consent(visit: Visit) -> GateView:
    title = "Consent on file"
    if "consent" not in visit.said:
        return GateView(
            id="consent", title=title, state=GateState.UNMET, detail="Put the signed consent on file"
        )  # fmt: skip
    return GateView(id="consent", title=title, state=GateState.MET, detail="signed, off-label use stated")


def _fasting(gate: str, title: str, last_utc_ns: int | None, hours: float, at: Moment) -> GateView:
    title = f"{title} for {hours:g} h"
    if last_utc_ns is None:
        return GateView(id=gate, title=title, state=GateState.UNKNOWN, detail="Ask when it was last")
    fasted_s = (at.utc_ns - last_utc_ns) / NS_PER_S
    short_s = (last_utc_ns + hours * _NS_PER_HOUR - at.utc_ns) / NS_PER_S
    detail = f"{long_span(fasted_s)} since the last"
    if short_s <= 0:
        return GateView(id=gate, title=title, state=GateState.MET, detail=detail)
    return GateView(
        id=gate,
        title=title,
        state=GateState.UNMET,
        detail=f"{detail}; opens in {long_left(short_s)}",
        opens_in_s=short_s,
    )


def _exclusions(visit: Visit) -> GateView:
    title = "No exclusion"
    if not visit.exclusions:
        return GateView(id="exclusions", title=title, state=GateState.UNKNOWN, detail="Ask every exclusion")
    found = [text for text, is_present in visit.exclusions if is_present]
    if found:
        detail = f"{listed(found)}: a clinician decides"
        return GateView(id="exclusions", title=title, state=GateState.UNMET, detail=detail)
    detail = f"{len(visit.exclusions)} asked, none present"
    return GateView(id="exclusions", title=title, state=GateState.MET, detail=detail)


def _pregnancy(visit: Visit) -> GateView:
    title = "No pregnancy"
    if visit.pregnancy is None:
        return GateView(id="pregnancy", title=title, state=GateState.UNKNOWN, detail="Ask whether it is possible")
    words, todo = PREGNANCY_WORDS[visit.pregnancy], _PREGNANCY_TODO.get(visit.pregnancy)
    said = f"{words} ({visit.pregnancy_note})" if visit.pregnancy_note else words
    state, detail = (GateState.MET, said) if todo is None else (GateState.UNMET, f"{said}: {todo}")
    return GateView(id="pregnancy", title=title, state=state, detail=detail)


def _medicines(visit: Visit) -> GateView:
    title = "Medicines asked"
    if not visit.medicines:
        return GateView(id="medicines", title=title, state=GateState.UNKNOWN, detail="Ask for each medicine")
    rules = {rule.name: rule for rule in visit.protocol.gates.medicines}
    wanting = [rules[one.name] for one in visit.medicines if is_note_wanting(rules[one.name], one)]
    if wanting:
        detail = "; ".join(f"{rule.name}: {rule.ask or 'add a note'}" for rule in wanting)
        return GateView(id="medicines", title=title, state=GateState.UNMET, detail=detail)
    return GateView(id="medicines", title=title, state=GateState.MET, detail=medicines_line(visit.medicines))


def medicines_line(answers: Sequence[MedicineAnswer]) -> str:
    """Return which medicines are taken: "takes lamotrigine (Dr Lee was asked) and tramadol"."""
    taken = [f"{one.name} ({one.note})" if one.note else one.name for one in answers if one.taken]
    return f"takes {listed(taken)}" if taken else f"{len(answers)} asked, takes none of them"


def is_note_wanting(rule: MedicineRule, answer: MedicineAnswer) -> bool:
    """Say whether an answer lacks the note that the protocol wants for a medicine that is taken."""
    return rule.note_needed and answer.taken and not answer.note


def _referral(visit: Visit) -> GateView:
    title = "Referral"
    if visit.referral is None:
        return GateView(id="referral", title=title, state=GateState.UNKNOWN, detail="Ask who referred the patient")
    if not visit.referral.from_whom:
        if visit.protocol.gates.referral == "asked":
            return GateView(id="referral", title=title, state=GateState.MET, detail="asked: there is none")
        return GateView(
            id="referral", title=title, state=GateState.UNMET, detail="there is none: a clinician decides"
        )  # fmt: skip
    dated = f", {visit.referral.dated.isoformat()}" if visit.referral.dated is not None else ""
    return GateView(id="referral", title=title, state=GateState.MET, detail=f"{visit.referral.from_whom}{dated}")


def _available(visit: Visit) -> GateView:
    title = "Immediately available"
    if not visit.available:
        return GateView(
            id="available", title=title, state=GateState.UNMET, detail="Name who comes at once when called"
        )  # fmt: skip
    return GateView(id="available", title=title, state=GateState.MET, detail=visit.available)


def _checks(visit: Visit) -> GateView:
    title = "Checks done"
    asked = visit.protocol.gates.checks
    missing = [text for text in asked if text not in visit.checks]
    if missing:
        detail = f"{len(missing)} of {len(asked)} to do: {'; '.join(missing)}"
        return GateView(id="checks", title=title, state=GateState.UNMET, detail=detail)
    detail = f"all {len(asked)} done" if len(asked) > 1 else "done"
    return GateView(id="checks", title=title, state=GateState.MET, detail=detail)


# --- the way home -------------------------------------------------------------------------------------------------


def driver_line(visit: Visit) -> str:
    """Return who drives and how that is known: "Maria K. (sister), seen in person, phone ending 0192"."""
    if visit.driver is None:
        return "Nobody is named yet"
    relation = f" ({visit.driver.relation})" if visit.driver.relation else ""
    how = _HOW[visit.driver_confirmed[0]] if visit.driver_confirmed is not None else "not confirmed yet"
    booking = f", booking {visit.driver.booking}" if visit.driver.booking else ""
    return f"{visit.driver.name}{relation}, {how}{booking}, phone ending {visit.driver.phone.strip()[-4:]}"


def _driver(visit: Visit) -> GateView:
    is_known = visit.driver is not None and visit.driver_confirmed is not None
    state = GateState.MET if is_known else GateState.UNMET
    return GateView(id="driver", title="Driver confirmed", state=state, detail=driver_line(visit))


# --- what is measured ---------------------------------------------------------------------------------------------


def _baseline(visit: Visit) -> GateView:
    if visit.baseline is None:
        return GateView(id="baseline", title="Baseline taken", state=GateState.UNMET, detail="Take the baseline")
    n = len(visit.baseline.readings)
    detail = f"{visit.baseline} from {n} cuff reading{'s' if n != 1 else ''}"
    return GateView(id="baseline", title="Baseline taken", state=GateState.MET, detail=detail)


def _baseline_scores(state: StationState, visit: Visit, at: Moment) -> Iterator[GateView]:
    wanted = visit.protocol.gates.baseline_scores
    if not wanted:
        return
    before = {score.kind: score for score in visit.scores if score.at.mono_ns <= at.mono_ns}
    missing = [SCALES[kind].title for kind in wanted if kind not in before]
    told = [f"{SCALES[kind].title} {before[kind].value}" for kind in wanted if kind in before]
    title = "Scores before the start"
    if missing:
        detail = f"Score {listed(missing)}"
        yield GateView(id="baseline_scores", title=title, state=GateState.UNKNOWN, detail=detail)
        return
    last = max((before[kind] for kind in wanted), key=lambda score: score.at.mono_ns)
    yield GateView(
        id="baseline_scores",
        title=title,
        state=GateState.MET,
        detail=", ".join(told),
        by=staff_name(state.operators, last.by),
        at_utc_ns=last.at.utc_ns,
    )


def _ceiling(visit: Visit, at: Moment) -> GateView:
    rules = visit.protocol.bp
    title = f"BP at or below {rules.start_ceiling_sys:g}/{rules.start_ceiling_dia:g}"
    readings = [reading for reading, _ in visit.cuffs if reading.measured_mono_ns <= at.mono_ns]
    pressures: list[tuple[str, int, int]] = []
    if visit.baseline is not None:
        pressures.append(("baseline", visit.baseline.sys, visit.baseline.dia))
    newest = readings[-1] if readings else None
    if newest is not None and (visit.baseline is None or newest not in visit.baseline.readings):
        pressures.append(("last reading", newest.sys, newest.dia))
    if not pressures:
        return GateView(id="bp_ceiling", title=title, state=GateState.UNKNOWN, detail="No cuff reading yet")
    too_high = [
        f"{name} {sys}/{dia}"
        for name, sys, dia in pressures
        if sys > rules.start_ceiling_sys or dia > rules.start_ceiling_dia
    ]
    if too_high:
        detail = f"{listed(too_high)}: let the patient rest and measure again, or a clinician decides"
        return GateView(id="bp_ceiling", title=title, state=GateState.UNMET, detail=detail)
    detail = ", ".join(f"{name} {sys}/{dia}" for name, sys, dia in pressures)
    return GateView(id="bp_ceiling", title=title, state=GateState.MET, detail=detail)


def _monitors(chair: ChairState, visit: Visit, now: Moment) -> GateView:
    title = "Monitors delivering"
    if visit.infusion_started is not None:
        state = GateState.UNMET if "monitors" in visit.gate_waivers else GateState.MET
        detail = "not all were delivering at the start" if state is GateState.UNMET else "delivering at the start"
        return GateView(id="monitors", title=title, state=state, detail=detail)
    for monitor in chair.monitors.values():
        held = monitor_patient.question(chair, monitor)
        if held:
            return GateView(id="monitors", title=title, state=GateState.UNMET, detail=held)
    asks = feeding.question(chair, visit)
    if asks:
        return GateView(id="monitors", title=title, state=GateState.UNMET, detail=asks, asks=asks)
    missing = [_GROUP_NAMES.get(metric, metric) for metric in _missing(chair, visit, now)]
    if missing:
        return GateView(id="monitors", title=title, state=GateState.UNMET, detail=f"No {listed(missing)} yet")
    return GateView(id="monitors", title=title, state=GateState.MET, detail="All required readings are coming")


def lacking(chair: ChairState, visit: Visit, now: Moment) -> tuple[str, ...]:
    """Return what keeps the monitors' gate shut: who is held, what is asked, and the required metrics that do not come."""
    held = [monitor.binding.id for monitor in chair.monitors.values() if chair.hold_on(monitor.binding.id) is not None]
    asks = feeding.question(chair, visit)
    return (*(f"{one} names another patient" for one in held), *([asks] if asks else ()), *_missing(chair, visit, now))


def _missing(chair: ChairState, visit: Visit, now: Moment) -> tuple[str, ...]:
    """Return the first metric of each required group of which nothing is delivered."""
    return tuple(
        group[0]
        for group in visit.protocol.gates.required_metrics
        if not any(_is_delivering(chair, visit, metric, now) for metric in group)
    )


def _is_delivering(chair: ChairState, visit: Visit, metric: str, now: Moment) -> bool:
    if not metric.startswith("nibp_"):
        view = vitals.shown(chair, metric, now)
        return view is not None and view.value is not None and view.freshness is Freshness.LIVE
    plan = visit.protocol.cuff
    from_monitor = [reading for reading, _ in visit.cuffs if reading.provenance is not Provenance.MANUAL]
    if not from_monitor:
        return False
    age_s = (now.mono_ns - from_monitor[-1].measured_mono_ns) / NS_PER_S
    return not plan.baseline_min or age_s <= (plan.baseline_min + plan.overdue_after_min) * 60
