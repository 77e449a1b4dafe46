"""Generating: one clip, found or rendered, and checked."""

from __future__ import annotations

from prefect import runtime

from longtake import progress
from longtake.assets import Asset
from longtake.generation import Provider, generate_clip
from longtake.orders import ClipRecord, Order
from longtake.run import Run
from longtake.shots import Shot
from tasks.steps import keyed, step


def _name() -> str:
    shot: Shot = runtime.task_run.parameters["shot"]
    return f"clip {shot.label} · {shot.seconds:.1f} s"


async def find_or_generate(
    order: Order, shot: Shot, chunk: Asset, sources: tuple[Asset, ...], provider: Provider, run: Run
) -> ClipRecord:
    """The clip of an order, told to whoever listens. Not a task: for the many clips of a long video that exist."""
    record = await generate_clip(order, shot, chunk, sources, provider, run.store)
    progress.advance("clips", 1, shot.seconds)
    return record


@step("generate", run_name=_name, cache_key=keyed("generate", 1, lambda p: [p["order"].key, p["shot"].label]))
async def generate(
    order: Order, shot: Shot, chunk: Asset, sources: tuple[Asset, ...], provider: Provider, run: Run
) -> ClipRecord:
    """Render one clip unless it exists. Safe to repeat."""
    return await find_or_generate(order, shot, chunk, sources, provider, run)
