"""Splitting: the sound of each slot as a file of its own, for the provider."""

from __future__ import annotations

import asyncio

from longtake.assets import Asset
from longtake.run import Run
from longtake.shots import Shot, split_shots
from longtake.timeline import VideoTimeline
from tasks.steps import keyed, step


@step(
    "split",
    run_name="split · from clip {shots[0].label}",
    cache_key=keyed("split", 1, lambda p: [shot.fingerprint for shot in p["shots"]]),
)
async def split(timeline: VideoTimeline, shots: tuple[Shot, ...], run: Run) -> tuple[Asset, ...]:
    """Cut the chunks of some shots; those whose clip exists are only named."""
    return await asyncio.to_thread(split_shots, timeline, shots, run.store)
