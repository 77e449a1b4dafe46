"""What persons decided: approvals, budgets, providers, takes, and their word on a job."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from pydantic import Field
from sqlalchemy import insert, select, update

from longtake.frozen import Frozen
from longtake.ledger.locks import lock_name
from longtake.ledger.states import JobState
from longtake.ledger.tables import decisions, jobs
from longtake.ledger.transaction import Transaction

TAKE = "take"


class Decision(Frozen):
    """One decision of a person. The ledger sets `id` and the times, in seconds since 1970."""

    kind: str = Field(description="approval, budget, provider, take, resolve, accept, ...")
    video: str
    subject: str = Field(description="What it is about: a content key, a job's id, ...")
    value: str
    amount_micro_usd: int | None = Field(None, description="The most that it allows to be spent.")
    plan_hash: str | None = Field(None, description="The plan that was decided about.")
    run_id: str | None = None
    by: str = Field(description="Who decided.")
    id: str = ""
    created_at: float = 0.0
    settled_at: float | None = Field(None, description="When what it asks for was done; None: open.")


def decide(transaction: Transaction, decision: Decision, *, settled: bool = False) -> Decision:
    """Write a decision down, open unless it is settled by being made."""
    written = decision.model_copy(
        update={
            "id": uuid.uuid4().hex,
            "created_at": transaction.now,
            "settled_at": transaction.now if settled else None,
        }
    )
    transaction.connection.execute(insert(decisions).values(written.model_dump()))
    return written


def settle(transaction: Transaction, decision: Decision, following: Iterable[Decision]) -> bool:
    """Settle an open decision and write what follows from it, open. Of two processes that do it, one does."""
    is_open = (decisions.c.id == decision.id, decisions.c.settled_at.is_(None))
    done = transaction.connection.execute(update(decisions).where(*is_open).values(settled_at=transaction.now))
    if done.rowcount != 1:
        return False
    for one in following:
        decide(transaction, one)
    return True


def find_decisions(
    transaction: Transaction,
    *,
    video: str | None = None,
    kind: str | None = None,
    subject: str | None = None,
    run_id: str | None = None,
    open_only: bool = False,
) -> tuple[Decision, ...]:
    """The decisions, the newest first."""
    query = select(decisions).order_by(decisions.c.number.desc())
    wanted = ((decisions.c.video, video), (decisions.c.kind, kind), (decisions.c.subject, subject))
    for column, value in (*wanted, (decisions.c.run_id, run_id)):
        if value is not None:
            query = query.where(column == value)
    if open_only:
        query = query.where(decisions.c.settled_at.is_(None))
    rows = transaction.connection.execute(query).mappings()
    return tuple(Decision.model_validate({name: row[name] for name in Decision.model_fields}) for row in rows)


def takes(transaction: Transaction, video: str) -> dict[str, int]:
    """The take of each content that now counts: that of the latest decision."""
    latest: dict[str, int] = {}
    for decision in find_decisions(transaction, video=video, kind=TAKE):
        latest.setdefault(decision.subject, int(decision.value))
    return latest


def allot_take(transaction: Transaction, video: str, content_key: str, run_id: str, by: str) -> int:
    """The take that this run is to make: its own if it has one, that of a redo that never ended, else a new one.

    A redo whose money is gone without a clip has ended too: whoever asks for another take means one that is paid.
    A new take is above all that ever were: one that a person went back from has its clip already.
    """
    lock_name(transaction, f"take:{video}:{content_key}")
    known = find_decisions(transaction, video=video, kind=TAKE, subject=content_key)
    own = next((decision for decision in known if decision.run_id == run_id), None)
    unended = known[0] if known and known[0].settled_at is None else None
    if own:
        return int(own.value)
    if unended and not _is_in_vain(transaction, content_key, int(unended.value)):
        return int(unended.value)
    take = max((int(decision.value) for decision in known), default=1) + 1
    decide(
        transaction,
        Decision(kind=TAKE, video=video, subject=content_key, value=str(take), run_id=run_id, by=by),
    )
    return take


def _is_in_vain(transaction: Transaction, content_key: str, take: int) -> bool:
    """Whether the newest job of the take was paid, or may have been, and brought no clip that counts."""
    of_take = (jobs.c.content_key == content_key, jobs.c.take == take)
    query = select(jobs.c.state, jobs.c.billed).where(*of_take).order_by(jobs.c.number.desc()).limit(1)
    newest = transaction.connection.execute(query).one_or_none()
    if newest is None:
        return False
    return newest.state in (JobState.REJECTED, JobState.LOST) or (
        newest.state == JobState.FAILED and newest.billed != "no"
    )


def settle_takes(transaction: Transaction, video: str) -> None:
    """The video is finished: its next redo is another one."""
    is_open = (decisions.c.video == video, decisions.c.kind == TAKE, decisions.c.settled_at.is_(None))
    transaction.connection.execute(update(decisions).where(*is_open).values(settled_at=transaction.now))
