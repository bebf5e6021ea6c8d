"""What is typed at check-in and not sent, kept as it is typed: handed to the station at most a few times a second.

Rules of the file:
1. What this window typed last is truer than what a snapshot says of it: a snapshot may be older than the last key.
2. Nothing is sent while nobody is signed in; it waits, and goes with the next sign-in.
"""

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from nursestation.core.commands import KeepDraft

PAUSE_MS = 250
"""At most one command a form in this time [ms]. Source: project decision: a kill costs a few letters at most."""

_Key = tuple[int, str, str]


class DraftKeeper(QObject):
    """Remembers drafts by chair, session ("" before one is open) and form.

    Signals:
        kept: A `KeepDraft`.
    """

    kept = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mine: dict[_Key, dict[str, str]] = {}
        self._pending: set[_Key] = set()
        self._may_send = False
        self._timer = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._timer.timeout.connect(self.flush)

    def note(self, chair: int, session: str, form: str, fields: Mapping[str, str]) -> None:
        """Take what a form holds now; {} for nothing."""
        key = chair, session, form
        if self._mine.get(key) == dict(fields):
            return
        self._mine[key] = dict(fields)
        self._pending.add(key)
        if not self._timer.isActive():
            self._timer.start()

    def allow(self, may_send: bool) -> None:
        """Say whether somebody is signed in."""
        if may_send and not self._may_send and self._pending:
            self._timer.start()
        self._may_send = may_send

    def draft(self, chair: int, session: str, form: str, stored: Mapping[str, str]) -> dict[str, str]:
        """Return what to put back into a form: what was typed here, else what is `stored`."""
        return dict(self._mine.get((chair, session, form), stored))

    def forget_others(self, chair: int, session: str) -> None:
        """Forget what was typed at a chair for another session: the station has let go of it by itself."""
        for key in [key for key in self._mine if key[0] == chair and key[1] != session]:
            del self._mine[key]
            self._pending.discard(key)

    @Slot()
    def flush(self) -> None:
        """Hand over what waits, at once."""
        if not self._may_send:
            return
        self._timer.stop()
        waiting, self._pending = sorted(self._pending), set()
        for key in waiting:
            chair, _, form = key
            self.kept.emit(KeepDraft(chair=chair, form=form, fields=tuple(self._mine[key].items())))
