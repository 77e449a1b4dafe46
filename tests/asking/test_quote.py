"""What a run may still spend: by the plan, and by what the ledger would let it reserve."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from longtake.ledger import Caps, Job, JobState, Ledger
from tests.asking.story import Story
from tests.ledger.making import CAPS, DOLLAR, completed, failed, in_state, lost, rejected, reserved, submitted

ALL = [1, 2, 3]
REST = [2, 3]


def numbers(story: Story, ledger: Ledger, max_repeat_usd: int = 0) -> list[int]:
    return [shot.number for shot in story.quote(ledger, max_repeat_usd=max_repeat_usd).due]


def test_of_a_new_video_all_is_due(story: Story, ledger: Ledger) -> None:
    quote = story.quote(ledger)
    assert [shot.number for shot in quote.due] == ALL
    assert quote.price_micro_usd == quote.upper_micro_usd == quote.needed_micro_usd
    assert story.quote(ledger, max_repeat_usd=3).upper_micro_usd == quote.price_micro_usd + 3 * DOLLAR


@pytest.mark.parametrize("state", [JobState.SUBMITTING, JobState.SUBMITTED, JobState.UNKNOWN])
def test_what_a_provider_may_have_is_not_paid_again_and_counts(story: Story, ledger: Ledger, state: JobState) -> None:
    in_state(ledger, state, story.orders(ledger)[0])
    quote = story.quote(ledger)
    assert ([shot.number for shot in quote.due], quote.in_progress) == (REST, (1,))
    assert quote.needed_micro_usd == DOLLAR + quote.price_micro_usd


def test_what_is_only_reserved_is_due_and_counts_once(story: Story, ledger: Ledger) -> None:
    before = story.quote(ledger)
    reserved(ledger, story.orders(ledger)[0])
    assert story.quote(ledger) == before


def test_jobs_in_progress_that_are_no_longer_in_the_plan_count(story: Story, ledger: Ledger) -> None:
    before = story.quote(ledger)
    submitted(ledger, "of a sentence that was changed")
    submitted(ledger, "of another video", video="other")
    assert story.quote(ledger).needed_micro_usd == before.needed_micro_usd + DOLLAR


@pytest.mark.parametrize("make", [completed, rejected, lost, failed])
def test_an_order_whose_money_is_gone_is_not_due(
    story: Story, ledger: Ledger, make: Callable[[Ledger, str], Job]
) -> None:
    make(ledger, story.orders(ledger)[0])
    assert numbers(story, ledger) == REST
    may_be_repeated = make in (rejected, lost)
    assert numbers(story, ledger, max_repeat_usd=5) == (ALL if may_be_repeated else REST), "as reserving has it"


def test_failures_that_cost_nothing_are_due_and_those_that_were_billed_are_repeats(
    story: Story, ledger: Ledger
) -> None:
    first, second, _ = story.orders(ledger)
    failed(ledger, first, billed="no")
    failed(ledger, second, billed="yes")
    assert numbers(story, ledger) == [1, 3]
    assert numbers(story, ledger, max_repeat_usd=5) == ALL


def test_a_later_job_that_cost_nothing_does_not_hide_what_was_paid(story: Story, ledger: Ledger) -> None:
    order = story.orders(ledger)[0]
    rejected(ledger, order)
    ledger.release(reserved(ledger, order, Caps(**CAPS.model_dump() | {"repeat_micro_usd": DOLLAR})), "stopped")
    latest = ledger.latest(order)
    assert latest
    assert latest.state == "released"
    assert numbers(story, ledger) == REST


def test_another_take_is_due_until_it_is_this_runs_own(story: Story, ledger: Ledger) -> None:
    order = story.orders(ledger)[0]
    completed(ledger, order)
    assert [shot.number for shot in story.quote(ledger, redo=(1,)).due] == ALL
    ledger.allot_take("talk", order, "this run", "redo")
    completed(ledger, story.orders(ledger)[0], content_key=order, take=2)
    assert [shot.number for shot in story.quote(ledger, redo=(1,)).due] == REST, "its retry takes no third"


def test_another_take_after_one_that_was_in_vain_is_due(story: Story, ledger: Ledger) -> None:
    order = story.orders(ledger)[0]
    completed(ledger, order)
    assert ledger.allot_take("talk", order, "an earlier run", "redo") == 2
    assert [shot.number for shot in story.quote(ledger, redo=(1,)).due] == ALL, "it goes on with the second"
    rejected(ledger, story.orders(ledger)[0], content_key=order, take=2)
    assert [shot.number for shot in story.quote(ledger, redo=(1,)).due] == ALL, "as a third is allotted"
    assert ledger.allot_take("talk", order, "this run", "redo") == 3
