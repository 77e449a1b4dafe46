"""Jobs as rows, and rows as jobs."""

from __future__ import annotations

import json
import uuid
from typing import Any

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.engine import RowMapping

from longtake.errors import LongtakeError
from longtake.ledger.jobs import Job, NewJob
from longtake.ledger.states import JobState
from longtake.ledger.tables import jobs, transitions
from longtake.ledger.transaction import Transaction

LONGEST_REASON = 2000
"""A provider may answer with a whole page."""


def job_of(row: RowMapping) -> Job:
    """The job that a row holds."""
    fields = {name: row[name] for name in Job.model_fields}
    fields["inputs"] = tuple(json.loads(row["inputs"]))
    return Job.model_validate(fields)


def find_jobs(transaction: Transaction, *conditions: ColumnElement[bool], limit: int | None = None) -> tuple[Job, ...]:
    """The jobs that meet all conditions, the newest first."""
    query = select(jobs).where(*conditions).order_by(jobs.c.number.desc()).limit(limit)
    return tuple(job_of(row) for row in transaction.connection.execute(query).mappings())


def read_job(transaction: Transaction, job_id: str) -> Job:
    """The job of that whole id. Raises LongtakeError if there is none."""
    found = find_jobs(transaction, jobs.c.id == job_id)
    if not found:
        raise LongtakeError(f"the ledger has no job {job_id}")
    return found[0]


def lock_job(transaction: Transaction, job_id: str) -> Job:
    """The job as it stands, and stands still until this transaction ends. Raises LongtakeError if there is none."""
    query = select(jobs).where(jobs.c.id == job_id).with_for_update()
    row = transaction.connection.execute(query).mappings().one_or_none()
    if row is None:
        raise LongtakeError(f"the ledger has no job {job_id}")
    return job_of(row)


def insert_job(transaction: Transaction, new: NewJob, state: JobState, reason: str = "", **values: Any) -> Job:
    """Write a new job, ours and charged with its reservation unless `values` say otherwise."""
    fields = new.model_dump(include=set(NewJob.model_fields))
    fields["inputs"] = json.dumps(new.inputs)
    row = {
        **fields,
        "id": uuid.uuid4().hex,
        "state": state.value,
        "owner": transaction.owner,
        "heartbeat_at": transaction.now,
        "created_at": transaction.now,
        "day": transaction.today,
        "charged_micro_usd": new.reserve_micro_usd,
        "is_repeat": False,
        "kind": "",
        "reason": reason[:LONGEST_REASON],
        "absent_looks": 0,
        **values,
    }
    transaction.connection.execute(insert(jobs).values(row))
    write_transition(transaction, row["id"], None, state, reason)
    return read_job(transaction, row["id"])


def write_transition(
    transaction: Transaction, job_id: str, from_state: JobState | None, to_state: JobState, reason: str
) -> None:
    """Write down that a job has taken a step."""
    transaction.connection.execute(
        insert(transitions).values(
            job_id=job_id,
            at=transaction.now,
            from_state=from_state.value if from_state else None,
            to_state=to_state.value,
            owner=transaction.owner,
            reason=reason[:LONGEST_REASON],
        )
    )
