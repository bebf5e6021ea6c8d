"""The window before all others asks for the passphrase, says what is wrong, and waits after wrong tries."""

import string

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from nursestation.app import key_from_person
from nursestation.store.keys import write_keys
from nursestation.ui import theme
from nursestation.ui.keypad import Key
from nursestation.ui.letterpad import LetterPad
from nursestation.ui.unlock import FREE_TRIES, LONGEST_WAIT_S, WAIT_S, UnlockWindow, ask
from tests.helpers.protection import key_and_file

RIGHT = "four words that do"
WRONG = "This is not the passphrase of this record. Look at capital letters and the keyboard's language."


class Lock:
    """Opens with one passphrase, and remembers what was tried."""

    def __init__(self):
        self.tried = []

    def __call__(self, typed):
        self.tried.append(typed)
        return "" if typed == RIGHT else WRONG


@pytest.fixture
def lock():
    return Lock()


@pytest.fixture
def window(qtbot, lock):
    window = UnlockWindow(lock)
    qtbot.addWidget(window)
    window.begin()
    return window


def field(window):
    return window.findChild(QLineEdit, "unlock_passphrase")


def button(window, name="unlock_button"):
    return window.findChild(QAbstractButton, name)


def said(window):
    return window.findChild(QLabel, "unlock_problem").text()


def try_with(qtbot, window, lock, typed):
    n = len(lock.tried)
    qtbot.keyClicks(field(window), typed)
    qtbot.keyClick(field(window), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(lock.tried) == n + 1)


def test_what_is_typed_is_hidden_and_goes_out_of_the_field_at_once(qtbot, window, lock):
    assert field(window).echoMode() is QLineEdit.EchoMode.Password
    assert not button(window).isEnabled()
    try_with(qtbot, window, lock, "wrong words")
    assert lock.tried == ["wrong words"]
    assert field(window).text() == ""
    assert said(window) == WRONG
    window.close()


def test_the_right_one_closes_it(qtbot, window, lock):
    with qtbot.waitSignal(window.done) as done:
        qtbot.keyClicks(field(window), RIGHT)
        qtbot.mouseClick(button(window), Qt.MouseButton.LeftButton)
        assert button(window).text() == "Opening…"
        assert not button(window).isEnabled()
    assert done.args == [True]
    assert not window.isVisible()


def test_it_can_be_shown_what_is_typed(qtbot, window):
    button(window, "unlock_show").click()
    assert field(window).echoMode() is QLineEdit.EchoMode.Normal
    window.close()


def touch(qtbot, window, *keys):
    for key in keys:
        qtbot.mouseClick(button(window, f"unlock_letters_{key}"), Qt.MouseButton.LeftButton)


def test_a_passphrase_is_typed_by_finger_and_opens_it(qtbot, window, lock):
    with qtbot.waitActive(window):
        window.activateWindow()
    button(window, "unlock_keyboard").click()
    touch(qtbot, window, *(" ".join(RIGHT).replace("   ", " space ")).split())
    assert field(window).text() == RIGHT
    assert field(window).hasFocus()
    with qtbot.waitSignal(window.done) as done:
        qtbot.mouseClick(button(window), Qt.MouseButton.LeftButton)
        touch(qtbot, window, "a")  # too late: it is being tried
    assert done.args == [True]
    assert lock.tried == [RIGHT]


def test_a_capital_holds_for_one_letter_and_the_last_sign_is_taken_back(qtbot, window):
    button(window, "unlock_keyboard").click()
    touch(
        qtbot, window, "shift", "a", "b", "signs", "7", f"sign_{ord('&')}", "back", "letters", f"sign_{ord('-')}", "c"
    )
    assert field(window).text() == "Ab7-c"
    window.close()


