import pytest

from nursestation.core.model import Role
from nursestation.ui.signin import view
from nursestation.ui.signin.view import StaffDraft
from tests.helpers.station_views import CLINICIAN, LEAD, NURSE


def test_a_full_draft_can_be_sent():
    assert view.check_staff(StaffDraft("R. Alvarez RN", Role.LEAD_NURSE, "204816", "204816")) == ""


@pytest.mark.parametrize(
    ("draft", "word"),
    [
        (StaffDraft("  ", Role.NURSE, "204816", "204816"), "name"),
        (StaffDraft("R. Alvarez", None, "204816", "204816"), "role"),
        (StaffDraft("R. Alvarez", Role.NURSE, "20481", "20481"), "6 digits"),
        (StaffDraft("R. Alvarez", Role.NURSE, "20481a", "20481a"), "6 digits"),
        (StaffDraft("R. Alvarez", Role.NURSE, "²04816", "²04816"), "6 digits"),
        (StaffDraft("R. Alvarez", Role.NURSE, "204816", ""), "once more"),
        (StaffDraft("R. Alvarez", Role.NURSE, "204816", "204817"), "differ"),
    ],
)
def test_what_is_missing_is_said(draft, word):
    assert word in view.check_staff(draft)


def test_everybody_is_offered_by_name():
    assert [tile.name for tile in view.operator_tiles((NURSE, LEAD, CLINICIAN))] == [
        "Dr M. Lindqvist",
        "J. Okafor RN",
        "R. Alvarez RN",
    ]


def test_clinicians_and_whom_the_protocol_names_let_a_gate_pass():
    assert [tile.id for tile in view.clinicians((NURSE, LEAD, CLINICIAN), Role.CLINICIAN)] == [CLINICIAN.id]
    both = view.clinicians((NURSE, LEAD, CLINICIAN), Role.LEAD_NURSE)
    assert {tile.id for tile in both} == {LEAD.id, CLINICIAN.id}


def test_the_notice_says_what_it_is_not():
    text = " ".join(part for pair in view.IS_NOT for part in pair)
    for phrase in ("bedside monitor", "not a medical device", "not decide treatment", "are examples"):
        assert phrase in text
