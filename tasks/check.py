"""Checking the finished video: every slot starts on its frame, and the sound is as loud as it should be."""

from __future__ import annotations

import asyncio

from longtake.assembly import AssembledVideo
from longtake.checks import VideoReport, check_video
from longtake.finish import Finish, slots_in_video
from longtake.run import Run
from longtake.shots import Shot
from tasks.steps import keyed, step


@step(
    "check",
    run_name="check",
    cache_key=keyed("check", 1, lambda p: [p["video"].asset.sha256, p["run"].preset.model_dump(mode="json")]),
)
async def check(video: AssembledVideo, shots: tuple[Shot, ...], finish: Finish, run: Run) -> VideoReport:
    """Measure the finished video."""

    def measure() -> VideoReport:
        slots = slots_in_video(shots, finish)
        with run.store.local(video.asset) as path:
            # the sound is the master's, packet for packet, and its true peak was measured when it was encoded
            return check_video(path, slots=slots, preset=run.preset, true_peak=False)

    return await asyncio.to_thread(measure)
