"""How ports, adapters, line settings and rates read on the monitors' page. Pure."""

from collections.abc import Sequence
from pathlib import Path

from devices.addresses import PortFacts, PortIdentity, canonical, find_port, is_simulated, parse_address
from devices.driver import Parity, SerialSettings
from devices.errors import LinkError
from devices.vocabulary import METRICS
from nursestation.config.line import address_of
from nursestation.config.schema import MonitorSettings

_DECIMALS = {"temp": 1, "perfusion_index": 1, "st": 2}
PARITY_WORDS = {Parity.NONE: "none", Parity.EVEN: "even", Parity.ODD: "odd"}


def usb_name(facts: PortFacts) -> str:
    """Return what USB says of an adapter, "FTDI FT232R USB UART · no. A50285BI"; plain words for a port without USB."""
    if facts.vid is None and not facts.product:
        return facts.description or "Serial port of this computer"
    maker, product = facts.manufacturer or "", facts.product or facts.description or "USB adapter"
    name = product if not maker or product.lower().startswith(maker.lower()) else f"{maker} {product}"
    return f"{name} · no. {facts.serial_number}" if facts.serial_number else name


def facts_of(monitor: MonitorSettings, present: Sequence[PortFacts]) -> PortFacts | None:
    """Return what is present of a monitor's port now; None where it is no serial port or not plugged in."""
    try:
        address = address_of(monitor)
    except LinkError:
        return None
    if not isinstance(address, PortIdentity):
        return None
    path = find_port(address, present)
    if path is None:
        return None
    return next((facts for facts in present if canonical(facts.path) == canonical(path)), None)


def device_of(text: str, present: Sequence[PortFacts]) -> str:
    """Return the one spelling of an address under which `BenchState.taken` has it; "" for none."""
    try:
        address = parse_address(text)
    except LinkError:
        return ""
    if isinstance(address, PortIdentity):
        facts = next((one for one in present if one.path == address.path), None)
        return canonical(facts.path if facts is not None else address.path)
    return str(address)


def place(port: str) -> str:
    """Return an address short enough to stand beside a name: "ttyUSB0", "COM3", "tcp://127.0.0.1:5000"."""
    return Path(port).name if port.startswith("/") else port


def is_serial(port: str) -> bool:
    """Say whether an address has line settings: it is a port of this computer, not a network address or a recording."""
    try:
        return isinstance(parse_address(port), PortIdentity)
    except LinkError:
        return False


def is_pseudo(port: str) -> bool:
    """Say whether an address is a pseudo-terminal, behind which a simulated monitor speaks."""
    try:
        address = parse_address(port)
    except LinkError:
        return False
    return isinstance(address, PortIdentity) and is_simulated(address)


def line_text(line: SerialSettings) -> str:
    """Return line settings in words, "9600 baud · 8 data bits · no parity · 1 stop bit"."""
    parity = "no parity" if line.parity is Parity.NONE else f"{PARITY_WORDS[line.parity]} parity"
    stops = "1 stop bit" if line.stop_bits == 1 else f"{line.stop_bits} stop bits"
    flow = " · RTS/CTS" if line.rtscts else ""
    return f"{line.baud} baud · {line.data_bits} data bits · {parity} · {stops}{flow}"


def number_text(metric: str, value: float) -> str:
    """Return a value as precise as a monitor shows it."""
    return f"{value:.{_DECIMALS.get(metric, 0)}f}"


def unit_text(metric: str) -> str:
    """Return the unit of a metric as a monitor writes it."""
    unit = METRICS[metric].unit
    return "" if unit is None else unit.shown


def amount(n: int) -> str:
    """Return a count that is read at a glance: "412", "18 500"."""
    return f"{n:,}".replace(",", "\u202f")


def pace_text(bytes_per_s: float, readings_per_s: float) -> str:
    """Return how fast a link speaks, "118 bytes/s · 4.0 readings/s"."""
    readings = f"{readings_per_s:.0f}" if readings_per_s >= 10 else f"{readings_per_s:.1f}"
    return f"{bytes_per_s:.0f} bytes/s · {readings} readings/s"
