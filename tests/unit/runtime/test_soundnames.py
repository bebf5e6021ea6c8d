import pytest

from nursestation.runtime.soundnames import NO_OUTPUT, Assigned, OutputFacts, assign

DESK = OutputFacts(id="alsa_output.pci", name="Built-in Audio", is_usual=True)
ONE = OutputFacts(id="alsa_output.usb-1", name="USB speaker")
TWIN = OutputFacts(id="alsa_output.usb-2", name="USB speaker")
ARM = OutputFacts(id="alsa_output.usb-3", name="USB speaker 2")


def test_without_a_name_the_station_has_the_computers_usual_output():
    assert assign({None: ""}, [ARM, DESK]) == {None: Assigned(DESK)}


def test_without_any_output_the_station_is_told():
    assert assign({None: ""}, []) == {None: Assigned(None, NO_OUTPUT)}


@pytest.mark.parametrize("name", ["alsa_output.usb-3", "USB speaker 2", "usb SPEAKER 2"])
def test_an_output_is_found_by_its_id_and_by_its_name(name):
    assert assign({None: "", 3: name}, [DESK, ONE, ARM]) == {None: Assigned(DESK), 3: Assigned(ARM)}


def test_an_id_goes_before_a_name():
    odd = OutputFacts(id="x", name=ARM.id)
    assert assign({None: "", 3: ARM.id}, [DESK, odd, ARM])[3] == Assigned(ARM)


def test_a_chairs_output_that_is_not_here_is_told_and_nothing_takes_its_place():
    told = assign({None: "", 3: "USB speaker 2"}, [DESK, ONE])[3]
    assert told.output is None
    assert told.problem.startswith('The sound output "USB speaker 2" is not here: look at its plug')


def test_a_name_that_two_outputs_have_is_asked_for_by_id():
    told = assign({None: "", 3: "USB speaker"}, [DESK, ONE, TWIN])[3]
    assert told.output is None
    assert "There are 2 sound outputs" in told.problem
    assert "by its id" in told.problem
    assert assign({None: "", 3: TWIN.id}, [DESK, ONE, TWIN])[3] == Assigned(TWIN)


def test_where_the_stations_own_is_missing_the_usual_one_sounds_and_that_is_told():
    told = assign({None: "USB speaker 2"}, [DESK])[None]
    assert told.output is DESK
    assert '"USB speaker 2" is not here, alarms sound at "Built-in Audio" instead' in told.problem


def test_one_output_has_one_place_and_the_station_comes_first():
    told = assign({5: "usb speaker 2", 3: "USB speaker 2", None: ARM.id, 2: "Built-in Audio"}, [DESK, ARM])
    assert told[None] == Assigned(ARM)
    assert told[2] == Assigned(DESK)
    assert told[3].output is None
    assert 'The sound output "USB speaker 2" is that of the station' in told[3].problem


def test_two_chairs_cannot_share_an_output():
    told = assign({None: "", 5: "usb speaker 2", 3: ARM.id}, [DESK, ARM])
    assert told[3] == Assigned(ARM)
    assert "is that of chair 3" in told[5].problem


def test_a_chairs_output_that_has_become_the_computers_usual_one_is_the_stations():
    moved = OutputFacts(id=ARM.id, name=ARM.name, is_usual=True)
    told = assign({None: "", 3: "USB speaker 2"}, [moved])
    assert told[None] == Assigned(moved)
    assert told[3].output is None
