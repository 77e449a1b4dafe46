"""`longtake recover`: jobs that no run works on are looked up and their clips fetched. Nothing is submitted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from flows.accounts import open_accounts
from flows.display import progress_shown
from flows.job_commands import opened_ledger
from flows.stores import open_store
from longtake.errors import DecisionNeeded, LongtakeError, SettingError
from longtake.jobs import RECOVERABLE, Account, Desk, Recovery, recover_job
from longtake.jobs.closing import close_desk
from longtake.ledger import Job, JobState, Ledger
from longtake.models import all_offers
from longtake.options import DEFAULT_RESOLUTION
from longtake.progress import listen
from longtake.settings import Settings, load_settings


def recover_command(job_id: str | None, video: str | None, *, as_json: bool) -> None:
    """Recover, and tell what became of each job. Raises DecisionNeeded when some are still open."""
    settings = load_settings()
    with opened_ledger(settings) as ledger, progress_shown() as listener:
        wanted = (ledger.job(job_id),) if job_id else _left(ledger, video)
        listen(listener)
        told = asyncio.run(recover_jobs(ledger, wanted, settings))
    if as_json:
        rows = [{"job": one.job.id, "state": one.job.state, "told": one.told} for one in told]
        print(json.dumps(rows, indent=2))  # noqa: T201
    else:
        for one in told:
            print(f"{one.job.id[:8]}  clip {one.job.clip} of {one.job.video}: {one.job.state.value}; {one.told}")  # noqa: T201
        settled = sum(one.is_settled for one in told)
        print(f"{settled} of {len(told)} jobs are settled" if told else "there is nothing to recover")  # noqa: T201
    open_jobs = sum(not one.is_settled for one in told)
    if open_jobs:
        text = "1 job is" if open_jobs == 1 else f"{open_jobs} jobs are"
        raise DecisionNeeded(f"{text} still open; see above")


def _left(ledger: Ledger, video: str | None) -> tuple[Job, ...]:
    """The jobs that may be recovered, the oldest first."""
    states = frozenset({*RECOVERABLE, JobState.SUBMITTING})
    found = ledger.jobs(video=video, states=states)
    return tuple(job for job in reversed(found) if job.state != "failed" or job.billed == "assumed")


async def recover_jobs(ledger: Ledger, jobs: Sequence[Job], settings: Settings) -> tuple[Recovery, ...]:
    """What became of each job."""
    if not jobs:
        return ()
    desk = Desk(ledger, await _accounts(jobs, settings), open_store(settings), settings.pace)
    told = []
    try:
        for job in jobs:
            try:
                told.append(await recover_job(desk, job))
            except LongtakeError as error:
                told.append(Recovery(job=job, told=str(error), is_settled=False))
    finally:
        await close_desk(desk, stopped=False)
        for account in desk.accounts:
            await account.provider.aclose()
    return tuple(told)


async def _accounts(jobs: Sequence[Job], settings: Settings) -> tuple[Account, ...]:
    """An account of each provider that has a job, as far as there are keys."""
    accounts: list[Account] = []
    for name in dict.fromkeys(job.provider for job in jobs):
        offers = {offer.provider: offer for offer in all_offers() if offer.provider == name}
        try:
            accounts += await open_accounts({name: None}, offers, DEFAULT_RESOLUTION, settings, 1.0)
        except SettingError as error:
            print(f"{name}: {error}")  # noqa: T201
    return tuple(accounts)
