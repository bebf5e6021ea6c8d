"""A shipped protocol that says something else has another version: a record tells by it what a visit ran on."""

import hashlib
import json
from pathlib import Path

import pytest

from nursestation.config.protocol_files import whole_document

PROTOCOLS = Path(__file__).parents[2] / "resources" / "protocols"
SHIPPED = {
    "chronic_pain_iv": (2, "453b433308312886"),
    "depression_iv": (3, "7dc9ce30e3576164"),
    "general_iv": (2, "17617f6335ac9b92"),
    "im_injection": (2, "f2001e8c54efd780"),
    "migraine_iv": (2, "8d33106eefb1b442"),
    "multiday_pain_5": (2, "48f03f42b25cc1b0"),
    "multiday_pain_8_10": (2, "d16a9f95c0dbe223"),
    "ptsd_iv": (2, "068f3342f0f28324"),
}
"""Of each file, together with what it builds on: its version, and the begin of the SHA-256 of all else that it says."""


def digest(document: dict[str, object]) -> str:
    said = {key: value for key, value in document.items() if key != "version"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


@pytest.mark.parametrize("path", sorted(PROTOCOLS.glob("*.toml")), ids=lambda path: path.stem)
def test_what_says_something_else_has_another_version(path: Path) -> None:
    document = whole_document(path)
    stands = (document["version"], digest(document))
    assert SHIPPED.get(path.stem) == stands, (
        f"{path.name}, or the file that it builds on, says something else than before: raise its `version` "
        f"(once for each release is enough), and write {stands} for it into SHIPPED"
    )
