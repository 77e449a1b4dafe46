"""How many clips all workers together work on, by Prefect's global concurrency limits, where a team has made them.

They bound the work around a job: files, uploads, checks. How many jobs an account has in progress is counted in the
ledger, also while the server is away; so a run that cannot get a slot from it goes on without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress

import httpx
from prefect import get_client
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError, concurrency
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.runtime import deployment

from flows.clips import log
from longtake.assets import Store
from longtake.generation import ClipMaker
from longtake.orders import ClipRecord
from longtake.work import Work

LEASE_SECONDS = 60
"""How soon a killed worker's slots are free again; the least that Prefect takes."""

SLOTS_PER_PLACE = 2
"""Clips that are worked on for each job in progress: while one is rendered, another is made ready or checked."""


def limit_name(provider: str, block: str | None = None) -> str:
    """The limit of an account: of a block, or of the key in the environment."""
    return f"longtake-{provider}-{block}" if block else f"longtake-{provider}"


async def within_limits(maker: ClipMaker, accounts: Mapping[str, str | None]) -> ClipMaker:
    """The maker; in a run of a deployment within the limit of the first of its accounts that has one."""
    limit = await _limit_of(accounts) if deployment.id else None
    return SlottedMaker(maker, limit) if limit else maker


async def _limit_of(accounts: Mapping[str, str | None]) -> str | None:
    try:
        async with get_client() as client:
            for provider, block in accounts.items():
                with suppress(ObjectNotFound):
                    return (await client.read_global_concurrency_limit_by_name(limit_name(provider, block))).name
    except (httpx.HTTPError, PrefectException) as error:
        log(f"Clips go on without slots of Prefect's limits: {type(error).__name__}")
    return None


class SlottedMaker:
    """A maker that takes a slot of a limit for each clip that it makes; a clip that exists needs none."""

    def __init__(self, maker: ClipMaker, limit: str) -> None:
        self._maker = maker
        self._limit = limit

    @property
    def at_once(self) -> int:
        """As many as the maker itself."""
        return self._maker.at_once

    def wants_anew(self, record: ClipRecord, work: Work) -> bool:
        """As the maker itself."""
        return self._maker.wants_anew(record, work)

    async def use(self, record: ClipRecord, work: Work) -> ClipRecord:
        """As the maker itself."""
        return await self._maker.use(record, work)

    async def make(self, work: Work, store: Store) -> ClipRecord:
        """Wait for a slot, and make the clip."""
        held = AsyncExitStack()
        slot = concurrency(
            self._limit,
            lease_duration=LEASE_SECONDS,
            strict=True,
            raise_on_lease_renewal_failure=False,  # a clip that is paid for is not let go of
        )
        try:
            await held.enter_async_context(slot)
        except ConcurrencySlotAcquisitionError as error:
            log(f"clip {work.label} goes on without a slot of {self._limit}: {error}")
        try:
            return await self._maker.make(work, store)
        finally:
            await self._give_back(held, work)

    async def _give_back(self, held: AsyncExitStack, work: Work) -> None:
        """Give the slot back. A server that is away frees it by itself, later: no clip is lost for that."""
        try:
            await held.aclose()
        except (httpx.HTTPError, PrefectException) as error:
            told = f"clip {work.label}'s slot of {self._limit} is free in {LEASE_SECONDS} s"
            log(f"{told}: the server did not take it back ({type(error).__name__})")
