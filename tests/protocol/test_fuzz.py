"""The properties of `make fuzz`, tried briefly, so that they are true of every driver at every commit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.registry import all_drivers
from tests.fuzz.properties import HELD_MAX, damage_is_found, held, stands, streams
from tests.helpers.specimen import Check, specimen

NAMES = sorted(all_drivers())


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(deadline=None, max_examples=25)
def test_a_decoder_stands_whatever_comes(name, data):
    stands(name, data.draw(streams(name)), 40)


@pytest.mark.parametrize("name", [name for name in NAMES if specimen(name).check is not Check.NONE])
@given(at=st.integers(0, 1 << 22), burst=st.integers(0, 1 << 16))
@settings(deadline=None, max_examples=60)
def test_damage_is_found(name, at, burst):
    damage_is_found(name, at, burst)


def test_what_an_object_holds_is_counted_to_the_depths():
    class Holder:
        def __init__(self):
            self.deep = {"list": [[b""]]}

    holder = Holder()
    before = held(holder)
    holder.deep["list"][0].append(bytes(HELD_MAX))
    assert held(holder) - before > HELD_MAX
