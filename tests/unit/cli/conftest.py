"""The record of a visit, for the commands that look into one."""

import contextlib
from pathlib import Path

import pytest

from nursestation.store.store import Store
from tests.helpers.written_visit import all_records


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a profile folder with a visit in its record: to be copied, never to be used."""
    folder = tmp_path_factory.mktemp("written")
    with contextlib.closing(Store.open(folder / "record.sqlite3")) as store:
        store.append(all_records(step_s=120, with_waves=True))
    return folder
