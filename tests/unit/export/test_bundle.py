"""A bundle holds everything, is the same each time, and its own verifier names what departs first."""

import base64
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from nursestation.core.chain import GENESIS
from nursestation.export import verifier
from nursestation.export.formats import FORMATS, ExportOptions, export_session
from nursestation.export.verifier import BULK, CHAIN, LOOKUPS, MANIFEST, SEALS, STATION, verify
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.written_visit import SESSION, all_records
from tests.unit.export.test_report import FONTS, NEW_YORK

OPTIONS = ExportOptions(FONTS, "0.1.0", NEW_YORK)


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    path = tmp_path_factory.mktemp("record") / "record.sqlite3"
    store = Store.open(path)
    records = all_records(step_s=60, with_waves=True)
    for start in range(0, len(records), 40):  # several commits, so that there is more than one packed row of waves
        store.append(records[start : start + 40])
    store.close()
    return path


@pytest.fixture(scope="module")
def content(record, tmp_path_factory):
    with StoreReader.open(record) as reader:
        made = export_session(reader, SESSION, "bundle", tmp_path_factory.mktemp("out"), OPTIONS)
    return made.path.read_bytes()


@pytest.fixture
def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def written(folder, parts, *, forged=True):
    """Write a bundle anew; `forged`: whoever altered it gave the manifest the new hashes too."""
    manifest = json.loads(parts[MANIFEST])
    if forged:
        manifest["files"] = {
            name: {"sha256": hashlib.sha256(part).hexdigest(), "bytes": len(part)}
            for name, part in parts.items()
            if name != MANIFEST
        }
    path = folder / "forged.bundle.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        for name, part in {**parts, MANIFEST: json.dumps(manifest).encode()}.items():
            bundle.writestr(name, part)
    return path


def only_finding(folder, parts, *, forged=True):
    (finding,) = verify(written(folder, parts, forged=forged)).findings
    return finding


def rows(parts, name):
    return [json.loads(line) for line in parts[name].splitlines()]


def put(parts, name, changed):
    parts[name] = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in changed).encode()


def set_manifest(parts, **changed):
    parts[MANIFEST] = json.dumps(json.loads(parts[MANIFEST]) | changed).encode()


def test_it_holds_every_format_and_the_record_and_says_so(parts, record):
    manifest = json.loads(parts[MANIFEST])
    assert {name for name in parts if name.startswith("files/")} == {
        f"files/session{one.suffix}" for one in FORMATS.values() if one.name not in ("bundle", *manifest["left_out"])
    }
    with StoreReader.open(record) as reader:
        heads = reader.chain_heads()
        counts = manifest["counts"]
        assert counts["records"] == len(list(reader.discrete(SESSION))) == len(rows(parts, CHAIN))
        assert counts["readings"] == len(list(reader.samples(SESSION)))
        assert counts["waves"] == len(list(reader.waves(SESSION))) > 0
        assert counts["bulk"] == counts["readings"] + counts["waves"] + counts["gaps"]
    assert manifest["chain_head"] == manifest["chain"]["head"] == heads[SESSION]
    assert manifest["station"]["head"] == heads[None]
    assert manifest["counts"]["seals"] == len(rows(parts, SEALS)) > 0


def test_it_is_the_same_each_time(record, content, tmp_path):
    with StoreReader.open(record) as reader:
        again = export_session(reader, SESSION, "bundle", tmp_path, OPTIONS)
    assert again.path.read_bytes() == content


def test_who_is_on_staff_stays_in_the_station(parts):
    """The station's log is in it as far as the report tells it: rows about staff keep their hash and lose their text."""
    withheld = [row for row in rows(parts, STATION) if row["body"] is None]
    assert {row["kind"] for row in withheld} >= {"OperatorAdded"}
    assert not any(b"argon2" in part for part in parts.values())


