"""Records that the commands look into; a file that needs another profile makes its own."""

import contextlib
from pathlib import Path

import pytest

from nursestation.paths import Profile
from nursestation.store.store import Store
from tests.helpers.written_visit import all_records, station_records


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a profile folder with a visit in its record: to be copied, never to be used."""
    folder = tmp_path_factory.mktemp("written")
    with contextlib.closing(Store.open(folder / "record.sqlite3")) as store:
        store.append(all_records(step_s=120, with_waves=True))
    return folder


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    """Return a profile whose station was started and has seen no visit."""
    made = Profile(tmp_path / "profile")
    with contextlib.closing(Store.open(made.record)) as store:
        store.append(station_records())
    return made
