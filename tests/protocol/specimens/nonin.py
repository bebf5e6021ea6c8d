from tests.helpers.specimen import Specimen


def frame(*content):
    return bytes((*content, sum(content) & 0xFF))


FLOATS = bytes.fromhex("00 47 61 8A 55 00 07 20 61 61 61 FF 80 00 47 61 61 13 C7 00 47 00 47 99 01")
PACKET = b"".join(frame(0x01, 0x80 | (i == 0), 0x50 + i, FLOATS[i]) for i in range(25))

SPECIMEN = Specimen(
    good=PACKET + PACKET[:5],  # the next packet's first frame says that this one had 25
    longest=130,
    enough=450,
    alphabets=(b"\x01\x80\x81\x00\x0d\x02\x7f\x62\x03", b"\x80\x4c\x62\x00"),
    beginnings=(PACKET[:45], b"\x00\x02\x00\x0d\x00\x40", b"\x80\x4c\x62\x00\x80\x4c\x62", b"\x01\x80"),
)
