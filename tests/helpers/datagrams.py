"""The smallest protocol that is spoken over UDP too: a line a message, whose serial frame ends in LF."""

from devices.driver import Datagrams


def frame(message: bytes) -> bytes:
    """Return a message as the serial line carries it."""
    return message + b"\n"


def messages(frames: bytes) -> tuple[bytes, ...]:
    """Return the messages of whole frames; half a one at the end is none."""
    return tuple(frames.split(b"\n")[:-1])


LINES = Datagrams(port=24999, frame=frame, messages=messages)
