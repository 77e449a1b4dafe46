"""Going back to older takes of clips: they are there already, so that it costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from flows.request import Request
from longtake.assets import Store
from longtake.ledger import Ledger
from longtake.redo import choose_takes, current_takes


async def use_takes(
    request: Request,
    takes: Mapping[int, int],
    ledger: Ledger,
    store: Store,
    *,
    run_id: str | None = None,
    where: str = "takes",
) -> None:
    """Have these takes of the clips of those numbers count in the video. Raises SettingError, with nothing changed."""
    plan = await request.plan(store, await asyncio.to_thread(current_takes, ledger, request.video))
    await asyncio.to_thread(
        choose_takes, takes, plan.shots, request.options, request.video, store, ledger, run_id=run_id, where=where
    )
