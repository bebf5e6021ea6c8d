"""Protecting the record from the command line: what is said, what is asked, and what opens it afterwards."""

import os
import shutil

import keyring
import keyring.backend
import keyring.errors
import pytest
from click.testing import CliRunner

from nursestation.cli import main
from nursestation.commandline import keys
from nursestation.commandline.doctor import Verdict, check_protection, check_store
from nursestation.commandline.keys import KeyRefused
from nursestation.config.schema import StationSettings
from nursestation.paths import Profile
from nursestation.store import sqlite
from nursestation.store.errors import StoreBusy, StoreEnvironmentError, WrongPassphrase
from nursestation.store.keys import Way, read_keys
from nursestation.store.oskeyring import KeyringAway
from nursestation.store.sqlite import held, is_protected
from nursestation.store.store import Store
from nursestation.store.unlocking import PASSPHRASE_FILE, key_of_typed, key_unasked
from nursestation.store.verify import verify_store
from tests.helpers.protection import CHEAP, PASSPHRASE, Person
from tests.helpers.written_visit import SESSION, all_records


class _Drawer(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self):
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError


@pytest.fixture
def drawer():
    before, drawer = keyring.get_keyring(), _Drawer()
    keyring.set_keyring(drawer)
    yield drawer
    keyring.set_keyring(before)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "record.sqlite3"
    store = Store.open(path)
    store.append(all_records(step_s=60))
    store.close()
    return path


@pytest.fixture
def profile(made, tmp_path):
    shutil.copy(made, tmp_path / "record.sqlite3")
    return Profile(tmp_path)


def protected(profile, person=None, **options):
    person = person or Person(PASSPHRASE)
    keys.protect(profile, {}, person.talk, cost=CHEAP, **options)
    return person


def opens(profile, typed):
    with held(profile.record, key_of_typed(profile.record, typed)):
        return verify_store(profile.record).ok


def test_passphrase_and_recovery_code_both_open_it(profile):
    person = protected(profile)
    assert is_protected(profile.record)
    assert opens(profile, PASSPHRASE)
    assert opens(profile, person.code.lower())
    with pytest.raises(WrongPassphrase):
        opens(profile, "other words altogether")


def test_what_a_lost_key_means_is_said_before_anything_is_asked(profile):
    person = protected(profile)
    assert "nobody can read the record again" in person.told[0]
    everything = "\n".join(person.told)
    assert PASSPHRASE not in everything
    assert everything.count(person.code) == 1


def test_the_open_file_goes_after_a_yes_alone(profile, tmp_path):
    protected(profile, Person(PASSPHRASE, yes=False))
    assert (tmp_path / "record.unprotected-1.sqlite3").exists()
    assert [found.verdict for found in check_protection(profile)] == [Verdict.OK, Verdict.WARNING]


def test_what_a_restore_set_aside_is_told_where_it_is_open(profile, tmp_path):
    shutil.copy(profile.record, tmp_path / "record.before-restore-1.sqlite3")
    protected(profile)
    shutil.copy(profile.record, tmp_path / "record.before-restore-2.sqlite3")
    shutil.copy(tmp_path / "record.key", tmp_path / "record.before-restore-2.key")
    (_, told) = check_protection(profile)
    assert "record.before-restore-1.sqlite3 was set aside by a restore and is open to everybody" in told.text


def test_after_a_yes_nothing_open_is_left(profile, tmp_path):
    person = protected(profile)
    assert not list(tmp_path.glob("*unprotected*"))
    assert any("overwritten and deleted" in line for line in person.told)
    assert any("Backups and exports" in line for line in person.told)


def test_a_code_that_was_not_read_from_paper_protects_nothing(profile, tmp_path):
    before = profile.record.read_bytes()
    with pytest.raises(KeyRefused, match="Nothing was changed"):
        protected(profile, Person(PASSPHRASE, misreads=True))
    assert profile.record.read_bytes() == before
    assert not (tmp_path / "record.key").exists()


def test_a_short_passphrase_is_refused_in_words(profile):
    with pytest.raises(KeyRefused, match="12 characters"):
        protected(profile, Person("short"))
    assert not is_protected(profile.record)


def test_a_running_station_refuses_everything(profile):
    station = Store.open(profile.record)
    with pytest.raises(StoreBusy):
        protected(profile, Person())  # before a passphrase is asked for
    station.close()
    protected(profile)
    with held(profile.record, key_of_typed(profile.record, PASSPHRASE)):
        station = Store.open(profile.record)
    for verb in (keys.unprotect, keys.change, keys.recovery):
        with pytest.raises(StoreBusy):
            verb(profile, {}, Person().talk)
    with held(profile.record, key_of_typed(profile.record, PASSPHRASE)):
        station.close()


def test_it_is_taken_out_again(profile):
    protected(profile)
    with pytest.raises(KeyRefused):
        keys.unprotect(profile, {}, Person(PASSPHRASE, yes=False).talk)
    assert is_protected(profile.record)
    keys.unprotect(profile, {}, Person("other words altogether", PASSPHRASE).talk)
    assert not is_protected(profile.record)
    assert verify_store(profile.record).ok


def test_three_wrong_passphrases_end_it(profile):
    protected(profile)
    person = Person("wrong words at first", "wrong words again", "wrong words at last")
    with pytest.raises(WrongPassphrase):
        keys.unprotect(profile, {}, person.talk)
    assert len(person.asked) == 3


def test_a_forgotten_passphrase_is_changed_with_the_recovery_code(profile):
    person = protected(profile)
    before = profile.record.read_bytes()
    keys.change(profile, {}, Person(person.code, "other words altogether").talk, CHEAP)
    assert profile.record.read_bytes() == before
    assert opens(profile, "other words altogether")
    assert opens(profile, person.code)
    with pytest.raises(WrongPassphrase):
        opens(profile, PASSPHRASE)


