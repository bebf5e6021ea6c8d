"""What is charted with one tap, and the scores that are asked for, as a protocol says it."""

import pytest
from pydantic import ValidationError

from nursestation.core.model import ChartKind, Phase, Route, ScoreKind
from nursestation.core.protocols import EventButton, Protocol, ScorePlan
from tests.helpers.visit import load_protocol, shipped_protocols


def changed(**fields: object) -> Protocol:
    return Protocol.model_validate({**load_protocol().model_dump(), **fields})


def test_without_a_set_of_its_own_each_side_effect_has_a_button() -> None:
    texts = tuple(f"effect {n}" for n in range(1, 12))
    buttons = changed(side_effects=texts, events=()).buttons
    assert tuple(button.text for button in buttons) == texts
    assert [button.key for button in buttons] == [*range(1, 10), None, None]
    assert all(button.kind is ChartKind.SIDE_EFFECT and button.asks_severity for button in buttons)


def test_a_set_of_its_own_comes_first_and_no_side_effect_is_lost() -> None:
    events = (
        EventButton(text="Head up", kind=ChartKind.POSITION, key=4),
        EventButton(text="nausea", kind=ChartKind.SIDE_EFFECT, key=1, asks_severity=True),
    )
    *first, last = changed(events=events, side_effects=("Nausea", "Headache")).buttons
    assert tuple(first) == events
    assert last == EventButton(text="Headache", kind=ChartKind.SIDE_EFFECT, asks_severity=True)


@pytest.mark.parametrize("protocol", shipped_protocols(), ids=lambda protocol: protocol.name)
def test_each_shipped_protocol_has_all_nine_keys_and_each_side_effect_at_one_tap(protocol: Protocol) -> None:
    assert sorted(button.key for button in protocol.buttons if button.key is not None) == list(range(1, 10))
    asked = [button.text for button in protocol.buttons if button.kind is ChartKind.SIDE_EFFECT]
    assert sorted(asked) == sorted(protocol.side_effects)
    assert all(button.asks_severity for button in protocol.buttons if button.kind is ChartKind.SIDE_EFFECT)
    assert any(button.asks_dose for button in protocol.buttons) is (protocol.route is Route.IV)
    assert {"Oxygen on", "Oxygen off"} <= {button.text for button in protocol.buttons}


@pytest.mark.parametrize(
    ("events", "says"),
    [
        (
            ({"text": "a", "kind": "note", "key": 3}, {"text": "b", "kind": "note", "key": 3}),
            "key 3 stands there twice",
        ),
        (({"text": "a", "kind": "note", "key": 0},), "greater than or equal to 1"),
        (({"text": "", "kind": "note"},), "at least 1 character"),
    ],
)
def test_a_set_that_cannot_be_is_told(events: tuple[dict[str, object], ...], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        changed(events=events)


def test_a_score_is_planned_for_some_phase() -> None:
    with pytest.raises(ValidationError):
        ScorePlan(kind=ScoreKind.PAIN, phases=(), every_min=15)
    assert ScorePlan(kind=ScoreKind.PAIN, phases=(Phase.INFUSION,), every_min=15).every_min == 15
