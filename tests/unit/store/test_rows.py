"""Waveforms are joined only where nothing but time separates them."""

from dataclasses import replace

import pytest

from devices.events import Mode
from devices.vocabulary import Unit
from nursestation.core.records import Gap, Wave
from nursestation.store.rows import joined_waves
from tests.helpers.written_visit import SESSION, minute


def a_wave(seconds, n=50, **changes):
    wave = Wave(
        at=minute(seconds / 60), chair=1, session=SESSION, metric="ecg", monitor="1:berry", source="II", rate_hz=200.0,
        scale=0.5, offset=1.0, unit=Unit.MV, samples=bytes([n % 256, 0]) * n, mode=Mode.REAL,
    )  # fmt: skip
    return replace(wave, **changes)


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
    gap = Gap(
        at=minute(0.5 / 60),
        chair=1,
        session=SESSION,
        metric="ecg",
        monitor="1:berry",
        source="II",
        n_samples=1,
        reason="lost",
    )
    assert joined_waves([a_wave(0.25), gap, a_wave(0.5)]) == [[a_wave(0.25)], [a_wave(0.5)]]


def test_two_traces_are_joined_each_with_its_own():
    waves = [replace(a_wave(0.25 * index), metric=metric) for index in (1, 2) for metric in ("ecg", "pleth")]
    assert joined_waves(waves) == [waves[::2], waves[1::2]]
