"""Recovering by schedule: the flow that looks after jobs which no run works on. It never pays."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence

from prefect import flow, get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Completed

import blocks.store_results  # noqa: F401  where the server may say that the flow's result is kept
from flows.commands.jobs import opened_ledger
from flows.commands.recover import environment_accounts, left_jobs, line_of, recover_jobs
from flows.means.accounts import Names
from flows.means.saved_accounts import account_blocks
from flows.telling.run_log import tell_the_run
from longtake.frozen import Frozen
from longtake.jobs import Recovery
from longtake.ledger import LIVE, Decision, Job, JobState, Ledger
from longtake.settings import load_settings

NEEDS_A_PERSON = "Needs a person"
"""The state of a run that found a job on which a person must decide, and tells of it for the first time."""

TOLD = "told"
"""The kind of the ledger's row that says that a person was told of a job."""

HOUR_SECONDS = 3600.0
DAYS_HOURS = 48.0


class Recovered(Frozen):
    """What a run of the flow found: how many jobs of each kind, and the ids of those that wait for a person."""

    looked_up: int
    settled: int
    going_on: int
    waiting: tuple[str, ...]
    newly_told: tuple[str, ...]

    @property
    def text(self) -> str:
        """In a line."""
        if not self.looked_up:
            return "nothing to recover"
        parts = [f"{self.settled} of {self.looked_up} jobs settled", f"{self.going_on} going on"]
        if self.waiting:
            parts.append(f"{len(self.waiting)} waiting for a person")
        return ", ".join(parts)


@flow(name="recover", flow_run_name="recover", description=__doc__, persist_result=False)
async def recover(lost_for_hours: float = DAYS_HOURS) -> State[Recovered]:
    """Look up jobs that no run works on, and fetch their clips.

    A job on which a person must decide is told once in each state it comes to: that run ends as "Needs a person", the
    later ones only count it.

    Args:
        lost_for_hours: For how long after its submit a job that was given up for lost, or that failed and may have
            been paid, is asked for again. Providers keep clips for a day or so.
    """
    settings = load_settings()
    tell_the_run()
    if not settings.has_ledger:
        return _ended(())
    with opened_ledger(settings) as ledger:
        jobs = await asyncio.to_thread(due_jobs, ledger, lost_for_hours)
        choices = (*environment_accounts(jobs), *await saved_accounts(jobs))
        told = await recover_jobs(ledger, jobs, settings, choices)
        for one in told:
            get_run_logger().info(line_of(one))
        return _ended(told, await asyncio.to_thread(tell_once, ledger, told))


def due_jobs(ledger: Ledger, lost_for_hours: float) -> tuple[Job, ...]:
    """The jobs to look up. One that has ended is asked for while its clip may still be there, and nothing replaces it.

    `lost_for_hours` counts from when the job was made.
    """
    since = time.time() - lost_for_hours * HOUR_SECONDS

    def is_due(job: Job) -> bool:
        if job.state in LIVE:
            return True
        latest = ledger.latest(job.order_key)
        return job.created_at > since and latest is not None and latest.id == job.id

    return tuple(filter(is_due, left_jobs(ledger)))


async def saved_accounts(jobs: Iterable[Job]) -> tuple[Names, ...]:
    """The accounts in blocks, of those providers that have a job."""
    async with get_client() as client:
        providers = dict.fromkeys(job.provider for job in jobs)
        return tuple([{one: name} for one in providers async for name, _ in account_blocks(client, one)])


def tell_once(ledger: Ledger, told: Sequence[Recovery]) -> tuple[Recovery, ...]:
    """Those that need a person and of which none was told in the state that they are in. Notes that they now are.

    Whoever has said what became of a job knows of it.
    """
    known = {(row.subject, row.value) for row in ledger.decisions(kind=TOLD)}
    known |= {(row.subject, JobState.LOST.value) for row in ledger.decisions(kind="resolve")}
    fresh = tuple(one for one in told if one.needs_person and (one.job.id, one.job.state.value) not in known)
    for one in fresh:
        ledger.decide(
            Decision(kind=TOLD, video=one.job.video, subject=one.job.id, value=one.job.state.value, by="recover")
        )
    return fresh


def _ended(told: Sequence[Recovery], fresh: Sequence[Recovery] = ()) -> State[Recovered]:
    waiting = tuple(one.job.id for one in told if one.needs_person)
    settled = sum(one.is_settled for one in told)
    found = Recovered(
        looked_up=len(told),
        settled=settled,
        going_on=len(told) - settled - len(waiting),
        waiting=waiting,
        newly_told=tuple(one.job.id for one in fresh),
    )
    if not fresh:
        return Completed(data=found, message=found.text)
    return Completed(data=found, name=NEEDS_A_PERSON, message="\n".join((found.text, *map(line_of, fresh))))
