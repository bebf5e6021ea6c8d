"""The real program on a protected record: it starts with the passphrase, survives a kill, and stands again where it stood."""

import signal

import pytest

from nursestation.core import records as r
from nursestation.store.cipher import protect
from nursestation.store.reader import StoreReader
from nursestation.store.sqlite import held, is_protected
from nursestation.store.store import Store
from nursestation.store.unlocking import PASSPHRASE_FILE
from nursestation.store.verify import verify_store
from tests.e2e.live_station import until
from tests.e2e.program import running_command
from tests.helpers.protection import PASSPHRASE, key_and_file
from tests.helpers.written_visit import all_records

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


@pytest.fixture
def key(tmp_path):
    """Protect a record with a finished visit in it."""
    path = tmp_path / "record.sqlite3"
    store = Store.open(path)
    store.append(all_records(step_s=60))
    store.close()
    key, keys = key_and_file()
    protect(path, key, keys, lambda _: None).unlink()
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    return key


def running(folder, passphrase="passphrase"):
    return running_command("--profile", folder, "--simulate", "normal", **{PASSPHRASE_FILE: str(folder / passphrase)})


def started(folder):
    """Return how many times the station has started."""
    with StoreReader.open(folder / "record.sqlite3") as reader:
        return sum(isinstance(record, r.StationStarted) for record in reader.station_records())


def test_a_station_starts_is_killed_and_starts_again_on_a_protected_record(key, tmp_path):
    record = tmp_path / "record.sqlite3"
    with held(record, key):
        before = started(tmp_path)
        with running(tmp_path) as first:
            until(lambda: started(tmp_path) > before or first.poll() is not None, "the station has started", 60)
            assert first.poll() is None, first.stderr.read()
            first.kill()
        with running(tmp_path) as again:
            until(lambda: started(tmp_path) > before + 1 or again.poll() is not None, "it has started again", 60)
            again.send_signal(signal.SIGTERM)
            _, said = again.communicate(timeout=40)
        assert (again.returncode, said) == (0, "")
        assert verify_store(record).ok
    assert is_protected(record)
    for file in tmp_path.glob("*.log*"):
        assert PASSPHRASE not in file.read_text()


def test_a_wrong_passphrase_starts_nothing(key, tmp_path):
    (tmp_path / "wrong").write_text("other words altogether\n")
    before = (tmp_path / "record.sqlite3").read_bytes()
    with running(tmp_path, "wrong") as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "This is not the passphrase" in said
    assert "other words" not in said
    assert (tmp_path / "record.sqlite3").read_bytes() == before
