"""Recovering jobs that no run works on: looked up, fetched where they are done, and kept. It never submits anything."""

from __future__ import annotations

import asyncio
import time

from pydantic import ValidationError

from longtake.assets import Store
from longtake.checks import Verdict
from longtake.errors import (
    AssetCorrupt,
    AssetMissing,
    InputRefused,
    JobCancelled,
    JobFailed,
    LedgerFailed,
    LongtakeError,
    OutcomeUnknown,
    ProviderBusy,
    ResultGone,
)
from longtake.frozen import Frozen
from longtake.jobs.account import Account
from longtake.jobs.carry import write_end
from longtake.jobs.desk import Desk, ticket_of
from longtake.jobs.fetch import cost_micro_usd, download_checked, fetch_clip
from longtake.jobs.unknown import find_lost, look_up
from longtake.jobs.wait import give_up_at, is_new
from longtake.ledger import Job, JobState, Ledger
from longtake.orders import ClipRecord, save_clip
from longtake.work import Made, Work, keep_clip, keep_rejected, opened, read_rejected

RECOVERABLE = (JobState.UNKNOWN, JobState.SUBMITTED, JobState.LOST, JobState.REJECTED, JobState.FAILED)


def is_recoverable(job: Job) -> bool:
    """Whether looking again may bring a clip, or tell that nothing was paid."""
    if job.state == "failed":
        return job.billed == "assumed"
    if job.state == "rejected":  # what came was no clip at all
        return job.clip_sha256 is None
    return job.state in RECOVERABLE


class Recovery(Frozen):
    """What became of one job. It needs a person when looking again will not help."""

    job: Job
    told: str
    is_settled: bool
    needs_person: bool = False


def work_of(job: Job) -> Work:
    """The work that the job was ordered with. Raises LongtakeError when the ledger's row does not tell it."""
    try:
        return Work.model_validate_json(job.order_json)
    except ValidationError as error:
        raise LongtakeError(f"job {job.id[:8]} does not tell what it was ordered with") from error


async def recover_job(desk: Desk, job: Job) -> Recovery:
    """Bring a job as far as it can be brought now, at no cost. Jobs that a living process works on are left to it."""
    async with desk.working_on(job.order_key):
        try:
            return await _recovered(desk, await desk.write(desk.ledger.job, job.id))
        except (AssetMissing, AssetCorrupt) as error:
            return _told(job, f"what it was ordered with is not in this store: {error}", needs_person=True)
        except (ProviderBusy, OutcomeUnknown) as error:
            job = await desk.write(desk.ledger.job, job.id)
            return _told(job, str(error), needs_person=isinstance(error, OutcomeUnknown))


async def _recovered(desk: Desk, job: Job) -> Recovery:
    account = desk.account_of(job)
    if job.state == "submitting":
        await desk.write(desk.ledger.expire_submitting, desk.pace.submit_lasts_seconds)
        job = await desk.write(desk.ledger.job, job.id)
    if job.state == "unknown":
        job = await look_up(desk, account, job)
        if job.state == "unknown":
            return _told(job, f"{job.provider} does not list it yet")
        if job.state == "released":
            return _told(job, f"{job.provider} never accepted it; nothing was paid", is_settled=True)
    if job.state == "lost":
        job = await find_lost(desk, account, job)
    if job.state == "submitted":
        if job.owner != desk.ledger.owner:
            await asyncio.to_thread(_check_inputs, desk.store, work_of(job))  # else others can do more with it
            taken = await desk.write(desk.ledger.take_over, job)
            if taken is None:
                return _told(job, "a running process works on it")
            job = taken
        return await _of_submitted(desk, account, job)
    if is_recoverable(job) and (job.state == "lost" or job.request_id):
        record = await refetch(desk, job, work_of(job))
        job = await desk.write(desk.ledger.job, job.id)
        text = "its clip was still there, and is adopted for $0" if record else f"its result is gone: {job.reason}"
        return _told(job, text, is_settled=record is not None, needs_person=record is None)
    return _told(job, "nothing to recover", is_settled=True)


