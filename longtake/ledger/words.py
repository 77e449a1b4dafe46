"""A person's word on a job: what became of it, or that its clip is good enough. Written down as a decision too."""

from __future__ import annotations

from typing import Any

from longtake.errors import LongtakeError
from longtake.ledger.decisions import Decision, decide
from longtake.ledger.jobs import Job
from longtake.ledger.moving import move
from longtake.ledger.reading import job_named
from longtake.ledger.states import JobState
from longtake.ledger.transaction import Transaction

_ASSUMED = "a failed job that may have been billed"


def resolve(
    transaction: Transaction,
    job_id: str,
    *,
    paid: bool,
    by: str,
    overdue_after_seconds: float,
    stale_after_seconds: float,
) -> Job:
    """The job after a person has seen at the provider whether it was paid. Raises LongtakeError if that is known.

    A submitted job waits for no word, unless it is overdue and no process works on it.
    """
    job = job_named(transaction, job_id)
    value = "paid" if paid else "not accepted"
    reason = f"{by} says: {value}" + (f" ({job.reason})" if job.reason else "")
    free: dict[str, Any] = {} if paid else {"charged_micro_usd": 0}
    if job.state is JobState.UNKNOWN:
        state = JobState.LOST if paid else JobState.RELEASED
        moved = move(transaction, job, state, reason=reason, from_states={job.state}, of_anybody=True, **free)
    elif job.state is JobState.SUBMITTED and _is_left(transaction, job, overdue_after_seconds, stale_after_seconds):
        state = JobState.LOST if paid else JobState.CANCELLED
        moved = move(transaction, job, state, reason=reason, from_states={job.state}, of_anybody=True, **free)
    elif job.state is JobState.FAILED and job.billed == "assumed":
        values = {**free, "billed": "yes" if paid else "no"}
        moved = move(transaction, job, job.state, reason=reason, from_states={job.state}, of_anybody=True, **values)
    else:
        billed = f" (billed: {job.billed})" if job.billed else ""
        raise LongtakeError(
            f"job {job.id[:8]} is {job.state.value}{billed}: only a job whose outcome is unknown, {_ASSUMED}, or one "
            f"that was submitted over {overdue_after_seconds / 60:g} minutes ago and that no run looks after, waits "
            "for a person's word"
        )
    _write(transaction, "resolve", job, value, by)
    return moved


def _is_left(transaction: Transaction, job: Job, overdue_after_seconds: float, stale_after_seconds: float) -> bool:
    silent_since = job.heartbeat_at + stale_after_seconds
    due_at = (job.submitted_at or job.created_at) + overdue_after_seconds
    return max(silent_since, due_at) < transaction.now


def accept(transaction: Transaction, job_id: str, *, by: str) -> Job:
    """The job after a person has overruled the check of its clip. Raises LongtakeError if it was not rejected."""
    job = job_named(transaction, job_id)
    if job.state is not JobState.REJECTED:
        raise LongtakeError(f"job {job.id[:8]} is {job.state.value}: only a rejected clip can be accepted")
    reason = f"accepted by {by}" + (f" ({job.reason})" if job.reason else "")
    moved = move(transaction, job, JobState.ACCEPTED, reason=reason, from_states={JobState.REJECTED}, of_anybody=True)
    _write(transaction, "accept", job, "yes", by)
    return moved


def _write(transaction: Transaction, kind: str, job: Job, value: str, by: str) -> None:
    decision = Decision(kind=kind, video=job.video, subject=job.id, value=value, run_id=job.run_id, by=by)
    decide(transaction, decision, settled=True)
