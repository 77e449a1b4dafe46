"""Steps: what Prefect sees of their arguments."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from prefect.utilities.collections import visit_collection

from tasks.steps import Call, keyed


class Walked(Exception):
    """Somebody looked into the list."""


class Long(list[int]):
    """Stands for the parts of a long timeline: it tells when it is walked through."""

    def __iter__(self) -> Iterator[int]:
        raise Walked


def walk(parameters: object) -> None:
    """As Prefect does for each task run, to find what it depends on."""
    visit_collection(parameters, visit_fn=lambda value: value, return_data=False)


def test_prefect_walks_through_plain_arguments() -> None:
    with pytest.raises(Walked):
        walk({"timeline": Long([1])})


def test_prefect_does_not_walk_through_the_arguments_of_a_step() -> None:
    walk({"call": Call("split", {"timeline": Long([1])})})


def test_the_key_of_a_step_names_it_and_changes_with_its_content_and_the_epoch() -> None:
    class Run:
        epoch = "first"

    class Later:
        epoch = "second"

    key = keyed("split", 3, lambda arguments: arguments["shots"])
    calls = [({"run": run, "shots": shots}) for run in (Run, Later) for shots in (["a"], ["b"])]
    keys = [key(Call("any", arguments)) for arguments in calls]
    assert len(set(keys)) == len(keys)
    assert all(made.startswith("split-3-") for made in keys)
    assert key(Call("other", calls[0])) == keys[0]
