"""Records are sorted for one commit, and waveforms joined only where nothing but time separates them."""

from dataclasses import replace

import pytest

from devices.events import Mode
from devices.vocabulary import Unit
from nursestation.core.records import Gap, StationStopped, Wave
from nursestation.store.gathering import gather
from tests.helpers.written_visit import SESSION, minute


def a_wave(seconds, n=50, **changes):
    wave = Wave(
        at=minute(seconds / 60), chair=1, session=SESSION, metric="ecg", monitor="1:berry", source="II", rate_hz=200.0,
        scale=0.5, offset=1.0, unit=Unit.MV, samples=bytes([n % 256, 0]) * n, mode=Mode.REAL,
    )  # fmt: skip
    return replace(wave, **changes)


def a_gap(**changes):
    gap = Gap(
        at=minute(0.5 / 60), chair=1, session=SESSION, metric="ecg", monitor="1:berry", source="II", n_samples=1,
        reason="lost",
    )  # fmt: skip
    return replace(gap, **changes)


def joined_waves(records):
    found, others = gather(records)
    assert not others
    return [strip.parts for told in found.values() for strip in told.strips]


def test_consecutive_stretches_become_blobs_of_about_a_second():
    waves = [a_wave(0.25 * index) for index in range(1, 11)]
    assert joined_waves(waves) == [waves[:4], waves[4:8], waves[8:]]


@pytest.mark.parametrize(
    "change",
    [
        {"scale": 0.25}, {"offset": 0.0}, {"rate_hz": 250.0}, {"unit": None}, {"source": "V1"}, {"session": "other"},
        {"monitor": "2:berry"}, {"mode": Mode.TEST}, {"metric": "pleth"}, {"at": minute(1)},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_stretches_that_differ_or_lie_apart_are_not_joined(change):
    waves = [a_wave(0.25), replace(a_wave(0.5), **change)]
    assert joined_waves(waves) == [[wave] for wave in waves]


def test_a_gap_between_keeps_stretches_apart():
    found, _ = gather([a_wave(0.25), a_gap(), a_wave(0.5)])
    assert [strip.parts for strip in found[SESSION].strips] == [[a_wave(0.25)], [a_wave(0.5)]]
    assert found[SESSION].gaps == [a_gap()]


def test_two_traces_are_joined_each_with_its_own():
    waves = [replace(a_wave(0.25 * index), metric=metric) for index in (1, 2) for metric in ("ecg", "pleth")]
    assert joined_waves(waves) == [waves[::2], waves[1::2]]


def test_a_stretch_stands_where_its_last_part_came():
    ecg, pleth, more_ecg = a_wave(0.25), a_wave(0.25, metric="pleth"), a_wave(0.5)
    assert joined_waves([ecg, pleth, more_ecg]) == [[pleth], [ecg, more_ecg]]


def test_bulk_records_are_sorted_by_session_and_those_without_one_are_left_out():
    lost = a_gap(session=None)
    records = [
        a_wave(0.25, session="other"),
        StationStopped(at=minute(0)),
        a_gap(),
        a_wave(0.25),
        a_wave(0.25, session=None),
        lost,
    ]
    found, others = gather(records)
    assert [(name, len(told.strips), len(told.gaps)) for name, told in found.items()] == [
        ("other", 1, 0),
        (SESSION, 1, 1),
    ]
    assert others == [records[1]]
