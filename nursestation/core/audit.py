"""What is done with the record beside the visits: looked at, taken out, copied, held, purged; and settings.

It is carried out elsewhere; here it is allowed and noted first, in the station's own chain, and what came of it afterwards.
"""

from typing import assert_never

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.inputs import BackupDone, ExportDone, PurgeDone
from nursestation.core.signin import verify
from nursestation.core.turn import Refusal, Turn


def command(turn: Turn, wish: c.RecordCommand) -> None:
    """Note what somebody asks of the record.

    Raises:
        Refusal: a reason is missing, a hold stands in the way, or the PIN is wrong.
    """
    match wish:
        case c.ViewPast():
            turn.emit(r.PastViewed(**turn.acted(None), viewed=wish.session))
        case c.ViewAudit():
            turn.emit(r.AuditViewed(**turn.acted(None), since_utc_ns=wish.since_utc_ns, until_utc_ns=wish.until_utc_ns))
        case c.AskExport():
            if not wish.sessions:
                raise Refusal("Choose the visits to export.")
            turn.emit(
                r.ExportAsked(
                    **turn.acted(None),
                    sessions=wish.sessions,
                    format=wish.format,
                    is_deidentified=wish.is_deidentified,
                    is_encrypted=wish.is_encrypted,
                    target=wish.target,
                )
            )
        case c.NoteSetting():
            if wish.before != wish.after:
                turn.emit(
                    r.SettingChanged(**turn.acted(None), setting=wish.setting, before=wish.before, after=wish.after)
                )
        case c.HoldSession():
            if wish.session in turn.state.held:
                raise Refusal("This visit is held already.")
            turn.emit(r.SessionHeld(**turn.acted(None), held=wish.session, reason=_reason(wish.reason)))
        case c.ReleaseHold():
            if wish.session not in turn.state.held:
                raise Refusal("This visit is not held.")
            turn.emit(r.HoldReleased(**turn.acted(None), held=wish.session, reason=_reason(wish.reason)))
        case c.AskPurge():
            _ask_purge(turn, wish)
        case _:
            assert_never(wish)


def note(turn: Turn, done: ExportDone | BackupDone | PurgeDone) -> None:
    """Note what came of it."""
    match done:
        case ExportDone():
            stamp = turn.noted(None)
            stamp["operator"] = done.operator
            for made in done.made:
                turn.emit(
                    r.ExportMade(
                        **stamp,
                        exported=made.session,
                        format=made.format,
                        sha256=made.sha256,
                        chain_head=made.chain_head,
                        is_deidentified=done.is_deidentified,
                        is_encrypted=done.is_encrypted,
                    )
                )
        case BackupDone():
            turn.emit(
                r.BackupMade(
                    **turn.noted(None),
                    place=done.place,
                    sha256=done.sha256,
                    n_bytes=done.n_bytes,
                    n_sessions=done.n_sessions,
                )
            )
        case PurgeDone() if done.session in turn.state.held:
            pass  # held since it was asked for: without its record nothing is purged
        case PurgeDone():
            turn.emit(
                r.SessionPurged(
                    **turn.noted(None),
                    purged=done.session,
                    chain_head=done.chain_head,
                    n_records=done.n_records,
                    n_bulk=done.n_bulk,
                    places=done.places,
                )
            )
        case _:
            assert_never(done)


def _ask_purge(turn: Turn, wish: c.AskPurge) -> None:
    if not wish.sessions:
        raise Refusal("Choose the visits to purge.")
    held = sorted(turn.state.held.intersection(wish.sessions))
    if held:
        raise Refusal(f"{', '.join(held)} must be kept (legal hold): release the hold first.")
    here = {chair.visit.session for chair in turn.state.chairs.values() if chair.visit is not None}
    if here.intersection(wish.sessions):
        raise Refusal("A visit that is still in its chair cannot be purged.")
    reason = _reason(wish.reason)
    operator = turn.state.signed_in
    if operator is None:
        raise Refusal("Nobody is signed in: sign in first.")
    verify(turn, operator.id, wish.pin)
    turn.emit(r.PurgeAsked(**turn.acted(None), sessions=wish.sessions, reason=reason))


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise Refusal("Say why.")
    return text
