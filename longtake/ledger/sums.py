"""Sums over jobs, each by an index, none kept beside the jobs where it could go wrong."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from longtake.ledger.jobs import CostsBy, Spending
from longtake.ledger.states import FREE, LIVE, JobState
from longtake.ledger.tables import jobs
from longtake.ledger.transaction import Transaction

IS_LIVE = jobs.c.state.in_(sorted(state.value for state in LIVE))
IS_ASSUMED = and_(jobs.c.state == JobState.FAILED.value, jobs.c.billed == "assumed")
_IS_FREE = or_(
    jobs.c.state.in_(sorted(state.value for state in FREE)),
    and_(jobs.c.state == JobState.FAILED.value, jobs.c.billed == "no"),
)


def charged_micro_usd(transaction: Transaction, *conditions: ColumnElement[bool]) -> int:
    """What the jobs that meet all conditions count, together."""
    query = select(func.coalesce(func.sum(jobs.c.charged_micro_usd), 0)).where(*conditions)
    return int(transaction.connection.execute(query).scalar_one())


def places_taken(transaction: Transaction, account: str) -> tuple[int, int]:
    """How many of the account's places are taken, and how many of those by jobs with an unknown outcome.

    Reserved jobs are about to be submitted. A job that the provider has done frees its place while it is fetched.
    """
    query = (
        select(jobs.c.state, func.count())
        .where(jobs.c.account == account, IS_LIVE, jobs.c.done_at.is_(None))
        .group_by(jobs.c.state)
    )
    counts = {state: int(count) for state, count in transaction.connection.execute(query)}
    return sum(counts.values()), counts.get(JobState.UNKNOWN.value, 0)


def costs(transaction: Transaction, by: CostsBy) -> tuple[Spending, ...]:
    """What was spent, by name in alphabetical order (days: the oldest first)."""
    name = {"day": jobs.c.day, "video": jobs.c.video, "provider": jobs.c.provider}[by]
    charged = jobs.c.charged_micro_usd
    query = (
        select(
            name,
            func.count(),
            func.sum(jobs.c.sent_seconds),
            func.sum(charged),
            func.sum(case((IS_LIVE, charged), else_=0)),
            func.sum(case((IS_ASSUMED, charged), else_=0)),
        )
        .where(~_IS_FREE)
        .group_by(name)
        .order_by(name)
    )
    return tuple(
        Spending(
            name=row[0],
            jobs=row[1],
            seconds=row[2],
            charged_micro_usd=int(row[3]),
            paid_micro_usd=int(row[3] - row[4] - row[5]),
            open_micro_usd=int(row[4]),
            assumed_micro_usd=int(row[5]),
        )
        for row in transaction.connection.execute(query)
    )
