"""Splitting: the sound of each slot as a file of its own, for the provider."""

from __future__ import annotations

import asyncio

from prefect import runtime

from longtake.assets import Asset
from longtake.run import Run
from longtake.shots import Shot, split_shots
from longtake.timeline import VideoTimeline
from tasks.steps import keyed, step


def _name() -> str:
    shots: tuple[Shot, ...] = runtime.task_run.parameters["shots"]
    return f"split · clips {shots[0].label}-{shots[-1].label}"


@step(
    "split",
    run_name=_name,
    cache_key=keyed("split", 1, lambda p: [shot.fingerprint for shot in p["shots"]]),
)
async def split(timeline: VideoTimeline, shots: tuple[Shot, ...], run: Run) -> tuple[Asset, ...]:
    """Cut the chunks of some shots; those whose clip exists are only named."""
    return await asyncio.to_thread(split_shots, timeline, shots, run.store)
