"""The hash chain over a session's discrete records: what a signature covers, and what `verify` checks.

One function for the station (which signs) and the store (which writes): `link`. What it proves: no record of the chain was
changed, removed or reordered after its successor was written. What it does not prove: that nobody rewrote the whole chain.
"""

import hashlib
import json
from functools import cache

from pydantic import TypeAdapter

from nursestation.core.records import DISCRETE, Record

GENESIS = "0" * 64
"""What the first record of a chain points back to."""

_BY_KIND = {kind.__name__: kind for kind in DISCRETE}


@cache
def _adapter(kind: str) -> TypeAdapter[Record]:
    return TypeAdapter(_BY_KIND[kind])


def to_json(record: Record) -> str:
    """Return a discrete record as canonical JSON: keys sorted, no spaces, UTF-8 text, a whole number without a point.

    The same record gives the same text before it is stored and after it was read back: 72 stored in a field of floats comes
    back as 72.0 and is written as 72 both times.

    Raises:
        KeyError: the record is bulk data (`Sample`, `Wave`, `Gap`) or a `Refused`.
    """
    body = _adapter(type(record).__name__).dump_python(record, mode="json")
    return json.dumps(_whole(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _whole(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return value


def from_json(kind: str, body: str) -> Record:
    """Return the record that `to_json` wrote.

    Raises:
        KeyError: no discrete record is called `kind`.
        pydantic.ValidationError: the body is damaged.
    """
    return _adapter(kind).validate_json(body)


def link(previous: str, kind: str, body: str) -> str:
    """Return the hash (64 hex digits, SHA-256) of a record that follows the one whose hash is `previous`."""
    return hashlib.sha256(f"{previous}\n{kind}\n{body}".encode()).hexdigest()
