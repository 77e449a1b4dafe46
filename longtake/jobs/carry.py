"""Carrying a job that stands in the ledger to its clip, from wherever it stands."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from longtake.errors import AccountRefused, InputRefused, JobCancelled, JobFailed, JobMoved, ResultGone
from longtake.jobs.account import Place
from longtake.jobs.desk import Desk
from longtake.jobs.fetch import fetch_clip
from longtake.jobs.submit import submit_job
from longtake.jobs.unknown import resolve_unknown
from longtake.jobs.wait import wait_for_outcome
from longtake.ledger import LIVE, Job
from longtake.orders import ClipRecord, find_clip
from longtake.work import Work

WATCH_SECONDS = 1.0
"""How often a job that another process works on is looked at in the ledger."""


async def follow(desk: Desk, job: Job, work: Work, place: Place | None = None) -> ClipRecord | None:
    """The clip of a live job, whoever works on it; None when it ended without one and without costs.

    A job of a process that has gone silent is taken over; one of a process that lives is watched.
    """
    while True:
        job = await desk.write(desk.ledger.job, job.id)
        found = await asyncio.to_thread(find_clip, desk.store, work.order)
        if found:
            return await _settled_late(desk, job, found)
        if job.state not in LIVE:
            return None
        if job.owner != desk.ledger.owner:
            job = await _taken_over(desk, job)
        if job.owner == desk.ledger.owner or job.state == "unknown":
            return await carry(desk, job, work, place)
        await asyncio.sleep(min(WATCH_SECONDS, desk.pace.poll_seconds))


async def _taken_over(desk: Desk, job: Job) -> Job:
    """The job in our hands when its owner has gone silent, else as it stands."""
    if job.state == "reserved":
        await desk.write(desk.ledger.release_stale)
    elif job.state == "submitting":
        await desk.write(desk.ledger.expire_submitting, desk.pace.submit_lasts_seconds)
    elif job.state == "submitted":
        return await desk.write(desk.ledger.take_over, job) or job
    return job


async def carry(desk: Desk, job: Job, work: Work, place: Place | None = None) -> ClipRecord | None:
    """Bring a job that is ours to its clip; None when it ended without one and without costs.

    Raises what ends a job, after the ledger knows it; AccountRefused closes the account.
    """
    account = desk.account_of(job)
    try:
        if job.state == "reserved":
            job = await submit_job(desk, account, job, work)
        if job.state == "unknown":
            job = await resolve_unknown(desk, account, job)
        if job.state != "submitted":
            return None
        outcome = await wait_for_outcome(desk, account, job)
        job = await desk.write(desk.ledger.note_done, job)
        if place:
            place.free()
        return await fetch_clip(desk, account, job, work, outcome)
    except AccountRefused as verdict:
        account.close(verdict)
        raise
    except (JobFailed, InputRefused, ResultGone, JobCancelled) as verdict:
        await write_end(desk, job, verdict)
        raise
    except JobMoved:
        return None


async def write_end(desk: Desk, job: Job, verdict: JobFailed | InputRefused | ResultGone | JobCancelled) -> None:
    """Write down how a submitted job ended without a clip, unless another process has done so."""
    ledger = desk.ledger
    job = await desk.write(ledger.job, job.id)
    if job.state != "submitted":
        return
    with suppress(JobMoved):
        if isinstance(verdict, JobCancelled):
            await desk.write(ledger.cancel, job, verdict.message)
        elif isinstance(verdict, ResultGone):
            await desk.write(ledger.lose, job, verdict.message)
        else:
            billed, kind, reason = verdict.billed, verdict.kind, verdict.message
            await desk.write(ledger.fail, job, billed=billed, cost_micro_usd=None, kind=kind, reason=reason)


async def _settled_late(desk: Desk, job: Job, found: ClipRecord) -> ClipRecord:
    """A process may have died between keeping a clip and saying so; one that lives is about to say it."""
    ledger = desk.ledger
    while job.state == "submitted" and job.id == found.job_id:
        if job.owner != ledger.owner:
            await desk.write(ledger.take_over, job)
            job = await desk.write(ledger.job, job.id)
        if job.owner == ledger.owner and job.state == "submitted":
            cost, sha256 = found.price_micro_usd, found.asset.sha256
            job = await desk.write(ledger.complete, job, cost_micro_usd=cost, clip_sha256=sha256)
        elif job.state == "submitted":
            await asyncio.sleep(min(WATCH_SECONDS, desk.pace.poll_seconds))
    return found