def test_untouched_it_is_intact_zipped_and_unpacked(content, tmp_path):
    (tmp_path / "visit.bundle.zip").write_bytes(content)
    assert verify(tmp_path / "visit.bundle.zip").findings == ()
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        bundle.extractall(tmp_path / "unpacked")
    verdict = verify(tmp_path / "unpacked")
    assert verdict.ok
    assert SESSION in verdict.told


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-I", "-S", *map(str, arguments)], check=False, capture_output=True, text=True, timeout=60
    )


def test_the_verifier_in_it_needs_nothing_but_python(content, tmp_path):
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        bundle.extractall(tmp_path)
    good = run(tmp_path / "verify.py")
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.endswith("Everything is as it was written.\n")
    chain = tmp_path / CHAIN
    lines = chain.read_bytes().splitlines(keepends=True)
    chain.write_bytes(b"".join(lines[:-1]))
    bad = run(tmp_path / "verify.py")
    assert bad.returncode == 1
    assert f"The file {CHAIN} was altered." in bad.stdout
    assert f"The last 1 of the {len(lines)} records of the session are missing." in bad.stdout
    assert bad.stdout.endswith("This is NOT as it was written.\n")


def test_the_verifier_checks_a_zip_that_it_is_given(content, tmp_path):
    (tmp_path / "a.zip").write_bytes(content)
    assert run(verifier.__file__, tmp_path / "a.zip").returncode == 0
    (tmp_path / "b.zip").write_bytes(content[:-400])
    cut = run(verifier.__file__, tmp_path / "b.zip")
    assert (cut.returncode, cut.stdout.splitlines()[0]) == (1, "This is no bundle, or its end was cut off.")
    assert run(verifier.__file__, tmp_path / "none.zip").returncode == 1
    assert "What it does not prove" in run(verifier.__file__, "--help").stdout


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["files/session.pdf", "files/session.csv", "README.txt", "verify.py", LOOKUPS])
def test_a_file_that_was_altered_removed_or_added_is_named(parts, tmp_path, name):
    altered = {**parts, name: parts[name].replace(b"e", b"f", 1)}
    assert f"The file {name} was altered." in verify(written(tmp_path, altered, forged=False)).findings
    removed = {kept: part for kept, part in parts.items() if kept != name}
    assert f"The file {name} is missing." in verify(written(tmp_path, removed, forged=False)).findings
    added = {**parts, "files/other.txt": b"?"}
    found = only_finding(tmp_path, added, forged=False)
    assert found == "The file files/other.txt was added: the manifest does not know it."


def test_a_manifest_that_is_gone_or_no_manifest_is_told(parts, tmp_path):
    for manifest, words in (
        (b"{", "manifest.json was altered"),
        (b'{"format": "other", "version": 1, "files": {}}', "is not of a Nursestation bundle"),
        (b'{"format": "nursestation-bundle", "version": 99, "files": {}}', "newer Nursestation"),
    ):
        folder = tmp_path / hashlib.sha256(manifest).hexdigest()[:8]
        folder.mkdir()
        (folder / MANIFEST).write_bytes(manifest)
        assert words in verify(folder).findings[0]
    (tmp_path / "empty").mkdir()
    assert "manifest.json is missing" in verify(tmp_path / "empty").findings[0]


