"""Saving the id of a job that a provider accepted. It was paid, so whatever happened meanwhile, it is never dropped."""

from __future__ import annotations

from typing import Any, TypeGuard

from longtake.errors import JobMoved
from longtake.ledger.jobs import Job
from longtake.ledger.locks import lock_name
from longtake.ledger.moving import move, try_move
from longtake.ledger.rows import find_jobs, insert_job, lock_job, read_job
from longtake.ledger.states import JobState
from longtake.ledger.sums import IS_LIVE
from longtake.ledger.tables import jobs
from longtake.ledger.transaction import Transaction
from longtake.providers.contract import Ticket

_TOO_EARLY = frozenset({JobState.RELEASED, JobState.CANCELLED, JobState.FAILED, JobState.LOST})
"""Ends that were concluded without an id, and that an id proves wrong."""

_LATE = "its provider had accepted it after all"
_TWICE = "the order was submitted twice: while this job was taken for not accepted, another one was begun"
_SECOND_ID = "the order was submitted twice: its provider accepted it a second time, beside job"
_HIGHEST_PRICE_MICRO_USD = 10**12


def note_accepted(transaction: Transaction, job: Job, ticket: Ticket, price_micro_usd: int | None) -> Job:
    """The job as submitted; as lost, when another live job holds its order; a new lost one, when it has another id.

    Safe to repeat: a job that has this id already is answered as it stands.
    """
    lock_name(transaction, f"order:{job.order_key}")
    now = lock_job(transaction, job.id)
    if now.request_id == ticket.request_id:
        return now
    values = _ticket_values(transaction, now, ticket) | {"charged_micro_usd": _price(now, price_micro_usd)}
    if now.request_id is None and now.state is JobState.SUBMITTING and now.owner == transaction.owner:
        return _move(transaction, now, JobState.SUBMITTED, "", values)
    if now.request_id is None and now.state is JobState.UNKNOWN:
        return _move(transaction, now, JobState.SUBMITTED, _LATE, values)
    if now.request_id is None and now.state in _TOO_EARLY:
        if find_jobs(transaction, jobs.c.order_key == now.order_key, IS_LIVE):
            return _move(transaction, now, JobState.LOST, _TWICE, values)
        return _move(transaction, now, JobState.SUBMITTED, _LATE, values)
    ended = {**values, "ended_at": transaction.now}
    return insert_job(transaction, now, JobState.LOST, f"{_SECOND_ID} {now.id[:8]}", **ended)


def note_found(transaction: Transaction, job: Job, ticket: Ticket, price_micro_usd: int | None) -> Job:
    """A job without an id that the provider knows: submitted, in our hands. A person may have called it lost."""
    if job.request_id is not None:
        raise JobMoved(f"job {job.id[:8]} has an id already")
    values = _ticket_values(transaction, job, ticket) | {"charged_micro_usd": _price(job, price_micro_usd)}
    return move(
        transaction,
        job,
        JobState.SUBMITTED,
        from_states={JobState.UNKNOWN, JobState.LOST},
        of_anybody=True,
        **values,
    )


def _move(transaction: Transaction, job: Job, to_state: JobState, reason: str, values: dict[str, Any]) -> Job:
    """The job's row is locked, so the step cannot fail."""
    try_move(transaction, job, to_state, reason=reason, **values)
    return read_job(transaction, job.id)


def _ticket_values(transaction: Transaction, job: Job, ticket: Ticket) -> dict[str, Any]:
    return {
        "request_id": ticket.request_id,
        "status_url": ticket.status_url,
        "endpoint": ticket.endpoint,
        "owner": transaction.owner,
        "heartbeat_at": transaction.now,
        "submitted_at": transaction.now if job.submitted_at is None else job.submitted_at,
        "done_at": None,
        "billed": None,
        "kind": "",
    }


def _price(job: Job, told_micro_usd: int | None) -> int:
    return job.reserve_micro_usd if not is_price(told_micro_usd) else told_micro_usd


def is_price(told_micro_usd: int | None) -> TypeGuard[int]:
    """Whether a price was told, and makes sense. One that makes none must not keep the ledger from being written."""
    return told_micro_usd is not None and 0 <= told_micro_usd <= _HIGHEST_PRICE_MICRO_USD
