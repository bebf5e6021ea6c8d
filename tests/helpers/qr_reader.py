"""Reads a two-dimensional code of version 8, level Q, from its modules: the way back, written without the encoder.

Source: ISO/IEC 18004 (codewords, masks, block structure of 8-Q: four blocks of 18 and two of 19 data codewords, 22 of error
correction each). A code that is damaged is refused; nothing is corrected.
"""

SIZE = 49
_ALIGNED = (6, 24, 42)
_DATA = (18, 18, 18, 18, 19, 19)
_CORRECTION = 22
_MASKS = (
    lambda i, j: (i + j) % 2, lambda i, j: i % 2, lambda i, j: j % 3, lambda i, j: (i + j) % 3,
    lambda i, j: (i // 2 + j // 3) % 2, lambda i, j: i * j % 2 + i * j % 3, lambda i, j: (i * j % 2 + i * j % 3) % 2,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2,
)  # fmt: skip


def modules_of(widget):
    """Return the dark modules that a widget draws, as (row, column), without its quiet zone."""
    drawn = [one for one in widget.draw().contents if one.fillColor is not None]
    box = min(one.height for one in drawn)
    left, top = min(one.x for one in drawn), max(one.y for one in drawn)
    return {
        (round((top - one.y) / box), round((one.x - left) / box) + step)
        for one in drawn
        for step in range(round(one.width / box))
    }


def read(dark):
    """Return the text of a code, from its dark modules as (row, column) from the top left.

    Raises:
        ValueError: it is no such code, or damaged.
    """
    if max(max(place) for place in dark) != SIZE - 1:
        raise ValueError("no code of version 8")
    level, mask = _format(dark)
    if level != 0b11:
        raise ValueError("not of level Q")
    bits = [((place in dark) ^ (not _MASKS[mask](*place))) for place in _path()]
    words = [sum(bit << 7 - n for n, bit in enumerate(bits[at : at + 8])) for at in range(0, len(bits) - 7, 8)]
    blocks = _blocks(words)
    stream = "".join(f"{word:08b}" for data, _ in blocks for word in data)
    if stream[:4] != "0100":
        raise ValueError("not in bytes")
    length = int(stream[4:12], 2)
    return bytes(int(stream[12 + 8 * n : 20 + 8 * n], 2) for n in range(length)).decode("latin-1")


def _format(dark):
    places = [*((8, j) for j in (0, 1, 2, 3, 4, 5, 7, 8)), *((i, 8) for i in (7, 5, 4, 3, 2, 1, 0))]
    value = sum((place in dark) << 14 - n for n, place in enumerate(places)) ^ 0b101010000010010
    return value >> 13, value >> 10 & 0b111


def _is_function(i, j):
    far = SIZE - 8
    is_finder = (i < 9 and j < 9) or (i < 9 and j >= far) or (i >= far and j < 9)
    is_version = (i < 6 and far - 3 <= j) or (j < 6 and far - 3 <= i)
    corners = {(6, 6), (6, _ALIGNED[-1]), (_ALIGNED[-1], 6)}
    is_aligned = any(abs(i - a) <= 2 and abs(j - b) <= 2 for a in _ALIGNED for b in _ALIGNED if (a, b) not in corners)
    return is_finder or is_version or is_aligned or i == 6 or j == 6


def _path():
    """Yield the data modules in reading order: pairs of columns from the right, up and down in turn."""
    columns = [j for j in range(SIZE - 1, -1, -1) if j != 6]
    for pair in range(0, len(columns), 2):
        rows = range(SIZE) if pair // 2 % 2 else range(SIZE - 1, -1, -1)
        for i in rows:
            yield from ((i, j) for j in columns[pair : pair + 2] if not _is_function(i, j))


def _blocks(words):
    """Return (data, correction) of each block, taken apart and checked."""
    rest = iter(words)
    data = [[] for _ in _DATA]
    for n in range(max(_DATA)):
        for block, length in zip(data, _DATA, strict=True):
            if n < length:
                block.append(next(rest))
    correction = [[] for _ in _DATA]
    for _ in range(_CORRECTION):
        for block in correction:
            block.append(next(rest))
    for one, other in zip(data, correction, strict=True):
        if any(_value([*one, *other], n) for n in range(_CORRECTION)):
            raise ValueError("damaged")
    return list(zip(data, correction, strict=True))


def _value(words, exponent):
    """Return a block's polynomial at 2 to a power, over GF(256) modulo 285: 0 where nothing is damaged."""
    found = 0
    for word in words:
        for _ in range(exponent):
            found = found << 1 ^ (285 if found & 128 else 0)
        found ^= word
    return found
