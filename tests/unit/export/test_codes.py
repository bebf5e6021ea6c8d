"""The table of codes: no slip of the pen in it, and the page shows what is in it."""

from pathlib import Path

import pytest

from devices.vocabulary import METRICS, Unit
from nursestation.export import codes
from nursestation.export.codes import BODY_WEIGHT, BP_PANEL, CODES, LOINC, MDC, PAIN, UCUM_UNITS, mdc_of, part_of

PAGE = (Path(__file__).parents[3] / "docs" / "exports-charts.md").read_text(encoding="utf-8")
EVERY = [code for row in CODES.values() for code in (*row.loinc, row.mdc, row.unit.mdc)] + [
    *BP_PANEL,
    BODY_WEIGHT,
    PAIN,
]


def check_digit(number):
    """Return the check digit of a LOINC number (mod 10, as its users' guide defines)."""
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(number))]
    return -sum(sum(divmod(one, 10)) for one in doubled) % 10


@pytest.mark.parametrize("code", sorted({code.code for code in EVERY if code.system == LOINC}))
def test_a_loinc_code_has_its_check_digit(code):
    number, digit = code.split("-")
    assert check_digit(number) == int(digit)


def test_an_11073_code_lies_in_the_partition_of_its_kind():
    for row in CODES.values():
        assert int(row.mdc.code) >> 16 == 2, row  # SCADA: measurements
        assert int(row.unit.mdc.code) >> 16 == 4, row  # dimensions
        part = part_of(row.metric, "")
        for code in () if part is None else (part.vmd, part.channel):
            assert code is None or int(code.code) >> 16 == 1  # object infrastructure: devices
    assert {code.system for code in EVERY} == {LOINC, MDC}


def test_a_unit_is_the_one_of_the_vocabulary_in_ucum():
    for row in CODES.values():
        unit = METRICS[row.metric].unit
        assert unit is not None
        assert row.unit.ucum == UCUM_UNITS[unit]
    assert set(UCUM_UNITS) == set(Unit)


def test_a_metric_of_the_vocabulary_has_the_code_that_stands_there():
    for row in CODES.values():
        known = METRICS[row.metric]
        if known.mdc_code is not None:
            assert (row.mdc.code, row.mdc.display) == (str(known.mdc_code), known.mdc_reference)
    assert {one.name for one in METRICS.values() if one.mdc_code is not None} <= set(CODES)


def test_every_row_names_its_sources():
    told = codes.__doc__ or ""
    for row in CODES.values():
        names = row.source.replace(" (both codes)", "").split(", ")
        assert len(names) >= 2, row
        assert all(f"[{name}]" in told for name in names), row


def test_breathing_is_coded_by_how_it_is_counted():
    assert [mdc_of("resp_rate", source).code for source in ("co2", "impedance", "")] == ["151594", "151578", "151562"]
    assert mdc_of("fico2", "co2") is None


@pytest.mark.parametrize("metric", CODES)
def test_the_page_shows_the_row(metric):
    row = CODES[metric]
    loinc = ", ".join(code.code for code in row.loinc)
    assert f"| `{metric}` | {loinc} | {row.unit.ucum} | {row.mdc.code} {row.mdc.display}" in PAGE
