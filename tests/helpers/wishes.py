"""One of each command that somebody signed in may ask, whether or not it makes sense just now."""

from dataclasses import MISSING, fields
from typing import get_args

from nursestation.core import commands as c
from nursestation.core.model import ChartKind, ConfirmedHow, LeavingPath, Pregnancy, Role, ScoreKind, TimedStep
from tests.helpers.leaving import DRUG
from tests.helpers.visit import CLINICIAN, DRIVER, MONITOR, PATIENT

SIGN_INS = (c.CreateFirstOperator, c.SignIn, c.ByPin)
"""What is asked before somebody is signed in."""

KINDS = tuple(kind for kind in get_args(c.Command) if kind not in SIGN_INS)
"""Every other type of command."""

_VALUES: dict[str, object] = {
    "chair": 2,
    "name": "Nina New",
    "role": Role.NURSE,
    "pin": "864209",
    "old_pin": "864208",
    "operator_id": CLINICIAN,
    "nurse": CLINICIAN,
    "session": "20260101T150000Z-2",
    "sessions": ("20260101T150000Z-2",),
    "format": "csv",
    "setting": "auto-lock",
    "before": "10 min",
    "since_utc_ns": 0,
    "until_utc_ns": 1,
    "after": "5 min",
    "reason": "for the test",
    "heard": True,
    "seen": True,
    "kg": 72.0,
    "measured": True,
    "text": "Nausea",
    "none_known": True,
    "answer": Pregnancy.NOT_POSSIBLE,
    "answers": (),
    "from_whom": "Dr. Holm",
    "stays": True,
    "brought": True,
    "last_food_utc_ns": 0,
    "last_drink_utc_ns": 0,
    "driver": DRIVER,
    "how": "printed",
    "gate": "consent",
    "clinician_id": CLINICIAN,
    "dose_text": "36 mg",
    "sys": 120,
    "dia": 80,
    "kind": ChartKind.SIDE_EFFECT,
    "entry_id": "c1",
    "flag_id": "f1",
    "action": "paused",
    "criterion": "aldrete",
    "met": True,
    "evidence": "10",
    "what": TimedStep.INFUSION_STARTED,
    "at_utc_ns": 1,
    "value": 3,
    "use": DRUG,
    "drug_id": "d1",
    "meaning": "Discharge authorised by",
    "minutes": 20.0,
    "language": "",
    "sha256": "0" * 64,
    "by": "patient",
    "path": LeavingPath.WITH_DRIVER,
    "metric": "spo2",
    "limits": (),
    "patient": PATIENT,
    "protocol": "general_iv",
    "form": "patient",
    "fields": (),
    "condition_id": "x",
    "monitor": MONITOR,
    "same": True,
}
_OTHERWISE: dict[tuple[type, str], object] = {
    (c.ConfirmDriver, "how"): ConfirmedHow.BY_PHONE,
    (c.RecordScore, "kind"): ScoreKind.PAIN,
    (c.SignDischarge, "seen"): "digest",
}


def _wish(kind: type) -> c.Command:
    asked = {
        one.name: _OTHERWISE.get((kind, one.name), _VALUES[one.name])
        for one in fields(kind)
        if one.default is MISSING and one.default_factory is MISSING
    }
    return kind(**asked)


WISHES = tuple(_wish(kind) for kind in KINDS)
