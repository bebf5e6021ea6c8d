"""Records put into a store and loaded as a format gets them."""

from nursestation.export.visit import load_visit
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.written_visit import SESSION


def stored(folder, records, session=SESSION):
    """Store records in a new file in `folder` and return the visit as exports read it."""
    path = folder / "record.sqlite3"
    store = Store.open(path)
    store.append(records)
    store.close()
    with StoreReader.open(path) as reader:
        return load_visit(reader, session, "0.1.0")
