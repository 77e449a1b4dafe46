"""Every step of a job: from where it may be taken, by whom, and what it does to the money."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from longtake.errors import JobMoved
from longtake.ledger import Job, JobState, Ledger
from longtake.ledger.states import LIVE
from tests.ledger.making import (
    DOLLAR,
    START,
    Clock,
    completed,
    failed,
    in_state,
    reserved,
    submitted,
    submitting,
    ticket,
    unknown,
)

S = JobState
STEPS: dict[str, tuple[Callable[[Ledger, Job], Job], set[JobState], JobState]] = {
    "begin_submit": (lambda ledger, job: ledger.begin_submit(job), {S.RESERVED}, S.SUBMITTING),
    "back_to_reserved": (lambda ledger, job: ledger.back_to_reserved(job, "busy"), {S.SUBMITTING}, S.RESERVED),
    "release": (lambda ledger, job: ledger.release(job, "no"), {S.RESERVED, S.SUBMITTING}, S.RELEASED),
    "note_unknown": (lambda ledger, job: ledger.note_unknown(job, "dropped"), {S.SUBMITTING}, S.UNKNOWN),
    "note_found": (lambda ledger, job: ledger.note_found(job, ticket(), None), {S.UNKNOWN}, S.SUBMITTED),
    "note_absent_look": (lambda ledger, job: ledger.note_absent_look(job), {S.UNKNOWN}, S.UNKNOWN),
    "note_absent": (lambda ledger, job: ledger.note_absent(job, "not listed"), {S.UNKNOWN}, S.RELEASED),
    "note_done": (lambda ledger, job: ledger.note_done(job), {S.SUBMITTED}, S.SUBMITTED),
    "complete": (
        lambda ledger, job: ledger.complete(job, cost_micro_usd=None, clip_sha256="c"),
        {S.SUBMITTED},
        S.COMPLETED,
    ),
    "reject": (
        lambda ledger, job: ledger.reject(job, cost_micro_usd=None, clip_sha256=None, reason="black"),
        {S.SUBMITTED, S.REJECTED, S.LOST},
        S.REJECTED,
    ),
    "fail": (
        lambda ledger, job: ledger.fail(job, billed="no", cost_micro_usd=None, kind="k", reason="r"),
        {S.SUBMITTING, S.SUBMITTED},
        S.FAILED,
    ),
    "lose": (lambda ledger, job: ledger.lose(job, "gone"), {S.SUBMITTED, S.COMPLETED}, S.LOST),
    "cancel": (lambda ledger, job: ledger.cancel(job, "stopped"), {S.RESERVED, S.SUBMITTED}, S.CANCELLED),
    "adopt": (lambda ledger, job: ledger.adopt(job, clip_sha256="c"), {S.LOST, S.REJECTED, S.FAILED}, S.COMPLETED),
}
BY_ANYBODY = {"note_found", "note_absent_look", "note_absent", "adopt"}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_taken_from_its_states_only(ledger: Ledger, name: str) -> None:
    step, allowed, target = STEPS[name]
    for state in JobState:
        job = in_state(ledger, state)
        if state in allowed:
            after = step(ledger, job)
            assert after.state is target
            assert ledger.job(job.id) == after
            assert (after.ended_at is None) == (target in LIVE)
        else:
            with pytest.raises(JobMoved):
                step(ledger, job)
            assert ledger.job(job.id) == job


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_not_taken_when_the_job_has_moved_on_since(ledger: Ledger, name: str) -> None:
    """The caller still believes in a state that the job has left."""
    step, allowed, _ = STEPS[name]
    for state in allowed:
        job = in_state(ledger, S.UNKNOWN)
        believed = job.model_copy(update={"state": state})
        if state is S.UNKNOWN:
            ledger.note_absent(job, "not listed")
        before = ledger.job(job.id)
        with pytest.raises(JobMoved, match=job.id[:8]):
            step(ledger, believed)
        assert ledger.job(job.id) == before


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_taken_by_the_owner_only(ledger: Ledger, other: Ledger, name: str) -> None:
    step, allowed, target = STEPS[name]
    for state in allowed:
        job = in_state(ledger, state)
        if name in BY_ANYBODY or (name in ("lose", "reject") and state is not S.SUBMITTED):
            assert step(other, job).state is target
        else:
            with pytest.raises(JobMoved, match="in the hands of me"):
                step(other, job)
            assert ledger.job(job.id) == job


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_written_down(ledger: Ledger, name: str) -> None:
    step, allowed, target = STEPS[name]
    for state in allowed:
        job = in_state(ledger, state)
        before = ledger.history(job.id)
        step(ledger, job)
        (written,) = ledger.history(job.id)[len(before) :]
        assert (written.from_state, written.to_state, written.owner, written.at) == (state, target, "me", START)


def test_a_refused_step_is_not_written_down(ledger: Ledger, other: Ledger) -> None:
    job = reserved(ledger)
    with pytest.raises(JobMoved):
        other.begin_submit(job)
    assert len(ledger.history(job.id)) == 1


def test_the_whole_way_of_a_job(ledger: Ledger, clock: Clock) -> None:
    job = reserved(ledger)
    assert (job.state, job.charged_micro_usd, job.created_at, job.owner) == ("reserved", DOLLAR, START, "me")
    clock.sleep(1)
    job = ledger.begin_submit(job)
    assert (job.submitted_at, job.heartbeat_at) == (START + 1, START + 1)
    clock.sleep(1)
    job = ledger.note_accepted(job, ticket("r1"), None)
    assert (job.request_id, job.status_url, job.submitted_at) == ("r1", "https://queue.fal.run/status", START + 1)
    clock.sleep(1)
    job = ledger.note_done(job)
    clock.sleep(1)
    assert ledger.note_done(job).done_at == START + 3
    job = ledger.complete(job, cost_micro_usd=DOLLAR - 5, clip_sha256="c1")
    assert (job.state, job.charged_micro_usd, job.clip_sha256) == ("completed", DOLLAR - 5, "c1")
    assert (job.done_at, job.ended_at) == (START + 3, START + 4)
    states = [step.to_state.value for step in ledger.history(job.id)]
    assert states == ["reserved", "submitting", "submitted", "submitted", "submitted", "completed"]


def test_back_to_reserved_and_submitted_again(ledger: Ledger) -> None:
    job = ledger.back_to_reserved(submitting(ledger), "429")
    assert (job.state, job.submitted_at, job.reason, job.charged_micro_usd) == ("reserved", None, "429", DOLLAR)
    job = ledger.note_accepted(ledger.begin_submit(job), ticket(), None)
    assert (job.state, job.reason) == ("submitted", "")


@pytest.mark.parametrize(
    ("end", "charged"),
    [
        (lambda ledger: ledger.release(submitting(ledger), "busy"), 0),
        (lambda ledger: ledger.cancel(submitted(ledger), "stopped"), 0),
        (unknown, DOLLAR),
        (lambda ledger: ledger.note_absent(unknown(ledger), "not listed"), 0),
        (completed, DOLLAR),
        (lambda ledger: ledger.lose(submitted(ledger), "gone"), DOLLAR),
        (lambda ledger: failed(ledger, billed="no"), 0),
        (lambda ledger: failed(ledger, billed="assumed"), DOLLAR),
        (lambda ledger: failed(ledger, billed="yes"), DOLLAR),
    ],
)
def test_what_an_end_counts(ledger: Ledger, end: Callable[[Ledger], Job], charged: int) -> None:
    job = end(ledger)
    assert job.charged_micro_usd == charged
    assert ledger.spent_micro_usd("talk") == charged


@pytest.mark.parametrize(
    ("words", "charged"),
    [
        ({"billed": "no", "cost_micro_usd": 7}, 0),
        ({"billed": "assumed", "cost_micro_usd": 7}, DOLLAR),
        ({"billed": "yes", "cost_micro_usd": 7}, 7),
    ],
)
def test_what_a_failure_with_a_told_cost_counts(ledger: Ledger, words: dict[str, Any], charged: int) -> None:
    job = ledger.fail(submitted(ledger), kind="k", reason="r", **words)
    assert (job.charged_micro_usd, job.billed, job.kind, job.reason) == (charged, words["billed"], "k", "r")


def test_a_price_told_at_the_submit_counts_from_then_on(ledger: Ledger) -> None:
    job = ledger.note_accepted(submitting(ledger), ticket(), 400_000)
    assert job.charged_micro_usd == 400_000
    assert ledger.complete(job, cost_micro_usd=None, clip_sha256="c").charged_micro_usd == 400_000


def test_a_lost_completed_job_keeps_its_cost_and_may_be_adopted_at_no_more(ledger: Ledger, other: Ledger) -> None:
    job = ledger.complete(submitted(ledger), cost_micro_usd=600_000, clip_sha256="c")
    job = other.lose(job, "not in this store")
    assert (job.state, job.charged_micro_usd) == ("lost", 600_000)
    job = other.adopt(job, clip_sha256="c2")
    assert (job.state, job.charged_micro_usd, job.clip_sha256) == ("completed", 600_000, "c2")


def test_a_failed_job_that_was_surely_not_billed_is_not_adopted(ledger: Ledger) -> None:
    with pytest.raises(JobMoved):
        ledger.adopt(failed(ledger, billed="no"), clip_sha256="c")
    assert ledger.adopt(failed(ledger, billed="yes"), clip_sha256="c").billed is None


def test_absent_looks_are_counted(ledger: Ledger, other: Ledger, clock: Clock) -> None:
    job = ledger.note_absent_look(unknown(ledger))
    clock.sleep(10)
    job = other.note_absent_look(job)
    assert (job.absent_looks, job.last_absent_at, job.state) == (2, START + 10, "unknown")
    assert job.charged_micro_usd == DOLLAR


def test_a_found_job_is_in_the_finders_hands(ledger: Ledger, other: Ledger) -> None:
    job = other.note_found(unknown(ledger), ticket("r9"), 800_000)
    assert (job.owner, job.request_id, job.charged_micro_usd, job.ended_at) == ("other", "r9", 800_000, None)
    with pytest.raises(JobMoved):
        ledger.note_done(job)


@pytest.mark.parametrize("text", ["a\0b", "half \ud800 of it", "ü" * 5000])
def test_words_of_a_provider_that_a_database_refuses_are_written_all_the_same(ledger: Ledger, text: str) -> None:
    job = ledger.fail(submitted(ledger), billed="no", cost_micro_usd=None, kind=text, reason=text)
    assert job.state == "failed"
    assert len(job.reason) <= 2000
    assert job.reason == ledger.history(job.id)[-1].reason


@pytest.mark.parametrize("cost", [-1, 10**30])
def test_a_cost_that_makes_no_sense_leaves_the_reservation(ledger: Ledger, cost: int) -> None:
    assert ledger.note_accepted(submitting(ledger), ticket(), cost).charged_micro_usd == DOLLAR
    done = ledger.complete(submitted(ledger), cost_micro_usd=cost, clip_sha256="c")
    assert done.charged_micro_usd == DOLLAR
