"""Visits with waveforms as a test wants them. Times are seconds since `START`, the check-in of `written_visit`."""

import struct
from pathlib import Path

import numpy as np

from devices.clock import NS_PER_S, Moment
from devices.events import MISSING_SAMPLE, Mode, Validity
from nursestation.core.chain import GENESIS
from nursestation.core.model import Phase, Provenance
from nursestation.core.records import Gap, Sample, Wave
from nursestation.core.timeline import Timeline
from nursestation.export.formats import ExportOptions
from nursestation.export.visit import VisitRecord
from nursestation.store.reader import SessionSummary
from tests.helpers.written_visit import (
    BEDSIDE,
    CHAIR,
    CLINICIAN,
    NURSE,
    PATIENT,
    SESSION,
    START,
    station_records,
    visit_records,
)

OPTIONS = ExportOptions(Path(), "0.1.0")


def at(seconds):
    """Return the moment so many seconds after check-in."""
    return START.shifted(round(seconds * NS_PER_S))


def stretch(first_s, raw, *, metric="ecg", rate=250.0, scale=0.0025, offset=0.0, unit=None, late_s=0.0, **fields):
    """Return a stretch of waveform whose first sample is at `first_s`; it comes `late_s` after its last sample."""
    told = {"monitor": BEDSIDE, "source": "II", "mode": Mode.REAL, "at": at(first_s + (len(raw) - 1) / rate + late_s)}
    return Wave(
        chair=CHAIR, session=SESSION, metric=metric, rate_hz=rate, scale=scale, offset=offset, unit=unit,
        samples=struct.pack(f"<{len(raw)}h", *raw), **(told | fields),
    )  # fmt: skip


def in_seconds(first_s, raw, *, rate=250.0, **fields):
    """Return a run of samples in stretches of a second, as the store joins them."""
    size = max(1, round(rate))
    return [
        stretch(first_s + begin / rate, raw[begin : begin + size], rate=rate, **fields) for begin in range(0, len(raw), size)
    ]  # fmt: skip


def lost(seconds, n_samples=None, *, metric="ecg", source="II", reason="lost on the wire"):
    """Return what a monitor says it lost."""
    return Gap(
        at=at(seconds), chair=CHAIR, session=SESSION, metric=metric, monitor=BEDSIDE, source=source,
        n_samples=n_samples, reason=reason,
    )  # fmt: skip


def reading(seconds, value, *, metric="spo2", validity=None, **fields):
    """Return a reading."""
    is_there = Validity.VALID if value is not None else Validity.UNAVAILABLE
    told = {"monitor": BEDSIDE, "source": "", "mode": Mode.REAL, "at": at(seconds), "provenance": Provenance.DEVICE}
    return Sample(
        chair=CHAIR, session=SESSION, metric=metric, value=value, validity=validity or is_there, **(told | fields)
    )  # fmt: skip


def visit(*, waves=(), gaps=(), samples=(), records=None, simulated=False, runs=(START,), **changed):
    """Return a visit that holds these; its records are those of `written_visit` without readings, unless given."""
    if records is None:
        discrete = visit_records(simulated=simulated, step_s=600)
        records = [record for record in discrete if not isinstance(record, Sample | Wave | Gap)]
    summary = SessionSummary(
        id=SESSION, chair=CHAIR, patient=changed.pop("patient", PATIENT), protocol="p", protocol_version=1,
        opened=changed.pop("opened", START), phase=Phase.DISCHARGED, ended_utc_ns=None, simulated=simulated,
        signed_by="", n_readings=len(samples), chain_head=GENESIS,
    )  # fmt: skip
    return VisitRecord(
        summary=summary, records=tuple(records), samples=tuple(samples), timeline=Timeline(tuple(runs)),
        operators={one.id: one for one in (NURSE, CLINICIAN)}, version="0.1.0",
        station=tuple(station_records()), waves=tuple(waves), gaps=tuple(gaps), **changed,
    )  # fmt: skip


def opening(minutes=0.5):
    """Return the visit's records of its first minutes: where nothing but the signals is looked at."""
    return visit_records(step_s=600, upto_min=minutes)


def true_values(waves):
    """Return the (time [s since check-in], value) of every sample that is there, as the records say."""
    told = []
    for one in waves:
        raw = np.frombuffer(one.samples, dtype="<i2")
        first_s = (one.at.mono_ns - START.mono_ns) / NS_PER_S - (len(raw) - 1) / one.rate_hz
        told += [
            (first_s + place / one.rate_hz, step * one.scale + one.offset)
            for place, step in enumerate(raw.tolist())
            if step != MISSING_SAMPLE
        ]
    return told


def since_start(unix_s):
    """Return a Unix time as seconds since check-in."""
    return unix_s - START.utc_ns / NS_PER_S


def moment(mono_s, utc_s):
    """Return the moment of two clocks [s]."""
    return Moment(round(mono_s * NS_PER_S), round(utc_s * NS_PER_S))
