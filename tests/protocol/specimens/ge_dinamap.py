from tests.helpers.specimen import Specimen

QUESTIONS = {start + line for start in (b"", b"\r") for line in (b" NA!2\r", b" OA!3\r", b" RA!6\r", b" TC!:\r")}

SPECIMEN = Specimen(
    good=bytes.fromhex("20 4F 41 31 30 39 37 37 30 38 23 4A 0D"),
    may_send=QUESTIONS.__contains__,
    alphabets=(b" NAORTC0123!\r",),
    beginnings=(b" OA",),
    gone=("temp",),
)
