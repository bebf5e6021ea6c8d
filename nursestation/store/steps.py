"""Which steps of the schema a file has had, read without the library that carries them out.

A record has the newest schema on every day but the first and that of an update, and `migrations` with its library takes
twelve MiB that would stay for the life of the program: `Store` imports it where a step is missing, and not otherwise.
"""

import sqlite3

STEPS = ("0001_record", "0002_patients_and_drafts", "0003_packed_rows")
"""Every step of `migrations`, in order."""

SET = "nursestation"
"""The name under which sqlite-utils writes down that they were carried out."""


def taken(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the names of the steps that the file has had, also such as this version does not know.

    The table is that of sqlite-utils: https://sqlite-utils.datasette.io/en/stable/migrations.html
    """
    found = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlite_migrations'"
    ).fetchone()
    if found is None:
        return ()
    rows = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid", (SET,))
    return tuple(name for (name,) in rows)
