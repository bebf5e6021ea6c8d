"""Our side of the session: what to send, and when.

    RESTING --> RELEASING --> ASSOCIATING --response--> CREATING --MDS created--> POLLING
       ^                                                   |                        |
       +--------- refuse, abort, release, silence ---------+------------------------+

Rules of the file:
1. Every session begins with a release, so that one left open before does not stand in the way.
2. All that is ever asked: session messages, polls, and the list of waves to send. Nothing here can change a limit, a patient
   or a measurement.
3. One frame at a time and at most one in `FRAME_SPACING_NS`: the monitor takes four in 128 ms.
4. A poll is asked again before it runs out, and when its results have stopped. What keeps the session alive is a poll every
   `KEEP_ALIVE_NS`, for results do not count as our traffic.
5. The list of waves is set, read back and compared; when the lead that we asked for is not in it, the next one is tried.
   Where the list is denied the monitor's own waves are polled, whatever they are, and the list is asked for again.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0; timing of real clients as published in mdpnp/mdpnp
(OpenICE), xeonfusion/VSCaptureMP and recordings of an M8000.
"""

from dataclasses import dataclass
from enum import Enum

from devices.drivers.philips_intellivue import association
from devices.drivers.philips_intellivue.association import Option, Terms
from devices.drivers.philips_intellivue.codes import (
    ABP,
    CO2,
    ECG_LEADS,
    PLETH_WAVE,
    RESP_WAVE,
    TICKS_PER_S,
    Group,
    ObjectClass,
)
from devices.drivers.philips_intellivue.frames import frame
from devices.drivers.philips_intellivue.messages import (
    Command,
    Message,
    get_wave_priority,
    mds_create_result,
    poll,
    set_wave_priority,
)

_MS = 1_000_000
_S = 1_000_000_000

FRAME_SPACING_NS = 40 * _MS
KEEP_ALIVE_NS = 3 * _S
SILENCE_NS = 5 * _S
"""Without a frame for so long the session is lost; numerics come every 1.024 s."""

ASKED = Terms(min_poll_ticks=1 * TICKS_PER_S, mtu=1400, options=Option.NUMERICS_1S | Option.WAVES)

_RELEASE_WAIT_NS = 300 * _MS
_REQUEST_EVERY_NS = 2 * _S
_CREATE_LIMIT_NS = 10 * _S
_REST_NS = 2 * _S

_ACTIVE_TICKS = 60 * TICKS_PER_S
_RENEW_NS = 30 * _S
_QUIET_NS = 4 * _S
_SINGLE_NS = 1 * _S
_PATIENT_NS = 12 * _S
_MDS_NS = 60 * _S
_PRIORITY_LIMIT_NS = 3 * _S
_PRIORITY_RETRY_NS = 10 * _S
_PRIORITY_TRIES = 3

NUMERICS_ID, ALARMS_ID, WAVES_ID, MDS_ID, KEEP_ALIVE_ID = 2, 3, 4, 5, 9
PATIENT_ID, GET_PRIORITY_ID, SET_PRIORITY_ID = 0x03EA, 0x03EC, 0x03ED
"""Invoke ids, one for each question."""

OTHER_WAVES = (PLETH_WAVE, RESP_WAVE, CO2, ABP)


class Phase(Enum):
    """Where the session stands."""

    RESTING = "resting"
    RELEASING = "releasing"
    ASSOCIATING = "associating"
    CREATING = "creating"
    POLLING = "polling"


# an enumeration's member takes longer to look up than all of a tick
_CREATING, _POLLING = Phase.CREATING, Phase.POLLING


@dataclass(slots=True)
class _Poll:
    """One thing that is asked again and again.

    Attributes:
        request: The frame.
        every_ns: When to ask again [ns].
        quiet_ns: When to ask again if nothing has come [ns].
        asked_ns, heard_ns: When it was asked and answered last, monotonic [ns].
    """

    request: bytes
    every_ns: int
    quiet_ns: int
    asked_ns: int | None = None
    heard_ns: int = 0

    def is_due(self, now_ns: int) -> bool:
        if self.asked_ns is None:
            return True
        return now_ns - self.asked_ns >= self.every_ns or now_ns - max(self.asked_ns, self.heard_ns) >= self.quiet_ns


