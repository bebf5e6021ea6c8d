"""Who did what, in words: every kind that is audited, and the names that stand in it."""

from dataclasses import MISSING, fields, replace
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from devices.clock import Moment
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.audit_log import AUDITED, AuditKind, rows, told
from nursestation.core.audit_outside import NOTED
from nursestation.core.model import Operator, Role, TimedStep
from nursestation.core.notes import Asked, Ended, Unreadable, WrittenFile
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, NURSE, make_clinic

NAMES = {NURSE: "R. Alvarez RN", CLINICIAN: "Sam Okafor MD"}
AT = Moment(1, 2)
ASKED = Asked(
    note="n1", utc_ns=1, account="office", command="export", sessions=("a", "b"), format="csv", is_encrypted=True, target="drive"
)  # fmt: skip
ENDED = Ended(
    note="n1", utc_ns=2, account="office", command="export", outcome="done", files=(WrittenFile(session="a", sha256="5" * 64),)
)  # fmt: skip


def test_a_shift_reads_as_what_people_did() -> None:
    clinic = make_clinic(lock_after_s=600)
    clinic.start()
    clinic.do(
        c.AskExport(sessions=(clinic.visit.session,), format="csv", is_encrypted=True, target="drive"),
        c.ChangeRole(operator_id=CLINICIAN, role=Role.LEAD_NURSE),
        c.NoteSetting(setting="wall view", before="closed", after="open"),
        c.AssignNurse(chair=2, nurse=NURSE),
    )
    clinic.apply(c.SignIn(operator_id=CLINICIAN, pin="000001"))
    clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))
    clinic.wait(600)
    made = rows(clinic.records, NAMES)
    said = [(row.who, row.what) for row in made]
    session = clinic.visit.session
    for line in (
        ("Nursestation", "Nursestation was started"),
        ("Nursestation", "Added R. Alvarez RN, lead nurse"),
        ("R. Alvarez RN", f"Took out visit {session} as csv (locked) to a drive"),
        ("R. Alvarez RN", "Made Sam Okafor MD lead nurse"),
        ("R. Alvarez RN", "Wall view: closed to open"),
        ("R. Alvarez RN", "R. Alvarez RN looks after chair 2"),
        ("Sam Okafor MD", "Wrong PIN"),
        ("R. Alvarez RN", "Locked the station"),
        ("Sam Okafor MD", "Signed in"),
        ("Sam Okafor MD", "The station locked itself: nobody touched it"),
    ):
        assert line in said, line
    assert {row.kind for row in made} == {*AuditKind} - {AuditKind.CORRECTION}
    changed = r.LimitsChanged(
        at=AT, chair=2, session=session, operator=NURSE, metric="spo2", low=88, high=None, before_low=90, before_high=None,
        why="edited",
    )  # fmt: skip
    (limits,) = rows([changed], NAMES)
    assert limits.what == "Alarm limits of SpO₂: 90–none to 88–none"
    assert (limits.chair, limits.session, limits.kind) == (2, session, AuditKind.SETTING)


_VALUES: dict[object, object] = {
    str: "word",
    int: 3,
    float: 2.0,
    bool: True,
    TimedStep: TimedStep.INFUSION_STOPPED,
    Operator: Operator(NURSE, "R. Alvarez RN", Role.NURSE, "hash"),
    Asked: ASKED,
    Ended: ENDED,
}


def _made(kind: type[r.Record]) -> r.Record:
    """Return a record of a kind; what no audit looks at may be nothing."""
    hints = get_type_hints(kind)
    asked: dict[str, object] = {"at": AT, "chair": 2}
    for one in fields(kind):
        if one.default is not MISSING or one.default_factory is not MISSING or one.name in ("at", "chair"):
            continue
        hint = hints[one.name]
        if get_origin(hint) is Literal:
            asked[one.name] = get_args(hint)[0]
        elif get_origin(hint) is tuple:
            asked[one.name] = ("a",)
        else:
            asked[one.name] = _VALUES.get(hint)
    return kind(**asked)


@pytest.mark.parametrize("kind", AUDITED, ids=lambda kind: kind.__name__)
def test_every_kind_that_is_audited_has_words(kind: type[r.Record]) -> None:
    if kind is r.DrugRecorded:  # only where it corrects another one
        return
    what = told(_made(kind), NAMES)
    assert what
    assert "None" not in what
    assert "_" not in what


def test_a_drug_record_is_a_correction_only_where_it_replaces_another() -> None:
    first = r.DrugRecorded(at=AT, drug_id="d1", use=None)  # type: ignore[arg-type]
    second = r.DrugRecorded(at=AT, drug_id="d2", use=None, replaces="d1", reason="misread")  # type: ignore[arg-type]
    assert [row.what for row in rows([first, second], NAMES)] == ["Corrected a drug record: misread"]


def test_several_visits_are_named_by_the_first_and_the_last() -> None:
    several = ("a", "b", "c")
    asked = r.ExportAsked(
        at=AT, sessions=several, format="csv", is_deidentified=True, is_encrypted=True, target="folder"
    )
    purged = r.PurgeAsked(at=AT, sessions=several, reason="over their time")
    assert [row.what for row in rows([asked, purged], NAMES)] == [
        "Took out 3 visits (a to c) as csv (without names, locked) to a folder",
        "Decided to purge 3 visits (a to c): over their time",
    ]


def test_what_nobody_asks_for_is_left_out() -> None:
    assert rows([r.LinkChanged(at=AT, monitor="m", phase=None, reason="")], NAMES) == ()  # type: ignore[arg-type]


def test_a_command_is_told_with_the_account_of_the_computer_and_its_own_time() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.apply(ASKED)
    clinic.apply(ENDED)
    clinic.apply(replace(ASKED, note="n2", command="key change", account="root"))
    clinic.apply(replace(ENDED, note="n2", command="key change", account="root", outcome="failed", files=()))
    clinic.apply(Unreadable(note="x.json"))
    made = [row for row in rows(clinic.records, NAMES) if row.what.startswith(("With a command", "A command"))]
    assert [(row.who, row.kind, row.what) for row in made] == [
        ("Account office", AuditKind.VIEW, "With a command: take out 2 visits (a to b) as csv (locked) to a drive"),
        ("Account office", AuditKind.VIEW, f"With a command: “export” was done, SHA-256 {'5' * 12}…"),
        ("Account root", AuditKind.RECORD, "With a command: set another passphrase of the record"),
        ("Account root", AuditKind.RECORD, "With a command: “key change” was not done"),
        ("Nursestation", AuditKind.RECORD, "A command's note could not be read: x.json"),
    ]
    assert [row.happened_utc_ns for row in made] == [1, 2, 1, 2, None]
    assert {row.operator for row in made} == {"account office", "account root", ""}
    assert clinic.of(r.CommandAsked)[0].operator is None  # nobody signed in asked for it


@pytest.mark.parametrize(("sessions", "monitor"), [((), ""), (("a", "b"), "2:x")])
@pytest.mark.parametrize("command", NOTED)
def test_every_command_that_is_noted_has_words(command: str, sessions: tuple[str, ...], monitor: str) -> None:
    asked = replace(ASKED, command=command, sessions=sessions, monitor=monitor)
    said = told(r.CommandAsked(at=AT, asked=asked), NAMES)
    assert said.startswith("With a command: ")
    assert "  " not in said
    assert "{" not in said
    assert "“" not in said
