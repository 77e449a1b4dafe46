"""One step of a job, guarded: it is taken only from the state and the hands that the caller believes in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, update

from longtake.errors import JobMoved
from longtake.ledger.jobs import Job
from longtake.ledger.rows import LONGEST_REASON, read_job, write_transition
from longtake.ledger.states import LIVE, JobState
from longtake.ledger.tables import jobs
from longtake.ledger.transaction import Transaction


def move(
    transaction: Transaction,
    job: Job,
    to_state: JobState,
    *,
    reason: str = "",
    from_states: Collection[JobState],
    of_anybody: bool = False,
    **values: Any,
) -> Job:
    """The job after the step. Raises JobMoved when it is not in the caller's state, or not in the caller's hands."""
    guards = [] if of_anybody else [jobs.c.owner == transaction.owner]
    if job.state not in from_states:
        raise JobMoved(f"job {job.id[:8]} is {job.state.value}: it cannot become {to_state.value}")
    if not try_move(transaction, job, to_state, *guards, reason=reason, **values):
        now = read_job(transaction, job.id)
        raise JobMoved(
            f"job {job.id[:8]} is {now.state.value} in the hands of {now.owner}: it is no longer "
            f"{job.state.value}{'' if of_anybody else f' in those of {transaction.owner}'}"
        )
    return read_job(transaction, job.id)


def try_move(
    transaction: Transaction,
    job: Job,
    to_state: JobState,
    *guards: ColumnElement[bool],
    reason: str = "",
    **values: Any,
) -> bool:
    """Take the step if the job is still in the caller's state and all guards hold; tell whether it was taken."""
    if to_state is not job.state:
        values.setdefault("ended_at", None if to_state in LIVE else transaction.now)
    if reason or to_state is not job.state:
        values.setdefault("reason", reason[:LONGEST_REASON])
    step = (
        update(jobs)
        .where(jobs.c.id == job.id, jobs.c.state == job.state.value, *guards)
        .values(state=to_state.value, **values)
    )
    if transaction.connection.execute(step).rowcount != 1:
        return False
    write_transition(transaction, job.id, job.state, to_state, reason)
    return True
