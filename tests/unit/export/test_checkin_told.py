"""What the report's events say of the check-in."""

from datetime import date

import pytest

from nursestation.core import records as r
from nursestation.core.model import Driver, Identifier, MedicineAnswer, Pregnancy, Transport
from nursestation.export.checkin_lines import checkin_line
from tests.helpers.written_visit import DRIVER, minute

AT = {"at": minute(1), "chair": 2, "session": "s"}


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (r.IdentityConfirmed(**AT), "Identity checked with two identifiers"),
        (
            r.IdentityConfirmed(**AT, identifiers=(Identifier.NAME, Identifier.PHOTO_ID)),
            "Identity checked: name and photo ID",
        ),
        (r.WeightRecorded(**AT, kg=71.44, measured=True), "Weight 71.4 kg, measured"),
        (r.WeightRecorded(**AT, kg=71.0, measured=False), "Weight 71 kg, as the patient said"),
        (r.AllergiesRecorded(**AT, text="latex", none_known=False), "Allergies: latex"),
        (r.AllergiesRecorded(**AT, text="", none_known=True), "No known allergies"),
        (r.PregnancyRecorded(**AT, answer=Pregnancy.TEST_NEGATIVE, note="today"), "Pregnancy: test negative (today)"),
        (r.PregnancyRecorded(**AT, answer=Pregnancy.POSSIBLE), "Pregnancy: possible"),
        (
            r.MedicinesRecorded(
                **AT, answers=(MedicineAnswer("Opioid", True, "tramadol"), MedicineAnswer("MAOI", False))
            ),
            "Medicines: takes Opioid (tramadol)",
        ),
        (r.ReferralRecorded(**AT, from_whom="Dr Lee", dated=date(2026, 2, 1)), "Referred by Dr Lee, dated 2026-02-01"),
        (r.ReferralRecorded(**AT, from_whom=""), "Referral asked for: there is none"),
        (r.AvailableNamed(**AT, name="Sam Okafor"), "Immediately available: Sam Okafor"),
        (r.CheckConfirmed(**AT, text="The IV runs freely"), "Checked: The IV runs freely"),
        (
            r.CompanionRecorded(**AT, name="Maria", stays=True, brought=True),
            "With the patient: Maria, brought the patient and stays",
        ),
        (r.CompanionRecorded(**AT, name="Maria", stays=False, brought=False), "With the patient: Maria"),
        (r.CompanionRecorded(**AT, name="", stays=False, brought=False), "Nobody is with the patient"),
        (r.DriverNamed(**AT, driver=DRIVER, code="4711"), "Driver named: Maria Keller (sister)"),
        (
            r.DriverNamed(**AT, driver=Driver("City Care", "", "555 1", Transport.MEDICAL_TRANSPORT, "A-17")),
            "Driver named: City Care, medical transport, booking A-17",
        ),
        (r.ConsentRecorded(**AT), ""),
    ],
)
def test_each_answer_is_a_sentence(record: r.Record, line: str) -> None:
    assert checkin_line(record) == line
