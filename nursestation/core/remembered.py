"""The numbers that a chair showed lately: for what is charted after it happened.

Rules of the file:
1. Every `EVERY_NS` what is shown at a chair with an open visit is kept, for `KEPT_NS`. It is live state: a restart begins anew.
2. Where nothing was shown, or nothing is known any more, there is nothing: no number is carried over from another time.
"""

from bisect import bisect_left

from devices.clock import NS_PER_S, Moment
from nursestation.core import vitals
from nursestation.core.state import ChairState, Visit
from nursestation.core.turn import Refusal, Turn

EVERY_NS = 10 * NS_PER_S
KEPT_NS = 2 * 3600 * NS_PER_S
"""How often numbers are kept, and for how long [ns]. Source: project decision; what is charted later than two hours after it
happened is told without numbers."""

_MINUTE_NS = 60 * NS_PER_S


def keep(chair: ChairState, now: Moment) -> None:
    """Keep what a chair shows now, if it is time to."""
    visit = chair.open_visit
    if visit is None:
        return
    lately = visit.lately
    if lately and now.mono_ns - lately[-1][0] < EVERY_NS:
        return
    lately.append((now.mono_ns, vitals.current_values(chair, now)))
    while now.mono_ns - lately[0][0] > KEPT_NS:
        lately.popleft()


def values_at(chair: ChairState, visit: Visit, at: Moment, now: Moment) -> tuple[tuple[str, float], ...]:
    """Return the numbers that were shown at `at`, (metric, value); () where none are known."""
    if at == now:
        return vitals.current_values(chair, now)
    kept = list(visit.lately)
    index = bisect_left(kept, at.mono_ns, key=lambda one: one[0])
    near = min(kept[max(index - 1, 0) : index + 1], key=lambda one: abs(one[0] - at.mono_ns), default=None)
    return near[1] if near is not None and abs(near[0] - at.mono_ns) <= EVERY_NS else ()


def past(turn: Turn, visit: Visit, at_utc_ns: int | None) -> Moment:
    """Return the moment that an operator told, None for now.

    Raises:
        Refusal: it lies in the future, or before check-in.
    """
    if at_utc_ns is None:
        return turn.now
    if at_utc_ns > turn.now.utc_ns:
        raise Refusal("That time lies in the future: check it.")
    told = turn.now.shifted(at_utc_ns - turn.now.utc_ns)
    moment = not_before(told, visit.opened)
    if moment is None:
        raise Refusal("That was before check-in: check the time.")
    return moment


def not_before(told: Moment, earliest: Moment) -> Moment | None:
    """Return what an operator told, or None where that is before `earliest`.

    A time in whole minutes may mean any moment of that minute: where `earliest` lies in it, that is meant, by the clock as it
    runs now (it may have been set since then).
    """
    if told.mono_ns >= earliest.mono_ns:
        return told
    short_ns = earliest.mono_ns - told.mono_ns
    is_same_minute = told.utc_ns % _MINUTE_NS == 0 and short_ns < _MINUTE_NS
    return told.shifted(short_ns) if is_same_minute else None
