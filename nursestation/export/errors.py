"""What can go wrong with an export: errors whose message is a sentence for people."""

from nursestation.errors import NurseStationError


class ExportError(NurseStationError):
    """The session or the target cannot be used; the message says what to do."""


class ExportCancelled(ExportError):
    """Somebody stopped an export that was under way; nothing of it is left."""
