"""Treatment protocols changed while the program runs: who changed what, from which version to which.

Rules of the file:
1. A change takes effect for the next check-in. An open visit keeps the whole protocol that it was opened with.
2. What is another protocol has another version: a version names one content.
3. Records tell who changed what. What the protocols are is the files' matter, not the records': they are given to the
   station anew when it is made.
"""

from nursestation.core import records as r
from nursestation.core.inputs import ProtocolsChanged
from nursestation.core.protocol_words import differences
from nursestation.core.protocols import Protocol
from nursestation.core.turn import Refusal, Turn

NEW, GONE = "new", "taken away"


def change(turn: Turn, item: ProtocolsChanged) -> None:
    """Bring the protocols to what they are to be.

    Raises:
        Refusal: a version stands for two contents; nothing is changed then.
    """
    before = turn.state.protocols
    after = {protocol.name: protocol for protocol in item.protocols}
    for name, protocol in after.items():
        known = before.get(name)
        if known is not None and known != protocol and known.version == protocol.version:
            raise Refusal(f"{protocol.title} differs from version {known.version}: it needs a version of its own.")
    for name in [*before, *(name for name in after if name not in before)]:
        if before.get(name) != after.get(name):
            tell(turn, before.get(name), after.get(name))
    turn.state.protocols = after


def tell(turn: Turn, known: Protocol | None, protocol: Protocol | None, *, is_outside: bool = False) -> None:
    """Note that a protocol is another one: by who is signed in, or `is_outside` the window by nobody who is known."""
    shown = protocol or known
    assert shown is not None
    what = (NEW,) if known is None else (GONE,) if protocol is None else differences(known, protocol)
    turn.emit(
        r.ProtocolChanged(
            **turn.acted(None),
            name=shown.name,
            title=shown.title,
            before_version=known.version if known is not None else None,
            version=protocol.version if protocol is not None else None,
            what=what,
            is_outside=is_outside,
        )
    )
