"""Changes the text of a protocol file as a careful person would: the values that differ, and no other line.

Rules of the file:
1. Comments, order and spacing stay as they are. A comment beside a value tells where the value comes from, so it goes with
   the value: whoever gives a new one says what stands beside it now.
2. What comes out is read again by whoever writes it; a file that is written in a way that this does not know is left alone.
"""

from collections.abc import Callable, Iterable, Mapping, MutableMapping, MutableSequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import tomlkit
from tomlkit.container import Container
from tomlkit.items import Item

from nursestation.config.blocks import Block, cut, edited, inside
from nursestation.config.load import read_document, validated
from nursestation.config.protocol_files import BASED_ON, base_path, whole_document
from nursestation.core.protocol_words import NAMED_BY, Plain, flat, value_text
from nursestation.core.protocols import Protocol

Note = Callable[[str, str, Plain], str]
"""Given a field's path, the comment beside its old value and that value: the comment beside the new one, "" for none."""

_SHORT = 40
_BY_LANGUAGE = ("discharge", "instructions_by_language")
_SERIES = ("series",)
_OWN_KEYS = ("name", "version")


def rewritten(text: str, before: Protocol, after: Protocol, note: Note) -> str:
    """Return the text of a file that says `before` so that it says `after`."""
    old, new = flat(before), flat(after)
    blocks = cut(text)
    for path in [*old, *(path for path in new if path not in old)]:
        if old.get(path) != new.get(path):
            blocks = _with_value(blocks, path, new.get(path), partial(_noted, note, path, old.get(path)))
    if after.series is None:
        blocks = [replace(block, lead="", core="") if block.path == _SERIES else block for block in blocks]
    for key in _OWN_KEYS:
        if getattr(before, key) != getattr(after, key):
            blocks = _with_value(blocks, key, getattr(after, key), lambda told: told)
    return "".join(block.text for block in blocks)


def _noted(note: Note, path: str, was: Plain, told: str) -> str:
    return note(path, told, was)


def whole_text(path: Path) -> str:
    """Return the text of a shipped file standing whole, each value with the source that belongs to it.

    Raises:
        SettingsError: it cannot be read.
    """
    text = path.read_text(encoding="utf-8")
    given = read_document(path)
    if BASED_ON not in given:
        return _under_header(text, validated(Protocol, given, path))
    base = base_path(path, given)
    under, over = base.read_text(encoding="utf-8"), _comments(cut(text))
    before = validated(Protocol, read_document(base), base)
    after = validated(Protocol, whole_document(path), path)
    return _under_header(rewritten(under, before, after, lambda at, _told, _was: over.get(at, "")), after)


def since(version: int, who: str) -> Note:
    """Return the note of an edit: who gave the value in which version, what it was before and where that came from."""

    def note(_path: str, told: str, was: Plain) -> str:
        source = told.removeprefix("#").strip()
        if source.startswith("since version "):
            source = source.partition(" (")[2].removesuffix(")") if source.endswith(")") else ""
        said = value_text(was)
        before = f"; before it {said}" if len(said) <= _SHORT and "\n" not in said else ""
        return f"since version {version}, {who}{before}{f' ({source})' if source else ''}"

    return note


def _under_header(text: str, protocol: Protocol) -> str:
    """Put a clinic's own heading in place of the shipped file's."""
    lines = text.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if not line.startswith("#")), 0)
    head = (
        f"# {protocol.title}\n"
        "#\n"
        f"# The clinic's own, begun from what came with Nursestation (version {protocol.version}). A physician of the clinic\n"
        "# reviews it before use. Station... > Protocols edits it; by hand, raise `version` with every change and start\n"
        "# Nursestation again.\n"
        "# What each line means: docs/protocols.md.\n"
    )
    return head + "".join(lines[start:])


# --- one value ----------------------------------------------------------------------------------------------------


def _with_value(blocks: list[Block], path: str, value: Plain, comment: Callable[[str], str]) -> list[Block]:
    parts = tuple(path.split("."))
    for n, name in enumerate(parts[:-1]):
        if name in NAMED_BY:
            return _with_entry_value(blocks, parts[: n + 1], parts[n + 1], parts[n + 2 :], value, comment)
    if parts == _BY_LANGUAGE:
        return _with_table(blocks, parts, value)
    table, key = parts[:-1], parts[-1]
    if all(block.path != table for block in blocks):
        if value is None:
            return blocks
        blocks = _with_new_table(blocks, table)
    blocks = [
        block for block in blocks if block.path != parts
    ]  # written as [[events]] and the like: it is one value now
    at = next(n for n, block in enumerate(blocks) if block.path == table)
    return [*blocks[:at], _set(blocks[at], key, value, comment), *blocks[at + 1 :]]


