"""Asks this computer's desktop not to go to sleep and not to darken the screen: wakepy, by D-Bus on Linux (docs/adr/0033).

Imported when it is needed for the first time: no first picture waits for it.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from wakepy import DBusAdapter, keep

logging.getLogger("wakepy").setLevel(logging.WARNING)  # each try is four lines: in a refused visit, every minute

if sys.platform == "linux":
    from wakepy.core import DBusMethodCall
    from wakepy.dbus_adapters.jeepney import JeepneyDBusAdapter

    class DesktopBus(JeepneyDBusAdapter):
        """The connection to the desktop, which ends with the hold; wakepy's own differs in two ways that do harm here."""

        def process(self, call: DBusMethodCall) -> object:
            """Ask the desktop; close the connection where it does not do so, for wakepy leaves it open then."""
            try:
                return super().process(call)
            except BaseException:
                self.close_connections()
                raise

        def close_connections(self) -> None:
            """Close, and collect no garbage as wakepy's does: in another thread than the window's it aborts (docs/adr/0019)."""
            while self._connections:
                _, connection = self._connections.popitem()
                self.close_connection(connection)

    _BUS: type[DBusAdapter] | None = DesktopBus
else:
    _BUS = None


@contextmanager
def sleep_held_off() -> Iterator[bool]:
    """Hold sleep and the dark screen off while inside; gives whether this computer lets itself be held.

    The end of the process ends it too, in whatever way it ends.

    Raises:
        RuntimeError: when left, the desktop did not take it back; with the connection it is gone nevertheless.

    Thread:
        Any; one and the same from entering to leaving. Blocks for some seconds where the desktop does not answer.
    """
    with keep.presenting(on_fail="pass", dbus_adapter=_BUS) as mode:
        yield mode.active
