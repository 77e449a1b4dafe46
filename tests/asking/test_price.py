"""A person is asked before money is spent, and what was said is what holds."""

from __future__ import annotations

from flows.asking.forms import Choice
from tests.asking.desk import Producer


def test_a_run_waits_for_a_yes_and_then_renders(producer: Producer) -> None:
    run = producer.start("yes")
    assert producer.ended(run) == "Suspended", producer.log(run) + producer.message(run)
    told, schema = producer.form(run)
    print(told, schema)
    assert producer.paid.asked == 0
    assert producer.answer(run, Choice.ALL) == "Completed", producer.log(run) + producer.message(run)
    print(producer.log(run))
    assert producer.paid.paid == 3
    print(producer.rows(run))
