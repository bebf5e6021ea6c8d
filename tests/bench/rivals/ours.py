"""The program's own widget for waves, as the station's pages use it."""

from collections.abc import Callable

from PySide6.QtCore import QRectF

from devices.clock import Clock
from devices.events import Mode
from nursestation.core.records import Wave
from nursestation.ui.plots.wave_field import WaveField, WavePlace
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.theme import DARK_THEME
from tests.bench.rivals.scene import PX_PER_MM, SCALE, Packet, places

DIFFERS = "nothing: same samples, sizes and pens"


class Rival:
    """The window."""

    def __init__(self, clock: Clock, make: Callable[..., WaveField] = WaveField) -> None:
        self._clock = clock
        self._places = places()
        self._store = WaveStore()
        self.window = self.painted = make(DARK_THEME, clock, self._store, PX_PER_MM)
        self.window.set_places([
            WavePlace(
                place.chair, (place.kind.metric, "monitor", ""), QRectF(place.left, place.top, place.width, place.height)
            )
            for place in self._places
        ])  # fmt: skip

    def records(self, packets: list[Packet]) -> list[Wave]:
        """Return the records that the engine would have made of packets."""
        now = self._clock.now()
        return [self._record(packet, now.shifted(packet.at_ns - now.mono_ns)) for packet in packets]

    def take(self, waves: list[Wave]) -> None:
        self._store.add(waves)

    def advance(self, _now_ns: int) -> None:
        self.window.advance()

    def _record(self, packet: Packet, at) -> Wave:
        place = self._places[packet.strip]
        return Wave(
            at=at,
            chair=place.chair,
            session="bench",
            metric=place.kind.metric,
            monitor="monitor",
            source="",
            rate_hz=place.kind.rate_hz,
            scale=SCALE,
            offset=0.0,
            unit=None,
            samples=packet.samples.astype("<i2").tobytes(),
            mode=Mode.SIMULATED,
        )
