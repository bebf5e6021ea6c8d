"""What the clinic's own files say, as far as the record keeps it, and what is different in them since it was kept.

Rules of the file:
1. Kept is what a file says otherwise than the program does without it; with each stands what holds without it. So a newer
   version of the program that knows more settings is told as no change of anybody's. One that ships other limits is told: a
   preset or protocol that nobody edited is another one all the same.
2. Nothing that is kept is a secret: the settings and the preset hold none.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from nursestation.core.protocols import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting that is not as shipped.

    Attributes:
        file: Where it stands, for people ("station.toml", "alarm preset").
        key: Its key there, with all that it stands under ("chair.2.sound_output").
        title: What people call it.
        value: What the file says, in words.
        otherwise: What holds without it, in words.
    """

    file: str
    key: str
    title: str
    value: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting with another value: where, what people call it, and both values in words."""

    file: str
    title: str
    before: str
    after: str


def differences(before: Iterable[Setting], after: Iterable[Setting]) -> tuple[Difference, ...]:
    """Return what is different, in the order of the later files; what was left out comes last."""
    known, now = ({(one.file, one.key): one for one in some} for some in (before, after))
    found = []
    for place, one in now.items():
        was = known[place].value if place in known else one.otherwise
        if was != one.value:
            found.append(Difference(one.file, one.title, was, one.value))
    gone = (one for place, one in known.items() if place not in now)
    return (*found, *(Difference(one.file, one.title, one.value, one.otherwise) for one in gone))


def others(known: Iterable[Protocol], now: Iterable[Protocol]) -> tuple[tuple[Protocol | None, Protocol | None], ...]:
    """Return each protocol that is another one, as (before, after); None for what was or is not there."""
    before, after = ({one.name: one for one in some} for some in (known, now))
    names = [*before, *(name for name in after if name not in before)]
    return tuple((before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name))
