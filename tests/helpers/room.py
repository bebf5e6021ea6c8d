"""A room of several chairs on the real `Station`, all at work, on a clock that is moved by hand.

Rules of the file:
1. What a screen is tried with comes out of the station: a reading, a probe, a cable, a command; no condition is made by hand.
2. Every chair has a monitor of its own and a patient with a steady pulse of his own, so that no two tiles look alike.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from devices.clock import NS_PER_S, ManualClock, Moment
from devices.events import DeviceStatus, LinkPhase, LinkState, Numeric, SensorStatus, WaveformChunk
from devices.vocabulary import Unit
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.inputs import StationFault, Tick
from nursestation.core.snapshot import ConditionView, StationSnapshot
from nursestation.core.station import ChairSetup, Station
from tests.helpers.visit import (
    CALM,
    PATIENT,
    START,
    Clinic,
    PlainPins,
    binding,
    load_protocol,
)

NAMES = (
    "Mia Roth", "Jana Keller", "Anton Duval", "Tess Sommer", "Ivo Brandt", "Lea Quist", "Omar Falk", "Nina Weber",
    "Paul Zander", "Eva Holm", "Rita Costa", "Uwe Graf", "Yara Nolan", "Hugo Vance", "Sara Pohl", "Kai Winter",
)  # fmt: skip
_WAVE_HZ = 100


@dataclass
class Room:
    """The chairs of a station, each as a `Clinic` of its own over the same station, clock and records."""

    chairs: tuple[Clinic, ...]

    @property
    def station(self) -> Station:
        """Return what is tried."""
        return self.chairs[0].station

    @property
    def clock(self) -> ManualClock:
        """Return the clock of all."""
        return self.chairs[0].clock

    @property
    def records(self) -> list[r.Record]:
        """Return everything that came out so far, oldest first."""
        return self.chairs[0].records

    @property
    def snapshot(self) -> StationSnapshot:
        """Return the station now."""
        return self.station.snapshot(self.clock.now())

    def chair(self, number: int) -> Clinic:
        """Return a chair by its number."""
        return self.chairs[number - 1]

    def condition(self, rule: str, chair: int | None) -> ConditionView:
        """Return the present condition of a rule.

        Raises:
            StopIteration: there is none.
        """
        return next(one for one in self.snapshot.conditions if (one.rule, one.chair) == (rule, chair))

    def run(
        self,
        seconds: int,
        vitals: Mapping[int, Mapping[str, float]] | None = None,
        *,
        silent: Collection[int] = (),
        mute: Mapping[int, Collection[str]] | None = None,
        every_s: int = 1,
    ) -> None:
        """Let `seconds` pass.

        Args:
            seconds: How long [s].
            vitals: What differs from a calm patient, by chair.
            silent: Chairs whose monitors say nothing.
            mute: Metrics that a chair's monitor gives no value of.
            every_s: Time between two values [s].
        """
        for _ in range(0, seconds, every_s):
            self.clock.advance(every_s)
            for clinic in self.chairs:
                if clinic.chair in silent:
                    continue
                own = {"heart_rate": 66.0 + 3 * clinic.chair, "resp_rate": 11.0 + clinic.chair % 4}
                told = {**CALM, **own, **(vitals or {}).get(clinic.chair, {})}
                now_ns = self.clock.now().mono_ns
                for metric, value in told.items():
                    if metric in (mute or {}).get(clinic.chair, ()):
                        continue
                    # a value that never moves is one that nobody measures
                    wavers = metric != "resp_rate" and (now_ns // NS_PER_S + clinic.chair) % 3 == 0
                    shown = min(value + wavers, 100.0) if metric == "spo2" else value + wavers
                    clinic.event(Numeric(t_ns=now_ns, metric=metric, value=shown))
                for metric in ("ecg", "pleth"):
                    clinic.event(_wave(metric, now_ns, every_s, own["heart_rate"]))
            self.chairs[0].apply(Tick())

    def sensor(self, chair: int, metric: str, status: SensorStatus, text: str) -> None:
        """Let a monitor say what became of a sensor, and no longer give its number."""
        clinic = self.chair(chair)
        clinic.event(DeviceStatus(t_ns=self.clock.now().mono_ns, metric=metric, status=status, text=text))
        clinic.numeric(metric, None)

    def fault(self, name: str, text: str) -> None:
        """Let the program tell of trouble of its own; "" ends it."""
        self.chairs[0].apply(StationFault(id=name, text=text))

    def do(self, *commands: c.Command) -> None:
        """Give commands that must be taken."""
        self.chairs[0].do(*commands)


def make_room(n_chairs: int, *, tested: bool = True, simulated: bool = False, start: Moment = START) -> Room:
    """Return a room in which every chair has an infusion running, but for the last of four or more: that one is observed.

    Args:
        n_chairs: 1 to 16.
        tested: Whether lamps and sounds were tested today.
        simulated: Whether the monitors are simulated ones.
        start: When the station starts.
    """
    setups = tuple(
        ChairSetup(number=n, monitors=(binding(f"{n}:berry_pm6750", simulated=simulated),))
        for n in range(1, n_chairs + 1)
    )
    station = Station(setups, [load_protocol()], PlainPins(), "0.1.0", None)
    clock, records = ManualClock(start), list[r.Record]()
    records.extend(station.restore((), clock.now(), unclean=False))
    room = Room(
        tuple(
            Clinic(station=station, clock=clock, records=records, chair=n, monitor=f"{n}:berry_pm6750")
            for n in range(1, n_chairs + 1)
        )
    )
    room.chairs[0].staff()
    for clinic, name in zip(room.chairs, NAMES[:n_chairs], strict=True):
        clinic.event(LinkState(t_ns=clock.now().mono_ns, phase=LinkPhase.CONNECTED))
        given, _, family = name.partition(" ")
        number = f"MRN-44{clinic.chair}7"
        clinic.check_in(patient=replace(PATIENT, given_name=given, family_name=family, record_number=number))
        clinic.do(c.BeginBaseline(chair=clinic.chair))
    for wait_s in (20, 120):
        room.run(wait_s, every_s=2)
        for clinic in room.chairs:
            clinic.cuff(118 + clinic.chair, 74 + clinic.chair)
    for clinic in room.chairs:
        clinic.do(c.TakeBaseline(chair=clinic.chair))
    room.run(4)
    for clinic in room.chairs:
        clinic.do(c.StartInfusion(chair=clinic.chair, dose_text="Ketamine 36 mg IV over 40 min"))
        room.run(3)
    if n_chairs >= 4:
        room.do(c.StopInfusion(chair=n_chairs, reason="patient asked"))
    if tested:
        room.do(c.SelfTest(heard=True, seen=True))
    room.run(60)
    for clinic in room.chairs:
        clinic.cuff(121 + clinic.chair, 77 + clinic.chair)
    room.run(10)
    return room


def _wave(metric: str, now_ns: int, seconds: int, rate_per_min: float) -> WaveformChunk:
    """Return a piece of wave that ends now: a spike a beat for the ECG, a round one for the pleth."""
    samples = bytearray()
    for n in range(seconds * _WAVE_HZ):
        t = now_ns / NS_PER_S - seconds + n / _WAVE_HZ
        beat = (t * rate_per_min / 60) % 1
        sharp = math.exp(-(((beat - 0.4) / 0.018) ** 2)) - 0.2 * math.exp(-(((beat - 0.45) / 0.015) ** 2))
        height = (
            sharp + 0.2 * math.exp(-(((beat - 0.7) / 0.06) ** 2)) if metric == "ecg" else math.sin(math.pi * beat**0.6)
        )
        samples += round(100 * height).to_bytes(2, "little", signed=True)
    return WaveformChunk(
        t_ns=now_ns, metric=metric, rate_hz=float(_WAVE_HZ), scale=0.01, offset=0.0,
        unit=Unit.MV if metric == "ecg" else None, samples=bytes(samples),
    )  # fmt: skip
