"""`longtake recover`: jobs that no run works on are looked up and their clips fetched. Nothing is submitted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from flows.commands.jobs import opened_ledger
from flows.means.accounts import Names, open_accounts
from flows.means.stores import open_store
from flows.telling.display import progress_shown
from longtake import progress
from longtake.errors import (
    AccountRefused,
    DecisionNeeded,
    JobMoved,
    LedgerFailed,
    LongtakeError,
    PassingFault,
    SettingError,
)
from longtake.jobs import RECOVERABLE, Account, Desk, Recovery, is_recoverable, recover_job
from longtake.jobs.closing import close_desk
from longtake.ledger import Job, JobState, Ledger
from longtake.models import all_offers
from longtake.options import DEFAULT_RESOLUTION, named_accounts
from longtake.progress import listen
from longtake.settings import Settings, load_settings


def recover_command(job_id: str | None, video: str | None, provider: str | None, *, as_json: bool) -> None:
    """Recover, and tell what became of each job. Raises DecisionNeeded when some are still open.

    `provider` names accounts in blocks, besides those whose keys the environment has.
    """
    settings = load_settings()
    with opened_ledger(settings) as ledger, progress_shown() as listener:
        wanted = (ledger.job(job_id),) if job_id else left_jobs(ledger, video)
        listen(listener)
        named = named_accounts(provider).items() if provider else ()
        choices = (*environment_accounts(wanted), *({name: block} for name, block in named if block))
        told = asyncio.run(recover_jobs(ledger, wanted, settings, choices))
    if as_json:
        rows = [{"job": one.job.id, "state": one.job.state, "told": one.told} for one in told]
        print(json.dumps(rows, indent=2))  # noqa: T201
    else:
        for one in told:
            print(line_of(one))  # noqa: T201
        settled = sum(one.is_settled for one in told)
        print(f"{settled} of {len(told)} jobs are settled" if told else "there is nothing to recover")  # noqa: T201
    open_jobs = sum(not one.is_settled for one in told)
    if open_jobs:
        text = "1 job is" if open_jobs == 1 else f"{open_jobs} jobs are"
        raise DecisionNeeded(f"{text} still open; see above")


def line_of(one: Recovery) -> str:
    """What became of a job, in a line."""
    return f"{one.job.id[:8]}  clip {one.job.clip} of {one.job.video}: {one.job.state.value}; {one.told}"


def left_jobs(ledger: Ledger, video: str | None = None) -> tuple[Job, ...]:
    """The jobs that may be recovered, the oldest first."""
    found = ledger.jobs(video=video, states=frozenset({*RECOVERABLE, JobState.SUBMITTING}))
    return tuple(job for job in reversed(found) if job.state == "submitting" or is_recoverable(job))


def environment_accounts(jobs: Sequence[Job]) -> tuple[Names, ...]:
    """The accounts whose keys the environment has, one for each provider that has a job."""
    return tuple({name: None} for name in dict.fromkeys(job.provider for job in jobs))


async def recover_jobs(
    ledger: Ledger, jobs: Sequence[Job], settings: Settings, choices: Sequence[Names]
) -> tuple[Recovery, ...]:
    """What became of each job. `choices` names the accounts to look with; those without a key are told and left out."""
    if not jobs:
        return ()
    desk = Desk(ledger, await _opened(choices, settings), open_store(settings), settings.pace)
    try:
        return tuple([await _recovered(desk, job) for job in jobs])
    finally:
        await close_desk(desk, stopped=False)
        for account in desk.accounts:
            await account.provider.aclose()


async def _recovered(desk: Desk, job: Job) -> Recovery:
    """What became of a job. What concerns it alone keeps no other from being looked up."""
    try:
        return await recover_job(desk, job)
    except LedgerFailed:
        raise
    except LongtakeError as error:
        job = await desk.write(desk.ledger.job, job.id)
        needs_person = not isinstance(error, PassingFault | JobMoved)
        return Recovery(job=job, told=str(error), is_settled=False, needs_person=needs_person)


async def _opened(choices: Sequence[Names], settings: Settings) -> tuple[Account, ...]:
    accounts: list[Account] = []
    for names in choices:
        offers = {offer.provider: offer for offer in all_offers() if offer.provider in names}
        try:
            accounts += await open_accounts(names, offers, DEFAULT_RESOLUTION, settings, 1.0, to_submit=False)
        except (SettingError, AccountRefused) as error:
            progress.note(f"{', '.join(names)}: {error}")
    return tuple(accounts)
