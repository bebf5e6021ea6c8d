"""Lists of a protocol as lines that a person types, and back: one entry a line, its parts between bars. Pure.

`Nausea | side effect | key 1 | how strong` is an event button, `Lamotrigine | Which prescriber was asked? | note needed` a
medicine with what is asked of it, `pain | infusion, observation | 30` a score with its phases and minutes.
"""

from collections.abc import Mapping, Sequence

from nursestation.core.model import ChartKind, Phase, ScoreKind, Transport
from nursestation.core.protocol_words import Plain
from nursestation.core.wording import PHASE_WORDS

KIND_WORDS = {kind: kind.value.replace("_", " ") for kind in ChartKind}
SCORE_WORDS = {
    ScoreKind.MOAAS: "MOAA/S",
    ScoreKind.RASS: "RASS",
    ScoreKind.PAIN: "pain",
    ScoreKind.ORIENTATION: "orientation",
    ScoreKind.UNREAL: "unreal",
    ScoreKind.CADSS6: "CADSS-6",
    ScoreKind.CADSS: "CADSS",
    ScoreKind.OTHER: "other",
}
_PHASES = {phase.value: PHASE_WORDS[phase].lower() for phase in Phase if not phase.is_over}
TRANSPORT_WORDS = {
    Transport.FAMILY_OR_FRIEND: "family or friend",
    Transport.MEDICAL_TRANSPORT: "medical transport",
    Transport.OTHER_ADULT: "other adult",
    Transport.TAXI: "taxi alone",
}
METRIC_WORDS = {
    "heart_rate": "heart rate",
    "pulse_rate": "pulse rate",
    "spo2": "SpO2",
    "nibp_sys": "blood pressure",
    "resp_rate": "breathing",
    "etco2": "CO2",
}
_HOW_STRONG = "how strong"
_NOTE_NEEDED = "note needed"


class LineError(ValueError):
    """A line that cannot be read; the message says which and what is wanted."""


def texts(path: str, value: Plain) -> str:
    """Return a list as lines."""
    assert isinstance(value, Sequence)
    return "\n".join(_line(path, one) for one in value)


def read(path: str, text: str) -> list[Plain]:
    """Return what lines say; empty ones count for nothing.

    Raises:
        LineError: a line cannot be read, or stands there twice.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = []
    for n, line in enumerate(lines, start=1):
        if line in lines[: n - 1]:
            raise LineError(f"“{line}” stands there twice.")
        found.append(_entry(path, line))
    return found


def language_text(value: Plain) -> str:
    """Return the texts by language, each under a line with its code in brackets."""
    assert isinstance(value, Mapping)
    return "\n".join(f"[{code}]\n{str(text).strip()}\n" for code, text in value.items())


def read_languages(text: str) -> dict[str, Plain]:
    """Return the texts by language.

    Raises:
        LineError: a text has no language, or a language stands there twice.
    """
    found: dict[str, list[str]] = {}
    code = ""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("[") and stripped.endswith("]"):
            code = stripped[1:-1].strip().lower()
            if not code or code in found:
                raise LineError(f"“{stripped}”: give each language once, for example [es] for Spanish.")
            found[code] = []
        elif code:
            found[code].append(line.rstrip())
        elif stripped:
            raise LineError("Begin each language with a line of its own, for example [es] for Spanish.")
    told = {code: "\n".join(lines).strip() + "\n" for code, lines in found.items()}
    empty = next((code for code, lines in told.items() if not lines.strip()), None)
    if empty is not None:
        raise LineError(f"[{empty}] has no text: write it, or take the line away.")
    return dict(told)


def _line(path: str, one: Plain) -> str:
    if isinstance(one, Mapping):
        match path:
            case "events":
                parts = [str(one["text"]), KIND_WORDS[ChartKind(str(one["kind"]))]]
                parts += [f"key {one['key']}"] if one.get("key") is not None else []
                parts += [_HOW_STRONG] if one.get("asks_severity") else []
            case "scores":
                phases = one["phases"]
                assert isinstance(phases, Sequence)
                named = ", ".join(_PHASES[str(phase)] for phase in phases)
                parts = [SCORE_WORDS[ScoreKind(str(one["kind"]))], named, f"{float(str(one['every_min'])):g}"]
            case _:
                parts = [str(one["name"])]
                parts += [str(one["ask"])] if one.get("ask") else []
                parts += [_NOTE_NEEDED] if one.get("note_needed") else []
        return " | ".join(parts)
    if isinstance(one, Sequence) and not isinstance(one, str):
        return " or ".join(METRIC_WORDS.get(str(part), str(part)) for part in one)
    words = {"gates.baseline_scores": _plain(SCORE_WORDS), "gates.transports": _plain(TRANSPORT_WORDS)}.get(path, {})
    return words.get(str(one), str(one))


def _entry(path: str, line: str) -> Plain:
    match path:
        case "events":
            return _event(line)
        case "scores":
            return _score(line)
        case "gates.medicines":
            name, *parts = (part.strip() for part in line.split("|"))
            asks = [part for part in parts if part and part != _NOTE_NEEDED]
            if len(asks) > 1:
                raise LineError(f"“{line}”: write one question, for example Opioid | Which, and when?")
            return {"name": name, "note_needed": _NOTE_NEEDED in parts, "ask": "".join(asks)}
        case "gates.baseline_scores":
            return _known(line, _plain(SCORE_WORDS), "a score")
        case "gates.transports":
            return _known(line, _plain(TRANSPORT_WORDS), "a way home")
        case "gates.required_metrics":
            return [_known(part.strip(), METRIC_WORDS, "a reading") for part in line.split(" or ")]
        case _:
            return line


def _event(line: str) -> Plain:
    text, *parts = (part.strip() for part in line.split("|"))
    found: dict[str, Plain] = {"text": text, "kind": ChartKind.SIDE_EFFECT.value, "key": None, "asks_severity": False}
    for part in parts:
        if part == _HOW_STRONG:
            found["asks_severity"] = True
        elif part.startswith("key "):
            digit = part.removeprefix("key ").strip()
            if digit not in "123456789" or len(digit) != 1:
                raise LineError(f"“{line}”: a key is a digit from 1 to 9, for example key 1.")
            found["key"] = int(digit)
        else:
            found["kind"] = _known(part, _plain(KIND_WORDS), "a kind of event")
    return found


def _score(line: str) -> Plain:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) != 3:
        raise LineError(f"“{line}”: write score, phases and minutes, for example pain | infusion, observation | 30.")
    try:
        minutes = float(parts[2].removesuffix("min").strip())
    except ValueError:
        raise LineError(f"“{line}”: {parts[2]} is no number of minutes.") from None
    phases: list[Plain] = [_known(part.strip(), _PHASES, "a phase of the visit") for part in parts[1].split(",")]
    return {"kind": _known(parts[0], _plain(SCORE_WORDS), "a score"), "phases": phases, "every_min": minutes}


def _known(word: str, words: Mapping[str, str], what: str) -> str:
    key = next((key for key, told in words.items() if word.casefold() in (told.casefold(), key.casefold())), None)
    if key is None:
        raise LineError(f"“{word}” is not {what}; write one of: {', '.join(words.values())}.")
    return key


def _plain(words: Mapping[ChartKind, str] | Mapping[ScoreKind, str] | Mapping[Transport, str]) -> dict[str, str]:
    return {str(key.value): word for key, word in words.items()}
