"""Each scenario raises the conditions and flags that are written down for it: all of them, no others, in time."""

import pytest

from tests.helpers.expected import differences, load_expected
from tests.helpers.played_visit import play

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

EXPECTED = load_expected()


@pytest.mark.parametrize("name", EXPECTED)
def test_the_visit_raises_what_is_expected_and_nothing_else(name):
    expected = EXPECTED[name]
    found = differences(expected, play(expected.played(), expected.seed).records)
    if found:
        pytest.fail(f"{name} ({expected.why}):\n  " + "\n  ".join(found), pytrace=False)
