"""Whatever processes, the provider and a person do, in whatever order: the money is right after each step."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

from tests.ledger.machine import LedgerMachine

TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    max_examples=50,
    stateful_step_count=50,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # shortening a failure takes minutes: add Phase.shrink to look into one
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
