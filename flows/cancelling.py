"""Obeying a Cancel of Prefect's UI or API from inside the run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run

LOOK_SECONDS = 2.0


@asynccontextmanager
async def obeying_cancel() -> AsyncIterator[None]:
    """Stop what runs inside when the run is to be cancelled.

    Prefect sends a signal too. It ends whatever coroutine it meets, which may be one that nobody waits for: then the
    run would go on until it is killed half a minute later, and what is queued at a provider would not be cancelled.
    """
    task = asyncio.current_task()
    run_id = flow_run.id
    if task is None or run_id is None:
        yield
        return
    watching = asyncio.create_task(_cancel_when_told(task, run_id))
    try:
        yield
    finally:
        watching.cancel()


async def _cancel_when_told(task: asyncio.Task[object], run_id: str) -> None:
    async with get_client() as client:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            with suppress(httpx.HTTPError, PrefectException):
                run = await client.read_flow_run(UUID(run_id))
                if run.state and run.state.is_cancelling():
                    task.cancel()
                    return