def test_every_sign_of_a_plain_keyboard_is_on_it_once_and_big_enough(qtbot, window):
    button(window, "unlock_keyboard").click()
    pad = window.findChild(LetterPad)
    keys = [one.key for one in pad.findChildren(Key) if len(one.key) == 1 and one.key.isascii()]
    assert set(keys) == set(string.printable.lower()) - set(string.whitespace) | {" "}
    assert sorted(key for key in keys if keys.count(key) > 1) == [" ", " "]  # on both pages
    assert all(
        one.height() >= theme.TOUCH and one.width() >= theme.TOUCH for one in pad.findChildren(Key) if one.isVisible()
    )
    window.close()


def test_a_window_that_fills_the_screen_has_its_card_in_the_middle_of_it(window):
    for is_open in (True, False):
        button(window, "unlock_keyboard").setChecked(is_open)
        window.resize(1920, 1080)
        window.grab()
        card = window.findChild(QWidget, "unlock_card").geometry()
        assert card.width() == 720
        assert card.height() == (690 if is_open else 470)
        assert abs(card.center().x() - 960) <= 1
    window.close()


def test_after_some_wrong_tries_it_waits_and_longer_each_time(qtbot, window, lock):
    for _ in range(FREE_TRIES):
        try_with(qtbot, window, lock, "wrong words")
    qtbot.keyClicks(field(window), RIGHT)
    assert not button(window).isEnabled()
    assert button(window).text() == f"Wait {WAIT_S} s"
    qtbot.keyClick(field(window), Qt.Key.Key_Return)
    assert len(lock.tried) == FREE_TRIES
    for _ in range(WAIT_S):
        window._tick()
    assert button(window).isEnabled()
    field(window).clear()
    for expected in (2 * WAIT_S, 4 * WAIT_S, LONGEST_WAIT_S, LONGEST_WAIT_S):
        try_with(qtbot, window, lock, "wrong words")
        assert button(window).text() == f"Wait {expected} s"
        for _ in range(expected):
            window._tick()
    window.close()


def test_closing_it_opens_nothing(qtbot, window, lock):
    with qtbot.waitSignal(window.done) as done:
        button(window, "unlock_close").click()
    assert done.args == [False]
    assert lock.tried == []


def test_asking_comes_back_with_the_answer(qtbot, lock):
    def typed(text):
        window = next(
            one for one in QApplication.topLevelWidgets() if isinstance(one, UnlockWindow) and one.isVisible()
        )
        qtbot.keyClicks(field(window), text)
        qtbot.keyClick(field(window), Qt.Key.Key_Return)

    QTimer.singleShot(0, lambda: typed(RIGHT))
    assert ask(lock)
    QTimer.singleShot(0, lambda: [one.close() for one in QApplication.topLevelWidgets()])
    assert not ask(lock)


def test_no_text_is_cut_off_and_nothing_lies_upon_another(qtbot, window, lock):
    try_with(qtbot, window, lock, "wrong words " * 8)
    for _ in range(4):  # a wrapped label asks for its height only after it was given its width
        QApplication.processEvents()
    shown = button(window, "unlock_show")
    assert shown.height() >= theme.TOUCH
    assert shown.geometry().top() > field(window).geometry().bottom()
    for label in window.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width()), label.text()
    window.close()


def test_the_program_gets_the_record_s_key_from_it(qtbot, qapp, tmp_path):
    record = tmp_path / "record.sqlite3"
    key, keys = key_and_file(RIGHT)
    write_keys(record, keys)
    told = []

    def answer():
        window = next(one for one in qapp.topLevelWidgets() if isinstance(one, UnlockWindow) and one.isVisible())
        for typed in ("wrong words", RIGHT):
            told.append(said(window))
            qtbot.keyClicks(field(window), typed)
            qtbot.keyClick(field(window), Qt.Key.Key_Return)
            qtbot.waitUntil(lambda: said(window) != told[-1] or not window.isVisible())

    QTimer.singleShot(0, answer)
    assert key_from_person(record, qapp, None) == key
    assert told[0] == ""
    assert told[1].startswith("This is not the passphrase of this record.")
