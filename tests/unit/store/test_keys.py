"""The key of a record opens with what it was wrapped under, and with nothing else."""

import base64
import json
import stat

import pytest

from nursestation.store.errors import StoreKeyDamaged, StoreReadOnly, WrongPassphrase
from nursestation.store.keys import (
    Cost,
    KeyFile,
    Way,
    new_id,
    new_key,
    new_recovery_code,
    read_keys,
    recovery_code,
    unwrap,
    wrap,
    write_keys,
)
from tests.helpers.protection import CHEAP, PASSPHRASE, key_and_file


@pytest.fixture
def path(tmp_path):
    return tmp_path / "record.sqlite3"


def test_each_slot_holds_the_same_key(path):
    key, file = key_and_file()
    code, secret = new_recovery_code(), new_key()
    file = file.with_slot(wrap(key, file.id, Way.RECOVERY, code, CHEAP))
    file = file.with_slot(wrap(key, file.id, Way.KEYRING, secret))
    write_keys(path, file)
    found = read_keys(path)
    assert found == file
    assert unwrap(found, Way.PASSPHRASE, PASSPHRASE) == key
    assert unwrap(found, Way.RECOVERY, code) == key
    assert unwrap(found, Way.KEYRING, secret) == key


def test_the_key_itself_is_not_in_the_file_and_each_wrapping_is_another(path):
    key, file = key_and_file()
    write_keys(path, file)
    text = path.with_suffix(".key").read_text()
    assert key.hex() not in text
    assert base64.b64encode(key).decode() not in text
    again = wrap(key, file.id, Way.PASSPHRASE, PASSPHRASE, CHEAP)
    assert again.wrapped != file.slots[0].wrapped
    assert again.salt != file.slots[0].salt
    assert repr(file).count("wrapped") == 0


@pytest.mark.parametrize("wrong", ["", "four words that d", "Four words that do", PASSPHRASE + " "])
def test_another_passphrase_opens_nothing(wrong):
    _, file = key_and_file()
    with pytest.raises(WrongPassphrase, match="capital letters"):
        unwrap(file, Way.PASSPHRASE, wrong)


def test_a_way_without_a_slot_opens_nothing():
    _, file = key_and_file()
    for way, secret in ((Way.RECOVERY, new_recovery_code()), (Way.KEYRING, new_key())):
        with pytest.raises(WrongPassphrase):
            unwrap(file, way, secret)


def test_an_accent_is_the_same_however_the_keyboard_composes_it():
    key, file = key_and_file("caf\u00e9 au lait entier")
    assert unwrap(file, Way.PASSPHRASE, "cafe\u0301 au lait entier") == key


def test_a_slot_does_not_pass_for_another_way_cost_or_record():
    key, file = key_and_file()
    slot = file.slots[0]
    moved = KeyFile(new_id(), (slot,))
    with pytest.raises(WrongPassphrase):
        unwrap(moved, Way.PASSPHRASE, PASSPHRASE)
    code = new_recovery_code()
    renamed = wrap(key, file.id, Way.RECOVERY, code, CHEAP)
    object.__setattr__(renamed, "way", Way.PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        unwrap(file.with_slot(renamed), Way.PASSPHRASE, code)


def test_a_changed_passphrase_takes_the_place_of_the_old_one():
    key, file = key_and_file()
    file = file.with_slot(wrap(key, file.id, Way.PASSPHRASE, "other words altogether", CHEAP))
    assert len(file.slots) == 1
    assert unwrap(file, Way.PASSPHRASE, "other words altogether") == key
    with pytest.raises(WrongPassphrase):
        unwrap(file, Way.PASSPHRASE, PASSPHRASE)


def test_argon2id_is_the_published_one():
    # RFC 9106, section 4: the second recommended option
    assert wrap(new_key(), new_id(), Way.PASSPHRASE, PASSPHRASE).cost == Cost(passes=3, memory_kib=65_536, lanes=4)


def test_a_recovery_code_is_read_however_it_was_typed():
    code = new_recovery_code()
    assert recovery_code(code) == code
    assert recovery_code(code.lower().replace("-", "  ")) == code
    assert recovery_code(code.replace("0", "o").replace("1", "l")) == code
    assert recovery_code(code[:-1]) is None
    assert recovery_code("four words that do, or more!") is None
    assert len({new_recovery_code() for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-20],
        lambda text: "",
        lambda text: text.replace('"passphrase"', '"recovery"'),
        lambda text: text.replace("8", "9", 1),
        lambda text: "[]",
        lambda text: "\u00e9" + text,
    ],
    ids=["cut", "empty", "renamed", "a digit", "another form", "no ascii"],
)
def test_a_damaged_key_file_is_told_from_a_wrong_passphrase(path, spoil):
    _, file = key_and_file()
    write_keys(path, file)
    place = path.with_suffix(".key")
    before = place.read_text()
    place.write_text(spoil(before), encoding="utf-8")
    with pytest.raises(StoreKeyDamaged, match=r"is damaged\. Put a copy in its place"):
        read_keys(path)


def test_a_missing_key_file_is_told(path):
    with pytest.raises(StoreKeyDamaged, match=r"record\.key is missing"):
        read_keys(path)


def test_a_file_that_asks_for_all_memory_is_refused(path):
    key, file = key_and_file()
    slot = wrap(key, file.id, Way.PASSPHRASE, PASSPHRASE, CHEAP)
    object.__setattr__(slot, "cost", Cost(passes=3, memory_kib=1 << 30, lanes=4))
    write_keys(path, file.with_slot(slot))
    assert json.loads(path.with_suffix(".key").read_text())["slots"][0][2][1] == 1 << 30
    with pytest.raises(StoreKeyDamaged):
        read_keys(path)


def test_it_is_for_this_user_s_eyes_and_leaves_nothing_beside(path):
    _, file = key_and_file()
    write_keys(path, file)
    write_keys(path, file)
    place = path.with_suffix(".key")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [place]


def test_a_folder_that_is_not_there_is_told(path):
    _, file = key_and_file()
    with pytest.raises(StoreReadOnly, match="cannot be written"):
        write_keys(path.parent / "none" / path.name, file)
