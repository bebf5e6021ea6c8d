"""`session.bundle.zip`: everything there is of a visit in one file, with what is needed to check it years later elsewhere.

Rules of the file:
1. The same visit gives the same bytes: entries in a fixed order, with one fixed time, and nothing of the computer that wrote it.
2. `record/` holds the rows as they are stored, with their hashes, so that the chains can be followed outside; every other file
   is made from them. A de-identified bundle has no `record/`: its hashes are over what was taken out.
3. `verify.py` is `verifier.py`, as it is.
"""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from importlib import resources

from nursestation.core.chain import GENESIS
from nursestation.export import verifier
from nursestation.export.visit import VisitRecord
from nursestation.export.watched import Progress, silently
from nursestation.store.packing import PackedRow
from nursestation.store.raw import RawRecord, RawSeal, RawSession
from nursestation.store.rows import BulkRow, Scalar

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can tell
_PIECE_BYTES = 4 << 20  # between two words of how far it is
_README = """\
A session of Nursestation{mark}{without}

files/       the session in every format; docs/exports.md of the program says what each holds and leaves out
{record}manifest.json  what is here, with counts and the SHA-256 of each file
verify.py    checks all of it:  python verify.py

Whoever has this folder can read of a patient. Keep it where the clinic keeps records.
Record aid, not a medical device; the bedside monitor is the primary monitor and the only primary alarm.
"""
_RECORD = "record/      the record as it is stored, with the hashes that chain it\n"


def bundle_zip(
    visit: VisitRecord, files: Mapping[str, bytes], left_out: Mapping[str, str], progress: Progress = silently
) -> bytes:
    """Return the bundle.

    Args:
        visit: The session, as stored too where it is not de-identified.
        files: The session in every other format, by name of the file.
        left_out: Formats that could not be written, with a sentence each.
        progress: Told how much is done (0 to 1); what it raises ends the work.
    """
    parts: dict[str, bytes] = {f"files/{name}": content for name, content in files.items()}
    parts |= _record(visit.raw) if visit.raw is not None else {}
    parts["verify.py"] = resources.files("nursestation.export").joinpath("verifier.py").read_bytes()
    parts["README.txt"] = _README.format(
        mark=" - SIMULATED data" if visit.summary.simulated else "",
        without=", without what says who it was about" if visit.is_deidentified else "",
        record=_RECORD if visit.raw is not None else "",
    ).encode()
    ordered = {name: parts[name] for name in sorted(parts)}
    return _zipped({verifier.MANIFEST: _pretty(_manifest(visit, ordered, left_out))} | ordered, progress)


def _zipped(parts: Mapping[str, bytes], progress: Progress) -> bytes:
    stream = io.BytesIO()
    n_bytes, done = sum(map(len, parts.values())), 0
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # told alike on every system, with the rights that follow
            entry.external_attr = 0o100644 << 16
            entry.file_size = len(content)
            with bundle.open(entry, "w") as packed:
                for start in range(0, len(content), _PIECE_BYTES):
                    progress(done / n_bytes)
                    done += packed.write(content[start : start + _PIECE_BYTES])
    return stream.getvalue()


def _manifest(visit: VisitRecord, parts: Mapping[str, bytes], left_out: Mapping[str, str]) -> Mapping[str, object]:
    summary, raw = visit.summary, visit.raw
    told: dict[str, object] = {
        "format": verifier.FORMAT,
        "version": verifier.VERSION,
        "program": f"Nursestation {visit.version}",
        "schema": list(visit.schema),
        "session": summary.id,
        "simulated": summary.simulated,
        "deidentified": visit.is_deidentified,
        "counts": _counts(visit),
        "left_out": dict(left_out),
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in parts.items()
        },
    }
    if raw is not None:
        told["chain_head"] = summary.chain_head
        told["chain"] = _ends(raw.records)
        told["station"] = _ends(raw.station) | {"withheld": sum(one.body is None for one in raw.station)}
    return told


def _counts(visit: VisitRecord) -> Mapping[str, int]:
    counts = {
        "records": len(visit.records), "readings": len(visit.samples), "waves": len(visit.waves), "gaps": len(visit.gaps)
    }  # fmt: skip
    if visit.raw is not None:
        last_n = visit.raw.bulk[-1] if visit.raw.bulk else None
        n_bulk = 0 if last_n is None else last_n.last_n if isinstance(last_n, PackedRow) else last_n.n
        n_sealed = visit.raw.seals[-1].last_n if visit.raw.seals else 0
        counts |= {"bulk": n_bulk, "seals": len(visit.raw.seals), "unsealed": n_bulk - n_sealed}
    return counts


def _ends(chain: tuple[RawRecord, ...]) -> dict[str, object]:
    if not chain:
        return {"records": 0, "previous": GENESIS, "head": GENESIS}
    return {"records": len(chain), "previous": chain[0].previous, "head": chain[-1].hash}


# --- the record as stored -----------------------------------------------------------------------------------------


def _record(raw: RawSession) -> dict[str, bytes]:
    lookups = {
        "traces": {str(key): list(trace) for key, trace in raw.traces.items()},
        "calibrations": {str(key): list(one) for key, one in raw.calibrations.items()},
    }
    return {
        verifier.CHAIN: _jsonl(map(_chained, raw.records)),
        verifier.STATION: _jsonl(map(_chained, raw.station)),
        verifier.BULK: _jsonl(map(_bulk, raw.bulk)),
        verifier.LOOKUPS: _pretty(lookups),
        verifier.SEALS: _jsonl(map(_seal, raw.seals)),
    }


def _chained(row: RawRecord) -> Mapping[str, object]:
    return {"seq": row.seq, "kind": row.kind, "body": row.body, "previous": row.previous, "hash": row.hash}


def _seal(seal: RawSeal) -> Mapping[str, object]:
    return {
        "number": seal.number, "first_n": seal.first_n, "last_n": seal.last_n, "sha256": seal.sha256,
        "record_head": seal.record_head, "utc_ns": seal.utc_ns, "hash": seal.hash,
    }  # fmt: skip


def _bulk(row: BulkRow | PackedRow) -> Mapping[str, object]:
    told = {"table": row.table, "n": row.n, "run": row.run, "utc_ns": row.at.utc_ns, "mono_ns": row.at.mono_ns}
    if isinstance(row, PackedRow):
        return told | {"n_rows": row.n_rows, "body": _base64(row.body)}
    return told | {"trace": list(row.trace), "payload": [_scalar(one) for one in row.payload]}


def _scalar(value: Scalar) -> object:
    return {"base64": _base64(value)} if isinstance(value, bytes) else value


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _jsonl(rows: Iterable[Mapping[str, object]]) -> bytes:
    return "".join(f"{json.dumps(row, ensure_ascii=False, separators=(',', ':'))}\n" for row in rows).encode()


def _pretty(value: object) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, indent=1)}\n".encode()
