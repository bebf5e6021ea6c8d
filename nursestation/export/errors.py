"""What can go wrong with an export: one error, whose message is a sentence for people."""

from nursestation.errors import NurseStationError


class ExportError(NurseStationError):
    """The session or the target cannot be used; the message says what to do."""
