"""The end of a run's jobs: what is queued is cancelled on a stop, what runs is left to be fetched later."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from longtake import progress
from longtake.errors import JobCancelled, JobMoved, LongtakeError
from longtake.jobs.carry import write_end
from longtake.jobs.desk import Desk, ticket_of
from longtake.ledger import Job
from longtake.providers import Provider, Ticket
from longtake.providers.patience import patience

HOUR_SECONDS = 3600.0
LOOKS_AFTER_CANCEL = 4
LONGEST_PAUSE_SECONDS = 1.0
CLOSING_SECONDS = 20.0
"""For so long a stopped run tries to give up what is queued."""


async def close_desk(desk: Desk, *, stopped: bool) -> None:
    """Give this process's jobs back, so that the next run takes them over at once, and tell what is left."""
    mine = [job for job in await desk.write(desk.ledger.live) if job.owner == desk.ledger.owner]
    left = []
    for job in mine:
        if job.state != "reserved":
            left.append(job)
            continue
        with suppress(JobMoved):
            await desk.write(desk.ledger.release, job, "stopped")
    if stopped:  # all at once: what waits for its turn here may begin to be rendered there
        with patience(CLOSING_SECONDS):
            ended = await asyncio.gather(*(_cancelled(desk, job) for job in left))
        left = [job for job, is_over in zip(left, ended, strict=True) if not is_over]
    await desk.write(desk.ledger.let_go)
    if stopped and left:
        for line in _told(desk, left):
            progress.note(line)


async def _cancelled(desk: Desk, job: Job) -> bool:
    """Whether a queued job could be given up. One that renders is paid anyway: it is left alone."""
    if job.state != "submitted":
        return False
    try:
        provider, ticket = desk.account_of(job).provider, ticket_of(job)
        status = await provider.status(ticket)
        answer = await provider.cancel(ticket) if status.phase == "queued" else "too late"
        if answer == "requested":
            await _see_it_given_up(provider, ticket, min(desk.pace.poll_seconds, LONGEST_PAUSE_SECONDS))
    except JobCancelled:
        answer = "cancelled"
    except LongtakeError:
        return False  # however it ended, the next run or `recover` reads it
    if answer != "cancelled":
        return False
    await write_end(desk, job, JobCancelled("cancelled by the user while it was queued.", provider=provider.name))
    return True


async def _see_it_given_up(provider: Provider, ticket: Ticket, pause_seconds: float) -> None:
    """Raises JobCancelled when the provider says so. It may take a moment, or render the job all the same."""
    for _ in range(LOOKS_AFTER_CANCEL):
        status = await provider.status(ticket)
        if status.phase == "done" and status.outcome is None:
            await provider.result(ticket)
        if status.phase != "queued":
            return
        await asyncio.sleep(pause_seconds)


def _told(desk: Desk, left: list[Job]) -> Iterator[str]:
    """What is left at the providers, and until when its results last."""
    rendered = Counter(job.provider for job in left if job.state == "submitted")
    unsure = len(left) - rendered.total()
    parts = []
    for account in desk.accounts:
        count = rendered.pop(account.provider.name, 0)
        if count:
            kept = account.provider.result_lifetime_seconds
            until = f"their results last {kept / HOUR_SECONDS:g} h after their end" if kept else "fetch them soon"
            parts.append(f"{count} at {account.provider.name} ({until})")
    if parts:
        yield (
            f"Still being rendered, and paid: {', '.join(parts)}. The same command goes on with them; "
            "`longtake recover` fetches them without rendering anything else."
        )
    if unsure:
        yield (f"Sent, and perhaps accepted: {unsure} more. The same command, and `longtake recover`, looks them up.")