def test_another_recovery_code_ends_the_old_one(profile):
    first = protected(profile)
    second = Person(PASSPHRASE)
    keys.recovery(profile, {}, second.talk, CHEAP)
    assert opens(profile, second.code)
    with pytest.raises(WrongPassphrase):
        opens(profile, first.code)


def test_the_keyring_opens_it_without_a_question(profile, drawer):
    person = protected(profile, Person(), with_keyring=True)
    assert {slot.way for slot in read_keys(profile.record).slots} == {Way.KEYRING, Way.RECOVERY}
    with held(profile.record, key_unasked(profile.record, {})):
        assert verify_store(profile.record).ok
    with pytest.raises(KeyRefused, match="no passphrase yet"):
        keys.keyring(profile, {}, Person().talk, forget=True)
    keys.change(profile, {}, Person(PASSPHRASE).talk, CHEAP)
    keys.keyring(profile, {}, Person().talk, forget=True)
    assert drawer.kept == {}
    assert key_unasked(profile.record, {}) is None
    assert opens(profile, PASSPHRASE)
    assert opens(profile, person.code)


def test_a_keyring_that_forgot_leaves_the_recovery_code(profile, drawer):
    person = protected(profile, Person(), with_keyring=True)
    drawer.kept.clear()
    assert key_unasked(profile.record, {}) is None
    assert opens(profile, person.code)


def test_a_computer_without_a_keyring_is_told(profile):
    before = keyring.get_keyring()
    from keyring.backends.fail import Keyring

    keyring.set_keyring(Keyring())
    try:
        with pytest.raises(KeyringAway, match="Use a passphrase"):
            protected(profile, Person(), with_keyring=True)
    finally:
        keyring.set_keyring(before)
    assert not is_protected(profile.record)


def test_a_refused_protection_leaves_nothing_in_the_keyring(profile, drawer):
    with pytest.raises(KeyRefused):
        protected(profile, Person(misreads=True), with_keyring=True)
    assert drawer.kept == {}


def run(*arguments, passphrase=None, typed=None):
    env = {PASSPHRASE_FILE: passphrase}
    return CliRunner().invoke(main, [str(one) for one in arguments], input=typed, env=env)


@pytest.fixture
def passphrase_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("secret") / "passphrase"
    file.write_text(PASSPHRASE + "\n")
    return file


def test_commands_take_the_passphrase_from_a_file_or_the_terminal(profile, passphrase_file, tmp_path):
    protected(profile)
    listed = run("sessions", "--profile", profile.folder, passphrase=str(passphrase_file))
    assert listed.exit_code == 0
    assert SESSION in listed.output
    asked = run("sessions", "--profile", profile.folder, typed=f"{PASSPHRASE}\n")
    assert SESSION in asked.output
    assert PASSPHRASE not in asked.output
    out = tmp_path / "session.csv"
    done = run(
        "export", SESSION, "--format", "csv", "--out", out, "--profile", profile.folder, passphrase=str(passphrase_file)
    )
    assert done.exit_code == 0
    assert out.exists()
    assert sqlite._held == {}


def test_verify_asks_once_for_a_record_and_its_copies(profile):
    protected(profile)
    copies = profile.folder / "copies"
    copies.mkdir()
    shutil.copy(profile.record, copies / "monday.sqlite3")
    shutil.copy(profile.record.with_suffix(".key"), copies / "monday.key")
    done = run("verify", profile.folder, typed=f"{PASSPHRASE}\n")
    assert done.exit_code == 0
    assert done.output.count("is intact") == 2


@pytest.mark.parametrize("content", ["", "wrong words at first\n", None], ids=["empty", "wrong", "not there"])
def test_a_file_that_does_not_unlock_it_is_told(profile, tmp_path, content):
    protected(profile)
    file = tmp_path / "passphrase"
    if content is not None:
        file.write_text(content)
    done = run("sessions", "--profile", profile.folder, passphrase=str(file))
    assert done.exit_code == 1
    assert "assphrase" in done.output
    assert "wrong words" not in done.output


def test_the_doctor_says_how_the_record_stands(profile, passphrase_file):
    assert "not encrypted" in check_protection(profile)[0].text
    protected(profile)
    assert check_protection(profile)[0].text == (
        "the record is encrypted; it opens with a passphrase, the recovery code"
    )
    locked = check_store(profile, StationSettings())
    assert locked.verdict is Verdict.OK
    assert "not looked into" in locked.text
    with held(profile.record, key_unasked(profile.record, {PASSPHRASE_FILE: str(passphrase_file)})):
        assert "1 sessions" in check_store(profile, StationSettings()).text
    profile.record.with_suffix(".key").write_text("{}")
    assert check_protection(profile)[0].verdict is Verdict.FAILED


def test_it_is_refused_where_there_is_nothing_to_do(profile, tmp_path):
    with pytest.raises(StoreEnvironmentError, match="start Nursestation once"):
        protected(Profile(tmp_path / "none"))
    with pytest.raises(StoreEnvironmentError, match="is not protected"):
        keys.unprotect(profile, {}, Person().talk)
    with pytest.raises(StoreEnvironmentError, match="is not protected"):
        keys.change(profile, {}, Person().talk)
    protected(profile)
    with pytest.raises(StoreEnvironmentError, match="protected already"):
        protected(profile)


def test_no_passphrase_is_ever_an_argument():
    options = {name for command in main.commands.values() for one in command.params for name in one.opts}
    assert not {"--passphrase", "--key", "--recovery-code"} & options
    assert os.environ.get(PASSPHRASE_FILE) is None
