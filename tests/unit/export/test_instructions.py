"""The sheet that a patient takes home: its times, its words, and that it is the same each time."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from nursestation.export.instructions import (
    PLACEHOLDERS,
    InstructionSheet,
    calls,
    file_name,
    instructions_pdf,
    mark,
    paragraphs,
    times,
    unknown_placeholders,
)
from nursestation.paths import resource
from tests.helpers.visit import PATIENT

ENDED = int(datetime(2026, 3, 6, 14, 51, tzinfo=UTC).timestamp()) * 1_000_000_000
SHEET = InstructionSheet(
    session="20260306T131500Z-2",
    patient=PATIENT,
    treatment="Depression IV",
    ended_utc_ns=ENDED,
    no_driving_hours=(24, 48),
    language="",
    text="Rest.\n\nCall {clinic_phone} if in doubt.",
    clinic="River Clinic",
    clinic_phone="555 010 0100",
    emergency_phone="911",
)


def test_the_times_count_from_the_end_of_the_treatment():
    assert mark(SHEET, 0, UTC) == "Saturday 7 March 2026, 14:51"
    assert mark(SHEET, 1, UTC) == "Sunday 8 March 2026, 14:51"
    assert [text for _, text in times(SHEET, UTC)][-1] == "Sunday 8 March 2026, 14:51"


def test_hours_are_hours_also_where_the_clocks_change():
    new_york = ZoneInfo("America/New_York")  # summer time began there on 8 March 2026 at 2:00
    assert mark(SHEET, 0, new_york) == "Saturday 7 March 2026, 09:51"
    assert mark(SHEET, 1, new_york) == "Sunday 8 March 2026, 10:51"


def test_a_text_in_another_language_fills_in_times_that_need_no_english():
    spanish = replace(
        SHEET, language="es", text="No conduzca hasta {until_first}; {until_second}. Llame {clinic_phone}."
    )
    assert paragraphs(spanish, UTC) == ("No conduzca hasta 2026-03-07  14:51; 2026-03-08  14:51. Llame 555 010 0100.",)
    assert times(spanish, UTC) == (("+24 h", "2026-03-07  14:51"), ("+48 h", "2026-03-08  14:51"))


@pytest.mark.parametrize("language", ["", "es"])
@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_each_placeholder_is_filled_in_in_any_language(name, language):
    (line,) = paragraphs(replace(SHEET, text=f"At {{{name}}}.", language=language), UTC)
    assert "{" not in line
    assert line != "At ."


def test_what_nothing_is_filled_in_for_is_told():
    assert unknown_placeholders("Until {until_first}, {tomorrow} or {}.") == ("{tomorrow}", "{}")


def test_numbers_stand_there_as_far_as_they_are_known():
    assert calls(SHEET) == (("River Clinic", "555 010 0100"), ("Emergency, at once", "911"))
    assert calls(replace(SHEET, clinic="", emergency_phone="")) == (("The clinic", "555 010 0100"),)
    assert calls(replace(SHEET, clinic_phone="", emergency_phone="")) == ()


def test_the_files_name_says_nothing_about_the_patient():
    assert file_name(SHEET) == "instructions-20260306T131500Z-2.pdf"
    assert file_name(replace(SHEET, language="es")) == "instructions-20260306T131500Z-2-es.pdf"


def test_the_same_sheet_has_the_same_bytes_and_another_one_others():
    fonts = resource("fonts")
    first = instructions_pdf(SHEET, UTC, fonts=fonts)
    assert first.startswith(b"%PDF")
    assert instructions_pdf(SHEET, UTC, fonts=fonts) == first
    assert instructions_pdf(replace(SHEET, simulated=True), UTC, fonts=fonts) != first
