"""Normalising: recordings brought to the target loudness, and the master that viewers hear."""

from __future__ import annotations

import asyncio

from prefect import runtime

from longtake import progress
from longtake.assembly import Master, prepare_master
from longtake.grid import frames_to_seconds
from longtake.passages import Passage, level_passage
from longtake.prepared import PreparedLine
from longtake.run import Run
from longtake.timeline import VideoTimeline
from tasks.steps import keyed, step


def _name() -> str:
    passage: Passage = runtime.task_run.parameters["passage"]
    return f"normalize · scene {passage.scene + 1} · line {passage.first_line + 1}"


@step(
    "normalize",
    run_name=_name,
    cache_key=keyed("normalize", 1, lambda p: [p["passage"].content, p["run"].preset.model_dump(mode="json")]),
)
async def normalize(passage: Passage, run: Run) -> tuple[PreparedLine, ...]:
    """Level a recording and find its pauses."""
    lines = await asyncio.to_thread(level_passage, passage, run.preset, run.store)
    progress.advance("speech", len(lines), sum(frames_to_seconds(line.frames) for line in lines))
    return lines


@step(
    "master",
    run_name="master",
    cache_key=keyed("master", 1, lambda p: [p["timeline"].sound_key, p["run"].preset.model_dump(mode="json")]),
)
async def master(timeline: VideoTimeline, run: Run) -> Master:
    """Encode the whole timeline's sound once."""
    return await asyncio.to_thread(prepare_master, timeline, run.preset, run.store)
