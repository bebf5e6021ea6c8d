from tests.helpers.specimen import Check, Specimen

HEADER = bytes.fromhex("FF 41 4E 53 41 52 2D 42 20")

SPECIMEN = Specimen(
    good=HEADER + b"d" * 400 + b"HR=1;64;ECG-II-MON;\rSPO2=1;97;PR=65 ;\r\xfe",
    check=Check.NONE,
    longest=1626,
    alphabets=(b"\xff\xfe\r;=1ANSR-B ",),
    beginnings=(HEADER, b"\xff", HEADER + b"d" * 400 + b"HR=1;"),
    gone=("heart_rate", "resp_rate", "etco2", "temp"),
    cuff_states=False,
)
