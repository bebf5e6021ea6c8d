"""The serial frame of one message, and how the same message goes over UDP.

Frame: `C0 | 11 01 | length | user data | FCS | C1`; length is that of the user data, big endian; FCS is CRC-16/X-25 over
header and user data, low byte first. Between C0 and C1 the bytes C0, C1 and 7D are sent as 7D and the byte XOR 20.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0, fixed baud rate protocol, as carried by the
public programs mdpnp/mdpnp (OpenICE), xeonfusion/VSCaptureMP and mindleaving/patient-monitor-datalogger.
"""

import binascii

from devices.driver import Datagrams
from devices.events import RejectReason
from devices.framing import BracketedFramer

BEGIN, END, ESCAPE = 0xC0, 0xC1, 0x7D
USER_DATA_MAX = 1500
"""Most bytes of user data; recordings show 1192 at most."""
UDP_PORT = 24105

_HEADER = b"\x11\x01"
_N_FCS = 2
LONGEST = 2 + 2 * (len(_HEADER) + 2 + USER_DATA_MAX + _N_FCS)
"""Most bytes of a frame on the wire, were each one escaped."""

_ESCAPED = ((b"\x7d\x5d", b"\x7d"), (b"\x7d\xe0", b"\xc0"), (b"\x7d\xe1", b"\xc1"))
_RESIDUE = 0x1D0F  # what the mirrored CRC leaves of an intact frame, its FCS included
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def fcs(data: bytes) -> int:
    """Return the CRC-16/X-25 of `data`.

    It is the CRC of `binascii.crc_hqx` with the bits of every byte, and of the result, in the other order.
    """
    mirrored = binascii.crc_hqx(data.translate(_MIRRORED), 0xFFFF)
    return (_MIRRORED[mirrored & 0xFF] << 8 | _MIRRORED[mirrored >> 8]) ^ 0xFFFF


def frame(user_data: bytes) -> bytes:
    """Return the serial frame of one message."""
    body = _HEADER + len(user_data).to_bytes(2, "big") + user_data
    body += fcs(body).to_bytes(2, "little")
    for escaped, plain in _ESCAPED:  # the escape itself first
        body = body.replace(plain, escaped)
    return bytes([BEGIN]) + body + bytes([END])


def opened(body: bytes) -> bytes | RejectReason:
    """Return the user data of what stood between C0 and C1, or why it is not taken."""
    if ESCAPE in body:
        n_escapes, n_wire = body.count(ESCAPE), len(body)
        for escaped, plain in reversed(_ESCAPED):  # the escape itself last
            body = body.replace(escaped, plain)
        if n_wire - len(body) != n_escapes:  # 7D before something else; before C1 it is the sender's abort
            return RejectReason.FRAMING
    n_user_data = len(body) - 6
    if n_user_data < 0 or n_user_data != body[2] << 8 | body[3] or n_user_data > USER_DATA_MAX:
        return RejectReason.FRAMING
    if binascii.crc_hqx(body.translate(_MIRRORED), 0xFFFF) != _RESIDUE:
        return RejectReason.CHECKSUM
    return body[4:-2] if body.startswith(_HEADER) else RejectReason.UNKNOWN


def new_framer() -> BracketedFramer:
    """Return a framer that gives out user data."""
    return BracketedFramer(begin=BEGIN, end=END, longest=LONGEST, opened=opened)


def messages(data: bytes) -> tuple[bytes, ...]:
    """Return the user data of each whole frame in `data`."""
    return tuple(user_data for reason, _, user_data in new_framer().feed(data) if reason is None)


DATAGRAMS = Datagrams(port=UDP_PORT, frame=frame, messages=messages)
"""Over UDP one datagram is the user data of one message."""
