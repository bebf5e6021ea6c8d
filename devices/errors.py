"""What can go wrong at the wire.

    DeviceError
    +-- LinkError            the environment: a port is missing, busy or gone (tell the operator what to do)
    |   +-- PortBusy         another program, or another chair, holds the port
    |   +-- PortMissing      no such port, or the adapter was unplugged
    +-- CaptureError         a capture file that cannot be read as one
    +-- ScenarioError        a scenario file with a mistake (names file, key and what is expected)
    +-- DriverLookupError    no driver, or two drivers, of one name

Noise on a line is none of these: a damaged frame is a `FrameRejected` event.
"""


class DeviceError(Exception):
    """Base of every error that `devices` raises on purpose; any other exception is a bug."""


class LinkError(DeviceError):
    """The port cannot be used now; the message says what to do about it."""


class PortBusy(LinkError):
    """Another program or another chair holds the port."""


class PortMissing(LinkError):
    """The port does not exist, or its adapter was unplugged."""


class CaptureError(DeviceError):
    """A capture file cannot be read; the message names file and position."""


class ScenarioError(DeviceError):
    """A scenario file has a mistake; the message names file, key and what is expected."""


class DriverLookupError(DeviceError):
    """No driver, or more than one, goes by the name that was asked for."""
