"""What is done with the record is allowed and noted in the station's chain first."""

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.inputs import BackupDone, ExportDone, FileMade, PurgeDone
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, NURSE, NURSE_PIN, make_clinic

OLD = "20250101T150000Z-1"


def test_looking_and_taking_out_are_noted_with_who() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.do(c.ViewPast(session=OLD), c.AskExport(sessions=(OLD,), format="fhir", is_encrypted=True, target="drive"))
    viewed, asked = clinic.of(r.PastViewed)[0], clinic.of(r.ExportAsked)[0]
    assert (viewed.operator, viewed.viewed, viewed.session) == (NURSE, OLD, None)
    assert (asked.operator, asked.sessions, asked.format, asked.target) == (NURSE, (OLD,), "fhir", "drive")
    assert "Choose" in clinic.refused(c.AskExport(sessions=(), format="csv"))
    clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))
    files = (FileMade(session=OLD, format="fhir", sha256="a", chain_head="b"),)
    clinic.apply(ExportDone(made=files, operator=NURSE, is_encrypted=True))
    made = clinic.of(r.ExportMade)[0]
    assert (made.operator, made.exported, made.sha256, made.chain_head, made.is_encrypted) == (
        NURSE,
        OLD,
        "a",
        "b",
        True,
    )


def test_a_setting_that_stays_as_it_is_is_no_change() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.do(c.NoteSetting(setting="auto-lock", before="10 min", after="10 min"))
    assert clinic.of(r.SettingChanged) == []
    clinic.do(c.NoteSetting(setting="auto-lock", before="10 min", after="5 min"))
    assert clinic.of(r.SettingChanged)[0].after == "5 min"


def test_what_is_held_is_not_purged() -> None:
    clinic = make_clinic()
    clinic.staff()
    assert "Say why" in clinic.refused(c.HoldSession(session=OLD, reason=" "))
    assert "not held" in clinic.refused(c.ReleaseHold(session=OLD, reason="x"))
    clinic.do(c.HoldSession(session=OLD, reason="a complaint"))
    assert clinic.station.snapshot(clinic.clock.now()).held == {OLD}
    assert "held already" in clinic.refused(c.HoldSession(session=OLD, reason="again"))
    purge = c.AskPurge(sessions=(OLD,), reason="ten years", pin=NURSE_PIN)
    assert "legal hold" in clinic.refused(purge)
    clinic.do(c.ReleaseHold(session=OLD, reason="settled"))
    assert not clinic.station.snapshot(clinic.clock.now()).held
    assert "does not fit" in clinic.refused(c.AskPurge(sessions=(OLD,), reason="ten years", pin="000001"))
    clinic.do(purge)
    assert clinic.of(r.PurgeAsked)[0].sessions == (OLD,)
    clinic.apply(PurgeDone(session=OLD, chain_head="a", n_records=3, n_bulk=4, places=((1, 2), (5, 5))))
    assert clinic.of(r.SessionPurged)[0].places == ((1, 2), (5, 5))


def test_a_visit_that_is_held_after_a_purge_was_asked_for_is_not_purged() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.do(c.AskPurge(sessions=(OLD,), reason="ten years", pin=NURSE_PIN))
    clinic.do(c.HoldSession(session=OLD, reason="a complaint"))
    clinic.apply(PurgeDone(session=OLD, chain_head="a", n_records=3, n_bulk=4, places=((1, 2), (5, 5))))
    assert clinic.of(r.SessionPurged) == []


def test_a_visit_in_its_chair_is_not_purged() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    session = clinic.visit.session
    asked = c.AskPurge(sessions=(session,), reason="ten years", pin=NURSE_PIN)
    assert "still in its chair" in clinic.refused(asked)


def test_a_backup_is_noted() -> None:
    clinic = make_clinic()
    clinic.apply(BackupDone(place="E:", sha256="a", n_bytes=9, n_sessions=1))
    assert clinic.of(r.BackupMade)[0].place == "E:"
