"""An owner that wakes up late still saves its id: a paid request is never dropped, whatever was concluded meanwhile."""

from __future__ import annotations

import pytest

from longtake.ledger import Job, JobState, Ledger
from tests.ledger.making import (
    CAPS,
    DOLLAR,
    Clock,
    completed,
    in_state,
    new_job,
    reserved,
    submitted,
    submitting,
    ticket,
)


def absent(ledger: Ledger, finder: Ledger, order: str | None = None) -> Job:
    """A job as its sleeping owner knows it, which others have declared absent."""
    job = submitting(ledger, order)
    finder.note_absent(ledger.note_unknown(job, "silent"), "not listed")
    return job


def test_from_unknown(ledger: Ledger, other: Ledger, clock: Clock) -> None:
    job = submitting(ledger)
    clock.sleep(1000)
    assert [one.state for one in other.expire_submitting(130)] == ["unknown"]
    job = ledger.note_accepted(job, ticket("r1"), None)
    assert (job.state, job.owner, job.request_id) == ("submitted", "me", "r1")


def test_from_released_its_charge_is_restored_even_above_the_cap(ledger: Ledger, other: Ledger) -> None:
    job = absent(ledger, other)
    assert other.spent_micro_usd("talk") == 0
    job = ledger.note_accepted(job, ticket("r1"), 900_000)
    assert (job.state, job.charged_micro_usd, job.ended_at, job.request_id) == ("submitted", 900_000, None, "r1")
    assert "after all" in job.reason


def test_from_released_while_another_job_holds_the_order(ledger: Ledger, other: Ledger) -> None:
    job = absent(ledger, other, "o1")
    second = submitted(other, "o1")
    job = ledger.note_accepted(job, ticket("r1"), None)
    assert (job.state, job.charged_micro_usd, job.request_id) == ("lost", DOLLAR, "r1")
    assert "submitted twice" in job.reason
    assert ledger.job(second.id) == second
    assert ledger.spent_micro_usd("talk") == 2 * DOLLAR
    other.complete(second, cost_micro_usd=None, clip_sha256="c")
    assert ledger.spent_micro_usd("talk") == 2 * DOLLAR


def test_from_cancelled(ledger: Ledger) -> None:
    job = reserved(ledger)
    ledger.cancel(job, "stopped")
    job = ledger.note_accepted(job, ticket("r1"), None)
    assert (job.state, job.charged_micro_usd, job.request_id) == ("submitted", DOLLAR, "r1")


def test_after_a_person_said_that_it_was_paid(ledger: Ledger, other: Ledger) -> None:
    job = submitting(ledger)
    ledger.note_unknown(job, "silent")
    other.resolve(job.id, paid=True, by="ann")
    job = ledger.note_accepted(job, ticket("r1"), None)
    assert (job.state, job.request_id, job.charged_micro_usd) == ("submitted", "r1", DOLLAR)


def test_the_same_answer_saved_again_changes_nothing(ledger: Ledger) -> None:
    """The commit was done and its answer lost: the caller tries again."""
    job = submitting(ledger)
    saved = ledger.note_accepted(job, ticket("r1"), None)
    assert ledger.note_accepted(job, ticket("r1"), None) == saved
    done = ledger.complete(saved, cost_micro_usd=None, clip_sha256="c")
    assert ledger.note_accepted(job, ticket("r1"), None) == done
    assert ledger.jobs() == (done,)


def test_an_id_that_a_finder_saved_first_stays_in_the_finders_hands(ledger: Ledger, other: Ledger) -> None:
    job = submitting(ledger)
    found = other.note_found(ledger.note_unknown(job, "silent"), ticket("r1"), None)
    assert ledger.note_accepted(job, ticket("r1"), None) == found


@pytest.mark.parametrize("state", [JobState.SUBMITTED, JobState.COMPLETED, JobState.REJECTED, JobState.FAILED])
def test_a_second_id_becomes_a_lost_job_of_its_own(ledger: Ledger, state: JobState) -> None:
    job = in_state(ledger, state)
    second = ledger.note_accepted(job, ticket("r2"), 700_000)
    assert ledger.job(job.id) == job
    assert second.id != job.id
    assert (second.state, second.request_id, second.charged_micro_usd) == ("lost", "r2", 700_000)
    assert job.id[:8] in second.reason
    assert second.ended_at is not None
    assert ledger.spent_micro_usd("talk") == DOLLAR + 700_000


def test_a_job_in_other_hands_keeps_its_way_and_the_id_is_kept_beside_it(
    ledger: Ledger, other: Ledger, clock: Clock
) -> None:
    job = submitting(ledger)
    back = ledger.back_to_reserved(job, "busy")
    clock.sleep(100)
    taken = other.take_over(back)
    assert taken
    sending = other.begin_submit(taken)
    late = ledger.note_accepted(job, ticket("r2"), None)
    assert (late.state, late.request_id) == ("lost", "r2")
    assert ledger.job(job.id) == sending


def test_a_late_job_that_is_done_does_not_open_its_order_again(ledger: Ledger, other: Ledger) -> None:
    """The newest job of the order ended without costs, but an older one was paid after all."""
    job = absent(ledger, other, "o1")
    other.release(reserved(other, "o1"), "stopped")
    late = ledger.note_accepted(job, ticket("r1"), None)
    latest = other.latest("o1")
    assert latest == late
    done = ledger.complete(late, cost_micro_usd=None, clip_sha256="c")
    answer = other.reserve(new_job("o1"), CAPS)
    assert (answer.answer, answer.job) == ("settled", done)


def test_two_of_one_order_that_both_end_well_count_both(ledger: Ledger, other: Ledger) -> None:
    job = absent(ledger, other, "o1")
    completed(other, "o1")
    late = ledger.note_accepted(job, ticket("r1"), None)
    assert late.state == "submitted"
    ledger.complete(late, cost_micro_usd=None, clip_sha256="c")
    assert ledger.spent_micro_usd("talk") == 2 * DOLLAR
