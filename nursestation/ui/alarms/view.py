"""Alarm conditions as the bar, the list, the tiles and the numbers show them.

Rules of the file:
1. Patient and equipment stand apart, each by priority and then by age, as the snapshot has them.
2. What an operator has seen, or paused at the chair, stands still; a pause of the sound alone stops no flash.
   Source: IEC 60601-1-8 6.8.2: AUDIO PAUSED stops the auditory signal, ALARM PAUSED both.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from devices.events import AlarmKind, Priority
from devices.vocabulary import METRICS
from nursestation.core.commands import EndAudioPause, PauseAudio, SwitchAudioOn
from nursestation.core.snapshot import AudioState, AudioView, ConditionView, SignalState, StationSnapshot
from nursestation.ui.alarms.symbols import WORDS, Symbol
from nursestation.ui.durations import duration_text, lasting_text, round_text

KIND_WORDS = {AlarmKind.PHYSIOLOGICAL: "Patient", AlarmKind.TECHNICAL: "Equipment"}
PRIORITY_WORDS = {Priority.HIGH: "high", Priority.MEDIUM: "medium", Priority.LOW: "low"}
STATE_SYMBOLS = {
    SignalState.ON: Symbol.NONE,
    SignalState.ACKNOWLEDGED: Symbol.ACKNOWLEDGED,
    SignalState.LATCHED: Symbol.LATCHED,
    SignalState.AUDIO_PAUSED: Symbol.AUDIO_PAUSED,
    SignalState.ALARM_PAUSED: Symbol.ALARM_PAUSED,
}
_PAUSE_TIP = (
    "No sound from Nursestation until the countdown ends; a new alarm is heard all the same. The monitor goes on."
)
_STILL = (SignalState.ACKNOWLEDGED, SignalState.ALARM_PAUSED)
NOT_ANSWERED = "NOT ANSWERED"
PART = " · "
"""Between two parts of what is said of a condition."""
_ENDS_OF_HEADLINE = (": ", ", ", "; ")
_NO_INITIAL = r"(?<!\b[^\W\d_])"
_STOP, _BETWEEN = re.compile(rf"{_NO_INITIAL}\.$"), re.compile(rf"{_NO_INITIAL}\. ")
"""The end of a sentence, and what stands between two: the dot of a patient's initials is neither ("Connect it to J. K.")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLine:
    """One condition.

    Attributes:
        condition: Its id.
        chair: Number, None for what concerns the station.
        priority, kind: As judged.
        where: "Chair 2", or "Station".
        text: "SpO₂ 86 < 90".
        lasting: "for 14 s".
        state: Of its signal.
        is_escalated: Nobody answered it in time.
        cause_ns: Monotonic arrival of what made it true [ns], None where nothing arrived.
        opens: The sheet that answers it, or "".
        called: Its headline, where the text does not begin with one; "" else.
    """

    condition: str
    chair: int | None
    priority: Priority
    kind: AlarmKind
    where: str
    text: str
    lasting: str
    state: SignalState
    is_escalated: bool = False
    cause_ns: int | None = None
    opens: str = ""
    called: str = ""

    @property
    def asks(self) -> bool:
        """Say whether it still asks for an operator: it flashes if its priority does."""
        return self.state not in _STILL

    @property
    def symbol(self) -> Symbol:
        """Return the picture of its state."""
        return STATE_SYMBOLS[self.state]

    @property
    def headline(self) -> str:
        """Return what it is in a few words, which have room in the bar of a small window: "BP crisis 206/121"."""
        return self.called or split_text(self.text)[0]

    @property
    def detail(self) -> str:
        """Return the rest of its text, what is newest first; "" where there is none."""
        return self.text if self.called else split_text(self.text)[1]

    @property
    def note(self) -> str:
        """Return its state in words, "" for a signal that is simply on."""
        is_told = "acknowledge to clear" in self.text
        over = "over now, ends when acknowledged" if self.state is SignalState.LATCHED and not is_told else ""
        words = (WORDS.get(self.symbol, ""), over, NOT_ANSWERED if self.is_escalated and self.asks else "")
        return " · ".join(word for word in words if word)

    @property
    def spoken(self) -> str:
        """Return the line for a screen reader."""
        note = f", {self.note.lower()}" if self.note else ""
        return f"{PRIORITY_WORDS[self.priority]} priority alarm, {self.where}: {self.text} {self.lasting}{note}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioLook:
    """The button of the alarm sound.

    Attributes:
        symbol, title, note: On it, all the time.
        tip: What a tap does.
        command: What a tap asks for.
        is_stopped: No alarm can be heard, or only a new one.
        enabled: Whether a tap has anything to do.
    """

    symbol: Symbol
    title: str
    note: str
    tip: str
    command: PauseAudio | EndAudioPause | SwitchAudioOn
    is_stopped: bool
    enabled: bool = True


def audio_look(audio: AudioView, *, sounds: bool) -> AudioLook:
    """Return the button of the sound; its words say that the bedside monitor's sound is not touched.

    Args:
        audio: How the sound stands.
        sounds: Whether an alarm is to be heard now: else there is nothing to pause.
    """
    match audio.state:
        case AudioState.ON:
            return AudioLook(
                symbol=Symbol.SOUND,
                title=f"Pause sound {round_text(audio.pause_s)}",
                note="Nursestation only",
                tip=_PAUSE_TIP if sounds else "No alarm sounds in Nursestation: there is nothing to pause.",
                command=PauseAudio(),
                is_stopped=False,
                enabled=sounds,
            )
        case AudioState.PAUSED:
            left = f" · {duration_text(audio.left_s)}" if audio.left_s is not None else ""
            return AudioLook(
                symbol=Symbol.AUDIO_PAUSED,
                title=WORDS[Symbol.AUDIO_PAUSED],
                note=f"tap to end{left}",
                tip=f"Paused by {audio.by}, in Nursestation only. A tap ends the pause.",
                command=EndAudioPause(),
                is_stopped=True,
            )
        case AudioState.OFF:
            return AudioLook(
                symbol=Symbol.AUDIO_OFF,
                title=WORDS[Symbol.AUDIO_OFF],
                note="tap: sound on",
                tip=f"Switched off by {audio.by}: {audio.reason}. A tap switches the sound of Nursestation on again.",
                command=SwitchAudioOn(),
                is_stopped=True,
            )


