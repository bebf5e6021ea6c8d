"""A TOML file cut into blocks at its `[table]` lines, so that one can be changed without touching another.

tomlkit hangs a comment that stands over a table on the table before it: cut first, a heading stays with what it heads.
"""

import tomllib
from collections.abc import Callable, MutableMapping, MutableSequence
from dataclasses import dataclass, replace

import tomlkit

Table = MutableMapping[str, object]


@dataclass(frozen=True, slots=True)
class Block:
    """A `[table]` line with what belongs to it; the first block has none.

    Attributes:
        path: Of the table, () for the first block.
        lead: The comment lines directly over it.
        core: Its own line and its keys.
        tail: Blank and comment lines after the last key.
    """

    path: tuple[str, ...]
    lead: str
    core: str
    tail: str

    @property
    def text(self) -> str:
        """Return what the block is in the file."""
        return f"{self.lead}{self.core}{self.tail}"

    @property
    def values(self) -> dict[str, object]:
        """Return what its keys say."""
        return inside(tomllib.loads(self.core), self.path)


def cut(text: str) -> list[Block]:
    """Return the blocks of a file; their texts in a row are the file."""
    lines = text.splitlines(keepends=True)
    starts = [n for n, line in enumerate(lines) if line.lstrip().startswith("[") and _is_whole("".join(lines[:n]))]
    bounds = [0]
    for start in starts:
        begin = start
        while begin > bounds[-1] and _is_comment(lines, begin - 1):
            begin -= 1
        bounds.append(begin)
    blocks = []
    for at, (begin, header) in enumerate(zip(bounds, [0, *starts], strict=True)):
        end = bounds[at + 1] if at + 1 < len(bounds) else len(lines)
        last = end
        while last > header + bool(at) and (not lines[last - 1].strip() or _is_comment(lines, last - 1)):
            last -= 1
        path = _path(lines[header]) if at else ()
        lead, core, tail = lines[begin:header], lines[header:last], lines[last:end]
        blocks.append(Block(path, "".join(lead), "".join(core), "".join(tail)))
    return blocks


def _is_comment(lines: list[str], at: int) -> bool:
    return lines[at].lstrip().startswith("#") and _is_whole("".join(lines[:at]))


def _is_whole(text: str) -> bool:
    """Say whether the text ends outside any value: only there does a bracket begin a table."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _path(header: str) -> tuple[str, ...]:
    node: object = tomllib.loads(header)
    path: list[str] = []
    while node:
        if isinstance(node, list):
            node = node[0]
        elif isinstance(node, dict):
            key, node = next(iter(node.items()))
            path.append(key)
    return tuple(path)


def inside(document: object, path: tuple[str, ...]) -> dict[str, object]:
    """Return the table at `path` of a document that holds nothing else."""
    for key in path:
        document = document[key] if isinstance(document, MutableMapping) else None
        if isinstance(document, MutableSequence):
            document = document[0]
    assert isinstance(document, MutableMapping)
    return document  # type: ignore[return-value]


def edited(block: Block, edit: Callable[[Table, tuple[str, ...]], None]) -> Block:
    """Return a block after `edit` changed its table, which is given with its path."""
    had_end = block.core.endswith("\n")
    document = tomlkit.parse(block.core)
    edit(inside(document, block.path), block.path)
    core = tomlkit.dumps(document)
    return replace(block, core=core if had_end or not block.tail else core.rstrip("\r\n") + "\n")
