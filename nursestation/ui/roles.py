"""What things are, in words that the theme turns into looks. Free of Qt, so that views can name roles too."""

from enum import StrEnum

from devices.events import Priority


class Text(StrEnum):
    """What a piece of text is; the theme gives size and weight."""

    CAPTION = "caption"  # beside something more important
    BODY = "body"
    STRONG = "strong"  # a control, a name in a list
    TITLE = "title"  # of a page or a part of one
    HEADING = "heading"  # of a whole page
    CLOCK = "clock"  # the time of day
    COUNT = "count"  # a length of time that runs
    TIMER = "timer"
    CODE = "code"  # digits to be copied by hand
    TILE_NUMBER = "tile_number"  # a vital in the rail
    NUMBER = "number"  # a vital in its big tile; sized by the tile


class Tone(StrEnum):
    """What a text's colour says."""

    PLAIN = "plain"
    SOFT = "soft"  # secondary, still easily read
    STALE = "stale"  # a number that is old
    ACCENT = "accent"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    HEART_RATE = "heart_rate"
    SPO2 = "spo2"
    NIBP = "nibp"
    RESP = "resp"
    CO2 = "co2"
    ON_HIGH = "on_high"  # upon the fill of an alarm of that priority
    ON_MEDIUM = "on_medium"
    ON_LOW = "on_low"


class Surface(StrEnum):
    """What lies behind a group of widgets."""

    WINDOW = "window"
    BAR = "bar"
    PANEL = "panel"
    RAISED = "raised"
    PLOT = "plot"
    FAILURE = "failure"
    MESSAGE = "message"
    HIGH = "high"  # filled: an alarm of that priority
    MEDIUM = "medium"
    LOW = "low"


class ButtonKind(StrEnum):
    """How much a button asks for."""

    PLAIN = "plain"
    PRIMARY = "primary"  # the one next step
    DANGER = "danger"  # stops or ends something
    QUIET = "quiet"  # cancel, back
    TILE = "tile"  # a fact that opens when it is tapped


def surface_of(priority: Priority) -> Surface:
    """Return the filled surface of an alarm priority."""
    return {Priority.HIGH: Surface.HIGH, Priority.MEDIUM: Surface.MEDIUM, Priority.LOW: Surface.LOW}[priority]


def tone_upon(priority: Priority) -> Tone:
    """Return the tone of text upon that surface."""
    return {Priority.HIGH: Tone.ON_HIGH, Priority.MEDIUM: Tone.ON_MEDIUM, Priority.LOW: Tone.ON_LOW}[priority]