class _Priority(Enum):
    """Where the list of waves stands."""

    SETTING = "setting"
    READING_BACK = "reading back"
    DONE = "done"


class Session:
    """The state of one session, and its questions."""

    def __init__(self) -> None:
        self.phase = Phase.RESTING
        self._until_ns: int | None = None
        self._heard_ns = 0
        self._sent_ns: int | None = None
        self._answers: list[bytes] = []
        self._polls: dict[int, _Poll] = {}
        self._wanted: list[int] = []
        self._priority = _Priority.DONE
        self._priority_ns: int | None = None
        self._tries = 0

    @property
    def is_open(self) -> bool:
        """Say whether the monitor has granted a session."""
        return self.phase in (Phase.CREATING, Phase.POLLING)

    def end(self, until_ns: int | None = None) -> None:
        """Give the session up; begin anew at `until_ns`, monotonic [ns], or at once."""
        self.phase = Phase.RESTING
        self._until_ns = until_ns
        self._answers.clear()
        self._polls.clear()
        self._priority = _Priority.DONE

    def rest(self, now_ns: int) -> None:
        """Give the session up for a while, as after a refusal."""
        self.end(now_ns + _REST_NS)

    def heard(self, now_ns: int) -> None:
        """Take note of an intact frame."""
        self._heard_ns = now_ns

    def is_lost(self, now_ns: int) -> bool:
        """Say whether the monitor has fallen silent in a session, or never opened the one that it granted."""
        phase = self.phase
        if phase is _POLLING:
            return now_ns - self._heard_ns >= SILENCE_NS
        if phase is not _CREATING:
            return False
        return now_ns - self._heard_ns >= SILENCE_NS or (self._until_ns is not None and now_ns >= self._until_ns)

    def released(self, now_ns: int) -> None:
        """Take the monitor's answer to a release: nothing is in the way any more."""
        if self.phase is Phase.RELEASING:
            self._until_ns = now_ns

    def release_asked(self, now_ns: int) -> None:
        """Obey a release from the monitor."""
        self.rest(now_ns)
        self._answers.append(association.RELEASE_RESPONSE)

    def granted(self, terms: Terms, now_ns: int) -> None:
        """Take the monitor's terms and wait for it to open the session."""
        if self.phase is not Phase.ASSOCIATING:
            return
        self.phase = Phase.CREATING
        self._until_ns = now_ns + _CREATE_LIMIT_NS
        self._polls = _polls(terms)
        self._wanted = [ECG_LEADS[0], *OTHER_WAVES]
        self._priority = _Priority.SETTING if terms.options & Option.WAVES else _Priority.DONE
        self._priority_ns = None
        self._tries = 0

    def created(self, invoke: int, event_time: bytes) -> None:
        """Answer the monitor's MDS Create Event, in whatever state: it is repeated until that is done."""
        self._answers.append(mds_create_result(invoke, event_time))
        del self._answers[:-4]
        if self.phase is Phase.CREATING:
            self.phase = Phase.POLLING

    def answered(self, invoke: int, now_ns: int) -> None:
        """Take note that a question has been answered."""
        asked = self._polls.get(invoke)
        if asked is not None:
            asked.heard_ns = now_ns

    def waves_listed(self, message: Message, physios: tuple[int, ...]) -> None:
        """Take the list of waves as the monitor has set it or tells it: compare, and go on with the next lead or with polling."""
        if self._priority is _Priority.SETTING and message.command == Command.CONFIRMED_SET:
            self._priority, self._priority_ns, self._tries = _Priority.READING_BACK, None, 0
        elif self._priority is _Priority.READING_BACK and message.command == Command.GET:
            lead = ECG_LEADS.index(self._wanted[0])
            if self._wanted[0] in physios or lead + 1 == len(ECG_LEADS):
                self._poll_waves()
            else:
                self._wanted[0] = ECG_LEADS[lead + 1]
                self._priority, self._priority_ns, self._tries = _Priority.SETTING, None, 0

    def waves_denied(self, now_ns: int) -> None:
        """Poll what is sent without our list, and ask for the list again after a while: another client may have the waves."""
        if self._priority is not _Priority.DONE:
            self._polls.setdefault(WAVES_ID, _extended(WAVES_ID, ObjectClass.WAVES, Group.ALL))
            self._priority, self._tries = _Priority.SETTING, 0
            self._priority_ns = now_ns + _PRIORITY_RETRY_NS - _PRIORITY_LIMIT_NS

    def next_frame(self, now_ns: int) -> bytes:
        """Return the frame to send now; b"" for none."""
        if self._sent_ns is not None and now_ns - self._sent_ns < FRAME_SPACING_NS:
            return b""
        message = self._answers.pop(0) if self._answers else self._next_message(now_ns)
        if not message:
            return b""
        self._sent_ns = now_ns
        return frame(message)

    def leave(self) -> bytes:
        """Return the frame that ends the session in good order; b"" when there is none.

        A monitor whose MDS Create Event is unanswered does not take a release.
        """
        phase = self.phase
        self.end()
        match phase:
            case Phase.POLLING:
                return frame(association.RELEASE_REQUEST)
            case Phase.ASSOCIATING | Phase.CREATING:
                return frame(association.ABORT)
            case _:
                return b""

    def _next_message(self, now_ns: int) -> bytes:
        is_due = self._until_ns is None or now_ns >= self._until_ns
        match self.phase:
            case Phase.RESTING if is_due:
                self.phase, self._until_ns = Phase.RELEASING, now_ns + _RELEASE_WAIT_NS
                return association.RELEASE_REQUEST
            case Phase.RELEASING | Phase.ASSOCIATING if is_due:
                self.phase, self._until_ns = Phase.ASSOCIATING, now_ns + _REQUEST_EVERY_NS
                return association.request(ASKED)
            case Phase.POLLING:
                return self._next_question(now_ns)
            case _:
                return b""

    def _poll_waves(self) -> None:
        """Poll whatever waves the monitor sends."""
        self._priority = _Priority.DONE
        self._polls[WAVES_ID] = _extended(WAVES_ID, ObjectClass.WAVES, Group.ALL)

    def _next_question(self, now_ns: int) -> bytes:
        for asked in self._polls.values():
            if asked.is_due(now_ns):
                asked.asked_ns = now_ns
                return asked.request
        if self._priority is _Priority.DONE:
            return b""
        if self._priority_ns is not None and now_ns - self._priority_ns < _PRIORITY_LIMIT_NS:
            return b""
        self._priority_ns = now_ns
        self._tries += 1
        if self._tries > _PRIORITY_TRIES:
            self._poll_waves()
            return b""
        if self._priority is _Priority.SETTING:
            return set_wave_priority(self._wanted, invoke=SET_PRIORITY_ID)
        return get_wave_priority(invoke=GET_PRIORITY_ID)


