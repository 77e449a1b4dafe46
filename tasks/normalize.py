"""Normalising: recordings brought to the target loudness, and the master that viewers hear."""

from __future__ import annotations

import asyncio

from longtake.assembly import Master, prepare_master
from longtake.passages import Passage, level_passage
from longtake.prepared import PreparedLine
from longtake.run import Run
from longtake.timeline import VideoTimeline
from tasks.steps import keyed, step


@step(
    "normalize",
    run_name="normalize · {passage.label}",
    cache_key=keyed(
        "normalize", 1, lambda p: [p["passage"].content, p["run"].video, p["run"].preset.model_dump(mode="json")]
    ),
)
async def normalize(passage: Passage, run: Run) -> tuple[PreparedLine, ...]:
    """Level a recording and find its pauses."""
    return await asyncio.to_thread(level_passage, passage, run.video, run.preset, run.store)


@step(
    "master",
    run_name="master",
    cache_key=keyed("master", 1, lambda p: [p["timeline"].sound_key, p["run"].preset.model_dump(mode="json")]),
)
async def master(timeline: VideoTimeline, run: Run) -> Master:
    """Encode the whole timeline's sound once."""
    return await asyncio.to_thread(prepare_master, timeline, run.preset, run.store)
