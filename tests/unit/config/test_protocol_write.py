"""The clinic's own protocols are written as a careful person would, with a version of their own each time."""

import tomllib

import pytest

from nursestation.config.load import SettingsError
from nursestation.config.protocol_files import load_protocols, read_shelf, whole_document
from nursestation.config.protocol_text import rewritten, since, whole_text
from nursestation.config.protocol_write import plan_copy, plan_removal, plan_save, write_protocol
from nursestation.core.protocols import Protocol
from nursestation.paths import resource

SHIPPED = resource("protocols")
WHO = "J. Okafor RN"


def shipped(name="depression_iv"):
    return next(one for one in load_protocols(SHIPPED) if one.name == name)


def changed(protocol, **fields):
    """Return a protocol with other fields; a dict goes into its section."""
    whole = protocol.model_dump(mode="json")
    for key, value in fields.items():
        whole[key] = whole[key] | value if isinstance(value, dict) and isinstance(whole[key], dict) else value
    return Protocol.model_validate(whole)


def saved(folder, wanted):
    """Save a protocol into the clinic's folder; returns what is read from there."""
    write_protocol(plan_save(read_shelf(SHIPPED, folder), folder, wanted, WHO))
    return read_shelf(SHIPPED, folder).file(wanted.name)


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.toml")))
def test_a_shipped_file_standing_whole_says_the_same_with_its_sources(name):
    path = SHIPPED / f"{name}.toml"
    text = whole_text(path)
    assert Protocol.model_validate(tomllib.loads(text)) == Protocol.model_validate(whole_document(path))
    assert "based_on" not in text
    lines = text.splitlines()
    beside = {line.split(" =")[0]: line for line in lines if " = " in line}
    assert "Aldrete 1995" in beside["aldrete_at_least"]
    if name == "depression_iv":
        assert "lasts 45 min: Dallas clinic" in beside["planned_min"]
        assert "Axis Spine" in beside["length"]
    assert text.index("\n[series]") < text.index("# ---- Alarm limits") if "[series]" in text else True


def test_a_save_makes_the_clinics_own_with_the_next_version_and_keeps_every_comment(tmp_path):
    before = shipped()
    file = saved(tmp_path, changed(before, planned_min=50, author="Dr M. Lindqvist"))
    assert file.is_own
    assert file.protocol == changed(before, planned_min=50, author="Dr M. Lindqvist", version=before.version + 1)
    old = whole_text(SHIPPED / "depression_iv.toml").splitlines()
    new = file.path.read_text(encoding="utf-8").splitlines()
    assert [line for line in new if line not in old] == [
        f"version = {before.version + 1}",
        f'author = "Dr M. Lindqvist"  # since version {before.version + 1}, {WHO}',
        f"planned_min = 50  # since version {before.version + 1}, {WHO}; before it 45 "
        "(an infusion for depression lasts 45 min: Dallas clinic, patient page; the studies took 40)",
    ]
    assert len(new) == len(old)


def test_the_source_of_a_value_outlives_a_second_edit(tmp_path):
    saved(tmp_path, changed(shipped(), planned_min=50))
    file = saved(tmp_path, changed(read_shelf(SHIPPED, tmp_path).file("depression_iv").protocol, planned_min=55))
    (line,) = [one for one in file.path.read_text(encoding="utf-8").splitlines() if one.startswith("planned_min")]
    assert line.startswith(
        f"planned_min = 55  # since version {shipped().version + 2}, J. Okafor RN; before it 50 (an infusion for depression"
    )
    assert line.count("since version") == 1


def test_every_kind_of_field_can_be_written(tmp_path):
    before = shipped()
    flags = before.model_dump(mode="json")["bp"]["flags"]
    flags[1]["rise_percent"] = None
    limits = before.model_dump(mode="json")["limits"]
    limits[1] |= {"low": 92, "sat_seconds": 25}
    limits.append({"metric": "temp", "low": 35, "high": 39})
    wanted = changed(
        before,
        planned_allowed_min=[40, 60],
        dose_mg_per_kg=None,
        series=None,
        limits=limits,
        bp={"flags": flags},
        watch={"gap_s": 20},
        gates={
            "ask_weight": True,
            "medicines": [{"name": "Lamotrigine", "note_needed": True, "ask": "Who?"}, {"name": "Opioid"}],
        },
        discharge={"instructions": 'Rest.\nSay "yes".\n', "instructions_by_language": {"es": "Descanse.\nBeba.\n"}},
        events=[{"text": "Nausea", "kind": "side_effect", "key": 1, "asks_severity": True}],
        scores=[{"kind": "pain", "phases": ["infusion", "observation"], "every_min": 30}],
        side_effects=["Nausea"],
    )
    file = saved(tmp_path, wanted)
    assert file.protocol == changed(wanted, version=before.version + 1)
    again = saved(
        tmp_path, changed(file.protocol, events=[], series={"length": 3}, discharge={"instructions_by_language": {}})
    )
    assert again.protocol.events == ()
    assert again.protocol.series.length == 3
    assert again.protocol.discharge.instructions_by_language == {}


