"""Whose jobs are whose: heartbeats, and what others may do with the jobs of a process that has gone silent."""

from __future__ import annotations

import pytest

from longtake.errors import JobMoved
from longtake.ledger import JobState, Ledger
from longtake.ledger.states import LIVE
from tests.ledger.making import (
    DOLLAR,
    STALE_SECONDS,
    START,
    Clock,
    Opener,
    completed,
    in_state,
    reserved,
    submitted,
    submitting,
    unknown,
)


def test_a_beat_is_for_all_live_jobs_of_its_owner_and_no_others(ledger: Ledger, other: Ledger, clock: Clock) -> None:
    mine = [in_state(ledger, state) for state in sorted(LIVE)]
    done = completed(ledger)
    theirs = reserved(other)
    clock.sleep(10)
    assert ledger.beat() == len(mine)
    assert {ledger.job(job.id).heartbeat_at for job in mine} == {START + 10}
    assert ledger.job(done.id) == done
    assert ledger.job(theirs.id) == theirs


@pytest.mark.parametrize("state", [JobState.RESERVED, JobState.SUBMITTED])
def test_a_job_is_taken_over_from_a_silent_owner_only(
    ledger: Ledger, other: Ledger, clock: Clock, state: JobState
) -> None:
    job = in_state(ledger, state)
    clock.sleep(STALE_SECONDS)
    assert other.take_over(job) is None
    clock.sleep(0.001)
    taken = other.take_over(job)
    assert taken
    assert (taken.owner, taken.state, taken.heartbeat_at) == ("other", state, clock.now)
    assert ledger.history(job.id)[-1].owner == "other"
    step = ledger.begin_submit if state is JobState.RESERVED else ledger.note_done
    with pytest.raises(JobMoved, match="in the hands of other"):
        step(job)


def test_of_two_that_take_over_one_gets_it(ledger: Ledger, other: Ledger, opened: Opener, clock: Clock) -> None:
    job = submitted(ledger)
    clock.sleep(100)
    assert other.take_over(job)
    assert opened("third").take_over(job) is None
    clock.sleep(100)
    assert opened("fourth").take_over(job) is None  # it still believes in the first owner


@pytest.mark.parametrize("state", sorted(set(JobState) - {JobState.RESERVED, JobState.SUBMITTED}))
def test_no_other_job_is_taken_over(ledger: Ledger, other: Ledger, clock: Clock, state: JobState) -> None:
    job = in_state(ledger, state)
    clock.sleep(100)
    assert other.take_over(job) is None
    assert ledger.job(job.id) == job


def test_a_job_that_moved_on_is_not_taken_over(ledger: Ledger, other: Ledger, clock: Clock) -> None:
    job = reserved(ledger)
    submitting_job = ledger.begin_submit(job)
    clock.sleep(100)
    assert other.take_over(job) is None
    assert ledger.job(job.id) == submitting_job


def test_only_what_was_being_submitted_by_a_silent_owner_becomes_unknown(
    ledger: Ledger, other: Ledger, opened: Opener, clock: Clock
) -> None:
    silent = submitting(ledger)
    rest = [submitted(ledger), unknown(ledger)]
    clock.sleep(130)
    fresh = submitting(opened("third"))
    assert other.expire_submitting(130) == ()
    clock.sleep(0.001)
    (expired,) = other.expire_submitting(130)
    assert (expired.id, expired.state, expired.owner) == (silent.id, "unknown", "me")
    assert expired.charged_micro_usd == DOLLAR
    assert "silent" in expired.reason
    for job in (*rest, fresh):
        assert ledger.job(job.id) == job
    with pytest.raises(JobMoved):
        ledger.release(silent, "late")


def test_stale_reservations_are_released_and_nothing_else(ledger: Ledger, other: Ledger, clock: Clock) -> None:
    stale = reserved(ledger)
    rest = [submitting(ledger), submitted(ledger), unknown(ledger)]
    clock.sleep(STALE_SECONDS + 1)
    fresh = reserved(other)
    assert other.release_stale() == 0  # the reservation before has done it
    assert ledger.job(stale.id).state == "released"
    clock.sleep(STALE_SECONDS + 1)
    assert ledger.release_stale() == 1
    assert ledger.job(fresh.id).charged_micro_usd == 0
    for job in rest:
        assert ledger.job(job.id) == job
    with pytest.raises(JobMoved):
        ledger.begin_submit(stale)


def test_a_process_that_lets_go_is_taken_over_at_once_but_for_what_it_submits(
    ledger: Ledger, other: Ledger, clock: Clock
) -> None:
    job, sending = submitted(ledger), submitting(ledger)
    theirs = submitted(other)
    assert ledger.let_go() == 1
    assert other.take_over(ledger.job(job.id))
    assert other.expire_submitting(130) == ()
    assert ledger.job(sending.id) == sending
    assert ledger.take_over(theirs) is None


def test_a_clock_that_was_ahead_holds_nothing(ledger: Ledger, other: Ledger, clock: Clock) -> None:
    """It was set right after the process died."""
    left, held = submitted(ledger), reserved(ledger)
    clock.sleep(-365 * 24 * 3600)
    assert other.take_over(left) is not None
    assert other.release_stale() == 1
    assert other.job(held.id).state is JobState.RELEASED
