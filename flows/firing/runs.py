"""The runs of an inbox's items on the Prefect server: made once each, and looked after until they end."""

from __future__ import annotations

import asyncio
import json
import zoneinfo
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.deployments.flow_runs import arun_deployment
from prefect.exceptions import ObjectNotFound

from longtake.assets import content_key
from longtake.errors import LongtakeError
from longtake.inbox import MOST_TRIES, End, jobs_in_vain, judge, next_day
from longtake.ledger import Item, ItemState, Job, Ledger
from longtake.settings import Settings

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

TAG = "longtake-inbox"
RUNS_AT_ONCE = 100
"""Prefect answers for up to 200."""

_LOOKED_AT = frozenset({ItemState.STARTED, ItemState.FAILED, ItemState.NEEDS_APPROVAL})

CRASH_GRACE = timedelta(minutes=10)
"""A crashed run may be started again by an automation: until then it is not given up."""


async def deployment_id(name: str) -> UUID:
    """The id of a deployment. Raises LongtakeError when the server has none of that name."""
    async with get_client() as client:
        try:
            return (await client.read_deployment_by_name(name)).id
        except ObjectNotFound as error:
            raise LongtakeError(
                f"the server has no deployment {name}: run `prefect deploy --all`, or `longtake up`"
            ) from error


def idempotency_key(item: Item) -> str:
    """What Prefect knows the run of a claimed attempt by: asked for twice, it is made once."""
    return f"{item.name}-{content_key(item.inbox)[:8]}-{(item.content_hash or '')[:16]}-{item.attempt}"


async def make_run(item: Item, deployment: UUID, ledger: Ledger) -> Item | None:
    """Make the run of a claimed attempt, or find that it was made; the item with its run."""
    run = await arun_deployment(
        deployment,
        parameters={"approval": "end"} | json.loads(item.parameters or "{}"),  # nobody waits at a scheduled run's page
        flow_run_name=item.name,
        timeout=0,
        tags=[TAG],
        idempotency_key=idempotency_key(item),
        as_subflow=False,
    )
    return await asyncio.to_thread(ledger.items.note_run, item, str(run.id))


async def ended_runs(items: Iterable[Item], ledger: Ledger, settings: Settings, now: float) -> list[Item]:
    """The items whose runs have ended since the last look, or go on though they had, as they now stand."""
    with_runs = [item for item in items if item.run_id and item.state in _LOOKED_AT and item.content_hash]
    runs = await _read({UUID(item.run_id) for item in with_runs if item.run_id})
    moved = []
    for item in with_runs:
        written = await asyncio.to_thread(_looked_after, item, runs, ledger, settings, now)
        moved += [written] if written else []
    return moved


def _looked_after(
    item: Item, runs: Mapping[UUID, FlowRun], ledger: Ledger, settings: Settings, now: float
) -> Item | None:
    """The item as it stands since its run has moved on; None when nothing has changed."""
    run = runs.get(UUID(item.run_id or ""))
    if item.state is not ItemState.STARTED and run is None:
        return None
    end, moved = _end_of(item, run, ledger), None
    if item.state is not ItemState.STARTED:  # whoever retries a run in Prefect's UI has it go on
        moved = ledger.items.go_on(item) if end is None or end.state is not item.state else None
        if moved is None:
            return None
    return _write(moved or item, end, ledger, settings, now) if end else moved


async def _read(ids: set[UUID]) -> Mapping[UUID, FlowRun]:
    found: dict[UUID, FlowRun] = {}
    ordered = sorted(ids)
    async with get_client() as client:
        for at in range(0, len(ordered), RUNS_AT_ONCE):
            some = FlowRunFilter(id=FlowRunFilterId(any_=ordered[at : at + RUNS_AT_ONCE]))
            found |= {run.id: run for run in await client.read_flow_runs(flow_run_filter=some, limit=RUNS_AT_ONCE)}
    return found


def _end_of(item: Item, run: FlowRun | None, ledger: Ledger) -> End | None:
    """How the item's run ended; None as long as it goes on."""
    if run is None:
        return judge("CRASHED", "Crashed", "The server no longer knows it.", _in_vain(item, ledger))
    state = run.state
    if state is None or not state.is_final():
        return None
    if state.is_crashed() and datetime.now(UTC) - state.timestamp < CRASH_GRACE:
        return None
    in_vain = () if state.is_completed() else _in_vain(item, ledger)
    return judge(state.type.value, state.name or "", state.message or "", in_vain)


def _in_vain(item: Item, ledger: Ledger) -> tuple[Job, ...]:
    return jobs_in_vain(ledger, item.video, item.run_id) if item.video else ()


def _write(item: Item, end: End, ledger: Ledger, settings: Settings, now: float) -> Item | None:
    reason, not_before = end.reason, now if end.again else None
    if end.tomorrow:
        not_before = next_day(now, zoneinfo.ZoneInfo(settings.timezone))
    elif end.again and item.tries >= MOST_TRIES:
        reason, not_before = f"{reason} It was tried {MOST_TRIES} times more.", None
    return ledger.items.end(item, end.state, reason, not_before=not_before, blocked_by=" ".join(end.blocked_by))
