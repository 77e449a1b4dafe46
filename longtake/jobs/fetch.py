"""Fetching the clip of a job that is done: downloaded, checked, kept, settled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import ROUND_CEILING, Decimal
from math import ceil

from longtake import progress
from longtake.checks import Verdict
from longtake.errors import ClipRejected
from longtake.jobs.account import Account
from longtake.jobs.desk import Desk
from longtake.ledger import Job
from longtake.orders import ClipRecord
from longtake.providers import Outcome
from longtake.work import ClipFiles, Made, Work, judged, keep_clip, keep_rejected, opened

CLIPS_CHECKED = 2
"""A clip that fails its check is downloaded once more before it is rejected."""

DOWNLOADS = 5
"""So often is downloaded, when what comes is no clip at all."""

LEAST_BILLED, MOST_BILLED = 0.5, 10.0
"""How many times the sent seconds may be billed, so that they are taken for seconds at all."""

Settle = Callable[[Job, int, str], Job]


async def fetch_clip(desk: Desk, account: Account, job: Job, work: Work, outcome: Outcome) -> ClipRecord:
    """The clip, checked and kept; the job completed. Raises ClipRejected when what came is not what was ordered."""

    def complete(job: Job, cost_micro_usd: int, clip_sha256: str) -> Job:
        return desk.ledger.complete(job, cost_micro_usd=cost_micro_usd, clip_sha256=clip_sha256)

    def reject(job: Job, cost_micro_usd: int, clip_sha256: str | None, reason: str) -> Job:
        return desk.ledger.reject(job, cost_micro_usd=cost_micro_usd, clip_sha256=clip_sha256, reason=reason)

    cost = cost_micro_usd(job, outcome)
    made = Made(provider=job.provider, price_micro_usd=cost, job_id=job.id)
    with opened(work, desk.store) as files:
        verdict = await download_checked(account, work, outcome, files, desk.pace.retry_seconds)
        if verdict.passed:
            record = await keep_clip(files, work, verdict, made, desk.store)
            progress.reach("checked")
            await desk.write(complete, job, cost, record.asset.sha256)
            progress.reach("settled")
            return record
        kept = None
        if await asyncio.to_thread(files.clip.exists):
            kept = (await keep_rejected(files, work, verdict, made, desk.store)).asset.sha256
    reason = "; ".join(verdict.problems)
    await desk.write(reject, job, cost, kept, reason)
    raise ClipRejected(reason, is_kept=kept is not None)


async def download_checked(
    account: Account, work: Work, outcome: Outcome, files: ClipFiles, pause_seconds: float
) -> Verdict:
    """The verdict on what was downloaded. What is no MP4 at all, as a gateway's page, is no clip: it leaves no file.

    Before what was no clip is downloaded again there is a pause, which doubles.
    """
    verdict = Verdict(passed=False)
    clips = 0
    for number in range(DOWNLOADS):
        if number > clips:  # what came was no clip
            await asyncio.sleep(pause_seconds * 2 ** (number - 1))
        progress.reach("downloading")
        await asyncio.to_thread(files.clip.unlink, missing_ok=True)
        try:
            await account.provider.fetch(outcome, files.clip)
        except ClipRejected as error:
            verdict = Verdict(passed=False, problems=(error.message,))
            continue
        verdict = await judged(files, work, whole=True)
        clips += 1
        if verdict.passed or clips == CLIPS_CHECKED:
            break
    return verdict


def cost_micro_usd(job: Job, outcome: Outcome) -> int:
    """What the job cost: the provider's word, else the seconds it billed at the reserved price, else all of that.

    Some models are billed in units that are no seconds (fal's X-Fal-Billable-Units): those tell nothing here.
    """
    if outcome.price_micro_usd is not None:
        return outcome.price_micro_usd
    seconds = outcome.billed_seconds
    if seconds is None or not job.sent_seconds * LEAST_BILLED <= seconds <= job.sent_seconds * MOST_BILLED:
        return job.charged_micro_usd
    rate = Decimal(job.reserve_micro_usd) / ceil(job.sent_seconds)
    return int((rate * Decimal(str(seconds))).to_integral_value(ROUND_CEILING))
