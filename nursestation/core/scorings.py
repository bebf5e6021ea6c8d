"""Scores that staff record at any time of a visit: their ranges and their words, in one table.

Sources: MOAA/S, Chernik DA et al., J Clin Psychopharmacol 1990;10:244-251. RASS, Sessler CN et al., Am J Respir Crit Care Med
2002;166:1338-1344. Orientation counts person, place and time. The words here are ours. CADSS
(Bremner JD et al., J Trauma Stress 1998;11:125-136) and CADSS-6 (Rodrigues NB et al., J Affect Disord 2021;282:160-164) are
numbers alone: their items belong to their authors and are not shown. "Unreal or detached" is a plain rating of our own and
stands for no published scale.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nursestation.core import records as r
from nursestation.core import remembered
from nursestation.core.commands import RecordScore
from nursestation.core.model import ScoreKind
from nursestation.core.scores import MOAAS
from nursestation.core.state import ChairState, Score, Visit
from nursestation.core.turn import Refusal, Turn


@dataclass(frozen=True, slots=True)
class Scale:
    """One kind of score.

    Attributes:
        title: Its name, short enough for a button.
        low, high: Its range, both included.
        question: What is asked, or looked at.
        words: What a value means, (value, words), in the order to offer them; () where only the number is entered.
    """

    title: str
    low: int
    high: int
    question: str
    words: tuple[tuple[int, str], ...] = ()


SCALES: Mapping[ScoreKind, Scale] = MappingProxyType(
    {
        ScoreKind.MOAAS: Scale("MOAA/S", 0, 5, "How awake, when called by name?", MOAAS),
        ScoreKind.RASS: Scale(
            "RASS",
            -5,
            4,
            "How calm or restless?",
            (
                (4, "fights, a danger to others"),
                (3, "pulls at lines, aggressive"),
                (2, "moves a lot without purpose"),
                (1, "restless, uneasy"),
                (0, "awake and calm"),
                (-1, "drowsy, keeps eye contact when called"),
                (-2, "wakes briefly when called"),
                (-3, "moves when called, no eye contact"),
                (-4, "reacts to touch alone"),
                (-5, "no reaction"),
            ),
        ),
        ScoreKind.PAIN: Scale("Pain", 0, 10, "How bad is the pain?", ((0, "none"), (10, "worst imaginable"))),
        ScoreKind.ORIENTATION: Scale(
            "Orientation",
            0,
            3,
            "Knows who, where and when?",
            ((3, "all three"), (2, "two of three"), (1, "one of three"), (0, "none")),
        ),
        ScoreKind.UNREAL: Scale(
            "Unreal or detached", 0, 10, "How unreal or detached does it feel?", ((0, "not at all"), (10, "completely"))
        ),
        ScoreKind.CADSS6: Scale("CADSS-6", 0, 24, "Total of the clinic's own form"),
        ScoreKind.CADSS: Scale("CADSS", 0, 92, "Total of the clinic's own form"),
        ScoreKind.OTHER: Scale("Other score", -999, 999, "Its name and number"),
    }
)
"""Every kind of score with its range."""


def label_of(kind: ScoreKind, label: str) -> str:
    """Return a score's name for people."""
    return label if kind is ScoreKind.OTHER and label else SCALES[kind].title


def record_score(turn: Turn, chair: ChairState, visit: Visit, command: RecordScore) -> None:
    """Record a score.

    Raises:
        Refusal: it is out of range, has no name, or its time lies in the future or before check-in.
    """
    scale = SCALES[command.kind]
    label = command.label.strip()
    if command.kind is ScoreKind.OTHER and not label:
        raise Refusal("Name the score.")
    if not scale.low <= command.value <= scale.high:
        raise Refusal(f"{label_of(command.kind, label)} goes from {scale.low} to {scale.high}: check the number.")
    at = remembered.past(turn, visit, command.at_utc_ns)
    turn.emit(
        r.ScoreRecorded(
            **turn.acted(chair),
            kind=command.kind,
            value=command.value,
            items=command.items,
            note=command.note.strip(),
            label=label if command.kind is ScoreKind.OTHER else "",
            happened_utc_ns=at.utc_ns if at != turn.now else None,
        )
    )


def newest(visit: Visit, kind: ScoreKind) -> Score | None:
    """Return the score of a kind that was rated last, or None."""
    return next((score for score in reversed(visit.scores) if score.kind is kind), None)
