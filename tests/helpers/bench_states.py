"""States of the workbench made by hand, for tests of the monitors' page."""

from dataclasses import replace

from devices.addresses import PortFacts
from devices.checkup import Advice, Severity
from devices.clock import NS_PER_S
from devices.events import LinkPhase, Numeric, WaveformChunk
from devices.history import PortCounters, PortReport
from devices.registry import lookup
from nursestation.config.schema import ChairSettings, MonitorSettings
from nursestation.core.snapshot import LinkView
from nursestation.runtime.tryout import Tryout
from nursestation.runtime.workbench import BenchState, Checkup
from tests.helpers.station_views import NOW

FTDI = PortFacts(
    path="/dev/ttyUSB0", description="FT232R USB UART", vid=0x0403, pid=0x6001, serial_number="A50285BI", location="1-1.2",
    manufacturer="FTDI", product="FT232R USB UART",
)  # fmt: skip
PROLIFIC = PortFacts(
    path="/dev/ttyUSB1", vid=0x067B, pid=0x2303, location="1-1.3", manufacturer="Prolific Technology Inc.",
    product="USB-Serial Controller",
)  # fmt: skip
BUILT_IN = PortFacts(path="/dev/ttyS0")
CAPNO = MonitorSettings(
    driver="capnostream20",
    port="/dev/ttyUSB0",
    usb_serial="A50285BI",
    usb_location="1-1.2",
    usb_vid=0x0403,
    usb_pid=0x6001,
)
CHAIRS = (ChairSettings(number=2, monitor=(CAPNO,)), ChairSettings(number=3))
GOOD = Advice(Severity.GOOD, "The link works", "All that arrives is understood.")


def make_report(id="2:capnostream20", address="/dev/ttyUSB0", **changes):
    """Return the report of a link that has been good for two minutes."""
    number, _, driver = id.partition(":")
    info = lookup(driver).info
    ago = NOW.shifted(-120 * NS_PER_S)
    base = PortReport(
        at=NOW, id=id, title=f"Chair {number}, {info.models[0]}", address=address, identity=None, driver=info,
        settings=info.serial[0], phase=LinkPhase.CONNECTED, since=ago, opened=ago,
        counters=PortCounters(bytes_in=12_400, bytes_out=96, events=512, rejected=3, opens=2, last_good=NOW),
    )  # fmt: skip
    return replace(base, **changes)


def make_checkup(report=None, *advice):
    """Return a link looked over."""
    return Checkup(report=report or make_report(), advice=advice or (GOOD,), bytes_per_s=103.4, events_per_s=4.2)


def make_bench(**changes):
    """Return the state in which chair 2 is read, chair 3 has nothing, and three ports are present."""
    base = BenchState(
        at=NOW, chairs=CHAIRS, present=(BUILT_IN, FTDI, PROLIFIC),
        taken={"/dev/ttyUSB0": "Chair 2, Capnostream 20"}, links=(make_checkup(),),
    )  # fmt: skip
    return replace(base, **changes)


def make_link(monitor="2:capnostream20", **changes):
    """Return a monitor of a chair as the station shows it."""
    base = LinkView(
        monitor=monitor, driver=monitor.partition(":")[2], title="Capnostream 20 on ttyUSB0", phase=LinkPhase.CONNECTED,
        reason="", quiet_s=0.4, simulated=False,
    )  # fmt: skip
    return replace(base, **changes)


def make_trial(*events, phase=LinkPhase.CONNECTED, reason="", **counters):
    """Return a trial of four seconds in which these events came."""
    tryout = Tryout(NOW.shifted(-4 * NS_PER_S))
    tryout.add(tuple(events), NOW)
    counted = {"bytes_in": 400, "events": len(events), "opens": 1} | counters
    return tryout.trial(phase, reason, PortCounters(**counted), NOW)


def numeric(metric, value, **changes):
    """Return a number that came now."""
    return Numeric(t_ns=NOW.mono_ns, metric=metric, value=value, **changes)


def wave(metric, *raw, rate_hz=10.0):
    """Return samples that came now."""
    samples = b"".join(one.to_bytes(2, "little", signed=True) for one in raw)
    return WaveformChunk(
        t_ns=NOW.mono_ns, metric=metric, rate_hz=rate_hz, scale=1.0, offset=0.0, unit=None, samples=samples
    )
