from tests.helpers.specimen import Check, Specimen

SPECIMEN = Specimen(
    # Two frames that say 97, and one that says 96, so that the next two are news again.
    good=bytes.fromhex("86 2F 07 4A 61" * 2 + "86 2F 07 4A 60"),
    check=Check.NONE,
    longest=6,
    alphabets=(b"\x86\x2f\x07\x4a\x62\x7f",),
    beginnings=(b"\x86\x2f", b"\xff1.2"),
    wave=bytes.fromhex("86 2F 07 4A 61 86 2F 07 4A 60 86"),
    half=4,
)
