"""What a monitor's settings mean for its line: where it is plugged in, and how fast and in what form it speaks."""

from devices.addresses import Address, PortIdentity, parse_address
from devices.driver import DriverInfo, Parity, SerialSettings, line_settings
from nursestation.config.schema import MonitorSettings


def address_of(monitor: MonitorSettings) -> Address:
    """Return the address of a configured monitor, with what is remembered of its adapter.

    Raises:
        LinkError: the settings' `port` is no address.
    """
    address = parse_address(monitor.port)
    if isinstance(address, PortIdentity) and (monitor.usb_serial or monitor.usb_location):
        return PortIdentity(
            address.path, monitor.usb_serial or None, monitor.usb_location or None, monitor.usb_vid, monitor.usb_pid
        )
    return address


def settings_of(monitor: MonitorSettings, info: DriverInfo) -> SerialSettings:
    """Return the line settings of a configured monitor: the driver's, with those of the settings file put over them."""
    return line_settings(
        info.serial,
        baud=monitor.baud,
        data_bits=monitor.data_bits,
        parity=None if monitor.parity is None else Parity[monitor.parity.upper()],
        stop_bits=monitor.stop_bits,
        rtscts=monitor.rtscts,
    )
