"""Protocols as files: shipped ones build on each other, the clinic's own stand whole, and a mistake is a sentence."""

import shutil

import pytest

from nursestation.config.load import SettingsError
from nursestation.config.protocol_files import load_protocols, merged, read_shelf, whole_document
from nursestation.core.protocols import Protocol
from nursestation.paths import resource

SHIPPED = resource("protocols")
WHOLE = (SHIPPED / "general_iv.toml").read_text(encoding="utf-8")


def own(folder, name, text=WHOLE):
    """Write one of the clinic's own protocols."""
    path = folder / f"{name}.toml"
    path.write_text(text.replace('"general_iv"\ntitle = "General IV"', f'"{name}"\ntitle = "Ours"'), encoding="utf-8")
    return path


def test_a_clinics_own_replaces_the_shipped_one_of_its_name(tmp_path):
    own(tmp_path, "depression_iv")
    own(tmp_path, "ours")
    shelf = read_shelf(SHIPPED, tmp_path)
    assert shelf.broken == ()
    assert len(shelf.files) == len(load_protocols(SHIPPED)) + 1
    replaced, added = shelf.file("depression_iv"), shelf.file("ours")
    assert (replaced.is_own, replaced.protocol.title, replaced.shipped.title) == (True, "Ours", "Depression IV")
    assert (added.is_own, added.shipped) == (True, None)
    assert not shelf.file("general_iv").is_own
    assert shelf.file("nothing") is None


def test_a_clinic_without_a_folder_has_the_shipped_ones(tmp_path):
    assert load_protocols(SHIPPED, tmp_path / "none") == load_protocols(SHIPPED)


def test_a_shipped_protocol_says_what_differs_and_has_the_rest(tmp_path):
    protocols = {protocol.name: protocol for protocol in load_protocols(SHIPPED)}
    general, pain = protocols["general_iv"], protocols["chronic_pain_iv"]
    assert pain.cuff.infusion_later_min != general.cuff.infusion_later_min
    assert pain.cuff.first_stretch_min == general.cuff.first_stretch_min
    assert (pain.limits, pain.bp, pain.gates) == (general.limits, general.bp, general.gates)
    assert "based_on" not in whole_document(SHIPPED / "chronic_pain_iv.toml")


def test_limits_are_gone_through_by_metric_and_rungs_by_grade():
    under = {
        "limits": [{"metric": "spo2", "low": 90, "rearm": 1}, {"metric": "etco2", "low": 15}],
        "bp": {"flags": [{"grade": "watch", "priority": "low"}], "start_ceiling_sys": 140},
        "side_effects": ["Nausea"],
    }
    over = {
        "limits": [{"metric": "spo2", "low": 92}, {"metric": "resp_rate", "low": 8}],
        "bp": {"flags": [{"grade": "watch", "priority": "medium"}]},
        "side_effects": ["Headache"],
    }
    assert merged(under, over) == {
        "limits": [
            {"metric": "spo2", "low": 92, "rearm": 1},
            {"metric": "etco2", "low": 15},
            {"metric": "resp_rate", "low": 8},
        ],
        "bp": {"flags": [{"grade": "watch", "priority": "medium"}], "start_ceiling_sys": 140},
        "side_effects": ["Headache"],
    }
    assert under["limits"][0] == {"metric": "spo2", "low": 90, "rearm": 1}


def test_what_is_built_on_must_be_there_and_stand_whole(tmp_path):
    shipped = tmp_path / "shipped"
    shutil.copytree(SHIPPED, shipped)
    path = shipped / "ptsd_iv.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('based_on = "general_iv"', 'based_on = "migraine_iv"'), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"ptsd_iv\.toml: based_on: migraine_iv builds on another protocol itself"):
        load_protocols(shipped)
    path.write_text(text.replace('based_on = "general_iv"', 'based_on = "nothing"'), encoding="utf-8")
    with pytest.raises(SettingsError, match="based_on: there is no protocol 'nothing'"):
        load_protocols(shipped)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("\nschema_version = 1", '\nschema_version = 1\nbased_on = "general_iv"'), "write the clinic's own whole"),
        (("planned_min = 60", 'planned_min = "long"'), "planned_min: Input should be a valid number"),
        (("spo2_low", "spo2_lo"), "discharge.spo2_lo"),
        (("title =", "title"), "is not a TOML file"),
        (('name = "ours"', 'name = "other"'), "it must be the file's name, 'ours'"),
    ],
)
def test_a_broken_file_is_told_and_the_shipped_one_stands_in(tmp_path, change, says):
    path = own(tmp_path, "ours")
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), encoding="utf-8")
    shelf = read_shelf(SHIPPED, tmp_path)
    (broken,) = shelf.broken
    assert broken.path == path
    assert broken.problem.startswith(str(path))
    assert says in broken.problem
    assert {file.protocol.name for file in shelf.files} == {protocol.name for protocol in load_protocols(SHIPPED)}
    with pytest.raises(SettingsError) as told:
        load_protocols(SHIPPED, tmp_path)
    assert str(told.value) == broken.problem


def test_what_a_shipped_file_says_is_a_protocol():
    for path in SHIPPED.glob("*.toml"):
        assert Protocol.model_validate(whole_document(path)).name == path.stem
