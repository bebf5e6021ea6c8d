"""Times and durations as a nurse reads them.

Rules of the file:
1. Input is UTC [ns] or seconds [s]; output is text in the clinic's time zone (`zone`, None for the machine's).
2. Nothing here asks what time it is: the present moment is always handed in.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from devices.clock import NS_PER_S

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def local_time(utc_ns: int, zone: tzinfo | None = None) -> datetime:
    """Return the local date and time of `utc_ns`, UTC [ns]."""
    return datetime.fromtimestamp(utc_ns / NS_PER_S, UTC).astimezone(zone)


def to_utc_ns(moment: datetime) -> int:
    """Return UTC [ns] of an aware local time, to the second."""
    return int(moment.timestamp()) * NS_PER_S


def clock_text(utc_ns: int, zone: tzinfo | None = None) -> str:
    """Return the time of day, "14:32"."""
    return f"{local_time(utc_ns, zone):%H:%M}"


def day_and_clock_text(utc_ns: int, now_utc_ns: int, zone: tzinfo | None = None) -> str:
    """Return the time of day with its day where that is not today: "yesterday 19:30", "2 May 19:30"."""
    then, now = local_time(utc_ns, zone), local_time(now_utc_ns, zone)
    if then.date() == now.date():
        return f"{then:%H:%M}"
    if then.date() == now.date() - timedelta(days=1):
        return f"yesterday {then:%H:%M}"
    return f"{then.day} {_MONTHS[then.month - 1]} {then:%H:%M}"


def hours_text(seconds: float) -> str:
    """Return a length of time in hours and minutes, cut down to the minute: "6:12 h"."""
    minutes = max(0, int(seconds // 60))
    return f"{minutes // 60}:{minutes % 60:02d} h"


def minutes_text(seconds: float) -> str:
    """Return a length of time in minutes and seconds, cut down to the second: "34:10"."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def date_text(day: date) -> str:
    """Return a date that nobody can read the wrong way round: "9 March 1984"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def age_years(born: date, today: date) -> int:
    """Return completed years of age."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def parse_time_of_day(text: str) -> time | None:
    """Return the time of day that a person typed ("7:30", "0730", "19.05", "7"), or None."""
    digits = text.strip().replace(".", ":").replace(" ", "")
    hour, colon, minute = digits.partition(":")
    if not colon and len(hour) in (3, 4):
        hour, minute = hour[:-2], hour[-2:]
    minute = minute or "0"
    if not (hour.isdecimal() and minute.isdecimal() and len(hour) <= 2 and len(minute) <= 2):
        return None
    if int(hour) > 23 or int(minute) > 59:
        return None
    return time(int(hour), int(minute))
