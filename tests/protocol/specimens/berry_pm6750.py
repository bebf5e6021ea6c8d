from tests.helpers.specimen import Specimen

SWITCHES = bytes.fromhex(
    "55 AA 04 01 01 F9 55 AA 04 03 01 F7 55 AA 04 04 01 F6 55 AA 04 FB 01 FF 55 AA 04 FE 01 FC 55 AA 04 FF 01 FB"
)

SPECIMEN = Specimen(
    good=bytes.fromhex("55 AA 06 04 00 61 4D 47"),
    may_send=SWITCHES.__eq__,
    alphabets=(b"\x55\xaa\x03\x20\x04",),
    beginnings=(b"\x55\xaa\x20", b"\x55"),
    gone=("heart_rate", "temp"),
    least=40,
    stride=6,
    wave=bytes.fromhex("55 AA 0A 01 80 82 7F 78 7D 81 83 7A"),
    ecg_gain=50 / 128,
)
