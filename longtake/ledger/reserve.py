"""Reserving: the one door to spending. All of it happens in one transaction that counts alone."""

from __future__ import annotations

from sqlalchemy import and_, or_

from longtake.ledger.caps import check_caps
from longtake.ledger.hands import release_stale
from longtake.ledger.jobs import Caps, Job, NewJob, Reservation
from longtake.ledger.locks import lock_caps, lock_name
from longtake.ledger.rows import find_jobs, insert_job
from longtake.ledger.states import DELIVERED, JobState
from longtake.ledger.sums import IS_LIVE, charged_micro_usd, places_taken
from longtake.ledger.tables import jobs
from longtake.ledger.transaction import Transaction

_SPENT = or_(
    jobs.c.state.in_(sorted(state.value for state in {*DELIVERED, JobState.REJECTED, JobState.LOST})),
    and_(jobs.c.state == JobState.FAILED.value, jobs.c.billed.is_distinct_from("no")),
)


def reserve(transaction: Transaction, new: NewJob, caps: Caps, stale_after_seconds: float) -> Reservation:
    """Set money aside for a job, or tell why none is needed. Raises OverBudget."""
    lock_name(transaction, f"order:{new.order_key}")
    day = transaction.today
    lock_caps(transaction, f"account:{new.account}", f"day:{day}", f"video:{new.video}")
    release_stale(transaction, stale_after_seconds)
    live = _live_of(transaction, new.order_key)
    if live:
        return Reservation(answer="live", job=live)
    spent = _spent_on(transaction, new.order_key)
    if spent and not _may_repeat(transaction, spent, new, caps):
        return Reservation(answer="settled", job=spent)
    check_caps(transaction, caps, video=new.video, price_micro_usd=new.reserve_micro_usd, what=f"clip {new.clip}")
    in_progress, unknown = places_taken(transaction, new.account)
    if in_progress >= caps.in_progress:
        return Reservation(answer="no place", job=None, in_progress=in_progress, unknown=unknown)
    job = insert_job(transaction, new, JobState.RESERVED, day=day, is_repeat=spent is not None)
    return Reservation(answer="reserved", job=job, in_progress=in_progress, unknown=unknown)


def standing(transaction: Transaction, order_key: str) -> Job | None:
    """The job that a reservation for the order would meet: its live one, else the one that its money went into."""
    return _live_of(transaction, order_key) or _spent_on(transaction, order_key)


def is_in_vain(job: Job) -> bool:
    """Whether the job's money is surely gone, and brought no clip that counts: it may be paid for once more."""
    return job.state in (JobState.REJECTED, JobState.LOST) or (job.state is JobState.FAILED and job.billed == "yes")


def _live_of(transaction: Transaction, order_key: str) -> Job | None:
    return next(iter(find_jobs(transaction, jobs.c.order_key == order_key, IS_LIVE)), None)


def _spent_on(transaction: Transaction, order_key: str) -> Job | None:
    """The job that the order's money went into: one with a clip that counts, else the newest.

    A later job that cost nothing does not hide it, and one that was paid in vain does not hide a clip.
    """
    spent = find_jobs(transaction, jobs.c.order_key == order_key, _SPENT)
    delivered = [job for job in spent if job.state in DELIVERED]
    return next(iter(delivered or spent), None)


def _may_repeat(transaction: Transaction, spent: Job, new: NewJob, caps: Caps) -> bool:
    """Whether the allowance covers paying again. What may have been billed, or not, waits for a person."""
    if not is_in_vain(spent) or not caps.repeat_micro_usd:
        return False
    repeats = charged_micro_usd(transaction, jobs.c.video == new.video, jobs.c.is_repeat)
    return repeats + new.reserve_micro_usd <= caps.repeat_micro_usd
