from tests.helpers.specimen import Check, Specimen

ENABLE, START, STOP_AND_DISABLE = (
    bytes.fromhex("85010100"),
    bytes.fromhex("85010405"),
    bytes.fromhex("8501050485010203"),
)

SPECIMEN = Specimen(
    good=bytes.fromhex("85 1C 01 68 88 8D 90 26 00 0E 61 48 00 00 00 00 00 00 1E 32 0F 1E 05 08 64 5A 8C 32 01 00 50"),
    may_send={ENABLE, START, STOP_AND_DISABLE}.__contains__,
    check=Check.STUFFED_SUM,
    alphabets=(b"\x85\x80\x05\x00\x1c\x01",),
    beginnings=(b"\x85\xff", b"\x80"),
    gone=("etco2", "resp_rate"),
    least=16,
    wave=bytes.fromhex("85 05 00 21 19 80 00 00 BD"),
)
