"""Changes `station.toml` as a careful person would: the lines that change, and no other.

Rules of the file:
1. Comments, order, spacing and keys that this version does not know stay as they are. A monitor that is taken away goes
   with its own lines and the comment directly over them.
2. What is written is read again before it replaces anything: it must say the old settings with the change and nothing else.
3. The file is whole at every moment: a temporary file is synced, then takes its place. The one before stays beside it as
   `station.toml.before`.

A file is cut into blocks at its `[table]` lines, because tomlkit hangs a comment that stands over a table on the table
before it; within a block, and where chairs are written inline, tomlkit makes the change.
"""

from collections.abc import MutableMapping, MutableSequence, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import tomlkit

from nursestation.config.blocks import Block, Table, cut, edited
from nursestation.config.changes import Change, ChangeError, PutMonitor, RemoveChair, RemoveMonitor, changed
from nursestation.config.load import SettingsError, parse_settings
from nursestation.config.schema import ChairSettings, MonitorSettings, StationSettings
from nursestation.wholefile import mode_of, own_folder, put

BEFORE = ".before"
_CHAIR, _MONITOR, _PREFER = ("chair",), ("chair", "monitor"), ("chair", "prefer")


@dataclass(frozen=True, slots=True)
class Plan:
    """A change that was looked over and can be written.

    Attributes:
        path: The file.
        old: What it holds now; empty where there is none.
        new: What it will hold.
        settings: What that says.
    """

    path: Path
    old: bytes
    new: bytes
    settings: StationSettings


def plan_change(path: Path, change: Change, known: Sequence[ChairSettings]) -> Plan:
    """Look over a change of the file, which a missing one begins; nothing is written yet.

    What was changed by hand meanwhile stays, and becomes effective with the next start as ever.

    Args:
        path: The settings file.
        change: What a person wants.
        known: The chairs as the person saw them.

    Raises:
        ChangeError: the file says something else of this chair by now.
        SettingsError: the file has a mistake, cannot be read, or cannot be changed safely.
    """
    old = _read(path)
    text = _decoded(old, path)
    before = parse_settings(text, path)
    if _chair_of(before.chair, change) != _chair_of(known, change):
        raise ChangeError(
            f"Chair {change.chair} was changed by hand in {path} since Nursestation started. Nothing was saved: start "
            "Nursestation again, and look at the chair before you change it here."
        )
    expected = before.model_copy(update={"chair": changed(before.chair, change)})
    new = with_change(text, change)
    try:
        told = parse_settings(new, path)
    except SettingsError as error:
        raise _unwritable(path) from error
    if told != expected:
        raise _unwritable(path)
    return Plan(path, old, new.encode(), told)


def write_plan(plan: Plan) -> None:
    """Write a change that was looked over.

    Raises:
        SettingsError: the file was changed meanwhile, or cannot be written. It is left as it is.
    """
    if _read(plan.path) != plan.old:
        raise SettingsError(f"{plan.path} was changed by another program just now. Nothing is lost: save again.")
    try:
        _replace(plan.path.resolve(), plan.old, plan.new)
    except OSError as error:
        raise SettingsError(
            f"{plan.path} cannot be written ({error.strerror}): give this user write permission, or free some space."
        ) from error


def _chair_of(chairs: Sequence[ChairSettings], change: Change) -> ChairSettings | None:
    return next((chair for chair in chairs if chair.number == change.chair), None)


def with_change(text: str, change: Change) -> str:
    """Return the file's text with `change` made in it. Keys and comments that are not concerned stay as they are.

    Raises:
        ChangeError: the chair or the monitor that is to change is not there.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    blocks = cut(text)
    inline = _is_inline(blocks, change.chair)
    made = _changed_inline(text, change) if inline else "".join(b.text for b in _changed_blocks(blocks, change))
    return made.replace("\r\n", "\n").replace("\n", newline) if newline != "\n" else made


# --- blocks -------------------------------------------------------------------------------------------------------


def _chair_span(blocks: list[Block], number: int) -> tuple[int, int] | None:
    """Return where the chair's block is and where the next one's would be."""
    starts = [n for n, block in enumerate(blocks) if block.path == _CHAIR]
    for start in starts:
        if blocks[start].values.get("number") == number:
            after = start + 1
            while after < len(blocks) and blocks[after].path[:1] == _CHAIR and blocks[after].path != _CHAIR:
                after += 1
            return start, after
    return None


def _is_inline(blocks: list[Block], number: int) -> bool:
    """Say whether chairs, or this chair's monitors, are written inline: then there are no blocks to work on."""
    if "chair" in blocks[0].values:
        return True
    span = _chair_span(blocks, number)
    return span is not None and "monitor" in blocks[span[0]].values