def _extended(number: int, polled: int, group: int) -> _Poll:
    return _Poll(poll(number, polled, group, invoke=number, active_ticks=_ACTIVE_TICKS), _RENEW_NS, _QUIET_NS)


def _single(number: int, polled: int, group: int, every_ns: int, *, poll_number: int | None = None) -> _Poll:
    return _Poll(poll(number if poll_number is None else poll_number, polled, group, invoke=number), every_ns, every_ns)


def _polls(terms: Terms) -> dict[int, _Poll]:
    """Return what is asked under these terms, by invoke id, the most urgent first."""
    if terms.options & Option.NUMERICS_1S:
        numerics = _extended(NUMERICS_ID, ObjectClass.NUMERICS, Group.ALL)
        alarms = _extended(ALARMS_ID, ObjectClass.ALARMS, Group.ALARMS)
    else:
        numerics = _single(NUMERICS_ID, ObjectClass.NUMERICS, Group.ALL, _SINGLE_NS)
        alarms = _single(ALARMS_ID, ObjectClass.ALARMS, Group.ALARMS, _SINGLE_NS)
    keep_alive_ns = min(KEEP_ALIVE_NS, terms.silence_ns // 3)
    return {
        NUMERICS_ID: numerics,
        PATIENT_ID: _single(PATIENT_ID, ObjectClass.PATIENT, Group.PATIENT, _PATIENT_NS, poll_number=0),
        ALARMS_ID: alarms,
        KEEP_ALIVE_ID: _single(KEEP_ALIVE_ID, ObjectClass.ALARMS, Group.STATIC, keep_alive_ns),
        MDS_ID: _single(MDS_ID, ObjectClass.MDS, Group.MDS, _MDS_NS),
    }