def test_a_list_written_as_tables_is_written_as_a_list():
    text = whole_text(SHIPPED / "general_iv.toml") + '\n[[events]]\ntext = "Nausea"\nkind = "side_effect"\n'
    before = changed(shipped("general_iv"), events=[{"text": "Nausea", "kind": "side_effect"}])
    after = changed(before, events=[{"text": "Headache", "kind": "symptom"}])
    made = rewritten(text, before, after, since(2, WHO))
    assert "[[events]]" not in made
    assert Protocol.model_validate(tomllib.loads(made)) == after


def test_a_version_is_never_given_twice(tmp_path):
    first = shipped().version
    assert saved(tmp_path, changed(shipped(), planned_min=50)).protocol.version == first + 1
    write_protocol(plan_removal(read_shelf(SHIPPED, tmp_path), tmp_path, "depression_iv"))
    back = read_shelf(SHIPPED, tmp_path).file("depression_iv")
    assert (back.is_own, back.protocol) == (False, shipped())
    assert saved(tmp_path, changed(shipped(), planned_min=52)).protocol.version == first + 2


def test_a_copy_is_a_protocol_of_its_own(tmp_path):
    shelf = read_shelf(SHIPPED, tmp_path)
    write_protocol(plan_copy(shelf, tmp_path, "chronic_pain_iv", " Pain, two hours ", "pain_two_hours"))
    file = read_shelf(SHIPPED, tmp_path).file("pain_two_hours")
    assert (file.is_own, file.shipped) == (True, None)
    assert file.protocol == changed(
        shipped("chronic_pain_iv"), name="pain_two_hours", title="Pain, two hours", version=1
    )


@pytest.mark.parametrize(
    ("title", "name", "says"),
    [
        ("General IV", "ours", "a title of its own"),
        ("  ", "ours", "a title of its own"),
        ("Ours", "general_iv", "already"),
        ("Ours", "../ours", "short name"),
    ],
)
def test_a_copy_needs_a_title_and_a_name_of_its_own(tmp_path, title, name, says):
    with pytest.raises(SettingsError, match=says):
        plan_copy(read_shelf(SHIPPED, tmp_path), tmp_path, "general_iv", title, name)


def test_what_cannot_be_saved_says_why_and_leaves_the_file(tmp_path):
    path = tmp_path / "depression_iv.toml"
    path.write_text('name = "depression_iv"\n', encoding="utf-8")
    shelf = read_shelf(SHIPPED, tmp_path)
    with pytest.raises(
        SettingsError, match=r"a mistake that was made by hand: .*depression_iv\.toml: title: Field required"
    ):
        plan_save(shelf, tmp_path, changed(shipped(), planned_min=50), WHO)
    assert path.read_text(encoding="utf-8") == 'name = "depression_iv"\n'
    with pytest.raises(SettingsError, match="comes with Nursestation already"):
        plan_removal(shelf, tmp_path, "general_iv")
    with pytest.raises(SettingsError, match="no protocol called nothing"):
        plan_removal(shelf, tmp_path, "nothing")


def test_a_file_that_was_changed_meanwhile_is_left(tmp_path):
    plan = plan_save(read_shelf(SHIPPED, tmp_path), tmp_path, changed(shipped(), planned_min=50), WHO)
    plan.path.write_text("# mine\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="changed by another program"):
        write_protocol(plan)
    assert plan.path.read_text(encoding="utf-8") == "# mine\n"


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    blocked = tmp_path / "protocols"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(SettingsError, match=r"cannot be (written|read)"):
        saved(blocked / "inside", changed(shipped(), planned_min=50))


def test_a_section_written_inline_is_left_to_a_person(tmp_path):
    text = whole_text(SHIPPED / "general_iv.toml")
    head, _, rest = text.partition("[technical]\n")
    section, _, tail = rest.partition("\n\n")
    inline = ", ".join(line.partition("#")[0].strip() for line in section.splitlines())
    path = tmp_path / "general_iv.toml"
    path.write_text(
        head.replace("\nschema_version = 1\n", f"\nschema_version = 1\ntechnical = {{{inline}}}\n") + tail,
        encoding="utf-8",
    )
    shelf = read_shelf(SHIPPED, tmp_path)
    assert shelf.broken == ()
    with pytest.raises(SettingsError, match="edit it by hand"):
        plan_save(shelf, tmp_path, changed(shelf.file("general_iv").protocol, technical={"stale_after_s": 4}), WHO)
    assert saved(tmp_path, changed(shelf.file("general_iv").protocol, planned_min=55)).protocol.planned_min == 55
