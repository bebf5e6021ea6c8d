"""Times for people: the zone a file is written in, and how times and spans read."""

from datetime import UTC, datetime, tzinfo

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def local(utc_ns: int, zone: tzinfo | None) -> datetime:
    """Return UTC [ns] as a local time, cut to milliseconds; `zone` None is the computer's own zone."""
    seconds, rest = divmod(utc_ns, NS_PER_S)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // NS_PER_MS * 1000)
    return moment.astimezone(zone)


def iso(utc_ns: int, zone: tzinfo | None) -> str:
    """Return ISO 8601 with milliseconds and offset: "2026-03-03T13:20:00.000-05:00"."""
    return local(utc_ns, zone).isoformat(timespec="milliseconds")


def clock(utc_ns: int, zone: tzinfo | None) -> str:
    """Return the time of day to the minute: "14:09"."""
    return local(utc_ns, zone).strftime("%H:%M")


def clock_s(utc_ns: int, zone: tzinfo | None) -> str:
    """Return the time of day to the second: "14:09:12"."""
    return local(utc_ns, zone).strftime("%H:%M:%S")


def day(utc_ns: int, zone: tzinfo | None) -> str:
    """Return the date in a form that no country misreads: "3 March 2026"."""
    moment = local(utc_ns, zone)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def zone_name(utc_ns: int, zone: tzinfo | None) -> str:
    """Return the zone's name and offset: "EST, UTC-05:00"; "UTC" alone where it is that."""
    moment = local(utc_ns, zone)
    offset, name = moment.strftime("%z"), moment.tzname()
    return "UTC" if name == "UTC" else f"{name}, UTC{offset[:3]}:{offset[3:5]}"


def span(ns: int) -> str:
    """Return a duration as minutes and seconds, or hours from one hour on: "0:50", "41:12", "1:02:05"."""
    hours, rest = divmod(max(0, ns) // NS_PER_S, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
