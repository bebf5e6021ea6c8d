"""Lengths of time as a nurse reads them. Input is seconds [s]; a fraction is cut off, so that a count-down never lies early."""

MINUTE_S = 60
HOUR_S = 3600


def duration_text(seconds: float) -> str:
    """Return "0:22", "34:10", "1:04:10"; a negative length counts as none."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, HOUR_S)
    minutes, left = divmod(rest, MINUTE_S)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def span_text(seconds: float) -> str:
    """Return a length in its one telling unit: "22 s", "15 min", "1 h 20 min"."""
    whole = max(0, int(seconds))
    if whole < MINUTE_S:
        return f"{whole} s"
    if whole < HOUR_S:
        return f"{whole // MINUTE_S} min"
    return f"{whole // HOUR_S} h {whole % HOUR_S // MINUTE_S} min"


def round_text(seconds: float) -> str:
    """Return a length that was set by a person, exact and short: "2 min", "90 s"."""
    return f"{seconds / MINUTE_S:g} min" if seconds and seconds % MINUTE_S == 0 else f"{seconds:g} s"


def age_text(seconds: float) -> str:
    """Return how long ago something was: "now" under 5 s, then "22 s ago", "15 min ago", "1 h 20 min ago"."""
    return "now" if seconds < 5 else f"{span_text(seconds)} ago"


def lasting_text(seconds: float) -> str:
    """Return how long something has lasted, to the second: "for 14 s", "for 1:35 min", "for 1:04:10 h"."""
    whole = max(0, int(seconds))
    if whole < MINUTE_S:
        return f"for {whole} s"
    return f"for {duration_text(whole)} {'h' if whole >= HOUR_S else 'min'}"
