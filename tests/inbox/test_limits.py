"""What a schedule allows an item's run."""

from __future__ import annotations

import pytest

from longtake.inbox import Limits


@pytest.mark.parametrize(
    ("said", "above"),
    [
        ({}, None),
        ({"provider": "fal"}, 0),
        ({"provider": "fal", "approve_above_usd": 3.0}, 0),
        ({"budget_usd": 5.0}, 0),
    ],
    ids=["a preview", "paid", "paid, and asking for more", "a preview whose voices may cost money"],
)
def test_whatever_may_cost_money_is_asked_about(said: dict[str, object], above: float | None) -> None:
    assert Limits().applied(said).get("approve_above_usd") == above
