from tests.helpers.specimen import Check, Specimen

CLEAR = bytes.fromhex("7D 81 A7 80 80 80 80 80 80 7D 81 A2 80 80 80 80 80 80")
START = bytes.fromhex("7D 81 A1 80 80 80 80 80 80")
STOP = bytes.fromhex("7D 81 A2 80 80 80 80 80 80")
STILL_HERE = bytes.fromhex("7D 81 AF 80 80 80 80 80 80")

SPECIMEN = Specimen(
    # Two frames that say 97, and one that says 96, so that the next two are news again.
    good=bytes.fromhex("01 E0 84 AA 95 C8 E1 FF FF" * 2 + "01 E0 84 AA 95 C8 E0 FF FF"),
    may_send={CLEAR, START, STOP, STILL_HERE}.__contains__,
    check=Check.NONE,
    longest=9,
    alphabets=(b"\x01\x80\xe0\x0c\x7f\xff", b"\x85\x30\x06\x4b\x62"),
    beginnings=(b"\x01\xe0\x84", b"\x85\x30", b"\x01"),
    wave=bytes.fromhex("01 E0 84 AA 95 C8 E1 FF FF 01 E0 84 AA 95 C8 E0 FF FF"),
)
