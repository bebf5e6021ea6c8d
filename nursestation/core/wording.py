"""How spans of time and numbers read in the core's sentences. The core knows no time zone, so it never writes a clock time."""


def span(seconds: float) -> str:
    """Return a length of time as a nurse's timer shows it: "0:40", "34:10", "1:02:00". Negative reads as zero."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def left(seconds: float) -> str:
    """Return how long is still to go, rounded up so that it reads "0:00" only when nothing is left."""
    return span(-(-max(0.0, seconds) // 1))


def number(value: float) -> str:
    """Return a value with no more digits than a monitor shows: whole, or one decimal."""
    return f"{value:.0f}" if value == int(value) else f"{value:.1f}"


def listed(parts: list[str]) -> str:
    """Return the parts as a list in a sentence: "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


_COUNTS = ("no", "one", "two", "three", "four", "five", "six")


def count(n: int, noun: str) -> str:
    """Return a small count in words: "one cuff reading", "two cuff readings"."""
    word = _COUNTS[n] if n < len(_COUNTS) else str(n)
    return f"{word} {noun}" if n == 1 else f"{word} {noun}s"