def _with_entry_value(
    blocks: list[Block],
    name: tuple[str, ...],
    entry: str,
    rest: tuple[str, ...],
    value: Plain,
    comment: Callable[[str], str],
) -> list[Block]:
    """Set a value of one `[[limits]]` or `[[bp.flags]]`; the entry is made where there is none."""
    by = NAMED_BY[name[-1]]
    at = next((n for n, block in enumerate(blocks) if block.path == name and block.values.get(by) == entry), None)
    if at is None:
        if value is None:
            return blocks
        last = max((n for n, block in enumerate(blocks) if block.path == name), default=len(blocks) - 1)
        at = last + 1
        made = Block(
            name, "" if blocks[last].text.endswith("\n\n") else "\n", f'[[{".".join(name)}]]\n{by} = "{entry}"\n', "\n"
        )
        blocks = [*blocks[:at], made, *blocks[at:]]
    (key,) = rest
    return [*blocks[:at], _set(blocks[at], key, value, comment), *blocks[at + 1 :]]


def _with_table(blocks: list[Block], path: tuple[str, ...], value: Plain) -> list[Block]:
    """Let a table of texts say `value`."""
    assert isinstance(value, Mapping)
    at = next((n for n, block in enumerate(blocks) if block.path == path), None)
    if at is None:
        return _added(blocks, path, value) if value else blocks

    def edit(table: MutableMapping[str, object], _path: tuple[str, ...]) -> None:
        for gone in [key for key in table if key not in value]:
            del table[gone]
        for key, text in value.items():
            if table.get(key) != text:
                table[key] = _item(text)

    return [*blocks[:at], edited(blocks[at], edit), *blocks[at + 1 :]]


def _added(blocks: list[Block], path: tuple[str, ...], value: Mapping[str, Plain]) -> list[Block]:
    at = 1 + max(n for n, block in enumerate(blocks) if block.path[:1] == path[:1])
    made = _with_table([Block(path, "\n", f"[{'.'.join(path)}]\n", "\n" if at < len(blocks) else "")], path, value)
    return [*blocks[:at], *made, *blocks[at:]]


def _with_new_table(blocks: list[Block], table: tuple[str, ...]) -> list[Block]:
    """Add an empty table: a series after the first keys and before the heading of what follows, any other at the end."""
    core = f"[{'.'.join(table)}]\n"
    if table == _SERIES:
        first = replace(blocks[0], tail="\n")
        return [first, Block(table, "", core, blocks[0].tail), *blocks[1:]]
    return [*blocks, Block(table, "\n", core, "")]


def _set(block: Block, key: str, value: Plain, comment: Callable[[str], str]) -> Block:
    def edit(given: MutableMapping[str, object], _path: tuple[str, ...]) -> None:
        table = _container(given)
        told = str(_entry(table, key).trivia.comment) if key in table else ""
        if value is None:
            if key in table:
                table.remove(key)
            return
        given[key] = _item(value)
        beside = comment(told)
        item = _entry(table, key)
        item.trivia.comment = f"# {beside.removeprefix('#').strip()}" if beside.removeprefix("#").strip() else ""
        item.trivia.comment_ws = "  " if item.trivia.comment else ""

    return edited(block, edit)


def _container(table: object) -> Container:
    """Return what holds a table's items, where their comments can be reached."""
    found = table if isinstance(table, Container) else getattr(table, "value", None)
    assert isinstance(found, Container)
    return found


def _item(value: Plain) -> Item:
    if isinstance(value, str):
        return _lines(value) if "\n" in value else tomlkit.string(value)
    if isinstance(value, bool) or value is None:
        return tomlkit.item(value)
    if isinstance(value, (int, float)):
        return tomlkit.item(int(value) if float(value).is_integer() else value)
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        table.update({key: _item(one) for key, one in value.items() if one not in (None, "", False)})
        return table
    array = tomlkit.array()
    array.extend(_item(one) for one in value)
    return array.multiline(any(isinstance(one, (str, Mapping)) for one in value) and len(value) > 1)


def _lines(text: str) -> Item:
    """Return a text of several lines with its first line under the quotes, as a person writes it."""
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return _entry(tomlkit.parse(f'x = """\n{escaped}"""\n'), "x")


def _entry(table: Container, key: str) -> Item:
    item = table.item(key)
    assert isinstance(item, Item)
    return item


# --- comments -----------------------------------------------------------------------------------------------------


def _comments(blocks: Iterable[Block]) -> dict[str, str]:
    """Return the comment beside each value of a file, by the value's path."""
    found: dict[str, str] = {}
    for block in blocks:
        table = inside(tomlkit.parse(block.core), block.path)
        stem = list(block.path)
        if block.path and block.path[-1] in NAMED_BY and not isinstance(table, MutableSequence):
            stem.append(str(table[NAMED_BY[block.path[-1]]]))
        container = _container(table)
        for key in table:
            found[".".join([*stem, key])] = str(_entry(container, key).trivia.comment)
    return found
