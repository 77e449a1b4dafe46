"""Normalising: recordings brought to the target loudness, and the master that viewers hear."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from longtake.assembly import Master, prepare_master
from longtake.finish import Finish
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


def _master_content(arguments: Mapping[str, Any]) -> list[object]:
    found: list[object] = [arguments["timeline"].sound_key, arguments["run"].preset.model_dump(mode="json")]
    finish: Finish = arguments["finish"]
    if finish.sounds:
        found.append(finish.model_dump(mode="json", include={"intro", "outro", "music"}))
    return found


@step(
    "master",
    run_name="master",
    cache_key=keyed("master", 1, _master_content),
)
async def master(timeline: VideoTimeline, finish: Finish, run: Run) -> Master:
    """Encode the whole video's sound once."""
    return await asyncio.to_thread(prepare_master, timeline, run.preset, run.store, finish)
