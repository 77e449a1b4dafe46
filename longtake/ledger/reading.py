"""Looking jobs up."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from longtake.errors import LongtakeError
from longtake.ledger.jobs import Job, Transition
from longtake.ledger.rows import find_jobs
from longtake.ledger.states import JobState
from longtake.ledger.sums import IS_LIVE
from longtake.ledger.tables import jobs, transitions
from longtake.ledger.transaction import Transaction

SHORTEST_PREFIX = 4


def job_named(transaction: Transaction, job_id: str) -> Job:
    """The job of that id, or of the one id that begins so. Raises LongtakeError if there is none, or several."""
    exact = find_jobs(transaction, jobs.c.id == job_id)
    if exact:
        return exact[0]
    if len(job_id) < SHORTEST_PREFIX:
        raise LongtakeError(f"{job_id!r} is too short for a job: say at least {SHORTEST_PREFIX} characters of its id")
    found = find_jobs(transaction, jobs.c.id.startswith(job_id, autoescape=True), limit=2)
    if not found:
        raise LongtakeError(f"the ledger has no job {job_id}")
    if len(found) > 1:
        raise LongtakeError(f"several jobs begin with {job_id}: say more of the id")
    return found[0]


def jobs_where(
    transaction: Transaction,
    *,
    video: str | None,
    states: Collection[JobState] | None,
    provider: str | None,
    clip: str | None,
    order_key: str | None,
    limit: int | None,
) -> tuple[Job, ...]:
    """The jobs that meet all that is said, the newest first."""
    wanted = (
        (jobs.c.video, video),
        (jobs.c.provider, provider),
        (jobs.c.clip, clip),
        (jobs.c.order_key, order_key),
    )
    conditions = [column == value for column, value in wanted if value is not None]
    if states is not None:
        conditions.append(jobs.c.state.in_(sorted(state.value for state in states)))
    return find_jobs(transaction, *conditions, limit=limit)


def latest(transaction: Transaction, order_key: str) -> Job | None:
    """The order's live job if it has one, else its newest."""
    of_order = jobs.c.order_key == order_key
    found = find_jobs(transaction, of_order, IS_LIVE) or find_jobs(transaction, of_order, limit=1)
    return found[0] if found else None


def history(transaction: Transaction, job_id: str) -> tuple[Transition, ...]:
    """Every step of a job, the oldest first."""
    job = job_named(transaction, job_id)
    query = select(transitions).where(transitions.c.job_id == job.id).order_by(transitions.c.number)
    rows = transaction.connection.execute(query).mappings()
    return tuple(Transition.model_validate({name: row[name] for name in Transition.model_fields}) for row in rows)
