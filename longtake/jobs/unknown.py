"""A submit whose outcome nobody knows: looked up at the provider, never sent again."""

from __future__ import annotations

import asyncio
import time

from longtake import progress
from longtake.errors import OutcomeUnknown, ProviderBusy
from longtake.jobs.account import Account
from longtake.jobs.desk import Desk, offer_of, resolve_hint
from longtake.jobs.wait import SLOWER
from longtake.ledger import Job


async def resolve_unknown(desk: Desk, account: Account, job: Job) -> Job:
    """Look the job up until it is found (it is then submitted) or surely absent (released).

    Raises OutcomeUnknown when the provider cannot tell: a person must.
    """
    progress.note(f"clip {job.clip}: {job.provider} may have accepted it ({job.reason}); looking it up")
    delay = desk.pace.poll_seconds
    while True:
        job = await look_up(desk, account, job)
        if job.state != "unknown":
            return job
        await asyncio.sleep(delay)
        delay = min(delay * SLOWER, desk.pace.longest_poll_seconds)


async def find_lost(desk: Desk, account: Account, job: Job) -> Job:
    """A job that a person said was paid, and whose id was never known: submitted when the provider lists it."""
    if job.request_id is not None:
        return job
    lookup = await account.provider.find(job.id, offer_of(job, account), job.submitted_at or job.created_at)
    if lookup.answer != "found" or lookup.ticket is None:
        return job
    progress.note(f"clip {job.clip}: {job.provider} lists it")
    return await desk.write(desk.ledger.note_found, job, lookup.ticket, lookup.price_micro_usd)


async def look_up(desk: Desk, account: Account, job: Job) -> Job:
    """Look the job up once.

    A list may lack a job that still runs. So absent counts only when the job would have ended long since, and when
    two looks after that time agree.
    """
    submitted_at = job.submitted_at or job.created_at
    try:
        lookup = await account.provider.find(job.id, offer_of(job, account), submitted_at)
    except ProviderBusy:
        return job
    if lookup.answer == "cannot tell":
        raise OutcomeUnknown(
            f"{job.provider} cannot tell whether it accepted this job ({job.reason}). Look at your account's requests "
            f"there, then say what you saw: {resolve_hint(job)}."
        )
    if lookup.answer == "found" and lookup.ticket:
        progress.note(f"clip {job.clip}: {job.provider} had accepted it")
        return await desk.write(desk.ledger.note_found, job, lookup.ticket, lookup.price_micro_usd)
    believed_at = submitted_at + desk.pace.deadline_seconds + desk.pace.absent_after_seconds
    if time.time() < believed_at:
        return job
    looked_before = job.last_absent_at is not None and job.last_absent_at >= believed_at
    job = await desk.write(desk.ledger.note_absent_look, job)
    if looked_before:
        progress.note(f"clip {job.clip}: {job.provider} never accepted it")
        return await desk.write(desk.ledger.note_absent, job, "the provider does not list it")
    return job
