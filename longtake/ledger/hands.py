"""In whose hands jobs are: heartbeats, and what happens to the jobs of processes that have gone silent."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, or_, select, update

from longtake.ledger.jobs import Job
from longtake.ledger.moving import try_move
from longtake.ledger.rows import job_of, read_job
from longtake.ledger.states import JobState
from longtake.ledger.sums import IS_LIVE
from longtake.ledger.tables import jobs
from longtake.ledger.transaction import Transaction


def beat(transaction: Transaction) -> int:
    """Tell that this process lives; the number of its live jobs."""
    alive = update(jobs).where(IS_LIVE, jobs.c.owner == transaction.owner).values(heartbeat_at=transaction.now)
    return transaction.connection.execute(alive).rowcount


def let_go(transaction: Transaction) -> int:
    """Give this process's jobs to whoever comes next, at once. A POST that may be on its way stays in our hands."""
    mine = update(jobs).where(IS_LIVE, jobs.c.owner == transaction.owner, jobs.c.state != JobState.SUBMITTING.value)
    return transaction.connection.execute(mine.values(heartbeat_at=0.0)).rowcount


def take_over(transaction: Transaction, job: Job, stale_after_seconds: float) -> Job | None:
    """The job in our hands, if it is as the caller believes and its owner has gone silent; else None."""
    if job.state not in (JobState.RESERVED, JobState.SUBMITTED):
        return None
    guards = (is_silent(transaction, jobs, stale_after_seconds), jobs.c.owner == job.owner)
    if not try_move(transaction, job, job.state, *guards, owner=transaction.owner, heartbeat_at=transaction.now):
        return None
    return read_job(transaction, job.id)


def release_stale(transaction: Transaction, stale_after_seconds: float) -> int:
    """Free the money of reserved jobs whose owner has gone silent: nothing of them was sent."""
    is_stale = is_silent(transaction, jobs, stale_after_seconds)
    reason = "its process went silent before it sent anything"
    return sum(
        try_move(transaction, job, JobState.RELEASED, is_stale, reason=reason, charged_micro_usd=0)
        for job in _held(transaction, JobState.RESERVED, is_stale)
    )


def expire_submitting(transaction: Transaction, older_than_seconds: float) -> tuple[Job, ...]:
    """Jobs whose owner went silent with its POST on the way: nobody knows what became of them."""
    is_old = is_silent(transaction, jobs, older_than_seconds)
    reason = "its process went silent while it was being submitted"
    return tuple(
        read_job(transaction, job.id)
        for job in _held(transaction, JobState.SUBMITTING, is_old)
        if try_move(transaction, job, JobState.UNKNOWN, is_old, reason=reason)
    )


def is_silent(transaction: Transaction, table: Table, seconds: float) -> ColumnElement[bool]:
    """No heartbeat for so long. One of the future was written by a clock that has been set back since."""
    beat_at, now = table.c.heartbeat_at, transaction.now
    return or_(beat_at < now - seconds, beat_at > now + seconds)


def _held(transaction: Transaction, state: JobState, condition: ColumnElement[bool]) -> tuple[Job, ...]:
    """Those jobs, locked where rows are. One that another process holds is left to it, so that nobody waits."""
    query = select(jobs).where(IS_LIVE, jobs.c.state == state.value, condition).order_by(jobs.c.number)
    rows = transaction.connection.execute(query.with_for_update(skip_locked=True)).mappings().all()
    return tuple(job_of(row) for row in rows)
