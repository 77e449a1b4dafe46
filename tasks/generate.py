"""Generating: one clip, found or rendered, and checked."""

from __future__ import annotations

from longtake.generation import ClipMaker, generate_clip
from longtake.orders import ClipRecord
from longtake.run import Run
from longtake.work import Work
from tasks.steps import keyed, step


@step(
    "generate",
    run_name="clip {work.label} · {work.seconds:.1f} s",
    cache_key=keyed("generate", 2, lambda p: [p["work"].order.key, p["work"].label]),
    retries=5,  # half a minute: longer than a database takes to start again
)
async def generate(work: Work, maker: ClipMaker, run: Run) -> ClipRecord:
    """Render one clip unless it exists. Safe to repeat."""
    return await generate_clip(work, maker, run.store)