def _changed_blocks(blocks: list[Block], change: Change) -> list[Block]:
    span = _chair_span(blocks, change.chair)
    if isinstance(change, RemoveChair):
        if span is None or any(block.path == _MONITOR for block in blocks[span[0] : span[1]]):
            raise _not_empty(change.chair)
        return [_without(block) if span[0] <= n < span[1] else block for n, block in enumerate(blocks)]
    leaving = change.driver if isinstance(change, RemoveMonitor) else change.replaces
    if span is None:
        if leaving or isinstance(change, RemoveMonitor):
            raise _gone(change.chair, leaving)
        chair = f"[[chair]]\nnumber = {change.chair}\n"
        return _with_new(blocks, len(blocks), _CHAIR, chair, _monitor_text(change.monitor))
    start, end = span
    monitors = [n for n in range(start, end) if blocks[n].path == _MONITOR]
    if not leaving:
        assert isinstance(change, PutMonitor)
        at = monitors[-1] + 1 if monitors else start + 1
        return _with_new(blocks, at, _MONITOR, _monitor_text(change.monitor))
    target = next((n for n in monitors if blocks[n].values.get("driver") == leaving), None)
    if target is None:
        raise _gone(change.chair, leaving)
    stays = change.monitor.driver if isinstance(change, PutMonitor) else ""
    made = list(blocks)
    if stays != leaving:
        for n in range(start, end):
            if blocks[n].path in (_CHAIR, _PREFER):
                made[n] = edited(blocks[n], lambda table, path: _forget(table, path, leaving))
    if isinstance(change, PutMonitor):
        monitor = change.monitor
        made[target] = edited(blocks[target], lambda table, _: _update(table, monitor))
    else:
        made[target] = _without(made[target])
    return made


def _without(block: Block) -> Block:
    """Return what stays of a block that is taken away: the comments after it."""
    return replace(block, lead="", core="", tail=block.tail.lstrip("\r\n"))


def _with_new(blocks: list[Block], at: int, path: tuple[str, ...], *parts: str) -> list[Block]:
    """Insert a block before the one at `at`, a blank line above it, and below it where another follows."""
    made = list(blocks)
    above = "".join(block.text for block in blocks[:at])
    gap = "" if not above.strip() or above.endswith(("\n\n", "\n\r\n")) else "\n" if above.endswith("\n") else "\n\n"
    new = Block(path, gap, "\n".join(parts), "\n" if at < len(blocks) else "")
    made.insert(at, new)
    return made


# --- keys ---------------------------------------------------------------------------------------------------------


def _keys(monitor: MonitorSettings) -> dict[str, object]:
    return monitor.model_dump(mode="json")


def _monitor_text(monitor: MonitorSettings) -> str:
    wanted = monitor.model_dump(mode="json", exclude_defaults=True)
    return "[[chair.monitor]]\n" + tomlkit.dumps(wanted)


def _update(table: Table, monitor: MonitorSettings) -> None:
    """Let the keys of a monitor say `monitor`; one that says it already is not touched, nor is one that we do not know."""
    defaults = {name: field.default for name, field in MonitorSettings.model_fields.items()}
    for name, value in _keys(monitor).items():
        if name in table:
            if value is None:
                del table[name]
            elif table[name] != value:
                table[name] = value
        elif value != defaults[name]:
            table[name] = value


def _forget(table: Table, path: tuple[str, ...], driver: str) -> None:
    """Take a driver out of the preferences."""
    prefer = table if path == _PREFER else table.get("prefer")
    if not isinstance(prefer, MutableMapping):
        return
    for metric in [metric for metric, name in prefer.items() if name == driver]:
        del prefer[metric]


# --- inline -------------------------------------------------------------------------------------------------------


def _changed_inline(text: str, change: Change) -> str:
    document = tomlkit.parse(text)
    chairs = document["chair"]
    assert isinstance(chairs, MutableSequence)
    chair = next((one for one in chairs if one.get("number") == change.chair), None)
    if isinstance(change, RemoveChair):
        if chair is None or chair.get("monitor"):
            raise _not_empty(change.chair)
        chairs.pop(chairs.index(chair))
        return tomlkit.dumps(document)
    leaving = change.driver if isinstance(change, RemoveMonitor) else change.replaces
    if chair is None:
        if leaving or isinstance(change, RemoveMonitor):
            raise _gone(change.chair, leaving)
        chairs.append(_inline({"number": change.chair, "monitor": [_inline(_set_keys(change.monitor))]}))
        return tomlkit.dumps(document)
    if "monitor" not in chair:
        chair["monitor"] = tomlkit.array()
    monitors = chair["monitor"]
    if not leaving:
        assert isinstance(change, PutMonitor)
        monitors.append(_inline(_set_keys(change.monitor)))
        return tomlkit.dumps(document)
    at = next((n for n, one in enumerate(monitors) if one.get("driver") == leaving), None)
    if at is None:
        raise _gone(change.chair, leaving)
    if isinstance(change, PutMonitor):
        _update(monitors[at], change.monitor)
    else:
        monitors.pop(at)
    if isinstance(change, RemoveMonitor) or change.monitor.driver != leaving:
        _forget(chair, _CHAIR, leaving)
    return tomlkit.dumps(document)


def _set_keys(monitor: MonitorSettings) -> dict[str, object]:
    return monitor.model_dump(mode="json", exclude_defaults=True)


def _inline(values: dict[str, object]) -> object:
    table = tomlkit.inline_table()
    table.update(values)
    return table


# --- the file -----------------------------------------------------------------------------------------------------


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not a TOML file: {error}") from error


def _replace(path: Path, old: bytes, new: bytes) -> None:
    own_folder(path.parent)
    if old:
        put(path.with_name(path.name + BEFORE), old, mode_of(path))
    put(path, new, mode_of(path))


def _gone(chair: int, driver: str) -> ChangeError:
    return ChangeError(f"Chair {chair} has no monitor {driver} in the settings file any more: it was changed by hand.")


def _not_empty(chair: int) -> ChangeError:
    return ChangeError(f"Chair {chair} has monitors in the settings file, or is not there: it was changed by hand.")


def _unwritable(path: Path) -> SettingsError:
    return SettingsError(
        f"{path} is written in a way that cannot be changed safely from here. Nothing was changed: edit it by hand, "
        "then start Nursestation again."
    )
