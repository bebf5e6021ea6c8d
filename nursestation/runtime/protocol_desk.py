"""The clinic's treatment protocols beside a running station: looks at the files, saves a change, each in a short thread.

A save is looked over first, then the station is told, then the file is written; where it cannot be written, the station is
told to go back. The page that asked collects one answer at a time.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol as TypingProtocol
from typing import assert_never

from nursestation.config.load import SettingsError
from nursestation.config.protocol_files import Shelf, read_shelf
from nursestation.config.protocol_write import ProtocolPlan, plan_copy, plan_removal, plan_save, write_protocol
from nursestation.core.model import Operator
from nursestation.core.protocols import Protocol
from nursestation.errors import NurseStationError
from nursestation.log import trace_of

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LookAtProtocols:
    """Somebody wants to see the files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveProtocol:
    """Make a protocol say this from the next check-in on; its version is given by the save."""

    protocol: Protocol
    operator: Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyProtocol:
    """Begin a new protocol as a copy of `name`."""

    name: str
    title: str
    new_name: str
    operator: Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackProtocol:
    """Go back to the shipped protocol, or take away one that only the clinic has."""

    name: str
    operator: Operator


ProtocolWish = LookAtProtocols | SaveProtocol | CopyProtocol | TakeBackProtocol
"""What a person asks of the desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolAnswer:
    """How a wish ended.

    Attributes:
        wish: What was asked.
        shelf: The files as they are now; None where they cannot be read.
        name: The protocol that was saved or begun, "" for none.
        problem: Why it was not carried out, "" when it was.
    """

    wish: ProtocolWish
    shelf: Shelf | None
    name: str = ""
    problem: str = ""


class Station(TypingProtocol):
    """What the desk needs of the running station. Callable from any thread but the engine's."""

    def protocols(self) -> Sequence[Protocol]:
        """Return the protocols that count for the next check-in."""
        ...

    def set_protocols(self, protocols: tuple[Protocol, ...], operator: str) -> None:
        """Let these count from now on; `operator` is the id of who wants it.

        Raises:
            NurseStationError: that cannot be; everything stays as it was, and the message says why.
        """
        ...


class ProtocolDesk:
    """See the head of the file.

    Args:
        shipped: The program's folder of protocols.
        own: The clinic's.
        station: The running station.

    Thread:
        `ask`, `poll` and `stop` belong to whoever made it.
    """

    def __init__(self, shipped: Path, own: Path, station: Station) -> None:
        self._shipped, self._own, self._station = shipped, own, station
        self._waiting: list[ProtocolWish] = []
        self._thread: threading.Thread | None = None
        self._answer: ProtocolAnswer | None = None

    def ask(self, wish: ProtocolWish) -> None:
        """Ask for something; returns at once. What is asked meanwhile waits its turn."""
        self._waiting.append(wish)
        self._go_on()

    def poll(self) -> ProtocolAnswer | None:
        """Return the next answer, None while there is none."""
        if self._thread is None or self._thread.is_alive():
            return None
        self._thread.join()
        answer, self._thread, self._answer = self._answer, None, None
        self._go_on()
        return answer

    def stop(self) -> None:
        """Wait for the end of what is being done; what still waits is not begun. Idempotent."""
        self._waiting.clear()
        if self._thread is not None:
            self._thread.join()

    def carry_out(self, wish: ProtocolWish) -> ProtocolAnswer:
        """Do the whole work of a wish; the thread's, or a test's."""
        name = ""
        problem = ""
        try:
            name = self._save(wish)
        except NurseStationError as error:
            problem = str(error)
        except OSError as error:
            problem = f"The protocols cannot be read ({error.strerror}). Tell support."
        try:
            shelf = read_shelf(self._shipped, self._own)
        except (SettingsError, OSError) as error:
            return ProtocolAnswer(wish=wish, shelf=None, name=name, problem=problem or str(error))
        return ProtocolAnswer(wish=wish, shelf=shelf, name=name, problem=problem)

    def _save(self, wish: ProtocolWish) -> str:
        if isinstance(wish, LookAtProtocols):
            return ""
        shelf = read_shelf(self._shipped, self._own)
        match wish:
            case SaveProtocol():
                self._refuse_changed_by_hand(shelf, wish.protocol.name)
                plan = plan_save(shelf, self._own, wish.protocol, wish.operator.name)
            case CopyProtocol():
                self._refuse_changed_by_hand(shelf, wish.name)
                plan = plan_copy(shelf, self._own, wish.name, wish.title, wish.new_name)
            case TakeBackProtocol():
                plan = plan_removal(shelf, self._own, wish.name)
            case _:
                assert_never(wish)
        self._bring_about(plan, wish.operator.id)
        return plan.path.stem

    def _bring_about(self, plan: ProtocolPlan, operator: str) -> None:
        before = tuple(self._station.protocols())
        kept = [protocol for protocol in before if protocol.name != plan.path.stem]
        after = sorted([*kept, *([plan.protocol] if plan.protocol else [])], key=lambda one: one.title.casefold())
        self._station.set_protocols(tuple(after), operator)
        try:
            write_protocol(plan)
        except SettingsError:
            self._station.set_protocols(before, operator)
            raise

    def _refuse_changed_by_hand(self, shelf: Shelf, name: str) -> None:
        """Refuse where the file says something else than what counts: a person may be editing it."""
        file = shelf.file(name)
        running = next((one for one in self._station.protocols() if one.name == name), None)
        if file is not None and running is not None and file.protocol != running:
            raise SettingsError(
                f"{file.path} was changed by hand since Nursestation started. Nothing was saved: start Nursestation again, and "
                "look at the protocol before you change it here."
            )

    def _go_on(self) -> None:
        if self._thread is None and self._waiting:
            wish = self._waiting.pop(0)
            self._thread = threading.Thread(target=self._run, args=(wish,), name="protocol desk")
            self._thread.start()

    def _run(self, wish: ProtocolWish) -> None:
        try:
            self._answer = self.carry_out(wish)
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: a failed save must not take the station with it
            _log.error("a protocol could not be saved or read: %s", trace_of(error))
            text = "The protocol could not be saved because of a fault in Nursestation. Tell support."
            self._answer = ProtocolAnswer(wish=wish, shelf=None, problem=text)
