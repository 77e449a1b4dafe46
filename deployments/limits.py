"""Prefect's global concurrency limits, one for each account: how many of its clips all workers together work on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from prefect.client.orchestration import PrefectClient

from flows.means.accounts import BLOCKS
from flows.means.saved_accounts import account_blocks
from flows.means.slots import SLOTS_PER_PLACE, limit_name

DEFAULT_PLACES = 2


async def wanted_limits(client: PrefectClient, in_progress: Mapping[str, int]) -> dict[str, int]:
    """The limits by name: of the accounts in blocks, and of those whose key is in the workers' environment."""
    limits = {limit_name(provider): places * SLOTS_PER_PLACE for provider, places in in_progress.items()}
    async for name, places in _saved(client):
        limits[name] = places * SLOTS_PER_PLACE
    return limits


async def _saved(client: PrefectClient) -> AsyncIterator[tuple[str, int]]:
    for provider in BLOCKS:
        async for name, block in account_blocks(client, provider):
            yield limit_name(provider, name), int(block.data.get("in_progress_limit", DEFAULT_PLACES))
