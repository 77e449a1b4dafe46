"""Submitting a job: inputs published, one POST, the id saved. No line here may send a second paid request."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TypeVar

import tenacity
from pydantic import SecretStr

from longtake import progress
from longtake.assets import Asset
from longtake.errors import (
    AccountRefused,
    BadInput,
    DecisionNeeded,
    InputRefused,
    LedgerFailed,
    OutcomeUnknown,
    ProviderBusy,
    ProviderVerdict,
)
from longtake.jobs.account import Account
from longtake.jobs.desk import Desk
from longtake.ledger import Job
from longtake.providers import Accepted, Submission
from longtake.providers.wire import retrying
from longtake.work import ClipFiles, Work, opened

logger = logging.getLogger(__name__)
R = TypeVar("R")

INPUTS_OUTLIVE_DEADLINE_SECONDS = 3600.0
"""A provider may fetch its inputs only when the job leaves the queue."""


async def submit_job(desk: Desk, account: Account, job: Job, work: Work) -> Job:
    """Bring a reserved job to its provider; the job as submitted, or as unknown.

    Raises ProviderBusy and BadInput (released), AccountRefused and InputRefused (failed, not billed).
    """
    if account.is_proven:
        return await _submit(desk, account, job, work)
    async with account.first_submit:
        return await _submit(desk, account, job, work)


async def _submit(desk: Desk, account: Account, job: Job, work: Work) -> Job:
    try:
        account.check_open()
        submission = await _published(desk, account, job, work)
        posted: Job = await retrying(desk.pace)(_post_shielded, desk, account, job, submission)
        return posted
    except AccountRefused as verdict:
        account.close(verdict)
        await _let_go(desk, job, str(verdict))
        raise
    except BaseException as error:  # whatever it was: as long as nothing was sent, the place is not kept
        await _let_go(desk, job, str(error) or "stopped")
        raise


async def _let_go(desk: Desk, job: Job, reason: str) -> None:
    """Give the reservation back, unless the job has gone further."""
    now = await desk.write(desk.ledger.job, job.id)
    if now.state == "reserved":
        await desk.write(desk.ledger.release, now, reason)


async def _published(desk: Desk, account: Account, job: Job, work: Work) -> Submission:
    """The request with its inputs where the provider can read them. Safe to repeat."""
    with opened(work, desk.store) as files:
        image_url, audio_url, mask_url = await _publish_all(desk, account, job, work, files)
    return Submission(
        job_id=job.id,
        offer=account.offer,
        image_url=image_url,
        audio_url=audio_url,
        mask_url=mask_url,
        prompt=work.order.prompt,
        resolution=work.order.resolution,
        turbo=work.order.turbo,
        sent_seconds=work.sent_seconds,
        webhook_url=desk.calls.address,
    )


async def _publish_all(
    desk: Desk, account: Account, job: Job, work: Work, files: ClipFiles
) -> tuple[SecretStr, SecretStr, SecretStr | None]:
    """The addresses of picture, sound and mask. One after the other as long as the account is not proven."""
    inputs = account.provider.inputs
    lifetime = desk.pace.deadline_seconds + INPUTS_OUTLIVE_DEADLINE_SECONDS
    named = [(files.chunk, f"longtake-{job.id}{work.chunk.suffix}"), (files.image, _name_of(work.image))]
    if files.mask and work.mask:
        named.append((files.mask, _name_of(work.mask)))
    if account.is_proven:
        found = await asyncio.gather(*(inputs.publish(path, name, lifetime) for path, name in named))
    else:
        found = [await inputs.publish(path, name, lifetime) for path, name in named]
    audio, image, *mask = found
    return image, audio, mask[0] if mask else None


def _name_of(asset: Asset) -> str:
    return f"{asset.sha256[:32]}{asset.suffix}"


async def _post_shielded(desk: Desk, account: Account, job: Job, submission: Submission) -> Job:
    """A stop that comes in the middle of the POST is obeyed when its answer is saved."""
    account.check_open()
    if desk.is_stopping:
        raise asyncio.CancelledError
    return await desk.obey_after(_post_and_save(desk, account, job, submission))


async def _post_and_save(desk: Desk, account: Account, job: Job, submission: Submission) -> Job:
    ledger = desk.ledger
    begun_at = time.time()
    try:
        job = await desk.write(ledger.begin_submit, job)
    except LedgerFailed as error:
        reason = str(error)
        await _saved(desk, lambda: _take_back(desk, job, reason))
        raise
    progress.reach("submitting")
    try:
        if time.time() - begun_at > desk.pace.submit_timeout_seconds:
            raise ProviderBusy("this machine was asleep just before the request")  # others may have given the job up
        accepted = await account.provider.submit(submission)
    except (ProviderBusy, BadInput) as error:  # bad input is told before anything is sent
        reason = str(error)
        await _saved(desk, lambda: ledger.back_to_reserved(job, reason))
        raise
    except (AccountRefused, InputRefused, ProviderVerdict) as verdict:
        kind, reason = verdict.kind, verdict.message
        await _saved(desk, lambda: ledger.fail(job, billed="no", cost_micro_usd=0, kind=kind, reason=reason))
        raise
    except Exception as error:
        reason = str(error) if isinstance(error, OutcomeUnknown) else type(error).__name__
        unknown = await _saved(desk, lambda: ledger.note_unknown(job, reason))
        if isinstance(error, OutcomeUnknown):
            return unknown
        raise
    account.is_proven = True
    return await _save_id(desk, job, accepted)


def _take_back(desk: Desk, job: Job, reason: str) -> None:
    """Give the reservation of a job back whose beginning may have been written or not; it was not sent."""
    now = desk.ledger.job(job.id)
    if now.owner == desk.ledger.owner and now.state in ("reserved", "submitting"):
        desk.ledger.release(now, reason)


async def _save_id(desk: Desk, job: Job, accepted: Accepted) -> Job:
    """The most valuable line of the run: it was paid, and this id is all that leads to it."""
    ticket = accepted.ticket

    def save() -> Job:
        try:
            return desk.ledger.note_accepted(job, ticket, accepted.price_micro_usd)
        except LedgerFailed as error:
            logger.error(
                "clip %s: %s accepted job %s as request %s, and the ledger cannot save that: %s",
                job.clip,
                job.provider,
                job.id,
                ticket.request_id,
                error,
            )
            raise

    saved = await _saved(desk, save)
    progress.reach("submitted")
    if saved.state != "submitted":
        raise DecisionNeeded(f"clip {job.clip}: {saved.reason}")
    return saved


async def _saved(desk: Desk, write: Callable[[], R]) -> R:
    """Write to the ledger, again and again for as long as the process lives: the request has gone out."""
    endless = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception_type(LedgerFailed),
        wait=tenacity.wait_exponential(multiplier=0.2, max=10),
        reraise=True,
    )
    saved: R = await endless(desk.write, write)
    return saved
