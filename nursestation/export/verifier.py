r"""Says whether a session taken out of Nursestation as a bundle is as it was written, and if not, what departs first.

    python verify.py                     checks the folder that it lies in (an unpacked bundle)
    python verify.py session.bundle.zip  checks a bundle as it came

It ends with 0 where everything is as it was written, and with 1 where anything is not. It needs Python 3.9 or newer and nothing
else: no library, no network, no other part of Nursestation. The same file lies in every bundle as `verify.py`.

What it proves: no file of the bundle was changed, added or taken away since the manifest was written; no record of the session
was changed, removed or moved since its successor was written, and the same of those parts of the station's log that the bundle
holds; no reading and no waveform since its seal was written; and the discharge's signature covers exactly the record before it.
What it does not prove: that nobody made the whole bundle anew, with all of its hashes. Compare the chain head that it tells
with the one on the printed and signed report, or in the clinic's own record.

How it is made, for whoever writes their own:
    link(previous, kind, body) = SHA-256 of "<previous>\n<kind>\n<body>" as UTF-8, in hex; the first one's previous is 64 zeros.
    record/chain.jsonl    the session's records, one JSON object a line: seq, kind, body (the text as stored), previous, hash
    record/station.jsonl  the station's log while the session ran; a body of null is withheld, its hash stays
    record/bulk.jsonl     readings, waveforms, gaps as stored; packed rows have a `body` in base64
    record/lookups.json   what the keys in packed rows mean
    record/seals.jsonl    one a minute: SHA-256 over the lines of the rows from first_n to last_n, in a chain of its own
"""

# Rules of the file: the standard library alone, Python 3.9, English in ASCII (any console shows it). The formulas are those of
# core/chain.py, store/rows.py and store/packing.py, written a second time on purpose: a verifier that shared their code would
# share their faults.

from __future__ import annotations

import base64
import hashlib
import json
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

MANIFEST = "manifest.json"
CHAIN, STATION = "record/chain.jsonl", "record/station.jsonl"
BULK, LOOKUPS, SEALS = "record/bulk.jsonl", "record/lookups.json", "record/seals.jsonl"
GENESIS = "0" * 64
FORMAT, VERSION = "nursestation-bundle", 1
SUFFIX = ".bundle.zip"
_Object = dict[str, Any]
_DAMAGED = (KeyError, IndexError, TypeError, ValueError, AttributeError, struct.error)


class Verdict(NamedTuple):
    """What was found: `findings` are sentences, the first departure of each kind; `told` says what the bundle is."""

    findings: tuple[str, ...]
    told: str

    @property
    def ok(self) -> bool:
        """Say whether everything is as it was written."""
        return not self.findings


class Unreadable(Exception):
    """The bundle cannot be read at all; the message is a sentence."""


def verify(path: Path) -> Verdict:
    """Check a bundle: a zip file, or the folder that it was unpacked into."""
    try:
        files = _read_folder(path) if path.is_dir() else _read_zip(path)
        manifest = _manifest(files)
    except Unreadable as error:
        return Verdict((str(error),), "")
    findings = list(_check_files(files, manifest))
    if not manifest.get("deidentified"):
        findings += _check_record(files, manifest)
    return Verdict(tuple(findings), _tell(manifest))


