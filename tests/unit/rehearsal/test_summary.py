"""summary.json tells a visit from its stored records."""

from pathlib import Path

from nursestation.rehearsal.summary import summarise
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.visit import make_clinic


def test_a_condition_stands_with_the_gravest_that_it_was(tmp_path: Path) -> None:
    clinic = make_clinic()
    clinic.start()
    clinic.run(20, {"spo2": 87})
    clinic.run(20, {"spo2": 81})
    store = Store.open(tmp_path / "record.sqlite3")
    store.append(clinic.records)
    store.close()
    with StoreReader.open(tmp_path / "record.sqlite3") as reader:
        (condition,) = summarise(reader, clinic.visit.session)["conditions"]
    assert (condition["rule"], condition["priority"]) == ("limit.spo2.low", "high")
    assert condition["text"] == "SpO₂ 81 < 90 %"
