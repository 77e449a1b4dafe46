"""What holds for a run from its first question on: what it was asked about, and what a person has changed."""

from __future__ import annotations

from flows.asking.words import BUDGET, PROVIDER, changed_for
from longtake.assets import Store
from longtake.ledger import Ledger
from longtake.money import MICRO
from longtake.storyboard import Storyboard

ASKED = "asked/"
"""The store's records of what runs have asked about. Files that a record names are never pruned."""


def changed_provider(ledger: Ledger, run_id: str, given: str) -> str:
    """The provider that a person has chosen for the run, else the given one."""
    changed = changed_for(ledger, run_id, PROVIDER)
    return changed.value if changed else given


def changed_budget_usd(ledger: Ledger, run_id: str, given: float | None) -> float | None:
    """The budget that a person has given the run, else the given one."""
    changed = changed_for(ledger, run_id, BUDGET)
    return given if changed is None or changed.amount_micro_usd is None else changed.amount_micro_usd / MICRO


def pin(storyboard: Storyboard, run_id: str, store: Store) -> None:
    """Keep the storyboard, whose files are in the store, for the time when the run goes on."""
    store.write_record(_name(run_id), storyboard.model_dump_json().encode())


def pinned(run_id: str, store: Store) -> Storyboard | None:
    """What the run has asked about; None when it never asked, or was told to stop."""
    data = store.read_record(_name(run_id))
    return None if data is None else Storyboard.model_validate_json(data)


def unpin(run_id: str, store: Store) -> None:
    """Let the run begin with its parameters again."""
    store.delete_record(_name(run_id))


def _name(run_id: str) -> str:
    return f"{ASKED}{run_id}.json"
