"""`session.events.csv`: the numbered events of the report, one row each, for a spreadsheet or a program.

Rules of the file:
1. A plain CSV (RFC 4180) in UTF-8 with one header line; formulas are disarmed and a simulated visit is marked as in
   `session.csv`.
2. The rows are those of the report, in its order and with its numbers; what was corrected or struck out is among them, marked.
"""

import csv
import io
from datetime import tzinfo

from nursestation.export.csv import safe
from nursestation.export.events import events
from nursestation.export.localtime import iso
from nursestation.export.visit import VisitRecord

COLUMNS = ("number", "time", "what", "by", "struck_out", "override", "mark")


def events_csv(visit: VisitRecord, zone: tzinfo | None) -> bytes:
    """Return the file's content.

    Args:
        visit: The session.
        zone: Time zone of its times; None for the computer's own.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in events(visit):
        marks = ("yes" if one.is_struck else "", "yes" if one.is_bold else "")
        writer.writerow([str(one.number), iso(one.utc, zone), safe(one.text), safe(one.by), *marks, visit.mark])
    return text.getvalue().encode("utf-8")
