"""What is typed at check-in, looked over: the value where it can be one, else the sentence that says how to write it; no Qt.

Rules of the file:
1. Nothing is guessed: a date that could be two days, or a weight that is likelier pounds, is asked for again.
2. Times are UTC [ns], weights kilograms; the clinic's time zone is handed in (`zone`, None for the machine's).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import takewhile

from devices.clock import NS_PER_S
from nursestation.core.history import PatientCard, PatientHistory
from nursestation.core.model import ConfirmedHow, Driver, Patient, Route, Transport
from nursestation.core.protocols import Protocol
from nursestation.ui.timetext import age_years, date_text, hours_text, local_time, parse_time_of_day, to_utc_ns

WEIGHT_KG = (25.0, 350.0)
"""Weights that are taken without doubt [kg]. Source: project decision; outside it a typing slip is likelier (lb for kg)."""
WEIGHT_JUMP = 0.1
"""Part of the last visit's weight by which today's may differ before it is asked for. Source: project decision."""

HOUR_S = 3600
_QUICK_YESTERDAY = (18, 20, 22)
_QUICK_TODAY = (6, 7, 8, 10, 12, 14)
_MOST_TODAY = 3


@dataclass(frozen=True, slots=True)
class PatientDraft:
    """What is typed of the patient, as typed."""

    given_name: str = ""
    family_name: str = ""
    birth_date: str = ""
    record_number: str = ""
    weight: str = ""
    allergies: str = ""
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class PatientCheck:
    """A draft looked over: the patient where it is complete, and a sentence for each field that is not.

    `echo` repeats the birth date in words with the age, to be read back to the patient; "" while it is not a date.
    """

    patient: Patient | None
    problems: Mapping[str, str]
    echo: str


def parse_birth_date(text: str) -> date | None:
    """Return the date that was typed as year, month, day ("1984-03-09", "1984 3 9", "19840309"), or None.

    Day-first and month-first dates are not guessed at: 03/09 is two different days.
    """
    parts = text.replace("/", " ").replace("-", " ").replace(".", " ").split()
    if len(parts) == 1 and len(parts[0]) == 8:
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    if len(parts) != 3 or len(parts[0]) != 4 or not all(part.isdecimal() for part in parts):
        return None
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None


def parse_weight(text: str) -> float | None:
    """Return the weight [kg] that was typed, or None where it is no number or out of `WEIGHT_KG`."""
    try:
        weight = float(text.strip().lower().removesuffix("kg").replace(",", "."))
    except ValueError:
        return None
    return weight if WEIGHT_KG[0] <= weight <= WEIGHT_KG[1] else None


def weight_against_last(kg: float | None, last_kg: float | None, *, is_wrong: bool) -> tuple[str, bool]:
    """Return a sentence on the weight that is typed, and whether it asks for another look.

    Args:
        kg: What is typed [kg], None for nothing that can be a weight.
        last_kg: Of the last visit [kg], None where none is known.
        is_wrong: Something is typed that can be no weight.
    """
    if is_wrong:
        return f"Write it in kilograms, {WEIGHT_KG[0]:.0f} to {WEIGHT_KG[1]:.0f}.", True
    if last_kg is None:
        return "", False
    last = f"Last visit {last_kg:g} kg"
    if kg is None:
        return last, False
    change = f"{last}, today {abs(kg - last_kg):.1f} kg {'more' if kg >= last_kg else 'less'}"
    if abs(kg - last_kg) > WEIGHT_JUMP * last_kg:
        return f"{change}: look at the scale and its unit again.", True
    return change, False


def check_patient(draft: PatientDraft, today: date, *, ask_weight: bool = True) -> PatientCheck:
    """Look a draft over.

    Args:
        draft: What is typed.
        today: The date at the clinic, to refuse a birth in the future.
        ask_weight: The weight belongs to it; False where a gate of the protocol asks for it, and then it is 0 until that.
    """
    problems: dict[str, str] = {}
    for name, sentence in (
        ("family_name", "Enter the family name."),
        ("given_name", "Enter the given name."),
        ("record_number", "Enter the record number."),
    ):
        if not getattr(draft, name).strip():
            problems[name] = sentence
    born = parse_birth_date(draft.birth_date)
    if born is None:
        problems["birth_date"] = "Write it as year-month-day, for example 1984-03-09."
    elif not 0 < age_years(born, today) < 120:
        problems["birth_date"] = f"{date_text(born)} cannot be right; check the year."
        born = None
    if not draft.protocol:
        problems["protocol"] = "Choose a protocol."
    weight = parse_weight(draft.weight) if ask_weight else 0.0
    if weight is None:
        problems["weight"] = f"Enter today's weight in kg ({WEIGHT_KG[0]:.0f} to {WEIGHT_KG[1]:.0f})."
    echo = f"{date_text(born)} · {age_years(born, today)} years" if born else ""
    if problems or born is None or weight is None:
        return PatientCheck(None, problems, echo)
    patient = Patient(
        given_name=draft.given_name.strip(),
        family_name=draft.family_name.strip(),
        birth_date=born,
        record_number=draft.record_number.strip(),
        weight_kg=weight,
        allergies=draft.allergies.strip(),
    )
    return PatientCheck(patient, problems, echo)


def other_owner(draft: PatientDraft, known: Sequence[PatientCard | PatientHistory]) -> str:
    """Return a sentence where the record number that is typed belongs to another name or birth date; "" where it does not."""
    number = draft.record_number.strip().casefold()
    card = next((one for one in known if number and one.record_number.casefold() == number), None)
    if card is None:
        return ""
    typed = (draft.given_name.strip().casefold(), draft.family_name.strip().casefold())
    born = parse_birth_date(draft.birth_date)
    is_same = typed == (card.given_name.casefold(), card.family_name.casefold()) and born == card.birth_date
    if is_same:
        return ""
    name = f"{card.given_name} {card.family_name}, born {date_text(card.birth_date)}"
    return f"Record number {card.record_number} is {name}: choose them from the list, or check the number."


def protocol_line(protocol: Protocol) -> str:
    """Return a protocol's course in one line, "40 min IV · 30 min observation · 0.5 mg/kg"."""
    route = protocol.route.value.upper()
    course = f"{protocol.planned_min:g} min {route}" if protocol.route is Route.IV else f"{route} injection"
    return f"{course} · {protocol.observation_planned_min:g} min observation · {protocol.dose_text}"