def alarm_lines(snapshot: StationSnapshot) -> tuple[AlarmLine, ...]:
    """Return every present condition: of patients, then of equipment, each the most urgent first."""
    return tuple(_line(condition) for condition in snapshot.conditions)


def split_text(text: str) -> tuple[str, str]:
    """Return a condition's text as what it is, and what else there is to say of it, what is newest first.

    A headline is short enough for the bar of a small window; the rest stands below it in smaller letters.
    """
    ends = [at for at in (text.find(mark) for mark in _ENDS_OF_HEADLINE) if at > 0]
    if not ends:
        return text, ""
    head, rest = text[: min(ends)], text[min(ends) + 1 :].strip()
    parts = rest.split("; ")
    parts.sort(key=lambda part: not part.startswith("now "))
    return head, PART.join(parts)


def sentences(detail: str) -> list[str]:
    """Return the parts of what else there is to say, each short enough to be left out alone where there is no room."""
    return [_STOP.sub("", sentence) for part in detail.split(PART) for sentence in _BETWEEN.split(part)]


def rotation(lines: Sequence[AlarmLine]) -> tuple[AlarmLine, ...]:
    """Return the lines that the bar shows in turn.

    These are the most urgent of those that still ask for somebody. What is more urgent but was seen takes its turn with them,
    and so does the first of a patient where only equipment would be shown: it must not hide behind it.
    """
    shown = [line for line in lines if line.state is not SignalState.ALARM_PAUSED]
    pool = [line for line in shown if line.asks] or shown
    if not pool:
        return ()
    rank = max(line.priority.rank for line in pool)
    turns = [line for line in pool if line.priority.rank == rank]
    turns += [line for line in shown if line.priority.rank > rank]
    if all(line.kind is AlarmKind.TECHNICAL for line in turns):
        turns += [line for line in pool if line.kind is AlarmKind.PHYSIOLOGICAL][:1]
    return tuple(turns)


def count_text(lines: Sequence[AlarmLine]) -> str:
    """Return how many there are of each kind, a line each: "2 patient", "1 equipment"."""
    told = []
    for kind, word in KIND_WORDS.items():
        n = sum(line.kind is kind for line in lines)
        if n:
            told.append(f"{n} {word.lower()}")
    return "\n".join(told)


def top_condition(conditions: Sequence[ConditionView]) -> ConditionView | None:
    """Return what stands for several conditions: the most urgent, of those one that asks, of those a patient's."""
    return max(
        conditions,
        key=lambda one: (one.priority.rank, asks(one), one.kind is AlarmKind.PHYSIOLOGICAL),
        default=None,
    )


def condition_on(conditions: Sequence[ConditionView], metric: str) -> ConditionView | None:
    """Return the most urgent condition of the patient on a number, None without one or while all of them are paused."""
    on_it = [one for one in conditions if one.metric == metric and one.kind is AlarmKind.PHYSIOLOGICAL]
    return top_condition([one for one in on_it if one.signal is not SignalState.ALARM_PAUSED])


def asks(condition: ConditionView) -> bool:
    """Say whether a condition still asks for an operator."""
    return condition.signal not in _STILL


def alarm_word(condition: ConditionView) -> str:
    """Return a condition in two or three words, for a tile: "BP SPIKE", "SpO₂ LOW", "MONITOR SILENT 0:22"."""
    kind, _, rest = condition.rule.partition(".")
    what, _, side = rest.partition(".")
    if kind == "bp":
        return f"BP {what.replace('_', ' ').upper()}"
    if kind == "limit" and what in METRICS:
        return f"{METRICS[what].short} {side.upper()}"
    if condition.rule in _WORDS:
        return _WORDS[condition.rule]
    if kind == "link":
        return f"MONITOR SILENT {duration_text(condition.age_s)}"
    return condition.text


def _line(condition: ConditionView) -> AlarmLine:
    return AlarmLine(
        condition=condition.id,
        chair=condition.chair,
        priority=condition.priority,
        kind=condition.kind,
        where="Station" if condition.chair is None else f"Chair {condition.chair}",
        text=condition.text,
        lasting=lasting_text(condition.age_s),
        state=condition.signal,
        is_escalated=condition.escalated,
        cause_ns=condition.cause_ns,
        opens="flag" if condition.rule.startswith("bp.") else _SHEETS.get(condition.rule, ""),
        called=_HEADLINES.get(condition.rule, ""),
    )


_WORDS = {"monitor.patient": "OTHER PATIENT?", "monitor.demo": "MONITOR IN DEMO", "monitor.changed": "OTHER MONITOR?"}
_CHECK_ALL = "CHECK ALL PATIENTS"
_HEADLINES = {"station.sound": "ALARMS MAY BE SILENT", "station.asleep": _CHECK_ALL, "station.ended": _CHECK_ALL}
"""Where the text says why, and the consequence is what matters across the room."""
_SHEETS = {"monitor.patient": "monitor_patient"}
