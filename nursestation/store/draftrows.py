"""Drafts on disk: the newest of each chair and form, and nothing of one that was used or given up.

The one table that is not append-only: what was typed and not sent is no part of the record.
"""

import json
import sqlite3

from devices.clock import Moment
from nursestation.core.records import DraftKept


def keep(connection: sqlite3.Connection, draft: DraftKept) -> None:
    """Put a draft in the place of what its form had; one without fields takes it away."""
    if not draft.fields:
        connection.execute("DELETE FROM draft WHERE chair IS ? AND form = ?", (draft.chair, draft.form))
        return
    connection.execute(
        "INSERT INTO draft (chair, form, session, operator, utc_ns, mono_ns, fields) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (chair, form) DO UPDATE SET session = excluded.session, operator = excluded.operator,"
        " utc_ns = excluded.utc_ns, mono_ns = excluded.mono_ns, fields = excluded.fields",
        (
            draft.chair, draft.form, draft.session, draft.operator, draft.at.utc_ns, draft.at.mono_ns,
            json.dumps(draft.fields, ensure_ascii=False),
        ),
    )  # fmt: skip


def kept(connection: sqlite3.Connection) -> tuple[DraftKept, ...]:
    """Return every draft, by chair and form."""
    found = connection.execute(
        "SELECT chair, form, session, operator, utc_ns, mono_ns, fields FROM draft ORDER BY chair, form"
    )
    return tuple(
        DraftKept(
            at=Moment(mono_ns, utc_ns),
            chair=chair,
            session=session,
            operator=operator,
            form=form,
            fields=tuple((name, text) for name, text in json.loads(fields)),
        )
        for chair, form, session, operator, utc_ns, mono_ns, fields in found
    )