def parse_minutes(text: str, allowed: tuple[float, float]) -> float | None:
    """Return the minutes that were typed, or None where they are no number or out of what is `allowed`, both included."""
    try:
        minutes = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return minutes if allowed[0] <= minutes <= allowed[1] else None


def suggested_dose(protocol: Protocol, weight_kg: float | None) -> str:
    """Return the dose to put into the start field, worked out from today's weight.

    It reads "Ketamine IV 36 mg over 40 min (0.5 mg/kg)", with the drug named as the protocol's own words begin.

    "" where the weight [kg] is not known yet, or the protocol gives no dose a kilogram: then a person writes what was ordered.
    """
    if protocol.dose_mg_per_kg is None or weight_kg is None:
        return ""
    route = protocol.route.value.upper()
    drug = takewhile(
        lambda word: word[0].isalpha() and word.upper() != route, protocol.dose_text.replace(",", " ").split()
    )
    dose = f"{' '.join((*drug, route))} {round(protocol.dose_mg_per_kg * weight_kg, 1):g} mg"
    over = f" over {protocol.planned_min:g} min" if protocol.route is Route.IV else ""
    return f"{dose}{over} ({protocol.dose_mg_per_kg:g} mg/kg)"


def resolve_past_time(text: str, yesterday: bool, now_utc_ns: int, zone: tzinfo | None = None) -> int | None:
    """Return when a typed time of day was, UTC [ns]: today, or yesterday where said; None for no time or one to come.

    In the night in which the clocks go back an hour comes twice: the newer one is meant unless it is still to come, so that
    nobody counts as fasted for longer than they may be.
    """
    typed = parse_time_of_day(text)
    if typed is None:
        return None
    now = local_time(now_utc_ns, zone)
    day = now.date() - timedelta(days=1) if yesterday else now.date()
    for fold in (1, 0):
        naive = datetime.combine(day, typed).replace(fold=fold)
        then = to_utc_ns(naive.astimezone() if zone is None else naive.replace(tzinfo=zone))
        if then <= now_utc_ns:
            return then
    return None


def quick_times(now_utc_ns: int, hours: float, zone: tzinfo | None = None) -> tuple[tuple[str, bool], ...]:
    """Return the likeliest times of a last meal or drink, oldest first: (text, yesterday).

    Of today those that are `hours` [h] ago at least, as the patient was asked to; who ate later tells the time.
    """
    now = local_time(now_utc_ns, zone)
    today = tuple((f"{hour}:00", False) for hour in _QUICK_TODAY if hour + hours <= now.hour + now.minute / 60)
    return (*((f"{hour}:00", True) for hour in _QUICK_YESTERDAY), *today[-_MOST_TODAY:])


def fasted_text(last_utc_ns: int, now_utc_ns: int, needed_hours: float) -> str:
    """Return the running clock since the last food or drink: "6:12 h fasted", with what is missing where it is too short."""
    passed_s = (now_utc_ns - last_utc_ns) / NS_PER_S
    short_s = needed_hours * HOUR_S - passed_s
    text = f"{hours_text(passed_s)} fasted"
    return f"{text}, {needed_hours:g} h reached in {hours_text(short_s + 59)}" if short_s > 0 else text


def resolve_coming_time(text: str, now_utc_ns: int, zone: tzinfo | None = None) -> int | None:
    """Return when a typed time of day will be, UTC [ns]: today; None for no time, or one that is over."""
    typed = parse_time_of_day(text)
    if typed is None:
        return None
    naive = datetime.combine(local_time(now_utc_ns, zone).date(), typed)
    then = to_utc_ns(naive.astimezone() if zone is None else naive.replace(tzinfo=zone))
    return then if then > now_utc_ns else None


def check_driver(name: str, relation: str, phone: str, transport: Transport, booking: str = "") -> Driver | str:
    """Return the driver that was typed, or the sentence that says what is missing."""
    is_company = transport in (Transport.MEDICAL_TRANSPORT, Transport.TAXI)
    if not name.strip():
        company = "company" if is_company else "person"
        return f"Enter the name of the {company} that takes the patient home."
    if not is_company and not relation.strip():
        return "Enter who they are to the patient."
    if sum(char.isdecimal() for char in phone) < 6:
        return "Enter a phone number that answers today."
    return Driver(name.strip(), relation.strip(), phone.strip(), transport, booking.strip())


def confirmations(transport: Transport, handover: bool) -> tuple[ConfirmedHow, ...]:
    """Return how a driver may be confirmed, the likeliest first.

    At hand-over a call is not enough; a booking is for a transport company.
    """
    booking = (ConfirmedHow.BOOKING,) if transport is Transport.MEDICAL_TRANSPORT else ()
    if handover:
        return (ConfirmedHow.SEEN_IN_PERSON, *booking)
    return (*booking, ConfirmedHow.BY_PHONE, ConfirmedHow.SEEN_IN_PERSON)
