from tests.helpers.specimen import Check, Specimen

SPECIMEN = Specimen(
    good=b"04-Jul-24 10:20:30    97      71      44                     \r\n",
    may_send=b"\x11".__eq__,
    check=Check.NONE,
    longest=160,
    alphabets=(b"04-Jul-24 10:20:30  97 71 44 SO PS*\r\n",),
    beginnings=(b"04-Jul-24 10:20:30    97 ",),
    time_scale=2.0,
)
