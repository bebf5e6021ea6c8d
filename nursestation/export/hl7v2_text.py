"""HL7 v2 as text: escaping, components, segments, times (HL7 v2.6, chapter 2)."""

from collections.abc import Mapping
from datetime import tzinfo

from nursestation.export.codes import Code
from nursestation.export.localtime import local

END = "\r"
"""What ends every segment (HL7 v2.6, 2.5.4)."""

_ESCAPED = {ord(one): f"\\{name}\\" for one, name in zip("\\|^&~", "EFSTR", strict=True)}
_ESCAPED |= {code: " " if chr(code) in "\t\r\n" else "\ufffd" for code in range(32)}


def escaped(text: str) -> str:
    """Return a text as one line in which no character separates or ends anything (2.7.1)."""
    return text.translate(_ESCAPED)


def components(*texts: str) -> str:
    """Return a field of components, those at its end that are empty left out."""
    return "^".join(map(escaped, texts)).rstrip("^")


def coded(code: Code) -> str:
    """Return an 11073 code as a coded element."""
    return components(code.code, code.display, "MDC")


def segment(name: str, fields: Mapping[int, str]) -> str:
    """Return a segment with its end.

    Args:
        name: Its three letters.
        fields: Its fields by number; MSH counts its first separator as field 1.
    """
    before = "MSH|^~\\&" if name == "MSH" else name
    first = 3 if name == "MSH" else 1
    last = max((number for number, value in fields.items() if value), default=0)
    return "".join((before, *(f"|{fields.get(number, '')}" for number in range(first, last + 1)), END))


def time(utc_ns: int, zone: tzinfo | None) -> str:
    """Return a time, UTC [ns], with milliseconds and its offset from UTC (2.A.22)."""
    moment = local(utc_ns, zone)
    return f"{moment:%Y%m%d%H%M%S}.{moment.microsecond // 1000:03}{moment:%z}"


def number(value: float) -> str:
    """Return a number (NM) with no more digits than it has."""
    return f"{value:.10g}"