def chain_of(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return a bundle's session and its records' hashes, oldest first; none where it tells of nobody, or cannot be read."""
    try:
        files = _read_folder(path) if path.is_dir() else _read_zip(path)
        manifest = _manifest(files)
        return str(manifest.get("session")), tuple(str(row.get("hash")) for row in _lines(files, CHAIN))
    except Unreadable:
        return "", ()


def is_bundle(path: Path) -> bool:
    """Say whether a file or folder is a bundle, whole or not."""
    try:
        if path.is_dir():
            return FORMAT in (path / MANIFEST).read_text("utf-8")
        with zipfile.ZipFile(path) as bundle:
            return path.name.endswith(SUFFIX) or FORMAT.encode() in bundle.read(MANIFEST)
    except (OSError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return path.is_file() and path.name.endswith(SUFFIX)


# --- files --------------------------------------------------------------------------------------------------------


def _read_zip(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(path) as bundle:
            for entry in bundle.infolist():
                if entry.filename in found:
                    raise Unreadable(f"The file {entry.filename} is in the bundle twice.")
                try:
                    found[entry.filename] = bundle.read(entry)
                except RuntimeError:
                    raise Unreadable("The bundle is locked with a passphrase: unpack it with that first.") from None
                except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
                    raise Unreadable(
                        f"The file {entry.filename} in the bundle was altered: it cannot be unpacked."
                    ) from None
    except zipfile.BadZipFile:
        raise Unreadable("This is no bundle, or its end was cut off.") from None
    except OSError as error:
        raise Unreadable(f"The bundle cannot be read ({error.strerror}).") from None
    return found


def _read_folder(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    try:
        for file in sorted(path.rglob("*")):
            if file.is_file():
                found[file.relative_to(path).as_posix()] = file.read_bytes()
    except OSError as error:
        raise Unreadable(f"The folder cannot be read ({error.strerror}).") from None
    return found


def _manifest(files: dict[str, bytes]) -> _Object:
    if MANIFEST not in files:
        raise Unreadable(f"The file {MANIFEST} is missing: this is no bundle, or it was taken out.")
    try:
        manifest = json.loads(files[MANIFEST].decode("utf-8"))
        is_ours = manifest["format"] == FORMAT and isinstance(manifest["files"], dict)
        version = int(manifest["version"])
    except _DAMAGED:
        raise Unreadable(f"The file {MANIFEST} was altered: it cannot be read.") from None
    if not is_ours:
        raise Unreadable(f"The file {MANIFEST} is not of a Nursestation bundle.")
    if version > VERSION:
        raise Unreadable("A newer Nursestation wrote this bundle: check it with the verify.py that lies in it.")
    found: _Object = manifest
    return found


def _check_files(files: dict[str, bytes], manifest: _Object) -> Iterator[str]:
    for name, told in sorted(manifest["files"].items()):
        if name not in files:
            yield f"The file {name} is missing."
        elif hashlib.sha256(files[name]).hexdigest() != told.get("sha256"):
            yield f"The file {name} was altered."
    for name in sorted(set(files) - set(manifest["files"]) - {MANIFEST}):
        yield f"The file {name} was added: the manifest does not know it."


def _lines(files: dict[str, bytes], name: str) -> Iterator[_Object]:
    """Yield the objects of a file of lines; a file that is not there was told of already."""
    for number, line in enumerate(files.get(name, b"").splitlines(), 1):
        try:
            one = json.loads(line.decode("utf-8"))
        except ValueError:
            raise Unreadable(f"Line {number} of {name} was altered: it cannot be read.") from None
        if not isinstance(one, dict):
            raise Unreadable(f"Line {number} of {name} was altered: it cannot be read.")
        yield one


# --- records ------------------------------------------------------------------------------------------------------


def link(previous: str, kind: str, body: str) -> str:
    """Return the hash of a row of a chain that follows the one whose hash is `previous`."""
    return hashlib.sha256(f"{previous}\n{kind}\n{body}".encode()).hexdigest()


def _check_record(files: dict[str, bytes], manifest: _Object) -> list[str]:
    findings: list[str] = []
    heads = {GENESIS}
    try:
        chain = list(_lines(files, CHAIN))
        heads |= {str(row.get("hash")) for row in chain}
        told = manifest["chain"]
        found = _check_chain(
            chain, GENESIS, str(told["head"]), int(told["records"]), "session", str(manifest["session"])
        )
        findings += [found] if found else []
    except Unreadable as error:
        findings.append(str(error))
    except _DAMAGED:
        findings.append(f"The file {MANIFEST} was altered: it does not say how many records there are.")
    try:
        station = list(_lines(files, STATION))
        told = manifest["station"]
        found = _check_chain(station, str(told["previous"]), str(told["head"]), int(told["records"]), "station", None)
        findings += [found] if found else []
    except Unreadable as error:
        findings.append(str(error))
    except _DAMAGED:
        findings.append(f"The file {MANIFEST} was altered: it does not say what of the station's log there is.")
    try:
        found = _check_bulk(files, manifest, heads)
        findings += [found] if found else []
    except Unreadable as error:
        findings.append(str(error))
    except _DAMAGED:
        findings.append("A reading or a seal was altered: a row of them cannot be read.")
    return findings


def _check_chain(
    chain: list[_Object], first: str, head: str, n_records: int, of: str, session: str | None
) -> str | None:
    """Return the first departure in a chain, None where it is whole."""
    hashes = {str(row.get("hash")) for row in chain}
    previous, last_seq = first, 0
    for place, row in enumerate(chain, 1):
        where = f"Record {row.get('seq')} of the {of} ({row.get('kind')}, line {place})"
        try:
            kind, body, digest, before = row["kind"], row["body"], row["hash"], row["previous"]
            if body is not None and link(before, kind, body) != digest:
                return f"{where} was altered."
            if before != previous:
                moved = before in hashes or (before == first and place > 1)
                if moved:
                    return f"{where} stands in another place than it was written."
                return f"The record before r{where[1:]} is missing."
            if int(row["seq"]) <= last_seq:
                return f"{where} was altered: its number is not the next one."
            if body is not None:
                told = json.loads(body)
                if told["session"] != session:
                    return f"{where} is of another session."
                if kind == "DischargeSigned" and told["signature"]["covers"] != previous:
                    return f"{where} carries a signature of another record than the one before it."
        except _DAMAGED:
            return f"{where} was altered: it cannot be read."
        previous, last_seq = digest, int(row["seq"])
    if previous != head or len(chain) != n_records:
        if len(chain) < n_records:
            return f"The last {n_records - len(chain)} of the {n_records} records of the {of} are missing."
        return f"The records of the {of} do not end where the manifest says: it was altered, or records were added."
    return None


# --- readings and waveforms ---------------------------------------------------------------------------------------


class _Row(NamedTuple):
    first_n: int
    last_n: int
    table: str
    line: bytes


def _check_bulk(files: dict[str, bytes], manifest: _Object, heads: set[str]) -> str | None:
    """Return the first departure of the bulk rows from their seals, None where there is none."""
    rows = _rows(files)
    n_rows, previous = 0, GENESIS
    row = next(rows, None)
    seals = list(_lines(files, SEALS))
    for position, seal in enumerate(seals, 1):
        if seal["number"] != position or seal["first_n"] != n_rows + 1:
            return f"Seal {position} of the readings is missing."
        body = json.dumps(
            [seal["first_n"], seal["last_n"], seal["sha256"], seal["record_head"], seal["utc_ns"]],
            separators=(",", ":"),
        )
        if link(previous, "Seal", body) != seal["hash"] or seal["record_head"] not in heads:
            return f"Seal {position} of the readings was altered, or the record that it points at."
        previous = seal["hash"]
        found = hashlib.sha256()
        first = row
        while row is not None and row.first_n <= seal["last_n"]:
            if row.first_n != n_rows + 1:
                return _out_of_place(row, n_rows)
            found.update(row.line)
            n_rows = row.last_n
            row = next(rows, None)
        if n_rows != seal["last_n"]:
            return f"Reading {n_rows + 1} is missing."
        if found.hexdigest() != seal["sha256"]:
            start = first.first_n if first is not None else n_rows
            return f"A reading or waveform between number {start} and number {n_rows} was altered."
    while row is not None:
        if row.first_n != n_rows + 1:
            return _out_of_place(row, n_rows)
        n_rows = row.last_n
        row = next(rows, None)
    if len(seals) < manifest["counts"]["seals"]:
        return f"Seal {len(seals) + 1} of the readings is missing."
    if n_rows != manifest["counts"]["bulk"]:
        return f"Reading {n_rows + 1} is missing: the last ones were cut off."
    return None


def _out_of_place(row: _Row, n_rows: int) -> str:
    if row.first_n <= n_rows:
        return f"Reading {row.first_n} stands in another place than it was written."
    return f"Reading {n_rows + 1} is missing."


def _rows(files: dict[str, bytes]) -> Iterator[_Row]:
    """Yield the bulk rows as their seals see them."""
    known = json.loads(files[LOOKUPS].decode("utf-8")) if LOOKUPS in files else {"traces": {}, "calibrations": {}}
    traces = {int(key): _finger_say(value) for key, value in known["traces"].items()}
    scaled = {int(key): _finger_say(value) for key, value in known["calibrations"].items()}
    for row in _lines(files, BULK):
        table, n = row["table"], int(row["n"])
        if table not in ("readings", "strips"):
            yield _Row(n, n, table, _single(row))
            continue
        body = base64.b64decode(row["body"], validate=True)
        n_rows = int(row["n_rows"])
        head = f"{table},{n},{n_rows},{row['run']},{row['utc_ns']},{row['mono_ns']},{len(body)}\n"
        looked_up = (
            [traces[key] for key in _keys_of_readings(body)]
            if table == "readings"
            else [part for trace, scale in _keys_of_strips(body) for part in (traces[trace], scaled[scale])]
        )
        yield _Row(n, n + n_rows - 1, table, b"".join([head.encode(), *looked_up, body, b"\n"]))


def _single(row: _Object) -> bytes:
    """Return the line of a row that holds one reading, waveform or gap; samples enter as their own SHA-256."""
    payload = [
        hashlib.sha256(base64.b64decode(one["base64"], validate=True)).hexdigest() if isinstance(one, dict) else one
        for one in row["payload"]
    ]
    fields = [row["n"], row["table"], row["run"], row["utc_ns"], row["mono_ns"], *row["trace"], *payload]
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode("utf-8") + b"\n"


def _finger_say(value: list[object]) -> bytes:
    return hashlib.sha256(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")).digest()


def _keys_of_readings(body: bytes) -> Iterator[int]:
    at = 0
    while at < len(body):
        trace, at = _varint(body, at)
        flags = body[at]
        at += 1 + (2 if flags & 8 else 8 if flags & 16 else 0)
        if flags & 32:
            n_bytes, at = _varint(body, at)
            at += n_bytes
        yield trace


def _keys_of_strips(body: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(body):
        trace, at = _varint(body, at)
        scale, at = _varint(body, at)
        _, at = _varint(body, at)
        _, at = _varint(body, at)
        n_samples, at = _varint(body, at)
        at += 2 * n_samples
        yield trace, scale


def _varint(body: bytes, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, the lowest first, and where the next one begins."""
    number = shift = 0
    while True:
        byte = body[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7


# --- words --------------------------------------------------------------------------------------------------------


def _tell(manifest: _Object) -> str:
    counts = manifest.get("counts", {})
    parts = [f"Session {manifest.get('session')}"]
    if manifest.get("simulated"):
        parts.append("SIMULATED data")
    if manifest.get("deidentified"):
        parts.append("de-identified: files only, no chain")
    else:
        parts.append(f"{counts.get('records')} records, {counts.get('readings')} readings")
        parts.append(f"{counts.get('waves')} stretches of waveform, {counts.get('gaps')} gaps")
        parts.append(f"{counts.get('unsealed')} under no seal yet")
        parts.append(f"chain head {manifest.get('chain_head')}")
    return "; ".join(parts) + "."


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def main(arguments: list[str]) -> int:
    """Check what is named, or the folder that this file lies in; return the exit status."""
    if len(arguments) > 1 or any(one in ("-h", "--help") for one in arguments):
        _say(__doc__ or "")
        return 0 if len(arguments) == 1 else 1
    path = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    verdict = verify(path)
    if verdict.told:
        _say(verdict.told)
    for finding in verdict.findings:
        _say(finding)
    _say("Everything is as it was written." if verdict.ok else "This is NOT as it was written.")
    return 0 if verdict.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
