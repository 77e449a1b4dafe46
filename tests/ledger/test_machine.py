"""Whatever processes, the provider and a person do, in whatever order: the money is right after each step."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.ledger.machine import LedgerMachine

TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    max_examples=100,
    stateful_step_count=50,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
