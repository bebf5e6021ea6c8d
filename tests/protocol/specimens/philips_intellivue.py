import re

from devices.events import SensorStatus
from tests.helpers.specimen import Check, Specimen

RELEASE = bytes.fromhex(
    "C0 11 01 00 1A 09 18 7D E1 16 61 80 30 80 02 01 01 A0 80 62 80 80 01 00 00 00 00 00 00 00 00 00 41 08 C1"
)
ASSOCIATION_REQUEST = bytes.fromhex("C0 11 01 00 EE 0D EC 05 08 13 01 00 16 01 02 80 00 14 02 00 02 7D E1 DC 31 80")
ABORT = bytes.fromhex("C0 11 01 00 30 19 2E 11 01 03 7D E1 29 A0 80 A0 80 30 80 02 01 01 06 02 51 01 00 00 00 00 61 80")
RELEASE_RESPONSE = bytes.fromhex("C0 11 01 00 1A 0A 18 7D E1 16 61 80 30 80 02 01 01 A0 80 63 80 80 01")
MDS_RESULT = re.compile(
    rb"E1000002000200140001000100 0E002100000000 .{8} 0D060000".replace(b" ", b""),
)
PREFIX = "E1 00 00 02 00 01 "
MINUTE = " 00 01 00 08 F1 3E 00 04 00 07 53 00"
QUESTIONS = {
    bytes.fromhex(PREFIX + question)
    for question in (
        "00 28 00 02 00 07 00 22 00 21 00 00 00 00 00 00 00 00 F1 3B 00 14 00 02 00 01 00 06 00 00" + MINUTE,
        "00 28 00 03 00 07 00 22 00 21 00 00 00 00 00 00 00 00 F1 3B 00 14 00 03 00 01 00 36 08 01" + MINUTE,
        "00 28 00 04 00 07 00 22 00 21 00 00 00 00 00 00 00 00 F1 3B 00 14 00 04 00 01 00 09 00 00" + MINUTE,
        "00 1C 03 EA 00 07 00 16 00 21 00 00 00 00 00 00 00 00 0C 16 00 08 00 00 00 01 00 2A 08 07",
        "00 1C 00 05 00 07 00 16 00 21 00 00 00 00 00 00 00 00 0C 16 00 08 00 05 00 01 00 21 08 0A",
        "00 1C 00 09 00 07 00 16 00 21 00 00 00 00 00 00 00 00 0C 16 00 08 00 09 00 01 00 36 08 11",
        "00 16 03 EC 00 03 00 10 00 21 00 00 00 00 00 00 00 00 00 01 00 02 F2 3A",
        "00 32 03 ED 00 05 00 2C 00 21 00 00 00 00 00 00 00 00 00 01 00 1E 00 00 F2 3A 00 18 00 05 00 14 "
        "00 02 01 02 00 02 4B B4 00 02 50 00 00 02 50 AC 00 02 4A 14",
    )
}


def may_send(data: bytes) -> bool:
    """Say whether it is one frame of the session, of the polls, or of the list of waves."""
    if data.count(b"\xc0") != 1 or data.count(b"\xc1") != 1 or data[-1:] != b"\xc1":
        return False
    if data == RELEASE or data.startswith((ASSOCIATION_REQUEST, ABORT, RELEASE_RESPONSE)):
        return True
    plain = data.replace(b"\x7d\xe0", b"\xc0").replace(b"\x7d\xe1", b"\xc1").replace(b"\x7d\x5d", b"\x7d")
    message = plain[5:-3]
    return message in QUESTIONS or MDS_RESULT.fullmatch(message.hex().upper().encode()) is not None


SPECIMEN = Specimen(
    good=bytes.fromhex(
        "C0 11 01 00 4C E1 00 00 02 00 02 00 44 00 02 00 07 00 3E 00 21 00 00 00 00 F1 3B 00 34 00 02 00 00 0D 64 53 00 "
        "FF FF FF FF FF FF FF FF 00 01 00 06 08 03 00 01 00 1A 00 01 00 01 00 14 83 D5 00 01 00 0E 09 50 00 0A "
        "4B B8 00 00 02 20 FF 00 03 CA 60 E3 C1"
    ),
    may_send=may_send,
    check=Check.CRC,
    longest=1100,
    alphabets=(b"\xc0\xc1\x7d\x11\x01\x00\xe1\x02\x5d",),
    beginnings=(b"\xc0\x11\x01\x00", b"\xc0\x7d"),
    time_scale=1.5,
    gone=("heart_rate", "resp_rate", "etco2", "temp"),
    least=1400,
    enough=1900,
    probe_off=SensorStatus.STOPPED,
    without_patient=("art",),
)