def test_bytes_flipped_inside_the_zip_are_noticed(content, tmp_path):
    """One byte in every so many: whatever it hits, the content or the zip's own tables, no altered content passes."""
    path = tmp_path / "flipped.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        whole = {name: bundle.read(name) for name in bundle.namelist()}
    for at in range(0, len(content), len(content) // 60):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        if verify(path).ok:  # only in what a zip says beside its content: times, rights, the first of two names
            with zipfile.ZipFile(path) as bundle:
                assert {name: bundle.read(name) for name in bundle.namelist()} == whole


# --- chains -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [CHAIN, STATION])
def test_an_altered_record_is_named(parts, tmp_path, name):
    chain = rows(parts, name)
    row = next(row for row in chain[1:] if row["body"] is not None)
    row["body"] = row["body"].replace("}", ',"x":1}', 1)
    put(parts, name, chain)
    assert only_finding(tmp_path, parts).startswith(f"Record {row['seq']} of the ")
    assert only_finding(tmp_path, parts).endswith("was altered.")


def test_a_removed_record_is_named_by_the_one_after_it(parts, tmp_path):
    chain = rows(parts, CHAIN)
    after = chain[12]
    put(parts, CHAIN, chain[:11] + chain[12:])
    found = only_finding(tmp_path, parts)
    assert found.startswith(f"The record before record {after['seq']} of the session ({after['kind']}, line 12)")
    assert found.endswith("is missing.")


def test_records_that_changed_places_are_named(parts, tmp_path):
    chain = rows(parts, CHAIN)
    chain[8], chain[9] = chain[9], chain[8]
    put(parts, CHAIN, chain)
    found = only_finding(tmp_path, parts)
    assert found.startswith(f"Record {chain[8]['seq']} of the session")
    assert "stands in another place" in found


def test_a_cut_off_end_and_an_added_record_are_told(parts, tmp_path):
    chain = rows(parts, CHAIN)
    put(parts, CHAIN, chain[:-3])
    cut = verify(written(tmp_path, parts)).findings
    assert cut[0] == f"The last 3 of the {len(chain)} records of the session are missing."
    body = json.dumps({**json.loads(chain[-1]["body"])})
    added = {
        "seq": chain[-1]["seq"] + 1, "kind": "ChairFreed", "body": body, "previous": chain[-1]["hash"],
        "hash": verifier.link(chain[-1]["hash"], "ChairFreed", body),
    }  # fmt: skip
    put(parts, CHAIN, [*chain, added])
    assert "records were added" in only_finding(tmp_path, parts)


def relinked(chain):
    """Return a chain with its links made anew, as a forger who knows the formula would."""
    previous = GENESIS
    for row in chain:
        row["previous"] = previous
        row["hash"] = previous = verifier.link(previous, row["kind"], row["body"])
    return chain


def test_a_chain_made_anew_is_caught_by_the_signature_and_the_seals(parts, tmp_path):
    """It covers the chain before it: who rewrites that must rewrite the signature too, which the signed report tells."""
    chain = rows(parts, CHAIN)
    chain[3]["body"] = chain[3]["body"].replace('"chair":2', '"chair":3', 1)
    relinked(chain)
    put(parts, CHAIN, chain)
    manifest = json.loads(parts[MANIFEST])
    set_manifest(parts, chain=manifest["chain"] | {"head": chain[-1]["hash"]}, chain_head=chain[-1]["hash"])
    found = " ".join(verify(written(tmp_path, parts)).findings)
    assert "carries a signature of another record" in found
    assert "or the record that it points at" in found


def test_a_chain_of_another_session_is_told(parts, tmp_path):
    set_manifest(parts, session="20260101-0900-1")
    assert "is of another session" in only_finding(tmp_path, parts)


@pytest.mark.parametrize("line", ["", "[]", "{", '{"seq": null, "kind": 1, "body": 2, "previous": 3, "hash": 4}'])
def test_a_line_that_cannot_be_read_is_told(parts, tmp_path, line):
    lines = parts[CHAIN].splitlines()
    lines[4] = line.encode()
    parts[CHAIN] = b"\n".join(lines)
    found = " ".join(verify(written(tmp_path, parts)).findings)
    assert "Line 5 of record/chain.jsonl was altered" in found or "line 5) was altered" in found


# --- readings and waveforms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["readings", "strips", "gap"])
def test_an_altered_reading_waveform_or_gap_is_found_by_its_seal(parts, tmp_path, table):
    bulk = rows(parts, BULK)
    row = next(row for row in bulk if row["table"] == table)
    if table == "gap":
        row["payload"][-1] = "nothing was lost"
    else:
        body = bytearray(base64.b64decode(row["body"]))
        body[-1] ^= 1
        row["body"] = base64.b64encode(body).decode()
    put(parts, BULK, bulk)
    found = only_finding(tmp_path, parts)
    assert found.startswith("A reading or waveform between number ")
    start, end = (int(word) for word in found.rstrip(".").split() if word.isdigit())
    assert start <= row["n"] <= end


def test_an_altered_lookup_is_found_too(parts, tmp_path):
    lookups = json.loads(parts[LOOKUPS])
    trace = next(iter(lookups["traces"].values()))
    trace[1] = "etco2" if trace[1] != "etco2" else "spo2"
    parts[LOOKUPS] = json.dumps(lookups).encode()
    assert "was altered" in only_finding(tmp_path, parts)


def test_a_missing_reordered_or_cut_off_reading_is_named(parts, tmp_path):
    bulk = rows(parts, BULK)
    n = bulk[5]["n"]
    put(parts, BULK, bulk[:5] + bulk[6:])
    assert only_finding(tmp_path, parts) == f"Reading {n} is missing."
    put(parts, BULK, [*bulk[:4], bulk[5], bulk[4], *bulk[6:]])
    assert only_finding(tmp_path, parts) == f"Reading {bulk[4]['n']} is missing."
    put(parts, BULK, [*bulk[:4], bulk[3], *bulk[4:]])
    assert only_finding(tmp_path, parts) == f"Reading {bulk[3]['n']} stands in another place than it was written."
    put(parts, BULK, bulk[:-1])
    assert only_finding(tmp_path, parts) == f"Reading {bulk[-1]['n']} is missing."


def test_an_altered_or_missing_seal_is_named(parts, tmp_path):
    seals = rows(parts, SEALS)
    put(parts, SEALS, seals[1:])
    assert "of the readings is missing" in only_finding(tmp_path, parts)
    seals[0]["utc_ns"] += 1
    put(parts, SEALS, seals)
    assert only_finding(tmp_path, parts).startswith("Seal 1 of the readings was altered")


def test_the_verifier_reads_rows_of_before_they_were_packed(tmp_path, parts):
    """Such a row holds one reading or stretch, and a seal covers it as a line of JSON."""
    from devices.clock import Moment
    from nursestation.store.rows import BulkRow, Trace, digest_line

    trace = Trace(2, "ecg", "2:ivy", "II", "real", None, None)
    wave = BulkRow("wave", 1, 1, Moment(5, 7), trace, (250.0, 0.005, 0.0, "mV", 2, b"\1\0\2\0"))
    told = {
        "table": "wave", "n": 1, "run": 1, "utc_ns": 7, "mono_ns": 5, "trace": list(trace),
        "payload": [250.0, 0.005, 0.0, "mV", 2, {"base64": base64.b64encode(b"\1\0\2\0").decode()}],
    }  # fmt: skip
    sha256 = hashlib.sha256(digest_line(wave)).hexdigest()
    body = json.dumps([1, 1, sha256, GENESIS, 9], separators=(",", ":"))
    seal = {
        "number": 1, "first_n": 1, "last_n": 1, "sha256": sha256, "record_head": GENESIS, "utc_ns": 9,
        "hash": verifier.link(GENESIS, "Seal", body),
    }  # fmt: skip
    put(parts, BULK, [told])
    put(parts, SEALS, [seal])
    set_manifest(parts, counts=json.loads(parts[MANIFEST])["counts"] | {"bulk": 1, "seals": 1})
    assert verify(written(tmp_path, parts)).ok
    told["payload"][5] = {"base64": base64.b64encode(b"\1\0\3\0").decode()}
    put(parts, BULK, [told])
    assert "was altered" in only_finding(tmp_path, parts)


def test_the_verifier_is_written_for_older_pythons():
    import ast

    source = Path(verifier.__file__).read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 9))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Match)]
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert source.isascii()