async def _of_submitted(desk: Desk, account: Account, job: Job) -> Recovery:
    try:
        ticket = ticket_of(job)
        status = await account.provider.status(ticket)
        if status.phase != "done":
            return _told(job, f"{job.provider}: {status.word}")
        outcome = status.outcome or await account.provider.result(ticket)
        job = await desk.write(desk.ledger.note_done, job)
        await fetch_clip(desk, account, job, work_of(job), outcome)
    except (JobFailed, InputRefused, ResultGone, JobCancelled) as verdict:
        if isinstance(verdict, ResultGone) and is_new(job):
            return _told(job, f"{job.provider} does not know it yet")
        await write_end(desk, job, verdict)
        return _told(await desk.write(desk.ledger.job, job.id), str(verdict), is_settled=True)
    return _told(await desk.write(desk.ledger.job, job.id), "its clip is fetched", is_settled=True)


def _told(job: Job, text: str, *, is_settled: bool = False, needs_person: bool = False) -> Recovery:
    return Recovery(job=job, told=text, is_settled=is_settled, needs_person=needs_person)


async def refetch(desk: Desk, job: Job, work: Work) -> ClipRecord | None:
    """The clip of a job that was paid, fetched once more; None when it is gone, or its id was never known.

    A clip that a person accepted is the one that was seen then, whatever its check says.
    """
    overruled = await asyncio.to_thread(_overruled, desk.store, job)
    if overruled or job.request_id is None:
        return overruled
    account = desk.account_of(job)
    ledger = desk.ledger
    try:
        outcome = await account.provider.result(ticket_of(job))
        with opened(work, desk.store) as files:
            verdict = await download_checked(account, work, outcome, files, desk.pace.retry_seconds)
            made = Made(provider=job.provider, price_micro_usd=cost_micro_usd(job, outcome), job_id=job.id)
            if not verdict.passed:
                if files.clip.exists():
                    kept = await keep_rejected(files, work, verdict, made, desk.store)
                    if job.state in ("lost", "rejected"):
                        await desk.write(_reject, ledger, job, kept, verdict)
                return await asyncio.to_thread(_overruled, desk.store, job)
            record = await keep_clip(files, work, verdict, made, desk.store)
    except (ResultGone, JobFailed, InputRefused, JobCancelled) as error:
        if job.state == "completed":
            await desk.write(ledger.lose, job, f"its clip is not in this store, and {error.message}")
        return None
    if job.state in ("lost", "rejected", "failed"):
        await desk.write(ledger.adopt, job, clip_sha256=record.asset.sha256)
    return record


def _reject(ledger: Ledger, job: Job, kept: ClipRecord, verdict: Verdict) -> Job:
    reason = "; ".join(verdict.problems)
    return ledger.reject(job, cost_micro_usd=None, clip_sha256=kept.asset.sha256, reason=reason)


def _check_inputs(store: Store, work: Work) -> None:
    """Raise AssetMissing when this store lacks what the clip is checked with."""
    with opened(work, store):
        pass


def _overruled(store: Store, job: Job) -> ClipRecord | None:
    """The clip that a person accepted, if this store has it: whoever accepted it may have died before it was noted."""
    kept = read_rejected(job.id, store) if job.state == "accepted" else None
    if kept is None or kept.asset.sha256 != job.clip_sha256 or not store.verify(kept.asset):
        return None
    return save_clip(store, kept)


async def free_places(desk: Desk, account: Account) -> int:
    """Look after the jobs of this account that nobody works on: they hold places. How many hold theirs for good.

    For good: nobody knows what became of them, or they are past their deadline. What is wrong with one of them
    concerns no clip that waits here, so it is only noted.
    """
    for job in await desk.write(desk.ledger.live):
        if job.account != account.provider.account or desk.working_on(job.order_key).locked():
            continue
        try:
            if job.state != "reserved":
                await recover_job(desk, job)
            elif job.owner == desk.ledger.owner:
                await desk.write(desk.ledger.release, job, "nothing was sent")
        except LedgerFailed:
            raise
        except LongtakeError as error:
            desk.note_once(f"clip {job.clip} of {job.video}: {error}")
    return sum(
        _is_stuck(desk, job) for job in await desk.write(desk.ledger.live) if job.account == account.provider.account
    )


def _is_stuck(desk: Desk, job: Job) -> bool:
    """Whether looking at it again is no help. Those in the hands of another process are that one's business."""
    if job.state != "submitted":
        return job.state == "unknown"
    return job.owner == desk.ledger.owner and job.done_at is None and time.time() > give_up_at(job, desk.pace)
