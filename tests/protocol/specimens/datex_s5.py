from devices.drivers.datex_s5.framing import encode, unescaped
from tests.helpers.specimen import Specimen

EXAMPLE = bytes.fromhex(
    """
    7e 3e 01 05 09 00 00 a3 22 b9 69 00 00 00 00 00 00 00 00 01 00 00 ff 00 00 ff 00 00 ff 00 00 ff
    00 00 ff 00 00 ff 00 00 ff a3 22 b9 69 4b 30 00 00 00 22 48 00 f6 ff 05 00 01 80 0e 00 09 00 00
    00 01 00 e0 2e 58 1b fc 21 48 00 00 00 00 00 00 00 01 80 01 80 01 80 01 80 00 00 00 00 00 00 01
    80 01 80 01 80 01 80 00 00 00 00 00 00 01 80 01 80 01 80 01 80 03 00 00 00 08 00 18 2e b0 1d c4
    22 47 00 03 00 00 00 0b 00 60 0e 00 00 00 00 00 00 01 80 00 00 00 00 00 00 01 80 00 00 00 00 00
    00 01 80 03 00 00 00 00 00 16 26 49 00 fa 00 01 80 03 00 00 00 09 00 e0 01 05 00 0e 00 b0 1d 03
    00 00 00 00 00 40 06 34 08 00 00 00 00 00 00 01 80 01 80 00 00 00 00 00 00 01 80 01 80 01 80 00
    00 00 00 00 00 01 80 01 80 01 80 01 80 01 80 01 80 01 80 01 80 00 00 00 00 00 00 01 80 01 80 01
    80 01 80 00 00 00 00 00 00 01 80 01 80 01 80 01 80 01 80 01 80 00 00 00 00 00 00 01 80 00 00 00
    00 00 00 01 80 01 80 01 80 01 80 00 00 00 00 00 00 01 80 01 80 01 80 01 80 00 00 00 00 91 00 cf
    7e
    """
)


def _head(length, kind):
    """The header of a request: length, type, two descriptors, the second of which ends the list."""
    return f"7e{length}00 {'00' * 12} {kind}00 000000 0000ff {'00' * 18}"


REQUESTS = tuple(
    bytes.fromhex(f.replace(" ", ""))
    for f in (
        _head("31", "00") + "01 0500 00000000 0000 36 7e",  # displayed values every 5 s
        _head("31", "00") + "01 0500 02000000 0000 38 7e",  # and the first extension
        _head("31", "00") + "04 0500 00000000 0000 39 7e",  # auxiliary record
        _head("31", "00") + "01 0000 00000000 0000 31 7e",  # stop both
        _head("31", "00") + "04 0000 00000000 0000 34 7e",
        _head("48", "01") + "0000 0000 01080f09ff000000" + "00" * 20 + "68 7e",  # ECG, pleth, respiration, CO2
        _head("48", "01") + "0100 0000 ff00000000000000" + "00" * 20 + "48 7e",
        _head("34", "04") + "0200" + "00" * 10 + "39 7e",
        _head("34", "04") + "0300" + "00" * 10 + "3a 7e",
    )
)


def may_send(data):
    while data:
        request = next((one for one in REQUESTS if data.startswith(one)), None)
        if request is None:
            return False
        data = data[len(request) :]
    return True


def series(n):
    """The example again and again, the monitor's clock five seconds further each time: a repeated record is passed over."""
    record = unescaped(EXAMPLE[1:-1])[:-1]
    frames = []
    for i in range(n):
        clock = (int.from_bytes(record[6:10], "little") + 5 * i).to_bytes(4, "little")
        frames.append(encode(record[:6] + clock + record[10:40] + clock + record[44:]))
    return b"".join(frames)


SPECIMEN = Specimen(
    good=EXAMPLE,
    value=97.5,
    series=series,
    may_send=may_send,
    longest=700,
    alphabets=(b"\x7e\x7d\x5e\x5d\x00\x01\x80", b"\x7e\x00\x3e\x01\x91"),
    beginnings=(b"\x7e\x3e\x01\x05", b"\x7d"),
    time_scale=5.0,
    gone=("heart_rate", "etco2", "resp_rate", "temp"),
    without_patient=("art",),
    least=300,
    stride=7,
)
