"""The hold against a message bus of its own, never the one of whoever runs the tests."""

import gc
import logging
import shutil
import subprocess
import sys
import threading

import pytest

from nursestation.runtime.wakelock import sleep_held_off

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("dbus-daemon"), reason="needs a message bus of its own"
)

SCREEN_SAVER = "org.freedesktop.ScreenSaver"


class Desktop:
    """Answers on the bus as a desktop does, and keeps what it was asked."""

    def __init__(self, address, *, lets_go=True):
        from jeepney.io.blocking import open_dbus_connection

        self._connection = open_dbus_connection(bus=address)
        self._lets_go = lets_go
        self.asked = []
        self._call("RequestName", "su", (SCREEN_SAVER, 0))
        self._thread = threading.Thread(target=self._serve, name="desktop")
        self._thread.start()

    def _call(self, method, signature, body):
        from jeepney import DBusAddress, new_method_call

        bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        self._connection.send_and_get_reply(new_method_call(bus, method, signature, body), timeout=5)

    def _serve(self):
        from jeepney import HeaderFields, MessageType, new_error, new_method_return

        try:
            while True:
                message = self._connection.receive()
                if message.header.message_type is not MessageType.method_call:
                    continue
                name = message.header.fields[HeaderFields.member]
                self.asked.append(name)
                if name == "UnInhibit" and not self._lets_go:
                    self._connection.send(new_error(message, f"{SCREEN_SAVER}.Error"))
                    continue
                answer = ("u", (7,)) if name == "Inhibit" else (None, ())
                self._connection.send(new_method_return(message, *answer))
        except OSError:  # the bus has ended
            self._connection.close()

    def join(self):
        self._thread.join()


@pytest.fixture
def own_bus(tmp_path, monkeypatch):
    """A message bus of this test's own, and nobody on it."""
    command = ["dbus-daemon", "--session", "--nofork", "--print-address", f"--address=unix:path={tmp_path / 'bus'}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    address = process.stdout.readline().strip()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    joined = []
    yield lambda **changes: joined.append(Desktop(address, **changes)) or joined[-1]
    process.terminate()
    process.communicate()
    for desktop in joined:
        desktop.join()


@pytest.fixture
def bus(own_bus, monkeypatch):
    """The same, and wakepy may ask there what no other test may (tests/conftest.py)."""
    monkeypatch.delenv("WAKEPY_FORCE_FAILURE")
    return own_bus


def test_a_desktop_is_asked_and_asked_again_to_let_go(bus):
    desktop = bus()
    with sleep_held_off() as is_held:
        assert is_held
        assert desktop.asked == ["Inhibit"]
    assert desktop.asked == ["Inhibit", "UnInhibit"]


def test_letting_go_collects_no_garbage_in_this_thread(bus):
    bus()
    collected = []
    hook = lambda phase, info: collected.append(phase)  # noqa: E731
    gc.callbacks.append(hook)
    try:
        with sleep_held_off() as is_held:
            assert is_held
    finally:
        gc.callbacks.remove(hook)
    assert collected == []


def test_a_bus_without_a_desktop_refuses_and_nothing_stays_open(bus):
    with sleep_held_off() as is_held:
        assert not is_held


def test_a_refusal_fills_no_log_for_it_is_tried_again_every_minute(bus, caplog):
    caplog.set_level(logging.INFO)
    with sleep_held_off() as is_held:
        assert not is_held
    assert caplog.records == []


def test_a_desktop_that_does_not_let_go_is_told_of(bus):
    bus(lets_go=False)
    with pytest.raises(RuntimeError, match="UnInhibit"), sleep_held_off() as is_held:
        assert is_held


def test_no_bus_at_all_refuses(monkeypatch):
    monkeypatch.delenv("WAKEPY_FORCE_FAILURE")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    with sleep_held_off() as is_held:
        assert not is_held


def test_no_other_test_and_no_program_that_it_starts_asks_a_desktop(own_bus):
    desktop = own_bus()
    with sleep_held_off() as is_held:
        assert not is_held
    assert desktop.asked == []
