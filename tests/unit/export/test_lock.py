"""A locked file opens with its passphrase in programs that we did not write, and without it in none."""

import hashlib
import hmac
import io
import shutil
import struct
import subprocess
import zipfile

import pytest
import pyzipper

from nursestation.export.errors import ExportCancelled, ExportError
from nursestation.export.formats import FORMATS, ExportOptions, export_session
from nursestation.export.lock import locked, passphrase_problem
from nursestation.export.verifier import verify
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.written_visit import PATIENT, SESSION, all_records
from tests.unit.export.test_report import FONTS

PHRASE = "copper lantern ünder seven"
CONTENT = b"time,metric,value\r\n" * 200


def opened(content, phrase, name="visit.csv"):
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        archive.setpassword(phrase.encode())
        return archive.read(name)


def test_it_opens_with_its_passphrase_and_no_other():
    content = locked("visit.csv", CONTENT, PHRASE)
    assert opened(content, PHRASE) == CONTENT
    with pytest.raises(RuntimeError, match="Bad password"):
        opened(content, PHRASE + "x")
    with zipfile.ZipFile(io.BytesIO(content)) as plain, pytest.raises(RuntimeError):
        plain.read("visit.csv")
    assert b"metric" not in content


def test_it_is_aes_256_of_the_second_form():
    with pyzipper.AESZipFile(io.BytesIO(locked("visit.csv", CONTENT, PHRASE))) as archive:
        (entry,) = archive.infolist()
    assert (entry.wz_aes_strength, entry.wz_aes_version) == (3, 2)
    assert entry.date_time == (1980, 1, 1, 0, 0, 0)


def test_it_is_the_published_form_read_without_the_library_that_wrote_it():
    """Salt, check of the passphrase, cipher text, authentication, as WinZip's page on AE-1 and AE-2 lays them out."""
    content = locked("visit.csv", CONTENT, PHRASE)
    with zipfile.ZipFile(io.BytesIO(content)) as plain:
        (entry,) = plain.infolist()
    assert (entry.compress_type, entry.flag_bits & 1, entry.CRC) == (99, 1, 0)  # AES, encrypted, and no CRC that tells
    n_name, n_extra = struct.unpack_from("<HH", content, entry.header_offset + 26)
    start = entry.header_offset + 30 + n_name + n_extra
    extra = content[start - n_extra : start]
    tag, _, version, vendor, strength, method = struct.unpack("<HHH2sBH", extra[extra.index(b"\x01\x99") :][:11])
    assert (tag, version, vendor, strength, method) == (0x9901, 2, b"AE", 3, 8)
    body = content[start : start + entry.compress_size]
    salt, check, cipher, authentic = body[:16], body[16:18], body[18:-10], body[-10:]
    keys = hashlib.pbkdf2_hmac("sha1", PHRASE.encode(), salt, 1000, 2 * 32 + 2)
    assert check == keys[64:]
    assert authentic == hmac.digest(keys[32:64], cipher, "sha1")[:10]


@pytest.mark.skipif(shutil.which("7z") is None, reason="no 7z here")
def test_7zip_opens_it(tmp_path):
    (tmp_path / "visit.csv.zip").write_bytes(locked("visit.csv", CONTENT, PHRASE))
    subprocess.run(["7z", "x", f"-p{PHRASE}", "visit.csv.zip"], check=True, cwd=tmp_path, capture_output=True)
    assert (tmp_path / "visit.csv").read_bytes() == CONTENT


@pytest.mark.skipif(shutil.which("bsdtar") is None, reason="no bsdtar here")
def test_libarchive_opens_it(tmp_path):
    (tmp_path / "visit.csv.zip").write_bytes(locked("visit.csv", CONTENT, PHRASE))
    subprocess.run(
        ["bsdtar", "--passphrase", PHRASE, "-xf", "visit.csv.zip"], check=True, cwd=tmp_path, capture_output=True
    )
    assert (tmp_path / "visit.csv").read_bytes() == CONTENT


def test_two_of_the_same_differ():
    """Each has a salt of its own: what is locked cannot be the same bytes each time."""
    assert locked("visit.csv", CONTENT, PHRASE) != locked("visit.csv", CONTENT, PHRASE)


@pytest.mark.parametrize("phrase", ["", "short", "eleven char", " twelve chars or more", "twelve chars or more "])
def test_a_passphrase_that_is_no_good_is_refused(phrase):
    assert passphrase_problem(phrase)
    with pytest.raises(ExportError, match="passphrase"):
        locked("visit.csv", CONTENT, phrase)


@pytest.fixture
def record(tmp_path):
    store = Store.open(tmp_path / "record.sqlite3")
    store.append(all_records(step_s=120, with_waves=True))
    store.close()
    (tmp_path / "out").mkdir()
    return tmp_path / "record.sqlite3"


def test_an_export_is_locked_as_what_it_is_unlocked(record, tmp_path):
    open_options = ExportOptions(FONTS, "0.1.0")
    options = ExportOptions(FONTS, "0.1.0", passphrase=PHRASE)
    with StoreReader.open(record) as reader:
        for name, one in FORMATS.items():
            plain = export_session(reader, SESSION, name, tmp_path / "out", open_options)
            made = export_session(reader, SESSION, name, tmp_path / "out", options)
            assert made.path.name == f"{SESSION}{one.suffix}.zip"
            inside = opened(made.path.read_bytes(), PHRASE, f"{SESSION}{one.suffix}")
            assert inside == plain.path.read_bytes()
            assert PATIENT.family_name.encode() not in made.path.read_bytes()


def test_the_verifier_says_that_a_bundle_is_locked(record, tmp_path):
    with StoreReader.open(record) as reader:
        made = export_session(
            reader, SESSION, "bundle", tmp_path / "out", ExportOptions(FONTS, "0.1.0", passphrase=PHRASE)
        )
    assert verify(made.path).findings == ("The bundle is locked with a passphrase: unpack it with that first.",)


def test_a_bad_passphrase_is_told_before_any_work(record, tmp_path):
    with StoreReader.open(record) as reader, pytest.raises(ExportError, match="12 characters"):
        export_session(reader, SESSION, "csv", tmp_path / "out", ExportOptions(FONTS, "0.1.0", passphrase="short"))
    assert list((tmp_path / "out").iterdir()) == []


def test_no_secret_stands_in_a_repr():
    options = ExportOptions(FONTS, "0.1.0", passphrase=PHRASE, deidentify_key=b"secret key bytes")
    assert PHRASE not in repr(options)
    assert "secret" not in repr(options)


def test_a_large_file_is_told_while_it_is_locked_and_may_be_stopped():
    content = bytes(range(256)) * (40 << 10)
    told = []
    assert opened(locked("visit.edf", content, PHRASE, told.append), PHRASE, "visit.edf") == content
    assert len(told) == 3
    assert told == sorted(told)

    def stop(done):
        if done:
            raise ExportCancelled("stopped")

    with pytest.raises(ExportCancelled):
        locked("visit.edf", content, PHRASE, stop)
