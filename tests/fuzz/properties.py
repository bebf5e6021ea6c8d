"""What must hold for every decoder, whatever comes down the wire: the properties that `make fuzz` tries to break.

Streams are made from what each monitor side sends, cut, repeated, joined with what comes close and with noise, so that the
search begins inside the protocols. Damage to a checked frame is of the kinds that its check surely finds: whatever a sum or
a CRC misses by chance (one damage in 256, or in 65,536) is no fault of a decoder.
"""

import gc
import random
import sys
from functools import cache
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

from hypothesis import strategies as st

from devices.events import FrameRejected, Numeric
from devices.framing import STRETCH_MAX
from devices.registry import lookup
from tests.helpers.bedside import MS, Bedside, S, ScriptedPatient
from tests.helpers.specimen import Check, specimen

HELD_MAX = 262_144
"""Most that a decoder may grow by, all that it holds counted [bytes]: some hundred of the longest frames."""

RECORDED = 60_000
BURST = {Check.CRC: 16, Check.SUM: 1, Check.STUFFED_SUM: 1}
"""Longest burst of damaged bits that the check surely finds."""


@cache
def recording(name: str) -> bytes:
    """Return what the monitor sends while a cuff works and sensors come off."""
    entry, known = lookup(name), specimen(name)
    bedside = Bedside(entry.make(), entry.make_monitor(), ScriptedPatient(known.eventful)).run(known.seconds, 20)
    stream = bedside.stream()
    # The beginning (greeting, session) and the end (sensors off, cuff failed); numbers are in both.
    return stream if len(stream) <= RECORDED else stream[: RECORDED // 2] + stream[-RECORDED // 2 :]


@cache
def excerpt(name: str) -> bytes:
    """Return whole pieces of the recording in which numbers travel."""
    entry, known = lookup(name), specimen(name)
    bedside = Bedside(entry.make(), entry.make_monitor(), ScriptedPatient(known.eventful)).run(known.seconds, 20)
    pieces = [data for _, data in bedside.chunks if len(data) >= known.least]
    return b"".join(pieces[:: known.stride])[:RECORDED]


def streams(name: str) -> st.SearchStrategy[list[bytes]]:
    """Return lists of pieces as they might arrive."""
    known, recorded = specimen(name), recording(name)
    piece = st.one_of(
        st.tuples(st.integers(0, len(recorded) - 1), st.integers(1, 700)).map(lambda at: recorded[at[0] : sum(at)]),
        st.sampled_from([known.good, *known.beginnings, b""]),
        st.binary(max_size=120),
        st.integers(0, 2**32).map(lambda seed: near(recorded, known.alphabets, seed)),
    )
    return st.lists(piece, min_size=1, max_size=25)


def near(recorded: bytes, alphabets: tuple[bytes, ...], seed: int) -> bytes:
    """Return a stretch of the recording with bytes changed, taken out and put in, or a run of an alphabet's bytes."""
    chance = random.Random(seed)
    if alphabets and chance.random() < 0.3:
        return bytes(chance.choices(chance.choice(alphabets), k=chance.randrange(1, 400)))
    start = chance.randrange(len(recorded))
    stretch = bytearray(recorded[start : start + chance.randrange(1, 1500)])
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(len(stretch) + 1)
        match chance.randrange(4):
            case 0:
                stretch[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del stretch[at : at + chance.randrange(1, 30)]
            case 2:
                stretch[at:at] = chance.randbytes(chance.randrange(1, 10))
            case _:
                stretch[at:at] = stretch[at : at + chance.randrange(1, 60)]
    return bytes(stretch)


def stands(name: str, pieces: list[bytes], step_ms: int) -> None:
    """Hold that nothing raises, every rejected byte is told as it came, writes stay allowed, and nothing grows."""
    driver, known = lookup(name).make(), specimen(name)
    before = held(driver)
    now_ns = 0
    for piece in pieces:
        now_ns += step_ms * MS
        for event in driver.feed(piece, now_ns):
            if isinstance(event, FrameRejected):
                assert len(event.raw) == event.length <= STRETCH_MAX
        driver.tick(now_ns)
        wanted = driver.pending_writes(now_ns)
        assert not wanted or known.may_send(wanted), wanted.hex()
    leave = driver.closing_writes(now_ns)
    assert not leave or known.may_send(leave), leave.hex()
    driver.feed(b"".join(pieces) * 20, now_ns)
    assert held(driver) - before <= HELD_MAX
    driver.reset(now_ns + S)
    driver.feed(pieces[0], now_ns + S)


def damage_is_found(name: str, at: int, burst: int) -> None:
    """Hold that no number comes out of a damaged frame that was not sent in a whole one.

    Args:
        name: Driver; one whose frames carry a check.
        at: Bit of the excerpt where the damage begins (counted round).
        burst: Which of the following bits are flipped too, as a mask.
    """
    known, stream = specimen(name), excerpt(name)
    at %= 8 * len(stream) - 32
    mask = (1 | burst) & ((1 << BURST[known.check]) - 1)
    damaged = (int.from_bytes(stream, "little") ^ (mask << at)).to_bytes(len(stream), "little")
    around = slice(max(0, at // 8 - known.longest - 8), at // 8 + known.longest + 8)
    assert numbers(name, damaged[around]) <= sent(name)


@cache
def sent(name: str) -> frozenset[tuple[str, float]]:
    """Return the numbers of the whole excerpt."""
    return numbers(name, excerpt(name))


def numbers(name: str, stream: bytes) -> frozenset[tuple[str, float]]:
    """Return what a nurse would take for true in a stream."""
    driver = lookup(name).make()
    events = (*driver.feed(stream, 0), *driver.reset(S))
    return frozenset((e.metric, e.value) for e in events if isinstance(e, Numeric) and e.value is not None)


_SHARED = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType)


def held(root: object) -> int:
    """Return the bytes of all that an object holds, what it shares with its class and module left out."""
    seen, waiting, total = set(), [root], 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, _SHARED):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        waiting.extend(gc.get_referents(one))
    return total
