"""Opening and ending a session: association request and response, release, abort.

Rules of the file:
1. The constant blocks of the session and presentation headers are as real clients and monitors send them.
2. What holds is what the monitor grants, not what was asked for: its minimum poll period decides the time-out.
3. Of a refusal only the first byte is known to us; its contents are not read.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0, association control; published recordings of an
M8000 and its clients; mdpnp/mdpnp (OpenICE), deweynuz/DEMO_POLL.
"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from struct import Struct
from struct import error as StructError

from devices.drivers.philips_intellivue.codes import TICKS_PER_S
from devices.drivers.philips_intellivue.values import Malformed

_S = 1_000_000_000


class Kind(IntEnum):
    """First byte of the user data: what sort of message it is."""

    CONNECT_INDICATION = 0x00
    RELEASE_REQUEST = 0x09
    RELEASE_RESPONSE = 0x0A
    REFUSE = 0x0C
    ASSOCIATION_REQUEST = 0x0D
    ASSOCIATION_RESPONSE = 0x0E
    ABORT = 0x19
    DATA = 0xE1


class Option(IntFlag):
    """Options of the poll profile extension."""

    NUMERICS_1S = 0x80000000
    WAVES = 0x08000000


RELEASE_REQUEST = bytes.fromhex("0918C11661803080020101A0806280800100000000000000 0000")


RELEASE_RESPONSE = bytes.fromhex("0A18C11661803080020101A0806380800100000000000000 0000")
ABORT = bytes.fromhex(
    "192E110103C129A080A0803080020101060251010000000061803080020101A080648080010100000000000000000000"
)
REFUSE = bytes.fromhex("0C03320100")

_SESSION_DATA = bytes.fromhex("0508130100160102800014020002")
_REQUEST_BLOCK = bytes.fromhex(
    "3180A0808001010000A280A003000001A4803080020101060452010001308006025101000000003080020102060C2A86"
    "48CE14020100000001013080060C2A8648CE140201000000020100000000000061803080020101A0806080A180060C2A"
    "8648CE14020100000003010000BE802880060C2A8648CE140201000000010102010281"
)
_RESPONSE_BLOCK = bytes.fromhex(
    "3180A0808001010000A280A003000001A58030808001008102510100003080800100810C2A8648CE1402010000000201"
    "0000000061803080020101A0806180A180060C2A8648CE14020100000003010000A203020100A305A103020100BE8028"
    "8002010281"
)
_BEFORE_USER_INFORMATION = (bytes.fromhex("BE80288002010281"), bytes.fromhex("BE80288081"), _REQUEST_BLOCK[-20:])
_TRAILER = bytes(16)

_FIVE = Struct(">5I")
_TWO = Struct(">2H")
_POLL_PROFILE = Struct(">6I")
_EXTENSION = Struct(">I")
_PROTOCOL_1, _NOMENCLATURE, _POLL_PROFILE_0 = 0x80000000, 0x40000000, 0x80000000
_CLIENT, _SERVER = 0x80000000, 0x00800000
_COLD_START, _HOT_START = 0x20000000, 0x80000000
_NO_LIMIT = 0xFFFFFFFF
_DYNAMIC_OBJECTS = 0x60000000
_POLL_PROFILE_SUPPORT, _POLL_PROFILE_EXTENSION = 0x0001, 0xF001


@dataclass(frozen=True, slots=True)
class Terms:
    """What a client asks for, or a monitor grants.

    Attributes:
        min_poll_ticks: Minimum poll period [1/8 ms].
        mtu: Most bytes of user data.
        options: Bits of `Option`; 0 when the extension is not granted.
    """

    min_poll_ticks: int
    mtu: int
    options: int

    @property
    def silence_ns(self) -> int:
        """Return after how long a silence of the client the monitor ends the session [ns]."""
        period_s = self.min_poll_ticks / TICKS_PER_S
        if period_s <= 3.3:
            return 10 * _S
        return round(3 * period_s * _S) if period_s <= 43 else 130 * _S


def request(terms: Terms) -> bytes:
    """Return an Association Request."""
    return _message(Kind.ASSOCIATION_REQUEST, _REQUEST_BLOCK, _CLIENT, _COLD_START, terms)


def response(terms: Terms) -> bytes:
    """Return an Association Response that grants `terms`."""
    return _message(Kind.ASSOCIATION_RESPONSE, _RESPONSE_BLOCK, _SERVER, _HOT_START, terms)


def parse_terms(message: bytes) -> Terms:
    """Return what an Association Request asks for or an Association Response grants.

    Raises:
        Malformed: There is no user information in it, or it is cut off.
    """
    for marker in _BEFORE_USER_INFORMATION:
        at = message.find(marker)
        if at >= 0:
            try:
                return _parse_user_information(message, at + len(marker))
            except (StructError, IndexError) as error:
                raise Malformed from error
    raise Malformed


def is_client(message: bytes) -> bool:
    """Say whether an Association Request comes from a client, which is all that a monitor accepts."""
    at = message.find(_REQUEST_BLOCK[-20:])
    user_information = at + 20 + _length_at(message, at + 20)[1] if at >= 0 else len(message)
    return message[user_information + 12 : user_information + 16] == _CLIENT.to_bytes(4, "big")


def _message(kind: Kind, block: bytes, system: int, start: int, terms: Terms) -> bytes:
    user_information = (
        _FIVE.pack(_PROTOCOL_1, _NOMENCLATURE, 0, system, start)
        + _TWO.pack(0, 0)
        + _TWO.pack(1, 0x2C)
        + _TWO.pack(_POLL_PROFILE_SUPPORT, 0x28)
        + _POLL_PROFILE.pack(_POLL_PROFILE_0, terms.min_poll_ticks, terms.mtu, terms.mtu, _NO_LIMIT, _DYNAMIC_OBJECTS)
        + _TWO.pack(1, 0x0C)
        + _TWO.pack(_POLL_PROFILE_EXTENSION, 8)
        + _EXTENSION.pack(terms.options)
        + _TWO.pack(0, 0)
    )
    presentation = block + bytes([len(user_information)]) + user_information + _TRAILER
    rest = _SESSION_DATA + b"\xc1" + bytes([len(presentation)]) + presentation
    return bytes([kind, len(rest)]) + rest


def _parse_user_information(message: bytes, at: int) -> Terms:
    at += _length_at(message, at)[1] + _FIVE.size
    at = _skip_list(message, at)
    at += _TWO.size  # the list of profiles
    attribute, _ = _TWO.unpack_from(message, at)
    if attribute != _POLL_PROFILE_SUPPORT:
        raise Malformed
    at += _TWO.size
    _, min_poll_ticks, mtu, _, _, _ = _POLL_PROFILE.unpack_from(message, at)
    at += _POLL_PROFILE.size
    n_packages, _ = _TWO.unpack_from(message, at)
    at += _TWO.size
    options = 0
    for _ in range(n_packages):
        package, size = _TWO.unpack_from(message, at)
        at += _TWO.size
        if package == _POLL_PROFILE_EXTENSION:
            (options,) = _EXTENSION.unpack_from(message, at)
        at += size
    return Terms(min_poll_ticks, mtu, options)


def _skip_list(message: bytes, at: int) -> int:
    _, size = _TWO.unpack_from(message, at)
    return at + _TWO.size + int(size)


def _length_at(message: bytes, at: int) -> tuple[int, int]:
    """Return an ASN.1 length and how many bytes it takes: one, or 81 and one, or 82 and two."""
    if at >= len(message):
        raise Malformed
    first = message[at]
    n_more = first & 0x7F if first & 0x80 else 0
    return (int.from_bytes(message[at + 1 : at + 1 + n_more], "big") if n_more else first), 1 + n_more
