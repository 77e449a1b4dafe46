"""Sums over jobs, each by an index, none kept beside the jobs where it could go wrong."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Table, and_, case, func, or_, select

from longtake.ledger.jobs import CostsBy, Spending
from longtake.ledger.states import FREE, LIVE, JobState
from longtake.ledger.tables import jobs, speech
from longtake.ledger.transaction import Transaction

IS_LIVE = jobs.c.state.in_(sorted(state.value for state in LIVE))
IS_ASSUMED = and_(jobs.c.state == JobState.FAILED.value, jobs.c.billed == "assumed")
_IS_FREE = or_(
    jobs.c.state.in_(sorted(state.value for state in FREE)),
    and_(jobs.c.state == JobState.FAILED.value, jobs.c.billed == "no"),
)


def charged_micro_usd(transaction: Transaction, *conditions: ColumnElement[bool]) -> int:
    """What the jobs that meet all conditions count, together."""
    return _summed(transaction, jobs.c.charged_micro_usd, *conditions)


def counted_micro_usd(transaction: Transaction, *, video: str | None = None, day: str | None = None) -> int:
    """What counts against a cap: of all jobs, and of all requests to voices, of the video or of the day."""
    return sum(
        _summed(transaction, table.c.charged_micro_usd, *_of(table, video=video, day=day)) for table in (jobs, speech)
    )


def reserved_micro_usd(transaction: Transaction, *, video: str | None = None, day: str | None = None) -> int:
    """What of that is for jobs that are live."""
    return _summed(transaction, jobs.c.charged_micro_usd, *_of(jobs, video=video, day=day), IS_LIVE)


def spoken_micro_usd(transaction: Transaction, video: str, since: float) -> int:
    """What counts of the video's requests to voices, from that second since 1970 on."""
    return _summed(transaction, speech.c.charged_micro_usd, speech.c.video == video, speech.c.created_at >= since)


def _of(table: Table, **wanted: str | None) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in wanted.items() if value is not None]


def _summed(transaction: Transaction, column: Column[int], *conditions: ColumnElement[bool]) -> int:
    query = select(func.coalesce(func.sum(column), 0)).where(*conditions)
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
    clips, spoken = _costs_of_clips(transaction, by), _costs_of_speech(transaction, by)
    return tuple(_together(name, clips.get(name), spoken.get(name)) for name in sorted({*clips, *spoken}))


def _costs_of_clips(transaction: Transaction, by: CostsBy) -> dict[str, Spending]:
    name = jobs.c[by]
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
    )
    return {
        row[0]: Spending(
            name=row[0],
            jobs=row[1],
            seconds=row[2],
            charged_micro_usd=int(row[3]),
            paid_micro_usd=int(row[3] - row[4] - row[5]),
            open_micro_usd=int(row[4]),
            assumed_micro_usd=int(row[5]),
        )
        for row in transaction.connection.execute(query)
    }


def _costs_of_speech(transaction: Transaction, by: CostsBy) -> dict[str, Spending]:
    name = speech.c[by]
    charged = speech.c.charged_micro_usd
    is_assumed = speech.c.state.in_(("sending", "unknown"))
    query = (
        select(name, func.sum(speech.c.characters), func.sum(charged), func.sum(case((is_assumed, charged), else_=0)))
        .where(speech.c.state != "refused")
        .group_by(name)
    )
    return {
        row[0]: Spending(
            name=row[0],
            jobs=0,
            seconds=0,
            characters=int(row[1]),
            charged_micro_usd=int(row[2]),
            paid_micro_usd=int(row[2] - row[3]),
            open_micro_usd=0,
            assumed_micro_usd=int(row[3]),
        )
        for row in transaction.connection.execute(query)
    }


def _together(name: str, *parts: Spending | None) -> Spending:
    found = [part for part in parts if part]
    if len(found) == 1:
        return found[0]
    fields = (field for field in Spending.model_fields if field != "name")
    return Spending(name=name, **{field: sum(getattr(part, field) for part in found) for field in fields})
