"""Generating: one clip, found or rendered, and checked."""

from __future__ import annotations

from longtake.assets import Asset
from longtake.generation import Provider, generate_clip
from longtake.orders import ClipRecord, Order
from longtake.run import Run
from longtake.shots import Shot
from tasks.steps import keyed, step


@step(
    "generate",
    run_name="clip {shot.label} · {shot.seconds:.1f} s",
    cache_key=keyed("generate", 1, lambda p: [p["order"].key, p["shot"].label]),
)
async def generate(
    order: Order, shot: Shot, chunk: Asset, sources: tuple[Asset, ...], provider: Provider, run: Run
) -> ClipRecord:
    """Render one clip unless it exists. Safe to repeat."""
    return await generate_clip(order, shot, chunk, sources, provider, run.store)
