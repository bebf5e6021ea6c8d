from tests.helpers.specimen import Specimen

QUESTIONS = {bytes.fromhex("3A 79 05 00 48"), bytes.fromhex("3A 79 03 00 4A")}
DONE = bytes.fromhex("3E 04 4B 73")

SPECIMEN = Specimen(
    good=DONE + bytes.fromhex("3E 18 8A 00 56 00 1F 01 00 00 00 00 00 00 00 00 43 00 68 00 00 00 00 FF"),
    metric="nibp_sys",
    value=138,
    may_send=QUESTIONS.__contains__,
    longest=67,
    alphabets=(b"\x3e\x04\x05\x18\x4b\x00",),
    beginnings=(b"\x3e\x43", b"\x3e", b"\x3e\x18\x8b"),
)
