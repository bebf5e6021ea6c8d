from tests.helpers.specimen import Check, Specimen

SPECIMEN = Specimen(
    good=b"11/30/24 08:15:02 SN=0000123456 SPO2=097% BPM=072 PI=02.10% SPCO=--.-% SPMET=--.-% DESAT=-- PIDELTA=+-- "
    b"ALARM=0000 EXC=000800\r\n",
    check=Check.NONE,
    longest=256,
    alphabets=(b"11/30/24 08:15:02 SPO2=097% BPM=072 ALARM=0000 EXC=000800\r\n-",),
    beginnings=(b"11/30/24 08:15:02 SN=0000123456 SPO2=097% ",),
)
