"""A running station is killed in the midst, in a commit, and as it starts, over one record: nothing is lost that should be there.

Three kills of what `python -m tests.bench kills` does three hundred times.
"""

import pytest

from tests.bench.kills import Kills

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def test_kills_cost_no_more_than_the_last_half_second(tmp_path, capsys):
    count = Kills(tmp_path, seed=5, chairs=2, window_every=0, aims=("checkpoint", "random", "start")).run(3)
    assert count.ok, capsys.readouterr().out
    assert count.rounds == 3
    assert set(count.kills) == {"checkpoint", "random", "start"}
    assert count.proved > 1000
